"""A turn: a situation, and the few ways there are to answer it.

What is done about which event stands in `transitions`; this module only knows how to play,
ask, tell, close, wait, stay quiet or complete, so that each of them is done in one way.
"""

from datetime import timedelta

from skill.coaching.cues import FRAME
from skill.coaching.lines import Line, line
from skill.coaching.movements import SECOND, Milliseconds
from skill.coaching.outcomes import Ask, Outcome, Play, PlayClip, StopPlaying
from skill.coaching.plans import Step
from skill.coaching.questions import asked_again, whether_ready
from skill.coaching.runner import Concern, Phase, Progress, Question, Runner, SessionState
from skill.coaching.situations import Situation, spot_of
from skill.coaching.timeline import Timeline
from skill.coaching.values import replace

A_LINE: Milliseconds = 5 * SECOND
"""How long the coach takes to say a line, and Alexa to begin with it: rather too long."""


class Turn(Situation):
    """A situation, and the ways to answer it."""

    def quiet(self, session: SessionState | None = None) -> Outcome:
        """Say nothing. A question stays open: players give notice in the middle of one."""
        return Outcome(self._runner(session or self.session))

    def close(self, *lines: Line) -> Outcome:
        """Say the lines and close the session; what plays goes on playing."""
        return Outcome(self._runner(replace(self.session, asked=self._still_asked)), lines)

    def wait(self, *lines: Line, at: Milliseconds | None = None) -> Outcome:
        """Stop what plays, keep the place (or another), say the lines and close the session."""
        return Outcome(self._runner(self.paused(at)), lines, self._stop)

    def leave(self, *lines: Line) -> Outcome:
        """Stop what plays, say the lines and close the session, with nothing under way."""
        return Outcome(self._runner(self.session.over()), lines, self._stop)

    def complete(self, *lines: Line) -> Outcome:
        """Put the routine under way into the history, stop what plays and say the lines."""
        done = self.runner.completing(self.progress.plan_id, self.moment.now)
        return Outcome(done, lines, self._stop)

    def stop_and_ask(self, ask: Ask, *lines: Line) -> Outcome:
        """Stop what plays before a word is said, keep the place, and ask."""
        waiting = replace(self, runner=self._runner(self.paused()))
        return replace(waiting.ask(ask, *lines), player=self._stop)

    def ask(self, ask: Ask, *lines: Line) -> Outcome:
        """Say the lines, then ask; without words where nobody spoke."""
        if not self.moment.is_spoken:
            return self.quiet()
        asking = replace(self.session, asked=ask.question, offered=ask.offered, wanted=ask.wanted)
        return Outcome(self._runner(asking), lines, ask=ask)

    def tell(self, *lines: Line) -> Outcome:
        """Say the lines and leave all as it was: playing, waiting, or asking again."""
        again = asked_again(self)
        return self.ask(again, *lines) if again else self.close(*lines)

    def acknowledge(self) -> Outcome:
        """Say a friendly word to what asks for nothing; who has left is not asked for more."""
        has_left = self.session.phase is Phase.IDLE and self.session.asked is None
        return (self.close if has_left else self.tell)(line("noted"))

    def play_step(self, step: Step, *lines: Line) -> Outcome:
        """Play a step from its first word, which names it as what comes next."""
        return self.play(self.timeline, self.timeline.spans[step.index].start, *lines)

    def come_back_to(self, step: Step, line_id: str = "back-to") -> Outcome:
        """Play a step out of its order: the coach names it, since the guide would do it wrongly.

        After a button nobody names it but the guide, so there it is played from its first word.
        """
        if not self.moment.is_spoken:
            return self.play_step(step)
        entry = self.timeline.entry(step.index)
        return self.play(self.timeline, entry, line(line_id, spot=spot_of(step)))

    def play(
        self,
        timeline: Timeline,
        offset: Milliseconds,
        *lines: Line,
        retried_at: Milliseconds | None = None,
    ) -> Outcome:
        """Play from an offset: on to the end, or to the end of the step where the coach waits."""
        if not self.runs_on:
            if self.moment.has_player and not self.moment.is_spoken:
                return self.quiet()  # a clip is part of speech, and a button is not answered in it
            return self._play_clip(timeline, offset, *lines)
        now = self.moment.now
        session = replace(
            self.session,
            phase=Phase.PLAYING,
            progress=Progress(timeline.plan.id, timeline.bookmark(offset), now),
            asked=None,
            hurt=None,
            concern=None,
            generation=self._next_generation,
        )
        play = Play(timeline, offset, session.generation, retried_at)
        return Outcome(self._runner(session), lines, play)

    def move_into(
        self, timeline: Timeline, offset: Milliseconds, *lines: Line, play: bool = False
    ) -> Outcome:
        """Be at an offset of another timeline; what waits stays waiting, unless it shall `play`."""
        if play or self.session.phase is Phase.PLAYING or self.is_mid_clip:
            return self.play(timeline, offset, *lines)
        step = timeline.at(offset).step
        span = timeline.spans[step.index]
        if self.session.phase is Phase.STEPPING and offset >= span.begin:
            offset = max(offset, span.release)  # what was heard stays so, however long it is now
        moved = self.moved(timeline, offset)
        if self.session.asked is Question.SKIP_IT and step.movement != self.step.movement:
            moved = moved.asked(Question.GO_ON)  # what hurt is not what comes now
        return moved.tell(*lines)

    def moved(self, timeline: Timeline, offset: Milliseconds) -> "Turn":
        """Return the turn at an offset of another timeline, which nothing plays yet."""
        session = replace(
            self.session,
            progress=Progress(timeline.plan.id, timeline.bookmark(offset)),
            # A guide that was played before has no say in the place any more.
            generation=self._next_generation,
        )
        return replace(self, runner=self._runner(session))

    def paused(self, at: Milliseconds | None = None) -> SessionState:
        """Return the session with its place standing still, where it is or at an offset."""
        bookmark = self.progress.bookmark if at is None else self.timeline.bookmark(at)
        progress = Progress(self.progress.plan_id, bookmark)
        return replace(self.session, phase=Phase.PAUSED, progress=progress, asked=self._still_asked)

    def voiced(self, *, voiced: bool = True) -> "Turn":
        """Return the turn with steps said by the device's own voice, or by the guide again."""
        if self.session.voiced is voiced:
            return self
        return replace(self, runner=self._runner(replace(self.session, voiced=voiced)))

    def anew(self) -> "Turn":
        """Return the turn with nothing kept of the routine before: with sound, and all of it."""
        return self.voiced(voiced=False).leaving_out(frozenset())

    def leaving_out(self, unwanted: frozenset[str]) -> "Turn":
        """Return the turn with other movements, by their ids, wanted out of this routine."""
        if self.session.unwanted == unwanted:
            return self
        return replace(self, runner=self._runner(replace(self.session, unwanted=unwanted)))

    def hurting(self) -> "Turn":
        """Return the turn with this movement kept in mind as the one that hurts."""
        session = replace(self.session, hurt=self.step.movement.id)
        return replace(self, runner=self._runner(session))

    def concerned(self, concern: Concern) -> "Turn":
        """Return the turn with something kept in mind that is to be settled, or what is graver."""
        known = self.session.concern
        gravest = max(known or concern, concern, key=lambda one: one.gravity)
        return replace(self, runner=self._runner(replace(self.session, concern=gravest)))

    def settled(self) -> "Turn":
        """Return the turn with nothing of concern any more, and no question open."""
        session = replace(self.session, concern=None, asked=None)
        return replace(self, runner=self._runner(session))

    def asked(self, question: Question | None) -> "Turn":
        """Return the turn with another question open."""
        return replace(self, runner=self._runner(replace(self.session, asked=question)))

    def unasked(self) -> "Turn":
        """Return the turn with no question open, to go on as before it was asked."""
        return self.asked(None)

    @property
    def _still_asked(self) -> Question | None:
        """What stays open when nobody listens any more: what hurts is not forgotten by waiting."""
        return Question.SKIP_IT if self.session.asked is Question.SKIP_IT else None

    @property
    def _next_generation(self) -> int:
        """By the clock, so that a store that was away or begun anew cannot bring a number back."""
        playhead = self.moment.playhead
        last = max(self.session.generation, playhead.generation if playhead else 0)
        return max(last + 1, int(self.moment.now.timestamp()))

    @property
    def _stop(self) -> StopPlaying | None:
        return StopPlaying() if self.moment.has_player else None

    def _play_clip(self, timeline: Timeline, offset: Milliseconds, *lines: Line) -> Outcome:
        """Play the rest of a step inside the answer; whoever speaks next has heard it."""
        step = timeline.at(offset).step.index
        offset = min(offset, timeline.spans[step].end - FRAME)
        release = timeline.spans[step].release
        saying = (1 + len(lines)) * A_LINE + max(release - offset, 0)
        heard_by = self.moment.now + timedelta(milliseconds=saying)
        session = replace(
            self.session,
            phase=Phase.STEPPING,
            progress=Progress(timeline.plan.id, timeline.bookmark(release), heard_by),
            asked=None,
            hurt=None,
            concern=None,
            # A guide that was played before has no say in the place any more.
            generation=self._next_generation,
        )
        stepping = replace(self, runner=self._runner(session))
        asking = stepping.ask(whether_ready(stepping), *lines)
        stopping = self.session.phase is Phase.PLAYING and self.moment.has_player
        clip = PlayClip(timeline, step, offset, stopping, spoken=session.voiced)
        return replace(asking, player=clip)

    def _runner(self, session: SessionState) -> Runner:
        return replace(self.runner, session=session)
