"""Geometries as RFC 7946 text, and the form in which they are stored so that stored and shown are the
same."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.errors import BadGeometry

# A shapely geometry, or an array of them.
G = TypeVar("G")
Geometries = NDArray[np.object_]

# 7 decimals of a degree are a centimetre: finer than any survey, and what RFC 7946 §11.2 has in mind.
STORED_DECIMALS = 7


def normalise(geom: G) -> G:
    """The stored form of a WGS 84 geometry (or of each in an array; None stays None).

    Z and M dropped, rounded to 7 decimals, positions that fall together given once, outlines
    counter-clockwise and holes clockwise (RFC 7946 §3.1.6), rings on their own as LineStrings. Idempotent;
    `geometry_text` with 7 decimals shows exactly what is stored. A line or ring that rounding leaves with
    too few positions (2 or 4) keeps all of its own. Raises BadGeometry for a coordinate that is not finite.
    """
    return _rounded(geom, STORED_DECIMALS)


def geometry_text(geom: BaseGeometry | None, decimals: int = STORED_DECIMALS) -> str:
    """A geometry as compact GeoJSON: `normalise`d, but to the decimals asked for.

    None is `null`, an empty geometry has empty coordinates (RFC 7946 §3.1). Raises BadGeometry for a
    coordinate that is not finite.
    """
    if geom is None:
        return "null"
    # Not shapely.to_geojson: one number in some hundreds comes out of it with 14 decimals instead of the
    # shortest.
    return orjson.dumps(_member(_rounded(geom, decimals)), option=orjson.OPT_SERIALIZE_NUMPY).decode()


def _rounded(geom: Any, decimals: int) -> Any:
    def snap(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        if not np.isfinite(xy).all():
            raise BadGeometry(
                "图形中有不是有限数的坐标。", "The geometry has a coordinate that is not a finite number."
            )
        return np.round(xy, decimals) + 0.0  # no negative zero

    flat = shapely.orient_polygons(shapely.transform(shapely.force_2d(geom), snap))
    if not isinstance(flat, np.ndarray):
        return _tidy(flat) if _untidy(np.array([flat], dtype=object)).size else flat
    for index in _untidy(flat):
        flat[index] = _tidy(flat[index])
    return flat


def _untidy(geoms: Geometries) -> NDArray[np.intp]:
    """Indices of the geometries that may need `_tidy`: a position follows itself, or a ring stands on its
    own."""
    xy, owner = shapely.get_coordinates(geoms, return_index=True)
    again = (xy[1:] == xy[:-1]).all(axis=1) & (owner[1:] == owner[:-1])
    # Inside a collection a ring cannot be told from outside; collections are rare enough to be rebuilt
    # always.
    odd = np.flatnonzero(np.isin(shapely.get_type_id(geoms), (2, 7)))
    return np.union1d(owner[1:][again], odd)


def _tidy(geom: BaseGeometry) -> BaseGeometry:
    if geom.is_empty:
        return shapely.LineString() if geom.geom_type == "LinearRing" else geom
    match geom.geom_type:
        case "LineString" | "LinearRing":
            return shapely.LineString(_positions(geom, 2))
        case "Polygon":
            return shapely.Polygon(
                _positions(geom.exterior, 4), [_positions(hole, 4) for hole in geom.interiors]
            )
        case "Point":
            return geom
    return type(geom)([_tidy(part) for part in geom.geoms if not part.is_empty])


def _member(geom: BaseGeometry) -> dict[str, Any]:
    kind = geom.geom_type
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [_member(part) for part in geom.geoms]}
    return {"type": kind, "coordinates": _coordinates(geom)}


def _coordinates(geom: BaseGeometry) -> Any:
    if geom.is_empty:
        return []
    kind = geom.geom_type
    if kind == "Point":
        return shapely.get_coordinates(geom)[0]
    if kind == "LineString":
        return shapely.get_coordinates(geom)
    if kind == "Polygon":
        return [shapely.get_coordinates(ring) for ring in (geom.exterior, *geom.interiors)]
    return [_coordinates(part) for part in geom.geoms if not part.is_empty]


def _positions(line: BaseGeometry, least: int) -> NDArray[np.float64]:
    xy = shapely.get_coordinates(line)
    moved = np.append(True, (xy[1:] != xy[:-1]).any(axis=1))
    return xy[moved] if np.count_nonzero(moved) >= least else xy
