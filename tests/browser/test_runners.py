"""Runners of browsers: the key their cookies are signed with is there for as long as they come."""

import time
from contextlib import closing

import pytest

from skill.browser import runners
from skill.browser.errors import NotNowError
from skill.browser.runners import KEY_READ_AFTER, Acquaintance, Runners
from skill.ports import SessionStore, StoreError
from skill.stores.dynamodb import DOCUMENT, EXPIRES, VERSION
from skill.stores.memory import MemoryStore
from tests.simulators.dynamodb import Servers, Table

SOON_GONE = 100
"""Seconds until the key would be forgotten."""


class Clock:
    """Tells the time of a machine that has run for a while."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    set_up = Clock()
    monkeypatch.setattr(runners, "time", set_up)
    return set_up


@pytest.fixture
def table(dynamodb: Servers) -> Table:
    """A table that nobody was remembered in yet."""
    return dynamodb.table("moto")


def grow_old(table: Table) -> None:
    """Have the key be nearly as old as a runner who is forgotten."""
    [item] = table.items()
    table.put(
        item["runner"]["S"],
        document=item[DOCUMENT],
        version=item[VERSION],
        expires={"N": str(int(time.time()) + SOON_GONE)},
    )


def seconds_left(table: Table) -> float:
    [item] = table.items()
    return int(item[EXPIRES]["N"]) - time.time()


def known(store: SessionStore, cookie: str) -> bool:
    return Runners(store).visitor(cookie).acquaintance is Acquaintance.KNOWN


def test_a_key_is_kept_by_those_who_start(table):
    """Each process that looks the key up puts off the day on which it would be forgotten."""
    with closing(table.store()) as store:
        cookie = Runners(store).visitor(None).cookie
        grow_old(table)
        assert known(store, cookie)
        assert seconds_left(table) > 2 * SOON_GONE
        assert known(store, cookie)


def test_a_key_is_kept_by_one_that_runs_on(table, clock):
    """So does a process that is never started anew, now and then, if anybody comes."""
    with closing(table.store()) as store:
        running = Runners(store)
        cookie = running.visitor(None).cookie
        grow_old(table)
        assert running.visitor(cookie).acquaintance is Acquaintance.KNOWN
        assert seconds_left(table) <= SOON_GONE
        clock.now += KEY_READ_AFTER.total_seconds()
        assert running.visitor(cookie).acquaintance is Acquaintance.KNOWN
        assert seconds_left(table) > 2 * SOON_GONE


class Failing(MemoryStore):
    """A store that can be away, or take nothing."""

    is_away = False
    is_full = False

    def load(self, key):
        if self.is_away:
            raise StoreError("away")
        return super().load(key)

    def save(self, key, document, replacing):
        if self.is_full:
            raise StoreError("full")
        super().save(key, document, replacing)


def test_a_store_that_is_away(clock):
    """A key that is known stays so while the store is away; one that is not, cannot be told."""
    store = Failing()
    running = Runners(store)
    cookie = running.visitor(None).cookie
    store.is_away = True
    clock.now += KEY_READ_AFTER.total_seconds()
    assert running.visitor(cookie).acquaintance is Acquaintance.KNOWN
    with pytest.raises(NotNowError):
        known(store, cookie)


def test_a_store_that_takes_nothing():
    """Where nothing can be written, a key that is stored is good all the same."""
    store = Failing()
    cookie = Runners(store).visitor(None).cookie
    store.is_full = True
    assert known(store, cookie)


def test_a_key_that_is_gone(clock):
    """A key that the store has lost is stored again by whoever knows it, for all others, too."""
    store = MemoryStore()
    running = Runners(store)
    cookie = running.visitor(None).cookie
    key = runners._KEY_STORED_UNDER  # noqa: SLF001
    store.delete(key, store.load(key).version)
    clock.now += KEY_READ_AFTER.total_seconds()
    assert running.visitor(cookie).acquaintance is Acquaintance.KNOWN
    assert known(store, cookie)
