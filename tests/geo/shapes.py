"""Hypothesis strategies: small geometries of every type, on a grid so that they touch and tie."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import strategies as st

CENTRE = np.array([116.42, 35.40])

steps = st.integers(-12, 12)
places = st.tuples(steps, steps)


def _at(pairs: list[tuple[int, int]], scale: float) -> np.ndarray:
    return CENTRE + np.array(pairs, dtype=float).reshape(-1, 2) * scale


@st.composite
def geometries(draw: st.DrawFn, scale: float = 0.001) -> shapely.Geometry:
    """A geometry of any type; polygons are valid, some with a hole; lines may repeat a position."""
    kind = draw(st.sampled_from(["point", "line", "polygon", "holed", "multi", "collection"]))
    if kind == "point":
        return shapely.Point(_at([draw(places)], scale)[0])
    if kind == "line":
        return shapely.LineString(_at(draw(st.lists(places, min_size=2, max_size=6)), scale))
    if kind == "polygon":
        corners = shapely.MultiPoint(_at(draw(st.lists(places, min_size=3, max_size=7)), scale))
        hull = shapely.convex_hull(corners)
        return hull if hull.geom_type == "Polygon" else shapely.envelope(hull.buffer(scale))
    if kind == "holed":
        x, y = _at([draw(places)], scale)[0]
        w = draw(st.integers(3, 9)) * scale
        return shapely.box(x, y, x + w, y + w).difference(
            shapely.box(x + scale, y + scale, x + w - scale, y + w - scale)
        )
    parts = draw(st.lists(geometries(scale), min_size=1, max_size=3))
    if kind == "collection":
        return shapely.GeometryCollection(parts)
    if draw(st.booleans()):
        return shapely.MultiPoint(_at(draw(st.lists(places, min_size=1, max_size=4)), scale))
    lines = draw(st.lists(st.lists(places, min_size=2, max_size=3), min_size=1, max_size=3))
    return shapely.MultiLineString([_at(line, scale) for line in lines])


def layers(scale: float = 0.001, largest: int = 40) -> st.SearchStrategy[np.ndarray]:
    """Arrays of geometries, some missing, some empty."""
    nothing = st.sampled_from([None, shapely.Point(), shapely.Polygon(), shapely.GeometryCollection()])
    many = st.lists(st.one_of(geometries(scale), geometries(scale), nothing), max_size=largest)
    return many.map(as_array)


def as_array(geoms: list) -> np.ndarray:
    """A list of geometries as an array of objects."""
    array = np.empty(len(geoms), dtype=object)
    array[:] = geoms
    return array
