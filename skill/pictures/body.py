"""A body of fixed proportions, put into a pose: where its joints and the flesh around them are.

A pose says where the pelvis, ankles and wrists are and which way knees and elbows point; the
bones between have one length in every pose, so a limb can be out of reach but never stretched.
Lengths are hundredths of the height. Source: Drillis and Contini (1966), in Winter,
"Biomechanics and Motor Control of Human Movement".
"""

import math
from collections.abc import Mapping

from skill.coaching.errors import ContentError
from skill.coaching.movements import Side
from skill.coaching.values import replace, value_class
from skill.pictures.space import NOWHERE, Frame, Vector

THIGH = 24.5
SHANK = 24.6
UPPER_ARM = 18.6
FOREARM = 14.6
TRUNK = 28.0
"""From between the hips to between the shoulders."""
LUMBAR = 11.0
"""What of it turns with the pelvis."""
HAND = 7.0
HIP_ASIDE = 5.2
SHOULDER_ASIDE = 10.6

_TO_BONE = 0.01
"""How far from its reach a limb may be and still count as straight."""
_POINTED = 0.2
"""A foot in line with the shank so nearly that its sole faces where the back does."""
SIDES = (Side.RIGHT, Side.LEFT)


class PoseError(ContentError):
    """A pose that no body can take."""

    code = "pose"


def mirrored_name(name: str) -> str:
    """Return the name of the same joint or part on the other side."""
    side, _, rest = name.partition("_")
    return f"{Side(side).other}_{rest}" if side in SIDES else name


@value_class
class Ball:
    """Flesh around a place: a part of the body is what lies between its balls."""

    middle: Vector
    radius: float


@value_class
class Part:
    """A part of the body; `side` is `Side.BOTH` for the trunk and the head."""

    name: str
    side: Side
    balls: tuple[Ball, ...]

    @property
    def middle(self) -> Vector:
        """The place that says how near to the viewer it is."""
        total = NOWHERE
        for ball in self.balls:
            total += ball.middle
        return total * (1 / len(self.balls))


@value_class
class End:
    """Where a limb's end is: a place in the room, or `by` so much from a joint named `on`."""

    by: Vector
    on: str | None = None

    @property
    def mirrored(self) -> "End":
        """The same on the other side."""
        return End(self.by.mirrored, None if self.on is None else mirrored_name(self.on))


@value_class
class Limb:
    """A leg or an arm: where ankle or wrist is, and where knee or elbow, toes or fingers point.

    `shift` is how far the shoulder has moved on the chest.
    """

    end: End
    bend: Vector
    point: Vector | None = None
    shift: Vector = NOWHERE

    @property
    def mirrored(self) -> "Limb":
        """The same limb of the other side."""
        point = self.point.mirrored if self.point else None
        return Limb(self.end.mirrored, self.bend.mirrored, point, self.shift.mirrored)


@value_class
class Pose:
    """How a body is placed. Degrees and units as in `Frame.turned`; limbs by their sides."""

    pelvis: Vector
    pitch: float
    """Of the pelvis."""
    chest: float
    """The pitch of the chest."""
    head: float
    """The pitch of the head."""
    legs: Mapping[Side, Limb]
    arms: Mapping[Side, Limb]
    turn: float = 0.0
    lean: float = 0.0
    """Of the chest and the head, to the left."""

    @property
    def mirrored(self) -> "Pose":
        """The same pose of the other side."""
        return replace(
            self,
            pelvis=self.pelvis.mirrored,
            turn=-self.turn,
            lean=-self.lean,
            legs={side.other: leg.mirrored for side, leg in self.legs.items()},
            arms={side.other: arm.mirrored for side, arm in self.arms.items()},
        )


class Body:
    """A body in a pose.

    `joints` are, by name: pelvis, waist, neck, head; for each side `left_hip`, `left_knee`,
    `left_thigh` (its middle), `left_ankle`, `left_toes`, `left_shoulder`, `left_elbow`,
    `left_wrist`, ... `parts`: head, neck, chest, pelvis; for each side `left_thigh`, `left_shank`,
    `left_foot`, `left_upper_arm`, `left_forearm`, `left_hand`, `left_glute`.

    Raise `PoseError` if a limb would have to be longer than it is.
    """

    def __init__(self, pose: Pose) -> None:
        self.pose = pose
        self.joints: dict[str, Vector] = {}
        self.parts: dict[str, Part] = {}
        self._place_trunk()
        for limbs, place in ((self.pose.legs, self._place_leg), (self.pose.arms, self._place_arm)):
            waiting = [side for side in SIDES if side in limbs]
            while waiting:
                # Who rests on the other leg comes after it.
                ready = [side for side in waiting if self._is_placed(limbs[side].end)]
                if not ready:
                    raise PoseError(f"{limbs[waiting[0]].end.on} is no joint of this body")
                for side in ready:
                    place(side, limbs[side])
                    waiting.remove(side)

    @property
    def hips(self) -> Frame:
        """How the pelvis is turned."""
        return Frame.turned(self.pose.pitch, self.pose.turn)

    @property
    def trunk(self) -> Frame:
        """How the chest is turned."""
        return Frame.turned(self.pose.chest, self.pose.turn, self.pose.lean)

    def lowest(self, part: str) -> float:
        """Return how high above the floor the lowest point of a part is."""
        return min(ball.middle.z - ball.radius for ball in self.parts[part].balls)

    def _is_placed(self, end: End) -> bool:
        return end.on is None or end.on in self.joints

    def _place_trunk(self) -> None:
        pelvis, hips, trunk = self.pose.pelvis, self.hips, self.trunk
        gaze = Frame.turned(self.pose.head, self.pose.turn, self.pose.lean)
        waist = pelvis + hips.up * LUMBAR
        chest = waist + trunk.up * (TRUNK - LUMBAR)
        neck = chest + trunk.up * 2
        head = neck + gaze.up * 10
        self.joints.update(pelvis=pelvis, waist=waist, chest=chest, neck=neck, head=head)
        lumbar = [Ball(waist + hips.at(-0.3, aside, 0), 5.4) for aside in (-2.5, 2.5)]
        self._part(
            "pelvis",
            *[Ball(pelvis + hips.at(0, aside, 0.5), 6.2) for aside in (-3.4, 3.4)],
            *lumbar,
        )
        self._part(
            "chest",
            *lumbar,
            *[Ball(chest + trunk.at(0, aside, -7), 6.2) for aside in (-4.2, 4.2)],
            *[Ball(chest + trunk.at(0, aside, -2.4), 4.6) for aside in (-7.8, 7.8)],
        )
        self._part("neck", Ball(chest - trunk.up, 3.6), Ball(head - gaze.up * 2, 3.3))
        self._part("head", Ball(head, 6.3), Ball(head + gaze.at(1.2, 0, -2.4), 4.6))
        self._part(
            "nose", Ball(head + gaze.at(6.0, 0, -0.4), 0.7), Ball(head + gaze.at(6.4, 0, -2), 1.2)
        )
        for side in SIDES:
            outward = _outward(side)
            hip = pelvis + hips.left * (HIP_ASIDE * outward)
            self.joints[f"{side}_hip"] = hip
            self.joints[f"{side}_shoulder"] = chest + trunk.at(0, SHOULDER_ASIDE * outward, -1.6)
            self._part(
                "glute",
                Ball(hip + hips.at(-3.6, -0.4 * outward, -0.8), 5.1),
                Ball(hip + hips.at(-2.4, -1.0 * outward, 4.8), 3.7),
                Ball(hip + hips.at(-0.4, 0.9 * outward, 4.0), 3.6),
                side=side,
            )

    def _place_leg(self, side: Side, leg: Limb) -> None:
        hip = self.joints[f"{side}_hip"]
        ankle = self._end(leg.end)
        knee = _between(f"the {side} leg", hip, ankle, (THIGH, SHANK), leg.bend)
        along = (ankle - knee).direction
        toes = (leg.point or leg.bend).direction
        sole = along.across(toes)
        if sole.length < _POINTED:
            sole = (-self.hips.front).across(toes)
        sole = sole.direction
        tip = ankle + toes * 10.5 + sole * 2.5
        self.joints.update(
            {
                f"{side}_knee": knee,
                f"{side}_thigh": (hip + knee) * 0.5,
                f"{side}_shank": (knee + ankle) * 0.5,
                f"{side}_ankle": ankle,
                f"{side}_toes": tip,
            }
        )
        self._part("thigh", Ball(hip, 5.6), Ball(knee, 3.7), side=side)
        self._part("shank", Ball(knee, 3.6), Ball((knee + ankle) * 0.5
                   + (knee - hip).direction.across(along) * 0.6, 3.3), Ball(ankle, 2.3),
                   side=side)  # fmt: skip
        heel = Ball(ankle - toes * 2.6 + sole * 1.7, 2.3)
        self._part("foot", Ball(ankle, 2.3), heel, Ball(tip, 1.5), side=side)

    def _place_arm(self, side: Side, arm: Limb) -> None:
        shoulder = self.joints[f"{side}_shoulder"] + arm.shift
        wrist = self._end(arm.end)
        elbow = _between(f"the {side} arm", shoulder, wrist, (UPPER_ARM, FOREARM), arm.bend)
        fingers = wrist + (arm.point or wrist - elbow).direction * HAND
        self.joints.update(
            {
                f"{side}_shoulder": shoulder,
                f"{side}_elbow": elbow,
                f"{side}_wrist": wrist,
                f"{side}_fingers": fingers,
            }
        )
        self._part("upper_arm", Ball(shoulder, 3.3), Ball(elbow, 2.5), side=side)
        self._part("forearm", Ball(elbow, 2.5), Ball(wrist, 1.9), side=side)
        self._part("hand", Ball(wrist, 1.9), Ball(fingers, 1.3), side=side)

    def _end(self, end: End) -> Vector:
        return end.by if end.on is None else self.joints[end.on] + end.by

    def _part(self, name: str, *balls: Ball, side: Side = Side.BOTH) -> None:
        whole = name if side is Side.BOTH else f"{side}_{name}"
        self.parts[whole] = Part(name, side, balls)


def _outward(side: Side) -> int:
    return 1 if side is Side.LEFT else -1


def _between(
    what: str, root: Vector, end: Vector, bones: tuple[float, float], bend: Vector
) -> Vector:
    """Return where the knee or elbow is that lies in the direction `bend` of a limb."""
    upper, lower = bones
    reach = end - root
    far = reach.length
    if not abs(upper - lower) < far <= upper + lower + _TO_BONE:
        raise PoseError(
            f"{what} is {upper + lower:g} long and cannot span {far:.1f}, "
            f"from {_told(root)} to {_told(end)}"
        )
    along = reach.direction
    aside = bend.across(along)
    if aside.length < _TO_BONE:
        raise PoseError(f"{what} cannot bend along itself, to {_told(bend)}")
    share = (upper**2 - lower**2 + far**2) / (2 * far)
    return root + along * share + aside.direction * math.sqrt(max(upper**2 - share**2, 0.0))


def _told(place: Vector) -> str:
    return f"[{place.x:.1f}, {place.y:.1f}, {place.z:.1f}]"
