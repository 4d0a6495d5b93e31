"""A target as the ledger states it, and by whom it is reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.domain.targets import COUNTED, Comparator

METRES = {"千米": 1000, "公里": 1000, "米": 1}
"""Units of length, in metres."""


class TargetFacts(Protocol):
    """A target as the ledger states it (a row of the table `target`)."""

    @property
    def ord(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def title_en(self) -> str: ...
    @property
    def comparator(self) -> str: ...
    @property
    def quantity(self) -> float | None: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def unit_en(self) -> str | None: ...
    @property
    def kinds(self) -> Sequence[str]: ...
    @property
    def part_of(self) -> str | None: ...


def own_targets(targets: Sequence[TargetFacts]) -> list[int]:
    """Ordinals of the targets that are reported on the task itself."""
    totals = {target.part_of for target in targets if target.part_of}
    return [target.ord for target in targets if not target.kinds and target.title not in totals]


def is_counted(target: TargetFacts) -> bool:
    """Whether a target is reported as a quantity (else as a percentage)."""
    return Comparator(target.comparator) in COUNTED


def metres_in(target: TargetFacts) -> int:
    """Metres in the target's unit; 0 when it does not measure a length."""
    return METRES.get(target.unit or "", 0)
