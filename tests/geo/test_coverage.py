"""Shares of towns against answers counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage import Coverage, coverage, covered, what_if
from geo.errors import BadCoordinates, BadGeometry, GeoError
from geo.ground import Ground
from geo.measure import area_m2
from geo.service import served
from tests.geo.shapes import CENTRE, layers
from tests.geo.towns import EAST, TOWNS, WEST, at, disc_km2, lens_km2, line, point, segment_km2, square

GROUND = Ground.of(TOWNS)
# Discs are right to 0.01 %, and the squares' own edges bend by decimetres.
CLOSE = 3e-4


def km2(rows: Coverage) -> list[float]:
    """West, east, zone."""
    return [row.covered_km2 for row in (*rows.towns, rows.zone)]


def test_the_ground_is_as_large_as_geodesics_say():
    for code, row in zip(TOWNS, coverage([], 500.0, GROUND).towns, strict=True):
        assert row.code == code
        assert row.area_km2 == pytest.approx(area_m2(TOWNS[code]) / 1e6, rel=2e-4)
        assert row.area_km2 == pytest.approx(100.0, rel=1e-4)


def test_nothing_covers_nothing():
    for sites in ([], [None], [shapely.Point(), shapely.Polygon(), None]):
        rows = coverage(sites, 500.0, TOWNS)
        assert km2(rows) == [0.0, 0.0, 0.0]
        assert [(row.share, row.sites) for row in (*rows.towns, rows.zone)] == [(0.0, 0)] * 3
        assert rows.zone.code is None


@pytest.mark.parametrize("radius_m", [50.0, 500.0, 3000.0])
def test_a_disc_wholly_inside(radius_m):
    rows = coverage([point(-5e3, 0.0)], radius_m, GROUND)
    disc = disc_km2(radius_m)
    assert km2(rows) == pytest.approx([disc, 0.0, disc], rel=CLOSE)
    assert rows.towns[0].share == pytest.approx(disc / 100.0, rel=1e-3)
    assert [row.sites for row in (*rows.towns, rows.zone)] == [1, 0, 1]


def test_a_disc_cut_by_the_border_between_towns():
    rows = coverage([point(-300.0, 0.0)], 1000.0, GROUND)
    over = segment_km2(1000.0, 300.0)
    assert km2(rows) == pytest.approx([disc_km2(1000.0) - over, over, disc_km2(1000.0)], rel=2e-3)
    assert [row.sites for row in rows.towns] == [1, 0]


def test_a_disc_cut_by_the_border_of_the_zone():
    rows = coverage([point(-5e3, 4.8e3)], 1000.0, GROUND)
    # The border bends by 1.4 m in the middle of its 10 km: it is straight in lon/lat.
    assert rows.zone.covered_km2 == pytest.approx(disc_km2(1000.0) - segment_km2(1000.0, 200.0), rel=2e-3)


def test_a_site_outside_covers_without_being_counted():
    rows = coverage([point(-10.2e3, 0.0)], 1000.0, GROUND)
    assert rows.zone.covered_km2 == pytest.approx(segment_km2(1000.0, 200.0), rel=5e-3)
    assert rows.zone.sites == 0
    assert coverage([point(-12e3, 0.0)], 1000.0, GROUND).zone.covered_km2 == 0.0


def test_all_of_it_is_exactly_all():
    rows = coverage([point(0.0, 0.0)], 20_000.0, GROUND)
    assert [row.share for row in (*rows.towns, rows.zone)] == [1.0, 1.0, 1.0]
    assert rows.zone.covered_km2 == rows.zone.area_km2
    many = [point(x, y) for x in range(-10_000, 10_001, 500) for y in range(-5_000, 5_001, 500)]
    assert coverage(many, 400.0, GROUND).zone.share == 1.0


def test_overlap_counts_once():
    twins = [point(-5.2e3, 0.0), point(-4.8e3, 0.0), point(-4.8e3, 0.0)]
    rows = coverage(twins, 500.0, GROUND)
    assert rows.zone.covered_km2 == pytest.approx(2.0 * disc_km2(500.0) - lens_km2(500.0, 400.0), rel=CLOSE)
    assert rows.zone.sites == 3


def test_a_line_is_covered_on_both_sides_with_round_ends():
    rows = coverage([line((-6e3, 0.0), (-4e3, 0.0))], 300.0, GROUND)
    assert rows.zone.covered_km2 == pytest.approx(2.0 * 0.6 + disc_km2(300.0), rel=1e-3)


def test_a_line_across_the_border_counts_in_both_towns_and_once_in_the_zone():
    rows = coverage([line((-1e3, 0.0), (1e3, 0.0))], 300.0, GROUND)
    assert [row.sites for row in (*rows.towns, rows.zone)] == [1, 1, 1]
    half = 0.6 + disc_km2(300.0) / 2.0
    assert km2(rows) == pytest.approx([half, half, 2.0 * half], rel=1e-3)


def test_a_polygon_covers_itself_and_its_surroundings():
    rows = coverage([square(-6e3, -500.0, -4e3, 500.0)], 300.0, GROUND)
    assert rows.zone.covered_km2 == pytest.approx(2.0 + 6.0 * 0.3 + disc_km2(300.0), rel=1e-3)


def test_a_hole_too_large_stays_open():
    ring = square(-7e3, -2e3, -3e3, 2e3).difference(square(-6e3, -1e3, -4e3, 1e3))
    rows = coverage([ring], 300.0, GROUND)
    assert rows.zone.covered_km2 == pytest.approx(16.0 - 1.4**2 + 16.0 * 0.3 + disc_km2(300.0), rel=1e-3)


def test_a_collection_is_its_parts():
    parts = [point(-5e3, 0.0), line((2e3, 0.0), (3e3, 0.0))]
    together = coverage([shapely.GeometryCollection(parts)], 300.0, GROUND)
    assert km2(together) == pytest.approx(km2(coverage(parts, 300.0, GROUND)), rel=1e-12)
    assert together.zone.sites == 1


def test_towns_need_not_be_squares_side_by_side():
    """Towns that overlap count the shared ground once in the zone; a gap between them counts nowhere."""
    rows = coverage(
        [point(0.0, 0.0)], 20_000.0, {"a": square(-2e3, 0, 1e3, 1e3), "b": square(0, 0, 3e3, 1e3)}
    )
    assert km2(rows) == pytest.approx([3.0, 3.0, 5.0], rel=1e-3)
    rows = coverage(
        [point(0.0, 0.0)], 20_000.0, {"a": square(-2e3, 0, 0, 1e3), "b": square(1e3, 0, 3e3, 1e3)}
    )
    assert km2(rows) == pytest.approx([2.0, 2.0, 4.0], rel=1e-3)


@settings(max_examples=25)
@given(layers(scale=0.004, largest=12), st.sampled_from([80.0, 400.0, 1500.0]))
def test_sums_order_and_growth(sites, radius_m):
    """Town sums are the zone's; order, repetition and empty sites change no digit."""
    rows = coverage(sites, radius_m, GROUND)
    assert sum(km2(rows)[:2]) == pytest.approx(km2(rows)[2], rel=1e-9, abs=1e-9)
    assert coverage(sites[::-1], radius_m, GROUND) == rows
    assert km2(coverage([*sites, *sites, None], radius_m, GROUND)) == km2(rows)
    assert all(0.0 <= row.share <= 1.0 for row in (*rows.towns, rows.zone))


@settings(max_examples=20)
@given(layers(scale=0.004, largest=8), st.sampled_from([80.0, 1500.0]))
def test_more_sites_and_larger_radii_cover_no_less(sites, radius_m):
    zone = km2(coverage(sites, radius_m, GROUND))[2]
    assert km2(coverage(sites[1:], radius_m, GROUND))[2] <= zone + 1e-9
    assert km2(coverage(sites, radius_m * 1.2, GROUND))[2] >= zone - 1e-9


class TestWhatIf:
    def test_it_is_what_all_sites_together_would_be(self):
        rng = np.random.default_rng(5)
        sites = shapely.points(CENTRE + rng.uniform(-0.06, 0.06, (60, 2)))
        before = served(GROUND, sites, 700.0)
        for new in (
            point(100.0, 0.0),
            line((-2e3, 4e3), (2e3, 4e3)),
            square(-9e3, -4e3, -8e3, -3e3),
            sites[3],
        ):
            after = covered(what_if(before, new, 700.0))
            together = coverage([*sites, new], 700.0, GROUND)
            assert km2(after) == pytest.approx(km2(together), rel=1e-9)
            assert [row.sites for row in after.towns] == [row.sites for row in together.towns]
            assert after.zone.sites == together.zone.sites

    def test_the_state_before_stays(self):
        before = served(GROUND, [point(-5e3, 0.0)], 500.0)
        rows = covered(before)
        what_if(before, point(5e3, 0.0), 500.0)
        assert covered(before) == rows

    def test_outside_changes_nothing_but_nothing_breaks(self):
        before = served(GROUND, [point(-5e3, 0.0)], 500.0)
        assert km2(covered(what_if(before, point(50e3, 0.0), 500.0))) == km2(covered(before))


class TestRefusals:
    @pytest.mark.parametrize("radius", [0.0, -1.0, float("nan"), float("inf"), 50_001.0])
    def test_a_radius_that_is_none(self, radius):
        with pytest.raises(GeoError) as refused:
            coverage([point(0.0, 0.0)], radius, GROUND)
        assert refused.value.parameter == "radius"

    def test_no_towns(self):
        with pytest.raises(BadGeometry):
            coverage([], 500.0, {})

    @pytest.mark.parametrize(
        "town", [None, shapely.Polygon(), shapely.Point(1, 1), shapely.box(500e3, 0, 501e3, 9)]
    )
    def test_a_town_that_is_none_is_named(self, town):
        with pytest.raises(BadGeometry, match="370829104"):
            Ground.of({"370829104": town, "b": EAST})

    def test_a_figure_of_eight_is_refused_wherever_it_stands(self):
        eight = shapely.Polygon([at(0, 0), at(900, 900), at(900, 0), at(0, 900)])
        with pytest.raises(BadGeometry, match="east"):
            Ground.of({"west": WEST, "east": eight})
        with pytest.raises(BadGeometry, match="#1"):
            coverage([point(0.0, 0.0), eight], 500.0, GROUND)

    def test_a_spike_is_mended(self):
        """An outline that runs out and back on itself covers what it would without."""
        spiked = shapely.Polygon([at(0, 0), at(900, 0), at(900, 900), at(900, 0), at(900, 900), at(0, 900)])
        assert not spiked.is_valid
        plain = shapely.Polygon([at(0, 0), at(900, 0), at(900, 900), at(0, 900)])
        assert km2(coverage([spiked], 300.0, GROUND)) == pytest.approx(km2(coverage([plain], 300.0, GROUND)))

    @pytest.mark.parametrize(
        "site",
        [
            shapely.Point(4527e3, 39e6),
            shapely.LineString([(116.42, 35.4), (116.42, 99)]),
            shapely.Point(116.42, float("inf")),
        ],
    )
    def test_metres_for_degrees(self, site):
        with pytest.raises(BadCoordinates, match="#1"):
            coverage([point(0.0, 0.0), site], 500.0, GROUND)

    def test_towns_too_far_apart(self):
        with pytest.raises(GeoError, match="150"):
            Ground.of({"here": WEST, "far": shapely.box(121.0, 35.0, 121.1, 35.1)})
