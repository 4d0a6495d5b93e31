"""geo.measure against known figures and plain pyproj."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import BadGeometry
from geo.measure import area_m2, bearing_deg, compass, length_m
from tests.geo.second_opinion import GEOD
from tests.geo.shapes import geometries


def test_a_degree_along_the_equator_and_a_meridian() -> None:
    """111,319.491 m and, from the equator, 110,574.389 m on WGS 84."""
    assert length_m(shapely.LineString([(0, 0), (1, 0)])) == pytest.approx(111319.491, abs=0.001)
    assert length_m(shapely.LineString([(0, 0), (0, 1)])) == pytest.approx(110574.389, abs=0.001)


def test_the_whole_earth() -> None:
    """510,065,621.724 km² (two hemispheres)."""
    half = shapely.Polygon([(-180, 0), (-90, 0), (0, 0), (90, 0), (180, 0), (180, 90), (-180, 90)])
    assert 2 * area_m2(half) == pytest.approx(510_065_621.724e6, rel=1e-9)


@settings(deadline=None, max_examples=60)
@given(geometries())
def test_collections_are_the_sum_of_their_parts(geom: shapely.Geometry) -> None:
    """And direction does not matter."""
    both = shapely.GeometryCollection([geom, shapely.MultiLineString([[(0, 0), (1, 0)]])])
    assert length_m(both) == pytest.approx(length_m(geom) + 111319.4908, abs=0.001)
    assert area_m2(both) == pytest.approx(area_m2(geom), abs=0.001)
    assert area_m2(shapely.reverse(geom)) == pytest.approx(area_m2(geom), abs=0.001)
    assert length_m(shapely.reverse(geom)) == pytest.approx(length_m(geom), abs=1e-6)
    if geom.geom_type == "Polygon":
        outline = abs(GEOD.polygon_area_perimeter(*np.array(geom.exterior.coords).T)[0])
        holes = [abs(GEOD.polygon_area_perimeter(*np.array(hole.coords).T)[0]) for hole in geom.interiors]
        assert area_m2(geom) == pytest.approx(outline - sum(holes), abs=0.01)


@pytest.mark.parametrize("outline_first", [1, -1])
@pytest.mark.parametrize("hole_first", [1, -1])
def test_holes_are_subtracted_whichever_way_rings_run(outline_first: int, hole_first: int) -> None:
    """A hole of the same direction as its outline would add to the area if signs were trusted."""
    outline = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    hole = [(0.2, 0.2), (0.4, 0.2), (0.4, 0.4), (0.2, 0.4), (0.2, 0.2)]
    ring = shapely.Polygon(outline[::outline_first], [hole[::hole_first]])
    expected = area_m2(shapely.Polygon(outline)) - area_m2(shapely.Polygon(hole))
    assert area_m2(ring) == pytest.approx(expected, abs=0.01)
    assert area_m2(shapely.MultiPolygon([ring])) == pytest.approx(expected, abs=0.01)


def test_points_lines_and_empty_shapes() -> None:
    """What has no length or area measures 0; heights do not count; None is an error."""
    assert length_m(shapely.Point(1, 2)) == area_m2(shapely.Point(1, 2)) == 0.0
    assert area_m2(shapely.LineString([(0, 0), (1, 1), (1, 0), (0, 0)])) == 0.0
    assert length_m(shapely.LineString()) == area_m2(shapely.Polygon()) == 0.0
    assert length_m(shapely.box(0, 0, 1, 1)) == pytest.approx(
        2 * 110574.389 + 111319.491 + 111302.649, abs=0.01
    )
    flat = length_m(shapely.LineString([(0, 0), (1, 0)]))
    assert length_m(shapely.LineString([(0, 0, 0), (1, 0, 9000)])) == flat
    with pytest.raises(BadGeometry):
        length_m(None)
    with pytest.raises(BadGeometry):
        area_m2(None)


@pytest.mark.parametrize(
    ("dlon", "dlat", "bearing"), [(0, 1, 0), (1, 0, 90), (0, -1, 180), (-1, 0, 270), (0, 0, 0)]
)
def test_bearings_of_the_four_directions(dlon: float, dlat: float, bearing: float) -> None:
    """From north, clockwise; to itself none."""
    assert bearing_deg(0.0, 0.0, dlon, dlat) == pytest.approx(bearing, abs=1e-9)


@given(st.floats(-180, 180))
def test_bearings_stay_below_360(azimuth: float) -> None:
    """Also for the smallest negative azimuth, which rounds to 360; arrays the same."""
    assert 0.0 <= compass(azimuth) < 360.0
    assert compass(np.array([azimuth]))[0] == compass(azimuth)
    assert compass(-1e-300) == 0.0
