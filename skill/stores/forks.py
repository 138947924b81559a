"""Forks: what a store does when its process is forked, so that the child can use it as well.

In the child there is one thread. A lock that another thread had is held there for ever, and what
other threads were to do is done by nobody. So whoever has such things rests while the process is
forked, goes on in the parent, and begins anew in the child.
"""

import os
import time
import weakref
from threading import Lock

RESTING_SECONDS = 0.5
"""How long a fork waits for those who are in the middle of something."""


class Forkable:
    """Is told of each fork, from when it is made to its end; where there are no forks, of none."""

    def __init__(self) -> None:
        with _one_at_a_time:
            _everywhere.add(self)

    def rest(self, deadline: float) -> None:
        """Come to rest, by a moment of `time.monotonic`: the process is about to be forked."""

    def go_on(self) -> None:
        """Go on, in the process that was forked."""

    def begin_anew(self) -> None:
        """Begin anew, in the process that was forked off."""


_everywhere: "weakref.WeakSet[Forkable]" = weakref.WeakSet()
_resting: list[Forkable] = []
_one_at_a_time = Lock()
"""One fork, or one that is to be told of them; who comes during a fork is told of the next one."""


def _rest() -> None:
    _one_at_a_time.acquire()
    deadline = time.monotonic() + RESTING_SECONDS
    for one in tuple(_everywhere):
        _resting.append(one)
        one.rest(deadline)


def _go_on() -> None:
    while _resting:
        _resting.pop().go_on()
    _one_at_a_time.release()


def _begin_anew() -> None:
    _resting.clear()
    for one in tuple(_everywhere):
        one.begin_anew()
    _one_at_a_time.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_rest, after_in_parent=_go_on, after_in_child=_begin_anew)
