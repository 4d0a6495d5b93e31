"""geo.nearest.nearest_on against looking everywhere."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import BadCoordinates
from geo.nearest import nearest_on
from tests.geo.second_opinion import GEOD, distance_m
from tests.geo.shapes import as_array, geometries

LON, LAT = 116.42, 35.40


def one(geom: shapely.Geometry, lon: float, lat: float) -> tuple[float, float, float, float]:
    """The answer for a single geometry."""
    return tuple(float(column[0]) for column in nearest_on(as_array([geom]), lon, lat))


@pytest.mark.parametrize("azimuth", [90.0, 0.0, 45.0, 315.0, 100.0])
def test_thirty_metres_beside_the_middle_of_a_three_kilometre_road(azimuth: float) -> None:
    """On a road straight in lon/lat, not on the geodesic between its ends."""
    a = np.array(GEOD.fwd(LON, LAT, azimuth + 180.0, 1500.0)[:2])
    b = np.array(GEOD.fwd(LON, LAT, azimuth, 1500.0)[:2])
    middle = (a + b) / 2.0
    ahead = a + (b - a) * 0.5001
    along = GEOD.inv(*middle, *ahead)[0]
    for side in (90.0, -90.0):
        lon, lat, _ = GEOD.fwd(*middle, along + side, 30.0)
        distance, bearing, near_lon, near_lat = one(shapely.LineString([a, b]), lon, lat)
        assert distance == pytest.approx(30.0, abs=0.001)
        assert GEOD.inv(near_lon, near_lat, *middle)[2] < 0.1
        assert abs((bearing - (along - side) + 180.0) % 360.0 - 180.0) < 0.1


def test_a_west_east_road_bends_away_from_its_geodesic_by_twelve_centimetres() -> None:
    """The case tells the two definitions of a segment apart: this one must be the straight one in lon/lat."""
    half = 1500.0 / 90944.0  # degrees of longitude of 1,500 m here
    road = shapely.LineString([(LON - half, LAT), (LON + half, LAT)])
    geodesic_middle = GEOD.npts(LON - half, LAT, LON + half, LAT, 1)[0]
    assert one(road, *geodesic_middle)[0] == pytest.approx(0.125, abs=0.01)
    assert one(road, LON, LAT)[0] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("farthest_m", "tolerance_m"),
    [(5e3, 1e-5), (5e4, 1e-5), (1e6, 1e-4), (1e7, 1e-2)],
)
@pytest.mark.parametrize("length_m", [200.0, 3e3, 1e5])
def test_a_segment_against_looking_everywhere(farthest_m: float, tolerance_m: float, length_m: float) -> None:
    """All over China's box, all directions, before, beside and behind the segment."""
    rng = np.random.default_rng(int(farthest_m + length_m))
    for _ in range(40):
        a = rng.uniform((73.0, 18.0), (135.0, 54.0))
        b = np.array(GEOD.fwd(*a, rng.uniform(0.0, 360.0), length_m * rng.uniform(0.2, 1.0))[:2])
        beside = a + (b - a) * rng.uniform(-0.2, 1.2)
        away = np.exp(rng.uniform(np.log(0.01), np.log(farthest_m)))
        lon, lat, _ = GEOD.fwd(*beside, rng.uniform(0.0, 360.0), away)
        line = shapely.LineString([a, b])
        assert one(line, lon, lat)[0] == pytest.approx(distance_m(line, lon, lat), abs=tolerance_m)


@settings(deadline=None, max_examples=60)
@given(geometries(), st.floats(116.38, 116.46), st.floats(35.37, 35.43))
def test_any_geometry_against_looking_everywhere(geom: shapely.Geometry, lon: float, lat: float) -> None:
    """Every type, near and inside."""
    assert one(geom, lon, lat)[0] == pytest.approx(distance_m(geom, lon, lat), abs=1e-5)


@settings(deadline=None, max_examples=60)
@given(geometries(scale=0.05), st.floats(115.0, 118.0), st.floats(34.0, 37.0))
def test_answer_belongs_together(geom: shapely.Geometry, lon: float, lat: float) -> None:
    """The nearest position lies on the geometry; distance and bearing lead to it."""
    distance, bearing, near_lon, near_lat = one(geom, lon, lat)
    assert shapely.distance(geom, shapely.Point(near_lon, near_lat)) < 1e-12
    azimuth, _, length = GEOD.inv(lon, lat, near_lon, near_lat)
    assert distance == pytest.approx(length, abs=1e-6)
    assert 0.0 <= bearing < 360.0
    if distance > 1.0:
        assert abs((bearing - azimuth + 180.0) % 360.0 - 180.0) < 1e-6


def test_polygons_count_inside_as_zero_but_not_in_their_holes() -> None:
    """A position in a hole is as far as the hole's edge; on an edge it is at 0 m."""
    outer, hole = shapely.box(116.40, 35.38, 116.44, 35.42), shapely.box(116.41, 35.39, 116.43, 35.41)
    ring = outer.difference(hole)
    assert one(ring, 116.405, 35.40) == (0.0, 0.0, 116.405, 35.40)
    assert one(ring, 116.40, 35.40)[0] == 0.0
    in_hole = one(ring, 116.411, 35.40)
    assert in_hole[0] == pytest.approx(GEOD.inv(116.411, 35.40, 116.41, 35.40)[2], abs=0.001)
    assert in_hole[1] == pytest.approx(270.0, abs=0.01)
    far_apart = shapely.MultiPolygon([ring, shapely.box(117.0, 35.0, 117.1, 35.1)])
    assert one(far_apart, 117.05, 35.05)[0] == 0.0
    assert one(far_apart, 116.42, 35.40)[0] == pytest.approx(distance_m(ring, 116.42, 35.40), abs=1e-5)


def test_missing_and_empty_geometries_answer_nan() -> None:
    """They keep their place among the others."""
    layer = as_array([None, shapely.Point(LON, LAT), shapely.Polygon(), shapely.GeometryCollection()])
    answer = nearest_on(layer, LON, LAT)
    assert np.isnan(answer.distance_m).tolist() == [True, False, True, True]
    assert np.isnan(answer.lon).tolist() == np.isnan(answer.bearing_deg).tolist() == [True, False, True, True]
    assert answer.distance_m[1] == 0.0
    assert len(nearest_on(as_array([]), LON, LAT).distance_m) == 0


def test_a_collection_in_a_collection_is_measured_in_all_its_parts() -> None:
    """Nothing is lost on the way down."""
    deep = shapely.GeometryCollection(
        [shapely.GeometryCollection([shapely.Point(117, 36)]), shapely.Point(116, 35)]
    )
    assert one(deep, 117.0, 36.001)[0] == pytest.approx(GEOD.inv(117, 36, 117, 36.001)[2], abs=1e-5)


def test_across_the_antimeridian() -> None:
    """Distances follow the Earth, not the map."""
    assert one(shapely.Point(-179.999, 10.0), 179.999, 10.0)[0] == pytest.approx(219.3, abs=0.1)


def test_equal_geometries_are_at_equal_distance_wherever_they_stand() -> None:
    """What ties are broken by index on."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        line = shapely.LineString(rng.uniform((116.3, 35.3), (116.5, 35.5), (5, 2)))
        others = [shapely.Point(xy) for xy in rng.uniform((116.3, 35.3), (116.5, 35.5), (30, 2))]
        others[3] = others[17] = others[29] = line
        distances = nearest_on(as_array(others), LON, LAT).distance_m
        assert distances[3] == distances[17] == distances[29] == one(line, LON, LAT)[0]


@pytest.mark.parametrize(
    ("lon", "lat", "parameter"),
    [(float("nan"), 35.0, "lon"), (116.0, float("inf"), "lat"), (181.0, 0.0, "lon"), (35.4, 116.4, "lat")],
)
def test_positions_off_the_globe_are_refused(lon: float, lat: float, parameter: str) -> None:
    """The error names the number at fault."""
    with pytest.raises(BadCoordinates) as caught:
        nearest_on(as_array([shapely.Point(0, 0)]), lon, lat)
    assert caught.value.parameter == parameter


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("x", [39447311.0, float("nan")])
def test_geometries_that_are_not_in_degrees_are_refused(x: float) -> None:
    """Projected metres would otherwise be cut into millions of pieces."""
    line = shapely.from_wkt(f"LINESTRING ({x} 0, 1 1)")
    with pytest.raises(BadCoordinates):
        nearest_on(as_array([line]), LON, LAT)
