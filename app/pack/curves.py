"""How a kind's coverage grew week by week, as a small curve: one line per town, told apart by dashes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.weeks import Week
from app.i18n import show
from app.pack.printable import printable
from app.store.coverage.answers import Question
from app.store.coverage.times import CoverTimes
from app.store.live import View
from app.views.coverage.head import head_layer, head_share
from app.web import environment
from app.wording import local, percent
from maps.lettering import breadth

WIDTH, ON_SLIDES, HEIGHT = 372.0, 250.0, 52.0
TOP, BOTTOM, GAP, LETTERS, SAMPLE = 8.0, 12.0, 4.0, 7.5, 13.0
LEAST_SHARE = 0.01
"""The height of the curve is at least this share, so that a hundredth of a percent is no mountain."""
DASHES = ("", "4.5 2", "1.2 2", "7 2 1.2 2")
"""Of the first line, the second and so on; more lines than these begin anew."""


@dataclass(frozen=True)
class Line:
    """A town's share (0 to 1) of every week."""

    name: str
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Curve:
    """The lines of one kind over `weeks`, ascending."""

    weeks: tuple[Week, ...]
    lines: tuple[Line, ...]


def read_curves(times: CoverTimes, view: View, questions: Iterable[Question], lang: str) -> dict[str, Curve]:
    """The curve of each question's kind; none where nothing changed from the first week to the last."""
    asked = list(questions)
    if not asked or len(times.weeks(view)) < 2:
        return {}
    found = times.timeline(view, asked)
    curves = {}
    for question in asked:
        points = found.points[question]
        layer = head_layer(times.counted.rules.by_kind[question.kind].manner, points[-1].reached)
        lines = [
            Line(
                local(lang, view.words.towns[row.code], "name"),
                tuple(head_share(layer, one.reached, n, one.rows[n].share) or 0.0 for one in points),
            )
            for n, row in enumerate(points[-1].rows)
            if row.code is not None
        ]
        if any(len(set(line.shares)) > 1 for line in lines):
            curves[question.kind] = Curve(found.weeks, tuple(lines))
    return curves


def curve_svg(curve: Curve, lang: str, width: float = WIDTH) -> str:
    """The drawing, `width` units wide; a letter is `LETTERS` high. On paper a unit is a point."""
    names = [f"{printable(line.name)} {percent(lang, line.shares[-1] * 100)}" for line in curve.lines]
    firsts = [percent(lang, line.shares[0] * 100) for line in curve.lines]
    left = max(breadth(text, LETTERS) for text in firsts) + 2 * GAP
    right = width - max(breadth(text, LETTERS) for text in names) - SAMPLE - 3 * GAP
    most = max(LEAST_SHARE, *(share for line in curve.lines for share in line.shares))
    floor = HEIGHT - BOTTOM
    lines: list[dict[str, Any]] = []
    for n, line in enumerate(curve.lines):
        step = (right - left) / (len(line.shares) - 1)
        places = [
            (round(left + k * step, 1), round(floor - share / most * (floor - TOP), 1))
            for k, share in enumerate(line.shares)
        ]
        lines.append(
            {
                "d": f"M{places[0][0]} {places[0][1]}" + "".join(f"H{x}V{y}" for x, y in places[1:]),
                "dash": DASHES[n % len(DASHES)],
                "start": places[0],
                "end": places[-1],
            }
        )
    for name, x in (("start", left - GAP), ("end", right + SAMPLE + 2 * GAP)):
        heights = _apart([line[name][1] for line in lines], LETTERS + 1.5, LETTERS / 2, floor)
        for line, y, text in zip(lines, heights, firsts if name == "start" else names, strict=True):
            line[f"{name}_label"] = {"x": round(x, 1), "y": round(y + LETTERS * 0.36, 1), "text": text}
    same = len(set(firsts)) == 1
    return (
        environment()
        .get_template("pack_curve.svg")
        .render(
            width=width,
            height=HEIGHT,
            left=round(left, 1),
            right=round(right, 1),
            floor=floor,
            lines=lines,
            firsts=lines[-1:] if same else lines,
            letters=LETTERS,
            sample=[round(right + GAP, 1), round(right + GAP + SAMPLE, 1)],
            weeks=[show(lang, week) for week in (curve.weeks[0], curve.weeks[-1])],
        )
    )


def _apart(heights: Sequence[float], room: float, top: float, floor: float) -> list[float]:
    """The heights moved so that each has its room, in their order, as far as there is any."""
    order = sorted(range(len(heights)), key=lambda n: (heights[n], n))
    placed: list[float] = []
    for n in order:
        placed.append(max(heights[n], placed[-1] + room if placed else top))
    beyond = max(0.0, placed[-1] - floor)
    for k in reversed(range(len(placed))):
        if not beyond:
            break
        limit = floor if k == len(placed) - 1 else placed[k + 1] - room
        placed[k] = min(placed[k], limit)
    found = [0.0] * len(heights)
    for n, y in zip(order, placed, strict=True):
        found[n] = y
    return found
