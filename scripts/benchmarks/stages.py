"""Where the time of a start goes: each part of its way by itself, and the floor under all of it.

The floor is what no service could do without that checks who asks and remembers who was answered:
parsing, one RSA verification, one write of what the coach writes, by hand.
"""

import base64
import sqlite3
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import orjson
from ask_sdk_model import RequestEnvelope, ResponseEnvelope
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

from scripts.benchmarks.answering import Coach, dispatching, timed
from scripts.benchmarks.processes import CannotMeasureError
from scripts.benchmarks.signed import SKILL_ID, Mail, Signed
from skill.alexa.admission import check_application
from skill.alexa.envelope import read_envelope
from skill.alexa.reading import read_event, read_moment, read_user
from skill.alexa.responding import Responder
from skill.alexa.serialising import serialise
from skill.alexa.verification import SIGNATURE_HEADER, check_timestamp
from skill.coaching.events import Event
from skill.coaching.moments import Moment
from skill.coaching.runner import Runner
from skill.coaching.session import advance
from skill.records import decode, encode
from skill.sessions import storage_key
from tests.simulators.amazon import URL

VERIFY = "verify the signature, certificate known"
PARSE = "parse"
RSA = "RSA"
NORMAL, FULL = "NORMAL", "FULL"
"""How durable a write by hand is (SQLite's `synchronous`)."""

_WRITE = """
INSERT INTO runners VALUES (?, ?) ON CONFLICT DO UPDATE SET document = excluded.document
"""
_COUNTED = 8
"""Bytes at a record's end that differ from round to round."""

Times = Mapping[str, float]
"""Microseconds that half of the requests kept within, by what was done."""


def stages(coach: Coach, requests: Sequence[Signed]) -> Times:
    """Take requests to start a routine one part of the way at a time."""
    service, now = coach.service, coach.service.clock()
    taken: dict[str, Sequence[float]] = {}

    def verified(request: Signed) -> None:
        coach.verifier.verify(request.headers, request.body, now)

    def checked(document: object) -> None:
        check_timestamp(document, now)
        check_application(document, SKILL_ID)

    taken[VERIFY], _ = timed(verified, requests)
    taken[PARSE], documents = timed(lambda one: orjson.loads(one.body), requests)
    taken["check time and skill's id"], _ = timed(checked, documents)
    taken["read the envelope"], envelopes = timed(read_envelope, documents)
    invoke = dispatching()
    taken["dispatch, the SDK's"], _ = timed(lambda envelope: invoke(envelope, None), envelopes)

    def read(envelope: RequestEnvelope) -> tuple[Event | None, str, Moment]:
        event = read_event(envelope.request, service.wording.catalogue)
        return event, read_user(envelope), read_moment(envelope, now)

    taken["read event, user and moment"], understood = timed(read, envelopes)
    keys = [storage_key(user) for _, user, _ in understood]
    taken["load"], stored = timed(service.store.load, keys)
    taken["decode"], runners = timed(lambda one: decode(one.document) if one else Runner(), stored)
    happening = [
        (runner, event, moment)
        for runner, (event, _, moment) in zip(runners, understood, strict=True)
        if event
    ]
    taken["advance"], outcomes = timed(
        lambda of: advance(of[0], of[1], of[2], service.repertoire), happening
    )
    taken["encode"], written = timed(encode, [outcome.runner for outcome in outcomes])
    versions = [one.version if one else None for one in stored]
    writes = list(zip(keys, written, versions, strict=True))
    taken["save"], _ = timed(lambda of: service.store.save(*of), writes)
    responder = Responder(service.editions, service.shelf)
    taken["respond"], responses = timed(
        lambda outcome: responder.respond(outcome, aloud=True, eliciting=True, on_screen=True),
        outcomes,
    )
    whole = [
        ResponseEnvelope(
            response=response,
            version="1.0",
            session_attributes={},
            user_agent="ask-python/1.19.0 Python/3.11.0",
        )
        for response in responses
    ]
    taken["serialise"], answers = timed(serialise, whole)
    taken["dump"], _ = timed(orjson.dumps, answers)
    return {part: median(times) for part, times in taken.items()}


class Floor:
    """Does by hand what cannot be left out; `close` it afterwards."""

    def __init__(self, folder: Path, mail: Mail) -> None:
        key = load_pem_x509_certificate(mail.amazon.fetch(URL)).public_key()
        if not isinstance(key, RSAPublicKey):
            raise CannotMeasureError("the certificate's key is no RSA key")
        self._key = key
        self._rounds = 0
        self._connections = {
            durability: _database(folder / f"floor-{durability}.sqlite3", durability)
            for durability in (NORMAL, FULL)
        }

    def measure(self, requests: Sequence[Signed], record: bytes) -> Times:
        """Check each request, and write a record for each in both ways."""
        signed = [(base64.b64decode(one.headers[SIGNATURE_HEADER]), one.body) for one in requests]
        parsing, _ = timed(lambda one: orjson.loads(one.body), requests)
        proving, _ = timed(lambda one: self._key.verify(*one, PKCS1v15(), SHA256()), signed)
        taken = {PARSE: median(parsing), RSA: median(proving)}
        self._rounds += 1
        # What is there already, byte for byte, SQLite would not write.
        record = record[:-_COUNTED] + self._rounds.to_bytes(_COUNTED)
        rows = [(storage_key(str(number)), record) for number in range(len(requests))]
        for durability, connection in self._connections.items():
            writing, _ = timed(partial(connection.execute, _WRITE), rows)
            taken[durability] = median(writing)
        return taken

    def close(self) -> None:
        """Close the databases."""
        for connection in self._connections.values():
            connection.close()


def _database(file: Path, durability: str) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {durability}")
    connection.execute("CREATE TABLE runners (key TEXT PRIMARY KEY, document BLOB) WITHOUT ROWID")
    return connection
