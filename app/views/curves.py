"""The planned curve of a subject against what was reported week by week, laid out as a drawing.

Only numbers and paths; the template makes SVG of them, with classes for colour, dash and pattern. Two sizes
are laid out, since letters of a drawing shrink with it: one for the desktop and paper, one for a telephone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.domain.progress import Plan, planned_percent
from app.domain.weeks import Week, due_week

WIDE, NARROW = (720, 264), (346, 236)
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 16, 30
WIDEST_MONTHS = {WIDE: 14, NARROW: 7}
"""More months than these are marked at every second, third … of them."""


_LAST = date.max - timedelta(days=31)
"""Days after this have no next month."""


@dataclass(frozen=True)
class Point:
    """A place on the drawing."""

    x: float
    y: float


@dataclass(frozen=True)
class Tick:
    """A mark on an axis with its number: percent, or month of a year."""

    at: float
    number: int


@dataclass(frozen=True)
class Correction:
    """A week's percentage before it was corrected, and where it is now."""

    before: Point
    after: Point
    week: Week
    was: float
    percent: float


@dataclass(frozen=True)
class Drawing:
    """One size of a curve. Paths are SVG's; `stops` and `gaps` are (x, width) of runs of weeks with a stop
    declared or without a report."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    months: tuple[Tick, ...]
    percents: tuple[Tick, ...]
    planned: str
    milestones: tuple[Point, ...]
    reported: str
    area: str
    points: tuple[Point, ...]
    last: Point | None
    corrections: tuple[Correction, ...]
    stops: tuple[tuple[float, float], ...]
    gaps: tuple[tuple[float, float], ...]
    today: float | None
    today_at_end: bool


@dataclass(frozen=True)
class Curve:
    """Both drawings and what they say in figures; `name` keeps ids apart."""

    wide: Drawing
    narrow: Drawing
    day: date
    planned: float | None
    reported: float | None
    corrections: int
    stopped: bool
    missed: bool
    milestones: bool


def curve(plan: Plan | None, reports: Sequence[Any], day: date) -> Curve | None:
    """The curve as of `day`; None where there is neither plan nor report.

    `reports` are rows of the ledger as they came: of each week the last counts, those before were corrected.
    """
    weeks = _by_week(reports)
    if plan is None and not weeks:
        return None
    newest = [rows[-1] for rows in weeks.values()]
    corrected = sum(len(rows) - 1 for rows in weeks.values())
    drawings = [_draw(size, plan, weeks, day) for size in (WIDE, NARROW)]
    return Curve(
        *drawings,
        day=day,
        planned=planned_percent(plan, day) if plan else None,
        reported=newest[-1].percent if newest else None,
        corrections=corrected,
        stopped=any(row.suspended_reason for row in newest),
        missed=bool(drawings[0].gaps),
        milestones=bool(plan and plan.milestones),
    )


def _by_week(reports: Sequence[Any]) -> dict[Week, list[Any]]:
    """Reports by the week they are for, in order of week; within it as they came."""
    found: dict[Week, list[Any]] = {}
    for row in sorted(reports, key=lambda row: row.week_monday):
        found.setdefault(Week.of(row.week_monday), []).append(row)
    return found


def _draw(size: tuple[int, int], plan: Plan | None, weeks: dict[Week, list[Any]], day: date) -> Drawing:
    width, height = size
    left, right, top, bottom = LEFT, width - RIGHT, TOP, height - BOTTOM
    ends = [day]
    if weeks:
        ends += [min(weeks).monday, max(weeks).sunday]
    if plan:
        ends += [plan.start, plan.end]
    first, last = min(ends), min(max(ends), _LAST) + timedelta(days=1)
    span = max((last - first).days, 1)

    def x(at: date) -> float:
        return round(left + (right - left) * (at - first).days / span, 1)

    def y(percent: float) -> float:
        return round(bottom - (bottom - top) * percent / 100, 1)

    steps, points = _steps(weeks, x, y, day)
    return Drawing(
        width,
        height,
        left,
        right,
        top,
        bottom,
        months=_months(first, last, x, WIDEST_MONTHS[size]),
        percents=tuple(Tick(y(n), n) for n in (0, 25, 50, 75, 100)),
        planned=_planned(plan, x, y),
        milestones=tuple(Point(x(at), y(percent)) for at, percent in plan.milestones) if plan else (),
        reported=steps,
        area=f"{steps}V{y(0)}H{points[0].x}Z" if points else "",
        points=tuple(points),
        last=points[-1] if points else None,
        corrections=_corrections(weeks, x, y),
        stops=_bands(weeks, x, lambda rows: bool(rows and rows[-1].suspended_reason), day, plan),
        gaps=_bands(weeks, x, lambda rows: not rows, day, plan),
        today=x(day),
        today_at_end=x(day) > (left + right) / 2,
    )


def _planned(plan: Plan | None, x: Any, y: Any) -> str:
    if plan is None:
        return ""
    curve = [(plan.start, 0.0), *plan.milestones, (plan.end, 100.0)]
    return "M" + "L".join(f"{x(at)} {y(percent)}" for at, percent in curve)


def _steps(weeks: dict[Week, list[Any]], x: Any, y: Any, until: date) -> tuple[str, list[Point]]:
    """What was reported holds from the end of its week until the next report's."""
    path, points = "", []
    for week, rows in weeks.items():
        point = Point(x(min(week.sunday, until)), y(rows[-1].percent))
        path += f"H{point.x}V{point.y}" if path else f"M{point.x} {y(0)}V{point.y}"
        points.append(point)
    if points and x(until) > points[-1].x:
        path += f"H{x(until)}"
    return path, points


def _corrections(weeks: dict[Week, list[Any]], x: Any, y: Any) -> tuple[Correction, ...]:
    found = []
    for week, rows in weeks.items():
        now = rows[-1]
        for was in rows[:-1]:
            at = x(week.sunday)
            before, after = Point(at, y(was.percent)), Point(at, y(now.percent))
            found.append(Correction(before, after, week, was.percent, now.percent))
    return tuple(found)


def _bands(
    weeks: dict[Week, list[Any]], x: Any, holds: Any, day: date, plan: Plan | None
) -> tuple[tuple[float, float], ...]:
    """Runs of weeks for which something holds, from the first that was reported to the due one.

    Nothing is missing once 100 % is reported.
    """
    if not weeks:
        return ()
    week, found = min(weeks), []
    whole = next((one for one, rows in weeks.items() if rows[-1].percent >= 100), None)
    end = max(*weeks, due_week(day)) if whole is None else max(weeks)
    start: date | None = None
    while week <= end:
        following = Week.of(week.monday + timedelta(weeks=1))
        if holds(weeks.get(week)):
            start = start or week.monday
        elif start:
            found.append((start, week.monday))
            start = None
        week = following
    if start:
        found.append((start, min(week.monday, day + timedelta(days=1))))
    return tuple((x(begin), round(x(stop) - x(begin), 1)) for begin, stop in found)


def _months(first: date, last: date, x: Any, most: int) -> tuple[Tick, ...]:
    starts = []
    at = date(first.year, first.month, 1)
    while at <= last:
        if at >= first:
            starts.append(at)
        at = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    every = max(-(-len(starts) // most), 1)
    return tuple(Tick(x(start), start.month) for start in starts[::every])
