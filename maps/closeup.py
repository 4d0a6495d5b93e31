"""A still map of one place with what was found out about somebody's being there, as drawing instructions.

The site's geometry, the positions that were told (with the circle of their accuracy) and, from each of them,
the line to the nearest point of the site. The frame lies around the positions, not around the whole of a long
road: 30 metres beside one of 3 km can be seen. WGS 84 in, the drawing's own units (CSS pixels) out, as in
:mod:`maps.overview`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Literal

import shapely

from geo.measure import length_m
from maps.frame import METRES_A_DEGREE, Frame
from maps.lettering import Room, breadth
from maps.overview import MARK, Ground, Overview, Place, framed, middle

Kind = Literal["device", "pin", "photo", "exif"]
LETTERS = 12.5
"""Height of the letters of distances."""
SHORTEST = 3.0
"""Lines shorter than this on the drawing are left out: somebody stood on the site itself."""
LEAST_M = 220.0
"""Metres that are shown at least, so that a few metres do not look like a field."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A position: degrees WGS 84, accuracy in metres (None: not known), nearest point of the site (None:
    there is none), the distance to it in words, and a short name for its mark ("1" for the first photo)."""

    kind: Kind
    lon: float
    lat: float
    accuracy_m: float | None = None
    nearest: tuple[float, float] | None = None
    distance: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A position on the drawing: mark at (x, y), accuracy circle of `radius` (0: none), the line's other end
    (None: no line), and where its distance is written (None: there was no room)."""

    kind: str
    name: str
    x: float
    y: float
    radius: float
    foot: tuple[float, float] | None
    text: str
    text_at: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Closeup:
    """The ground with the site, and the positions in the order in which they are painted."""

    ground: Overview
    fixes: tuple[Drawn, ...]


def closeup(
    place: Place,
    fixes: Sequence[Fix],
    towns: Sequence[Ground],
    roads: Sequence[Ground],
    *,
    width: float = 420,
    height: float = 320,
) -> Closeup:
    """Draw the site with these positions; without any of them the site as a whole."""
    shapes: list[shapely.Geometry] = [shapely.Point(fix.lon, fix.lat) for fix in fixes]
    shapes += [shapely.Point(fix.nearest) for fix in fixes if fix.nearest]
    for fix in fixes:
        reach = min(fix.accuracy_m or 0.0, 500.0) / METRES_A_DEGREE
        shapes.append(shapely.box(fix.lon - reach, fix.lat - reach, fix.lon + reach, fix.lat + reach))
    frame = Frame.around(shapes or [place.geometry], width, height, LEAST_M if fixes else 1200, margin=0.2)
    seen = place.geometry.intersection(frame.box())
    room = Room(width, height)
    drawn = [_fix(frame, fix, room) for fix in fixes]
    for one in drawn:
        for x, y in _along(one):
            room.take(x - 10, y - 10, x + 10, y + 10)
    marked = not seen.is_empty
    if marked and shapely.get_dimensions(place.geometry):  # a line or an area shows without its mark, too
        x, y = frame.xy(*middle(seen))
        ends = [end for one in drawn for end in ((one.x, one.y), one.foot) if end]
        marked = all(max(abs(end[0] - x), abs(end[1] - y)) > MARK for end in ends)
    return Closeup(framed([place], towns, roads, frame, room, marked=marked), tuple(drawn))


def _fix(frame: Frame, fix: Fix, room: Room) -> Drawn:
    x, y = frame.xy(fix.lon, fix.lat)
    foot = frame.xy(*fix.nearest) if fix.nearest else None
    if foot and hypot(foot[0] - x, foot[1] - y) < SHORTEST:
        foot = None
    radius = (fix.accuracy_m or 0.0) * _units_a_metre(frame, fix.lat)
    at = None
    if foot and fix.distance:
        at = _beside(room, (x, y), foot, fix.distance)
    point = (round(foot[0], 1), round(foot[1], 1)) if foot else None
    return Drawn(fix.kind, fix.name, round(x, 1), round(y, 1), round(radius, 1), point, fix.distance, at)


def _along(one: Drawn) -> list[tuple[float, float]]:
    """Places on the way from a position to the site, close enough together that no name fits between them."""
    if one.foot is None:
        return [(one.x, one.y)]
    dx, dy = one.foot[0] - one.x, one.foot[1] - one.y
    steps = max(1, round(hypot(dx, dy) / 15))
    return [(one.x + dx * n / steps, one.y + dy * n / steps) for n in range(steps + 1)]


def _beside(
    room: Room, start: tuple[float, float], end: tuple[float, float], text: str
) -> tuple[float, float] | None:
    """Where the middle of a text comes to stand beside a line; None when all places there are taken."""
    half, tall = breadth(text, LETTERS) / 2 + 4, LETTERS / 2 + 3
    dx, dy = end[0] - start[0], end[1] - start[1]
    long = hypot(dx, dy)
    across, along = (-dy / long, dx / long), (dx / long, dy / long)
    away = abs(across[0]) * half + abs(across[1]) * tall + 4
    for side in (1, -1):
        for shift in (0.0, 0.25, -0.25):
            x = (start[0] + end[0]) / 2 + side * across[0] * away + shift * long * along[0]
            y = (start[1] + end[1]) / 2 + side * across[1] * away + shift * long * along[1]
            box = (x - half, y - tall, x + half, y + tall)
            if room.free(*box):
                room.take(*box)
                return round(x, 1), round(y, 1)
    return None


def _units_a_metre(frame: Frame, lat: float) -> float:
    west, _, east, _ = frame.bounds
    return frame.width / length_m(shapely.LineString([(west, lat), (east, lat)]))
