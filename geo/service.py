"""Service areas: everything within a distance of points, lines and polygons, each spot counted once.

A service area is put together from simple pieces on an equal-area plane (`geo.ground`): a disc for a point,
a strip for each stretch of a line or an outline (`geo.chains`), the hull of its corners' discs for a convex
polygon.

Error: every position of the border lies at the radius from the site, geodesically, to 0.1 % of the radius
(for radii from 50 m): a disc has 64 corners on a circle so much larger that its area is right, which puts
the corners 0.08 % outside and the middles of the edges 0.04 % inside; along lines it lies 0.04 % outside, at
their bends up to 0.085 % inside; 0.005 % are allowed for leaving out vertices of fine lines, and 0.01 % for
lengths on the plane. The area of a single disc is right to 0.01 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from geo.chains import Chains
from geo.core import along, core
from geo.crs import LocalPlane
from geo.errors import BadCoordinates, BadGeometry, GeoError
from geo.ground import Ground, flat, objects, sound

Array = NDArray[np.float64]
Geometries = NDArray[np.object_]

LARGEST_RADIUS_M = 50_000.0

_QUARTER = 16  # edges per quarter of a circle
_CORNERS = 4 * _QUARTER
# The same for lines. More, for of a bend by one and a half such edges GEOS makes a single one.
_BENDS = 24


def _outwards(corners: int) -> float:
    """How much larger than a circle's radius that of a regular polygon's corners is, for the same area."""
    return math.sqrt(2.0 * math.pi / corners / math.sin(2.0 * math.pi / corners))


_OUT, _BENDS_OUT = _outwards(_CORNERS), _outwards(4 * _BENDS)
# Vertices of a line that matter less than this share of the radius are left out.
_FINE = 5e-5
# Up to this many pieces are united at once; of more, those in the midst of others are left out.
_MANY = 300
# Between their ends, lines are looked at this often (a share of the radius) to find what is in the midst.
_APART = 0.2


@dataclass(frozen=True, eq=False)
class Service:
    """Ground covered by some sites, clipped to the towns: `area` in the zone, `pieces` per town (both on the
    plane of `ground`), `within` towns × sites (which stand in which)."""

    ground: Ground
    area: BaseGeometry
    pieces: Geometries
    within: NDArray[np.bool_]

    @cached_property
    def lonlat(self) -> BaseGeometry:
        """The covered area in WGS 84 degrees."""
        return self.ground.plane.to_wgs84(self.area)


def service_area(site: BaseGeometry, radius_m: float) -> BaseGeometry:
    """Everything within a distance (metres) of one WGS 84 geometry, in WGS 84. Anywhere but at the poles and
    the antimeridian.

    A site of no extent has a disc, an empty one an empty area. Raises BadGeometry for None and for a polygon
    broken beyond harmless mending, BadCoordinates for what is no longitude and latitude, GeoError for a
    radius that is not above 0 and at most `LARGEST_RADIUS_M`, or a site that reaches more than 100 km from
    its middle.
    """
    radius = checked_radius(radius_m)
    if site is None:
        raise BadGeometry("没有图形。", "There is no geometry.")
    if site.is_empty:
        return shapely.Polygon()
    minx, miny, maxx, maxy = site.bounds
    plane = LocalPlane((minx + maxx) / 2.0, (miny + maxy) / 2.0)
    shapes = flat(plane, sound_sites(objects([site])))
    if np.abs(shapely.get_coordinates(shapes)).max() > 100_000.0:
        raise GeoError("图形太大，无法计算服务范围。", "The geometry is too large for a service area.")
    return plane.to_wgs84(union(shapes, radius))


def served(ground: Ground, sites: ArrayLike, radius_m: float) -> Service:
    """What sites (WGS 84 geometries of any type) cover of the towns within a radius in metres.

    Empty and missing sites cover nothing. Errors as `service_area`, but for the extent of a site.
    """
    radius = checked_radius(radius_m)
    geoms = sound_sites(objects(np.atleast_1d(np.asarray(sites, dtype=object))))
    near = geoms[ground.near(geoms, radius * 1.01)]
    return clipped(ground, union(ground.flat(near), radius, zone=ground.zone), ground.within(geoms))


def clipped(ground: Ground, area: BaseGeometry, within: NDArray[np.bool_]) -> Service:
    """A service of any kind from the union of its areas on the plane (discs, or what streets lead to)."""
    inside = only_areas(shapely.intersection(area, ground.zone))
    pieces = objects([only_areas(piece) for piece in shapely.intersection(inside, ground.shapes)])
    return Service(ground, inside, pieces, within)


def added(service: Service, area: BaseGeometry, within: NDArray[np.bool_]) -> Service:
    """The same with one more area on the plane, and the sites (towns × n) that it comes from.

    `added(…, union(ground.flat(site), radius), ground.within(site))` is what a site not built yet would
    change. Takes milliseconds: only the surroundings of the new area are looked at.
    """
    ground = service.ground
    new = only_areas(shapely.difference(shapely.intersection(area, ground.zone), service.area))
    if new.is_empty:
        return replace(service, within=np.hstack([service.within, within]))
    pieces = service.pieces.copy()
    for town, piece in enumerate(shapely.intersection(new, ground.shapes)):
        if piece.area > 0.0:
            pieces[town] = shapely.union(pieces[town], piece)
    return Service(ground, shapely.union(service.area, new), pieces, np.hstack([service.within, within]))


def union(
    shapes: Geometries, radius_m: float, fine: float = _FINE, zone: BaseGeometry | None = None
) -> BaseGeometry:
    """Everything within a distance of plane geometries: one valid area, the same in whatever order they
    come. Vertices of lines may be moved aside by `fine` of the distance. With `zone`, a plane area, only
    what lies in it is sure to be right; that is quicker."""
    parts = _leaves(shapes)
    kind = shapely.get_type_id(parts)
    areal = parts[kind == 3]
    convex = _convex(areal)
    hulled, other = areal[convex], areal[~convex]
    lines = np.concatenate([parts[(kind == 1) | (kind == 2)], shapely.get_rings(other)])
    chains = Chains(lines, radius_m * fine)
    segments = chains.segments
    points = np.unique(np.concatenate([shapely.get_coordinates(parts[kind == 0]), chains.points]), axis=0)
    out = radius_m * _OUT
    hulled, other = _in_order(hulled), _in_order(other)
    boxes = np.concatenate(
        [
            np.hstack([points - out, points + out]),
            np.hstack([segments.min(axis=1) - out, segments.max(axis=1) + out]),
            shapely.bounds(hulled) + (-out, -out, out, out),
            shapely.bounds(other),
        ]
    )
    middle, needed = None, np.ones(len(boxes), dtype=bool)
    if len(boxes) > _MANY:
        outlines = shapely.get_coordinates(shapely.segmentize(hulled, radius_m * _APART))
        more = along(segments, radius_m * _APART)
        spots = np.concatenate([points, segments.reshape(-1, 2), more, outlines])
        middle, needed = core(spots, radius_m * 0.999, boxes, zone)  # as the discs' edges are a bit inside
    chosen = np.split(needed, np.cumsum([len(points), len(segments), len(hulled)]))
    pieces = [
        shapely.buffer(shapely.points(points[chosen[0]]), out, quad_segs=_QUARTER),
        chains.widened(chosen[1], radius_m * _BENDS_OUT, _BENDS),
        _hulls(hulled[chosen[2]], out),
        other[chosen[3]],
        objects([] if middle is None else [middle]),
    ]
    return only_areas(shapely.union_all(np.concatenate(pieces)))


def checked_radius(radius_m: float, parameter: str = "radius") -> float:
    """The number itself. Raises GeoError unless it is above 0 and at most `LARGEST_RADIUS_M`."""
    if not 0.0 < radius_m <= LARGEST_RADIUS_M:  # also false for NaN
        raise GeoError(
            f"距离应大于 0、不超过 {LARGEST_RADIUS_M:.0f} 米，得到 {radius_m}。",
            f"A distance is above 0 and at most {LARGEST_RADIUS_M:.0f} m, not {radius_m}.",
            parameter=parameter,
            value=radius_m,
        )
    return float(radius_m)


def only_areas(geom: BaseGeometry) -> BaseGeometry:
    """The polygons of a geometry, without the lines and points that overlays leave where areas touch."""
    if geom.geom_type in ("Polygon", "MultiPolygon"):
        return geom
    parts = _leaves(objects([geom]))
    polygons = parts[shapely.get_type_id(parts) == 3]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(list(polygons))


def sound_sites(geoms: Geometries) -> Geometries:
    """Sites with what is broken mended. Raises BadGeometry, with the site's index, where that cannot be done
    without changing what is meant, BadCoordinates for what is no longitude and latitude."""
    xy, owner = shapely.get_coordinates(geoms, return_index=True)
    astray = ~(np.abs(xy) <= (180.0, 90.0)).all(axis=1)  # also true for NaN
    if astray.any():
        at, wrong = int(owner[astray][0]), xy[astray][0].tolist()
        raise BadCoordinates(
            f"#{at} 不是经纬度：{wrong}。",
            f"#{at} is no longitude and latitude in degrees: {wrong}.",
            value=wrong,
        )
    broken = np.flatnonzero(~(shapely.is_missing(geoms) | shapely.is_valid(geoms)))
    if not len(broken):
        return geoms
    geoms = geoms.copy()
    for index in broken:
        if geoms[index].geom_type in ("Polygon", "MultiPolygon"):
            geoms[index] = sound(geoms[index], f"#{index}", ("polygon",))
            continue
        parts = [_mended(part, f"#{index}") for part in _leaves(geoms[index : index + 1])]
        geoms[index] = parts[0] if len(parts) == 1 else shapely.GeometryCollection(parts)
    return geoms


def _mended(part: BaseGeometry, name: str) -> BaseGeometry:
    if part.geom_type == "Polygon":
        return sound(part, name, ("polygon",))
    # A line whose positions are all the same is a spot.
    return part if part.length > 0.0 else shapely.Point(shapely.get_coordinates(part)[0])


def _leaves(geoms: Geometries) -> Geometries:
    """Points, lines and polygons, none empty, in order."""
    parts = geoms[~(shapely.is_missing(geoms) | shapely.is_empty(geoms))]
    while (shapely.get_type_id(parts) >= 4).any():  # collections may hold collections
        parts = shapely.get_parts(parts)
        parts = parts[~shapely.is_empty(parts)]
    return parts


def _convex(polygons: Geometries) -> NDArray[np.bool_]:
    """Which polygons are their own hull, to a billionth of their area."""
    area = shapely.area(polygons)
    return shapely.area(shapely.convex_hull(polygons)) - area <= 1e-9 * area


def _hulls(polygons: Geometries, out_m: float) -> Geometries:
    """Convex polygons widened on all sides: the hulls of the discs around their corners."""
    angle = np.arange(_CORNERS) * (2.0 * np.pi / _CORNERS)
    disc = out_m * np.column_stack([np.cos(angle), np.sin(angle)])
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    around = (xy[:, None] + disc).reshape(-1, 2)
    if not len(around):
        return polygons
    return shapely.convex_hull(shapely.linestrings(around, indices=np.repeat(owner, _CORNERS)))


def _in_order(polygons: Geometries) -> Geometries:
    """Each polygon once, by what it is, not by where it stood, so that their order changes no digit."""
    whole = dict(zip(shapely.to_wkb(shapely.normalize(polygons)), polygons, strict=True))
    return objects([whole[key] for key in sorted(whole)])
