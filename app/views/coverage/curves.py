"""Coverage week by week, laid out as curves on the same axes for all kinds.

Only numbers and paths, as in :mod:`app.views.curves`; the template makes SVG of them, with classes for width
and dash. What holds at the end of a week holds until the end of the next: the curves are steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.domain.reached import Layer
from app.domain.services import Rules
from app.domain.weeks import Week
from app.store.coverage.answers import Question
from app.store.coverage.times import Timeline
from app.store.live import View
from app.views.coverage.head import head_layer, head_share
from app.wording import local

SMALL, WIDE, NARROW = (340, 168), (960, 270), (346, 250)
LEFT, TOP, BOTTOM = 38, 20, 24
LETTERS = 15.0
"""Between the lines' names at the right, from middle to middle."""
TOPS = (1, 2, 4, 6, 8, 10, 20, 30, 40, 60, 80, 100)
"""Percentages that an axis may end at."""
SHOWN = 0.0005
"""A change that shows when shares are told to a tenth of a percent."""


@dataclass(frozen=True)
class Tick:
    """A mark on an axis with its number: percent, or month of a year."""

    at: float
    number: float


@dataclass(frozen=True)
class Line:
    """A town, or the zone (`code` None): its steps, and where its name and last share are written (`name_at`)
    beside its end (`end_at`). `first` and `last` are shares, None where there is nothing to be a share of."""

    code: str | None
    path: str
    first: float | None
    last: float | None
    start_at: float
    end_at: float
    name_at: float


@dataclass(frozen=True)
class Step:
    """A week in which something changed: its band on the drawing, the zone's point, and per town and zone
    that changed its index, the share before and the share since."""

    x: float
    wide: float
    at: float
    y: float | None
    week: Week
    changes: tuple[tuple[int, float | None, float | None], ...]


@dataclass(frozen=True)
class Drawing:
    """One size of a curve. `right` is where the names begin."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    percents: tuple[Tick, ...]
    months: tuple[Tick, ...]
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Told:
    """One line of the table: a week with the head shares and the covered km² per town, and last the zone;
    `villages` (covered, all) of the zone where they are loaded; `changed` since the week before."""

    week: Week
    sunday: date
    shares: tuple[float | None, ...]
    km2: tuple[float, ...]
    villages: tuple[int, int] | None
    changed: bool


@dataclass(frozen=True)
class Curve:
    """One kind: drawings by size, its table, and the layer that the shares are of (None: the ground)."""

    kind: Mapping[str, Any]
    of: Layer | None
    names: tuple[str, ...]
    drawings: Mapping[str, Drawing]
    table: tuple[Told, ...]

    @property
    def nothing(self) -> bool:
        """Whether nothing was covered in any week."""
        return not any(share for told in self.table for share in told.shares)

    @property
    def steps(self) -> int:
        """How many weeks changed something."""
        return sum(told.changed for told in self.table[1:])


def curves(
    timeline: Timeline,
    questions: Iterable[Question],
    view: View,
    rules: Rules,
    lang: str,
    large: bool = False,
) -> list[Curve]:
    """A curve for each question, all on the same axes; `large` ones in two sizes for one kind alone."""
    asked = list(questions)
    tables = [_table(timeline, question, rules) for question in asked]
    shares = [share for _, table in tables for told in table for share in told.shares if share is not None]
    top = next(top for top in TOPS if top / 100 >= max(shares, default=0.0) - 1e-9)
    names = tuple(local(lang, town, "name") for town in view.words.towns.values())
    codes = tuple(view.words.towns)
    sizes = {"wide": WIDE, "narrow": NARROW} if large else {"small": SMALL}
    return [
        Curve(
            view.words.kinds[question.kind],
            of,
            names,
            {name: _draw(size, table, codes, top, view.as_of) for name, size in sizes.items()},
            table,
        )
        for question, (of, table) in zip(asked, tables, strict=True)
    ]


def _table(timeline: Timeline, question: Question, rules: Rules) -> tuple[Layer | None, tuple[Told, ...]]:
    points = timeline.points[question]
    of = head_layer(rules.by_kind[question.kind].manner, points[-1].reached)
    table: list[Told] = []
    for week, point in zip(timeline.weeks, points, strict=True):
        shares = tuple(head_share(of, point.reached, n, row.share) for n, row in enumerate(point.rows))
        villages = point.reached.get(Layer.VILLAGE)
        table.append(
            Told(
                week,
                week.sunday,
                shares,
                tuple(row.covered_km2 for row in point.rows),
                None if villages is None else (villages.rows[-1].covered, villages.rows[-1].places),
                bool(table) and bool(_changes(table[-1].shares, shares)),
            )
        )
    return of, tuple(table)


def _changes(
    before: Sequence[float | None], now: Sequence[float | None]
) -> tuple[tuple[int, float | None, float | None], ...]:
    """Which rows changed so that it shows, from what to what."""
    pairs = enumerate(zip(before, now, strict=True))
    return tuple((n, was, share) for n, (was, share) in pairs if abs((was or 0.0) - (share or 0.0)) > SHOWN)


def _draw(
    size: tuple[int, int], table: Sequence[Told], codes: Sequence[str], top: int, as_of: date
) -> Drawing:
    width, height = size
    names = 118 if size == SMALL else 128
    left, right, upper, bottom = LEFT, width - names, TOP, height - BOTTOM
    days = [min(told.sunday, as_of) for told in table]
    span = max((days[-1] - days[0]).days, 1)

    def x(day: date) -> float:
        return round(left + (right - left) * (day - days[0]).days / span, 1)

    def y(share: float) -> float:
        return round(bottom - (bottom - upper) * share * 100 / top, 1)

    lines = [_line(code, row, table, [x(day) for day in days], y) for row, code in enumerate([*codes, None])]
    steps = [
        Step(
            max(x(day) - (right - left) * 3.5 / span, left),
            round((right - left) * 7 / span, 1),
            x(day),
            None if told.shares[-1] is None else y(told.shares[-1]),
            told.week,
            _changes(table[index - 1].shares, told.shares),
        )
        for index, (told, day) in enumerate(zip(table, days, strict=True))
        if told.changed
    ]
    return Drawing(
        width,
        height,
        left,
        right,
        upper,
        bottom,
        tuple(Tick(y(share / 100), share) for share in (0, top / 2, top)),
        _months(days[0], days[-1], x, 4 if size != WIDE else 14),
        _apart(lines, upper - 6, bottom + 4),
        tuple(steps),
    )


def _line(code: str | None, row: int, table: Sequence[Told], xs: Sequence[float], y: Any) -> Line:
    path, last = "", None
    for told, at in zip(table, xs, strict=True):
        share = told.shares[row]
        if share is None:
            continue
        path += f"H{at}V{y(share)}" if path else f"M{at} {y(share)}"
        last = share
    if path and len(table) == 1:
        path += "h4"
    first = next((told.shares[row] for told in table if told.shares[row] is not None), None)
    end = y(last or 0.0)
    return Line(code, path, first, last, y(first or 0.0), end, end)


def _apart(lines: Sequence[Line], top: float, bottom: float) -> tuple[Line, ...]:
    """The same with names far enough from one another, in the order of the lines' ends."""
    order = sorted(range(len(lines)), key=lambda n: (lines[n].end_at, -n))
    at = [lines[n].end_at for n in order]
    for n in range(1, len(at)):
        at[n] = max(at[n], at[n - 1] + LETTERS)
    over = at[-1] - bottom
    if over > 0:
        at[-1] -= over
        for n in range(len(at) - 2, -1, -1):
            at[n] = min(at[n], at[n + 1] - LETTERS)
    placed = {row: round(max(value, top), 1) for row, value in zip(order, at, strict=True)}
    return tuple(replace(line, name_at=placed[n]) for n, line in enumerate(lines))


def _months(first: date, last: date, x: Any, most: int) -> tuple[Tick, ...]:
    starts, at = [], date(first.year, first.month, 1)
    while at <= last:
        if at >= first:
            starts.append(at)
        at = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    every = max(-(-len(starts) // most), 1)
    return tuple(Tick(x(start), start.month) for start in starts[::every])
