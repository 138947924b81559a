"""Responding: what an outcome sounds like on Alexa. Outcome in, response out."""

import re
from collections.abc import Iterator

from ask_sdk_core.response_helper import ResponseFactory
from ask_sdk_model import Directive, Response, ui
from ask_sdk_model.interfaces import audioplayer, connections
from ask_sdk_model.interfaces.audioplayer import (
    AudioItem,
    AudioItemMetadata,
    CaptionData,
    CaptionType,
    PlayBehavior,
    PlayDirective,
    Stream,
)
from ask_sdk_model.interfaces.display import Image, ImageInstance

from skill.alexa.access import SCOPE
from skill.alexa.tokens import Token
from skill.coaching.cues import Counted, Recipe, Speech
from skill.coaching.lines import Line
from skill.coaching.movements import Milliseconds
from skill.coaching.outcomes import AskPermission, Outcome, Play, PlayClip, StopPlaying
from skill.coaching.values import value_class
from skill.content.markup import escaped, quoted
from skill.content.wording import Wording
from skill.guides.editions import Editions
from skill.pictures.art import BACKGROUND, art_file
from skill.ports import GuideShelf

LONGEST_CAPTIONS = 80_000
"""Characters; a whole response may have 120 KB. Longer guides go without."""

A_NUMBER: Milliseconds = 400
"""About how long it takes to say a number."""
SHORTEST_BREAK: Milliseconds = 200
LONGEST_BREAK: Milliseconds = 10_000
"""A pause that Alexa makes; the longest is hers (SSML reference, "break")."""

_NOT_IN_XML = "[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"


@value_class
class Responder:
    """Turns outcomes into Alexa's responses, with guides and clips from the shelf."""

    editions: Editions
    shelf: GuideShelf

    @property
    def wording(self) -> Wording:
        """The words it speaks."""
        return self.editions.wording

    @property
    def digest(self) -> str:
        """The name of the recording that guides are joined from."""
        return self.editions.library.digest

    def respond(
        self,
        outcome: Outcome,
        *,
        aloud: bool,
        eliciting: bool = False,
        on_screen: bool = False,
        with_card: bool = False,
    ) -> Response:
        """Return the response to an outcome; one that is not aloud holds directives only.

        Raise `ShelfError` if what it plays cannot be had.

        `eliciting`: the request was for an intent, so Alexa can be told which slot to listen
        for. `on_screen`: the device shows steps. `with_card`: a card in the Alexa app shows where
        to give us the permission.
        """
        factory = ResponseFactory()
        self._direct(factory, outcome)
        if aloud:
            self._speak(factory, outcome)
        if on_screen and isinstance(outcome.player, PlayClip):
            factory.add_directive(self._step_directive(outcome.player, outcome.lines))
        if eliciting and outcome.ask and not outcome.player:
            from skill.alexa.eliciting import elicit_directive  # noqa: PLC0415, few answers ask

            directive = elicit_directive(outcome.ask.question)
            if directive:
                factory.add_directive(directive)
        if with_card and not outcome.errand:
            factory.set_card(ui.AskForPermissionsConsentCard(permissions=[SCOPE]))
        response: Response = factory.response
        return response

    def _direct(self, factory: ResponseFactory, outcome: Outcome) -> None:
        match outcome.player:
            case Play():
                factory.add_directive(self._play_directive(outcome.player))
            case StopPlaying() | PlayClip(stopping=True):
                factory.add_directive(audioplayer.StopDirective())
        if isinstance(outcome.errand, AskPermission):
            factory.add_directive(_permission_directive())

    def _speak(self, factory: ResponseFactory, outcome: Outcome) -> None:
        parts = [self._said(line) for line in outcome.lines]
        clip = outcome.player
        if isinstance(clip, PlayClip) and clip.spoken:
            parts.append(self._step_in_words(clip))
        elif isinstance(clip, PlayClip):
            address = self.shelf.clip(clip.timeline, clip.step, clip.start)
            parts.append(f"<audio src={quoted(address)}/>")
        if outcome.ask:
            parts.append(self._said(outcome.ask.line))
            factory.ask(self._said(outcome.ask.reprompt))
        if parts:
            factory.speak(" ".join(parts))
        factory.set_should_end_session(outcome.ask is None)

    def _said(self, line: Line) -> str:
        """Return a line as SSML: whatever was heard becomes plain text within it."""
        said = self.wording.say(line)
        return escaped(said if said.isprintable() else re.sub(_NOT_IN_XML, "", said))

    def _step_in_words(self, clip: PlayClip) -> str:
        """Return what is said in a step as SSML, with the pauses between: no sound is needed."""
        script, span = self.editions.script, clip.timeline.spans[clip.step]
        parts, now = [], clip.start
        for sound in clip.timeline.sounds:
            words = _words_of(script[sound.cue.id])
            if words and clip.start <= sound.start < span.end:
                parts += [*_breaks(sound.start - now), words]
                now = sound.end
        return " ".join([*parts, *_breaks(span.end - now)])

    def _play_directive(self, play: Play) -> PlayDirective:
        place = play.timeline.at(play.offset)
        return PlayDirective(
            play_behavior=PlayBehavior.REPLACE_ALL,
            audio_item=AudioItem(
                stream=Stream(
                    url=self.shelf.guide(play.timeline),
                    token=str(self._token(play)),
                    offset_in_milliseconds=play.offset,
                    caption_data=self._captions(play.timeline.plan.id),
                ),
                metadata=AudioItemMetadata(
                    title=self.wording.title(play.timeline.plan.routine),
                    subtitle=self.wording.step_title(place.step),
                    art=self._picture(art_file(place.step.movement, place.step.side)),
                    background_image=self._picture(BACKGROUND),
                ),
            ),
        )

    def _step_directive(self, clip: PlayClip, lines: tuple[Line, ...]) -> Directive:
        from skill.alexa.screen import step_directive  # noqa: PLC0415, few devices have a screen
        from skill.pictures.words import load_picture_words  # noqa: PLC0415

        said = " ".join(map(self.wording.say, lines))
        words = load_picture_words(self.wording.locale)
        return step_directive(clip, said, words, self.shelf)

    def _picture(self, file: str) -> Image:
        return Image(sources=[ImageInstance(url=self.shelf.picture(file))])

    def _token(self, play: Play) -> Token:
        return Token(play.timeline.plan.id, self.digest, play.generation, play.retried_at)

    def _captions(self, plan_id: str) -> CaptionData | None:
        captions = self.editions.captions(plan_id)
        if len(captions) > LONGEST_CAPTIONS:
            return None
        return CaptionData(content=captions, object_type=CaptionType.WEBVTT)


def _words_of(recipe: Recipe) -> str:
    """Return what a cue says, as SSML; nothing for a chime."""
    match recipe:
        case Speech():
            return escaped(recipe.text)
        case Counted():
            (pause,) = _breaks(recipe.spacing - A_NUMBER)
            return f" {pause} ".join(recipe.words)
        case _:
            return ""


def _breaks(silence: Milliseconds) -> Iterator[str]:
    """Yield the tags for a silence; one of them may last ten seconds."""
    while silence >= SHORTEST_BREAK:
        lasting = min(silence, LONGEST_BREAK)
        silence -= lasting
        yield f'<break time="{lasting}ms"/>'


def _permission_directive() -> Directive:
    """Have Alexa ask for the permission, in her own words; the answer comes as a request.

    From Amazon's documentation, "Set Up Voice Permissions for Reminders".
    """
    return connections.SendRequestDirective(
        name="AskFor",
        payload={
            "@type": "AskForPermissionsConsentRequest",
            "@version": "2",
            "permissionScopes": [{"permissionScope": SCOPE, "consentLevel": "ACCOUNT"}],
        },
        token="",
    )
