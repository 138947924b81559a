"""The web coach: a page's command in, what the page has to say, play and show out.

The same sessions and the same understanding as everywhere; nothing is decided here.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from skill.browser.answers import Answers, Json
from skill.browser.commands import Command, read_command
from skill.browser.staging import staged
from skill.coaching.events import (
    Event,
    Launch,
    ReminderAnswered,
    RemindMe,
    StopReminders,
    WhenReminded,
)
from skill.coaching.moments import Moment
from skill.coaching.outcomes import Outcome, Play, PlayClip, StopPlaying
from skill.coaching.repertoire import Repertoire
from skill.coaching.runner import Runner, SessionState
from skill.coaching.schedules import ReminderAnswer
from skill.coaching.session import advance
from skill.coaching.values import field, value_class
from skill.content.wording import Wording
from skill.records import encode_carried
from skill.sessions import SessionManager, following
from skill.understanding.listening import Understanding

Clock = Callable[[], datetime]

_NOT_HERE = ReminderAnswered(ReminderAnswer.NOT_HERE)


@value_class
class WebCoach:
    """Answers pages; safe to use from several threads.

    `understand` makes the understanding, when it is first needed.
    """

    manager: SessionManager
    repertoire: Repertoire
    wording: Wording
    clock: Clock
    understand: Callable[[], Understanding]
    _answers: Answers = field(default_factory=Answers)

    def read(self, document: object) -> Command:
        """Read a command; raise `UnfitCommandError` for what is none."""
        return read_command(document, self.wording.catalogue, lambda: self._understanding)

    def answer(self, user_id: str, command: Command, *, is_known: bool = True) -> Json:
        """Do what a runner commands, once: asked again by the same id, the answer is the same.

        Who is not known asks nothing again: each time they are somebody else.
        """
        if not is_known:
            return self._do(user_id, command, is_known=False)
        return self._answers.once((user_id, command.id), lambda: self._do(user_id, command))

    def runner(self, user_id: str) -> Runner:
        """Return what is remembered of a runner; raise `StoreError` if that cannot be read."""
        return self.manager.look(user_id)

    @cached_property
    def _understanding(self) -> Understanding:
        return self.understand()

    def _do(self, user_id: str, command: Command, *, is_known: bool = True) -> Json:
        moment = Moment(
            self.clock(),
            command.playhead,
            is_spoken=command.aloud,
            can_voice=False,
            command_id=command.id,
            carried=command.carried,
        )
        if isinstance(command.event, Launch) and not is_known:
            # Whoever looks in is greeted; there is nothing of them yet that is worth storing.
            return self._told(advance(Runner(), command.event, moment, self.repertoire), command)
        outcome = self.manager.handle(user_id, _within_reach(command.event), moment)
        if outcome.errand and not outcome.forgets:  # offered on a speaker, or by an older release
            outcome = self.manager.handle(user_id, _NOT_HERE, following(outcome, moment))
        if outcome.forgets:
            self._answers.forget(user_id)
        return self._told(outcome, command)

    def _told(self, outcome: Outcome, command: Command) -> Json:
        ask = outcome.ask
        told: Json = {
            "id": command.id,
            "meant": command.name,
            "said": [self.wording.say(line) for line in outcome.lines],
            "ask": None,
            "player": _player(outcome),
            "session": self._session(outcome.runner),
            "harm": _harm(outcome.runner.session),
            "forgotten": outcome.forgets,
            "left_early": any(line.id == "left-early" for line in outcome.lines),
        }
        if not outcome.is_kept:
            told["carried"] = encode_carried(outcome.runner)
        if ask is not None:
            text, again = self.wording.say(ask.line), self.wording.say(ask.reprompt)
            told["ask"] = {"question": ask.question, "text": text, "again": again}
        progress = outcome.runner.session.progress
        digest = self.repertoire.digest
        if progress is not None and command.has != f"{progress.plan_id}:{digest}":
            timeline = self.repertoire.timeline(progress.plan_id)
            told["routine"] = staged(timeline, digest, self.wording, self._script)
        return told

    @cached_property
    def _script(self) -> Any:
        return self.wording.script()

    def _session(self, runner: Runner) -> Json:
        session, progress = runner.session, runner.session.progress
        told: Json = {
            "phase": session.phase,
            "asked": session.asked,
            "generation": session.generation,
            "waits": runner.waits,
        }
        if progress is not None:
            timeline = self.repertoire.timeline(progress.plan_id)
            told |= {
                "plan": progress.plan_id,
                "digest": self.repertoire.digest,
                "offset": timeline.offset_of(progress.bookmark),
            }
        return told


def _within_reach(event: Event) -> Event:
    """A page reminds of nothing once it is closed, and other devices' reminders are not its own.

    So it says that at once, before anybody has thought of a day and a time.
    """
    return _NOT_HERE if isinstance(event, RemindMe | WhenReminded | StopReminders) else event


def _harm(session: SessionState) -> str | None:
    """What keeps the runner from going on: pain, or worse, when nothing may invite them to."""
    if session.concern:
        return "worse"
    return "pain" if session.hurt else None


def _player(outcome: Outcome) -> Json | None:
    """What the page's player is to do; a clip is a guide's part, played up to an offset."""
    match outcome.player:
        case Play(_, offset, _, retried_at):
            return {"do": "play", "offset": offset, "until": None, "retried_at": retried_at}
        case PlayClip(timeline, step, start):
            until = timeline.spans[step].end
            return {"do": "play", "offset": start, "until": until, "retried_at": None}
        case StopPlaying():
            return {"do": "stop"}
    return None
