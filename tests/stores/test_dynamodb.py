"""The cloud's store: what only a table and a line to it can go through.

Items are laid into the table as they might be found there, by boto3; so nothing here depends on
how the store writes but what is said of that.
"""

import base64
import json
import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal

import pytest

from skill.coaching import events
from skill.coaching.runner import Phase, Runner
from skill.ports import ConflictError, InDoubtError, Stored, StoreError
from skill.records import decode, encode
from skill.sessions import SessionManager, storage_key
from skill.stores.dynamodb import (
    ASIDE,
    DOCUMENT,
    EXPIRES,
    IDLE_DAYS,
    LARGEST_ITEM,
    VERSION,
    WRITER,
    WRITERS,
    DynamoStore,
)
from tests.coaching.scenes import REPERTOIRE, moment, runner
from tests.simulators.dynamodb import KEYS, NOWHERE, REGION, BadLine, Fate, Mishap, Servers, Table

DAY = 24 * 60 * 60
PAUSED = encode(runner(Phase.PAUSED))
"""A record that is whole."""


@pytest.fixture(params=["dynalite", "moto"])
def table(request, dynamodb: Servers) -> Table:
    """An empty table."""
    return dynamodb.table(request.param)


@pytest.fixture
def store(table):
    """The store on it."""
    with closing(table.store()) as opened:
        yield opened


def number(value: object) -> dict[str, str]:
    return {"N": str(value)}


def binary(value: bytes) -> dict[str, bytes]:
    return {"B": value}


def copies(item) -> list[bytes]:
    return [value["B"] for name, value in item.items() if name.startswith(ASIDE)]


class TestItems:
    def test_what_an_item_has(self, table, store):
        """Document as bytes, version, expiry, and the write's name; the key is all of the key."""
        store.save("k", PAUSED, None)
        item = table.item("k")
        version = int(item[VERSION]["N"])
        writer = f"{WRITER}{version % WRITERS}"
        assert item.keys() == {"runner", DOCUMENT, VERSION, EXPIRES, writer}
        assert item[DOCUMENT] == binary(PAUSED)
        assert abs(int(item[EXPIRES]["N"]) - time.time() - IDLE_DAYS * DAY) < 60

    def test_it_does_not_grow(self, table, store):
        """However often it is written, an item has the names of the last few writes."""
        store.save("k", b"0", None)
        for times in range(3 * WRITERS):
            store.save("k", str(times).encode(), store.load("k").version)
        assert len([name for name in table.item("k") if name.startswith(WRITER)]) == WRITERS

    def test_each_write_puts_the_expiry_off(self, table, store):
        """Who goes on is not forgotten."""
        soon = int(time.time()) + 100
        table.put("k", document=binary(PAUSED), version=number(7), expires=number(soon))
        store.save("k", b"later", 7)
        assert int(table.item("k")[EXPIRES]["N"]) > soon + 300 * DAY

    def test_a_key_begins_at_another_version_each_time(self, store):
        """A first version is the time, to the nanosecond."""
        before = time.time_ns()
        store.save("k", b"one", None)
        assert before < store.load("k").version < time.time_ns()


class TestExpired:
    @pytest.fixture
    def expired(self, table) -> Table:
        """A table with an item that DynamoDB has not come to delete yet."""
        table.put(
            "k",
            **{f"{ASIDE}6-a": binary(b"a copy")},
            document=binary(PAUSED),
            version=number(7),
            expires=number(int(time.time()) - 1),
        )
        return table

    def test_it_counts_as_gone(self, expired):
        """What has expired is not found, and looking for it changes nothing, for nobody else."""
        with (
            BadLine(expired.endpoint, lambda *_: None) as line,
            closing(expired.store(line.endpoint)) as store,
        ):
            assert store.load("k") is None
            assert {operation for operation, _ in line.happened} == {"GetItem"}
        assert expired.item("k")[DOCUMENT] == binary(PAUSED)

    @pytest.mark.parametrize("replacing", [7, 6])
    def test_it_is_deleted(self, expired, store, replacing):
        """Whoever deletes what has expired, deletes it, copies and all, whatever they had read."""
        store.delete("k", replacing)
        assert expired.item("k") is None

    def test_it_expires_just_now(self, expired, store):
        """What has expired only since it was read is kept aside and written over as any other."""
        store.keep_aside("k", Stored(PAUSED, 7))
        store.save("k", b"new", 7)
        assert store.load("k") == Stored(b"new", 8)
        assert PAUSED in copies(expired.item("k"))

    def test_it_is_overwritten(self, expired, store):
        """A first document may take its place, and nothing is left of what was there."""
        store.save("k", b"new", None)
        assert store.load("k").document == b"new"
        assert copies(expired.item("k")) == []

    @pytest.mark.parametrize("expires", [None, {"S": "1"}, {"BOOL": True}, {"N": "99999999999"}])
    def test_what_has_no_such_moment(self, table, store, expires):
        """Without an expiry, or with one that DynamoDB itself would not heed, it is there."""
        more = {} if expires is None else {EXPIRES: expires}
        table.put("k", document=binary(PAUSED), version=number(7), **more)
        assert store.load("k") == Stored(PAUSED, 7)

    def test_a_runner_who_comes_back_too_late(self, expired, store):
        """They are a newcomer, and are remembered again."""
        user = "amzn1.ask.account.LATE"
        expired.put(
            storage_key(user),
            document=binary(PAUSED),
            version=number(7),
            expires=number(int(time.time()) - DAY),
        )
        outcome = SessionManager(store, REPERTOIRE).handle(
            user, events.Launch(), moment(Phase.IDLE)
        )
        assert outcome.runner.session.progress is None
        assert decode(store.load(storage_key(user)).document) == outcome.runner


class TestVersions:
    @pytest.mark.parametrize(
        ("written", "version"),
        [("7", 7), ("7.0", 7), ("7E+2", 700), ("7E2", 700), (Decimal(7), 7), (2**62, 2**62)],
    )
    def test_decimals(self, table, store, written, version):
        """A whole number is a version however it is written, and can be written over."""
        table.put("k", document=binary(PAUSED), version=number(written))
        assert store.load("k") == Stored(PAUSED, version)
        store.save("k", b"next", version)
        assert store.load("k") == Stored(b"next", version + 1)

    @pytest.mark.parametrize(
        "broken",
        [
            {},
            {VERSION: number("7.5")},
            {VERSION: number(0)},
            {VERSION: number(-7)},
            {VERSION: number("9E+30")},
            {VERSION: {"S": "7"}},
            {VERSION: {"NULL": True}},
            {VERSION: {"L": [{"N": "7"}]}},
            {VERSION: {"M": {"N": {"N": "7"}}}},
        ],
        ids=str,
    )
    def test_what_is_none(self, table, store, broken):
        """With no version, or what is none, a whole document is read, written over, and deleted."""
        table.put("k", document=binary(PAUSED), **broken)
        found = store.load("k")
        assert found.document == PAUSED
        store.save("k", b"mended", found.version)
        assert store.load("k").version > 1
        with pytest.raises(ConflictError):
            store.save("k", b"late", found.version)
        with pytest.raises(ConflictError):
            store.delete("k", found.version)
        assert store.load("k").document == b"mended"
        table.put("k", document=binary(PAUSED), **broken)
        store.delete("k", store.load("k").version)
        assert table.item("k") is None


class TestCorruptItems:
    @pytest.mark.parametrize(
        "broken",
        [
            {},
            {DOCUMENT: {"S": PAUSED.decode()}},
            {DOCUMENT: {"NULL": True}},
            {DOCUMENT: {"BS": [PAUSED]}},
            {DOCUMENT: {"M": {"format": {"N": "1"}, "said": {"L": []}}}},
            {DOCUMENT: {"N": "1.5"}},
            {"format": {"N": "1"}, "phase": {"S": "idle"}},
            {DOCUMENT: binary(b"")},
            {DOCUMENT: binary(b'{"format":1,"phase":"flying"}')},
            {DOCUMENT: binary(b"\xff" * 100)},
        ],
        ids=lambda attributes: str(attributes)[:40],
    )
    @pytest.mark.parametrize("version", [{}, {VERSION: number(7)}, {VERSION: {"S": "7"}}], ids=str)
    def test_they_are_kept_and_the_runner_begins_anew(self, table, store, caplog, broken, version):
        """Whatever lies there: it is kept, the runner is told once, and is remembered again."""
        user = "amzn1.ask.account.ARUNNER"
        key, manager = storage_key(user), SessionManager(store, REPERTOIRE)
        table.put(key, **broken, **version)
        with caplog.at_level(logging.ERROR):
            outcomes = [manager.handle(user, events.Help(), moment(Phase.IDLE)) for _ in range(2)]
        told = [[line.id for line in outcome.lines] for outcome in outcomes]
        assert told[0][0] == "state-lost"
        assert "state-lost" not in told[1]
        assert decode(store.load(key).document) == outcomes[-1].runner
        [copy] = copies(table.item(key))
        if "B" in broken.get(DOCUMENT, {}):
            assert copy == broken[DOCUMENT]["B"]
        else:
            kept = json.loads(copy)
            assert kept["runner"] == {"S": key}
            assert kept.keys() == {"runner", *broken, *version}
        assert len(caplog.records) == 1

    def test_two_that_are_kept_of_one_version(self, table, store):
        """Where nobody counted, two different documents are two copies."""
        for document in (b"one", b"two", b"two"):
            table.put("k", **(copies_of(table, "k")), document=binary(document))
            store.keep_aside("k", store.load("k"))
        assert sorted(copies(table.item("k"))) == [b"one", b"two"]

    def test_nothing_is_left_of_them(self, table, store):
        """With a deletion all copies go; the table has not one byte of the runner."""
        table.put("k", document={"S": "unreadable"})
        store.keep_aside("k", store.load("k"))
        store.delete("k", store.load("k").version)
        assert table.items() == []


def copies_of(table: Table, key: str):
    return {
        name: value for name, value in (table.item(key) or {}).items() if name.startswith(ASIDE)
    }


class TestSize:
    @pytest.mark.parametrize("size", [LARGEST_ITEM + 1, LARGEST_ITEM - 20, 1_000_000])
    def test_too_large_a_document(self, table, store, size):
        """More than DynamoDB takes is refused with a reason, and what was there stays."""
        store.save("k", PAUSED, None)
        version = store.load("k").version
        for replacing, key in ((None, "other"), (version, "k")):
            with pytest.raises(StoreError, match=r"too large|maximum allowed size"):
                store.save(key, b"x" * size, replacing)
        assert [item["runner"]["S"] for item in table.items()] == ["k"]
        assert store.load("k") == Stored(PAUSED, version)

    def test_a_large_one(self, store):
        """What DynamoDB takes goes there and comes back."""
        document = b"x" * 400_000
        store.save("k", document, None)
        assert store.load("k").document == document


@contextmanager
def behind(fate: Fate, table) -> Iterator[DynamoStore]:
    """Lend a table's store behind a line on which things befall requests."""
    with BadLine(table.endpoint, fate) as line, closing(table.store(line.endpoint)) as store:
        yield store


def once(operation: str, mishap: Mishap) -> Fate:
    """Let something befall the first attempt of an operation."""
    return lambda asked, times: mishap if (asked, times) == (operation, 1) else None


class TestABadLine:
    """What is done is done once, whatever becomes of the answer."""

    @pytest.mark.parametrize("mishap", Mishap)
    def test_each_operation_survives_it(self, table, mishap):
        """Whatever happens once to each request, nobody notices."""
        with (
            BadLine(table.endpoint, lambda _, times: mishap if times == 1 else None) as line,
            closing(table.store(line.endpoint)) as store,
        ):
            store.save("k", b"unreadable", None)
            first = store.load("k")
            store.keep_aside("k", first)
            store.save("k", b"two", first.version)
            assert store.load("k") == Stored(b"two", first.version + 1)
            assert copies(table.item("k")) == [b"unreadable"]
            store.delete("k", first.version + 1)
            assert store.load("k") is None
            asked = [operation for operation, befell in line.happened if befell]
        assert {"GetItem", "PutItem", "UpdateItem", "DeleteItem"} <= set(asked)

    @pytest.mark.parametrize("later_writes", [0, 1, WRITERS - 1])
    def test_an_answer_that_was_lost(self, table, later_writes):
        """A write whose answer was lost is known for done, even if others have written since."""

        def fate(operation: str, times: int) -> Mishap | None:
            if operation != "UpdateItem":
                return None
            if times == 2:  # between the lost answer and the second attempt
                with closing(table.store()) as others:
                    for _ in range(later_writes):
                        others.save("k", b"theirs", others.load("k").version)
            return Mishap.ANSWER_LOST if times == 1 else None

        with closing(table.store()) as store:
            store.save("k", b"one", None)
            version = store.load("k").version
            with behind(fate, table) as bad:
                bad.save("k", b"two", version)
            assert store.load("k").version == version + 1 + later_writes

    def test_one_that_came_too_late(self, table):
        """A write that was cut off, and overtaken before the next attempt, is a lost race."""

        def fate(operation: str, times: int) -> Mishap | None:
            if operation != "UpdateItem":
                return None
            if times == 2:
                with closing(table.store()) as others:
                    others.save("k", b"theirs", version)
            return Mishap.CUT_OFF if times == 1 else None

        with closing(table.store()) as store:
            store.save("k", b"one", None)
            version = store.load("k").version
            with behind(fate, table) as bad, pytest.raises(ConflictError):
                bad.save("k", b"two", version)
            assert store.load("k") == Stored(b"theirs", version + 1)

    @pytest.mark.parametrize("lost", [True, False], ids=["done", "a lost race"])
    def test_nobody_tells_who_has_written(self, table, lost):
        """Where the item cannot be looked at after an unmet condition, the write is in doubt."""

        def fate(operation: str, times: int) -> Mishap | None:
            if operation == "GetItem":
                return Mishap.UNAVAILABLE
            return Mishap.ANSWER_LOST if lost and times == 1 else None

        with closing(table.store()) as store:
            store.save("k", b"one", None)
            version = store.load("k").version
        with behind(fate, table) as bad, pytest.raises(InDoubtError, match="GetItem"):
            bad.save("k", b"two", version if lost else version - 1)

    @pytest.mark.parametrize("mishap", Mishap)
    def test_one_that_stays_bad(self, table, mishap):
        """If it does not pass it is an error that says what, within the time for an answer."""
        with (
            BadLine(table.endpoint, lambda *_: mishap) as line,
            closing(table.store(line.endpoint)) as store,
        ):
            started = time.monotonic()
            with pytest.raises(StoreError, match=table.name) as refused:
                store.load("k")
            assert type(refused.value) is StoreError
            assert time.monotonic() - started < 2.5

    @pytest.mark.parametrize("mishap", Mishap)
    def test_a_write_in_doubt(self, table, mishap):
        """A write that was not refused may have been done, and that is told."""
        with (
            BadLine(table.endpoint, lambda *_: mishap) as line,
            closing(table.store(line.endpoint)) as store,
            pytest.raises(StoreError, match=table.name) as refused,
        ):
            store.save("k", b"one", None)
        is_refused = mishap in {Mishap.THROTTLED, Mishap.TOO_FAST}
        assert type(refused.value) is (StoreError if is_refused else InDoubtError)

    @pytest.mark.parametrize("operation", ["GetItem", "PutItem"])
    def test_a_runner_does_not_notice(self, table, operation):
        """Through the manager a command that met with something is done once, and kept."""
        with (
            BadLine(table.endpoint, once(operation, Mishap.ANSWER_LOST)) as line,
            closing(table.store(line.endpoint)) as store,
        ):
            manager = SessionManager(store, REPERTOIRE)
            outcome = manager.handle("someone", events.Launch(), moment(Phase.IDLE))
        with closing(table.store()) as store:
            assert decode(store.load(storage_key("someone")).document) == outcome.runner


class TestOutOfReach:
    @pytest.mark.parametrize(
        ("store", "told"),
        [
            # On a busy machine its time may be over before the last refusal.
            (DynamoStore("runners", REGION, KEYS, NOWHERE), "refused|no time is left"),
            (DynamoStore("runners", REGION, {}, NOWHERE), "AWS_ACCESS_KEY_ID"),
            (DynamoStore("runners", REGION, KEYS, "http://coach.invalid"), "coach.invalid"),
        ],
        ids=["nobody there", "no credentials", "no such host"],
    )
    def test_all_of_it_is_an_error(self, store, told):
        """Whatever is asked, it is an error that names table and reason, soon."""
        stored = Stored(b"x", 7)
        for ask in (
            lambda: store.load("k"),
            lambda: store.save("k", b"x", None),
            lambda: store.save("k", b"x", 7),
            lambda: store.save("k", b"x", 0),
            lambda: store.keep_aside("k", stored),
            lambda: store.delete("k", 7),
        ):
            started = time.monotonic()
            with pytest.raises(StoreError, match=told) as refused:
                ask()
            assert "'runners'" in str(refused.value)
            assert type(refused.value) is StoreError
            assert time.monotonic() - started < 2.5

    def test_a_table_that_is_not_there(self, table):
        """The missing table is named."""
        refused = pytest.raises(StoreError, match=r"'no-table'.*ResourceNotFoundException")
        with closing(DynamoStore("no-table", REGION, KEYS, table.endpoint)) as store, refused:
            store.load("k")

    def test_a_runner_whose_key_no_table_takes(self, table):
        """What DynamoDB does not take at all is an error, too."""
        with closing(table.store()) as store, pytest.raises(StoreError, match="Validation"):
            store.load("")

    def test_nothing_is_asked_before_its_time(self):
        """Making a store and closing it asks nobody: a snapshot holds no connection."""
        DynamoStore("runners", REGION, {}, NOWHERE).close()

    @pytest.mark.parametrize(
        ("region", "host"),
        [
            ("eu-west-1", "dynamodb.eu-west-1.amazonaws.com"),
            ("cn-north-1", "dynamodb.cn-north-1.amazonaws.com.cn"),
        ],
    )
    def test_where_amazon_answers(self, monkeypatch, region, host):
        """Without another endpoint it is that of the region."""
        asked = []

        def look_up(name: str, port: int, **_: object) -> list[object]:
            asked.append((name, port))
            raise OSError("not in a test")

        monkeypatch.setattr("socket.getaddrinfo", look_up)
        with pytest.raises(StoreError, match="not in a test"):
            DynamoStore("runners", region, KEYS).load("k")
        assert set(asked) == {(host, 443)}


@pytest.mark.parametrize(
    "answer",
    [
        b'{"Item": 7}',
        b'{"Item": []}',
        b"[]",
        b"",
        b"{",
        b"null",
        b"\xff\xfe",
        b'{"Item": {"version": {"N": "1"}, "document": {"B": "no base64!"}}}',
        b'{"Item": {"version": {"N": "one"}, "document": {"B": 7}}}',
        b'{"Item": {"version": {"N": "NaN"}, "document": "text"}}',
        b'{"Item": {"version": {"N": "1E+999999"}, "document": {"B": ""}}}',
        b'{"Item": {"version": 7, "expires": "soon"}}',
        b"[" * 100_000,
    ],
    ids=lambda answer: ascii(answer[:40]),
)
def test_answers_that_are_none(answer):
    """Whatever DynamoDB answers with, it is a document or an error of ours; never another one."""
    with (
        BadLine(NOWHERE, lambda *_: answer) as line,
        closing(DynamoStore("runners", REGION, KEYS, line.endpoint)) as store,
    ):
        try:
            found = store.load("k")
        except StoreError:
            return
    assert isinstance(found.document, bytes)
    assert found.version in {0, 1}


def test_a_runners_record_is_small():
    """The longest history there can be leaves room for a copy or two within one item."""
    long = Runner()
    for _ in range(600):
        long = long.completing("strength_r12_p5_s2_brief_skip-clam", moment(Phase.IDLE).now)
    assert 4 * len(base64.b64encode(encode(long))) < LARGEST_ITEM
