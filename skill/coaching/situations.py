"""A situation: one event's circumstances, and what follows from them."""

from collections.abc import Collection
from functools import cached_property

from skill.coaching.lines import Spot, WorkLeft
from skill.coaching.moments import Moment
from skill.coaching.movements import Milliseconds, Movement
from skill.coaching.plans import Plan, Step
from skill.coaching.repertoire import Repertoire
from skill.coaching.routines import Routine
from skill.coaching.runner import Phase, Progress, Question, Runner, SessionState, StateError
from skill.coaching.timeline import Place, Timeline
from skill.coaching.values import value_class


@value_class
class Situation:
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
    def upcoming(self) -> Step:
        """The step that is on, or between two steps the one that is asked for next."""
        is_between = self.session.phase is Phase.STEPPING and not self.is_mid_clip
        return self.following or self.step if is_between else self.step

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
        """Whether the clip was heard to its end, by the player's word or by the clock."""
        end = self.timeline.played_out(self.step.index)
        return self.session.phase is Phase.STEPPING and self.place.offset >= end

    @property
    def rest(self) -> Milliseconds:
        """Where to go on for who leaves now: in the middle of a step, or between two.

        What was heard to its end is not done again. Where nobody can tell, since somebody cut in,
        a step is kept from its beginning: done twice is better than left out on one side.
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
    def is_between_steps(self) -> bool:
        """Whether it waits, one step at a time, before the one it was said to go on with."""
        start = self.timeline.spans[self.step.index].start
        is_waiting = self.session.phase is Phase.PAUSED and not self.runs_on
        return is_waiting and self.place.offset == start

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
    def last_routine(self) -> Routine | None:
        """The routine done last to its end; None if none was, or if it is not here any more."""
        if not self.runner.history:
            return None
        routine_id = self.runner.history[-1].plan_id.partition("_")[0]
        return self.repertoire.catalogue.routines.get(routine_id)

    @property
    def all_routines(self) -> tuple[Routine, ...]:
        """Every routine the coach knows."""
        return tuple(self.repertoire.catalogue.routines.values())

    @property
    def offered_routines(self) -> tuple[Routine, ...]:
        """The routines that the open question has named, in that order: all, unless it was some."""
        routines = self.repertoire.catalogue.routines
        offered = tuple(routines[id_] for id_ in self.session.offered if id_ in routines)
        return offered or self.all_routines

    @property
    def offered_movements(self) -> tuple[Movement, ...]:
        """The movements that the open question has named, in that order."""
        movements = self.repertoire.catalogue.movements
        return tuple(movements[id_] for id_ in self.session.offered if id_ in movements)

    def plan_of(self, routine: Routine) -> Plan:
        """Return a routine as this runner likes it."""
        return Plan(routine, self.repertoire.catalogue, self.runner.choices)

    def _movements(self, ids: Collection[str]) -> tuple[Movement, ...]:
        return tuple(m for m in self.repertoire.catalogue.movements.values() if m.id in ids)


def spot_of(step: Step) -> Spot:
    """The movement, side and set of a step, for saying."""
    return Spot(step.movement, step.side, step.set_number, step.sets, step.extra)
