"""The wire to DynamoDB: one operation is one request of JSON, and an answer of JSON.

Rules: Amazon's documentation, "DynamoDB low-level API" and "Error handling with DynamoDB".
"""

import json
import time
from http import HTTPStatus
from typing import Any

from skill.aws.calls import Answer, Caller
from skill.aws.errors import AwsError, TransientError, UnansweredError, UntoldError
from skill.aws.signature import Request
from skill.ports import InDoubtError, StoreError

CONTENT_TYPE = "application/x-amz-json-1.0"
VERSION = "DynamoDB_20120810"

REFUSED_FOR_NOW = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)
"""What may be done in a moment. So may whatever was answered with HTTP 5xx, if it is not done: who
answers passes a request on, and has perhaps only given up waiting."""
UNMET = "ConditionalCheckFailedException"
LONGEST_COMPLAINT = 300
READING = "GetItem"
"""The operation that changes nothing."""

Json = dict[str, Any]


class UnmetConditionError(AwsError):
    """The item is not as the condition wants it; nothing was changed."""

    code = "unmet-condition"


class Wire:
    """Has DynamoDB do something to one table."""

    def __init__(self, caller: Caller, table: str) -> None:
        self._caller = caller
        self._table = table

    def call(self, operation: str, parameters: Json, seconds: float) -> Json:
        """Have an operation done within so many seconds; return its answer.

        It may be done twice, see `Caller.call`. Raise `UnmetConditionError` for an unmet
        condition, `InDoubtError` for a write that may have been done, and `StoreError` for all
        else, with the cause.
        """
        body = json.dumps({"TableName": self._table, **parameters}).encode()
        headers = {"Content-Type": CONTENT_TYPE, "X-Amz-Target": f"{VERSION}.{operation}"}
        request = Request("POST", "/", headers, body)
        try:
            answer = self._caller.call(request, time.monotonic() + seconds, _read)
        except AwsError as trouble:
            is_in_doubt = isinstance(trouble, UnansweredError) and operation != READING
            kind = InDoubtError if is_in_doubt else StoreError
            raise kind(f"{operation} of table {self._table!r}: {trouble}") from trouble
        if answer is None:
            raise UnmetConditionError("the item is another by now")
        return answer

    def close(self) -> None:
        """Hang up; a later call connects again."""
        self._caller.close()


def _read(answer: Answer) -> Json | None:
    """Return what was answered; None where the condition is unmet, whatever went before."""
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise UntoldError(f"HTTP {answer.status} with no JSON object")
    if answer.status == HTTPStatus.OK:
        return document
    # "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
    kind = str(document.get("__type", "")).rpartition("#")[2]
    if kind == UNMET:
        return None
    message = str(document.get("message") or document.get("Message"))[:LONGEST_COMPLAINT]
    complaint = f"HTTP {answer.status}, {kind or 'no type'}: {message}"
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise UntoldError(complaint)
    if kind in REFUSED_FOR_NOW:
        raise TransientError(complaint)
    raise AwsError(complaint)
