"""What the map page does when something is missing, fails, or has little room."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.helpers import PHONE, TIMEOUT, at_rest, legend, open_map, settled, wait_shown

TABLET = {"viewport": {"width": 768, "height": 1024}}
TILES = "http://127.0.0.1:9"
TILE = {
    "content_type": "image/svg+xml",
    "body": '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"/>',
}


def box(page, selector: str) -> dict[str, float]:
    found = page.locator(selector).bounding_box()
    assert found, selector
    return found


def test_a_week_that_cannot_be_read_leaves_no_figures_of_another_week(page, watch, demo):
    watch.allow("ERR_FAILED")  # cut off on purpose
    open_map(page, f"{demo.url}/?site=20-1-02")
    wait_shown(page, 24)
    page.route("**/api/sites?week=*", lambda route: route.abort())
    page.locator(".stepper .icon-button").first.click()
    page.wait_for_selector('html[data-ready="failed"][data-shown="0"][data-listed="0"]', timeout=TIMEOUT)
    assert set(page.locator(".legend-count").all_inner_texts()) == {""}, "what was not read is not nought"
    expect(page.locator("#detail")).to_be_hidden()
    page.unroute("**/api/sites?week=*")
    page.locator("#notice button").click()
    wait_shown(page, 24)
    assert sum(legend(page).values()) == 24
    expect(page.locator("#detail")).to_be_visible()


def test_a_base_map_that_fails_is_told_and_no_longer_chosen(new_page, watch, server):
    watch.allow("status of 500")  # the base map that fails
    bases = ";".join(f"{name}|{TILES}/{name}/{{z}}/{{x}}/{{y}}.png|测绘" for name in ("a", "b"))
    with_base = server(MINSHENG_XYZ=bases)
    page = new_page(**PHONE)
    page.route(f"{TILES}/a/**", lambda route: route.fulfill(**TILE))
    page.route(f"{TILES}/b/**", lambda route: route.fulfill(status=500))
    open_map(page, with_base.url)
    page.click("#tool-layers")
    page.get_by_label("b", exact=True).click()
    told = page.locator(".message").filter(has_text="“b”")
    expect(told).to_be_visible(timeout=TIMEOUT)
    expect(page.locator(".popover")).to_have_count(0)
    page.click("#tool-layers")
    expect(page.get_by_label("无底图")).to_be_checked()
    page.get_by_label("a", exact=True).check()
    expect(page.locator(".attribution")).to_have_text("测绘")
    expect(told).to_have_count(0)


def test_the_phone_shows_at_once_that_nothing_matches(new_page, demo):
    page = open_map(new_page(**PHONE), f"{demo.url}/?q=zzzz")
    page.wait_for_selector('#side[data-stop="half"]')
    settled(page)  # the sheet comes up
    button = box(page, "#notice button")
    assert button["y"] + button["height"] <= 844
    page.locator("#notice button").tap()
    wait_shown(page, 24)


def test_a_sheet_drawn_all_the_way_up_covers_scale_and_note(new_page, demo):
    page = open_map(new_page(**PHONE), demo.url)
    expect(page.locator("#corner")).to_be_visible()
    for stop in ("half", "full"):
        page.locator("#side-grip").tap()
        page.wait_for_selector(f'#side[data-stop="{stop}"]')
    expect(page.locator("#position-note")).to_be_hidden()
    page.locator("#side-grip").tap()
    expect(page.locator("#position-note")).to_be_visible()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_upright_tablet_has_room_for_search_legend_and_map(new_page, demo, lang):
    page = open_map(new_page(**TABLET), f"{demo.url}/?lang={lang}")
    assert box(page, "#q")["width"] > 300
    parts = [box(page, selector) for selector in (".brand-text", ".stepper", "#lang", "#theme")]
    for left, right in pairwise(parts):
        assert left["x"] + left["width"] <= right["x"] + 0.5
    cut = "all => all.filter((word) => word.scrollWidth > word.clientWidth).map((word) => word.textContent)"
    assert page.locator(".legend-word").evaluate_all(cut) == []
    page.goto(f"{demo.url}/?lang={lang}&site=20-1-02")
    page.wait_for_selector("#detail:not([hidden])", timeout=TIMEOUT)
    expect(page.locator("#side")).to_be_hidden()
    settled(page)
    assert box(page, "#detail")["x"] > 380


def test_what_was_tapped_comes_out_from_under_its_panel(page, demo):
    open_map(page, f"{demo.url}/#14/35.4/116.4")
    wait_shown(page, 24)
    page.evaluate("minsheng.map.setView([35.41, 116.4], 14, {animate: false})")
    at = page.evaluate("minsheng.pixelOf('20-1-02')")
    page.evaluate("(x) => minsheng.map.panBy([x, 0], {animate: false})", at["x"] - 1150)
    at_rest(page)
    at = page.evaluate("minsheng.pixelOf('20-1-02')")
    assert 1140 < at["x"] < 1160
    page.mouse.click(at["x"], at["y"])
    page.wait_for_selector("#detail:not([hidden])", timeout=TIMEOUT)
    at_rest(page)  # the map slides
    settled(page)
    assert page.evaluate("minsheng.pixelOf('20-1-02')")["x"] < box(page, "#detail")["x"]


def test_a_town_in_the_address_is_seen_beside_its_panel(new_page, demo):
    page = open_map(new_page(**PHONE), f"{demo.url}/?place=370829108")
    page.wait_for_selector("#detail:not([hidden])", timeout=TIMEOUT)
    at_rest(page)  # the map flies there
    settled(page)
    top = box(page, "#detail")["y"]
    for code in ("03-1-02", "09-1-03"):  # both of the town's sites
        assert page.evaluate("(code) => minsheng.pixelOf(code).y", code) < top


def test_a_doubtful_position_is_shown_with_its_whole_ring(new_page, demo):
    place = {"latitude": 35.41, "longitude": 116.43, "accuracy": 500}
    page = new_page(**PHONE, geolocation=place, permissions=["geolocation"])
    open_map(page, demo.url)
    page.click("#tool-locate")
    expect(page.locator(".message")).to_contain_text("500 米", timeout=TIMEOUT)
    at_rest(page)  # the map flies there
    assert page.evaluate("minsheng.map.getBounds().contains(window.L.latLng(35.41, 116.43).toBounds(1000))")


def test_without_a_plan_the_list_says_why_all_is_grey(page, server, demo):
    open_map(page, server(MINSHENG_TODAY="2023-07-14").url)
    expect(page.locator(".unplanned")).to_contain_text("未排期")
    expect(page.locator(".unplanned a")).to_have_attribute("href", "/ledger")
    open_map(page, demo.url)
    expect(page.locator(".unplanned")).to_be_hidden()


@pytest.mark.parametrize("query", ["", "?site=20-1-02&status=lagging"])
def test_the_map_prints_on_one_sheet_with_its_legend(page, demo, query):
    open_map(page, demo.url + "/" + query)
    at_rest(page)  # the map flies there
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})  # browsers ask about A4 before they turn it
    expect(page.locator("#legend")).to_be_visible()
