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


def comparator_of(target: TargetFacts) -> Comparator:
    """How a target is meant; one that should be counted and has no quantity is reached in percent."""
    comparator = Comparator(target.comparator)
    return Comparator.FULL if comparator in COUNTED and not (target.quantity or 0) > 0 else comparator


def is_counted(target: TargetFacts) -> bool:
    """Whether a target is reported as a quantity (else as a percentage)."""
    return comparator_of(target) in COUNTED


def total_of(target: TargetFacts, targets: Sequence[TargetFacts]) -> int | None:
    """Ordinal of the total that a target is part of; None when it names none of the task that could be."""
    if not target.part_of or not is_counted(target):
        return None
    for other in targets:
        if other.title == target.part_of and other.ord != target.ord:
            fits = comparator_of(other) is Comparator.TOTAL and not other.part_of and not other.kinds
            return other.ord if fits else None
    return None


def own_targets(targets: Sequence[TargetFacts]) -> list[int]:
    """Ordinals of the targets that are reported on the task itself."""
    totals = {total_of(target, targets) for target in targets}
    return [target.ord for target in targets if not target.kinds and target.ord not in totals]


def metres_in(target: TargetFacts) -> int:
    """Metres in the target's unit; 0 when it does not measure a length."""
    return METRES.get(target.unit or "", 0)
