"""The planner: routines made to fit the minutes a runner has."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skill.coaching.errors import NothingLeftError
from skill.coaching.movements import Hold, Need, Reps, Side
from skill.coaching.planner import FITTED_HOLDS, FITTED_REPS, MINUTES, Begun, Fitted, fit
from skill.coaching.plans import Choices, Plan
from skill.coaching.timeline import Bookmark, Timeline
from skill.coaching.values import replace
from tests.coaching.scenes import CATALOGUE, REPERTOIRE

MINUTE = 60_000
FEWER = settings(max_examples=25)
"""Each fits a plan anew; all routines, needs and minutes are in `test_what_cannot_be_fitted`."""


@cache
def timeline_of(plan_id: str) -> Timeline:
    """Lay out a plan."""
    return REPERTOIRE.timeline(plan_id)


def fitted(plan: Plan, minutes: float, begun: Begun | None = None) -> Fitted:
    """Fit a plan into minutes."""
    return fit(plan, round(minutes * MINUTE), lambda form: timeline_of(form.id), begun)


def plans() -> st.SearchStrategy[Plan]:
    """Draw a routine for any equipment, any tighter side, some with their own doses."""
    choices = st.builds(
        Choices,
        hold_seconds=st.none() | st.sampled_from([10, 20, 30, 45, 90, 120]),
        tight=st.sampled_from([None, Side.LEFT, Side.RIGHT]),
        without=st.frozensets(st.sampled_from(Need)),
    )
    routines = st.sampled_from(list(CATALOGUE.routines.values()))
    return st.builds(Plan, routines, st.just(CATALOGUE), choices).filter(lambda plan: plan.portions)


@FEWER
@given(plans(), st.sampled_from(MINUTES))
def test_a_plan_lasts_as_long_as_asked_or_says_that_it_does_not(plan, minutes):
    """Within a tenth of the minutes, or the plan owns up; its length is the true one."""
    found = fitted(plan, minutes)
    assert found.length == timeline_of(found.timeline.plan.id).duration
    assert found.fits == (abs(found.length - minutes * MINUTE) <= minutes * MINUTE / 10)


@pytest.mark.parametrize("routine", CATALOGUE.routines)
@pytest.mark.parametrize("minutes", MINUTES)
def test_every_routine_fits_every_minute(routine, minutes):
    """With all equipment there is a plan of each routine for every minute from three to twenty."""
    found = fitted(Plan(CATALOGUE.routines[routine], CATALOGUE), minutes)
    assert found.fits or is_nearly_filled(found)


def is_nearly_filled(found: Fitted) -> bool:
    """Whether a plan is a little under the time: nothing is made longer to fill a shorter one."""
    return 0.85 * found.asked <= found.length <= found.asked


@pytest.mark.parametrize(("routine", "seconds"), [("desk", 120), ("post-run", 80)])
def test_who_likes_long_holds_keeps_them_as_long_as_there_is_time(routine, seconds):
    """A fit shortens long holds no more than it has to."""
    plan = Plan(CATALOGUE.routines[routine], CATALOGUE, Choices(hold_seconds=seconds))
    longest = timeline_of(plan.id).duration // MINUTE
    for minutes in range(5, min(longest, MINUTES[-1]) + 1):
        found = fitted(plan, minutes)
        assert found.fits or is_nearly_filled(found), minutes


@pytest.mark.parametrize("minutes", [12, 16, 20])
@pytest.mark.parametrize("tight", [None, Side.LEFT])
def test_near_the_end_no_plan_becomes_too_long_as_a_whole(tight, minutes):
    """Much time for the last steps is filled as far as an hour's plan can."""
    plan = Plan(CATALOGUE.routines["glute-stretch"], CATALOGUE, Choices(tight=tight))
    timeline = timeline_of(plan.id)
    for step in plan.steps[-3:]:
        found = fitted(plan, minutes, Begun(timeline, Bookmark(step.index, 1_000)))
        assert found.timeline.duration <= 60 * MINUTE


NEEDS = [
    frozenset(need for bit, need in enumerate(Need) if number >> bit & 1) for number in range(16)
]


@pytest.mark.parametrize("without", NEEDS, ids=lambda needs: "-".join(sorted(needs)) or "all")
def test_what_cannot_be_fitted(without):
    """Only one movement left is too little for the longest times; all else fits, or nearly so."""
    for routine in CATALOGUE.routines.values():
        plan = Plan(routine, CATALOGUE, Choices(without=without))
        for minutes in MINUTES[::3]:
            found = fitted(plan, minutes)
            if not found.fits and not is_nearly_filled(found):
                assert len(plan.portions) == 1
                assert found.length < minutes * MINUTE


@pytest.mark.parametrize("without", NEEDS[::5], ids=lambda needs: "-".join(sorted(needs)) or "all")
@pytest.mark.parametrize("choices", [Choices(), Choices(reps=6), Choices(hold_seconds=15)])
def test_less_time_makes_nothing_longer(without, choices):
    """To fit a shorter time, no hold, set or number of sets becomes more than it was."""
    for routine in CATALOGUE.routines.values():
        plan = Plan(routine, CATALOGUE, replace(choices, without=without))
        usual = {portion.part: portion for portion in plan.portions}
        length = timeline_of(plan.id).duration
        for minutes in (minutes for minutes in MINUTES if minutes * MINUTE < length):
            for portion in fitted(plan, minutes).timeline.plan.portions:
                assert portion.dose.length <= usual[portion.part].dose.length
                assert portion.sets <= usual[portion.part].sets


@FEWER
@given(plans(), st.sampled_from(MINUTES))
def test_the_order_stays_and_the_warm_up_comes_first(plan, minutes):
    """The routine's order is kept, its first movement never left out: bridge first, pigeon last."""
    done = fitted(plan, minutes).timeline.plan
    parts = [portion.part for portion in done.portions]
    assert parts == sorted(parts)
    first, wanted = done.portions[0], plan.portions[0]
    assert (first.part, first.movement) == (wanted.part, wanted.movement)
    names = [movement.id for movement in done.movements]
    assert "pigeon" not in names or names[-1] == "pigeon"
    if "glute-bridge" in {movement.id for movement in plan.routine.movements}:
        assert "glute-bridge" not in names[1:]


@FEWER
@given(plans(), st.sampled_from(MINUTES))
def test_doses_stay_within_reason(plan, minutes):
    """Holds made to fit stay within 20 to 60 seconds, sets within 5 to 20 repetitions.

    Or within what the runner had before, where that is shorter or longer.
    """
    found = fitted(plan, minutes).timeline.plan
    before, after = plan.choices, found.choices
    holds = [step.dose.seconds for step in plan.steps if isinstance(step.dose, Hold)]
    reps = [step.dose.count for step in plan.steps if isinstance(step.dose, Reps)]
    if after.hold_seconds != before.hold_seconds:
        assert min(FITTED_HOLDS[0], *holds) <= after.hold_seconds <= max(FITTED_HOLDS[-1], *holds)
    if after.reps != before.reps:
        assert min(FITTED_REPS[0], *reps) <= after.reps <= max(FITTED_REPS[-1], *reps)
    assert after.tight == before.tight
    assert after.without == before.without


def test_what_fits_is_left_as_it_is():
    """A routine that lasts about as long as asked is not changed."""
    plan = Plan(CATALOGUE.routines["daily-five"], CATALOGUE)
    minutes = timeline_of(plan.id).duration / MINUTE
    assert fitted(plan, minutes).timeline.plan == plan


def test_a_fit_is_remembered():
    """Asked for again, a routine is not fitted anew; what is left of it is, from each place."""
    plan = Plan(CATALOGUE.routines["strength"], CATALOGUE)
    found = REPERTOIRE.fitted(plan, 10 * MINUTE)
    assert found == fitted(plan, 10)
    assert REPERTOIRE.fitted(Plan(plan.routine, CATALOGUE), 10 * MINUTE) is found
    begun = Begun(timeline_of(plan.id), Bookmark(3, 0))
    assert REPERTOIRE.fitted(plan, 10 * MINUTE, begun) == fitted(plan, 10, begun)


def test_nothing_left_is_an_error():
    """A plan without a movement cannot be fitted."""
    skipped = frozenset(CATALOGUE.movements)
    with pytest.raises(NothingLeftError):
        fitted(Plan(CATALOGUE.routines["desk"], CATALOGUE, Choices(skipped=skipped)), 5)


@FEWER
@given(plans(), st.data(), st.floats(1, 12))
def test_the_rest_of_a_routine_can_be_fitted(plan, data, minutes):
    """What is done stays done: parts reached are kept, and the place is the same."""
    timeline = timeline_of(plan.id)
    before = data.draw(st.sampled_from(plan.steps))
    since = data.draw(st.integers(-10_000, before.length + 2_000))
    begun = Begun(timeline, Bookmark(before.index, since))
    found = fitted(plan, minutes, begun)
    after = found.timeline
    assert found.length == after.duration - begun.offset_in(after)
    here = after.at(begun.offset_in(after)).step
    assert (here.part, here.side, here.movement) == (before.part, before.side, before.movement)
    reached = [portion.part for portion in plan.portions if portion.part <= before.part]
    assert [portion.part for portion in after.plan.portions][: len(reached)] == reached


@pytest.mark.parametrize("routine", CATALOGUE.routines.values(), ids=lambda routine: routine.id)
@pytest.mark.parametrize("share", [0, 0.8, 1.1])
def test_the_rest_fits_wherever_it_can(routine, share):
    """If some holds and sets of the same movements would fit, what was found fits as well."""
    plan = Plan(routine, CATALOGUE)
    timeline = timeline_of(plan.id)
    for step in plan.steps[:: max(1, len(plan.steps) // 4)]:
        begun = Begun(timeline, Bookmark(step.index, round(share * step.length)))
        for minutes in (1, 2, 4):
            found = fitted(plan, minutes, begun)
            if not found.fits:
                others = (
                    timeline_of(replace(plan, choices=Choices(hold_seconds=hold, reps=reps)).id)
                    for hold in range(20, 61, 10)
                    for reps in range(5, 21, 3)
                )
                off = abs(found.length - minutes * MINUTE)
                for other in others:
                    length = other.duration - begun.offset_in(other)
                    assert abs(length - minutes * MINUTE) >= min(off, minutes * MINUTE / 10)


def test_the_rest_is_made_shorter():
    """Three minutes for what is left of a full stretch leave movements out, or shorten holds."""
    plan = Plan(CATALOGUE.routines["glute-stretch"], CATALOGUE)
    timeline = timeline_of(plan.id)
    found = fitted(plan, 3, Begun(timeline, Bookmark(4, 10_000)))
    assert found.fits
    assert found.timeline.plan.left_out or any(
        step.dose != plan.steps[step.index].dose
        for step in found.timeline.plan.steps
        if isinstance(step.dose, Hold)
    )
