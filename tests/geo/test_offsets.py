"""GCJ-02 and BD-09: there and back, and against geocoordinates-rs.

Of that library's functions `wgs84_to_gcj02`, `gcj02_to_bd09` and `wgs84_to_bd09` are exact; the inverses
called `_refined` are fixed points that in truth hold to micrometres (they promise half a metre); those
called `_fast` are good to some metres only and no check at all.
"""

from __future__ import annotations

import geocoordinates_ffi as other
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import xy_from_wgs84, xy_to_wgs84
from tests.geo.second_opinion import GEOD

SHANDONG = ((114.8, 34.3), (122.8, 38.5))
MAINLAND = ((73.5, 18.0), (135.1, 53.6))
OFFSETS = ["GCJ02", "BD09"]


def apart_m(one: np.ndarray, two: np.ndarray) -> float:
    """The largest distance in metres between positions of two arrays."""
    return float(GEOD.inv(*one.T, *two.T)[2].max())


def scattered(box: tuple, n: int = 20_000) -> np.ndarray:
    """Positions evenly over a box."""
    return np.random.default_rng(7).uniform(*box, (n, 2))


@pytest.mark.parametrize("name", OFFSETS)
@pytest.mark.parametrize("box", [SHANDONG, MAINLAND])
def test_there_and_back_within_a_micrometre(name: str, box: tuple) -> None:
    """Also the other way: positions of the map that came from somewhere."""
    lonlat = scattered(box)
    shifted = xy_from_wgs84(lonlat, name)
    assert apart_m(xy_to_wgs84(shifted, name), lonlat) < 1e-6
    assert apart_m(xy_from_wgs84(xy_to_wgs84(lonlat, name), name), lonlat) < 1e-6


@settings(deadline=None, max_examples=200)
@given(st.floats(72.004, 137.8347), st.floats(0.8293, 55.8271), st.sampled_from(OFFSETS))
def test_there_and_back_anywhere_in_the_box(lon: float, lat: float, name: str) -> None:
    """To its very edges, where the shifted position lies outside."""
    lonlat = np.array([[lon, lat]])
    assert apart_m(xy_to_wgs84(xy_from_wgs84(lonlat, name), name), lonlat) < 1e-6


def test_there_and_back_where_the_formula_has_a_kink() -> None:
    """It contains √|lon − 105°|, whose slope is infinite there."""
    lat = np.linspace(1.0, 55.0, 500)
    for shift in (0.0, 1e-13, -1e-12, 1e-9, -1e-6):
        lonlat = np.column_stack([np.full(500, 105.0 + shift), lat])
        for name in OFFSETS:
            assert apart_m(xy_to_wgs84(xy_from_wgs84(lonlat, name), name), lonlat) < 1e-6


@pytest.mark.parametrize("box", [SHANDONG, MAINLAND])
def test_against_geocoordinates_rs(box: tuple) -> None:
    """All four directions agree to a millimetre (in truth to 2 µm)."""
    lonlat = scattered(box, 1500)
    points = [other.Wgs84(lat=lat, lon=lon) for lon, lat in lonlat.tolist()]
    gcj = as_array([other.wgs84_to_gcj02(point) for point in points])
    baidu = as_array([other.wgs84_to_bd09(point) for point in points])
    assert apart_m(xy_from_wgs84(lonlat, "GCJ02"), gcj) < 1e-6
    assert apart_m(xy_from_wgs84(lonlat, "BD09"), baidu) < 1e-6

    from_gcj = [other.gcj02_to_wgs84_refined(other.Gcj02(lat=lat, lon=lon)) for lon, lat in lonlat.tolist()]
    from_baidu = [other.bd09_to_wgs84_refined(other.Bd09(lat=lat, lon=lon)) for lon, lat in lonlat.tolist()]
    assert apart_m(xy_to_wgs84(lonlat, "GCJ02"), as_array(from_gcj)) < 1e-3
    assert apart_m(xy_to_wgs84(lonlat, "BD09"), as_array(from_baidu)) < 1e-3


def as_array(points: list) -> np.ndarray:
    """The other library's records as (N, 2) lon lat."""
    return np.array([(point.lon, point.lat) for point in points])


@settings(deadline=None, max_examples=100)
@given(st.floats(-180, 180), st.floats(-90, 90), st.sampled_from(OFFSETS))
def test_outside_china_nothing_moves(lon: float, lat: float, name: str) -> None:
    """The other library agrees on where outside is."""
    lonlat = np.array([[lon, lat]])
    moved = xy_from_wgs84(lonlat, name)
    assert (moved == lonlat).all() == other.out_of_china(lat, lon)
    if not (71.9 < lon < 137.9 and 0.7 < lat < 55.9):
        assert (xy_to_wgs84(lonlat, name) == lonlat).all()


def test_the_offset_in_the_zone() -> None:
    """518 m east and 11 m south at the zone's middle, as found with other programs."""
    place = np.array([[116.42, 35.40]])
    shifted = xy_from_wgs84(place, "GCJ02")
    azimuth, _, distance = GEOD.inv(*place[0], *shifted[0])
    assert distance * np.sin(np.radians(azimuth)) == pytest.approx(518.0, abs=1.0)
    assert distance * np.cos(np.radians(azimuth)) == pytest.approx(-11.0, abs=1.0)
