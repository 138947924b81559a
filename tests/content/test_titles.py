import pytest

from skill.coaching.plans import parse_plan_id


@pytest.mark.parametrize(
    ("plan_id", "title"),
    [
        ("post-run", "Post-run stretch"),
        ("post-run_h45_brief", "Post-run stretch, 45-second holds, brief instructions"),
        ("strength_r8_p5_s2", "Strength session, sets of 8, 5 seconds a repetition, 2 sets each"),
        ("desk_bed_uncounted", "Desk break, a soft sound, no countdown"),
        ("post-run_tight-left_without-mat", "Post-run stretch, one hold more on the left, no mat"),
        ("post-run_skip-pigeon", "Post-run stretch, no pigeon pose"),
        (
            "glute-stretch_skip-glute-bridge_skip-lying-figure-four_skip-pigeon_skip-stacked-leg",
            "Full glute stretch, 4 movements left out",
        ),
        ("pre-run_h40_bed_uncounted_tight-left_without-chair_skip-pigeon", "Pre-run routine"),
        ("pre-run_h40_r8_brief", "Pre-run routine, sets of 8, brief instructions"),
        ("post-run_h30_p5_bed", "Post-run stretch, a soft sound"),
    ],
)
def test_titles_of_plans(wording, catalogue, plan_id, title):
    """A plan is called by its routine and what was chosen for it."""
    assert wording.plan_title(parse_plan_id(plan_id, catalogue)) == title


@pytest.mark.parametrize(
    ("plan_id", "named"),
    [
        ("post-run", "Lying figure four and pigeon pose."),
        ("post-run_without-kneeling", "Lying figure four and stacked leg stretch."),
        ("post-run_skip-pigeon", "Lying figure four."),
        ("post-run_easier-pigeon", "Lying figure four."),
    ],
)
def test_descriptions_of_plans(wording, catalogue, plan_id, named):
    """A plan's description says when it is for, and names the movements that are done in it."""
    described = wording.plan_description(parse_plan_id(plan_id, catalogue))
    assert described == f"Do it soon after a run. {named}"


@pytest.mark.parametrize(
    ("plan_id", "step", "title"),
    [
        ("pre-run", 1, "Clam, left side"),
        ("strength", 2, "Glute bridge, set 3 of 3"),
        ("strength", 4, "Monster walk, to the right, set 1 of 2"),
        ("post-run_tight-right", 2, "Lying figure four, right side, once more"),
    ],
)
def test_titles_of_steps(wording, catalogue, plan_id, step, title):
    """A step is called by its movement, its side and its set; an extra hold is told apart."""
    steps = parse_plan_id(plan_id, catalogue).steps
    assert wording.step_title(steps[step]) == title
    titles = [wording.step_title(other) for other in steps]
    assert len(set(titles)) == len(titles)
