"""Plans: a routine plus this runner's choices, unfolded into steps.

A step is one movement on one side for one set. A plan and its id say the same thing: the
id is the routine's, followed by the choices that were made, in one fixed order (`pre-run`,
`post-run_h45_brief`), so equal plans have equal ids and the id alone restores the plan.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from skill.coaching.errors import ContentError, PlanError
from skill.coaching.movements import (
    HOLD_SECONDS,
    REP_COUNTS,
    REP_SECONDS,
    Dose,
    Hold,
    Milliseconds,
    Movement,
    Reps,
    Side,
    require_within,
)
from skill.coaching.routines import Part, Routine

_NUMBERED = re.compile(r"([hrp])([1-9][0-9]{0,2})")


class Detail(StrEnum):
    """How much the coach explains before each movement."""

    FULL = "full"
    BRIEF = "brief"


@dataclass(frozen=True, slots=True)
class Choices:
    """What a runner may set; None leaves it as the routine has it. `bed`: a soft sound in holds."""

    hold_seconds: int | None = None
    reps: int | None = None
    rep_seconds: int | None = None
    detail: Detail = Detail.FULL
    bed: bool = False

    def __post_init__(self) -> None:
        try:
            for what, value, bounds, unit in (
                ("a hold", self.hold_seconds, HOLD_SECONDS, "seconds"),
                ("a set", self.reps, REP_COUNTS, "repetitions"),
                ("a repetition", self.rep_seconds, REP_SECONDS, "seconds"),
            ):
                if value is not None:
                    require_within(what, value, bounds, unit)
        except ContentError as out_of_bounds:
            raise PlanError(str(out_of_bounds)) from None
        if not isinstance(self.bed, bool):
            raise PlanError(f"a bed is there or not: true or false, not {self.bed!r}")

    def dose(self, part: Part) -> Dose:
        """Return the dose of one part as this runner wants it."""
        dose = part.dose
        if isinstance(dose, Hold):
            return Hold(self.hold_seconds or dose.seconds)
        return Reps(self.reps or dose.count, self.rep_seconds or dose.seconds_each)


@dataclass(frozen=True, slots=True)
class Step:
    """One movement, on one side, for one set.

    `index` counts the plan's steps and `part` the routine's parts, from 0; `set_number` from 1.
    """

    index: int
    part: int
    movement: Movement
    side: Side
    dose: Dose
    set_number: int
    sets: int

    @property
    def length(self) -> Milliseconds:
        """The work itself, from the begin chime to the release chime."""
        return self.dose.length


@dataclass(frozen=True)
class Plan:
    """A routine as one runner wants it."""

    routine: Routine
    choices: Choices = Choices()

    @cached_property
    def id(self) -> str:
        """The plan in a few characters; `parse_plan_id` is the way back."""
        choices = self.choices
        marks = (
            f"h{choices.hold_seconds}" if choices.hold_seconds else "",
            f"r{choices.reps}" if choices.reps else "",
            f"p{choices.rep_seconds}" if choices.rep_seconds else "",
            "brief" if choices.detail is Detail.BRIEF else "",
            "bed" if choices.bed else "",
        )
        return "_".join(mark for mark in (self.routine.id, *marks) if mark)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step in order: for each set the left side, then the right."""
        unfolded = [
            (part_index, part, side, number)
            for part_index, part in enumerate(self.routine.parts)
            for number in range(1, part.sets + 1)
            for side in part.movement.sides
        ]
        return tuple(
            Step(index, part_index, part.movement, side, self.choices.dose(part), number, part.sets)
            for index, (part_index, part, side, number) in enumerate(unfolded)
        )

    def counterpart(self, step: Step) -> Step | None:
        """Return the step of the same set on the other side, if the movement has one."""
        for other in self.steps:
            same_set = (other.part, other.set_number) == (step.part, step.set_number)
            if same_set and other.side is not step.side:
                return other
        return None

    def next_movement(self, step: Step) -> Step | None:
        """Return the first step of the routine's next part, if there is one."""
        return next((other for other in self.steps if other.part > step.part), None)


def parse_plan_id(plan_id: str, routines: Mapping[str, Routine]) -> Plan:
    """Turn an id back into the plan it stands for.

    Raise `PlanError` naming what cannot be understood: an unknown routine, a choice that is
    no choice, one out of bounds, one given twice or out of order.
    """
    routine_id, *marks = plan_id.split("_")
    routine = routines.get(routine_id)
    if routine is None:
        raise PlanError(
            f"there is no routine {shortened(routine_id)}; there are {', '.join(routines)}"
        )
    chosen: dict[str, int] = {}
    for mark in marks:
        numbered = _NUMBERED.fullmatch(mark)
        if numbered:
            chosen[numbered[1]] = int(numbered[2])
        elif mark in {"brief", "bed"}:
            chosen[mark] = 1
        else:
            raise PlanError(
                f"{shortened(mark)} is no choice of a plan; there are h<seconds a hold>, "
                "r<repetitions>, p<seconds a repetition>, brief and bed"
            )
    plan = Plan(
        routine,
        Choices(
            hold_seconds=chosen.get("h"),
            reps=chosen.get("r"),
            rep_seconds=chosen.get("p"),
            detail=Detail.BRIEF if "brief" in chosen else Detail.FULL,
            bed="bed" in chosen,
        ),
    )
    if plan.id != plan_id:
        raise PlanError(f"{shortened(plan_id)} is written {plan.id}")
    return plan


def shortened(text: str) -> str:
    """Quote what came from outside, cut to a length that a message can carry."""
    return repr(text if len(text) <= 40 else text[:40] + "…")  # noqa: PLR2004
