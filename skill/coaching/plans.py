"""Plans: a routine as one runner wants it, unfolded into steps.

A step is one movement on one side for one set. A plan and its id say the same thing: the
id is the routine's, followed by what was chosen, in one fixed order (`pre-run`,
`post-run_h45_brief`, `daily-five_tight-left_without-mat`), so equal plans have equal ids and
the id alone restores the plan.
"""

import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from functools import cached_property
from typing import Any

from skill.coaching.errors import ContentError, NothingLeftError, PlanError
from skill.coaching.movements import (
    GEAR,
    HOLD_SECONDS,
    REP_COUNTS,
    REP_SECONDS,
    Dose,
    Hold,
    Milliseconds,
    Movement,
    Need,
    Reps,
    Side,
    require_within,
)
from skill.coaching.routines import SETS, Catalogue, Part, Routine
from skill.coaching.values import field, replace, value_class

LONGEST_ID = 700
"""Characters of a plan id; a token that Alexa keeps has room for 1,024."""

_NUMBERED = r"([hrps])([1-9][0-9]{0,2})"
_MORE = r"more([1-9][0-9]{0,2})at(0|[1-9][0-9]{0,2})"


class Detail(StrEnum):
    """How much the coach explains before each movement."""

    FULL = "full"
    BRIEF = "brief"


@value_class
class Choices:
    """What a runner may set; None leaves it as the routine has it.

    `bed`: a soft sound in holds. `countdown`: the last seconds of a hold are counted. `tight`:
    the side that gets one hold more. `without`: what the runner lacks; other movements stand in
    for those that need it. `skipped`: ids of movements that are left out.
    """

    hold_seconds: int | None = None
    reps: int | None = None
    rep_seconds: int | None = None
    sets: int | None = None
    detail: Detail = Detail.FULL
    bed: bool = False
    countdown: bool = True
    tight: Side | None = None
    without: frozenset[Need] = frozenset()
    skipped: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        try:
            for what, value, bounds, unit in (
                ("a hold", self.hold_seconds, HOLD_SECONDS, "seconds"),
                ("a set", self.reps, REP_COUNTS, "repetitions"),
                ("a repetition", self.rep_seconds, REP_SECONDS, "seconds"),
                ("a movement", self.sets, SETS, "sets"),
            ):
                if value is not None:
                    require_within(what, value, bounds, unit)
        except ContentError as out_of_bounds:
            raise PlanError(str(out_of_bounds)) from None
        for name in ("bed", "countdown"):
            if not isinstance(getattr(self, name), bool):
                raise PlanError(f"{name} is true or false, not {getattr(self, name)!r}")
        if self.tight is Side.BOTH:
            raise PlanError(f"the tighter side is left or right, not {self.tight}")

    def dose(self, dose: Dose) -> Dose:
        """Return a dose as this runner wants it."""
        if isinstance(dose, Hold):
            return Hold(self.hold_seconds or dose.seconds)
        return Reps(self.reps or dose.count, self.rep_seconds or dose.seconds_each)

    def fits(self, movement: Movement) -> bool:
        """Whether this runner has what a movement needs, and has not left it out."""
        return not (movement.needs & self.without) and movement.id not in self.skipped

    def known_to(self, catalogue: Catalogue) -> "Choices":
        """Return the choices without what names movements that are not in the catalogue."""
        known = self.skipped.intersection(catalogue.movements)
        return self if known == self.skipped else replace(self, skipped=known)


@value_class
class More:
    """One step made longer: by seconds if it is a hold, by repetitions if it is a set."""

    step: int
    amount: int


@value_class
class Step:
    """One movement, on one side, for one set.

    `index` counts the plan's steps and `part` the routine's parts, from 0; `set_number` from 1.
    `extra`: one hold more, on the tighter side.
    """

    index: int
    part: int
    movement: Movement
    side: Side
    dose: Dose
    set_number: int
    sets: int
    extra: bool = False

    @property
    def length(self) -> Milliseconds:
        """The work itself, from the begin chime to the release chime."""
        return self.dose.length


@value_class
class Portion:
    """One part of a routine as it is done; `part` counts the routine's parts from 0."""

    part: int
    movement: Movement
    dose: Dose
    sets: int

    def turns(self, tight: Side | None) -> Iterator[tuple[Side, int, bool]]:
        """Yield each side to work with the number of its set, and whether it is an extra hold."""
        for number in range(1, self.sets + 1):
            yield from ((side, number, False) for side in self.movement.sides)
        if tight and tight in self.movement.sides and isinstance(self.dose, Hold):
            yield tight, self.sets, True


@value_class
class Plan:
    """A routine as one runner wants it, out of the movements of a catalogue.

    `choices` may come from what the runner likes; the rest is for this time only. `easier`:
    ids of movements done in their easier form. `more`: the one step that was made longer.
    """

    routine: Routine
    catalogue: Catalogue = field(repr=False, compare=False)
    choices: Choices = Choices()
    easier: frozenset[str] = frozenset()
    more: More | None = None

    @cached_property
    def id(self) -> str:
        """The plan in a few characters; `parse_plan_id` is the way back."""
        return "_".join([self.routine.id, *self._marks()])

    def _marks(self) -> Iterator[str]:
        choices = self.choices
        for letter, number in (
            ("h", choices.hold_seconds),
            ("r", choices.reps),
            ("p", choices.rep_seconds),
            ("s", choices.sets),
        ):
            if number:
                yield f"{letter}{number}"
        if choices.detail is Detail.BRIEF:
            yield "brief"
        if choices.bed:
            yield "bed"
        if not choices.countdown:
            yield "uncounted"
        if choices.tight:
            yield f"tight-{choices.tight}"
        yield from (f"without-{need}" for need in sorted(choices.without))
        yield from (f"skip-{movement}" for movement in sorted(choices.skipped))
        yield from (f"easier-{movement}" for movement in sorted(self.easier))
        if self.more:
            yield f"more{self.more.amount}at{self.more.step}"

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every step in order: for each set the left side, then the right.

        A tighter side is held once more after them. Raise `NothingLeftError` if no movement is
        left, and `PlanError` if `more` cannot be.
        """
        unfolded = [
            (portion, side, number, extra)
            for portion in self.portions
            for side, number, extra in portion.turns(self.choices.tight)
        ]
        if not unfolded:
            raise NothingLeftError(f"plan {self.id} has no movement left in it")
        steps = [
            Step(
                index,
                portion.part,
                portion.movement,
                side,
                portion.dose,
                number,
                portion.sets,
                extra,
            )
            for index, (portion, side, number, extra) in enumerate(unfolded)
        ]
        if self.more:
            self._lengthen(steps, self.more)
        return tuple(steps)

    @cached_property
    def portions(self) -> tuple[Portion, ...]:
        """The parts of the routine that are done, with what is done in them.

        Where a movement does not fit, nor its easier form if that is wanted, the first of its
        stand-ins does that fits and is in the routine nowhere else; without one the part is
        left out.
        """
        taken = {part.movement.id for part in self.routine.parts if self._fits(part.movement)}
        portions = []
        for index, part in enumerate(self.routine.parts):
            if part.movement.id in self.choices.skipped:
                continue
            movement = self._fitting(part.movement, taken)
            if movement is not None:
                taken.add(movement.id)
                sets = self.choices.sets or part.sets
                portions.append(Portion(index, movement, self._dose(part, movement), sets))
        return tuple(portions)

    @property
    def movements(self) -> tuple[Movement, ...]:
        """The movements that are done, in order, each once."""
        return tuple({done.movement.id: done.movement for done in self.portions}.values())

    @property
    def gear(self) -> tuple[Need, ...]:
        """What to have within reach, in the order it is named."""
        needs = {need for movement in self.movements for need in movement.needs}
        return tuple(thing for thing in GEAR if thing in needs)

    def has(self, kind: type[Dose]) -> bool:
        """Whether anything is held, or counted."""
        return any(isinstance(portion.dose, kind) for portion in self.portions)

    @cached_property
    def telling(self) -> Choices:
        """The choices without those that make no difference to this routine."""
        telling = self.choices
        if not self.has(Hold):
            telling = replace(telling, bed=False, countdown=True)
        for name in ("hold_seconds", "reps", "rep_seconds", "sets", "tight"):
            usual: dict[str, Any] = {name: None}
            telling = self._simpler(telling, replace(telling, **usual))
        for need in sorted(telling.without):
            without = telling.without - {need}
            telling = self._simpler(telling, replace(telling, without=without))
        for id_ in sorted(telling.skipped):
            skipped = telling.skipped - {id_}
            telling = self._simpler(telling, replace(telling, skipped=skipped))
        return telling

    def _simpler(self, choices: Choices, simpler: Choices) -> Choices:
        """Return the simpler choices if the same is done by them."""
        plain = replace(self, more=None)
        is_same = replace(plain, choices=simpler).steps == replace(plain, choices=choices).steps
        return simpler if is_same else choices

    @property
    def left_out(self) -> tuple[Movement, ...]:
        """The routine's movements that are not done, nor another in their place."""
        kept = {portion.part for portion in self.portions}
        left = (part.movement for i, part in enumerate(self.routine.parts) if i not in kept)
        return tuple({movement.id: movement for movement in left}.values())

    def counterpart(self, step: Step) -> Step | None:
        """Return the step of the same set on the other side: the next such, or the one before."""
        others = [
            other
            for other in self.steps
            if (other.part, other.set_number) == (step.part, step.set_number)
            and other.side is not step.side
        ]
        following = (other for other in others if other.index > step.index)
        return next(following, others[-1] if others else None)

    def next_movement(self, step: Step) -> Step | None:
        """Return the first step of the routine's next part, if there is one."""
        return next((other for other in self.steps if other.part > step.part), None)

    def easier_form(self, movement: Movement) -> Movement | None:
        """Return the movement that is the easier form of another, if this runner can do it."""
        easier = self.catalogue.movements.get(movement.easier or "")
        return easier if easier and self._fits(easier) else None

    def nearest_to(self, step: Step) -> Step | None:
        """Return this plan's step that is like one of another plan of the routine.

        That is the step of the same part on the same side, in the same set or the nearest to it;
        where there is none, what comes first after it, and None after the last. An extra hold is
        like none but an extra hold.
        """

        def rank(own: Step) -> tuple[int, bool]:
            return -abs(own.set_number - step.set_number), own.side is step.side

        alike = [own for own in self.steps if own.part == step.part and own.extra is step.extra]
        if step.extra:
            alike = [own for own in alike if own.side is step.side]
        if alike:
            return max(alike, key=rank)
        return next((own for own in self.steps if own.part > step.part), None)

    def _fits(self, movement: Movement) -> bool:
        return self.choices.fits(movement)

    def _fitting(self, movement: Movement, taken: Collection[str]) -> Movement | None:
        """Return a movement in the form that this runner can do, or what stands in for it."""
        wanted = self._eased(movement)
        if self._fits(wanted):
            return wanted
        stand_ins = (self.catalogue.movements[id_] for id_ in wanted.stand_ins)
        found = next((m for m in stand_ins if self._fits(m) and m.id not in taken), None)
        if found is None:
            return None
        eased = self._eased(found)
        return eased if self._fits(eased) else found

    def _eased(self, movement: Movement) -> Movement:
        """Return a movement in its easier form, if that is wanted of it."""
        while movement.id in self.easier and movement.easier and self._fits(movement):
            movement = self.catalogue.movements[movement.easier]
        return movement

    def _dose(self, part: Part, movement: Movement) -> Dose:
        """Return how much is done; a stand-in takes over the part's figure if it counts alike."""
        alike = type(part.dose) is type(movement.dose)
        return self.choices.dose(part.dose if alike else movement.dose)

    def _lengthen(self, steps: list[Step], more: More) -> None:
        if more.step >= len(steps):
            raise PlanError(f"there is no step {more.step}; the steps are 0 to {len(steps) - 1}")
        step = steps[more.step]
        steps[more.step] = replace(step, dose=lengthened(step.dose, more.amount))


def lengthened(dose: Dose, amount: int) -> Dose:
    """Return a hold longer by seconds, or a set by repetitions; raise `PlanError` if too long."""
    try:
        if isinstance(dose, Hold):
            return Hold(dose.seconds + amount)
        return Reps(dose.count + amount, dose.seconds_each)
    except ContentError as out_of_bounds:
        raise PlanError(str(out_of_bounds)) from None


def parse_plan_id(plan_id: str, catalogue: Catalogue) -> Plan:
    """Turn an id back into the plan it stands for.

    Raise `PlanError` naming what cannot be understood: an unknown routine or movement, a
    choice that is no choice, one out of bounds, one given twice or out of order; and
    `NothingLeftError` if no movement is left.
    """
    if len(plan_id) > LONGEST_ID:
        raise PlanError(f"a plan id has at most {LONGEST_ID} characters, not {len(plan_id)}")
    routine_id, *marks = plan_id.split("_")
    routine = catalogue.routines.get(routine_id)
    if routine is None:
        raise PlanError(
            f"there is no routine {shortened(routine_id)}; "
            f"there are {', '.join(catalogue.routines)}"
        )
    chosen = _Marks(catalogue)
    for mark in marks:
        chosen.read(mark)
    plan = chosen.plan(routine)
    if plan.id != plan_id:
        raise PlanError(f"{shortened(plan_id)} is written {plan.id}")
    plan.steps  # noqa: B018 - unfolds the plan, so that a bad one is refused here
    return plan


class _Marks:
    """What the marks of a plan id have said so far."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.numbers: dict[str, int] = {}
        self.words: set[str] = set()
        self.named: dict[str, set[str]] = {}
        self.more: More | None = None

    def read(self, mark: str) -> None:
        """Take one mark in."""
        kind, _, name = mark.partition("-")
        if numbered := re.fullmatch(_NUMBERED, mark):
            self.numbers[numbered[1]] = int(numbered[2])
        elif more := re.fullmatch(_MORE, mark):
            self.more = More(amount=int(more[1]), step=int(more[2]))
        elif mark in {"brief", "bed", "uncounted"}:
            self.words.add(mark)
        elif name in self._good_names(kind):
            self.named.setdefault(kind, set()).add(name)
        else:
            raise PlanError(
                f"{shortened(mark)} is no choice of a plan; there are h<seconds a hold>, "
                "r<repetitions>, p<seconds of one>, s<sets>, brief, bed, uncounted, "
                "tight-<side>, without-<need>, skip-<movement>, easier-<movement> "
                "and more<n>at<step>"
            )

    def plan(self, routine: Routine) -> Plan:
        """Return the plan that the marks make of a routine."""
        sides = sorted(self.named.get("tight", ()))
        return Plan(
            routine,
            self.catalogue,
            Choices(
                hold_seconds=self.numbers.get("h"),
                reps=self.numbers.get("r"),
                rep_seconds=self.numbers.get("p"),
                sets=self.numbers.get("s"),
                detail=Detail.BRIEF if "brief" in self.words else Detail.FULL,
                bed="bed" in self.words,
                countdown="uncounted" not in self.words,
                tight=Side(sides[0]) if sides else None,
                without=frozenset(map(Need, self.named.get("without", ()))),
                skipped=frozenset(self.named.get("skip", ())),
            ),
            easier=frozenset(self.named.get("easier", ())),
            more=self.more,
        )

    def _good_names(self, kind: str) -> frozenset[str]:
        match kind:
            case "tight":
                return frozenset({Side.LEFT, Side.RIGHT})
            case "without":
                return frozenset(Need)
            case "skip" | "easier":
                return frozenset(self.catalogue.movements)
            case _:
                return frozenset()


def shortened(text: str) -> str:
    """Quote what came from outside, cut to a length that a message can carry."""
    return repr(text if len(text) <= 40 else text[:40] + "…")  # noqa: PLR2004
