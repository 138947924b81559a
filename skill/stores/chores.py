"""Chores: what a store does a moment after it was asked, in a thread of its own, nobody waiting."""

import time
from collections.abc import Callable
from threading import Condition, Lock, Thread

from skill.stores.forks import Forkable

LOOK_SECONDS = 0.02
"""How long to wait for what was called off, before it is called off again."""
CALLED_OFF_SECONDS = 0.2
"""How long the end waits for what it has called off."""


class Chore(Forkable):
    """Something to be done in a moment, once for all who ask meanwhile; safe in several threads.

    `do` does it, `rest` seconds after it was asked for, and returns None, or after how many seconds
    it is to be tried again. If nobody asks it is done `every` so many seconds, from when it was
    asked for the first time. If it takes too long at the end, or in the way of a fork, `call_off`
    has it end early. A process that is forked off does what it is asked itself.
    """

    def __init__(
        self,
        name: str,
        do: Callable[[], float | None],
        *,
        rest: float,
        every: float | None = None,
        call_off: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._do = do
        self._rest = rest
        self._every = every
        self._call_off = call_off
        self.begin_anew()
        super().__init__()

    def begin_anew(self) -> None:
        """Have nothing to do: what is due is the parent's to do."""
        self._change = Condition()
        self._doing = Lock()
        self._rests = False
        self._is_due = False
        self._is_ending = False
        self._thread: Thread | None = None

    def soon(self) -> None:
        """Have it done in a moment; once it has ended, never."""
        if self._is_due:
            return
        with self._change:
            if self._is_ending:
                return
            self._is_due = True
            if self._thread is None:
                self._thread = Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()
            self._change.notify()

    def end(self) -> None:
        """Have done at once what is due, and nothing any more; wait for nobody."""
        with self._change:
            self._is_ending = True
            self._change.notify()

    def close(self, seconds: float) -> None:
        """Do at once what is due, and nothing any more; wait so many seconds, then call it off."""
        self.end()
        if self._thread is None:
            return
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._call_off()
            self._thread.join(CALLED_OFF_SECONDS)

    def rest(self, deadline: float) -> None:
        """Call off what it is at, and do nothing, unless that goes on for longer than until then.

        What was called off tells that it is to be tried again. It is even if it is late already.
        """
        while True:
            self._call_off()  # in vain, if it is only about to begin
            self._rests = self._doing.acquire(timeout=LOOK_SECONDS)
            if self._rests or time.monotonic() >= deadline:
                return

    def go_on(self) -> None:
        """Go on."""
        if self._rests:
            self._doing.release()

    def _work(self) -> None:
        rest = self._rest
        while True:
            with self._change:
                self._change.wait_for(lambda: self._is_due or self._is_ending, self._every)
                if self._is_ending and not self._is_due:
                    return
                self._change.wait_for(lambda: self._is_ending, rest)
                # Whoever asks from here on has it done once more.
                self._is_due = False
            with self._doing:
                again = self._do()
            rest = self._rest if again is None else again
            if again is not None:
                with self._change:
                    self._is_due = not self._is_ending
