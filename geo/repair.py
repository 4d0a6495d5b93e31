"""Judging geometry that people hand in, and mending what can be mended without changing what is meant."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import BadGeometry, Message
from geo.geojson import normalise
from geo.measure import area_m2, length_m
from geo.types import Box

# The words that kinds of site use for the shape of a thing, and the GeoJSON types that they allow.
SHAPES = {
    "spot": ("Point",),
    "point": ("Point", "MultiPoint"),
    "line": ("LineString", "MultiLineString"),
    "polygon": ("Polygon", "MultiPolygon"),
}
# By shapely's numbers of types.
_TYPES = (
    "Point",
    "LineString",
    "LinearRing",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)
_SHAPES_ZH = {"spot": "一个点", "point": "点", "line": "线", "polygon": "面"}

Geometries = NDArray[np.object_]

# Mending may not move an outline by more than this: square metres, and share of the whole.
_HARMLESS_M2 = 1.0
_HARMLESS_SHARE = 0.001


def validate(
    geom: BaseGeometry | None, allowed_types: Collection[str], within: Box | BaseGeometry | None = None
) -> list[Message]:
    """What is wrong with a WGS 84 geometry, each with a place or a hint; an empty list when nothing is.

    `allowed_types` are words of `SHAPES` (or GeoJSON type names), `within` the box or area (lon/lat) in
    which all of it must lie. Never raises for a bad geometry.
    """
    if geom is None:
        return [Message("没有图形。", "There is no geometry.")]
    if geom.is_empty:
        return [Message("图形是空的。", "The geometry is empty.")]
    problems = []
    names = {name for word in allowed_types for name in SHAPES.get(word, (word,))}
    if geom.geom_type not in names:
        zh = "、".join(_SHAPES_ZH.get(word, word) for word in allowed_types)
        en = " or ".join(allowed_types)
        problems.append(
            Message(f"应为{zh}，却是 {geom.geom_type}。", f"It should be a {en}, but is a {geom.geom_type}.")
        )
    xy = shapely.get_coordinates(geom)
    numbers = _check_numbers(xy)
    if numbers:
        return [*problems, numbers]
    if broken := _check_shape(geom):
        problems.append(broken)
    if within is not None and (astray := _check_place(geom, xy, within)):
        problems.append(astray)
    return problems


def make_valid(geom: BaseGeometry) -> tuple[BaseGeometry, list[Message]]:
    """Mend a geometry where that is harmless; what was done is listed (nothing done, nothing listed).

    Z is dropped, repeated positions go, parts without extent go, an outline's spikes and hairline crossings
    go when the area changes by at most 1 m² or 0.1 %. What would change more than that (a figure of eight,
    for one) is left as it is: only its author knows what was meant, and `validate` will say where. Raises
    BadGeometry for None.
    """
    if geom is None:
        raise BadGeometry("没有图形。", "There is no geometry.")
    done: list[Message] = []
    if geom.has_z:
        geom = shapely.force_2d(geom)
        done.append(Message("去掉了高程。", "Heights were dropped."))
    if geom.is_empty or not np.isfinite(shapely.get_coordinates(geom)).all():
        return geom, done
    cleaned = _without_repeats(geom)
    dropped = shapely.get_num_coordinates(geom) - shapely.get_num_coordinates(cleaned)
    if dropped:
        done.append(Message(f"去掉了 {dropped} 个重复的顶点。", f"{dropped} repeated vertices were dropped."))
    geom = cleaned
    if not geom.is_valid and (mended := _mended_outline(geom)) is not None:
        geom = mended
        done.append(
            Message("修整了面的轮廓（面积不变）。", "The outline was tidied (its area stays the same).")
        )
    parts = getattr(geom, "geoms", None)
    if parts is not None and len(parts) == 1 and geom.geom_type != "GeometryCollection":
        geom = parts[0]
        done.append(Message("只有一个部件，改为单一图形。", "A multi geometry of one part became that part."))
    return geom, done


class Mended(NamedTuple):
    """Many geometries in their stored form (`geo.geojson.normalise`), None where `problems` (by index) says
    why; `notes` tell what was mended."""

    geometries: Geometries
    problems: dict[int, list[Message]]
    notes: dict[int, list[Message]]


def mend_all(geoms: Geometries, allowed_types: Collection[str]) -> Mended:
    """`make_valid` and `validate` for many WGS 84 geometries, and their stored form. Only those that may need
    it are looked at one by one."""
    found = geoms.copy()
    names = {name for word in allowed_types for name in SHAPES.get(word, (word,))}
    problems: dict[int, list[Message]] = {}
    notes: dict[int, list[Message]] = {}
    for index in np.flatnonzero(~_plainly_good(found, names)):
        geom, done = (None, []) if found[index] is None else make_valid(found[index])
        wrong = validate(geom, allowed_types)
        found[index] = None if wrong else geom
        problems |= {int(index): wrong} if wrong else {}
        notes |= {int(index): done} if done else {}
    found = normalise(found)
    # Rounding may make hairlines cross; where it does, that is mended too.
    for index in np.flatnonzero(~(shapely.is_missing(found) | shapely.is_valid(found))):
        geom, _ = make_valid(found[index])
        if wrong := validate(geom, allowed_types):
            problems[int(index)], geom = wrong, None
        found[index] = geom
    return Mended(found, problems, notes)


def _plainly_good(geoms: Geometries, names: Collection[str]) -> NDArray[np.bool_]:
    """Valid single points, lines and polygons of the right type, on the globe and of some size."""
    kind = np.array(["", *_TYPES])[shapely.get_type_id(geoms) + 1]
    bounds = shapely.bounds(geoms)
    with np.errstate(invalid="ignore"):
        on_globe = (np.abs(bounds) <= (180.0, 90.0, 180.0, 90.0)).all(axis=1)  # not of NaN, as of empty ones
        # A square metre is some 1e-10 square degrees at the equator, and more towards the poles.
        large = (shapely.get_dimensions(geoms) == 0) | (shapely.area(geoms) > 1e-9)
    parts = shapely.get_num_geometries(geoms)
    several = (parts > 1) | ~np.char.startswith(kind, "Multi")
    good = np.isin(kind, list(names)) & on_globe & large & several & ~shapely.has_z(geoms)
    good[good] = shapely.is_valid(geoms[good])
    return good


def _check_numbers(xy: np.ndarray) -> Message | None:
    """No position on the globe: not finite, or numbers of a projected system."""
    if not np.isfinite(xy).all():
        return Message("有不是有限数的坐标。", "There is a coordinate that is not a finite number.")
    off = (np.abs(xy[:, 0]) > 180.0) | (np.abs(xy[:, 1]) > 90.0)
    if not off.any():
        return None
    x, y = xy[off][0]
    if np.abs(xy).max() > 1000.0:
        return Message(
            f"坐标（{x:.1f}，{y:.1f}）是以米计的投影坐标，不是经纬度。请指明坐标系，例如 EPSG:4527。",
            f"The coordinates ({x:.1f}, {y:.1f}) are metres of a projection, not degrees. Name the "
            "coordinate reference system, such as EPSG:4527.",
        )
    if (np.abs(xy[:, 0]) <= 90.0).all() and (np.abs(xy[:, 1]) <= 180.0).all():
        return _swapped(x, y)
    return Message(
        f"坐标（{x:.7g}，{y:.7g}）不在地球上：经度应在 ±180 之间，纬度应在 ±90 之间。",
        f"The position ({x:.7g}, {y:.7g}) is not on the globe: longitude within ±180, latitude within ±90.",
    )


def _check_shape(geom: BaseGeometry) -> Message | None:
    """Not valid by the rules of simple features, or without extent."""
    if not geom.is_valid:
        reason = shapely.is_valid_reason(geom)
        kind, _, place = reason.partition("[")
        where = place.rstrip("]").split()
        at_zh = f"，位置 {where[0]}, {where[1]}" if len(where) == 2 else ""
        at_en = f" at {where[0]}, {where[1]}" if len(where) == 2 else ""
        return Message(
            f"图形无效：{_REASONS_ZH.get(kind.strip(), kind.strip())}{at_zh}。",
            f"The geometry is not valid: {kind.strip().lower()}{at_en}.",
        )
    dimension = shapely.get_dimensions(geom)
    if dimension == 1 and length_m(geom) < 0.01:
        return Message("线没有长度。", "The line has no length.")
    if dimension == 2 and area_m2(geom) < 0.01:
        return Message("面没有面积。", "The polygon has no area.")
    return None


def _check_place(geom: BaseGeometry, xy: np.ndarray, within: Box | BaseGeometry) -> Message | None:
    """Not all of it in the place where it belongs; the hint tells the likely slip."""
    area = shapely.box(*within) if isinstance(within, tuple) else within
    if shapely.covers(area, geom):
        return None
    if shapely.covers(area, shapely.transform(geom, lambda pairs: pairs[:, ::-1])):
        return _swapped(*xy[0])
    if (np.abs(xy) < 1e-6).all():
        return Message(
            "坐标是 0, 0：这是没有填写的位置。",
            "The coordinates are 0, 0: a position that was never filled in.",
        )
    minx, miny, maxx, maxy = shapely.bounds(area)
    # A vertex to show: the first outside; where only an edge leaves the area, the first of all.
    outside = xy[~shapely.covers(area, shapely.points(xy))]
    x, y = outside[0] if len(outside) else xy[0]
    span = f"{minx:.4f}–{maxx:.4f}, {miny:.4f}–{maxy:.4f}"
    return Message(
        f"（{x:.7g}，{y:.7g}）处超出了区域范围（{span}）。坐标系可能不对（GCJ-02 偏约 500 米），或位置有误。",
        f"It leaves the area ({span}) at {x:.7g}, {y:.7g}. The coordinate reference system may be wrong "
        "(GCJ-02 is off by some 500 m), or the position is.",
    )


def _swapped(x: float, y: float) -> Message:
    return Message(
        f"经度和纬度写反了：（{x:.7g}，{y:.7g}）。应先经度后纬度。",
        f"Longitude and latitude are swapped: ({x:.7g}, {y:.7g}). Longitude comes first.",
    )


_REASONS_ZH = {
    "Self-intersection": "轮廓自相交",
    "Ring Self-intersection": "环自相接",
    "Hole lies outside shell": "孔在轮廓之外",
    "Holes are nested": "孔中套孔",
    "Interior is disconnected": "内部被分成几块",
    "Nested shells": "各部分互相包含",
    "Duplicate Rings": "环重复",
    "Too few points in geometry component": "顶点太少",
}


def _without_repeats(geom: BaseGeometry) -> BaseGeometry:
    try:
        return shapely.remove_repeated_points(geom)
    except shapely.errors.GEOSException:  # a ring that would be left with too few positions
        return geom


def _mended_outline(geom: BaseGeometry) -> BaseGeometry | None:
    """The polygon or polygons meant, when that is beyond doubt; else None."""
    if geom.geom_type not in SHAPES["polygon"]:
        return None
    # Two ways of reading a broken outline; where they agree with each other, and with the area of the rings
    # as drawn, nothing but hairlines was broken.
    readings = [shapely.make_valid(geom, method="linework"), shapely.make_valid(geom, method="structure")]
    polygons = [_polygons_of(reading) for reading in readings]
    areas = [area_m2(geom), *(area_m2(polygon) for polygon in polygons)]
    tolerance = max(_HARMLESS_M2, _HARMLESS_SHARE * max(areas))
    if polygons[1].is_empty or max(areas) - min(areas) > tolerance:
        return None
    return polygons[1] if polygons[1].is_valid else None


def _polygons_of(geom: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shapely.get_parts(geom))
    polygons = [part for part in parts if part.geom_type == "Polygon" and area_m2(part) > 0.0]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
