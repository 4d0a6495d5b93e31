"""Names on a still map: where each fits without lying on another name or a mark; the others are left out."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians, sin

import shapely
from shapely.geometry.base import BaseGeometry

SITE, ROAD, TOWN = 11.5, 11.0, 13.0
"""Heights of letters in drawing units."""
SPACED = 1.35
"""Towns' names are set with spaces between the letters."""
STEEP = 50.0
"""Chinese names of streets steeper than this stand upright, one character below the other."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text around (x, y): `kind` site, road or town; `angle` in degrees clockwise; `upright` columns of
    Chinese characters; `anchor` as in SVG's text-anchor."""

    x: float
    y: float
    text: str
    kind: str
    angle: float = 0.0
    upright: bool = False
    anchor: str = "middle"


class Room:
    """Which parts of a drawing are still free."""

    def __init__(self, width: float, height: float) -> None:
        self._width, self._height = width, height
        self._taken: list[tuple[float, float, float, float]] = []
        self._drawn: BaseGeometry | None = None
        self._streets: list[BaseGeometry] = []

    def take(self, left: float, top: float, right: float, bottom: float) -> None:
        """Keep others out of this rectangle."""
        self._taken.append((left, top, right, bottom))

    def drawn(self, shapes: BaseGeometry) -> None:
        """Keep names off these lines and areas where that is possible (`clear`)."""
        self._drawn = shapes

    def street(self, line: BaseGeometry) -> None:
        """Keep towns' names off this street where that is possible (`open`)."""
        self._streets.append(line)

    def open(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether the rectangle is clear and no street runs through it."""
        box = shapely.box(left, top, right, bottom)
        return self.clear(left, top, right, bottom) and not any(
            line.intersects(box) for line in self._streets
        )

    def clear(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether the rectangle is free and no site's line or area runs through it."""
        box = shapely.box(left, top, right, bottom)
        return self.free(left, top, right, bottom) and not (self._drawn and self._drawn.intersects(box))

    def free(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether the rectangle is on the drawing and nobody has taken any of it."""
        inside = left >= 3 and top >= 3 and right <= self._width - 3 and bottom <= self._height - 3
        return inside and self.covered(left, top, right, bottom) == 0

    def covered(self, left: float, top: float, right: float, bottom: float) -> float:
        """How much of the rectangle is taken, in square units; counted twice where two overlap."""
        return sum(
            max(0.0, min(right, r) - max(left, x)) * max(0.0, min(bottom, b) - max(top, y))
            for x, y, r, b in self._taken
        )


def breadth(text: str, size: float) -> float:
    """About how wide a text is: a Chinese character is square, a Latin letter a little over half."""
    return sum(size if ord(letter) > 0x2E7F else 0.57 * size for letter in text)


def beside(room: Room, x: float, y: float, half: float, text: str) -> list[Label]:
    """A text right, left, above or below a mark of `half` its width."""
    wide, gap = breadth(text, SITE), 3.0
    places = (
        (x + half + gap, y, "start", x + half + gap),
        (x - half - gap, y, "end", x - half - gap - wide),
        (x, y - half - SITE / 2 - 1, "middle", x - wide / 2),
        (x, y + half + SITE / 2 + 1, "middle", x - wide / 2),
    )
    for fits in (room.clear, room.free):
        for at, level, anchor, left in places:
            box = (left, level - SITE / 2, left + wide, level + SITE / 2)
            if fits(*box):
                room.take(*box)
                return [Label(round(at, 1), round(level, 1), text, "site", anchor=anchor)]
    return []


def name_of_line(room: Room, line: BaseGeometry, text: str) -> list[Label]:
    """A street's name along it, where it is straight for as long as the name."""
    wide = breadth(text, ROAD) + 4
    chinese = all(ord(letter) > 0x2E7F for letter in text)
    for part in sorted(shapely.get_parts(line), key=lambda part: -part.length):
        for share in (0.5, 0.35, 0.65, 0.2, 0.8, 0.12, 0.88):
            at = part.length * share
            if not wide / 2 <= at <= part.length - wide / 2:
                continue
            start, end = part.interpolate(at - wide / 2), part.interpolate(at + wide / 2)
            if hypot(end.x - start.x, end.y - start.y) < 0.97 * wide:
                continue
            x, y = (start.x + end.x) / 2, (start.y + end.y) / 2
            angle = _readable(degrees(atan2(end.y - start.y, end.x - start.x)))
            upright = chinese and abs(angle) > STEEP
            turn = radians(90.0 if upright else angle)
            half_x = (abs(wide * cos(turn)) + abs(ROAD * sin(turn))) / 2
            half_y = (abs(wide * sin(turn)) + abs(ROAD * cos(turn))) / 2
            box = (x - half_x, y - half_y, x + half_x, y + half_y)
            if room.clear(*box):
                room.take(*box)
                lean = 0.0 if upright else round(angle, 1)
                return [Label(round(x, 1), round(y, 1), text, "road", angle=lean, upright=upright)]
    return []


def name_of_area(room: Room, area: BaseGeometry, text: str) -> list[Label]:
    """A town's name inside the part of it that is shown."""
    if area.is_empty or area.area <= 0:
        return []
    wide = breadth(text, TOWN) * SPACED + 2 * TOWN
    left, top, right, bottom = area.bounds
    inner = area.representative_point()
    candidates = [(inner.x, inner.y)] + [
        (left + (right - left) * across, top + (bottom - top) * down)
        for down in (0.5, 0.3, 0.7, 0.15, 0.85)
        for across in (0.5, 0.3, 0.7, 0.2, 0.8)
    ]
    for fits in (room.open, room.clear):
        for x, y in candidates:
            box = (x - wide / 2, y - TOWN, x + wide / 2, y + TOWN)
            if fits(*box) and area.contains(shapely.box(*box)):
                room.take(*box)
                return [Label(round(x, 1), round(y, 1), text, "town")]
    return []


def _readable(angle: float) -> float:
    """The same slope with the text never upside down."""
    return angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
