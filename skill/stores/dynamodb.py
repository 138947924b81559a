"""The cloud's store: one DynamoDB table, one item a runner.

A write has as its condition that the version is the one it replaces, so none is lost to another.
It also leaves a name of its own there: when its answer is lost it is sent again, which may find
that its time has passed, and the name tells that it was done. So no event happens twice.

What cannot be read is kept within the item itself, as one more attribute. So a deletion is one
request that leaves nothing behind, and the table needs no second key.

A client of our own, in `dynamodb_wire` and `skill.aws`: boto3 takes longer to start than all of
the coach does, botocore's signing alone half of that, and no light library on PyPI is kept up.
`./scripts/bench coldstart` measures it.
"""

import base64
import hashlib
import json
import logging
import os
import re
import time
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from skill.aws.calls import Caller
from skill.aws.credentials import Credentials
from skill.coaching.values import value_class
from skill.ports import ConflictError, InDoubtError, SessionStore, Stored, StoreError
from skill.stores.dynamodb_wire import READING, Json, UnmetConditionError, Wire

RUNNER = "runner"
"""The table's key."""
DOCUMENT, VERSION, EXPIRES = "document", "version", "expires"
"""The other attributes: what each save writes. By `EXPIRES` DynamoDB deletes, if it is told to."""
WRITER, WRITERS = "writer-", 8
"""The names of the last writes, each by its version: so many can overtake one that is in doubt."""
ASIDE = "aside-"
"""What the names of kept copies begin with; the version follows, and a digest of the copy."""

IDLE_DAYS = 400
"""So long after the last write a runner is forgotten."""
LOAD_SECONDS, WRITE_SECONDS = 1.5, 1.0
"""How long one may take with all its attempts; Alexa waits 8 s for the answer."""
LARGEST_ITEM = 400 * 1024
"""Bytes, with the names of its attributes."""
VERSIONS = range(1, 2**63)
UNVERSIONED = 0
"""Stands for whatever is there in the place of a version and is none."""

TABLE: Mapping[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": RUNNER, "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": RUNNER, "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
"""How the table is made."""

log = logging.getLogger(__name__)


class DynamoStore(SessionStore):
    """Implements `SessionStore` in a table of one region. Connects to nothing before it is used.

    `environment` is the live one: the keys to sign with are looked up there at each use.
    """

    def __init__(
        self, table: str, region: str, environment: Mapping[str, str], endpoint: str = ""
    ) -> None:
        suffix = ".cn" if region.startswith("cn-") else ""
        endpoint = endpoint or f"https://dynamodb.{region}.amazonaws.com{suffix}"
        caller = Caller("dynamodb", region, endpoint, Credentials(environment))
        self._wire = Wire(caller, table)

    def load(self, key: str) -> Stored | None:
        """Return the document under a key, or None where there is none, or it has expired.

        An item without a document comes back whole, as JSON: no record, but all its bytes.
        """
        item = self._item(key)
        if item is None or _has_expired(item):
            return None
        document = _bytes(item.get(DOCUMENT))
        return Stored(_as_json(item) if document is None else document, _version(item))

    def save(self, key: str, document: bytes, replacing: int | None) -> None:
        """Write a document over the version read, or as the first one."""
        if len(document) > LARGEST_ITEM:
            raise StoreError(
                f"a document of {len(document):,} bytes is too large: "
                f"an item of DynamoDB's has {LARGEST_ITEM:,} at most"
            )
        now = time.time_ns()
        # A first version is the time, so that none comes twice after a deletion.
        version = replacing + 1 if replacing else now
        writer, name = f"{WRITER}{version % WRITERS}", {"S": os.urandom(12).hex()}
        written: Json = {
            DOCUMENT: _binary(document),
            VERSION: {"N": str(version)},
            EXPIRES: {"N": str(now // 10**9 + IDLE_DAYS * 24 * 60 * 60)},
            writer: name,
        }
        try:
            if replacing is None:
                self._put(key, written, _gone(now // 10**9))
            else:
                self._set(key, written, self._unchanged(key, replacing))
        except ConflictError:
            try:
                found = self._item(key) or {}
            except StoreError as away:
                raise InDoubtError(f"whether it was written is not known: {away}") from away
            if found.get(writer) != name:
                raise

    def keep_aside(self, key: str, stored: Stored) -> None:
        """Keep a copy of a document that cannot be read, if it is still the newest."""
        name = f"{ASIDE}{stored.version}-{hashlib.sha256(stored.document).hexdigest()[:16]}"
        try:
            unchanged = self._unchanged(key, stored.version)
            self._set(key, {name: _binary(stored.document)}, unchanged)
        except ConflictError:
            log.info("what is not the newest any more is not kept aside")

    def delete(self, key: str, replacing: int) -> None:
        """Delete the version read, and with it all copies; or whatever has expired."""
        condition = self._unchanged(key, replacing).or_(_gone(int(time.time())))
        self._change("DeleteItem", {"Key": _key(key), **condition.parameters()})

    def close(self) -> None:
        """Hang up."""
        self._wire.close()

    def _item(self, key: str) -> Json | None:
        parameters = {"Key": _key(key), "ConsistentRead": True}
        item = self._wire.call(READING, parameters, LOAD_SECONDS).get("Item")
        if not (item is None or isinstance(item, dict)):
            raise StoreError("DynamoDB answered with an item that is none")
        return item or None

    def _unchanged(self, key: str, read: int) -> "_Condition":
        """Return the condition that an item is of the version that was read."""
        if read != UNVERSIONED:
            return _Condition(f"#{VERSION} = :read", {":read": {"N": str(read)}})
        item = self._item(key)
        if item is None or VERSION not in item:
            return _Condition(
                f"attribute_exists(#{RUNNER}) AND attribute_not_exists(#{VERSION})", {}
            )
        if _version(item) != UNVERSIONED:
            raise ConflictError("the item has a version by now")
        [(kind, _)] = item[VERSION].items()
        if kind == "N":
            return _Condition(f"#{VERSION} = :read", {":read": item[VERSION]})
        return _Condition(f"attribute_type(#{VERSION}, :kind)", {":kind": {"S": kind}})

    def _put(self, key: str, attributes: Json, condition: "_Condition") -> None:
        self._change("PutItem", {"Item": _key(key) | attributes, **condition.parameters()})

    def _set(self, key: str, attributes: Json, condition: "_Condition") -> None:
        parameters = condition.parameters()
        places = []
        for place, (name, value) in enumerate(attributes.items()):
            places.append(f"#set{place} = :set{place}")
            parameters["ExpressionAttributeNames"][f"#set{place}"] = name
            parameters["ExpressionAttributeValues"][f":set{place}"] = value
        expression = f"SET {', '.join(places)}"
        self._change("UpdateItem", {"Key": _key(key), "UpdateExpression": expression, **parameters})

    def _change(self, operation: str, parameters: Json) -> None:
        given = {name: value for name, value in parameters.items() if value}
        try:
            self._wire.call(operation, given, WRITE_SECONDS)
        except UnmetConditionError:
            raise ConflictError("the version read is not the newest any more") from None


@value_class
class _Condition:
    """A condition on an item: attributes are written `#name`, values `:name`."""

    expression: str
    values: Json

    def or_(self, other: "_Condition") -> "_Condition":
        return _Condition(f"{self.expression} OR {other.expression}", self.values | other.values)

    def parameters(self) -> Json:
        """Return what a request has of it, for itself to add to."""
        return {
            "ConditionExpression": self.expression,
            "ExpressionAttributeNames": {
                f"#{name}": name for name in re.findall(r"#(\w+)", self.expression)
            },
            "ExpressionAttributeValues": dict(self.values),
        }


_ABSENT = _Condition(f"attribute_not_exists(#{RUNNER})", {})


def _gone(now: int) -> _Condition:
    """Return the condition that there is no item, or one that has expired."""
    return _ABSENT.or_(_Condition(f"#{EXPIRES} <= :now", {":now": {"N": str(now)}}))


def _key(key: str) -> Json:
    return {RUNNER: {"S": key}}


def _binary(content: bytes) -> Json:
    return {"B": base64.b64encode(content).decode()}


def _version(item: Json) -> int:
    """Return an item's version; `UNVERSIONED` if it has none, or what cannot be one."""
    number = _number(item.get(VERSION))
    if number is None or not VERSIONS.start <= number < VERSIONS.stop or number % 1:
        return UNVERSIONED
    return int(number)


def _has_expired(item: Json) -> bool:
    """Whether DynamoDB may delete an item at any moment: it takes up to some days for that."""
    expires = _number(item.get(EXPIRES))
    return expires is not None and expires <= int(time.time())


def _number(attribute: object) -> Decimal | None:
    text = attribute.get("N") if isinstance(attribute, dict) else None
    try:
        number = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def _bytes(attribute: object) -> bytes | None:
    text = attribute.get("B") if isinstance(attribute, dict) else None
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except ValueError:
        return None


def _as_json(item: Json) -> bytes:
    own = {name: value for name, value in item.items() if not name.startswith(ASIDE)}
    return json.dumps(own, sort_keys=True).encode()
