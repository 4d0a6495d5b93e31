"""The bounds that geo.distance rules geometries out by, and the boxes of geo.around."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.around import box_around, boxes_around
from geo.distance import longest, reach
from geo.pieces import cut, earth_centred
from tests.geo.second_opinion import GEOD
from tests.geo.shapes import as_array


def pairs(n: int, farthest_m: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Geodesic and straight distances of random pairs all over the globe, from 1 m on."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(-180, 180, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))
    away = np.exp(rng.uniform(0.0, np.log(farthest_m), n))
    lon2, lat2, _ = GEOD.fwd(lon, lat, rng.uniform(-180, 180, n), away)
    geodesic = GEOD.inv(lon, lat, lon2, lat2)[2]
    return geodesic, np.linalg.norm(earth_centred(lon, lat) - earth_centred(lon2, lat2), axis=1)


@pytest.mark.parametrize("farthest_m", [1e4, 1e6, 2e7])
def test_no_geodesic_is_longer_than_its_bound(farthest_m: float) -> None:
    """And the bound is near: 3 mm at 50 km, 1 % up to 15,000 km."""
    geodesic, straight = pairs(100_000, farthest_m, seed=1)
    bound = longest(straight)
    assert (geodesic <= bound + 1e-8).all()
    near = geodesic < 5e4
    assert (bound[near] - geodesic[near]).max() < 3e-3
    far = geodesic < 1.5e7
    assert (bound[far] <= geodesic[far] * 1.01 + 1e-6).all()


@pytest.mark.parametrize("farthest_m", [1e4, 1e6, 2e7])
def test_nothing_nearer_lies_out_of_reach(farthest_m: float) -> None:
    """Of any two pairs, the one that is geodesically no longer is within the other's reach."""
    geodesic, straight = pairs(200_000, farthest_m, seed=2)
    order = np.argsort(geodesic)
    farthest_so_far = np.maximum.accumulate(straight[order])
    assert (farthest_so_far <= reach(straight[order])).all()


@settings(deadline=None, max_examples=60)
@given(
    st.floats(-180, 180),
    st.floats(-89, 89),
    st.floats(-30, 30),
    st.floats(-30, 30),
)
def test_no_curve_strays_farther_from_its_chord_than_said(
    lon: float, lat: float, dlon: float, dlat: float
) -> None:
    """Sampled along every piece of a segment."""
    end = (float(np.clip(lon + dlon, -180, 180)), float(np.clip(lat + dlat, -90, 90)))
    pieces = cut(as_array([shapely.LineString([(lon, lat), end])]))
    share = np.linspace(0.0, 1.0, 9)[:, None, None]
    xy = pieces.lonlat + share * pieces.step
    straight = pieces.start + share * pieces.chord
    strayed = np.linalg.norm(earth_centred(xy[..., 0], xy[..., 1]) - straight, axis=-1)
    assert (strayed.max(axis=0) <= pieces.stray + 1e-6).all()
    assert pieces.lonlat[0] == pytest.approx((lon, lat), abs=1e-12)
    assert pieces.lonlat[-1] + pieces.step[-1] == pytest.approx(end, abs=1e-9)


def within(boxes: list, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Which positions lie in one of the boxes."""
    inside = [(lon >= box.minx) & (lon <= box.maxx) & (lat >= box.miny) & (lat <= box.maxy) for box in boxes]
    return np.any(inside, axis=0)


@settings(deadline=None, max_examples=200)
@given(
    st.floats(-180, 180),
    st.floats(-90, 90),
    st.one_of(st.floats(0, 1e5), st.floats(0, 2e7)),
)
def test_a_box_holds_its_whole_circle(lon: float, lat: float, distance_m: float) -> None:
    """Positions at up to the distance, in all directions; one box, or two at the antimeridian."""
    azimuth = np.linspace(-180, 180, 73)
    for share in (0.5, 0.999, 1.0):
        lons, lats, _ = GEOD.fwd(np.full(73, lon), np.full(73, lat), azimuth, np.full(73, distance_m * share))
        away = GEOD.inv(np.full(73, lon), np.full(73, lat), lons, lats)[2]
        near = away <= distance_m  # beyond half the globe a way is no longer the shortest
        assert within(boxes_around(lon, lat, distance_m), lons, lats)[near].all()
        assert within([box_around(lon, lat, distance_m)], lons, lats)[near].all()


@pytest.mark.parametrize("distance_m", [100.0, 5_000.0, 50_000.0])
def test_a_box_is_hardly_larger_than_its_circle(distance_m: float) -> None:
    """Otherwise every search would go through more than it needs."""
    box = box_around(116.42, 35.40, distance_m)
    azimuth = np.arange(0.0, 360.0, 0.5)
    n = len(azimuth)
    lons, lats, _ = GEOD.fwd(np.full(n, 116.42), np.full(n, 35.40), azimuth, np.full(n, distance_m))
    assert (box.maxx - box.minx) / (lons.max() - lons.min()) < 1.01
    assert (box.maxy - box.miny) / (lats.max() - lats.min()) < 1.01
