"""Moments: when an event happens, where the player is by then, and what the device can do.

Where the player is does not travel with an event, because Alexa reports it with every request.
"""

from datetime import datetime

from skill.coaching.movements import SECOND, Milliseconds
from skill.coaching.runner import Runner
from skill.coaching.values import value_class

OFFSETS = range(24 * 60 * 60 * SECOND + 1)
"""Where a player can be, whatever it tells; no guide of ours runs for a day."""


@value_class
class Playhead:
    """Where a player is in one of our guides.

    `generation` tells the play commands given to this runner apart, a later one being the
    greater; `digest` names the recording the offset was measured in. `retried_at` is where
    the guide had failed, if this play command was the coach's own second try. `has_ended`:
    the guide played to its end.
    """

    plan_id: str
    digest: str
    generation: int
    offset: Milliseconds
    retried_at: Milliseconds | None = None
    has_ended: bool = False


@value_class
class Moment:
    """When something happens, and on what kind of device. `now` is aware of its time zone.

    Only what was spoken is answered in speech: a pressed button (`is_spoken` false) acts, and
    says nothing. `can_voice`: the device can say the steps itself when the guide does not sound.
    `command_id`: what the sender calls the command, if it may be sent again (`repeating`).
    `carried`: the runner as the device has kept them since the last event, if the store missed it.
    """

    now: datetime
    playhead: Playhead | None = None
    has_player: bool = True
    is_spoken: bool = True
    can_voice: bool = True
    command_id: str = ""
    carried: Runner | None = None
