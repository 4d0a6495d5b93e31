"""The telephone's place and the way from there: the position, one project's card, navigation, distances."""

from __future__ import annotations

import random
import re
from urllib.parse import parse_qs, unquote, urlsplit

import geocoordinates_ffi as other
import numpy as np
import pytest
import requests
import shapely
from playwright.sync_api import expect
from shapely.geometry import mapping, shape

from geo.crs import xy_from_wgs84
from geo.nearest import nearest_on
from tests.browser.helpers import PHONE, TIMEOUT, at_rest, settled, soon, until
from tests.browser.phone.helpers import HERE, LOCATED, call, codes, open_phone, put_at

ROAD = "20-1-02"
"""3.3 km of road."""


def test_says_what_is_wrong_with_the_position_and_takes_one_by_hand(new_page, demo, axe):
    page = open_phone(new_page(**PHONE), demo.url, drawn=True)
    page.get_by_role("button", name="打开定位").tap()  # nobody is asked before
    expect(page.locator("#fix")).to_contain_text("没有定位权限")
    expect(page.locator("#nearby-help")).to_contain_text("允许浏览器使用位置")
    expect(page.locator(".m-row").first).to_contain_text("距离未知")
    assert not (found := axe(page)), axe.text(found)
    assert codes(page) == sorted(codes(page))

    page.get_by_role("button", name="手动定位").tap()
    page.wait_for_selector('.m-pick[data-ready="yes"]', timeout=TIMEOUT)
    middle = page.locator(".m-pick-where").inner_text()
    page.locator(".m-pick-map").press("ArrowRight")
    expect(page.locator(".m-pick-where")).not_to_have_text(middle)
    at_rest(page)
    where = page.locator(".m-pick-where").inner_text()
    page.get_by_role("button", name="我在这里").tap()
    expect(page.locator("#fix")).to_contain_text("手动位置")
    pin = call(page, "phone/position.js", "({position}) => position.current")
    assert (pin["source"], pin["accuracy_m"]) == ("pin", None)
    assert f"{pin['lat']:.5f}" in where and f"{pin['lon']:.5f}" in where
    expect(page.locator(".m-away-figure").first).to_be_visible()

    page.context.grant_permissions(["geolocation"])
    put_at(page, 116.415, 35.41, 2300)
    page.get_by_role("button", name="改用手机定位").tap()
    page.get_by_role("button", name="再试一次").tap()
    expect(page.locator("#fix")).to_contain_text("只有大致位置")
    expect(page.locator(".m-row").first).to_contain_text(re.compile(r"2\.3\s千米内"))
    for accuracy, look, word in (
        (30, "fair", "定位一般"),
        (120, "poor", "定位较差"),
        (9, "good", "定位良好"),
    ):
        put_at(page, 116.415, 35.41, accuracy)
        expect(page.locator("#fix")).to_contain_text(word)
        expect(page.locator("#fix")).to_have_attribute("data-look", look)
    expect(page.locator(".m-help")).to_be_hidden()

    # nothing is watched on another screen, and nothing of where I was is kept
    count = "({position}) => position.watch !== null"
    soon(lambda: call(page, "phone/position.js", count), True)
    page.locator('#m-bar [data-tab="me"]').tap()
    soon(lambda: call(page, "phone/position.js", count), False)
    assert "116.41" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")

    plain = new_page(**LOCATED)
    plain.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    open_phone(plain, demo.url)
    expect(plain.locator("#fix")).to_contain_text("本站未加密")
    expect(plain.locator("#nearby-help")).to_contain_text("deploy")
    expect(plain.locator("#nearby-help")).to_contain_text("https://127.0.0.1/m")


def test_card_map_and_navigation(new_page, demo, axe):
    page = open_phone(new_page(**LOCATED), demo.url, query=f"?site={ROAD}", drawn=True)
    expect(page).to_have_url(f"{demo.url}/m#site/{ROAD}")
    card = page.locator("#site-card")
    expect(card.locator("h1")).to_contain_text("嘉德路")
    expect(card.locator("#site-away")).to_contain_text(re.compile(r"\d+\s米.*正西方向"))
    expect(card).to_contain_text("计划应完成")  # why it is behind
    expect(card.locator("#site-check")).to_have_attribute("href", f"#check/{ROAD}")
    expect(card.locator("#site-page")).to_have_attribute("href", f"/sites/{ROAD}")

    card.locator("#site-go").tap()
    expect(page.locator("#go-title")).to_be_visible()  # its module is read first
    point = call(
        page,
        "phone/projects.js",
        f"({{projects}}) => projects.away(projects.get('{ROAD}')).point",
    )
    lon, lat = point
    assert lon == pytest.approx(nearest_on(np.array([road_of(demo)]), 116.415, 35.41).lon[0], abs=1e-8)
    gcj = other.wgs84_to_gcj02(other.Wgs84(lat=lat, lon=lon))
    bd = other.wgs84_to_bd09(other.Wgs84(lat=lat, lon=lon))
    links = {
        one.get_attribute("data-way") or one.get_attribute("data-web") + "-web": one.get_attribute("href")
        for one in page.locator("#go-dialog a").all()
    }
    amap, tencent = parse_qs(urlsplit(links["amap"]).query), parse_qs(urlsplit(links["tencent"]).query)
    assert links["amap"].startswith("amapuri://route/plan/?") and amap["dev"] == ["0"]
    assert near((amap["dlon"][0], amap["dlat"][0]), (gcj.lon, gcj.lat))
    assert near(tencent["tocoord"][0].split(",")[::-1], (gcj.lon, gcj.lat))
    to = parse_qs(urlsplit(links["amap-web"]).query)["to"][0].split(",")
    assert near(to[:2], (gcj.lon, gcj.lat)) and to[2].startswith("嘉德路")
    baidu = parse_qs(urlsplit(links["baidu"]).query)
    assert links["baidu"].startswith("bdapp://map/direction?") and baidu["coord_type"] == ["bd09ll"]
    assert near(baidu["destination"][0].split("latlng:")[1].split(",")[::-1], (bd.lon, bd.lat))
    web = parse_qs(urlsplit(links["baidu-web"]).query)
    assert near(web["location"][0].split(",")[::-1], (bd.lon, bd.lat)) and web["coord_type"] == ["bd09ll"]
    assert near(unquote(links["system"]).split("?")[0].removeprefix("geo:").split(",")[::-1], (lon, lat))
    assert all(str(HERE["longitude"]) not in link for link in links.values()), "where I am is nobody's"
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator('[data-copy="bd09"]').tap()
    expect(page.locator('[data-copy="bd09"]')).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()").split(",")[::-1]
    assert near(copied, (bd.lon, bd.lat))
    assert not (found := axe(page)), axe.text(found)
    page.get_by_role("button", name="关闭").tap()

    apple = call(page, "phone/navigate.js", f"({{ways}}) => ways([{lon}, {lat}], '路', 'ios')")
    schemes = [one["app"].split(":")[0] for one in apple]
    assert schemes == ["iosamap", "baidumap", "qqmap", "https"]
    assert near(parse_qs(urlsplit(apple[3]["app"]).query)["daddr"][0].split(",")[::-1], (gcj.lon, gcj.lat))

    # back to the list; a tap on the map finds the project, or lists what lies under the finger
    page.go_back()
    expect(page.locator("#screen-nearby")).to_be_visible()
    page.locator("#nearby-grip").press("ArrowDown")
    settled(page)
    at_rest(page)
    for _ in range(4):
        zoom = page.evaluate("minshengPhone.map.getZoom()")
        page.locator("#m-tool-zoom_out").tap()
        until(page, "(zoom) => minshengPhone.map.getZoom() < zoom", zoom)
        at_rest(page)
    x, y = page.evaluate("code => minshengPhone.pixelOf(code)", "20-2-02")
    page.touchscreen.tap(x, y)
    hits = page.locator("#m-hits li")
    expect(hits).not_to_have_count(0)  # road, gas and greening lie under one fingertip
    hits.filter(has_text="北侧绿化").get_by_role("button").tap()
    expect(page.locator("#site-title")).to_contain_text("北侧绿化")
    page.evaluate("location.hash = '#site/99-9-99'")
    expect(page.locator("#site-title")).to_have_text("没有找到这个项目")
    page.locator(".m-back").tap()
    expect(page.locator("#site-title")).to_contain_text("北侧绿化")


def road_of(demo):
    return shape(requests.get(f"{demo.url}/api/sites/{ROAD}", timeout=30).json()["geometry"])


def near(texts, lonlat) -> bool:
    """Within the last of six decimals."""
    return bool(np.allclose([float(text) for text in texts], lonlat, rtol=0, atol=1.01e-6))


def random_geometries(number: int):
    """Geometries of all types and sizes with positions inside, near and far, the same every time."""
    rng = random.Random(4)
    for i in range(number):
        size = 10 ** rng.uniform(-4, 0.3)
        centre = (rng.uniform(-170, 170), rng.uniform(-75, 75)) if i % 5 == 4 else (116.4, 35.4)

        def place(size=size, centre=centre):
            return centre[0] + rng.uniform(-size, size), centre[1] + rng.uniform(-size, size)

        def disc(share, size=size, place=place):
            return shapely.Point(place()).buffer(size * share, 4)

        made = [
            lambda place=place: shapely.Point(place()),
            lambda place=place: shapely.MultiPoint([place() for _ in range(3)]),
            lambda place=place: shapely.LineString([place() for _ in range(rng.randint(2, 9))]),
            lambda place=place: shapely.MultiLineString([[place() for _ in range(3)] for _ in range(2)]),
            lambda disc=disc, place=place, size=size: shapely.Point(place()).buffer(size, 5) - disc(0.4),
            lambda disc=disc: shapely.union_all([disc(0.3), disc(0.2), disc(0.1)]) - disc(0.1),
        ][i % 6]()
        if made.is_empty:
            continue
        away = 10 ** rng.uniform(-5, 1)
        yield (
            made,
            centre[0] + rng.uniform(-away, away),
            min(89.0, max(-89.0, centre[1] + rng.uniform(-away, away))),
        )


def test_distances_and_datums_are_those_of_the_server(new_page, demo):
    """Thousands of geometries and positions, up to 1,400 km apart: to a centimetre (in truth to 6 µm)."""
    page = open_phone(new_page(**PHONE), demo.url)
    cases = list(random_geometries(2000))
    answers = call(
        page,
        "phone/nearest.js",
        """({nearest}, cases) => cases.map(([g, lon, lat]) => {
             const {distance_m, bearing_deg, point} = nearest(g, lon, lat);
             return [distance_m, bearing_deg, ...point];
           })""",
        [[mapping(geometry), lon, lat] for geometry, lon, lat in cases],
    )
    found = np.array(answers)
    wanted = [nearest_on(np.array([geometry]), lon, lat) for geometry, lon, lat in cases]
    distance = np.array([one.distance_m[0] for one in wanted])
    assert np.abs(found[:, 0] - distance).max() < 0.01
    assert (distance == 0).sum() > 100, "positions inside areas are among them"
    bearing = np.array([one.bearing_deg[0] for one in wanted])
    turned = np.abs((found[:, 1] - bearing + 180) % 360 - 180)
    assert turned[distance > 1].max() < 0.01
    # the point named is on the geometry, as far away as was said
    points = shapely.points(found[:, 2:])
    geometries = np.array([geometry for geometry, _, _ in cases])
    assert shapely.distance(points, geometries).max() < 1e-7
    empty = [
        {"type": "MultiPoint", "coordinates": []},
        {"type": "GeometryCollection", "geometries": []},
        None,
    ]
    nothing = "({nearest}, all) => all.map((one) => nearest(one, 116, 35))"
    assert call(page, "phone/nearest.js", nothing, empty) == [None] * 3

    rng = np.random.default_rng(7)
    lonlat = np.column_stack([rng.uniform(72, 138, 2000), rng.uniform(1, 56, 2000)])
    lonlat = np.vstack([lonlat, [[139.7, 35.7], [116.4, 60.0], [116.4, 35.4]]])
    converted = call(
        page,
        "gcj02.js",
        "({toGcj, toBd}, all) => all.map(([x, y]) => [...toGcj(x, y), ...toBd(x, y)])",
        lonlat.tolist(),
    )
    for at, name in ((0, "GCJ02"), (2, "BD09")):
        assert np.abs(np.array(converted)[:, at : at + 2] - xy_from_wgs84(lonlat, name)).max() < 1e-9
    for (lon, lat), (gcj_lon, gcj_lat, bd_lon, bd_lat) in zip(lonlat.tolist(), converted, strict=True):
        if not (100 < lon < 120 and 25 < lat < 40):
            continue  # the other library draws China's outline more narrowly
        gcj, bd = (
            make(other.Wgs84(lat=lat, lon=lon)) for make in (other.wgs84_to_gcj02, other.wgs84_to_bd09)
        )
        assert (gcj_lon, gcj_lat) == pytest.approx((gcj.lon, gcj.lat), abs=1e-9)
        assert (bd_lon, bd_lat) == pytest.approx((bd.lon, bd.lat), abs=1e-9)
