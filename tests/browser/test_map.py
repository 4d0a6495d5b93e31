"""The planner's map in a real browser, as a person uses it."""

from __future__ import annotations

import json
import re
import urllib.request
from collections import Counter
from urllib.parse import parse_qs, quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.helpers import (
    PHONE,
    PROJECTOR,
    TIMEOUT,
    at_rest,
    legend,
    open_map,
    settled,
    soon,
    wait_shown,
)
from tests.support.server import Server


def api(server: Server, path: str) -> dict:
    with urllib.request.urlopen(server.url + path) as answer:
        return json.load(answer)


def counts(server: Server, query: str = "") -> Counter:
    return Counter(f["properties"]["status"] for f in api(server, f"/api/sites{query}")["features"])


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(page.evaluate("location.search.slice(1)"))


def hash_of(page: Page) -> str:
    """The map's view as the address has it."""
    return page.evaluate("location.hash.slice(1)")


def test_map_legend_and_list_agree_with_the_api(page, demo):
    open_map(page, demo.url)
    wait_shown(page, 24)
    assert {code: n for code, n in legend(page).items() if n} == counts(demo)
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    expect(page.locator(".sample")).to_contain_text("演示数据")
    expect(page.locator("#position-note")).to_contain_text("示意")


def test_a_tap_on_the_legend_filters_map_and_list_and_stands_in_the_address(page, demo):
    open_map(page, demo.url)
    page.click('#legend [data-status="lagging"]')
    wait_shown(page, counts(demo)["lagging"])
    soon(lambda: query_of(page).get("status"), ["lagging"])
    page.click('#legend [data-status="overdue"]')
    wait_shown(page, counts(demo)["lagging"] + counts(demo)["overdue"])
    assert legend(page)["on_track"] == counts(demo)["on_track"], "counts follow the other filters only"
    page.go_back()
    wait_shown(page, counts(demo)["lagging"])
    page.reload()
    wait_shown(page, counts(demo)["lagging"])


@pytest.mark.parametrize(
    "query",
    [
        "?item=20&kind=road",
        "?town=370829108",
        "?unit=xiangcheng",
        "?kind=gas_main&kind=heating_main",
        "?q=" + quote("文祥路"),
        "?q=reading",
        "?status=suspended&status=overdue&item=20",
    ],
)
def test_filters_in_the_address_give_what_the_api_gives(page, demo, query):
    open_map(page, demo.url + "/" + query)
    wait_shown(page, api(demo, "/api/sites" + query)["numberMatched"])


def test_typing_searches_and_escape_empties(page, demo):
    open_map(page, demo.url)
    page.keyboard.press("/")
    page.keyboard.type("口袋公园")
    wait_shown(page, 1)
    expect(page.locator("#list")).to_contain_text("西南角口袋公园")
    page.fill("#q", "没有这样的点位")
    wait_shown(page, 0)
    expect(page.locator("#notice")).to_be_visible()
    page.fill("#q", "")
    wait_shown(page, 24)


def test_position_stands_in_the_hash_and_survives_a_reload(page, demo):
    open_map(page, f"{demo.url}/#15/35.42/116.43")
    zoom, lat, lon = hash_of(page).split("/")
    assert (float(zoom), float(lat), float(lon)) == pytest.approx((15, 35.42, 116.43), abs=0.01)
    page.evaluate("minsheng.map.panBy([200, 0], {animate: false})")
    at_rest(page)
    moved = hash_of(page)
    assert moved != f"{zoom}/{lat}/{lon}"
    page.reload()
    page.wait_for_selector('html[data-ready="yes"]', timeout=TIMEOUT)
    assert hash_of(page) == moved


def test_a_tap_on_a_site_tells_everything_about_it(page, demo):
    open_map(page, f"{demo.url}/#16/35.4209/116.4337")
    at = page.evaluate("minsheng.pixelOf('20-1-01')")
    page.mouse.click(at["x"], at["y"])
    detail = page.locator("#detail")
    expect(detail).to_be_visible()
    if detail.locator(".hits").count():  # gas mains lie beside the road
        detail.get_by_text("文祥路（嘉瑞路以东）").click()
    for words in (
        "文祥路（嘉瑞路以东）",
        "正常推进",
        "计划应完成",
        "提升城市环境品质工程",
        "区城乡建设和交通局",
        "疃里镇",
        "示意位置",
    ):
        expect(detail).to_contain_text(words)
    expect(detail).to_contain_text("区综合行政执法局")  # supporting unit, read from the API
    soon(lambda: query_of(page).get("site"), ["20-1-01"])
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()


def test_overlapping_sites_are_listed(page, demo):
    lon, lat, found = corner_of_several(demo)
    open_map(page, f"{demo.url}/#17/{lat}/{lon}")
    at = pixel(page, lon, lat)
    page.mouse.click(at["x"], at["y"])
    page.wait_for_selector("#detail .hit")
    shown = page.locator("#detail .hit").all_inner_texts()
    assert all(any(code in text for text in shown) for code in found), (found, shown)
    page.locator("#detail .hit").first.click()
    expect(page.locator("#detail .status-why")).to_be_visible()


def corner_of_several(server: Server) -> tuple[float, float, list[str]]:
    """A vertex of a main where another site lies too, and the codes of all that lie there."""
    for feature in api(server, "/api/sites?kind=gas_main&kind=heating_main")["features"]:
        for lon, lat in feature["geometry"]["coordinates"]:
            found = api(server, f"/api/at?lon={lon}&lat={lat}&tolerance=1")["features"]
            if len(found) > 1:
                return lon, lat, [one["id"] for one in found]
    raise AssertionError("the mains are connected: there must be such a corner")


def pixel(page: Page, lon: float, lat: float) -> dict[str, float]:
    """Where a position is in the window."""
    return page.evaluate(
        """([lon, lat]) => { const p = minsheng.map.latLngToContainerPoint([lat, lon]);
            const box = minsheng.map.getContainer().getBoundingClientRect();
            return {x: box.left + p.x, y: box.top + p.y}; }""",
        [lon, lat],
    )


def test_english_at_a_click_keeps_filters_and_position(page, demo):
    open_map(page, f"{demo.url}/?status=lagging#14/35.41/116.43")
    page.click("#lang")
    page.wait_for_selector('html[lang="en"][data-ready="yes"]', timeout=TIMEOUT)
    wait_shown(page, counts(demo)["lagging"])
    assert hash_of(page).startswith("14/35.4")
    expect(page.locator("#legend")).to_contain_text("Lagging")
    expect(page.locator(".sample")).to_contain_text("演示数据")
    page.goto(demo.url)
    page.wait_for_selector('html[lang="en"]')  # remembered


def test_dark_and_light(new_page, demo):
    page = open_map(new_page(color_scheme="dark"), demo.url)
    html = page.locator("html")
    expect(html).to_have_attribute("data-theme", "dark")
    page.click("#theme")
    expect(html).to_have_attribute("data-theme", "light")
    page.reload()
    expect(html).to_have_attribute("data-theme", "light")


def test_everything_works_by_keyboard(page, demo):
    open_map(page, demo.url)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.focus("#list")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_be_visible()
    soon(lambda: "site" in query_of(page), True)
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("(document.activeElement.closest('#legend,#facets,#tools,#list,#search') || {}).id")
        )
    assert {"legend", "facets", "tools", "list"} <= reached


def test_the_week_can_be_turned_back(page, demo):
    open_map(page, f"{demo.url}/?week=2023-W09")
    wait_shown(page, 24)
    assert {code: n for code, n in legend(page).items() if n} == counts(demo, "?week=2023-W09")


@pytest.mark.parametrize(("options", "wide"), [(PHONE, 390), ({}, 1280), (PROJECTOR, 1920)])
def test_no_screen_scrolls_sideways(new_page, demo, options, wide):
    page = open_map(new_page(**options), demo.url)  # the other pages: test_pages.py
    assert page.evaluate("document.documentElement.scrollWidth") <= wide


def test_the_phone_opens_a_site_from_the_list(new_page, demo):
    page = open_map(new_page(**PHONE), demo.url)
    wait_shown(page, 24)
    box = page.locator("#map, .leaflet-container").first.bounding_box()
    assert box["width"] == 390
    assert box["height"] > 400
    page.locator("#side-grip").tap()
    page.wait_for_selector('#side[data-stop="half"]')
    settled(page)  # the sheet comes up
    page.get_by_text("城市书房（一）").tap()
    expect(page.locator("#detail")).to_contain_text("正常推进", timeout=TIMEOUT)


def test_measuring_gives_geodesic_metres(page, demo):
    from pyproj import Geod

    open_map(page, f"{demo.url}/#14/35.41/116.42")
    page.click("#tool-measure")
    expect(page.locator("#mode")).to_be_visible()
    ends = [(116.415, 35.412), (116.425, 35.412)]
    for lon, lat in ends:
        at = pixel(page, lon, lat)
        page.mouse.click(at["x"], at["y"])
    expected = Geod(ellps="WGS84").inv(*ends[0], *ends[1])[2]

    def measured() -> list[float]:
        text = page.locator("#mode").inner_text()
        return [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*\.?\d*", text)]

    soon(lambda: any(n == pytest.approx(expected, rel=0.01) for n in measured()), True)


def test_locating_shows_the_accuracy(new_page, demo):
    page = new_page(
        geolocation={"latitude": 35.41, "longitude": 116.43, "accuracy": 8}, permissions=["geolocation"]
    )
    open_map(page, demo.url)
    page.click("#tool-locate")
    expect(page.locator(".message")).to_contain_text(re.compile(r"8\s米"), timeout=TIMEOUT)
    at_rest(page)  # the map flies there
    at = pixel(page, 116.43, 35.41)
    assert 340 < at["x"] < 1280
    assert 0 < at["y"] < 800


def test_api_documentation_is_our_own(page, demo):
    page.goto(f"{demo.url}/docs")
    page.get_by_text("/api/nearby").first.wait_for(timeout=TIMEOUT)


def test_without_progress_all_is_unscheduled_and_nothing_says_demonstration(page, server):
    plain = server(MINSHENG_TODAY="2023-07-14")
    open_map(page, plain.url)
    assert legend(page)["unscheduled"] == 24
    assert page.locator(".sample").count() == 0
