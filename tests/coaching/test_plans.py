"""Plans: unfolding routines into steps, and ids there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skill.coaching.errors import ContentError, PlanError
from skill.coaching.movements import Hold, Movement, Posture, Reps, Side, Sidedness
from skill.coaching.plans import Choices, Detail, Plan, parse_plan_id
from skill.coaching.routines import Part, Routine
from tests.coaching.scenes import CATALOGUE, plan_ids

ROUTINES = CATALOGUE.routines


class TestSteps:
    def test_two_sided_movements_become_a_step_a_side(self):
        """Each leg gets its own step, left before right, with the same dose."""
        steps = Plan(ROUTINES["post-run"], CATALOGUE).steps
        assert [(step.movement.id, step.side) for step in steps] == [
            ("lying-figure-four", Side.LEFT),
            ("lying-figure-four", Side.RIGHT),
            ("pigeon", Side.LEFT),
            ("pigeon", Side.RIGHT),
        ]
        assert {step.dose for step in steps} == {Hold(30)}

    def test_sets_come_one_after_the_other(self):
        """Each set works both sides before the next set begins."""
        lunges = [
            (step.set_number, step.side)
            for step in Plan(ROUTINES["strength"], CATALOGUE).steps
            if step.movement.id == "lunge"
        ]
        assert lunges == [(1, "left"), (1, "right"), (2, "left"), (2, "right")]

    def test_a_bridge_is_fifteen_repetitions_of_four_seconds(self):
        """The default lies within the source's 12 to 15."""
        bridge = Plan(ROUTINES["glute-stretch"], CATALOGUE).steps[0]
        assert bridge.dose == Reps(15, 4)
        assert bridge.length == 60_000

    def test_choices_replace_doses(self):
        """A runner's hold, repetitions and pace go everywhere they apply."""
        plan = Plan(
            ROUTINES["glute-stretch"], CATALOGUE, Choices(hold_seconds=20, reps=12, rep_seconds=5)
        )
        assert {step.dose for step in plan.steps} == {Hold(20), Reps(12, 5)}

    @given(plan_ids())
    def test_both_sides_get_the_same(self, plan_id):
        """In any plan every step on one side has its like on the other, but for extra holds."""
        plan = parse_plan_id(plan_id, CATALOGUE)
        for step in plan.steps:
            other = plan.counterpart(step)
            if step.side is Side.BOTH:
                assert other is None
            else:
                assert other.side is step.side.other
                assert other.dose == step.dose
                back = plan.counterpart(other)
                assert step.extra or back.extra or back == step

    @given(plan_ids())
    def test_only_the_tighter_side_gets_more(self, plan_id):
        """Each hold is done once more on the tighter side, after both; nothing else is."""
        plan = parse_plan_id(plan_id, CATALOGUE)
        extras = [step for step in plan.steps if step.extra]
        assert all(step.side is plan.choices.tight for step in extras)
        held = {s.part for s in plan.steps if isinstance(s.dose, Hold) and s.side is not Side.BOTH}
        assert [s.part for s in extras] == (sorted(held) if plan.choices.tight else [])

    @given(plan_ids())
    def test_the_next_movement_is_another(self, plan_id):
        """The next movement is the first later step that is not this movement."""
        plan = parse_plan_id(plan_id, CATALOGUE)
        for step in plan.steps:
            following = plan.next_movement(step)
            last = following.index if following else len(plan.steps)
            assert all(s.movement == step.movement for s in plan.steps[step.index : last])

    def test_a_movement_may_come_twice(self):
        """The second time it has its own sides: the other side is that of the same time."""
        clam, squat = (Part(CATALOGUE.movements[name]) for name in ("clam", "squat"))
        plan = Plan(Routine("twice", (clam, squat, clam), "ours"), CATALOGUE)
        left, right = plan.steps[3:]
        assert plan.counterpart(left) is right
        assert plan.counterpart(right) is left
        assert plan.next_movement(plan.steps[0]).movement.id == "squat"


class TestIds:
    @given(plan_ids())
    def test_round_trip(self, plan_id):
        """A plan's id restores the plan, and the plan gives the id."""
        plan = parse_plan_id(plan_id, CATALOGUE)
        assert plan.id == plan_id
        assert parse_plan_id(plan.id, CATALOGUE) == plan

    def test_are_short_and_speak(self):
        """Only what differs from the routine is in the id."""
        choices = Choices(45, 12, 5, detail=Detail.BRIEF, bed=True)
        assert Plan(ROUTINES["pre-run"], CATALOGUE).id == "pre-run"
        assert Plan(ROUTINES["pre-run"], CATALOGUE, choices).id == "pre-run_h45_r12_p5_brief_bed"

    @pytest.mark.parametrize(
        ("bad", "complaint"),
        [
            ("", "there is no routine ''; there are pre-run"),
            ("yoga", "there is no routine 'yoga'; there are pre-run"),
            ("pre-run_", "'' is no choice of a plan; there are h<seconds a hold>"),
            ("pre-run_fast", "'fast' is no choice of a plan"),
            ("pre-run_h5", "a hold takes 10 to 120 seconds, not 5"),
            ("pre-run_r99", "a set takes 1 to 30 repetitions, not 99"),
            ("pre-run_p1", "a repetition takes 3 to 8 seconds, not 1"),
            ("pre-run_h030", "'h030' is no choice of a plan"),
            ("pre-run_h30_h40", "'pre-run_h30_h40' is written pre-run_h40"),
            ("pre-run_brief_h30", "'pre-run_brief_h30' is written pre-run_h30_brief"),
            ("pre-run_bed_brief", "'pre-run_bed_brief' is written pre-run_brief_bed"),
            ("PRE-RUN", "there is no routine 'PRE-RUN'"),
            ("../../etc/passwd", "there is no routine '../../etc/passwd'"),
            ("x" * 5000, "a plan id has at most 700 characters, not 5000"),
        ],
    )
    def test_a_bad_id_is_refused_by_name(self, bad, complaint):
        """What cannot be understood is named, with what could be; long input is cut."""
        with pytest.raises(PlanError) as refused:
            parse_plan_id(bad, CATALOGUE)
        assert str(refused.value).startswith(complaint)
        assert len(str(refused.value)) < 250

    @given(st.text(max_size=60))
    def test_any_text_is_a_plan_or_an_error(self, text):
        """Whatever comes from outside is refused with an error of ours or is a plan."""
        try:
            assert parse_plan_id(text, CATALOGUE).id == text
        except PlanError as refused:
            assert refused.code == "bad-plan"  # noqa: PT017


class TestValues:
    @pytest.mark.parametrize("field", ["bed", "countdown"])
    @pytest.mark.parametrize("value", [0, 1, None, "soft"])
    def test_some_choices_are_true_or_false(self, field, value):
        """A bed or a countdown is there or not; there is no other choice of it."""
        with pytest.raises(PlanError, match=f"{field} is true or false, not {value!r}"):
            Choices(**{field: value})

    def test_a_tighter_side_is_one_side(self):
        """Both sides cannot be the tighter one."""
        with pytest.raises(PlanError, match="the tighter side is left or right, not both"):
            Choices(tight=Side.BOTH)

    @pytest.mark.parametrize(
        ("make", "complaint"),
        [
            (lambda: Hold(9), "a hold takes 10 to 120 seconds, not 9"),
            (lambda: Hold(30.5), "not 30.5"),
            (lambda: Hold(True), "not True"),
            (lambda: Reps(0), "a set takes 1 to 30 repetitions, not 0"),
            (lambda: Reps(8, 2), "a repetition takes 3 to 8 seconds, not 2"),
            (lambda: Routine("empty", (), "ours"), "routine 'empty' has no movements"),
            (lambda: Routine("Bad Id", (), "ours"), "a routine's id is lower-case words"),
            (
                lambda: Movement("X", Sidedness.TOGETHER, Posture.LYING, Hold(30), "ours", "ours"),
                "a movement's id is lower-case words",
            ),
            (lambda: Part(CATALOGUE.movements["clam"], sets=6), "clam takes 1 to 5 sets, not 6"),
        ],
    )
    def test_wrong_values_cannot_be_made(self, make, complaint):
        """A value out of bounds is refused as it is made, with the bounds."""
        with pytest.raises(ContentError, match=complaint):
            make()
