"""Walking along streets: ways counted by hand, and by looking at every way in turn."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage import covered
from geo.errors import BadGeometry, GeoError
from geo.ground import Ground
from geo.measure import length_m
from geo.service import served
from geo.streets import Streets
from geo.walking import reached_streets, walked, what_if_walked
from tests.geo.shapes import CENTRE
from tests.geo.towns import TOWNS, at, disc_km2, line, point

GROUND = Ground.of(TOWNS)
# A straight street of 6 km, south to north, so that a metre of it is a metre wherever it is.
STREET = line((-5e3, -3e3), (-5e3, 3e3))


def streets(*lines: shapely.Geometry) -> Streets:
    return Streets.of(GROUND, list(lines))


def grid(size: int, step_m: float = 200.0) -> list[shapely.Geometry]:
    """Streets in squares, each drawn as one line from end to end."""
    reach = size * step_m / 2.0
    along = np.linspace(-reach, reach, size + 1)
    return [line((x, -reach), (x, reach)) for x in along] + [line((-reach, y), (reach, y)) for y in along]


def metres(network: Streets, sites: list, walk_m: float, **options) -> float:
    """How much of the streets is reached at 100 m a minute."""
    return length_m(reached_streets(network, sites, walk_m / 100.0, 100.0, **options))


class TestNetwork:
    def test_lines_meet_where_they_cross(self):
        network = streets(line((-200, 0), (200, 0)), line((0, -200), (0, 200)))
        assert len(network.nodes) == 5 and len(network.piece) == 4
        assert sorted(network.length) == pytest.approx([200.0] * 4, abs=0.1)
        assert (network.part == 0).all()

    def test_an_end_that_misses_by_a_decimetre_was_meant_to_meet(self):
        main = line((-500, 0), (500, 0))
        assert streets(main, line((0, 0.5), (0, 500))).part.max() == 0
        assert streets(main, line((0, 1.5), (0, 500))).part.max() == 1
        assert Streets.of(GROUND, [main, line((0, 1.5), (0, 500))], join_m=2.0).part.max() == 0

    def test_stored_decimals_do_not_part_streets(self):
        """A street's end rounded to seven decimals lies beside the slanted street that it leaves from."""
        slanted = line((-700, -300), (900, 500))
        for share in np.linspace(0.05, 0.95, 19):
            start = np.round(shapely.get_coordinates(slanted.interpolate(share, normalized=True)), 7)[0]
            side = shapely.LineString([start, at(0, 3000)])
            assert streets(slanted, side).part.max() == 0

    def test_order_and_direction_change_nothing(self):
        lines = [*grid(4), line((0, 0), (900, 700)), shapely.LineString(), None]
        one, other = streets(*lines), streets(*(shapely.reverse(each) for each in lines[::-1]))
        assert np.array_equal(one.nodes, other.nodes)
        assert np.array_equal(one.piece, other.piece)

    def test_the_largest_part_comes_first(self):
        network = streets(line((4e3, 0), (5e3, 0)), *grid(3))
        of_the_grid = network.nodes[:, 0] < 1e3
        assert (network.part == np.where(of_the_grid, 0, 1)).all()
        assert 16 <= of_the_grid.sum() < len(of_the_grid)

    @pytest.mark.parametrize(
        "lines", [[], [None], [shapely.LineString()], [shapely.LineString([at(0, 0)] * 2)]]
    )
    def test_nothing_to_walk_on(self, lines):
        with pytest.raises(BadGeometry):
            Streets.of(GROUND, lines)

    def test_only_lines_are_streets(self):
        with pytest.raises(BadGeometry):
            streets(point(0, 0))


class TestWays:
    def test_both_ways_along_a_street(self):
        assert metres(streets(STREET), [point(-5e3, 0)], 800.0) == pytest.approx(1600.0, rel=1e-4)

    def test_the_way_to_the_street_counts(self):
        network = streets(STREET)
        assert metres(network, [point(-5.15e3, 0)], 800.0) == pytest.approx(2 * 650.0, rel=1e-3)
        assert metres(network, [point(-5.15e3, 0)], 140.0) == 0.0

    def test_the_end_of_the_street_is_the_end(self):
        assert metres(streets(STREET), [point(-5e3, 2.7e3)], 800.0) == pytest.approx(1100.0, rel=1e-4)

    def test_into_side_streets(self):
        """300 m to the crossing, 500 m left for three ways; the fourth way is where one came from."""
        network = streets(STREET, line((-6e3, 0), (-4e3, 0)))
        assert metres(network, [point(-5e3, -300.0)], 800.0) == pytest.approx(
            800.0 + 300.0 + 3 * 500.0, rel=1e-3
        )

    def test_on_a_grid_ways_turn(self):
        """From a crossing, 500 m in squares of 200 m: pieces are whole where 200 (i + j) + 200 ≤ 500."""
        network = streets(*grid(10))
        total = 0.0
        for i, j in itertools.product(range(-5, 6), repeat=2):
            for di, dj in ((1, 0), (0, 1)):
                if max(abs(i + di), abs(j + dj)) > 5:
                    continue
                near, far = sorted((200 * (abs(i) + abs(j)), 200 * (abs(i + di) + abs(j + dj))))
                assert far == near + 200
                total += min(max(500 - near, 0), 200)
        assert metres(network, [point(0, 0)], 500.0) == pytest.approx(total, rel=1e-3)

    def test_a_piece_is_walked_from_both_ends(self):
        """A closed block of 4 × 400 m: 500 m each way leave 600 m; 800 m reach everything."""
        block = line((0, 0), (400, 0), (400, 400), (0, 400), (0, 0))
        assert metres(streets(block), [point(0, 0)], 500.0) == pytest.approx(1000.0, rel=1e-3)
        assert metres(streets(block), [point(0, 0)], 801.0) == pytest.approx(1600.0, rel=1e-3)

    def test_several_sites_count_once(self):
        network = streets(STREET)
        pair = [point(-5e3, -200), point(-5e3, 200), point(-5e3, 200)]
        assert metres(network, pair, 500.0) == pytest.approx(1400.0, rel=1e-4)

    def test_no_way_leads_to_another_part(self):
        network = streets(STREET, line((-4.95e3, -3e3), (-4.95e3, 3e3)))
        assert network.part.max() == 1
        assert metres(network, [point(-5e3, 0)], 800.0) == pytest.approx(1600.0, rel=1e-4)

    def test_a_polygon_is_entered_where_the_street_is_nearest(self):
        school = shapely.Polygon([at(-5.3e3, 0), at(-5.1e3, 0), at(-5.1e3, 100), at(-5.3e3, 100)])
        assert metres(streets(STREET), [school], 300.0) == pytest.approx(2 * 200.0, rel=2e-3)
        through = shapely.Polygon([at(-5.1e3, 0), at(-4.9e3, 0), at(-4.9e3, 9), at(-5.1e3, 9)])
        assert metres(streets(STREET), [through], 300.0) == pytest.approx(600.0, rel=2e-3)

    @settings(max_examples=12)
    @given(
        st.lists(st.tuples(st.integers(-6, 6), st.integers(-6, 6)), min_size=2, max_size=9, unique=True),
        st.sampled_from([150.0, 400.0, 900.0]),
    )
    def test_as_far_as_looking_at_every_way(self, corners, walk_m):
        """Bellman and Ford's rounds over the same pieces, and a sample of spots along each."""
        network = streets(shapely.LineString(CENTRE + np.array(corners) * 0.001), *grid(3))
        start = network.nodes[network.piece[0, 0]]
        away = np.where((network.nodes == start).all(axis=1), 0.0, np.inf)
        for _ in range(len(away)):
            for (a, b), metre in zip(network.piece, network.length, strict=True):
                away[a], away[b] = min(away[a], away[b] + metre), min(away[b], away[a] + metre)
        expected = sum(
            min(metre, max(walk_m - away[a], 0.0) + max(walk_m - away[b], 0.0))
            for (a, b), metre in zip(network.piece, network.length, strict=True)
        )
        site = GROUND.plane.to_wgs84(shapely.Point(start))
        assert metres(network, [site], walk_m) == pytest.approx(expected, rel=1e-3, abs=0.1)


class TestAreas:
    def test_a_strip_along_the_street(self):
        (area, off) = walked(streets(STREET), [point(-5e3, 0)], 10.0, 80.0, aside_m=50.0)
        assert area.area.area / 1e6 == pytest.approx(1.6 * 0.1 + disc_km2(50.0), rel=3e-3)
        assert off.tolist() == []
        rows = covered(area)
        assert [row.sites for row in (*rows.towns, rows.zone)] == [1, 0, 1]
        assert rows.towns[1].covered_km2 == 0.0

    def test_a_strip_lies_within_the_circle_of_the_same_walk(self):
        rng = np.random.default_rng(8)
        sites = shapely.points([at(x, y) for x, y in rng.uniform(-900, 900, (20, 2))])
        on_foot, _ = walked(streets(*grid(10)), sites, 5.0, 60.0, aside_m=40.0)
        circles = served(GROUND, sites, 340.0 * 1.002)
        assert on_foot.area.difference(circles.area).area < 1.0
        assert 0.3 < on_foot.area.area / circles.area.area < 1.0

    def test_sites_far_from_any_street_are_told(self):
        sites = [point(-5e3, 0), point(-5.3e3, 0), None, shapely.Point(), point(80e3, 0), point(-5.15e3, 0)]
        area, off = walked(streets(STREET), sites, 10.0, 80.0)
        assert off.tolist() == [1, 4]
        alone, _ = walked(streets(STREET), [sites[0], sites[5]], 10.0, 80.0)
        assert area.area.equals(alone.area)
        wider, off = walked(streets(STREET), sites, 10.0, 80.0, farthest_m=400.0)
        assert off.tolist() == [4] and wider.area.area >= area.area.area

    def test_who_does_not_get_to_the_street_covers_the_way_there(self):
        area, off = walked(streets(STREET), [point(-5.15e3, 0)], 1.0, 100.0, aside_m=20.0)
        assert off.tolist() == []
        assert area.area.area == pytest.approx(100.0 * 40.0 + disc_km2(20.0) * 1e6, rel=1e-2)

    def test_nobody_walks_nowhere(self):
        area, off = walked(streets(STREET), [], 10.0, 80.0)
        assert area.area.is_empty and off.tolist() == [] and covered(area).zone.share == 0.0

    def test_the_order_of_sites_and_streets_changes_no_digit(self):
        rng = np.random.default_rng(9)
        sites = list(shapely.points([at(x, y) for x, y in rng.uniform(-900, 900, (15, 2))]))
        one, _ = walked(streets(*grid(6)), sites, 4.0, 80.0)
        other, _ = walked(streets(*grid(6)[::-1]), sites[::-1], 4.0, 80.0)
        assert one.area.equals_exact(other.area) and covered(one) == covered(other)

    def test_what_if_is_what_both_together_would_be(self):
        network = streets(*grid(8))
        before, _ = walked(network, [point(-300, 0)], 4.0, 80.0)
        after, off = what_if_walked(before, network, point(350, 120), 4.0, 80.0)
        together, _ = walked(network, [point(-300, 0), point(350, 120)], 4.0, 80.0)
        assert off.tolist() == []
        assert after.area.area == pytest.approx(together.area.area, rel=2e-3)
        assert covered(after).zone.sites == 2
        same, off = what_if_walked(before, network, point(-5e3, 3e3), 4.0, 80.0)
        assert off.tolist() == [0] and same.area.equals(before.area)

    @pytest.mark.parametrize(
        "wrong", [(0.0, 80.0), (10.0, 0.0), (-1.0, 80.0), (float("nan"), 80.0), (1e4, 80.0)]
    )
    def test_walks_that_are_none(self, wrong):
        with pytest.raises(GeoError):
            walked(streets(STREET), [point(-5e3, 0)], *wrong)

    def test_strips_that_are_none(self):
        for option in ("aside_m", "farthest_m"):
            with pytest.raises(GeoError) as refused:
                walked(streets(STREET), [point(-5e3, 0)], 10.0, 80.0, **{option: 0.0})
            assert refused.value.parameter == option
