"""Admission: a request has to be meant for our skill, whichever door it comes in by.

What else a sender must prove, and how, stands in `skill.alexa.verification`. Amazon itself does
that for a function, which needs none of the cryptography.
"""

from skill.coaching.errors import CoachError


class NotFromAlexaError(CoachError):
    """A request that Alexa cannot be shown to have sent: HTTP 400."""

    code = "not-from-alexa"


class WrongSkillError(NotFromAlexaError):
    """The request is meant for another skill, or does not say for which."""

    code = "wrong-skill"


def check_application(envelope: object, skill_id: str) -> None:
    """Raise WrongSkillError unless the request names `skill_id`, and no other skill.

    Requests without a session (AudioPlayer's, for one) name it in the context alone.
    """
    named = [
        application
        for place in (("context", "System"), ("session",))
        if (application := value_at(envelope, *place, "application", "applicationId")) is not None
    ]
    if not named:
        raise WrongSkillError(
            "the request names no skill: context.System.application.applicationId must be"
            f" {skill_id!r}"
        )
    if any(application != skill_id for application in named):
        raise WrongSkillError(f"the request is for another skill than {skill_id!r}")


def value_at(document: object, *path: str) -> object:
    """Return what a JSON document holds at `path`; None if it, or a step to it, is not there."""
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document
