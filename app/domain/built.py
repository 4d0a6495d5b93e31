"""Metres built along a line, as sections of it: overlaps count once, and nothing lies beyond its end.

Measures are metres from the start of the line, kept to the millimetre. The end of the line is rarely a
whole metre; who writes 4,000 for a main of 3,999.7 m means its end. So an end within half a metre of the
line's is the line's.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from app.domain.targets import percent_of
from app.errors import BadParameter, Fault

SNAP_M = 0.5
"""So near to the end of the line is the end of the line."""

_DIGITS = 3
_SHORTEST_M = 0.001

# As long as a form's field; more is no list of sections.
_LONGEST_TEXT = 2000
_SHOWN = 40
_CHAINAGE = r"k?(?P<km{n}>[0-9]+)\+(?P<m{n}>[0-9]{3}(?:\.[0-9]+)?)"
_FIGURE = r"(?P<figure{n}>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)\s*(?P<unit{n}>km|千米|公里|m|米)?"
_MEASURE = rf"\s*(?:{_CHAINAGE}|{_FIGURE})\s*"
_SECTION = re.compile(
    _MEASURE.replace("{n}", "1") + r"(?:[-–—−~]{1,2}|至|到|to)" + _MEASURE.replace("{n}", "2"), re.IGNORECASE
)
_SEPARATOR = re.compile(r"[，、；和与及\n]|\band\b", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_EXAMPLE = "0-1200; K1+500-K1+800"


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
        figures = [(round(one.metres, _DIGITS), one.percent) for one in (self.before, self.after)]
        return bool(self.lost) or figures[0] != figures[1]


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
        sections.append(Interval(round(start, _DIGITS), _end(to, length_m)))
    if faults:
        raise BadParameter(*faults)
    return Built(length_m, _merged(sections))


def parse_sections(text: str, parameter: str = "built") -> tuple[Interval, ...]:
    """Sections as people write them, in their order, in metres: ``0-1200, 1000-1800``, ``0–1,200 m``,
    ``0至1.2千米``, ``K0+000-K1+200``; empty text is none.

    Sections are separated by commas, semicolons, ``、``, ``和``, "and" or line breaks. A comma before three
    digits may also divide thousands: whichever reading makes sense is taken. A unit behind the second number
    holds for the first as well, without any it is metres. Whether the sections fit a line is for `built` to
    say.

    Raises BadParameter, naming what cannot be read or what can be read in two ways.
    """
    if len(text) > _LONGEST_TEXT:
        zh, en = (
            f"区段文字过长（最多 {_LONGEST_TEXT} 字）。",
            f"Too long for a list of sections ({_LONGEST_TEXT}).",
        )
        raise BadParameter(Fault(parameter, text[:_SHOWN] + "…", _EXAMPLE, zh, en))
    # The full-width comma divides a list; only afterwards are full-width digits and signs made plain.
    plain = unicodedata.normalize("NFKC", _SEPARATOR.sub(";", text))
    found: list[Interval] = []
    faults = []
    for piece in re.split(r";|,(?![0-9]{3}(?![0-9]))", plain):
        if not piece.strip():
            continue
        readings = _readings(piece)
        if len(readings) == 1:
            found.extend(readings[0])
            continue
        shown = piece.strip() if len(piece) <= _SHOWN else piece.strip()[:_SHOWN] + "…"
        if readings:
            zh = f"“{shown}”有两种读法：逗号可能是千位分隔，也可能分隔区段。请用分号分隔区段。"
            en = f"“{shown}” can be read in two ways (thousands or sections); put ; between sections."
        else:
            zh = f"看不懂“{shown}”。请写“起点-终点”，单位米，例如 {_EXAMPLE}。"
            en = f"“{shown}” cannot be read. Write start-end in metres, for example {_EXAMPLE}."
        faults.append(Fault(parameter, shown, _EXAMPLE, zh, en))
    if faults:
        raise BadParameter(*faults)
    return tuple(found)


def on_new_line(before: Built, length_m: float) -> Replacement:
    """What would become of what is built if the line's geometry were replaced by one of so many metres.

    The measures stay: so many metres of pipe were laid, however the line is drawn. A whole line stays
    whole only if the new one is no longer. ValueError for a length that is none.
    """
    if not 0.0 < length_m < math.inf:
        raise ValueError(f"not the length of a line: {length_m}")
    kept, lost = [], []
    for section in before.intervals:
        if length_m - section.from_m < _SHORTEST_M:
            lost.append(section)
        elif section.to_m <= length_m + SNAP_M:
            kept.append(section)
        else:
            kept.append(section._replace(to_m=length_m))
            lost.append(section._replace(from_m=length_m))
    return Replacement(before, built(kept, length_m), tuple(lost))


def _readings(text: str) -> list[tuple[Interval, ...]]:
    """Up to two ways to read text whose every comma may divide thousands or sections."""
    commas = [match.start() for match in _THOUSANDS.finditer(text)]
    edges = [-1, *commas, len(text)]
    # ways[i]: readings of what precedes edge i, each built upon those of a shorter beginning.
    ways: list[list[tuple[Interval, ...]]] = [[()], *([] for _ in edges[1:])]
    for last in range(1, len(edges)):
        # Two measures have few thousands' commas; without the bound long nonsense would take its time.
        for first in range(max(0, last - 7), last):
            section = _section(text[edges[first] + 1 : edges[last]]) if ways[first] else None
            if section and len(ways[last]) < 2:
                ways[last] += [(*before, section) for before in ways[first]]
    return ways[-1][:2]


def _section(text: str) -> Interval | None:
    """One section, or None when the text is not exactly one."""
    match = _SECTION.fullmatch(text)
    if not match:
        return None
    unit = (match["unit2"] or "").lower()
    first, second = (_measure(match, n, unit) for n in (1, 2))
    return Interval(first, second)


def _measure(match: re.Match[str], n: int, unit: str) -> float:
    """The nth measure of a section in metres."""
    if match[f"km{n}"]:
        return float(Decimal(match[f"km{n}"]) * 1000 + Decimal(match[f"m{n}"]))
    factor = 1000 if (match[f"unit{n}"] or unit).lower() in ("km", "千米", "公里") else 1
    return float(Decimal(match[f"figure{n}"].replace(",", "")) * factor)


def _end(to: float, length_m: float) -> float:
    """Where a section ends that is said to end at `to`."""
    return length_m if abs(to - length_m) <= SNAP_M else round(to, _DIGITS)


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
    elif _end(to, length_m) - round(start, _DIGITS) < 0.9 * _SHORTEST_M:
        zh = f"“{value}”的终点应大于起点，请先写起点、后写终点。"
        en = f"“{value}” does not end after it starts; write the start first, then the end."
    else:
        return None
    return Fault(parameter, value, allowed, zh, en)
