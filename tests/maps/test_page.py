"""The planner's page in a real browser: map, list, legend and address always tell the same."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.axe import Axe
from tests.support.browser import Watch
from tests.support.fixtures import NewPage, StartServer

HOSTILE = ["${alert(1)}", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}"]
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
}


@pytest.fixture(scope="module")
def address(server: StartServer) -> str:
    return server("demo", "--serve").url


@pytest.fixture(scope="module")
def features(address: str) -> list[dict[str, Any]]:
    with urlopen(f"{address}/api/sites?limit=1000") as answer:
        return json.load(answer)["features"]


def open_map(page: Page, address: str, path: str = "/") -> None:
    page.goto(address + path)
    page.wait_for_selector("html[data-ready=yes][data-ground=yes]")


def shown(page: Page) -> tuple[int, int]:
    """Numbers of sites on the map and in the list."""
    data = page.evaluate("() => ({ ...document.documentElement.dataset })")
    return int(data["shown"]), int(data["listed"])


def legend(page: Page) -> dict[str, int]:
    rows = page.query_selector_all(".legend-row")
    return {
        row.get_attribute("data-status"): int(row.query_selector(".legend-count").inner_text())
        for row in rows
    }


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def tap(page: Page, code: str) -> None:
    place = page.evaluate("(code) => minsheng.pixelOf(code)", code)
    page.mouse.click(place["x"], place["y"])


def test_map_list_and_legend_agree_with_the_api(
    page: Page, address: str, features: list[dict[str, Any]]
) -> None:
    open_map(page, address)
    assert shown(page) == (len(features), len(features))
    counted = Counter(f["properties"]["status"] for f in features)
    assert {code: n for code, n in legend(page).items() if n} == dict(counted)


def test_legend_filters_and_counts_follow_the_other_filters(
    page: Page, address: str, features: list[dict[str, Any]]
) -> None:
    open_map(page, address, "/?item=20")
    twenty = [f["properties"] for f in features if f["properties"]["item"] == 20]
    assert shown(page) == (len(twenty), len(twenty))
    page.click(".legend-row[data-status=lagging]")
    late = [p for p in twenty if p["status"] == "lagging"]
    assert 0 < len(late) < len(twenty)
    assert shown(page) == (len(late), len(late))
    # The legend still counts what a tap on another status would show.
    assert sum(legend(page).values()) == len(twenty)
    assert query(page) == {"item": ["20"], "status": ["lagging"]}


def test_back_and_forward_restore_the_filters(
    page: Page, address: str, features: list[dict[str, Any]]
) -> None:
    open_map(page, address)
    page.click(".legend-row[data-status=overdue]")
    page.click(".legend-row[data-status=lagging]")
    both = shown(page)[0]
    page.go_back()
    assert query(page) == {"status": ["overdue"]}
    assert shown(page)[0] < both
    page.go_back()
    assert shown(page)[0] == len(features)
    page.go_forward()
    page.go_forward()
    assert shown(page) == (both, both)


def test_filters_of_every_facet_come_from_the_address(
    page: Page, address: str, features: list[dict[str, Any]]
) -> None:
    one = next(f["properties"] for f in features if f["properties"]["kind"] == "gas_main")
    path = f"/?kind=gas_main&town={one['town_code']}&unit={one['lead_unit_code']}"
    path += f"&item={one['item']}&status={one['status']}"
    open_map(page, address, path)
    wanted = [
        f
        for f in features
        if all(
            f["properties"][k] == one[k] for k in ("kind", "town_code", "lead_unit_code", "item", "status")
        )
    ]
    assert shown(page) == (len(wanted), len(wanted))
    expect(page.locator("#chips .chip:not(.chip-clear)")).to_have_count(5)
    page.click("#chips .chip-clear")
    assert shown(page)[0] == len(features)
    assert query(page) == {}


@pytest.mark.parametrize(
    ("text", "field"),
    [("文祥路", "title"), ("20-4", "code"), ("综合行政执法局", "lead_unit"), ("城市环境品质", "item_title")],
)
def test_search_as_you_type(
    page: Page, address: str, features: list[dict[str, Any]], text: str, field: str
) -> None:
    open_map(page, address)
    page.locator("#q").press_sequentially(text)
    matching = {f["id"] for f in features if text in f["properties"][field]}
    drawn, listed = shown(page)
    assert drawn == listed < len(features)
    codes = {row.get_attribute("id").removeprefix("row-") for row in page.query_selector_all("#list .row")}
    assert matching
    assert matching & codes == {code for code in codes if code in matching}
    assert query(page)["q"] == [text]


def test_nothing_found_says_so_and_offers_the_way_back(
    page: Page, address: str, features: list[dict[str, Any]]
) -> None:
    open_map(page, address, "/?q=没有这样的点位")
    assert shown(page) == (0, 0)
    expect(page.locator("#notice")).to_contain_text("没有符合条件的点位")
    page.click("#notice .button")
    assert shown(page)[0] == len(features)


def test_list_can_follow_the_view(page: Page, address: str, features: list[dict[str, Any]]) -> None:
    open_map(page, address, "/#16/35.345/116.41")
    page.click("#in-view")
    drawn, listed = shown(page)
    assert drawn == len(features)
    assert listed < drawn
    page.evaluate("() => minsheng.map.fitBounds(minsheng.map.homeBounds, { animate: false })")
    assert shown(page)[1] == len(features)


def test_position_is_in_the_hash(page: Page, address: str) -> None:
    open_map(page, address, "/#14.5/35.412/116.43")
    view = "() => [minsheng.map.getZoom(), minsheng.map.getCenter().lat, minsheng.map.getCenter().lng]"
    assert page.evaluate(view) == pytest.approx([14.5, 35.412, 116.43], abs=1e-4)
    page.click("#tool-zoom-in")
    page.wait_for_url("**/#15.5/35.412/116.43")
    page.evaluate("() => { location.hash = '#13/35.36/116.4' }")
    page.wait_for_function("() => minsheng.map.getZoom() === 13")


def test_a_tap_opens_the_site_and_the_address_keeps_it(
    page: Page, address: str, features: list[dict[str, Any]]
) -> None:
    code = "11-1-01"
    one = next(f["properties"] for f in features if f["id"] == code)
    open_map(page, address, "/#16/35.416/116.436")
    tap(page, code)
    detail = page.locator("#detail")
    expect(detail).to_contain_text(one["title"])
    expect(detail).to_contain_text(one["why"])
    expect(detail).to_contain_text(one["lead_unit"])
    expect(detail.locator(".history li").first).to_be_visible()
    assert query(page) == {"site": [code]}
    assert detail.locator(f"a[href='/sites/{code}']").count() == 1
    assert detail.locator("a[href='/items/11']").count() == 1
    expect(page.locator(f"#row-{code}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()
    assert query(page) == {}


def test_overlapping_sites_are_listed(page: Page, address: str) -> None:
    open_map(page, address, "/#11/35.41/116.43")
    tap(page, "22-1-02")
    hits = page.locator("#detail .hit")
    assert hits.count() > 1
    name = hits.nth(1).locator("b").inner_text()
    hits.nth(1).click()
    expect(page.locator("#detail h2")).to_have_text(name)


def test_a_tap_on_the_ground_tells_of_the_town(page: Page, address: str) -> None:
    open_map(page, address, "/#14/35.34/116.385")
    page.mouse.click(800, 450)
    expect(page.locator("#detail h2")).to_have_text("马集镇")
    expect(page.locator("#detail")).to_contain_text("44.9 平方千米")
    expect(page.locator("#detail .item-links a").first).to_be_visible()


def test_everything_by_keyboard(page: Page, address: str) -> None:
    open_map(page, address)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#list")).to_be_focused()
    first = page.locator("#list").get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowDown")
    second = page.locator("#list").get_attribute("aria-activedescendant")
    assert first != second
    page.keyboard.press("Enter")
    expect(page.locator("#detail .detail-body")).to_be_focused()
    assert f"row-{query(page)['site'][0]}" == second
    page.keyboard.press("Escape")
    expect(page.locator("#list")).to_be_focused()
    page.focus("#facet-status")
    page.keyboard.press("Enter")
    expect(page.locator(".popover input").first).to_be_focused()
    page.keyboard.press("Space")
    assert query(page) == {"status": ["unscheduled"]}
    page.keyboard.press("Escape")
    expect(page.locator("#facet-status")).to_be_focused()


def test_measuring_on_the_ellipsoid(page: Page, address: str) -> None:
    open_map(page, address, "/#15/35.41/116.43")
    page.click("#tool-measure")
    expect(page.locator("#tool-measure")).to_have_attribute("aria-pressed", "true")
    page.mouse.click(600, 400)
    page.mouse.click(700, 400)
    metres = page.evaluate(
        """() => { const m = minsheng.map, at = (x) => m.containerPointToLatLng([x, 100]);
                   return m.distance(at(600), at(700)); }"""
    )
    text = page.locator("#mode b").first.inner_text()
    assert float(text.split()[0]) == pytest.approx(metres, rel=0.005)
    assert text.endswith("米")
    page.keyboard.press("Escape")
    expect(page.locator("#mode")).to_be_hidden()
    assert "site" not in query(page)


def test_a_past_week(page: Page, address: str) -> None:
    open_map(page, address)
    before = legend(page)
    for _ in range(8):
        page.click(".as-of button >> nth=0")
        page.wait_for_selector("html[data-ready=yes]")
    assert query(page) == {"week": ["2023-W20"]}
    page.wait_for_function(
        "(n) => Number(document.querySelector('[data-status=on_track] .legend-count').textContent) !== n",
        arg=before["on_track"],
    )
    assert sum(legend(page).values()) == sum(before.values())
    page.click(".week-now")
    page.wait_for_selector("html[data-ready=yes]")
    assert query(page) == {}
    assert legend(page) == before


def test_hostile_text_is_text(page: Page, address: str, features: list[dict[str, Any]]) -> None:
    hurt = json.loads(json.dumps(features[:4]))
    for feature, text in zip(hurt, HOSTILE, strict=True):
        feature["properties"] |= dict.fromkeys(
            ("title", "road", "lead_unit", "why", "item_title", "kind_label"), text
        )
    body = {"type": "FeatureCollection", "features": hurt, "numberMatched": 4, "next": None}

    def answer(route: Route) -> None:
        code = urlsplit(route.request.url).path.rpartition("/")[2]
        route.fulfill(json=body if code == "sites" else next(f for f in hurt if f["id"] == code))

    page.route("**/api/sites*", answer)
    page.route("**/api/sites/**", answer)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    open_map(page, address)
    for feature, text in zip(hurt, HOSTILE, strict=True):
        expect(page.locator(f"#row-{feature['id']} .row-title")).to_have_text(text)
        page.click(f"#row-{feature['id']}")
        expect(page.locator("#detail h2")).to_have_text(text)
        expect(page.locator("#detail .status-why")).to_have_text(text)
    assert page.locator("#content img").count() == 0
    assert page.locator("#content script").count() == 0


def test_a_failed_reading_is_told_and_can_be_repeated(
    page: Page, watch: Watch, address: str, features: list[dict[str, Any]]
) -> None:
    watch.allow("503")
    problem = {"title": "暂停服务", "status": 503, "detail": "数据库正在维护。"}
    page.route("**/api/sites?*", lambda route: route.fulfill(status=503, json=problem))
    page.goto(address)
    page.wait_for_selector("html[data-ready=failed]")
    expect(page.locator(".message")).to_contain_text("数据库正在维护。")
    page.unroute("**/api/sites?*")
    page.click(".message .button")
    page.wait_for_selector("html[data-ready=yes]")
    assert shown(page) == (len(features), len(features))
    expect(page.locator(".message")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/", "/?lang=en&site=20-1-01", "/?place=370829104&status=lagging&status=overdue"]
)
def test_accessible(new_page: NewPage, axe: Axe, address: str, theme: str, path: str) -> None:
    page = new_page(color_scheme=theme)
    open_map(page, address, path)
    page.wait_for_timeout(300)
    assert page.get_attribute("html", "data-theme") == theme
    assert axe(page) == []


def test_phone_sheet_has_three_stops(new_page: NewPage, axe: Axe, address: str) -> None:
    page = new_page(**PHONE)
    open_map(page, address)
    side, grip = page.locator("#side"), page.locator("#side-grip")
    heights = []
    for name in ("peek", "half", "full"):
        expect(side).to_have_attribute("data-stop", name)
        page.wait_for_timeout(350)
        heights.append(side.bounding_box()["height"])
        grip.tap()
    assert heights[0] < 150 < heights[1] < heights[2]
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    expect(side).to_have_attribute("data-stop", "peek")
    page.wait_for_timeout(350)
    box = grip.bounding_box()
    page.mouse.move(195, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(195, box["y"] - 240, steps=6)
    page.mouse.up()
    expect(side).to_have_attribute("data-stop", "half")
    page.wait_for_timeout(300)
    assert axe(page) == []
    page.locator("#list .row").first.tap()
    expect(page.locator("#detail h2")).to_be_visible()
    expect(side).to_be_hidden()


def test_language_link_keeps_filters_and_position(page: Page, address: str) -> None:
    open_map(page, address, "/?status=lagging#14/35.41/116.43")
    page.click("#lang")
    page.wait_for_selector("html[lang=en][data-ready=yes]")
    assert query(page) == {"status": ["lagging"], "lang": ["en"]}
    assert page.url.endswith("#14/35.41/116.43")
    expect(page.locator("#count")).to_contain_text("sites")
    expect(page.locator(".legend-row[data-status=lagging]")).to_contain_text("Lagging")


def test_sample_and_illustrative_positions_are_said(page: Page, address: str) -> None:
    open_map(page, address)
    expect(page.locator(".sample")).to_contain_text("演示数据")
    expect(page.locator(".sample")).to_contain_text("2023-07-14")
    expect(page.locator("#position-note")).to_contain_text("点位均为示意")
