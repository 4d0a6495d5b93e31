"""How exactly service areas follow their radius: the border against geodesics, the area against PostGIS."""

from __future__ import annotations

import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.core import _area as squares
from geo.core import along, core
from geo.coverage import coverage
from geo.crs import LocalPlane
from geo.errors import BadGeometry, GeoError
from geo.ground import Ground
from geo.measure import GEOD, area_m2
from geo.network import connected_points
from geo.placing import best_spots
from geo.service import served, service_area, union
from tests.geo.second_opinion import distance_m
from tests.geo.shapes import CENTRE, geometries
from tests.geo.towns import TOWNS, at, disc_km2, line, point, square

THOUSANDTH = 0.001
GROUND = Ground.of(TOWNS)
BENT = np.cumsum(np.column_stack([np.linspace(40.0, 90.0, 30), 40.0 * np.sin(np.arange(30))]), axis=0)
SHAPES = {
    "point": point(0, 0),
    "street": line((-3e3, 0), (3e3, 0)),
    "diagonal of 20 km": line((-10e3, -5e3), (10e3, 5e3)),
    "corners": line((0, 0), (400, 300), (0, 350), (900, -200)),
    "shallow bends": line(*BENT),
    "a hook": line((0, 0), (600, 0), (600, 60), (0, 60)),
    "block": square(0, 0, 300, 200),
    "land": square(-4e3, -2e3, 4e3, 2e3),
    "an angle": square(0, 0, 900, 900).difference(square(300, 300, 1000, 1000)),
    "with a hole": square(0, 0, 3000, 3000).difference(square(500, 500, 2500, 2500)),
}


def worst(area: shapely.Geometry, site: shapely.Geometry, radius_m: float) -> float:
    """The largest miss of the border, vertices and spots between them, as a share of the radius."""
    rings = shapely.get_rings(shapely.get_parts(area))
    xy = np.concatenate([shapely.get_coordinates(rings), _between(rings)])
    # Looking everywhere along a site of many edges takes long: fewer spots are looked at from there.
    samples = max(12, 240 // shapely.get_num_coordinates(site))
    chosen = np.random.default_rng(4).permutation(xy)[:samples]
    return max(abs(distance_m(site, *spot) / radius_m - 1.0) for spot in chosen)


def _between(rings: np.ndarray) -> np.ndarray:
    """Middles of all edges: where a chord is farthest inside."""
    return np.concatenate([(xy[1:] + xy[:-1]) / 2.0 for xy in map(shapely.get_coordinates, rings)])


@pytest.mark.parametrize("radius_m", [50.0, 500.0, 2500.0])
@pytest.mark.parametrize("name", SHAPES)
def test_the_border_is_at_the_radius_to_a_thousandth(name, radius_m):
    area = service_area(SHAPES[name], radius_m)
    assert area.is_valid
    assert worst(area, SHAPES[name], radius_m) <= THOUSANDTH


@settings(max_examples=15)
@given(geometries(scale=0.003), st.floats(50.0, 3000.0))
def test_so_is_that_of_any_shape(site, radius_m):
    assert worst(service_area(site, radius_m), site, radius_m) <= THOUSANDTH


@pytest.mark.parametrize("place", [(116.42, 35.4), (0.0, 0.0), (25.0, 70.0), (-70.0, -53.0)])
def test_anywhere_on_earth(place):
    site = shapely.LineString([place, (place[0] + 0.01, place[1] + 0.01)])
    assert worst(service_area(site, 800.0), site, 800.0) <= THOUSANDTH


@pytest.mark.parametrize("east_m", [0.0, 100e3, 140e3])
def test_far_from_the_middle_of_the_towns_too(east_m):
    """The plane stretches there, most at the edge of what is allowed."""
    half = 0.05
    lon = at(east_m, 0.0)[0]
    towns = {
        code: shapely.box(x - half, 35.3, x + half, 35.5) for code, x in (("a", lon), ("b", 232.84 - lon))
    }
    if east_m == 0.0:
        towns.pop("b")
    site = shapely.Point(lon, 35.4)
    rows = coverage([site], 3000.0, towns)
    assert rows.zone.covered_km2 == pytest.approx(disc_km2(3000.0), rel=2e-4)
    assert worst(served(Ground.of(towns), [site], 3000.0).lonlat, site, 3000.0) <= THOUSANDTH


def test_a_disc_has_the_area_of_a_disc():
    for radius_m in (50.0, 1000.0, 10_000.0):
        area = service_area(point(0, 0), radius_m)
        assert area_m2(area) / 1e6 == pytest.approx(disc_km2(radius_m), rel=1e-4)


def test_a_sliver_that_crosses_itself_on_the_plane():
    """Its corners lie on one line but for the last digits, and the plane bends the edges by millimetres."""
    corners = shapely.MultiPoint(CENTRE + np.array([(10, -5), (4, 9), (7, 2)]) * 0.004)
    sliver = shapely.convex_hull(corners)
    assert sliver.geom_type == "Polygon" and sliver.is_valid
    area = served(GROUND, [sliver], 80.0).area
    assert area.is_valid
    as_a_line = served(GROUND, [shapely.LineString(sliver.exterior.coords)], 80.0).area
    assert area.symmetric_difference(as_a_line).area < 2 * THOUSANDTH * as_a_line.area


def test_what_has_no_extent_or_nothing():
    spot = at(0, 0)
    disc = service_area(shapely.Point(spot), 300.0)
    assert service_area(shapely.LineString([spot, spot]), 300.0).symmetric_difference(disc).area < 1e-15
    street = line((0, 500), (300, 500))
    odd = shapely.MultiLineString([[spot, spot], street.coords])
    both = service_area(shapely.GeometryCollection([shapely.Point(spot), street]), 300.0)
    assert not odd.is_valid
    assert service_area(odd, 300.0).symmetric_difference(both).area < 1e-15
    assert service_area(shapely.Point(), 300.0).is_empty
    assert service_area(shapely.GeometryCollection(), 300.0).is_empty
    with pytest.raises(BadGeometry):
        service_area(None, 300.0)
    with pytest.raises(GeoError):
        service_area(shapely.box(100.0, 30.0, 110.0, 40.0), 300.0)


class TestLocalPlane:
    PLANE = LocalPlane(116.42, 35.40)

    def test_areas_are_those_of_the_ellipsoid(self):
        for side in (0.01, 0.5, 2.0):
            box = shapely.segmentize(shapely.box(116.42, 35.4, 116.42 + side, 35.4 + side), side / 2000)
            assert self.PLANE.from_wgs84(box).area == pytest.approx(area_m2(box), rel=1e-6)

    @pytest.mark.parametrize(("away_m", "error"), [(10e3, 2.1e-6), (100e3, 4.9e-5), (150e3, 9.7e-5)])
    def test_lengths_are_as_told(self, away_m, error):
        for azimuth in (0.0, 45.0, 90.0, 200.0):
            spot = GEOD.fwd(116.42, 35.4, azimuth, away_m)[:2]
            for turn in (0.0, 90.0):
                end = GEOD.fwd(*spot, azimuth + turn, 100.0)[:2]
                flat = self.PLANE.from_wgs84(shapely.LineString([spot, end])).length
                assert flat == pytest.approx(100.0, rel=error)

    def test_there_and_back(self):
        rng = np.random.default_rng(1)
        spots = shapely.points(CENTRE + rng.uniform(-2.0, 2.0, (500, 2)))
        back = shapely.get_coordinates(self.PLANE.to_wgs84(self.PLANE.from_wgs84(spots)))
        assert np.abs(back - shapely.get_coordinates(spots)).max() < 1.8e-8  # degrees: 2 mm

    def test_what_is_no_position_is_refused(self):
        with pytest.raises(GeoError):
            self.PLANE.from_wgs84(shapely.Point(39e6, 3.9e6))
        with pytest.raises(GeoError):
            self.PLANE.from_wgs84(None)


@pytest.fixture(scope="module")
def connection(pg_url):
    with psycopg.connect(pg_url.replace("postgresql+psycopg", "postgresql")) as opened:
        yield opened


class TestAgainstPostGIS:
    """ST_Buffer on geography, ST_Union, ST_Area on geography: within 0.5 %."""

    QUERY = """
        WITH site AS (SELECT unnest(%(sites)s::text[])::geometry AS geom),
        served AS (SELECT ST_Union(
            ST_Buffer(ST_SetSRID(geom, 4326)::geography, %(radius)s, 'quad_segs=16')::geometry) AS geom
            FROM site)
        SELECT ST_Area(ST_Intersection(geom, ST_SetSRID(%(town)s::geometry, 4326))::geography) / 1e6
        FROM served
    """

    @pytest.mark.parametrize("radius_m", [100.0, 500.0, 2000.0])
    @pytest.mark.parametrize("kind", ["points", "lines", "polygons"])
    def test_within_half_a_percent(self, connection, kind, radius_m):
        rng = np.random.default_rng(9)
        spots = CENTRE + rng.uniform((-0.13, -0.06), (0.13, 0.06), (60, 2))
        steps = rng.uniform(-0.005, 0.005, (60, 4, 2))
        sites = {
            "points": shapely.points(spots),
            "lines": shapely.linestrings(spots[:, None] + np.cumsum(steps, axis=1)),
            "polygons": shapely.box(*spots.T, *(spots + np.abs(steps[:, 0]) + 1e-4).T),
        }[kind]
        rows = coverage(sites, radius_m, TOWNS)
        for row, town in zip(rows.towns, TOWNS.values(), strict=True):
            values = {"sites": [s.wkb_hex for s in sites], "radius": radius_m, "town": town.wkb_hex}
            theirs = connection.execute(self.QUERY, values).fetchone()[0]
            assert row.covered_km2 == pytest.approx(theirs, rel=0.005)


class TestManySites:
    """Of many sites those in the midst of others are left out: the area must be that of all of them."""

    @pytest.mark.parametrize("radius_m", [150.0, 400.0, 1500.0])
    @pytest.mark.parametrize("kind", ["points", "lines", "polygons"])
    def test_what_is_left_out_was_covered_anyway(self, kind, radius_m):
        rng = np.random.default_rng(11)
        # Crowded in the middle, thin at the edge, so that there is some of everything.
        spots = LocalPlane(116.42, 35.4).to_wgs84(shapely.points(rng.normal(0.0, 1500.0, (900, 2))))
        spots = shapely.get_coordinates(spots)
        sites = {
            "points": shapely.points(spots),
            "lines": shapely.linestrings(
                np.stack([spots, spots + rng.uniform(-0.003, 0.003, (900, 2))], axis=1)
            ),
            "polygons": shapely.box(*spots.T, *(spots + rng.uniform(1e-4, 2e-3, (900, 2))).T),
        }[kind]
        shapes = GROUND.flat(sites)
        all_at_once = union(shapes, radius_m)
        bit_by_bit = shapely.union_all([union(shapes[k : k + 100], radius_m) for k in range(0, 900, 100)])
        assert all_at_once.symmetric_difference(bit_by_bit).area < 1.0
        assert all_at_once.is_valid

    def test_the_grid_pays_where_sites_are_crowded(self):
        """Or these tests would test nothing."""
        spots = np.random.default_rng(12).uniform(-2000.0, 2000.0, (900, 2))
        boxes = np.hstack([spots - 1000.0, spots + 1000.0])
        middle, needed = core(spots, 999.0, boxes)
        assert middle is not None and 0 < needed.sum() < 800
        assert shapely.union_all(shapely.buffer(shapely.points(spots), 1000.0)).covers(middle)

    @given(st.integers(0, 2**20 - 1), st.integers(1, 5))
    def test_squares_as_an_area(self, bits, rows):
        """Whatever they are: apart, corner to corner, with holes and with squares in these."""
        sure = np.array([bits >> n & 1 for n in range(20 - 20 % rows)], dtype=bool).reshape(rows, -1)
        area = squares(sure, np.array([3, -7]), 0.3)
        north, west = np.nonzero(sure)
        boxes = shapely.box((west + 3) * 0.3, (north - 7) * 0.3, (west + 4) * 0.3, (north - 6) * 0.3)
        assert area.is_valid
        assert area.symmetric_difference(shapely.union_all(boxes)).area < 1e-12

    @pytest.mark.parametrize("spread_m", [200.0, 40_000.0])
    def test_every_square_of_the_grid_is_within_the_radius(self, spread_m):
        spots = np.random.default_rng(13).uniform(-spread_m, spread_m, (1500, 2)) + (37.0, -1234.5)
        boxes = np.hstack([spots, spots])  # pieces without extent: all are hidden
        middle, needed = core(spots, 500.0, boxes)
        assert middle is not None and not needed.any()
        far = shapely.STRtree(shapely.points(spots)).query_nearest(
            shapely.points(shapely.get_coordinates(middle)), return_distance=True, all_matches=False
        )[1]
        assert far.max() <= 500.0
        assert middle.area > 0.3 * np.pi * 500.0**2

    @pytest.mark.parametrize("radius_m", [100.0, 3000.0])
    @pytest.mark.parametrize("kind", ["points", "lines", "polygons"])
    def test_towns_are_served_as_if_nothing_were_left_out(self, kind, radius_m):
        """What lies outside the towns is nobody's concern; inside not a square metre may be missing."""
        rng = np.random.default_rng(21)
        west, south, east, north = shapely.total_bounds(GROUND.lonlat)
        wide, high = (east - west) * 0.2, (north - south) * 0.2
        spots = rng.uniform((west - wide, south - high), (east + wide, north + high), (700, 2))
        sites = {
            "points": shapely.points(spots),
            "lines": shapely.linestrings(np.stack([spots, spots + rng.normal(0.0, 0.004, (700, 2))], axis=1)),
            "polygons": shapely.box(*spots.T, *(spots + rng.uniform(1e-4, 4e-3, (700, 2))).T),
        }[kind]
        found = served(GROUND, sites, radius_m)
        shapes = GROUND.flat(sites)
        plain = shapely.union_all([union(shapes[k : k + 100], radius_m) for k in range(0, 700, 100)])
        expected = shapely.intersection(plain, GROUND.zone)
        assert shapely.symmetric_difference(found.area, expected).area < 1.0
        assert sum(shapely.area(found.pieces)) == pytest.approx(found.area.area, rel=1e-9)
        turned = served(GROUND, sites[::-1], radius_m)
        assert turned.area.equals_exact(found.area)

    def test_what_reaches_out_of_the_zone_is_left_out_too(self):
        """Or the zone would be no help: most pieces at its edge reach beyond it."""
        spots = np.random.default_rng(22).uniform(0.0, 6000.0, (900, 2))
        boxes = np.hstack([spots - 2000.0, spots + 2000.0])
        zone = shapely.box(0.0, 0.0, 6000.0, 6000.0)
        _, without = core(spots, 1999.0, boxes)
        middle, needed = core(spots, 1999.0, boxes, zone)
        assert needed.sum() < 0.1 * without.sum()
        rest = shapely.buffer(shapely.points(spots[needed]), 2000.0)
        assert shapely.union_all([middle, *rest]).buffer(0.01).covers(zone)

    def test_what_threads_share_is_not_prepared(self):
        """Two threads that ask a prepared geometry first, at once, end the process."""
        ground = Ground.of(TOWNS)
        service = served(
            ground, shapely.points(CENTRE + np.random.default_rng(25).normal(0, 0.01, (500, 2))), 400.0
        )
        best_spots(service, 400.0, 1)
        connected_points(service, [shapely.Point(CENTRE)])
        assert not shapely.is_prepared([ground.zone, service.area, *ground.shapes, *ground.lonlat]).any()

    def test_a_zone_that_no_spot_is_near(self):
        spots = np.random.default_rng(23).uniform(0.0, 100.0, (500, 2))
        boxes = np.hstack([spots - 10.0, spots + 10.0])
        assert core(spots, 10.0, boxes, shapely.box(5000.0, 0.0, 6000.0, 10.0))[0] is None

    def test_spots_along_segments_are_as_near_to_each_other_as_asked(self):
        ends = np.random.default_rng(24).uniform(-500.0, 500.0, (40, 2, 2))
        for most, apart in ((100_000, 30.0), (200, None)):
            spots = along(ends, 30.0, most)
            assert len(spots) <= most
            lines = shapely.linestrings(ends)
            assert shapely.distance(shapely.union_all(lines), shapely.points(spots)).max() < 1e-6
            if apart:
                everything = shapely.multipoints(np.concatenate([spots, ends.reshape(-1, 2)]))
                between = shapely.line_interpolate_point(
                    np.repeat(lines, 50), np.tile(np.linspace(0.0, 1.0, 50), 40), normalized=True
                )
                assert shapely.distance(everything, between).max() <= apart / 2.0

    def test_where_it_does_not_pay_all_are_kept(self):
        spots = np.array([[0.0, 0.0], [1e6, 1e6]])
        for radius_m, boxes in (
            (10.0, np.hstack([spots, spots])),
            (1e5, np.hstack([spots - 1e5, spots + 1e5])),
        ):
            middle, needed = core(spots, radius_m, boxes)
            assert middle is None and needed.all()
        assert core(np.zeros((0, 2)), 10.0, np.zeros((0, 4)))[0] is None
