"""Responding: what an outcome sounds like on Alexa. Outcome in, response out."""

import re
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from ask_sdk_core.response_helper import ResponseFactory
from ask_sdk_model import Response
from ask_sdk_model.interfaces.audioplayer import (
    AudioItem,
    AudioItemMetadata,
    CaptionData,
    CaptionType,
    PlayBehavior,
    PlayDirective,
    StopDirective,
    Stream,
)

from skill.alexa.tokens import Token
from skill.coaching.lines import Line
from skill.coaching.outcomes import Outcome, Play, PlayClip, StopPlaying
from skill.coaching.timeline import Timeline
from skill.content.wording import Wording
from skill.guides.editions import Editions

LONGEST_CAPTIONS = 80_000
"""Characters; a whole response may have 120 KB. Longer guides go without."""

_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Responder:
    """Turns outcomes into Alexa's responses.

    `public_url` is where Alexa's devices reach the guides, without a slash at its end.
    """

    editions: Editions
    public_url: str

    @property
    def wording(self) -> Wording:
        """The words it speaks."""
        return self.editions.wording

    @property
    def digest(self) -> str:
        """The name of the recording that guides are joined from."""
        return self.editions.library.digest

    def respond(self, outcome: Outcome, *, aloud: bool) -> Response:
        """Return the response to an outcome; one that is not aloud holds directives only."""
        factory = ResponseFactory()
        self._direct(factory, outcome)
        if aloud:
            self._speak(factory, outcome)
        response: Response = factory.response
        return response

    def _direct(self, factory: ResponseFactory, outcome: Outcome) -> None:
        match outcome.player:
            case Play():
                factory.add_directive(self._play_directive(outcome.player))
            case StopPlaying():
                factory.add_directive(StopDirective())

    def _speak(self, factory: ResponseFactory, outcome: Outcome) -> None:
        turn = outcome.runner.session.turn
        parts = [self._said(line, turn) for line in outcome.lines]
        if isinstance(outcome.player, PlayClip):
            clip = clip_url(self.public_url, outcome.player, self.digest)
            parts.append(f"<audio src={quoteattr(clip)}/>")
        if outcome.ask:
            parts.append(self._said(outcome.ask.line, turn))
            factory.ask(self._said(outcome.ask.reprompt, turn + 1))
        if parts:
            factory.speak(" ".join(parts))
        factory.set_should_end_session(outcome.ask is None)

    def _said(self, line: Line, turn: int) -> str:
        """Return a line as SSML: whatever was heard becomes plain text within it."""
        return escape(_NOT_IN_XML.sub("", self.wording.say(line, turn)))

    def _play_directive(self, play: Play) -> PlayDirective:
        place = play.timeline.at(play.offset)
        return PlayDirective(
            play_behavior=PlayBehavior.REPLACE_ALL,
            audio_item=AudioItem(
                stream=Stream(
                    url=guide_url(self.public_url, play.timeline, self.digest),
                    token=str(self._token(play)),
                    offset_in_milliseconds=play.offset,
                    caption_data=self._captions(play.timeline.plan.id),
                ),
                metadata=AudioItemMetadata(
                    title=self.wording.title(play.timeline.plan.routine),
                    subtitle=self.wording.step_title(place.step),
                ),
            ),
        )

    def _token(self, play: Play) -> Token:
        return Token(play.timeline.plan.id, self.digest, play.generation, play.retried_at)

    def _captions(self, plan_id: str) -> CaptionData | None:
        captions = self.editions.captions(plan_id)
        if len(captions) > LONGEST_CAPTIONS:
            return None
        return CaptionData(content=captions, object_type=CaptionType.WEBVTT)


def guide_url(public_url: str, timeline: Timeline, digest: str) -> str:
    """Where the guide of a timeline's plan is fetched."""
    return f"{public_url}/guides/{quote(timeline.plan.id)}.mp3?v={digest}"


def clip_url(public_url: str, clip: PlayClip, digest: str) -> str:
    """Where one step's clip is fetched; steps count from 0."""
    return f"{public_url}/guides/{quote(clip.timeline.plan.id)}/{clip.step}.mp3?v={digest}"
