"""The share of places that a service area covers: known answers, and the same as cutting each by itself."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import BadCoordinates, BadGeometry
from geo.ground import Ground, objects
from geo.reach import Land, Targets, shares, touched
from geo.service import Service, clipped, served
from tests.geo.towns import TOWNS, at, disc_km2, point, square

GROUND = Ground.of(TOWNS)
EAST_ZONE = GROUND.zone.bounds[2]


def over(area: shapely.Geometry) -> Service:
    """A service area of any shape on the plane."""
    return clipped(GROUND, area, np.zeros((2, 0), dtype=bool))


def share(service: Service, *shapes: shapely.Geometry) -> list[float]:
    """Shares of shapes on the plane."""
    return shares(service, Targets.flat(GROUND, objects(shapes))).tolist()


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(west, south, east, north)


def test_a_point_counts_inside_and_on_the_border_and_nowhere_else():
    area = over(box(0, 0, 1000, 1000))
    points = [shapely.Point(*xy) for xy in ((500, 500), (0, 500), (1000, 1000), (1000.001, 500), (-3000, 40))]
    assert share(area, *points) == [1, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("west", "expected"),
    [(-100, 0.5), (-100.02, 0.49995), (-99.98, 0.50005), (0, 1.0), (-200, 0.0), (-150, 0.25)],
)
def test_of_a_polygon_the_part_inside_counts(west, expected):
    house = box(west, 100, west + 200, 300)
    assert share(over(box(0, 0, 2000, 2000)), house)[0] == pytest.approx(expected, abs=1e-4)


def test_holes_parts_and_polygons_around_the_whole_area():
    area = over(box(0, 0, 100, 100).difference(box(25, 25, 75, 75)))
    in_the_hole, over_the_hole = box(30, 30, 70, 70), box(0, 0, 100, 100)
    apart = shapely.MultiPolygon([box(0, 0, 20, 20), box(500, 500, 520, 520)])
    found = share(area, in_the_hole, over_the_hole, apart, box(-50, -50, 150, 150))
    assert found == pytest.approx([0, 0.75, 0.5, 7500 / 40_000])


def test_beyond_the_zone_nothing_is_looked_at():
    near = EAST_ZONE - 100
    half_out = box(near, 0, near + 200, 10)
    gone, spot_gone = box(near + 500, 0, near + 600, 10), shapely.Point(near + 500, 0)
    targets = Targets.flat(GROUND, objects([half_out, gone, spot_gone, shapely.Point(near, 0)]))
    assert targets.inside.tolist() == [True, False, False, True]
    assert targets.area_m2[0] == pytest.approx(half_out.area / 2, rel=0.05)
    found = shares(over(box(near - 1000, -1000, near + 5000, 1000)), targets)
    assert found.tolist() == [1, 0, 0, 1]


def test_nothing_served_and_nothing_asked():
    nothing = over(shapely.Polygon())
    assert share(nothing, shapely.Point(0, 0), box(0, 0, 10, 10)) == [0, 0]
    assert share(over(box(0, 0, 10, 10))) == []


def test_land_that_overlaps_counts_once_and_each_town_its_own():
    land = Land.of(GROUND, [square(-1000, 0, 1000, 500), square(-500, 0, 1000, 500), square(0, 0, 10, 10)])
    assert land.km2() == pytest.approx([0.5, 0.5, 1.0], rel=1e-4)
    service = served(GROUND, [point(-500, 250)], 100.0)
    covered = land.km2(shares(service, land.squares))
    assert covered == pytest.approx([disc_km2(100), 0, disc_km2(100)], rel=1e-3)
    beyond = Land.of(GROUND, [square(9000, 0, 12_000, 500)])
    assert beyond.km2() == pytest.approx([0, 0.5, 0.5], rel=1e-3)
    assert Land.of(GROUND, []).km2().tolist() == [0, 0, 0]


def test_where_towns_overlap_the_zone_counts_land_once():
    ground = Ground.of({"one": square(0, 0, 2000, 1000), "two": square(1000, 0, 3000, 1000)})
    land = Land.of(ground, [square(500, 0, 2500, 500)])
    assert land.km2() == pytest.approx([0.75, 0.75, 1.0], rel=1e-3)


@given(
    seed=st.integers(0, 10_000),
    radius=st.sampled_from([60.0, 300.0, 900.0]),
    size=st.sampled_from([5.0, 80.0, 2000.0]),
)
@settings(max_examples=25, deadline=None)
def test_many_places_at_once_are_as_one_by_one(seed, radius, size):
    rng = np.random.default_rng(seed)
    sites = shapely.points(rng.uniform(-8000, 8000, 60), rng.uniform(-4000, 4000, 60))
    service = served(GROUND, GROUND.plane.to_wgs84(sites), radius)
    x, y = rng.uniform(-11_000, 11_000, 80), rng.uniform(-6000, 6000, 80)
    places = objects([*shapely.box(x, y, x + size, y + size * 0.7), *shapely.points(x, y)])
    targets = Targets.flat(GROUND, places)
    part = shapely.intersection(places, GROUND.zone)
    whole = np.where(shapely.area(places) > 0, shapely.area(part), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = np.nan_to_num(shapely.area(shapely.intersection(part, service.area)) / whole)
    expected[80:] = shapely.intersects(service.area, places[80:])
    found = shares(service, targets)
    assert found == pytest.approx(expected, abs=1e-9)
    rows = touched(targets, np.array([[-3000.0, -3000.0, 500.0, 2000.0]]))
    assert shares(service, targets, rows) == pytest.approx(found[rows], abs=1e-12)


def test_wgs84_places_stand_where_the_sites_do():
    targets = Targets.of(GROUND, [point(0, 400), point(0, 600), square(-50, 450, 50, 550)])
    found = shares(served(GROUND, [point(0, 0)], 500.0), targets)
    assert found[:2].tolist() == [1, 0]
    assert found[2] == pytest.approx(0.5, abs=0.02)


def test_what_cannot_be_a_place_is_refused():
    crossed = shapely.Polygon([at(0, 0), at(500, 500), at(500, 0), at(0, 500)])
    with pytest.raises(BadGeometry):
        Targets.of(GROUND, [crossed])
    with pytest.raises(BadCoordinates):
        Land.of(GROUND, [box(500_000, 0, 500_100, 100)])
