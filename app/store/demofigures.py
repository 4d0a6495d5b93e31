"""A demonstration's figures, week by week, from the few that its file names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from app.domain.weeks import Week

Points = Sequence[Sequence[Any]]


def weekly_figures(
    figures: Mapping[str, Points], skipped: Sequence[str]
) -> Iterator[tuple[Week, dict[str, int]]]:
    """Every week from the first to the last that any target names, with all targets' cumulative figures."""
    if not figures:
        return
    curves = {key: [(Week.parse(week), value) for week, value in points] for key, points in figures.items()}
    week = min(points[0][0] for points in curves.values())
    last = max(points[-1][0] for points in curves.values())
    while week <= last:
        if str(week) not in skipped:
            yield week, {key: _between(points, week) for key, points in curves.items()}
        week = Week.of(week.monday + timedelta(weeks=1))


def split(figures: Mapping[str, int], shares: Mapping[str, float], towns: Sequence[str]) -> dict[str, Any]:
    """Figures as a report has them; where a share is given, the first town's, the second has the rest."""
    found: dict[str, Any] = {}
    for key, value in figures.items():
        found[key] = value
        if key in shares:
            first = round(value * shares[key])
            found[key] = {"quantity": value, "towns": {towns[0]: first, towns[1]: value - first}}
    return found


def faced(faces: Sequence[Sequence[float]], percent: float, length_m: float) -> list[list[float]]:
    """Sections built from working faces, each [start, direction, share of what is built], in whole metres.

    Start is a share of the line's length, direction 1 onwards or -1 backwards.
    """
    built = percent / 100 * length_m
    sections = []
    for start, direction, share in faces:
        ends = sorted((start * length_m, start * length_m + direction * built * share))
        low, high = max(round(ends[0]), 0), min(ends[1], length_m)
        high = high if high == length_m else round(high)
        if high > low:
            sections.append([float(low), float(high)])
    return sections


def _between(points: Sequence[tuple[Week, float]], week: Week) -> int:
    """A curve's value in a week: straight between two points, flat before the first and after the last."""
    before = max((point for point in points if point[0] <= week), default=points[0])
    after = min((point for point in points if point[0] >= week), default=points[-1])
    days = (after[0].monday - before[0].monday).days
    share = (week.monday - before[0].monday).days / days if days else 0
    return round(before[1] + (after[1] - before[1]) * share)
