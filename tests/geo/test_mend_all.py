"""Many handed-in geometries at once: judged and mended exactly as one by one."""

from __future__ import annotations

import numpy as np
import shapely

from geo.geojson import normalise
from geo.ground import objects
from geo.repair import make_valid, mend_all, validate

HOUSE = shapely.box(116.42, 35.42, 116.4202, 35.4201)
CORNERS = list(HOUSE.exterior.coords)
GIVEN = {
    "nothing": None,
    "empty": shapely.Polygon(),
    "point": shapely.Point(116.42, 35.42),
    "point with height": shapely.Point(116.42, 35.42, 31),
    "no number": shapely.Point(float("nan"), 35.42),
    "projected": shapely.Point(500_000, 3_920_000),
    "swapped": shapely.Point(35.42, 116.42),
    "two points": shapely.MultiPoint([(116.42, 35.42), (116.43, 35.42)]),
    "one of several": shapely.MultiPolygon([HOUSE]),
    "line": shapely.LineString([(116.42, 35.42), (116.43, 35.42)]),
    "house": HOUSE,
    "two houses": shapely.MultiPolygon([HOUSE, shapely.box(116.43, 35.42, 116.4302, 35.4201)]),
    "clockwise": shapely.Polygon(CORNERS[::-1]),
    "spike": shapely.Polygon([*CORNERS[:3], (116.42, 35.4203), *CORNERS[3:]]),
    "figure of eight": shapely.Polygon([CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]]),
    "repeated": shapely.Polygon([CORNERS[0], *CORNERS]),
    "speck": shapely.box(116.42, 35.42, 116.42 + 1e-9, 35.42 + 1e-9),
    "small": shapely.box(116.42, 35.42, 116.42001, 35.42001),
}


def test_each_is_judged_as_by_itself():
    allowed = ("spot", "polygon")
    mended = mend_all(objects(list(GIVEN.values())), allowed)
    for index, (name, geom) in enumerate(GIVEN.items()):
        alone = None if geom is None else make_valid(geom)[0]
        problems = validate(alone, allowed)
        assert mended.problems.get(index, []) == problems, name
        found = mended.geometries[index]
        assert (found is None) == bool(problems), name
        if found is not None:
            assert found.is_valid, name
            assert shapely.equals_identical(found, normalise(alone)), name
    assert {list(GIVEN)[index] for index in mended.notes} >= {"point with height", "one of several", "spike"}
    assert mend_all(objects([]), allowed).geometries.tolist() == []


def test_what_rounding_breaks_is_mended_or_refused():
    """Corners closer than the centimetre that is kept fall together."""
    rng = np.random.default_rng(8)
    ragged = []
    for _ in range(60):
        angle = np.sort(rng.uniform(0, 2 * np.pi, 400))
        away = rng.uniform(0.2, 3.0, 400) * 1e-7 * 10
        ragged.append(
            shapely.Polygon(np.column_stack([116.42 + away * np.cos(angle), 35.42 + away * np.sin(angle)]))
        )
    given = objects(ragged)
    assert shapely.is_valid(given).all()
    assert not shapely.is_valid(normalise(given)).all()
    mended = mend_all(given, ("polygon",))
    for index, geom in enumerate(mended.geometries):
        assert (geom is None) == (index in mended.problems)
        assert geom is None or geom.is_valid
