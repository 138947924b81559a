"""The tree of errors: every error the coach raises on purpose, each with a stable code.

A message names the bad value and the good ones, in a sentence that could be read to the
one who caused it. Only the entry points turn these into HTTP answers or exit codes.
"""


class CoachError(Exception):
    """The root of the tree. `code` is stable: logs and tests rely on it."""

    code = "coach"


class ContentError(CoachError):
    """An entry of the catalogue or of the spoken lines breaks a rule."""

    code = "bad-content"


class PlanError(CoachError):
    """A plan id, or a runner's choice within a plan, that names nothing we can coach."""

    code = "bad-plan"


class PlanTooLongError(PlanError):
    """A plan that would run for longer than a plan may."""

    code = "plan-too-long"


class NothingLeftError(PlanError):
    """A plan with every movement left out."""

    code = "nothing-left"


class MissingCueError(CoachError):
    """The timeline needs a cue that was never recorded."""

    code = "missing-cue"
