"""Responding: every outcome is an answer that Alexa takes, and says nothing but our words."""

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import product

import pytest
from ask_sdk_core.serialize import DefaultSerializer
from hypothesis import given
from hypothesis import strategies as st

from scripts.echo.directives import AUDIO_PLAYER, AskPermission, ElicitSlot
from scripts.echo.rules import Answer, dialogs_in, read_answer
from skill.alexa import responding
from skill.alexa.access import SCOPE
from skill.alexa.eliciting import ELICITED, dialog_model
from skill.alexa.responding import Responder
from skill.alexa.tokens import Token, parse_token
from skill.coaching import events, outcomes
from skill.coaching.cues import CueSheet
from skill.coaching.errors import PlanError
from skill.coaching.events import Command, PlayerNotice, StartRoutine
from skill.coaching.lines import LINES, Heard, line
from skill.coaching.outcomes import Ask, Outcome, Play, PlayClip, StopPlaying
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import Phase, Question, Runner, SessionState, StateError
from skill.coaching.session import advance
from skill.coaching.values import replace
from skill.content.utterances import CUSTOM_INTENTS
from skill.content.wording import load_wording
from skill.guides.editions import Editions
from skill.guides.shelves import LocalShelf
from tests.coaching.scenes import (
    CATALOGUE,
    DIGEST,
    EVENTS,
    SHEET,
    moment,
    plan_ids,
    plausible_length,
    runner,
)

WORDING = load_wording()
SCRIPT = WORDING.script()
ROUTINES = tuple(CATALOGUE.routines.values())
SPOKEN = {"type": "IntentRequest", "intent": {"name": "AnyIntent"}}
DIALOGS = dialogs_in({"interactionModel": dialog_model(WORDING)})
HEARING = {
    "Launch": {"type": "LaunchRequest"},
    "PermissionAnswered": {"type": "Connections.Response"},
    "Stop": {"type": "IntentRequest", "intent": {"name": "AMAZON.StopIntent"}},
}
UNHEARD = {
    "SessionEnded": "SessionEndedRequest",
    **{f"Playback{kind}": f"AudioPlayer.Playback{kind}" for kind in (
        "Started", "Stopped", "NearlyFinished", "Finished", "Failed",
    )},
}  # fmt: skip
BUTTONS = {
    "NextStep": "PlaybackController.NextCommandIssued",
    "PreviousStep": "PlaybackController.PreviousCommandIssued",
    "Resume": "PlaybackController.PlayCommandIssued",
    "Pause": "PlaybackController.PauseCommandIssued",
}
CLIP_LENGTH = 240_000


class Mute:
    """A library of guides that knows how long all cues are, and has the sound of none."""

    digest = DIGEST
    cue_sheet = CueSheet(
        {
            line: tuple(plausible_length(line) for cue in SCRIPT if cue.rpartition(".")[0] == line)
            for line in SHEET.lengths
        }
    )

    def guide(self, timeline):
        raise NotImplementedError(timeline)

    def clip(self, timeline, step):
        raise NotImplementedError(timeline, step)


REPERTOIRE = Repertoire(CATALOGUE, Mute.cue_sheet, DIGEST)
SHELF = LocalShelf("https://coach.example", DIGEST)
RESPONDER = Responder(Editions(Mute(), REPERTOIRE, WORDING), SHELF)


def respond(outcome: Outcome, *, aloud: bool = True, **more: bool) -> dict:
    """Return a response as it is sent."""
    response = DefaultSerializer().serialize(RESPONDER.respond(outcome, aloud=aloud, **more))
    return json.loads(json.dumps(response))


def picture(file: str) -> dict:
    """Return a picture as a player is given it."""
    return {"sources": [{"url": f"https://coach.example/art/{file}"}]}


def legal(response: dict, request: dict, *, has_player: bool = True) -> Answer:
    """Have an Echo read the response; it raises at what Alexa would refuse."""
    body = json.dumps({"version": "1.0", "response": response}).encode()
    interfaces = [AUDIO_PLAYER] if has_player else []
    return read_answer(body, request, interfaces, lambda _: CLIP_LENGTH, DIALOGS)


def questions(phase: Phase) -> Iterator[Question | None]:
    """Yield what can be open in a phase: no question, or any that goes with it."""
    for asked in (None, *Question):
        with suppress(StateError):
            runner(phase, asked)
            yield asked


def asked_of(phase: Phase, asked: Question | None) -> Runner:
    """Return a runner who was asked something there was a reason to ask."""
    of = runner(phase, asked)
    skipped = frozenset({"clam"} if asked is Question.WHAT_TO_BRING_BACK else ())
    return replace(of, choices=replace(of.choices, skipped=skipped))


class TestEveryOutcome:
    @pytest.mark.parametrize("event", EVENTS)
    @pytest.mark.parametrize("phase", Phase)
    def test_is_legal(self, phase, event):
        """Whatever happens after whatever question, on either kind of device, Alexa takes it."""
        aloud = isinstance(EVENTS[event], Command)
        request = HEARING.get(event, SPOKEN) if aloud else {"type": UNHEARD[event]}
        devices = (True,) if isinstance(EVENTS[event], PlayerNotice) else (True, False)
        for asked, has_player in product(questions(phase), devices):
            at = replace(moment(phase), has_player=has_player, is_spoken=aloud)
            outcome = advance(asked_of(phase, asked), EVENTS[event], at, REPERTOIRE)
            response = respond(outcome, aloud=aloud, eliciting=request is SPOKEN)
            answer = legal(response, request, has_player=has_player)
            assert answer.ends_session == ((outcome.ask is None) if aloud else None)

    @pytest.mark.parametrize("event", BUTTONS)
    @pytest.mark.parametrize("phase", Phase)
    def test_of_a_button_is_legal(self, phase, event):
        """A pressed button is answered with directives at most, in every phase."""
        at = replace(moment(phase), has_player=True, is_spoken=False)
        outcome = advance(runner(phase), EVENTS[event], at, REPERTOIRE)
        response = respond(outcome, aloud=False)
        legal(response, {"type": BUTTONS[event]})
        assert set(response) <= {"directives"}

    @pytest.mark.parametrize("routine", ROUTINES, ids=lambda routine: routine.id)
    @pytest.mark.parametrize("turn", range(4))
    def test_of_starting_is_legal(self, routine, turn):
        """Each routine starts legally, in whatever words."""
        newcomer = Runner(session=SessionState(talk=turn))
        outcome = advance(newcomer, StartRoutine(routine), moment(Phase.IDLE), REPERTOIRE)
        assert legal(respond(outcome), SPOKEN).directives


class TestTheParts:
    def test_nothing_at_all(self):
        """An outcome without words, sound or question closes the session, or is empty unheard."""
        assert respond(Outcome(Runner())) == {"shouldEndSession": True}
        assert respond(Outcome(Runner()), aloud=False) == {}

    def test_the_play_directive(self):
        """A guide is played from an offset of one file, under a token that restores the place."""
        timeline = REPERTOIRE.timeline("post-run_h45")
        offset = timeline.spans[1].begin + 2_000
        response = respond(Outcome(Runner(), player=Play(timeline, offset, generation=12)))
        assert response == {
            "shouldEndSession": True,
            "directives": [
                {
                    "type": "AudioPlayer.Play",
                    "playBehavior": "REPLACE_ALL",
                    "audioItem": {
                        "stream": {
                            "url": f"https://coach.example/guides/post-run_h45.mp3?v={DIGEST}",
                            "token": f"gc1:post-run_h45:{DIGEST}:12",
                            "offsetInMilliseconds": offset,
                            "captionData": {
                                "type": "WEBVTT",
                                "content": RESPONDER.editions.captions("post-run_h45"),
                            },
                        },
                        "metadata": {
                            "title": "Post-run stretch",
                            "subtitle": "Lying figure four, right side",
                            "art": picture("movements/lying-figure-four-right.png"),
                            "backgroundImage": picture("background.png"),
                        },
                    },
                }
            ],
        }

    def test_a_second_try(self):
        """The token of a guide that is played again after it failed tells where that was."""
        play = Play(REPERTOIRE.timeline("desk"), 5_000, 12, retried_at=5_000)
        stream = respond(Outcome(Runner(), player=play), aloud=False)["directives"][0]["audioItem"]
        assert stream["stream"]["token"] == f"gc1:desk:{DIGEST}:12:5000"

    def test_the_longest_guides(self):
        """However long a plan runs, its captions do not make the answer too long for Alexa."""
        timeline = REPERTOIRE.timeline("strength_r25_p8")
        assert timeline.duration > 50 * 60_000
        legal(respond(Outcome(Runner(), player=Play(timeline, 0, 1))), SPOKEN)

    def test_captions_that_would_be_too_long(self, monkeypatch):
        """A guide whose captions find no room in an answer is played without them."""
        monkeypatch.setattr(responding, "LONGEST_CAPTIONS", 1_000)
        play = Play(REPERTOIRE.timeline("desk"), 0, 1)
        stream = respond(Outcome(Runner(), player=play))["directives"][0]["audioItem"]["stream"]
        assert set(stream) == {"url", "token", "offsetInMilliseconds"}

    def test_the_stop_directive(self):
        """Stopping is one directive, said or unsaid."""
        outcome = Outcome(Runner(), (line("paused"),), StopPlaying())
        assert respond(outcome)["directives"] == [{"type": "AudioPlayer.Stop"}]
        assert respond(outcome, aloud=False) == {"directives": [{"type": "AudioPlayer.Stop"}]}

    def test_a_clip(self):
        """A clip is said between the lines and the question."""
        timeline = REPERTOIRE.timeline("post-run")
        ask = Ask(Question.NEXT_STEP, line("ready-last"), line("ready-last"))
        clip = PlayClip(timeline, 3, timeline.spans[3].start)
        response = respond(Outcome(Runner(), (line("paused"),), clip, ask))
        answer = legal(response, SPOKEN, has_player=False)
        first, clip, question = answer.speech.parts
        assert first == WORDING.say(line("paused"))
        assert clip.url == f"https://coach.example/guides/post-run/3.mp3?v={DIGEST}"
        assert question == WORDING.say(line("ready-last"))
        assert "directives" not in response

    def test_the_rest_of_a_clip(self):
        """A clip that is not heard from its first word is fetched from where it is."""
        timeline = REPERTOIRE.timeline("post-run")
        start = timeline.spans[3].begin
        answer = legal(respond(clip_of(timeline, 3, start)), SPOKEN, has_player=False)
        assert answer.speech.clips[0].url == (
            f"https://coach.example/guides/post-run/3.mp3?v={DIGEST}&from={start}"
        )

    def test_a_clip_in_place_of_a_guide(self):
        """A guide that plays is stopped before a step is heard inside the answer."""
        timeline = REPERTOIRE.timeline("post-run")
        start = timeline.spans[3].start
        response = respond(clip_of(timeline, 3, start, stopping=True))
        assert response["directives"] == [{"type": "AudioPlayer.Stop"}]
        assert legal(response, SPOKEN).speech.clips

    def test_a_question(self):
        """A question is said last, keeps the session open, and is put again after a silence."""
        ask = Ask(Question.ANYTHING_ELSE, line("anything-else"), line("which-one"))
        answer = legal(respond(Outcome(Runner(), (line("welcome"),), ask=ask)), SPOKEN)
        assert answer.speech.words == " ".join(
            [WORDING.say(line("welcome")), WORDING.say(line("anything-else"))]
        )
        assert answer.reprompt.words == WORDING.say(line("which-one"))
        assert answer.ends_session is False

    def test_the_wording_varies(self):
        """One line is worded otherwise the second time, and the same for the same time."""
        said = [
            respond(Outcome(Runner(), (replace(line("paused"), nth=nth),))) for nth in (0, 1, 0)
        ]
        assert said[0] != said[1]
        assert said[0] == said[2]

    def test_a_local_address(self):
        """Without a public address, guides are fetched where the service listens."""
        local = replace(RESPONDER, shelf=LocalShelf("http://127.0.0.1:8080", DIGEST))
        play = Play(REPERTOIRE.timeline("desk"), 0, 1)
        directive = local.respond(Outcome(Runner(), player=play), aloud=True).directives[0]
        assert directive.audio_item.stream.url.startswith("http://127.0.0.1:8080/guides/desk.mp3?")


def clip_of(timeline, step, start, *, stopping=False):
    """Return an outcome that plays a step inside the answer, and asks about it."""
    ask = Ask(Question.NEXT_STEP, line("ready-last"), line("ready-last"))
    return Outcome(Runner(), player=PlayClip(timeline, step, start, stopping), ask=ask)


def asking(question, player=None):
    """Return an outcome that asks a question, in whatever words."""
    ask = Ask(question, line("how-long"), line("how-long"))
    return Outcome(Runner(), player=player, ask=ask)


class TestSlotsThatAreListenedFor:
    @pytest.mark.parametrize("question", ELICITED)
    def test_a_question_for_one_thing(self, question):
        """After these questions Alexa listens for just what was asked."""
        response = respond(asking(question), eliciting=True)
        (directive,) = legal(response, SPOKEN).directives
        intent, slot = ELICITED[question]
        assert directive == ElicitSlot(slot, intent, frozenset(CUSTOM_INTENTS[intent]))
        updated = response["directives"][0]["updatedIntent"]
        assert updated["confirmationStatus"] == "NONE"
        for name, empty in updated["slots"].items():
            assert empty == {"name": name, "confirmationStatus": "NONE"}

    @pytest.mark.parametrize("question", sorted(set(Question) - ELICITED.keys()))
    def test_any_other_question(self, question):
        """After all others anything may be said: "help", "explain the clam", "yes"."""
        assert "directives" not in respond(asking(question), eliciting=True)

    def test_not_when_the_skill_opens(self):
        """Where no intent was asked for, a slot of none is elicited."""
        assert "directives" not in respond(asking(Question.HOW_LONG))

    def test_not_beside_a_player(self):
        """While the player is told something, nothing else is done."""
        response = respond(asking(Question.HOW_LONG, StopPlaying()), eliciting=True)
        assert [each["type"] for each in response["directives"]] == ["AudioPlayer.Stop"]

    def test_not_without_a_question(self):
        """Without a question nobody listens."""
        assert respond(Outcome(Runner()), eliciting=True) == {"shouldEndSession": True}


class TestPermissions:
    def test_alexa_asks(self):
        """The permission is asked for by Alexa, after our words, and the session is hers."""
        outcome = Outcome(Runner(), (line("paused"),), errand=outcomes.AskPermission())
        response = respond(outcome)
        assert response["directives"] == [
            {
                "type": "Connections.SendRequest",
                "name": "AskFor",
                "payload": {
                    "@type": "AskForPermissionsConsentRequest",
                    "@version": "2",
                    "permissionScopes": [{"permissionScope": SCOPE, "consentLevel": "ACCOUNT"}],
                },
                "token": "",
            }
        ]
        answer = legal(response, SPOKEN)
        assert answer.directives == (AskPermission((SCOPE,), ""),)
        assert answer.speech.words == WORDING.say(line("paused"))
        assert answer.ends_session

    def test_the_card(self):
        """Where the permission can be given later, the Alexa app shows, if that is wanted."""
        outcome = Outcome(Runner(), (line("paused"),))
        card = {"type": "AskForPermissionsConsent", "permissions": [SCOPE]}
        assert legal(respond(outcome, with_card=True), SPOKEN).card == card
        assert "card" not in respond(outcome)

    def test_no_card_while_alexa_asks(self):
        """Whoever is asked just now needs no card."""
        outcome = Outcome(Runner(), errand=outcomes.AskPermission())
        assert "card" not in respond(outcome, with_card=True)


class TestWhatWasHeard:
    @pytest.mark.parametrize(
        "heard",
        [
            '<audio src="https://evil.example/a.mp3"/>',
            "</speak><speak>",
            "<speak>mine</speak>",
            "<break time='600s'/>",
            "<!DOCTYPE speak [<!ENTITY a 'b'>]>&a;",
            "<![CDATA[ <audio/> ]]>",
            "&#60;audio/&#62; &amp; &quot;",
            "{routines} {0} %s",
            "bells \x07 nul \x00 del \x7f \ufffe",
            "half \ud800 a character",
            "a" * 10_000,
            "&" * 10_000,
            "'\"><",
        ],
        ids=lambda heard: ascii(heard[:24]),
    )
    @pytest.mark.parametrize("spoken", ["unknown-routine", "unknown-movement"])
    def test_is_said_as_plain_text(self, heard, spoken):
        """Whatever is said back is text within the speech, never markup, never too long."""
        values = {
            "unknown-routine": {"routines": ROUTINES},
            "unknown-movement": {"movements": tuple(CATALOGUE.movements.values())},
        }
        said = line(spoken, heard=Heard(heard), **values[spoken])
        asked = Ask(Question.ANYTHING_ELSE, line("anything-else"), line("anything-else"))
        answer = legal(respond(Outcome(Runner(), (said,), ask=asked)), SPOKEN)
        assert not answer.speech.clips
        plain = "".join(char for char in heard[:20] if char.isprintable())
        assert " ".join(plain.split()) in answer.speech.words

    @given(st.text(st.characters(), max_size=100))
    def test_any_text(self, heard):
        """Any text at all that was heard makes an answer that Alexa takes."""
        unknown = line("unknown-routine", heard=Heard(heard), routines=ROUTINES)
        asked = Ask(Question.WHICH_ROUTINE, unknown, line("which-one"))
        assert not legal(respond(Outcome(Runner(), ask=asked)), SPOKEN).speech.clips

    def test_only_these_lines_say_it_back(self):
        """No other line of the vocabulary repeats what was heard."""
        assert {name for name, values in LINES.items() if "heard" in values} == {
            "unknown-routine",
            "unknown-movement",
        }


class TestTokens:
    @given(plan_ids(), st.integers(0, 10**12 - 1), st.none() | st.integers(0, 60 * 60_000))
    def test_any_plan_fits_and_comes_back(self, plan_id, generation, retried_at):
        """The token of any plan is short enough for Alexa, and is read back the same."""
        token = Token(plan_id, DIGEST, generation, retried_at)
        assert len(str(token)) <= 1_024
        assert parse_token(str(token)) == token

    @given(plan_ids())
    def test_the_token_alone_restores_the_plan(self, plan_id):
        """What is played can be told from the token alone."""
        try:
            timeline = REPERTOIRE.timeline(plan_id)
        except PlanError:
            return
        response = respond(Outcome(Runner(), player=Play(timeline, 0, 3)))
        token = parse_token(response["directives"][0]["audioItem"]["stream"]["token"])
        assert REPERTOIRE.timeline(token.plan_id).plan == timeline.plan

    @given(st.none() | st.text())
    def test_anything_else_is_not_ours(self, text):
        """Any other text is no token of ours, and no error."""
        assert parse_token(text) is None


def test_every_event_is_looked_at():
    """The scenes above know how each event arrives."""
    commands = {name for name, event in EVENTS.items() if isinstance(event, Command)}
    assert EVENTS.keys() - commands == UNHEARD.keys()
    assert BUTTONS.keys() < commands
    assert events.Launch.__name__ in commands
