"""Outlines of the status marks as SVG path data, in one unit box.

The box is -16…16 in both directions, y down, and the mark's optical centre is at 0, 0. The same text is
drawn by the browser's canvas (`Path2D`), by SVG in pages and legends, and by print, so that a
mark looks the same wherever it stands. Sizes are chosen for equal *area*, not equal width: a triangle as wide
as a disc looks smaller than the disc.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

Point = tuple[float, float]


def _number(value: float) -> str:
    """Two decimals, no trailing zeros and no minus zero, so that the text is stable."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _pair(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _towards(a: Point, b: Point, distance: float) -> Point:
    """The point `distance` units from `a` on the way to `b`."""
    length = ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5
    share = distance / length
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def circle(radius: float) -> str:
    """A full circle of `radius` units as two arcs."""
    r = _number(radius)
    return f"M-{r} 0A{r} {r} 0 1 1 {r} 0A{r} {r} 0 1 1 -{r} 0Z"


def rounded(corners: list[Point], radius: float) -> str:
    """A closed polygon whose corners are cut back by `radius` units and joined by quadratic curves."""
    parts: list[str] = []
    for index, corner in enumerate(corners):
        before, after = corners[index - 1], corners[(index + 1) % len(corners)]
        start, end = _towards(corner, before, radius), _towards(corner, after, radius)
        parts.append(f"{'L' if parts else 'M'}{_pair(start)}Q{_pair(corner)} {_pair(end)}")
    return "".join(parts) + "Z"


def regular(count: int, radius: float, turn: float = 0.0, centre: Point = (0.0, 0.0)) -> list[Point]:
    """Corners of a regular polygon, the first one at the top, turned clockwise by `turn` radians."""
    angles = [turn - pi / 2 + 2 * pi * index / count for index in range(count)]
    return [(centre[0] + radius * cos(a), centre[1] + radius * sin(a)) for a in angles]


def star(outer: float, inner: float) -> list[Point]:
    """Corners of a five-pointed star, a point at the top."""
    tips, dents = regular(5, outer), regular(5, inner, pi / 5)
    return [corner for pair in zip(tips, dents, strict=True) for corner in pair]


def saltire(reach: float, half_width: float) -> list[Point]:
    """Corners of an upright cross turned by 45 degrees."""
    r, w = reach, half_width
    upright = [
        (w, -r),
        (w, -w),
        (r, -w),
        (r, w),
        (w, w),
        (w, r),
        (-w, r),
        (-w, w),
        (-r, w),
        (-r, -w),
        (-w, -w),
        (-w, -r),
    ]
    half = 0.5**0.5
    return [((x - y) * half, (x + y) * half) for x, y in upright]


@dataclass(frozen=True, slots=True)
class Shape:
    """A mark: `outline` and `hole` as path data (the hole shows the paper), and the room for a pictogram
    inside: `glyph` scales its box of 16 units, `shift` moves it down."""

    outline: str
    hole: str
    glyph: float
    shift: float = 0.0


SHAPES: dict[str, Shape] = {
    "hollow": Shape(circle(11.5), circle(9.2), 0.86),
    "ring": Shape(circle(11.5), circle(7.2), 0.68),
    "disc": Shape(circle(11.3), "", 0.9),
    "triangle": Shape(rounded(regular(3, 15.6, centre=(0.0, 2.4)), 3.2), "", 0.72, 3.2),
    "square": Shape(rounded([(-10.4, -10.4), (10.4, -10.4), (10.4, 10.4), (-10.4, 10.4)], 2.0), "", 0.95),
    "diamond": Shape(rounded(regular(4, 14.6), 2.6), "", 0.84),
    "star": Shape(rounded(star(15.4, 8.6), 1.6), "", 0.72, 0.6),
    "cross": Shape(rounded(saltire(13.6, 5.6), 1.5), "", 0.66),
}
"""Every mark, by name."""
