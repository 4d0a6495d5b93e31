"""A small still map as drawing instructions: sites over town borders and context roads, for pages and paper.

Nothing here is markup: the page's template turns paths, marks and labels into SVG, so that names pass
through its escaping. Positions come in as WGS 84 lon/lat; lengths come out in the drawing's own units (CSS
pixels at its natural size). Degrees of longitude are as long as they are at the middle latitude, which is off
by 0.1 % at 8 km from it; the scale bar is measured there, on the ellipsoid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import shapely
from shapely.geometry.base import BaseGeometry

from geo.measure import length_m
from maps.frame import Frame
from maps.lettering import Label, Room, beside, name_of_area, name_of_line
from maps.palette import BY_CODE

MARK = 24.0
"""Width of a mark."""
SMALL = 7.0
"""Width of a mark among so many that they cannot be told apart one by one."""
MOST_NUMBERED = 200
"""More marks than this are not moved apart and carry no labels: there is no room, and looking for it takes
time that grows with the square of their number."""
INSET_HEIGHT = 104.0
CORNER = 8.0
BESIDE_FRAME = 24.0
"""How far shapes are kept beyond the frame, so that clipped edges never show."""


@dataclass(frozen=True, slots=True)
class Place:
    """A site to be drawn: its WGS 84 `geometry`, status code, pictogram's name, and a short label or none."""

    code: str
    status: str
    pictogram: str
    geometry: BaseGeometry
    label: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """A town (polygon) or road (line) with its name; `rank` sorts roads, larger is wider and named first."""

    name: str
    geometry: BaseGeometry
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """SVG path data, with the status code of a site or the rank of a road."""

    d: str
    status: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a site's mark stands; (at_x, at_y) is its place when it had to make room for another."""

    x: float
    y: float
    at_x: float
    at_y: float
    code: str
    status: str
    pictogram: str

    @property
    def moved(self) -> bool:
        """Whether the mark stands beside its place."""
        return (self.x, self.y) != (self.at_x, self.at_y)


@dataclass(frozen=True, slots=True)
class Inset:
    """The towns as a whole in a corner, with the drawing's frame as a rectangle (x, y, width, height)."""

    x: float
    y: float
    width: float
    height: float
    towns: tuple[str, ...]
    frame: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Overview:
    """A drawing of `width` × `height`, in the order in which it is painted."""

    width: float
    height: float
    land: tuple[str, ...]
    borders: tuple[str, ...]
    roads: tuple[Shape, ...]
    areas: tuple[Shape, ...]
    lines: tuple[Shape, ...]
    marks: tuple[Mark, ...]
    names: tuple[Label, ...]
    """Of towns (kind `town`), roads (`road`) and sites (`site`)."""
    scale_m: int
    scale_width: float
    inset: Inset | None
    crowded: bool = False
    """Whether marks are small, stand where they stand and carry no labels (more than `MOST_NUMBERED`)."""


def overview(
    places: Sequence[Place],
    towns: Sequence[Ground],
    roads: Sequence[Ground],
    *,
    width: float = 400,
    height: float = 400,
    least_m: float = 2400,
) -> Overview:
    """Draw `places` as large as they fit, at least `least_m` metres wide, with all towns small in a corner.

    Without places the towns are shown. Raises ValueError when there is neither.
    """
    everything = [place.geometry for place in places] or [town.geometry for town in towns]
    if not everything:
        raise ValueError("nothing to draw")
    return framed(places, towns, roads, Frame.around(everything, width, height, least_m), Room(width, height))


def framed(
    places: Sequence[Place],
    towns: Sequence[Ground],
    roads: Sequence[Ground],
    frame: Frame,
    room: Room,
    *,
    marked: bool = True,
) -> Overview:
    """The same in a given frame; `room` knows what else lies on it. Without `marked` only lines and areas."""
    crowded = marked and len(places) > MOST_NUMBERED
    wide = frame.box(BESIDE_FRAME)
    metres, bar = _scale(frame)
    room.take(CORNER, frame.height - 30, CORNER + bar + 64, frame.height - CORNER)

    areas, lines, marks = _sites(places, frame, wide)
    marks = [] if not marked else marks if crowded else _apart(marks, frame)
    if not crowded:
        for mark in marks:
            room.take(*_around(mark.x, mark.y, MARK / 2))
    inset = _inset(towns, frame, room)
    if inset:
        room.take(inset.x - 6, inset.y - 6, inset.x + inset.width + 6, inset.y + inset.height + 6)

    if not crowded:  # names would find no room beside so many
        room.drawn(shapely.union_all([frame.place(place.geometry) for place in places]))
    names: list[Label] = []
    texts = {place.code: place.label for place in places}
    for mark in () if crowded else reversed(marks):
        if texts[mark.code]:
            names += beside(room, mark.x, mark.y, MARK / 2, texts[mark.code])
    drawn = []
    for road in sorted(roads, key=lambda road: -road.rank):
        part = road.geometry.intersection(wide)
        if not part.is_empty:
            drawn.append(Shape(frame.path(part), rank=road.rank))
            street = frame.place(part)
            room.street(street)
            names += name_of_line(room, street, road.name)
    for town in towns:
        names += name_of_area(room, frame.place(town.geometry.intersection(frame.box())), town.name)
    return Overview(
        width=frame.width,
        height=frame.height,
        land=tuple(_paths(frame, (town.geometry.intersection(wide) for town in towns))),
        borders=tuple(_paths(frame, (town.geometry.boundary.intersection(wide) for town in towns))),
        roads=tuple(reversed(drawn)),
        areas=areas,
        lines=lines,
        marks=tuple(marks),
        names=tuple(names),
        scale_m=metres,
        scale_width=round(bar, 1),
        inset=inset,
        crowded=crowded,
    )


def middle(geometry: BaseGeometry) -> tuple[float, float]:
    """A position (lon, lat) that stands for the whole: half-way along the longest line, inside a polygon,
    a point itself.
    """
    parts = shapely.get_parts(geometry)
    longest = max(parts, key=lambda part: (part.area, part.length))
    if longest.geom_type == "LineString":
        point = longest.interpolate(0.5, normalized=True)
    else:
        point = longest.representative_point()
    return point.x, point.y


def _sites(
    places: Sequence[Place], frame: Frame, wide: BaseGeometry
) -> tuple[tuple[Shape, ...], tuple[Shape, ...], list[Mark]]:
    """Areas, lines and marks at their places, the most urgent last so that it lies on top."""
    areas, lines, marks = [], [], []
    for place in sorted(places, key=lambda place: -BY_CODE[place.status].urgency):
        shape = Shape(frame.path(place.geometry.intersection(wide)), place.status)
        dimension = shapely.get_dimensions(place.geometry)
        if dimension == 2:
            areas.append(shape)
        elif dimension == 1:
            lines.append(shape)
        x, y = frame.xy(*middle(_seen(place.geometry, frame)))
        x, y = round(x, 1), round(y, 1)
        marks.append(Mark(x, y, x, y, place.code, place.status, place.pictogram))
    return tuple(areas), tuple(lines), marks


def _apart(marks: list[Mark], frame: Frame) -> list[Mark]:
    """Marks that would lie on each other, moved sideways until each can be seen."""
    placed: list[Mark] = []
    for mark in reversed(marks):
        steps = ((0, 0), *((dx * MARK, dy * MARK) for dx, dy in _AROUND))
        x, y = next(
            (
                (mark.x + dx, mark.y + dy)
                for dx, dy in steps
                if frame.inside(mark.x + dx, mark.y + dy, MARK / 2)
                and all(max(abs(mark.x + dx - p.x), abs(mark.y + dy - p.y)) >= MARK * 0.8 for p in placed)
            ),
            (mark.x, mark.y),
        )
        placed.append(replace(mark, x=round(x, 1), y=round(y, 1)))
    return placed[::-1]


_AROUND = tuple(
    (dx * reach, dy * reach)
    for reach in (0.85, 1.7, 2.55)
    for dx, dy in ((0, -1), (0, 1), (1, 0), (-1, 0), (1, -1), (-1, 1), (1, 1), (-1, -1))
)


def _seen(geometry: BaseGeometry, frame: Frame) -> BaseGeometry:
    """The part of it that is on the drawing; the whole when none is."""
    box = frame.box()
    part = geometry if box.contains(geometry) else geometry.intersection(box)
    return geometry if part.is_empty else part


def _around(x: float, y: float, half: float) -> tuple[float, float, float, float]:
    return x - half, y - half, x + half, y + half


def _paths(frame: Frame, shapes: Iterable[BaseGeometry]) -> Iterable[str]:
    return (frame.path(shape) for shape in shapes if not shape.is_empty)


def _scale(frame: Frame) -> tuple[int, float]:
    """A round length in metres of about a quarter of the width, and how wide that is."""
    west, south, east, north = frame.bounds
    lat = (south + north) / 2
    whole = length_m(shapely.LineString([(west, lat), (east, lat)]))
    sizes = [digit * 10**power for power in range(1, 6) for digit in (1, 2, 5)]
    metres = max((size for size in sizes if size <= whole / 3.4), default=sizes[0])
    return metres, frame.width * metres / whole


def _inset(towns: Sequence[Ground], frame: Frame, room: Room) -> Inset | None:
    """The towns in the corner that is emptiest; none when the frame shows most of them anyway."""
    if not towns:
        return None
    whole = shapely.union_all([town.geometry for town in towns])
    shown = frame.box()
    if whole.intersection(shown).area > 0.55 * whole.area:
        return None
    west, south, east, north = whole.bounds
    tall = (north - south) / ((east - west) * frame.squeeze)
    width, height = (INSET_HEIGHT / tall, INSET_HEIGHT) if tall > 1 else (INSET_HEIGHT, INSET_HEIGHT * tall)
    right, bottom = frame.width - CORNER - width, frame.height - CORNER - height
    corners = ((right, bottom), (right, CORNER), (CORNER, CORNER))
    x, y = min(corners, key=lambda at: room.covered(at[0], at[1], at[0] + width, at[1] + height))
    small = Frame.around([whole], width, height, 0, margin=0.06)
    left, top = small.xy(frame.bounds[0], frame.bounds[3])
    far, low = small.xy(frame.bounds[2], frame.bounds[1])
    rectangle = (max(left, 0.5), max(top, 0.5), min(far, width - 0.5), min(low, height - 0.5))
    return Inset(
        round(x, 1),
        round(y, 1),
        round(width, 1),
        round(height, 1),
        tuple(small.path(town.geometry) for town in towns),
        (
            round(rectangle[0], 1),
            round(rectangle[1], 1),
            round(rectangle[2] - rectangle[0], 1),
            round(rectangle[3] - rectangle[1], 1),
        ),
    )
