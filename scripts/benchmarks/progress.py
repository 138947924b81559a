"""Progress on the error stream: what is being measured now. Never part of a report."""

import time
from types import TracebackType
from typing import Self, TextIO

_CLEAR_LINE = "\r\x1b[2K"


class Progress:
    """One line that changes, on a terminal; a line for each thing begun, elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rewrites = stream.isatty()
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._rewrites:
            self._write(_CLEAR_LINE)

    def begin(self, what: str) -> None:
        """Tell what begins now, and how long all of it has taken so far."""
        line = f"[{time.monotonic() - self._started:3.0f} s] {what}"
        self._write(f"{_CLEAR_LINE}{line}" if self._rewrites else f"{line}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
