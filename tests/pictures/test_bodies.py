"""The figures could be people: bones of one length, joints within reach, weight on the floor."""

import math

import pytest

from skill.coaching.movements import Side
from skill.pictures.body import FOREARM, SHANK, THIGH, UPPER_ARM, Body, PoseError
from skill.pictures.poses import Stage, load_studies
from skill.pictures.space import Vector, angle_between

SIDES = (Side.LEFT, Side.RIGHT)
BONES = {
    ("hip", "knee"): THIGH,
    ("knee", "ankle"): SHANK,
    ("shoulder", "elbow"): UPPER_ARM,
    ("elbow", "wrist"): FOREARM,
}
BENT = 0.3
"""How far a knee must be off the straight line for its direction to be told."""

MASSES = {
    # Shares of the body's weight. Source: Winter, "Biomechanics and Motor Control", table 4.1.
    "pelvis": 0.142,
    "chest": 0.355,
    "head": 0.081,
    "thigh": 0.1,
    "shank": 0.0465,
    "foot": 0.0145,
    "upper_arm": 0.028,
    "forearm": 0.016,
    "hand": 0.006,
}


def posed(name: str, stage: Stage) -> Body:
    return load_studies()[name].drawings[stage].body


def bone(body: Body, side: Side, begin: str, end: str) -> Vector:
    return body.joints[f"{side}_{end}"] - body.joints[f"{side}_{begin}"]


def flexion(body: Body, side: Side, root: str, joint: str, end: str) -> float:
    """Degrees by which a knee or elbow is bent; 0 is straight."""
    return angle_between(bone(body, side, root, joint), bone(body, side, joint, end))


def cross(one: Vector, other: Vector) -> Vector:
    return Vector(
        one.y * other.z - one.z * other.y,
        one.z * other.x - one.x * other.z,
        one.x * other.y - one.y * other.x,
    )


def hip_angles(body: Body, side: Side) -> tuple[float, float, float | None]:
    """Degrees of flexion, abduction and outward rotation; no rotation of a straight leg."""
    outward = 1 if side is Side.LEFT else -1
    thigh = bone(body, side, "hip", "knee").direction
    hips = body.hips
    bent = math.degrees(math.atan2(thigh.dot(hips.front), -thigh.dot(hips.up)))
    spread = math.degrees(math.asin(thigh.dot(hips.left) * outward))
    kneecap = -bone(body, side, "knee", "ankle").direction.across(thigh)
    if kneecap.length < BENT:
        return bent, spread, None
    ahead = -cross(hips.left.across(thigh), thigh)
    turned = math.atan2(cross(ahead, kneecap).dot(thigh), ahead.dot(kneecap))
    return bent, spread, math.degrees(turned) * -outward


def centre_of_mass(body: Body) -> Vector:
    total, weight = Vector(0, 0, 0), 0.0
    for part in body.parts.values():
        mass = MASSES.get(part.name, 0.0)
        total, weight = total + part.middle * mass, weight + mass
    return total * (1 / weight)


def test_the_masses_are_those_of_one_body() -> None:
    """Trunk and head once and the limbs twice are the whole weight."""
    limbs = ("thigh", "shank", "foot", "upper_arm", "forearm", "hand")
    assert sum(MASSES.values()) + sum(MASSES[limb] for limb in limbs) == pytest.approx(1, abs=0.01)


def test_bones_have_one_length(drawing):
    """Thighs, shanks and arms are as long in every pose, on both sides."""
    for (begin, end), length in BONES.items():
        for side in SIDES:
            assert bone(drawing.body, side, begin, end).length == pytest.approx(length, abs=0.02)


def test_the_figure_is_as_tall_as_it_says():
    """Upright it measures a hundred units from the soles to the crown."""
    body = posed("lunge", Stage.START)
    crown = max(ball.middle.z + ball.radius for ball in body.parts["head"].balls)
    assert crown - min(body.lowest("left_foot"), body.lowest("right_foot")) == pytest.approx(
        100, abs=2
    )


def test_nothing_sinks_into_the_floor(drawing):
    """No part of a body is below the mat by more than flesh gives way."""
    assert min(map(drawing.body.lowest, drawing.body.parts)) > -0.5


def test_what_should_touch_the_floor_does(drawing):
    """Feet that carry, hands that support, a back that lies: each is on the floor."""
    assert drawing.floor
    for part in drawing.floor:
        assert drawing.body.lowest(part) == pytest.approx(0, abs=0.6), part


@pytest.mark.parametrize(
    ("movement", "parts"),
    [
        ("glute-bridge", {"left_foot", "right_foot", "chest", "head"}),
        ("heel-bridge", {"left_foot", "right_foot", "chest", "head"}),
        ("stacked-leg", {"pelvis"}),
        ("standing-figure-four", {"left_foot"}),
        ("seated-figure-four", {"left_foot"}),
        ("lying-figure-four", {"left_glute", "right_glute", "chest", "head"}),
        ("pigeon", {"right_shank", "left_shank", "left_foot"}),
        ("clam", {"left_thigh"}),
        ("fire-hydrant", {"left_hand", "right_hand", "left_shank", "left_foot"}),
        ("kick-back", {"left_hand", "right_hand", "left_shank", "left_foot"}),
        ("monster-walk", {"left_foot", "right_foot"}),
        ("lunge", {"left_foot", "right_foot"}),
        ("squat", {"left_foot", "right_foot"}),
    ],
)
def test_what_carries_each_movement(movement, parts):
    """The parts that are said to be on the floor are those a coach would name."""
    for drawing in load_studies()[movement].drawings.values():
        assert parts <= drawing.floor


def test_joints_that_lie_on_one_another_do(drawing):
    """An ankle on a knee, hands behind a thigh: no further apart than the flesh between."""
    for one, other in drawing.contact:
        apart = (drawing.body.joints[one] - drawing.body.joints[other]).length
        assert apart < 11 if "head" in {one, other} else apart < 8.5, (one, other)


def test_crossed_legs_are_said_to_touch():
    """Every figure four has its ankle on the other knee, in both poses."""
    for name in ("standing-figure-four", "seated-figure-four", "lying-figure-four", "stacked-leg"):
        for drawing in load_studies()[name].drawings.values():
            assert ("right_ankle", "left_knee") in drawing.contact


def test_knees_and_elbows_bend_as_far_as_they_can(drawing):
    """No knee or elbow is bent past 145 degrees, and none is bent backward."""
    for side in SIDES:
        assert 0 <= flexion(drawing.body, side, "hip", "knee", "ankle") <= 135
        assert 0 <= flexion(drawing.body, side, "shoulder", "elbow", "wrist") <= 145


def test_knees_bend_the_way_the_foot_points(drawing):
    """Toes never point behind the knee: they are ahead of the shank, or in line with it."""
    for side in SIDES:
        shank = bone(drawing.body, side, "knee", "ankle").direction
        kneecap = bone(drawing.body, side, "hip", "knee").direction.across(shank)
        foot = bone(drawing.body, side, "ankle", "toes").direction
        if kneecap.length > BENT:
            assert foot.dot(kneecap.direction) > -0.1, side
        assert angle_between(foot, shank) < 115, side


def test_hips_move_within_their_range(drawing):
    """Flexion to 135 degrees, extension to 30, spread to 60; knees turned out, hardly in.

    Passive ranges are somewhat above those of the American Academy of Orthopaedic Surgeons
    (120, 30, 45), since in a stretch the hands and the floor help.
    """
    for side in SIDES:
        bent, spread, turned = hip_angles(drawing.body, side)
        assert -31 <= bent <= 135, side
        assert -20 <= spread <= 60, side
        assert turned is None or -15 <= turned <= 115, side


def test_backs_stay_long(drawing):
    """Pelvis and chest are bent against one another by no more than 35 degrees."""
    pose = drawing.body.pose
    assert abs(pose.chest - pose.pitch) <= 35
    assert abs(pose.head - pose.chest) <= 50


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("movement", ["standing-figure-four", "monster-walk", "lunge", "squat"])
def test_who_stands_does_not_fall_over(movement, stage):
    """The centre of mass is above the ground that the standing feet enclose."""
    drawing = load_studies()[movement].drawings[stage]
    mass = centre_of_mass(drawing.body)
    balls = [
        ball
        for side in SIDES
        if f"{side}_foot" in drawing.floor
        for ball in drawing.body.parts[f"{side}_foot"].balls
    ]
    for axis in ("x", "y"):
        places = [(getattr(ball.middle, axis), ball.radius) for ball in balls]
        low, high = min(at - r for at, r in places), max(at + r for at, r in places)
        assert low <= getattr(mass, axis) <= high, axis


class TestWhatTheWordsSay:
    @pytest.mark.parametrize("movement", ["glute-bridge", "heel-bridge"])
    def test_bridges_are_straight(self, movement):
        """At the top knees, hips and shoulders are in one line."""
        body = posed(movement, Stage.FULL)
        for side in SIDES:
            thigh = bone(body, side, "hip", "knee")
            trunk = body.joints["pelvis"] - body.joints["chest"]
            assert angle_between(thigh, trunk) < 8

    def test_toes_are_up_in_the_heel_bridge(self):
        """Its heels are on the floor and its toes are not; in the glute bridge both are."""
        for stage in Stage:
            for side in SIDES:
                assert posed("heel-bridge", stage).joints[f"{side}_toes"].z > 5
                assert posed("glute-bridge", stage).joints[f"{side}_toes"].z < 2

    def test_the_clam_keeps_feet_and_hips(self):
        """Only the top knee moves: it opens by more than the width of a hand."""
        start, full = posed("clam", Stage.START), posed("clam", Stage.FULL)
        assert start.joints["right_ankle"] == full.joints["right_ankle"]
        assert start.hips == full.hips
        assert full.joints["right_knee"].z - start.joints["right_knee"].z > 12

    @pytest.mark.parametrize("movement", ["fire-hydrant", "kick-back"])
    def test_hips_stay_level_on_hands_and_knees(self, movement):
        """The back keeps still and straight, and the moving knee stays bent at a right angle."""
        start, full = posed(movement, Stage.START), posed(movement, Stage.FULL)
        assert (start.hips, start.trunk) == (full.hips, full.trunk)
        assert abs(start.pose.pitch - start.pose.chest) <= 5
        assert start.hips.left.z == 0
        assert flexion(full, Side.RIGHT, "hip", "knee", "ankle") == pytest.approx(90, abs=8)

    def test_the_kick_goes_back_and_up(self):
        """The thigh is level and the sole faces the ceiling."""
        body = posed("kick-back", Stage.FULL)
        assert bone(body, Side.RIGHT, "hip", "knee").direction.z == pytest.approx(0, abs=0.1)
        assert bone(body, Side.RIGHT, "knee", "ankle").direction.z > 0.95

    def test_the_hydrant_lifts_sideways(self):
        """The knee ends higher and further out than it began."""
        way = (
            posed("fire-hydrant", Stage.FULL).joints["right_knee"]
            - posed("fire-hydrant", Stage.START).joints["right_knee"]
        )
        assert way.y < -15
        assert way.z > 8

    def test_the_lunge_spares_knee_and_hip(self):
        """The front knee is over its foot; the hip behind is stretched by 25 degrees at most."""
        body = posed("lunge", Stage.FULL)
        joints = body.joints
        assert joints["right_ankle"].x - 3 < joints["right_knee"].x < joints["right_toes"].x
        assert hip_angles(body, Side.LEFT)[0] > -25
        assert body.lowest("left_shank") > 3

    def test_the_squat_is_deep_with_heels_down(self):
        """Thighs are level, knees follow the toes and do not pass them by far."""
        body = posed("squat", Stage.FULL)
        for side in SIDES:
            thigh = bone(body, side, "hip", "knee").direction
            assert abs(thigh.z) < 0.15
            knee, toes = body.joints[f"{side}_knee"], body.joints[f"{side}_toes"]
            assert knee.x < toes.x + 3
            assert knee.y == pytest.approx(toes.y, abs=4)

    def test_the_monster_walk_goes_sideways(self):
        """The foot steps out to its own side; the other stays."""
        start, full = posed("monster-walk", Stage.START), posed("monster-walk", Stage.FULL)
        assert full.joints["right_ankle"].y < start.joints["right_ankle"].y - 10
        assert full.joints["left_ankle"] == start.joints["left_ankle"]

    def test_stretches_deepen(self):
        """Held, the thigh of the crossed leg comes nearer to the chest than at the start."""
        names = ("stacked-leg", "standing-figure-four", "seated-figure-four", "lying-figure-four")
        for name in names:
            start, full = (hip_angles(posed(name, stage), Side.RIGHT)[0] for stage in Stage)
            assert full > start + 10, name

    def test_the_pigeon_has_one_leg_straight_behind(self):
        """The other leg is straight and lies back; the front shin lies across."""
        for stage in Stage:
            body = posed("pigeon", stage)
            assert flexion(body, Side.LEFT, "hip", "knee", "ankle") < 15
            assert bone(body, Side.LEFT, "hip", "ankle").direction.x < -0.95
            assert abs(bone(body, Side.RIGHT, "knee", "ankle").direction.y) > 0.9


class TestLimbs:
    def test_a_limb_out_of_reach_is_an_error(self):
        """A pose that would need longer bones names the limb, its length and the way to go."""
        pose = posed("squat", Stage.START).pose
        raised = Vector(0, 0, 90)
        with pytest.raises(PoseError, match=r"leg is 49.1 long and cannot span 86.1"):
            Body(type(pose)(raised, 0, 0, 0, pose.legs, pose.arms))

    def test_the_mirrored_body_is_the_mirror_image(self, drawing):
        """Each joint of the left side's pose is where the right side's is, across the middle."""
        other = Body(drawing.body.pose.mirrored)
        for name, place in drawing.body.joints.items():
            side, _, joint = name.partition("_")
            twin = f"{Side(side).other}_{joint}" if joint else name
            assert (other.joints[twin] - place.mirrored).length < 1e-9
