"""Access: what a runner lets us do at Amazon's, and what a request brings along for doing it."""

from skill.coaching.values import field, value_class

SCOPE = "alexa::alerts:reminders:skill:readwrite"
"""The permission to set reminders, and to see and delete those that we have set."""


@value_class
class Access:
    """What a request brings along for asking Amazon back about its runner and its device."""

    endpoint: str
    token: str = field(repr=False)
    device_id: str = ""
