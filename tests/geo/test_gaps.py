"""Gaps, comparisons and networks, with answers counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.change import change
from geo.errors import BadGeometry, GeoError
from geo.gaps import gaps
from geo.ground import Ground, objects
from geo.linear import length
from geo.measure import GEOD, area_m2
from geo.nearest import NearestIndex
from geo.network import (
    built_parts,
    connected_points,
    count_points,
    reach_of_areas,
    share_of_each,
    within_reach,
)
from geo.service import served
from tests.geo.shapes import CENTRE, layers
from tests.geo.towns import TOWNS, at, disc_km2, lens_km2, line, point, square

GROUND = Ground.of(TOWNS)
NOWHERE = NearestIndex(objects([]))
# Bands across the zone, north to south, that leave strips open between them.
BAND = line((-11e3, 0.0), (11e3, 0.0))


def found(sites: list, radius_m: float, **options):
    return gaps(served(GROUND, sites, radius_m), NearestIndex(objects(sites)), **options)


class TestGaps:
    def test_without_sites_all_is_one_gap_without_a_neighbour(self):
        (only,) = gaps(served(GROUND, [], 500.0), NOWHERE).largest
        assert only.km2 == pytest.approx(200.0, rel=1e-4)
        assert only.nearest is None and only.distance_m is None
        assert set(only.towns) == {"west", "east"}
        assert only.towns["west"] + only.towns["east"] == pytest.approx(only.km2)
        assert only.room_m == pytest.approx(5000.0, abs=10.0)

    def test_a_band_leaves_two_gaps_the_larger_first(self):
        south_of_it = line((-11e3, -1000.0), (11e3, -1000.0))
        first, second = found([south_of_it], 500.0).largest
        # A straight line in lon/lat bends by some metres from one that is straight in metres.
        assert first.km2 == pytest.approx(20.0 * 5.5, rel=2e-3)
        assert second.km2 == pytest.approx(20.0 * 3.5, rel=2e-3)
        assert first.lat > second.lat
        for gap, room in ((first, 2750.0), (second, 1750.0)):
            assert gap.area.covers(shapely.Point(gap.lon, gap.lat))
            assert gap.room_m == pytest.approx(room, abs=15.0)
            assert gap.nearest == 0
            assert gap.distance_m == pytest.approx(room + 500.0, abs=20.0)
            assert area_m2(gap.area) / 1e6 == pytest.approx(gap.km2, rel=2e-4)

    def test_all_covered_has_no_gap(self):
        empty = found([point(0, 0)], 20_000.0)
        assert empty.largest == () and empty[1:] == (0, 0.0, 0, 0.0)

    def test_slivers_are_dropped_and_told(self):
        """Two bands 6 m apart leave a strip of 20 km by 6 m: 12 hectares, but no place to build on."""
        bands = [line((-11e3, y), (11e3, y)) for y in (2503.0, -2503.0)]
        told = found(bands, 2500.0)
        assert told.largest == ()
        assert told.slivers >= 1
        # The radius is right to 2.5 m: what is left of 6 m is told, whatever it is.
        covered = served(GROUND, bands, 2500.0).area.area
        assert told.sliver_km2 == pytest.approx((GROUND.zone_m2 - covered) / 1e6, abs=1e-9)

    def test_small_ones_are_dropped_by_their_area(self):
        south_of_it = line((-11e3, -1000.0), (11e3, -1000.0))
        told = found([south_of_it], 500.0, smallest_m2=90e6)
        assert [round(gap.km2) for gap in told.largest] == [110]
        assert told.slivers == 1 and told.sliver_km2 == pytest.approx(70.0, rel=2e-3)

    def test_the_limit_keeps_the_largest_and_tells_the_rest(self):
        bands = [line((-11e3, y), (11e3, y)) for y in (-4e3, -1.5e3, 0.0, 1e3, 3e3)]
        all_of_them = found(bands, 200.0)
        assert len(all_of_them.largest) == 6
        sizes = [gap.km2 for gap in all_of_them.largest]
        assert sizes == sorted(sizes, reverse=True)
        three = found(bands, 200.0, limit=3)
        assert [gap.km2 for gap in three.largest] == sizes[:3]
        assert three.more == 3 and three.more_km2 == pytest.approx(sum(sizes[3:]))

    def test_bands_from_border_to_border_part_the_zone(self):
        """Band and zone end together but for their last digits: nothing may be left between them."""
        rng = np.random.default_rng(1)
        for _ in range(25):
            north_m = np.sort(rng.uniform(-4.5e3, 4.5e3, 6))
            north_m = north_m[np.concatenate([[True], np.diff(north_m) > 700.0])]
            told = found([line((-11e3, y), (11e3, y)) for y in north_m], 200.0)
            assert len(told.largest) == len(north_m) + 1

    @settings(max_examples=15)
    @given(layers(scale=0.004, largest=10), st.sampled_from([300.0, 1500.0]))
    def test_covered_and_gaps_are_the_zone(self, sites, radius_m):
        service = served(GROUND, sites, radius_m)
        index = NearestIndex(sites)
        told = gaps(service, index, limit=4)
        open_km2 = sum(gap.km2 for gap in told.largest) + told.more_km2 + told.sliver_km2
        assert open_km2 + service.area.area / 1e6 == pytest.approx(GROUND.zone_m2 / 1e6, rel=1e-9)
        for gap in told.largest:
            spot = shapely.Point(gap.lon, gap.lat)
            assert gap.area.buffer(1e-9).covers(spot)
            if gap.nearest is not None:
                # Whoever stands in a gap is farther from every site than the radius.
                assert gap.distance_m >= radius_m * 0.999
                assert index.query(gap.lon, gap.lat, 1).distances[0] == gap.distance_m
        assert [gap.km2 for gap in told.largest] == [gap.km2 for gap in gaps(service, index, limit=4).largest]


class TestChange:
    def test_kept_gained_and_lost_of_two_discs(self):
        before = served(GROUND, [point(-5.2e3, 0.0)], 500.0)
        after = served(GROUND, [point(-4.8e3, 0.0)], 500.0)
        found = change(before, after)
        lens = lens_km2(500.0, 400.0)
        crescent = disc_km2(500.0) - lens
        assert found.zone[1:] == pytest.approx((lens, crescent, crescent), rel=1e-3)
        assert found.towns[0][1:] == pytest.approx(found.zone[1:], rel=1e-9)
        assert found.towns[1] == ("east", 0.0, 0.0, 0.0)
        assert area_m2(found.gained) / 1e6 == pytest.approx(crescent, rel=1e-3)
        assert found.gained.covers(point(-4.4e3, 0.0)) and found.lost.covers(point(-5.6e3, 0.0))
        assert found.both.covers(point(-5e3, 0.0))

    def test_nothing_changed(self):
        rng = np.random.default_rng(2)
        sites = shapely.points(CENTRE + rng.uniform(-0.1, 0.1, (200, 2)))
        same = change(served(GROUND, sites, 400.0), served(GROUND, sites[::-1], 400.0))
        assert same.gained.is_empty and same.lost.is_empty
        assert same.zone.both_km2 == pytest.approx(served(GROUND, sites, 400.0).area.area / 1e6)

    def test_from_nothing_and_to_nothing(self):
        none, some = served(GROUND, [], 500.0), served(GROUND, [point(0.0, 0.0)], 500.0)
        disc = pytest.approx(disc_km2(500.0), rel=1e-3)
        assert change(none, some).zone == (None, 0.0, disc, 0.0)
        assert change(some, none).zone == (None, 0.0, 0.0, disc)
        assert change(none, none).zone == (None, 0.0, 0.0, 0.0)

    @settings(max_examples=15)
    @given(layers(scale=0.004, largest=6), layers(scale=0.004, largest=6))
    def test_the_parts_make_up_both_states(self, one, other):
        before, after = served(GROUND, one, 900.0), served(GROUND, other, 900.0)
        found = change(before, after).zone
        crumbs = 1e-4
        assert found.both_km2 + found.lost_km2 == pytest.approx(before.area.area / 1e6, abs=crumbs)
        assert found.both_km2 + found.gained_km2 == pytest.approx(after.area.area / 1e6, abs=crumbs)

    def test_other_towns_are_refused(self):
        with pytest.raises(GeoError):
            change(served(GROUND, [], 500.0), served(Ground.of(TOWNS), [], 500.0))


class TestNetwork:
    MAIN = line((-8e3, 0.0), (-2e3, 0.0))

    def test_only_what_is_built_connects(self):
        metres = length(self.MAIN)
        built = built_parts([self.MAIN, BAND], [[(0.0, 1000.0), (metres - 500.0, metres)], []])
        assert [length(part) for part in built] == pytest.approx([1000.0, 500.0], abs=0.01)
        service = within_reach(GROUND, [self.MAIN, BAND], [[(0.0, 1000.0)], []], 100.0)
        assert service.area.area / 1e6 == pytest.approx(0.2 + disc_km2(100.0), rel=2e-3)

    def test_sections_that_overlap_count_once(self):
        once = within_reach(GROUND, [self.MAIN], [[(0.0, 1500.0)]], 100.0)
        twice = within_reach(GROUND, [self.MAIN], [[(0.0, 1000.0), (500.0, 1500.0)]], 100.0)
        assert twice.area.area == pytest.approx(once.area.area, rel=1e-5)

    def test_points_at_a_known_distance(self):
        service = within_reach(GROUND, [self.MAIN], [[(0.0, 2000.0)]], 100.0)
        points = [point(-7e3, y) for y in (0.0, 98.0, -98.0, 103.0)]
        points += [point(-6e3 + x, 0.0) for x in (98.0, 102.0)]
        points += [None, shapely.Point(), point(5e3, 0.0), point(50e3, 0.0)]
        expected = [True, True, True, False, True, False, False, False, False, False]
        assert connected_points(service, points).tolist() == expected
        rows = count_points(service, points)
        assert [tuple(row) for row in rows] == [
            ("west", 6, 4, pytest.approx(4 / 6)),
            ("east", 1, 0, 0.0),
            (None, 7, 4, pytest.approx(4 / 7)),
        ]

    def test_no_points_is_no_share(self):
        service = within_reach(GROUND, [], [], 100.0)
        assert [row.share for row in count_points(service, [])] == [None, None, None]
        assert [row.share for row in reach_of_areas(service, [])] == [None, None, None]

    def test_points_on_the_line_agree_with_their_geodesic_distance(self):
        rng = np.random.default_rng(3)
        service = within_reach(GROUND, [self.MAIN], [[(0.0, length(self.MAIN))]], 200.0)
        points = [point(x, y) for x, y in rng.uniform((-8.5e3, -400.0), (-1.5e3, 400.0), (300, 2))]
        answers = connected_points(service, points)
        index = NearestIndex(objects([self.MAIN]))
        away = np.array([index.query(spot.x, spot.y, 1).distances[0] for spot in points])
        clear = np.abs(away - 200.0) > 0.2
        assert (answers == (away < 200.0))[clear].all()
        assert 100 < answers.sum() < 200

    def test_areas_are_counted_once_and_by_town(self):
        main = line((-5e3, 0.0), (5e3, 0.0))
        service = within_reach(GROUND, [main], [[(0.0, length(main))]], 500.0)
        # Half of each town's community lies within 500 m; the eastern one is given twice.
        west, east = square(-3e3, 0.0, -2e3, 1000.0), square(2e3, 0.0, 4e3, 1000.0)
        rows = reach_of_areas(service, [west, east, east, None])
        assert [row.area_km2 for row in rows] == pytest.approx([1.0, 2.0, 3.0], rel=1e-3)
        assert [row.connected_km2 for row in rows] == pytest.approx([0.5, 1.0, 1.5], rel=5e-3)
        assert [row.share for row in rows] == pytest.approx([0.5, 0.5, 0.5], rel=5e-3)
        each = share_of_each(
            service, [west, square(-3e3, -400, -2e3, 400), square(0, 2e3, 9, 3e3), shapely.Polygon()]
        )
        assert each[:3] == pytest.approx([0.5, 1.0, 0.0], rel=5e-3)
        assert np.isnan(each[3])

    def test_refusals(self):
        service = within_reach(GROUND, [], [], 100.0)
        with pytest.raises(GeoError):
            built_parts([self.MAIN], [])
        with pytest.raises(GeoError):
            built_parts([self.MAIN], [[(0.0, 1e6)]])
        with pytest.raises(GeoError):
            connected_points(service, [self.MAIN])
        with pytest.raises(BadGeometry):
            reach_of_areas(service, [shapely.Polygon([at(0, 0), at(900, 900), at(900, 0), at(0, 900)])])


def test_the_nearest_site_is_told_by_geodesic_distance():
    sites = [point(-9e3, 0.0), point(9e3, 0.0)]
    (gap,) = found(sites, 1000.0).largest
    ways = [GEOD.inv(gap.lon, gap.lat, site.x, site.y)[2] for site in sites]
    assert gap.nearest == int(np.argmin(ways))
    assert gap.distance_m == pytest.approx(min(ways), abs=1e-5)
