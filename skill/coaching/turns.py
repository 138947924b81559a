"""A turn: one event's circumstances, and the few ways there are to answer it.

What is done about which event stands in `transitions`; this module only knows how to play,
ask, tell, close, wait, stay quiet or complete, so that each of them is done in one way.
"""

from collections.abc import Collection, Mapping
from functools import cached_property

from skill.coaching.cues import FRAME
from skill.coaching.lines import Line, Spot, WorkLeft, line
from skill.coaching.moments import Moment
from skill.coaching.movements import Milliseconds, Movement
from skill.coaching.outcomes import Ask, Outcome, Play, PlayClip, StopPlaying
from skill.coaching.plans import Plan, Step
from skill.coaching.repertoire import Repertoire
from skill.coaching.routines import Routine
from skill.coaching.runner import Phase, Progress, Question, Runner, SessionState, StateError
from skill.coaching.schedules import Schedule
from skill.coaching.timeline import Place, Timeline
from skill.coaching.values import replace, value_class

PLAIN_QUESTIONS: Mapping[Question, str] = {
    Question.HOW_LONG: "how-long",
    Question.HOLD_SECONDS: "hold-seconds",
    Question.WHICH_SIDE: "which-is-tight",
    Question.WHAT_IS_MISSING: "what-is-missing",
    Question.WHICH_DAYS: "which-days",
    Question.WHAT_TIME: "what-time",
    Question.FORGET_ME: "whether-to-forget",
}
"""The questions that need no values, each by the line that puts it."""


@value_class
class Turn:
    """One event's circumstances. `progress` and what follows from it need a routine under way."""

    runner: Runner
    moment: Moment
    repertoire: Repertoire

    @property
    def runs_on(self) -> bool:
        """Whether what is played runs on by itself: the device can, and the runner wants it."""
        return self.moment.has_player and not self.runner.waits and not self.session.voiced

    @property
    def session(self) -> SessionState:
        """Where the runner stands as the event arrives."""
        return self.runner.session

    @property
    def progress(self) -> Progress:
        """The routine under way; raise `StateError` while there is none."""
        if self.session.progress is None:
            raise StateError(f"no routine is under way while {self.session.phase}")
        return self.session.progress

    @cached_property
    def timeline(self) -> Timeline:
        """The timeline of the routine under way."""
        return self.repertoire.timeline(self.progress.plan_id)

    @cached_property
    def place(self) -> Place:
        """The place in the routine under way."""
        return self.timeline.at(self.timeline.offset_of(self.progress.bookmark))

    @property
    def step(self) -> Step:
        """The step the runner is in."""
        return self.place.step

    @property
    def spot(self) -> Spot:
        """The movement and side the runner is at."""
        return spot_of(self.step)

    @property
    def work_left(self) -> WorkLeft:
        """What is left of the step's work."""
        return WorkLeft(self.place.reps_left, self.place.work_left)

    @property
    def following(self) -> Step | None:
        """The step after this one, if this is not the last.

        One step at a time, a step that was not begun yet is still to come itself.
        """
        steps, index = self.timeline.plan.steps, self.step.index
        begun = self.place.offset >= self.timeline.spans[index].begin or self.is_mid_clip
        if begun or self.session.phase is not Phase.STEPPING:
            index += 1
        return steps[index] if index < len(steps) else None

    @property
    def is_mid_clip(self) -> bool:
        """Whether a player is still within the clip it plays: what is asked after it is not yet.

        Only one that plays clips by itself can tell. Alexa's are parts of what she says, and who
        cuts in is taken to have heard them.
        """
        session, playhead = self.session, self.moment.playhead
        return (
            session.phase is Phase.STEPPING
            and playhead is not None
            and playhead.generation == session.generation
            and self.place.offset < self.timeline.spans[self.step.index].release
        )

    @property
    def is_heard(self) -> bool:
        """Whether a player has told that the clip it played by itself was heard to its end."""
        end = self.timeline.played_out(self.step.index)
        return self.session.phase is Phase.STEPPING and self.place.offset >= end

    @property
    def rest(self) -> Milliseconds:
        """Where to go on for who leaves now: in the middle of a step, or between two.

        What a player has told is over, is not done again. Where none tells, a step is kept from
        its beginning: done twice is better than cut short, or left out on one side.
        """
        if self.session.phase is not Phase.STEPPING or self.is_mid_clip:
            return self.place.offset
        step = self.following if self.is_heard else self.step
        return self.timeline.spans[step.index].start if step else self.place.offset

    @property
    def resting_spot(self) -> Spot:
        """The movement and side that it goes on with for who leaves now."""
        return spot_of(self.timeline.at(self.rest).step)

    @property
    def heard_question(self) -> Question | None:
        """The question the runner has heard: the one after a step is not put before its end."""
        asked = self.session.asked
        return None if asked is Question.NEXT_STEP and self.is_mid_clip else asked

    @property
    def hurts(self) -> bool:
        """Whether the place is at what hurt: that starts again by a wish for it alone."""
        return self.session.progress is not None and self.session.hurt == self.step.movement.id

    @property
    def beyond_pain(self) -> Step | None:
        """The first step of another movement after this one, which hurts."""
        steps, step = self.timeline.plan.steps, self.step
        later = (one for one in steps if one.part > step.part and one.movement != step.movement)
        return next(later, None)

    @property
    def skipped(self) -> tuple[Movement, ...]:
        """The movements that the runner has left out for good."""
        return self._movements(self.runner.choices.skipped)

    @property
    def left_out(self) -> tuple[Movement, ...]:
        """The movements that the runner has left out, for good or of this routine."""
        planned = self.timeline.plan.choices.skipped if self.session.progress else frozenset()
        return self._movements(self.runner.choices.skipped | planned)

    @property
    def all_routines(self) -> tuple[Routine, ...]:
        """Every routine the coach knows."""
        return tuple(self.repertoire.catalogue.routines.values())

    def plan_of(self, routine: Routine) -> Plan:
        """Return a routine as this runner likes it."""
        return Plan(routine, self.repertoire.catalogue, self.runner.choices)

    # Ways to answer

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
        asking = replace(self.session, asked=ask.question)
        return Outcome(self._runner(asking), lines, ask=ask)

    def tell(self, *lines: Line) -> Outcome:
        """Say the lines and leave all as it was: playing, waiting, or asking again."""
        again = self.asked_again()
        return self.ask(again, *lines) if again else self.close(*lines)

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
        session = replace(
            self.session,
            progress=Progress(timeline.plan.id, timeline.bookmark(offset)),
            # A guide that was played before has no say in the place any more.
            generation=self._next_generation,
        )
        if session.asked is Question.SKIP_IT and step.movement != self.step.movement:
            session = replace(session, asked=Question.GO_ON)  # what hurt is not what comes now
        return replace(self, runner=self._runner(session)).tell(*lines)

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

    def hurting(self) -> "Turn":
        """Return the turn with this movement kept in mind as the one that hurts."""
        hurt = self.step.movement.id
        return replace(self, runner=self._runner(replace(self.session, hurt=hurt)))

    def unasked(self) -> "Turn":
        """Return the turn with no question open, to go on as before it was asked."""
        return replace(self, runner=self._runner(replace(self.session, asked=None)))

    # Questions

    def asked_again(self) -> Ask | None:
        """Return the question to put again after an aside, if one is open or always is."""
        if self.hurts:
            return self.whether_to_skip()
        if self.session.phase is Phase.STEPPING:
            return self.whether_ready()
        if self.session.asked is Question.GO_ON:
            return replace(self.whether_to_go_on(), line=line("go-on"))
        if self.session.asked is Question.WHICH_ROUTINE or self.session.phase is Phase.IDLE:
            return self.which_one()
        return None

    def open_question(self) -> Ask | None:
        """Return the question that is open, to put it again."""
        match self.session.asked:
            case None | Question.NEXT_STEP | Question.ANYTHING_ELSE:
                again = self.whether_to_skip() if self.hurts else None
            case Question.WHICH_ROUTINE:
                again = self.which_one()
            case Question.SKIP_IT:
                again = self.whether_to_skip()
            case Question.GO_ON:
                again = self.whether_to_go_on()
            case Question.WHAT_TO_BRING_BACK:
                again = self.what_to_bring_back()
            case Question.REMIND_ME:
                proposed = self.runner.proposed
                again = self.whether_to_remind(proposed) if proposed else self.which_days()
            case plain:
                again = self.ask_for(plain)
        return again

    def which_days(self) -> Ask:
        """Ask for the days of reminders."""
        return self.ask_for(Question.WHICH_DAYS)

    def ask_for(self, question: Question) -> Ask:
        """Ask one of the questions that need no values."""
        put = line(PLAIN_QUESTIONS[question])
        return Ask(question, put, put)

    def what_to_bring_back(self) -> Ask:
        """Ask which of the skipped movements to do again."""
        put = line("what-to-bring-back", movements=self.left_out)
        return Ask(Question.WHAT_TO_BRING_BACK, put, put)

    def whether_to_remind(self, schedule: Schedule) -> Ask:
        """Ask for consent to reminders by a schedule."""
        put = line("whether-to-remind", schedule=schedule)
        return Ask(Question.REMIND_ME, put, put)

    def which_routine(self) -> Ask:
        """Ask for a routine, naming those there are."""
        return replace(self.which_one(), line=line("which-routine", routines=self.all_routines))

    def which_one(self) -> Ask:
        """Ask for a routine of those the runner has heard of."""
        return Ask(Question.WHICH_ROUTINE, line("which-one"), line("which-one"))

    def whether_to_go_on(self) -> Ask:
        """Ask whether to go on, from the place kept or with what plays just now.

        Where it hurt that is not asked, but whether to leave it out: "yes" must not start it again.
        """
        if self.hurts:
            return self.whether_to_skip()
        offer = line(
            "offer-now" if self.session.phase is Phase.PLAYING else "offer",
            spot=self.resting_spot,
            routine=self.timeline.plan.routine,
        )
        return Ask(Question.GO_ON, offer, offer)

    def whether_ready(self) -> Ask:
        """Ask whether to go on to the next step, or to end after the last."""
        if self.following is None:
            last = line("ready-last")
            return Ask(Question.NEXT_STEP, last, last)
        following = line("ready-next", spot=spot_of(self.following))
        return Ask(Question.NEXT_STEP, following, line("still-there"))

    def whether_to_skip(self) -> Ask:
        """Ask whether to leave a movement out that hurts, and go on with the next or end.

        An easier form is offered where there is one; elsewhere, to try it again as just advised.
        """
        is_easier = self.timeline.plan.easier_form(self.step.movement) is not None
        following = self.beyond_pain
        if following is None:
            skip = line("end-or-easier" if is_easier else "end-or-resume")
        else:
            known = "skip-or-easier" if is_easier else "skip-or-resume"
            skip = line(known, movement=following.movement)
        return Ask(Question.SKIP_IT, skip, skip)

    def whether_to_leave(self) -> Ask:
        """Ask whether to leave a movement out that feels wrong, with no way to try it again."""
        following = self.beyond_pain
        leave = line("end-for-today")
        if following is not None:
            leave = line("leave-it-out", movement=following.movement)
        return Ask(Question.SKIP_IT, leave, leave)

    def anything_else(self, question: Line) -> Ask:
        """Ask an open question."""
        return Ask(Question.ANYTHING_ELSE, question, line("anything-else"))

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
        heard = timeline.bookmark(timeline.spans[step].release)
        session = replace(
            self.session,
            phase=Phase.STEPPING,
            progress=Progress(timeline.plan.id, heard),
            hurt=None,
            # A guide that was played before has no say in the place any more.
            generation=self._next_generation,
        )
        stepping = replace(self, runner=self._runner(session))
        asking = stepping.ask(stepping.whether_ready(), *lines)
        stopping = self.session.phase is Phase.PLAYING and self.moment.has_player
        clip = PlayClip(timeline, step, offset, stopping, spoken=session.voiced)
        return replace(asking, player=clip)

    def _movements(self, ids: Collection[str]) -> tuple[Movement, ...]:
        return tuple(m for m in self.repertoire.catalogue.movements.values() if m.id in ids)

    def _runner(self, session: SessionState) -> Runner:
        return replace(self.runner, session=session)


def spot_of(step: Step) -> Spot:
    """The movement, side and set of a step, for saying."""
    return Spot(step.movement, step.side, step.set_number, step.sets, step.extra)
