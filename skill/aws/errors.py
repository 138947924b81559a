"""What goes wrong between us and Amazon's web services."""

from skill.coaching.errors import CoachError


class AwsError(CoachError):
    """A service cannot be asked, or does not do what it is asked; the message says why."""

    code = "aws"


class TransientError(AwsError):
    """This attempt failed; another one in a moment may not."""

    code = "aws-transient"


class UntoldError(TransientError):
    """This attempt was answered, and not whether it has done what was asked."""

    code = "aws-untold"


class UnansweredError(AwsError):
    """The service was asked and has not answered: it may have done it, or may do it yet."""

    code = "aws-unanswered"
