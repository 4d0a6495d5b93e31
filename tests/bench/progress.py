"""Lines that tell how far a run is: one per step, its outcome at the end of the line."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Steps:
    """Counts `total` steps and writes them to standard error."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._begin = total, 0, time.monotonic()

    @contextmanager
    def step(self, text: str) -> Iterator[list[str]]:
        """While a step runs; what is put into the list is shown when it is over."""
        self._done += 1
        minutes, seconds = divmod(int(time.monotonic() - self._begin), 60)
        width = len(str(self._total))
        self._write(f"[{self._done:{width}}/{self._total}] {minutes}:{seconds:02} {text} … ")
        outcome: list[str] = []
        try:
            yield outcome
        except BaseException:
            self._write("✗\n")
            raise
        self._write(" ".join(outcome) + "\n")

    @staticmethod
    def _write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
