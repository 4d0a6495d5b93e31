"""Places for new sites: known answers, and never less than what a patient search finds."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo.coverage import covered, what_if
from geo.errors import GeoError
from geo.gaps import gaps
from geo.ground import Ground
from geo.nearest import NearestIndex
from geo.placing import best_spots
from geo.service import served
from tests.geo.towns import GEOD, TOWNS, at, disc_km2, point

GROUND = Ground.of(TOWNS)


def zone_km2(service) -> float:
    return covered(service).zone.covered_km2


def test_in_open_ground_whole_discs_are_gained_and_do_not_overlap():
    spots = best_spots(served(GROUND, [], 1_000.0), 1_000.0, limit=6)
    assert len(spots) == 6
    for spot in spots:
        assert spot.gain_km2 == pytest.approx(disc_km2(1_000.0), rel=0.02)
        assert sum(spot.towns.values()) == pytest.approx(spot.gain_km2, rel=1e-6)


def test_the_one_hole_is_found():
    # discs of 1.5 km every 2 km cover everything; without one of them there is a hole around its middle
    middles = [(x, y) for x in np.arange(-10e3, 10.1e3, 2e3) for y in np.arange(-5e3, 5.1e3, 2e3)]
    missing = middles.pop(len(middles) // 3)
    service = served(GROUND, [point(*middle) for middle in middles], 1_500.0)
    hole = gaps(service, NearestIndex([]), limit=1).largest[0]
    assert hole.km2 > 0.3
    spots = best_spots(service, 1_500.0)
    assert spots[0].gain_km2 == pytest.approx(hole.km2, rel=0.05)
    assert GEOD.inv(spots[0].lon, spots[0].lat, *at(*missing))[2] < 1_500.0


def test_no_place_of_a_fine_search_gains_much_more():
    rng = np.random.default_rng(7)
    sites = [point(*place) for place in rng.uniform((-10e3, -5e3), (10e3, 5e3), (40, 2))]
    service = served(GROUND, sites, 900.0)
    (spot,) = best_spots(service, 900.0, limit=1)
    tried = [point(*place) for place in rng.uniform((-10e3, -5e3), (10e3, 5e3), (300, 2))]
    gains = [zone_km2(what_if(service, place, 900.0)) - zone_km2(service) for place in tried]
    assert spot.gain_km2 >= 0.97 * max(gains)


def test_every_place_is_in_the_zone_and_tells_what_it_adds():
    service = served(GROUND, [point(0, 0)], 4_000.0)
    spots = best_spots(service, 4_000.0, limit=4)
    for spot in spots:
        place = shapely.Point(spot.lon, spot.lat)
        assert shapely.intersects(shapely.union_all(GROUND.lonlat), place)
        more = what_if(service, place, 4_000.0)
        assert zone_km2(more) - zone_km2(service) == pytest.approx(spot.gain_km2, abs=1e-9)
        service = more


def test_where_all_is_covered_there_is_no_place():
    assert best_spots(served(GROUND, [point(0, 0)], 30_000.0), 500.0) == []


def test_a_radius_larger_than_the_zone():
    (spot, *rest) = best_spots(served(GROUND, [], 50.0), 40_000.0)
    assert rest == []
    assert spot.gain_km2 == pytest.approx(GROUND.zone_m2 / 1e6, rel=1e-6)


@pytest.mark.parametrize("radius", [0.0, -5.0, float("nan"), 60_000.0])
def test_a_radius_that_cannot_be(radius):
    with pytest.raises(GeoError):
        best_spots(served(GROUND, [], 50.0), radius)
