"""The telephone's first screen: the nearest projects, searched, filtered and kept, and where I have been."""

from __future__ import annotations

import re

import numpy as np
import pytest
import requests
from playwright.sync_api import expect
from pyproj import Geod

from tests.browser.helpers import TIMEOUT, soon, until
from tests.browser.phone.helpers import HERE, LOCATED, call, codes, open_phone, put_at

ROAD = "20-1-02"
"""3.3 km of road."""
GEOD = Geod(ellps="WGS84")


def beside(feature: dict, metres: float) -> tuple[float, float]:
    """lon, lat at right angles from the middle of a line's longest segment."""
    line = np.array(feature["geometry"]["coordinates"])
    longest = int(np.argmax(np.hypot(*np.diff(line, axis=0).T)))
    (lon, lat), (lon2, lat2) = (line[longest] + line[longest + 1]) / 2, line[longest + 1]
    bearing = GEOD.inv(lon, lat, lon2, lat2)[0]
    return GEOD.fwd(lon, lat, bearing + 90, metres)[:2]


def test_the_list_is_that_of_the_server_and_goes_on_without_it(new_page, watch, demo):
    watch.allow("ERR_INTERNET_DISCONNECTED")
    page = open_phone(new_page(**LOCATED), demo.url, drawn=True)
    asked = {"lon": HERE["longitude"], "lat": HERE["latitude"], "radius": 50_000, "limit": 100}
    near = requests.get(f"{demo.url}/api/nearby", asked, timeout=30).json()["features"]
    expect(page.locator(".m-away-figure").first).to_be_visible()
    soon(lambda: codes(page), [one["id"] for one in near])
    found = call(
        page,
        "phone/projects.js",
        "({projects}) => Object.fromEntries(projects.all.map((one) => [one.code, projects.away(one)]))",
    )
    for one in near:
        mine, theirs = found[one["id"]], one["properties"]
        assert mine["distance_m"] == pytest.approx(theirs["distance_m"], abs=0.01)
        if theirs["distance_m"] > 1:
            assert abs((mine["bearing_deg"] - theirs["bearing_deg"] + 180) % 360 - 180) < 0.1
    first = page.locator(".m-row").first
    expect(first).to_contain_text(re.compile(r"\d+\s米"))
    expect(page.locator("#nearby-told")).to_contain_text("箭头上方为北")
    expect(page.locator("#fix")).to_have_attribute("data-look", "good")
    expect(page.locator("#fix")).to_contain_text("误差约 8\xa0米")

    # 30 m beside the middle of 3 km of road it is 30 m, not 1.6 km; and that without any signal
    page.context.set_offline(True)
    road = requests.get(f"{demo.url}/api/sites/{ROAD}", timeout=30).json()
    lon, lat = beside(road, 30)
    put_at(page, lon, lat)
    row = page.locator(".m-row").filter(has_text="嘉德路").first
    expect(row).to_contain_text(re.compile(r"30\s米"))

    # the compass turns the arrows, and the line says so
    page.evaluate(
        """() => dispatchEvent(Object.assign(new Event("deviceorientationabsolute"),
               {alpha: 270, absolute: true}))"""
    )
    expect(page.locator("#nearby-told")).to_contain_text("箭头随手机朝向")
    assert page.evaluate("document.documentElement.style.getPropertyValue('--heading')") == "90deg"


def test_search_order_and_filters_are_kept_and_so_are_the_data(new_page, watch, demo):
    watch.allow("ERR_FAILED.*/api/phone/data")
    page = open_phone(new_page(**LOCATED), demo.url, drawn=True)
    expect(page.locator(".m-away-figure").first).to_be_visible()  # from now on the nearest come first
    everything = codes(page)
    page.locator("#nearby-q").tap()
    expect(page.locator("#nearby-sheet"), "above the keyboard").to_have_attribute("data-stop", "full")
    page.locator("#nearby-q").fill("供热 交通局")
    expect(page.locator("#nearby-told")).to_contain_text(f"3 / {len(everything)} 处")
    assert codes(page) == sorted(codes(page), key=everything.index)
    page.locator("#nearby-q").fill("")

    page.locator("#nearby-filter").tap()
    dialog = page.locator("#nearby-filters")
    dialog.locator('[data-facet="status"][value="lagging"]').check()
    dialog.get_by_label("按编号").check()
    of_these = dialog.locator("label:has([data-facet=status][value=lagging]) .m-choice-count")
    lagging = int(of_these.inner_text())
    expect(dialog.locator(".primary")).to_have_text(f"查看 {lagging} 处")
    dialog.locator(".primary").tap()
    expect(dialog).to_be_hidden()
    expect(page.locator("#nearby-filter-count")).to_have_text("1")
    soon(lambda: len(codes(page)), lagging)
    assert codes(page) == sorted(codes(page))
    expect(page.locator(".m-row").filter(has_not_text="滞后")).to_have_count(0)
    expect(page.locator(".m-row")).to_have_count(lagging)

    # without an answer of the server the next visit has the same list from the telephone's database
    page.route("**/api/phone/data", lambda route: route.abort())
    page.reload()
    page.wait_for_selector('html[data-ready="yes"]', timeout=TIMEOUT)
    expect(page.locator("#nearby-filter-count")).to_have_text("1")
    soon(lambda: len(codes(page)), lagging)
    page.locator("#nearby-q").fill("没有这样的项目")
    page.get_by_role("button", name="显示全部项目").tap()
    soon(lambda: len(codes(page)), len(everything))


def test_a_part_that_cannot_be_read_says_so_and_comes_by_itself(new_page, watch, demo):
    watch.allow("ERR_FAILED")
    page = new_page(**LOCATED)
    page.add_init_script("delete Navigator.prototype.serviceWorker")  # it might have the part already
    page.route("**/js/phone/outboxview.js", lambda route: route.abort())
    open_phone(page, demo.url)
    page.locator('#m-bar [data-tab="outbox"]').tap()
    expect(page.locator("#screen-outbox .m-wait")).to_contain_text("有网络时会自动再试")
    page.unroute("**/js/phone/outboxview.js")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#screen-outbox .m-wait")).to_have_count(0)
    expect(page.locator("#screen-outbox")).to_contain_text("没有待传的报告")


SENT = """async ({db}, account) => (await db()).put("sent", {
  id: crypto.randomUUID(), kind: "inspection", account, subject: "20-1-02", title: "",
  photos: [], disputed: [], body: {made_at: new Date().toISOString(), verdict: "problem"},
  sent_at: new Date().toISOString(),
})"""
# Resolves when what the outbox holds has been read anew.
CHANGED = """async ({outbox}) => {
  const {visits} = await import("/static/js/phone/visits.js");
  const read = new Promise((done) => visits.addEventListener("change", () => done(), {once: true}));
  outbox.dispatchEvent(new Event("change"));
  await read;
}"""


def test_where_i_have_been_today(new_page, demo):
    """As the telephone knows it: what others sent from it does not count."""
    page = new_page(**LOCATED)
    me = {"id": 7, "name": "li", "display": "李", "role": "inspector", "may_inspect": True, "towns": []}
    moment = "2023-07-14T09:00:00+08:00"
    answer = {"account": me | {"must_change": False}, "csrf": "", "now": moment, "server_now": moment}
    page.route("**/api/phone/me", lambda route: route.fulfill(json=answer))
    open_phone(page, demo.url, drawn=True)
    until(page, "async () => (await import('/static/js/phone/account.js')).account.me !== null")
    call(page, "phone/db.js", SENT, {"id": 8, "display": "王"})
    page.evaluate("location.hash = '#site/20-1-02'")
    expect(page.locator("#site-card h1")).to_contain_text("嘉德路")
    call(page, "phone/outbox.js", CHANGED)
    expect(page.locator("#site-visit")).to_have_count(0)
    call(page, "phone/db.js", SENT, {"id": 7, "display": "李"})
    call(page, "phone/outbox.js", CHANGED)
    expect(page.locator("#site-visit")).to_contain_text("问题")
    page.go_back()
    page.locator("#nearby-filter").tap()
    page.get_by_label("今天已签到").check()
    page.locator("#nearby-filters .primary").tap()
    soon(lambda: codes(page), ["20-1-02"])


def test_accessible_in_the_dark_and_in_english(new_page, demo, axe):
    page = open_phone(new_page(color_scheme="dark", **LOCATED), demo.url, query="?lang=en", drawn=True)
    expect(page.locator("#fix")).to_contain_text("Good fix")
    expect(page.locator(".m-away-figure").first).to_be_visible()
    assert not (found := axe(page)), axe.text(found)
    page.locator("#nearby-filter").tap()
    expect(page.locator("#nearby-filters .primary")).to_be_visible()
    assert not (found := axe(page)), axe.text(found)
    page.keyboard.press("Escape")
    page.locator(".m-row-link").first.tap()
    expect(page.locator("#site-card h1")).to_be_visible()
    assert not (found := axe(page)), axe.text(found)
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, input, select")].filter((one) => {
             const box = one.getBoundingClientRect();
             return box.width && one.id !== "site-grip" && !one.closest(".skip, .m-attribution")
               && !one.classList.contains("skip") && Math.min(box.width, box.height) < 47.5;
           }).map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert not small, "too small for a thumb"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
