"""Looking back on the map: the slider of weeks, playing them, and that everything shown is of that week."""

from __future__ import annotations

import json
import re
import urllib.request
from collections import Counter
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.helpers import PHONE, TIMEOUT, legend, open_map, settled, soon, until
from tests.support.server import Server

PRESENT = "2023-W28"


def api(server: Server, path: str) -> dict:
    with urllib.request.urlopen(server.url + path, timeout=60) as answer:
        return json.load(answer)


def wait_week(page: Page, week: str) -> None:
    """Wait until map and list show a week."""
    page.wait_for_selector(f'html[data-ready="yes"][data-week="{week}"]', timeout=TIMEOUT)


def as_reported(page: Page, server: Server, week: str) -> None:
    """Legend and list show what the API answers for the week."""
    features = api(server, f"/api/sites?week={week}")["features"]
    counted = Counter(feature["properties"]["status"] for feature in features)
    assert {code: n for code, n in legend(page).items() if n} == counted, week
    for feature in features[:5]:
        properties = feature["properties"]
        expect(page.locator(f"#row-{properties['code']}")).to_contain_text(properties["status_label"])


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(page.evaluate("location.search.slice(1)"))


RECORD = """() => {
  const root = document.documentElement;
  globalThis.shown = [root.dataset.week];
  new MutationObserver(() => {
    if (shown.at(-1) !== root.dataset.week) shown.push(root.dataset.week);
  }).observe(root, { attributes: true, attributeFilter: ["data-week"] });
}"""
"""Keeps every week that the map shows, however late somebody looks."""


def in_address(page: Page, week: str | None) -> None:
    """Wait until the address names a week; None: none."""
    soon(lambda: query_of(page).get("week", [None])[0], week)


def slider(page: Page):
    return page.get_by_role("slider", name="选择周")


def test_the_slider_has_every_week_from_the_first_entry_to_now(page, demo):
    open_map(page, demo.url)
    expect(page.locator("#week-bar")).to_be_hidden()
    page.click("#tool-week")
    weeks = api(demo, "/api/weeks")
    assert (weeks["first"], weeks["current"]) == ("2023-W03", PRESENT)
    expect(slider(page)).to_have_attribute("max", "25")
    expect(slider(page)).to_have_value("25")
    expect(slider(page)).to_have_attribute("aria-valuetext", "2023 年第 28 周")
    expect(page.locator("#week-bar")).to_contain_text("07-10 至 07-16")
    expect(page.locator("#week-bar")).to_contain_text("本周")
    expect(page.locator(".week-months")).to_contain_text("3月")


def test_by_keyboard_map_list_and_legend_follow_the_week(page, demo, axe):
    open_map(page, demo.url)
    page.click("#tool-week")
    expect(slider(page)).to_be_enabled()  # until the range is read it takes no key
    slider(page).focus()
    page.keyboard.press("ArrowLeft")
    wait_week(page, "2023-W27")
    as_reported(page, demo, "2023-W27")
    page.keyboard.press("PageDown")
    until(page, "() => document.documentElement.dataset.week < '2023-W27'")
    page.keyboard.press("Home")
    wait_week(page, "2023-W03")
    as_reported(page, demo, "2023-W03")
    in_address(page, "2023-W03")
    expect(slider(page)).to_be_focused()
    expect(slider(page)).to_have_attribute("aria-valuetext", "2023 年第 3 周")
    expect(page.locator("#week-bar [role=status]")).to_have_text("2023 年第 3 周, 24 处点位")
    expect(page.locator("#week-bar")).to_contain_text("正在回看：截至 2023-01-22 的情况")
    assert axe(page) == [], axe.text(axe(page))
    page.keyboard.press("End")
    wait_week(page, PRESENT)
    in_address(page, None)
    as_reported(page, demo, PRESENT)


def test_a_week_in_the_address_opens_on_it_and_back_leads_back(page, demo):
    open_map(page, demo.url)
    page.goto(f"{demo.url}/?week=2023-W20&item=20")
    wait_week(page, "2023-W20")
    expect(page.locator("#week-bar")).to_be_visible()
    expect(page.locator("#tool-week")).to_have_attribute("aria-pressed", "true")
    expect(slider(page)).to_have_value("17")
    page.get_by_role("group", name="周", exact=True).get_by_role("button", name="上一周").click()
    wait_week(page, "2023-W19")
    soon(lambda: query_of(page), {"week": ["2023-W19"], "item": ["20"]})
    page.go_back()
    wait_week(page, "2023-W20")
    page.locator("#week-bar").get_by_role("button", name="回到本周").click()
    wait_week(page, PRESENT)
    expect(page.locator("html")).not_to_have_class(re.compile("looking-back"))


def test_closing_the_bar_leads_back_to_now(page, demo):
    page.goto(f"{demo.url}/?week=2023-W20")
    wait_week(page, "2023-W20")
    expect(page.locator("html")).to_have_class(re.compile("looking-back"))
    page.click("#tool-week")
    wait_week(page, PRESENT)
    expect(page.locator("#week-bar")).to_be_hidden()


def test_playing_goes_week_by_week_up_to_now_and_asks_once(page, demo):
    page.goto(f"{demo.url}/?week=2023-W25")
    wait_week(page, "2023-W25")
    steps = page.evaluate("history.length")
    asked: list[str] = []
    page.on("request", lambda request: "/api/sites?" in request.url and asked.append(request.url))
    page.evaluate(RECORD)
    page.locator("#week-bar").get_by_role("button", name="逐周播放").click()
    wait_week(page, PRESENT)
    assert page.evaluate("shown") == ["2023-W25", "2023-W26", "2023-W27", PRESENT]
    as_reported(page, demo, PRESENT)
    expect(page.locator("html")).to_have_attribute("data-playing", "no")
    in_address(page, None)
    assert page.evaluate("history.length") == steps, "playing leaves no trail of steps"
    weeks = [parse_qs(urlsplit(url).query).get("week", [PRESENT])[0] for url in asked]
    assert sorted(weeks) == ["2023-W26", "2023-W27", PRESENT], "each week is read once, ahead"
    expect(slider(page)).to_be_enabled()  # until the range is read it takes no key
    slider(page).focus()
    page.keyboard.press("ArrowLeft")
    wait_week(page, "2023-W27")
    assert len(asked) == 3, "what was read is kept"


def test_playing_can_be_stopped_and_begins_at_the_first_week(page, demo):
    open_map(page, demo.url)
    page.click("#tool-week")
    play = page.locator("#week-bar .week-line button").first
    expect(play).to_have_accessible_name("逐周播放")
    page.evaluate(RECORD)
    play.click()
    until(page, "() => shown.length >= 3")
    play.click()
    expect(play).to_have_accessible_name("逐周播放")
    assert page.evaluate("shown.slice(0, 3)") == [PRESENT, "2023-W03", "2023-W04"]
    stopped = query_of(page)["week"][0]
    wait_week(page, stopped)  # it may have been on its way
    page.wait_for_timeout(1_500)  # a week takes a second
    assert page.evaluate("document.documentElement.dataset.week") == stopped


def test_who_wants_less_motion_steps_and_plays_the_same(new_page, demo):
    page = open_map(new_page(reduced_motion="reduce"), f"{demo.url}/?week=2023-W27")
    wait_week(page, "2023-W27")
    page.locator("#week-bar").get_by_role("button", name="逐周播放").click()
    wait_week(page, PRESENT)
    moving = page.evaluate(
        "document.getAnimations().filter((one) => one.effect.getTiming().duration > 0).length"
    )
    assert moving == 0


def test_the_phone_looks_back_too(new_page, demo, axe):
    page = open_map(new_page(**PHONE), demo.url)
    page.tap("#tool-week")
    bar = page.locator("#week-bar")
    expect(bar).to_be_visible()
    page.locator("#week-bar").get_by_role("button", name="上一周").tap()
    wait_week(page, "2023-W27")
    as_reported_legend = {code: n for code, n in legend(page).items() if n}
    counted = Counter(f["properties"]["status"] for f in api(demo, "/api/sites?week=2023-W27")["features"])
    assert as_reported_legend == counted
    settled(page)
    box, tools = bar.bounding_box(), page.locator("#tools").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= tools["x"], "beside the tools"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sizes = page.evaluate(
        """[...document.querySelectorAll("#week-bar button:not([hidden]), #week-bar input")].map(
            (one) => [one.className, one.getBoundingClientRect().height])"""
    )
    assert all(height >= 36 for _, height in sizes), sizes
    assert axe(page) == [], axe.text(axe(page))
    bar.get_by_role("button", name="回到本周").tap()
    wait_week(page, PRESENT)


def test_an_open_panel_tells_of_the_week_that_is_shown(page, demo):
    open_map(page, f"{demo.url}/?site=20-4-03")
    now = api(demo, "/api/sites/20-4-03")["properties"]["reported_percent"]
    then = api(demo, "/api/sites/20-4-03?week=2023-W22")["properties"]["reported_percent"]
    assert now != then
    detail = page.locator("#detail .progress")
    expect(detail).to_contain_text(f"{now:g}%")
    page.get_by_role("group", name="周", exact=True).get_by_role("button", name="上一周").click()
    wait_week(page, "2023-W27")
    slider(page).fill("19")  # 2023-W22
    wait_week(page, "2023-W22")
    expect(detail).to_contain_text(f"{then:g}%")
    expect(page.locator("#detail")).to_be_visible()


def test_a_ledger_without_entries_has_nothing_to_look_back_on(page, server):
    empty = server(MINSHENG_TODAY="2023-07-14")
    open_map(page, empty.url)
    page.click("#tool-week")
    expect(slider(page)).to_be_disabled()
    expect(page.locator("#week-bar")).to_contain_text("只有这一周")


def test_english(page, demo, axe):
    open_map(page, f"{demo.url}/?lang=en&week=2023-W20")
    wait_week(page, "2023-W20")
    expect(page.locator("#week-bar")).to_contain_text("Looking back: as of 2023-05-21")
    expect(page.get_by_role("slider", name="Choose a week")).to_be_visible()
    expect(page.locator(".week-months")).to_contain_text("Mar")
    assert axe(page) == [], axe.text(axe(page))
