"""The towns on one equal-area plane: what coverage, gaps and comparisons are counted on.

Everything is done on a Lambert azimuthal equal-area plane around the middle of the towns
(`geo.crs.LocalPlane`): its areas are those of the ellipsoid, and within `FARTHEST_M` of the middle its
lengths are right to 0.01 %. An edge is straight in lon/lat (RFC 7946 §3.1.1); on the plane it is followed
by a vertex every half kilometre, which is right to 4 mm. Against `geo.measure.area_m2`, whose edges are
geodesics, the area of a town differs by up to 0.02 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.around import box_around
from geo.crs import LocalPlane
from geo.errors import BadGeometry, GeoError
from geo.measure import GEOD
from geo.repair import make_valid, validate
from geo.types import Box

Array = NDArray[np.float64]
Geometries = NDArray[np.object_]

FARTHEST_M = 150_000.0
"""Nothing that is counted lies farther than this from the middle of the towns."""

# Degrees between vertices of an edge: it strays at most L² tan(latitude) / 8R from its chord, 4 mm here.
_STEP_DEG = 0.005


class Share(NamedTuple):
    """How much of a town, or of the zone (`code` None), is covered: square kilometres, and 0 to 1.

    `sites` are those that stand in it or touch it: one that touches two towns counts in both, in the zone
    once. A site outside may cover ground without being counted.
    """

    code: str | None
    area_km2: float
    covered_km2: float
    share: float
    sites: int


@dataclass(frozen=True, eq=False)
class Ground:
    """Towns in WGS 84 (`lonlat`) and on the plane (`shapes`), in the order given; `zone` is their union.

    `area_m2` are the towns' areas, `zone_m2` the zone's, where towns that overlap count once.
    """

    codes: tuple[str, ...]
    plane: LocalPlane
    lonlat: Geometries
    shapes: Geometries
    zone: BaseGeometry
    area_m2: Array
    zone_m2: float
    box: Box

    @classmethod
    def of(cls, towns: Mapping[str, BaseGeometry]) -> Ground:
        """From WGS 84 polygons by code.

        Raises BadGeometry when there are none, or when one is empty, no polygon, or broken beyond harmless
        mending (`geo.repair`), and GeoError when they reach farther than `FARTHEST_M` from their middle.
        """
        if not towns:
            raise BadGeometry("没有镇界，无法计算覆盖。", "There is no town to count coverage in.")
        lonlat = objects([sound(geom, code, ("polygon",)) for code, geom in towns.items()])
        box = Box(*(float(side) for side in shapely.total_bounds(lonlat)))
        middle = LocalPlane((box.minx + box.maxx) / 2.0, (box.miny + box.maxy) / 2.0)
        reach = max(
            float(GEOD.inv(middle.lon, middle.lat, x, y)[2])
            for x in (box.minx, box.maxx)
            for y in (box.miny, box.maxy)
        )
        if reach > FARTHEST_M:
            raise GeoError(
                f"各镇相距太远（离中心 {reach / 1000:.0f} 千米），超出 {FARTHEST_M / 1000:.0f} 千米。",
                f"The towns reach {reach / 1000:.0f} km from their middle; up to {FARTHEST_M / 1000:.0f} km "
                "can be counted.",
                value=reach,
            )
        shapes = flat(middle, lonlat)
        zone = shapely.union_all(shapes)
        return cls(
            codes=tuple(towns),
            plane=middle,
            lonlat=lonlat,
            shapes=shapes,
            zone=zone,
            area_m2=shapely.area(shapes),
            zone_m2=float(zone.area),
            box=box,
        )

    def flat(self, geoms: Geometries) -> Geometries:
        """WGS 84 geometries on the plane. Raises BadCoordinates for what is no longitude and latitude."""
        return flat(self.plane, geoms)

    def near(self, geoms: Geometries, distance_m: float) -> NDArray[np.bool_]:
        """Which WGS 84 geometries can lie within a distance (metres) of the towns, judged by boxes: all that
        do are among them. Empty and missing ones are not."""
        west_south = box_around(self.box.minx, self.box.miny, distance_m)
        east_north = box_around(self.box.maxx, self.box.maxy, distance_m)
        low = min(west_south.minx, east_north.minx), west_south.miny
        high = max(west_south.maxx, east_north.maxx), east_north.maxy
        bounds = shapely.bounds(geoms)
        return ((bounds[:, 2:] >= low) & (bounds[:, :2] <= high)).all(axis=1)

    def within(self, geoms: Geometries) -> NDArray[np.bool_]:
        """Towns × geometries (WGS 84): which touch or lie in which. Decided in lon/lat, so exactly."""
        found = np.zeros((len(self.codes), len(geoms)), dtype=bool)
        if len(geoms):
            town, geom = shapely.STRtree(geoms).query(self.lonlat, predicate="intersects")
            found[town, geom] = True
        return found

    def shares(self, pieces: Geometries, whole: BaseGeometry, sites: NDArray[np.bool_]) -> list[Share]:
        """Per town, and last the zone, from covered plane pieces per town, their union, and `within`."""
        rows = [
            share(code, area, covered, int(inside.sum()))
            for code, area, covered, inside in zip(
                self.codes, self.area_m2, shapely.area(pieces), sites, strict=True
            )
        ]
        return [*rows, share(None, self.zone_m2, whole.area, int(sites.any(axis=0).sum()))]


def share(code: str | None, area_m2: float, covered_m2: float, sites: int) -> Share:
    """A row of the table, from square metres; the whole but for rounding is the whole."""
    whole = float(area_m2)
    covered = whole if covered_m2 >= whole * (1.0 - 1e-9) else float(covered_m2)
    return Share(code, whole / 1e6, covered / 1e6, covered / whole, sites)


def flat(plane: LocalPlane, geoms: Geometries) -> Geometries:
    """WGS 84 geometries on a plane, with vertices along edges that are straight in lon/lat.

    Slivers so thin that they cross themselves there become what they enclose: an edge bends on the plane by
    millimetres, and its new vertices lie beside it by their last digits.
    """
    shapes = plane.from_wgs84(_with_vertices(geoms))
    crossed = ~(shapely.is_missing(shapes) | shapely.is_valid(shapes)) & (shapely.get_dimensions(shapes) == 2)
    if crossed.any():
        shapes[crossed] = shapely.make_valid(shapes[crossed])
    return shapes


def _with_vertices(geoms: Geometries) -> Geometries:
    """The same with vertices along their edges. GEOS mends polygons that cross themselves then, which can
    cost most of a sliver; of such ones the rings are taken instead."""
    dense = shapely.segmentize(geoms, _STEP_DEG)
    before, after = shapely.length(geoms), shapely.length(dense)
    for index in np.flatnonzero(np.abs(before - after) > 1e-9 * before):
        parts = shapely.get_parts(shapely.get_parts(geoms[index]))
        dense[index] = shapely.GeometryCollection([_with_rings(part) for part in parts])
    return dense


def _with_rings(part: BaseGeometry) -> BaseGeometry:
    if part.geom_type != "Polygon":
        return shapely.segmentize(part, _STEP_DEG)
    outer, *inner = shapely.segmentize(shapely.get_rings(part), _STEP_DEG)
    return shapely.Polygon(outer, inner)


def sound(geom: BaseGeometry | None, name: str, allowed: tuple[str, ...]) -> BaseGeometry:
    """The geometry itself, or harmlessly mended. Raises BadGeometry, with the name and what is wrong."""
    mended = geom if geom is None or geom.is_valid else make_valid(geom)[0]
    if problems := validate(mended, allowed):
        raise BadGeometry(
            f"“{name}”的图形不能使用：{problems[0].zh}",
            f"The geometry of “{name}” cannot be used: {problems[0].en}",
            value=name,
        )
    assert mended is not None
    return mended


def prepared(geom: BaseGeometry) -> BaseGeometry:
    """A copy to ask many questions of. A prepared geometry builds its index when it is first asked, which
    threads that share it must not do at once; so what is shared is never prepared itself."""
    copy = shapely.from_wkb(shapely.to_wkb(geom))
    shapely.prepare(copy)
    return copy


def objects(geoms: Sequence[BaseGeometry | None] | Geometries) -> Geometries:
    """Geometries as a one-dimensional array of objects."""
    array = np.empty(len(geoms), dtype=object)
    array[:] = geoms
    return array
