"""Site codes: ``{item:02d}-{task}-{serial:02d}``, stable for ever because they stand on QR codes.

A task's code as a subject of the ledger is the same without the serial: ``20-1``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_CODE = re.compile(r"([0-9]{2})-([1-9])-([0-9]{2,6})")


class SiteCode(NamedTuple):
    """A code's parts: item 1–99, task 1–9, serial from 1."""

    item: int
    task: int
    serial: int

    def __str__(self) -> str:
        return f"{self.item:02d}-{self.task}-{self.serial:02d}"


def parse_site_code(text: str) -> SiteCode:
    """Read a code such as ``20-1-01``; ValueError when it has another form."""
    match = _CODE.fullmatch(text)
    if not match or int(match[1]) == 0 or int(match[3]) == 0:
        raise ValueError(f"not a site code: {text!r}")
    return SiteCode(int(match[1]), int(match[2]), int(match[3]))


def task_code(item: int, task: int) -> str:
    """The code of a task as a subject of the ledger."""
    return f"{item:02d}-{task}"
