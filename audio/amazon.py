"""Amazon's libraries, as the studio meets them: what their complaints mean, in one sentence.

boto3 takes long to load, so who needs it imports it where it is used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError


def told(error: "BotoCoreError | ClientError") -> str:
    """Return what an error says, without the full stop at its end."""
    return str(error).rstrip(".")


def what_mends(error: "BotoCoreError", otherwise: str = "try again later") -> str:
    """Say what to set or mend, where boto3 did not get as far as an answer."""
    match type(error).__name__:
        case "NoRegionError":
            return "set AWS_DEFAULT_REGION, for example to us-east-1"
        case "NoCredentialsError" | "PartialCredentialsError" | "CredentialRetrievalError":
            return "run `aws configure`, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        case "ProfileNotFound":
            return "set AWS_PROFILE to one of your profiles"
        case _:
            return otherwise
