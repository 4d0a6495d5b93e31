"""Metres built along a line, as sections of it: overlaps count once, and nothing lies beyond its end.

Measures are metres from the start of the line, kept to the millimetre. The end of the line is rarely a
whole metre; who writes 4,000 for a main of 3,999.7 m means its end. So an end within half a metre of the
line's is the line's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.targets import percent_of
from app.errors import BadParameter, Fault

SNAP_M = 0.5
"""So near to the end of the line is the end of the line."""

_DIGITS = 3


class Interval(NamedTuple):
    """A section of a line, from and to in metres from its start."""

    from_m: float
    to_m: float


@dataclass(frozen=True)
class Built:
    """What is built of a line of `length_m` metres: sections in order that neither touch nor overlap.

    Made by `built`, which checks and merges.
    """

    length_m: float
    intervals: tuple[Interval, ...] = ()

    @property
    def metres(self) -> float:
        """Metres built, to the millimetre; the length itself when all is built."""
        if self.complete:
            return self.length_m
        return round(math.fsum(to - start for start, to in self.intervals), _DIGITS)

    @property
    def percent(self) -> float:
        """The same in percent of the length: 100 only when all is built, 0 only when nothing is."""
        return percent_of(self.metres, self.length_m)

    @property
    def complete(self) -> bool:
        """Whether the whole line is built."""
        return self.intervals == (Interval(0.0, self.length_m),)

    @property
    def missing(self) -> tuple[Interval, ...]:
        """The sections not built, in order."""
        starts = [0.0, *(to for _, to in self.intervals)]
        ends = [*(start for start, _ in self.intervals), self.length_m]
        return tuple(Interval(*gap) for gap in zip(starts, ends, strict=True) if gap[0] < gap[1])


class Replacement(NamedTuple):
    """What replacing a line's geometry would do to what is built; nothing is changed until somebody agrees.

    `before` is on the old line, `after` the same measures on the new one, `lost` those of them that lie
    beyond its end.
    """

    before: Built
    after: Built
    lost: tuple[Interval, ...]

    @property
    def lost_m(self) -> float:
        """Metres that were built and have no place on the new line, to the millimetre."""
        return round(math.fsum(to - start for start, to in self.lost), _DIGITS)

    @property
    def changes(self) -> bool:
        """Whether any figure would be another, so that somebody has to be asked."""
        figures = [(one.intervals, one.metres, one.percent) for one in (self.before, self.after)]
        return figures[0] != figures[1]


def built(intervals: Iterable[tuple[float, float]], length_m: float, parameter: str = "built") -> Built:
    """What is built of a line of so many metres, from sections in any order.

    Raises BadParameter, naming every wrong section, when one does not end after it starts or lies outside
    the line; ValueError for a length that is none.
    """
    if not 0.0 < length_m < math.inf:
        raise ValueError(f"not the length of a line: {length_m}")
    sections, faults = [], []
    for start, to in intervals:
        fault = _fault(start, to, length_m, parameter)
        if fault:
            faults.append(fault)
            continue
        section = Interval(round(start, _DIGITS), round(to, _DIGITS))
        sections.append(section._replace(to_m=length_m) if abs(to - length_m) <= SNAP_M else section)
    if faults:
        raise BadParameter(*faults)
    return Built(length_m, _merged(sections))


def on_new_line(before: Built, length_m: float) -> Replacement:
    """What would become of what is built if the line's geometry were replaced by one of so many metres.

    The measures stay: so many metres of pipe were laid, however the line is drawn. A whole line stays
    whole only if the new one is no longer. ValueError for a length that is none.
    """
    if not 0.0 < length_m < math.inf:
        raise ValueError(f"not the length of a line: {length_m}")
    kept, lost = [], []
    for section in before.intervals:
        if section.to_m <= length_m + SNAP_M:
            kept.append(section)
            continue
        if section.from_m < length_m:
            kept.append(section._replace(to_m=length_m))
        lost.append(section._replace(from_m=max(section.from_m, length_m)))
    return Replacement(before, built(kept, length_m), tuple(lost))


def _merged(sections: list[Interval]) -> tuple[Interval, ...]:
    """Sections in order, those that touch or overlap made one."""
    merged: list[Interval] = []
    for section in sorted(sections):
        if merged and section.from_m <= merged[-1].to_m:
            merged[-1] = Interval(merged[-1].from_m, max(merged[-1].to_m, section.to_m))
        else:
            merged.append(section)
    return tuple(merged)


def _fault(start: float, to: float, length_m: float, parameter: str) -> Fault | None:
    """What is wrong with a section, if anything."""
    value = f"{start:.12g}-{to:.12g}"
    allowed = f"0-{length_m:.12g}"
    if not (math.isfinite(start) and math.isfinite(to)):
        zh, en = f"“{value}”不是里程。", f"“{value}” is no section of a line."
    elif start < 0.0 or to > length_m + SNAP_M:
        zh = f"“{value}”超出范围：该线全长 {length_m:,.1f} 米，请填 0 至 {length_m:,.1f} 之间的里程。"
        en = (
            f"“{value}” is out of range: the line is {length_m:,.1f} m long; give measures between 0 and "
            f"{length_m:,.1f} m."
        )
    elif round(start, _DIGITS) >= min(round(to, _DIGITS), length_m):
        zh = f"“{value}”的终点应大于起点，请先写起点、后写终点。"
        en = f"“{value}” does not end after it starts; write the start first, then the end."
    else:
        return None
    return Fault(parameter, value, allowed, zh, en)
