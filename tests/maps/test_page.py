"""The planner's page beyond the everyday way (tests/browser): history, failures, crowds, sheet, paper."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.helpers import PHONE, settled, soon
from tests.support.axe import Axe
from tests.support.browser import Watch
from tests.support.fixtures import NewPage
from tests.support.server import Server

MANY, PAGE = 12_000, 1_000


@pytest.fixture(scope="module")
def address(demo: Server) -> str:
    return demo.url


@pytest.fixture(scope="module")
def features(address: str) -> list[dict[str, Any]]:
    with urlopen(f"{address}/api/sites?limit=1000") as answer:
        return json.load(answer)["features"]


def open_map(page: Page, address: str, path: str = "/") -> None:
    page.goto(address + path)
    page.wait_for_selector("html[data-ready=yes][data-ground=yes]")


def wait_shown(page: Page, drawn: int, listed: int | None = None) -> None:
    """Wait until the map has `drawn` sites and the list as many, or `listed`."""
    page.wait_for_selector(f'html[data-shown="{drawn}"][data-listed="{drawn if listed is None else listed}"]')


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(page.evaluate("location.search.slice(1)"))


def with_status(features: list[dict[str, Any]], *codes: str) -> int:
    return sum(feature["properties"]["status"] in codes for feature in features)


def test_back_and_forward_restore_the_filters(
    page: Page, address: str, features: list[dict[str, Any]]
) -> None:
    open_map(page, address)
    page.click(".legend-row[data-status=overdue]")
    page.click(".legend-row[data-status=lagging]")
    both, one = with_status(features, "overdue", "lagging"), with_status(features, "overdue")
    assert 0 < one < both < len(features)
    wait_shown(page, both)
    page.go_back()
    wait_shown(page, one)
    soon(lambda: query(page), {"status": ["overdue"]})
    page.go_back()
    wait_shown(page, len(features))
    page.go_forward()
    page.go_forward()
    wait_shown(page, both)
    expect(page.locator(".legend-row[aria-pressed=true]")).to_have_count(2)


def test_nothing_found_says_so_and_offers_the_way_back(
    page: Page, address: str, features: list[dict[str, Any]]
) -> None:
    open_map(page, address, "/?q=没有这样的点位")
    wait_shown(page, 0)
    expect(page.locator("#notice")).to_contain_text("没有符合条件的点位")
    page.click("#notice .button")
    wait_shown(page, len(features))
    soon(lambda: query(page), {})


def test_a_code_that_is_not_there_is_told(page: Page, address: str) -> None:
    open_map(page, address, "/?site=99-9-99&status=lagging")
    expect(page.locator(".message")).to_contain_text("99-9-99")
    expect(page.locator("#detail")).to_be_hidden()
    soon(lambda: query(page), {"status": ["lagging"]})


def test_list_can_follow_the_view(page: Page, address: str, features: list[dict[str, Any]]) -> None:
    open_map(page, address, "/#16/35.345/116.41")
    page.click("#in-view")
    expect(page.locator("html")).not_to_have_attribute("data-listed", str(len(features)))
    assert int(page.get_attribute("html", "data-listed")) < len(features)
    expect(page.locator("html")).to_have_attribute("data-shown", str(len(features)))
    page.evaluate("() => minsheng.map.fitBounds(minsheng.map.homeBounds, { animate: false })")
    wait_shown(page, len(features))


def test_a_tap_on_the_ground_tells_of_the_town(page: Page, address: str) -> None:
    open_map(page, address, "/#14/35.34/116.385")
    page.mouse.click(800, 450)
    expect(page.locator("#detail h2")).to_have_text("马集镇")
    expect(page.locator("#detail")).to_contain_text("44.9 平方千米")
    expect(page.locator("#detail .item-links a").first).to_be_visible()
    soon(lambda: query(page), {"place": ["370829108"]})
    page.click("#detail .button.primary")
    soon(lambda: query(page), {"place": ["370829108"], "town": ["370829108"]})


def test_a_failed_reading_is_told_and_can_be_repeated(
    page: Page, watch: Watch, address: str, features: list[dict[str, Any]]
) -> None:
    watch.allow("503")
    problem = {"title": "暂停服务", "status": 503, "detail": "数据库正在维护。"}
    page.route("**/api/sites?*", lambda route: route.fulfill(status=503, json=problem))
    page.goto(address)
    page.wait_for_selector("html[data-ready=failed]")
    expect(page.locator(".message")).to_contain_text("数据库正在维护。")
    expect(page.locator("#notice")).to_contain_text("数据库正在维护。")
    page.unroute("**/api/sites?*")
    page.click(".message .button")
    wait_shown(page, len(features))
    expect(page.locator(".message")).to_have_count(0)


def crowd() -> list[dict[str, Any]]:
    """Points in rows over the zone, as the API would give them."""
    wide = 100
    return [
        {
            "type": "Feature",
            "id": f"{n % 22 + 1:02d}-1-{n:05d}",
            "geometry": {
                "type": "Point",
                "coordinates": [116.37 + (n % wide) * 0.0009, 35.32 + n // wide * 0.0011],
            },
            "properties": {
                "code": f"{n % 22 + 1:02d}-1-{n:05d}",
                "title": f"点位 {n}",
                "item": n % 22 + 1,
                "kind": "road",
                "status": "overdue" if n % 10 == 0 else "on_track",
                "position": "illustrative" if n % 2 else "surveyed",
            },
        }
        for n in range(MANY)
    ]


def test_twelve_thousand_sites_are_read_page_by_page_and_stay_light(page: Page, address: str) -> None:
    made = crowd()
    asked: list[int] = []

    def answer(route: Route) -> None:
        start = int(parse_qs(urlsplit(route.request.url).query).get("after", ["0"])[0])
        asked.append(start)
        end = start + PAGE
        following = f"/api/sites?limit={PAGE}&after={end}" if end < MANY else None
        route.fulfill(json={"numberMatched": MANY, "features": made[start:end], "next": following})

    page.route("**/api/sites?*", answer)
    open_map(page, address)
    wait_shown(page, MANY)
    assert asked == list(range(0, MANY, PAGE))
    assert page.locator("#list .row").count() < 40  # only what can be seen exists
    expect(page.locator("#count")).to_have_text("12,000 处点位")
    expect(page.locator("#position-note")).to_have_text("部分点位为示意，非测绘成果")
    page.click(".legend-row[data-status=overdue]")
    wait_shown(page, MANY // 10)
    page.focus("#list")
    page.keyboard.press("End")
    last = page.locator("#list .row.active")
    expect(last).to_have_attribute("aria-posinset", str(MANY // 10))
    expect(last).to_be_in_viewport()


def test_phone_sheet_has_three_stops(new_page: NewPage, axe: Axe, address: str) -> None:
    page = new_page(**PHONE)
    open_map(page, address)
    side, grip = page.locator("#side"), page.locator("#side-grip")
    heights = []
    for name in ("peek", "half", "full"):
        expect(side).to_have_attribute("data-stop", name)
        settled(page)
        heights.append(side.bounding_box()["height"])
        grip.tap()
    assert heights[0] < 150 < heights[1] < heights[2]
    expect(side).to_have_attribute("data-stop", "peek")
    settled(page)
    middle = grip.bounding_box()["y"] + 12
    page.mouse.move(195, middle)
    page.mouse.down()
    page.mouse.move(195, middle - 240, steps=6)
    page.mouse.up()
    expect(side).to_have_attribute("data-stop", "half")
    assert axe(page) == []
    page.locator("#list .row").nth(1).tap()
    expect(page.locator("#detail h2")).to_be_visible()
    expect(side).to_be_hidden()
    page.locator(".detail-close").tap()
    expect(side).to_be_visible()


def test_paper_gets_the_light_map_and_the_screen_its_own_back(new_page: NewPage, address: str) -> None:
    page = new_page(color_scheme="dark")
    page.add_init_script("window.print = () => { window.printed = document.documentElement.dataset.theme; }")
    open_map(page, address, "/#14/35.412/116.43")
    page.click("#tool-print")
    page.wait_for_function("() => window.printed")
    assert page.evaluate("() => window.printed") == "light"
    width = page.evaluate("() => minsheng.map.getSize().x")
    assert width == pytest.approx(277 / 25.4 * 96, abs=2)  # the width of the sheet between its margins
    page.emulate_media(media="print")
    for gone in ("#list", "#tools", "#search", "#facets"):
        expect(page.locator(gone)).to_be_hidden()
    for kept in ("#legend", ".sample", "#position-note", ".scale", ".brand-name"):
        expect(page.locator(kept)).to_be_visible()
    page.emulate_media(media="screen")
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    soon(lambda: page.evaluate("() => minsheng.map.getSize().x"), 1280)
    assert page.evaluate("location.hash") == "#14/35.412/116.43"
