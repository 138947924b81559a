"""Chores: done a moment after they were asked for, until the end."""

import threading
import time

import pytest

from skill.stores.chores import Chore
from tests.stores.processes import soon

NAME = "a chore of this test"


def working() -> list[threading.Thread]:
    """Return the threads that are at it."""
    return [thread for thread in threading.enumerate() if thread.name == NAME]


@pytest.mark.parametrize("again", [0, 0.01, 60])
def test_the_end_of_what_is_never_done(again):
    """What asks each time to be tried again is left undone then, and its thread ends."""
    tried: list[float] = []

    def do() -> float:
        tried.append(time.monotonic())
        return again

    chore = Chore(NAME, do, rest=0)
    chore.soon()
    assert soon(lambda: bool(tried))
    (thread,) = working()
    chore.end()
    thread.join(10)
    assert working() == []
    times = len(tried)
    chore.soon()
    assert working() == []
    assert len(tried) == times


def test_the_end_while_it_is_done():
    """What is being done when the end comes is not tried again, though it asks for that."""
    begun, goes_on, tried = threading.Event(), threading.Event(), []

    def do() -> float:
        tried.append(None)
        begun.set()
        goes_on.wait(10)
        return 0

    chore = Chore(NAME, do, rest=0)
    chore.soon()
    assert begun.wait(10)
    (thread,) = working()
    chore.end()
    goes_on.set()
    thread.join(10)
    assert working() == []
    assert len(tried) == 1


def test_a_late_rest():
    """Whoever else has used up the time before a fork, what could rest at once does."""
    done: list[None] = []
    chore = Chore(NAME, lambda: done.append(None), rest=0)
    chore.rest(time.monotonic() - 1)
    chore.soon()
    time.sleep(0.1)
    assert done == []
    chore.go_on()
    assert soon(lambda: bool(done))
    chore.close(10)
    assert working() == []
