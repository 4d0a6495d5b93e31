"""Networks in the ground (heating, gas): what lies within the connection distance of their built parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import GeoError
from geo.ground import Ground, objects, prepared, share
from geo.linear import cut
from geo.service import Service, clipped, only_areas, served, sound_sites

Sections = Sequence[tuple[float, float]]


class Counted(NamedTuple):
    """Points of a town, or of the zone (`code` None): how many there are, how many are connected, and the
    share (0 to 1; None where there is no point, for that is neither all nor nothing)."""

    code: str | None
    points: int
    connected: int
    share: float | None


class Reached(NamedTuple):
    """Square kilometres of given areas in a town, or in the zone (`code` None): all, connected, and the share
    (None where there is no area)."""

    code: str | None
    area_km2: float
    connected_km2: float
    share: float | None


def built_parts(lines: Sequence[BaseGeometry], sections: Sequence[Sections]) -> list[BaseGeometry]:
    """The parts of lines that are built: per line, sections in metres from its start (`geo.linear`).

    Sections may overlap; a line without any gives nothing. Raises what `geo.linear.cut` raises, and GeoError
    when there are not as many lists of sections as lines.
    """
    if len(lines) != len(sections):
        raise GeoError(
            f"线有 {len(lines)} 条，区段有 {len(sections)} 组，应一一对应。",
            f"There are {len(lines)} lines and {len(sections)} lists of sections; they belong together.",
        )
    return [
        cut(line, start, end) for line, parts in zip(lines, sections, strict=True) for start, end in parts
    ]


def within_reach(
    ground: Ground, lines: Sequence[BaseGeometry], sections: Sequence[Sections], distance_m: float
) -> Service:
    """The ground within the connection distance (metres) of built parts. Errors of `built_parts` and
    `geo.service.served`."""
    return served(ground, objects(built_parts(lines, sections)), distance_m)


def connected_points(service: Service, points: ArrayLike) -> NDArray[np.bool_]:
    """Which points (WGS 84: buildings, villages) lie in a service area; empty and missing ones do not.

    Raises GeoError for what is no point.
    """
    geoms = objects(np.atleast_1d(np.asarray(points, dtype=object)))
    if (~np.isin(shapely.get_type_id(geoms), (-1, 0))).any():
        raise GeoError("这里只能是点。", "Only points can be told connected or not.")
    there = np.flatnonzero(~(shapely.is_missing(geoms) | shapely.is_empty(geoms)))
    inside = np.zeros(len(geoms), dtype=bool)
    inside[there] = shapely.intersects(prepared(service.area), service.ground.flat(geoms[there]))
    return inside


def count_points(service: Service, points: ArrayLike) -> list[Counted]:
    """Per town, and last for the zone: points that lie in it, and those of them in the service area."""
    geoms = objects(np.atleast_1d(np.asarray(points, dtype=object)))
    inside, where = connected_points(service, geoms), service.ground.within(geoms)
    masks = [*zip(service.ground.codes, where, strict=True), (None, where.any(axis=0))]
    return [
        Counted(code, n, hit, hit / n if n else None)
        for code, mask in masks
        for n, hit in [(int(mask.sum()), int((mask & inside).sum()))]
    ]


def reach_of_areas(service: Service, areas: ArrayLike) -> list[Reached]:
    """Per town, and last for the zone: square kilometres of areas (WGS 84 polygons: communities, built-up
    land), and those of them in the service area. Where areas overlap, ground counts once; what lies outside
    the towns does not count. Raises BadGeometry for broken polygons.
    """
    ground = service.ground
    geoms = sound_sites(objects(np.atleast_1d(np.asarray(areas, dtype=object))))
    near = ground.flat(geoms[ground.near(geoms, 1.0)])
    given = clipped(ground, only_areas(shapely.union_all(near)), ground.within(geoms))
    codes = [*ground.codes, None]
    wholes = [*given.pieces, given.area]
    parts = [
        *shapely.intersection(given.pieces, service.area),
        shapely.intersection(given.area, service.area),
    ]
    return [
        _reached(code, whole.area, part.area) for code, whole, part in zip(codes, wholes, parts, strict=True)
    ]


def share_of_each(service: Service, areas: ArrayLike) -> NDArray[np.float64]:
    """For each area (WGS 84 polygon) the share of it, 0 to 1, that lies in the service area; NaN for what has
    no area. Counted on the whole area, also where it leaves the towns, outside of which nothing is served."""
    geoms = sound_sites(objects(np.atleast_1d(np.asarray(areas, dtype=object))))
    shapes = service.ground.flat(geoms)
    whole = shapely.area(shapes)
    part = shapely.area(shapely.intersection(shapes, service.area))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0.0, np.minimum(part / whole, 1.0), np.nan)


def _reached(code: str | None, whole_m2: float, part_m2: float) -> Reached:
    if whole_m2 <= 0.0:
        return Reached(code, 0.0, 0.0, None)
    row = share(code, whole_m2, part_m2, 0)
    return Reached(code, row.area_km2, row.covered_km2, row.share)
