"""What the notice says about where things lie holds in the geometry."""

import itertools

import pytest
from shapely.geometry import Point

from tests.data.files import (
    GRS80,
    features,
    lat_of,
    length_m,
    lon_of,
    metres,
    road,
    site_geometry,
    sites,
    sites_of,
)

ALONG = 60  # metres: how far from its street's line a strip may reach
MAINS = [site["id"] for task in (3, 4) for site in sites_of(20, task)]


def to_street(position, name) -> float:
    """Metres from a position to a street (nearest point taken in degrees: exact enough for 60 m)."""
    street = road(name)
    nearest = street.interpolate(street.project(Point(position)))
    return metres(position, (nearest.x, nearest.y))


@pytest.mark.parametrize("street", [f["properties"]["name"] for f in features("boundaries/roads")])
def test_xiang_streets_run_west_east_and_jia_streets_south_north(street):
    (x1, y1), (x2, y2) = road(street).coords[0], road(street).coords[-1]
    bearing = GRS80.inv(x1, y1, x2, y2)[0] % 180
    assert bearing == pytest.approx(90, abs=15) if "祥" in street else min(bearing, 180 - bearing) < 15


def test_wenxiang_road_runs_east_from_jiarui_road():
    line = list(site_geometry("20-1-01").coords)
    assert to_street(line[0], "嘉瑞路") < 1
    assert all(b[0] > a[0] for a, b in itertools.pairwise(line))
    assert all(lon > lon_of(road("嘉瑞路"), lat) for lon, lat in line[1:])
    assert line[0] in (road("文祥路").coords[0], road("文祥路").coords[-1])


def test_jiade_road_runs_from_hongxiang_road_across_the_xiang_streets():
    line = site_geometry("20-1-02")
    assert to_street(line.coords[0], "宏祥路") < 1
    assert to_street(line.coords[-1], "宏祥路") > 500
    assert all(b[1] > a[1] for a, b in itertools.pairwise(line.coords))
    assert line.crosses(road("文祥路"))
    assert line.crosses(road("呈祥大道"))
    assert "松岩机械" in sites()["20-1-02"]["properties"]["title"]


def test_greening_by_jiacheng_no_1_keeps_to_its_street():
    strip = site_geometry("20-2-01")
    assert all(1 < to_street(p, "嘉诚路") < ALONG for p in strip.exterior.coords)
    assert not strip.intersects(road("嘉诚路"))


def test_greening_on_the_avenue_is_on_its_north_side():
    avenue = road("呈祥大道")
    for lon, lat in site_geometry("20-2-02").exterior.coords:
        assert lat > lat_of(avenue, lon)
        assert to_street((lon, lat), "呈祥大道") < ALONG


def test_pocket_park_is_at_the_south_west_corner():
    corner = road("嘉兴路").intersection(road("呈祥大道"))
    for lon, lat in site_geometry("20-2-03").exterior.coords:
        assert lon < lon_of(road("嘉兴路"), lat)
        assert lat < lat_of(road("呈祥大道"), lon)
        assert metres((lon, lat), (corner.x, corner.y)) < 200


def test_transfer_station_is_north_of_the_road_and_east_of_the_expressway():
    for lon, lat in site_geometry("21-1-01").exterior.coords:
        assert lat > lat_of(road("麟祥路"), lon)
        assert lon > lon_of(road("济徐高速"), lat)
        assert to_street((lon, lat), "麟祥路") < 300


@pytest.mark.parametrize(("task", "kilometres"), [(3, 4.0), (4, 15.6)])
def test_mains_measure_what_the_notice_says(task, kilometres):
    total = sum(length_m(site_geometry(site["id"])) for site in sites_of(20, task))
    assert total == pytest.approx(kilometres * 1000, rel=0.001)


@pytest.mark.parametrize("task", [3, 4])
def test_mains_are_one_network_joined_at_shared_vertices(task):
    parts = [set(site_geometry(site["id"]).coords) for site in sites_of(20, task)]
    reached, rest = parts[0], parts[1:]
    while joined := [part for part in rest if part & reached]:
        reached = reached.union(*joined)
        rest = [part for part in rest if not part & reached]
    assert len(parts) >= 3
    assert not rest


@pytest.mark.parametrize("code", MAINS)
def test_mains_keep_to_the_side_of_their_street(code):
    line = site_geometry(code)
    street = sites()[code]["properties"]["road"]
    midpoints = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in itertools.pairwise(line.coords)]
    # An end may reach across the crossing, to the side on which the other street's main lies.
    assert all(5 < to_street(p, street) < 30 for p in midpoints)
    assert all(to_street(p, street) < 30 for p in line.coords)


@pytest.mark.parametrize("code", MAINS)
def test_no_main_doubles_back(code):
    line = site_geometry(code)
    assert line.is_simple
    assert length_m(line) < 1.01 * metres(line.coords[0], line.coords[-1])


def test_heating_and_gas_do_not_lie_on_one_another():
    for heat, gas in itertools.product(sites_of(20, 3), sites_of(20, 4)):
        shared = site_geometry(heat["id"]).intersection(site_geometry(gas["id"]))
        assert shared.length == 0


def test_culture_centre_is_three_areas_side_by_side():
    areas = [site_geometry(site["id"]) for site in sites_of(22, 1)]
    titles = [site["properties"]["title"].split("·")[1] for site in sites_of(22, 1)]
    assert titles == ["展示中心", "体育中心", "文化中心"]
    for west, east in itertools.pairwise(areas):
        assert west.disjoint(east)
        assert west.bounds[2] < east.bounds[0]
        assert west.distance(east) < 0.0005


def test_areas_lie_on_no_street_and_on_no_other_area():
    areas = {code: site_geometry(code) for code in sites() if site_geometry(code).geom_type == "Polygon"}
    lines = [road(f["properties"]["name"]) for f in features("boundaries/roads")]
    lines += [site_geometry(code) for code in sites() if site_geometry(code).geom_type == "LineString"]
    for area in areas.values():
        assert not any(area.intersects(line) for line in lines)
    for a, b in itertools.combinations(areas.values(), 2):
        assert a.disjoint(b)
