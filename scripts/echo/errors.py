"""What can go wrong between an Echo and a skill."""


class EchoError(Exception):
    """The root of the tree."""


class IllegalResponseError(EchoError):
    """The skill answered what Alexa would refuse, or what our own design forbids."""


class SkillFailedError(EchoError):
    """The skill answered with an HTTP error: "there was a problem with the skill's response"."""


class NotForTheSkillError(EchoError):
    """What was said would not reach the skill: Alexa would answer by herself."""


class StreamError(EchoError):
    """A stream or clip that cannot be played; `kind` is Alexa's error type."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
