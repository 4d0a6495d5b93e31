"""The coverage board in the browser: figures of both towns, what if without saving, before and after."""

from __future__ import annotations

import re

import orjson
import pytest
from playwright.sync_api import expect

from tests.browser.helpers import PHONE, PROJECTOR, TIMEOUT


def share(text: str) -> float:
    found = re.match(r"[\d.]+", text)
    assert found, text
    return float(found[0])


def test_the_board_fits_a_projector_and_says_what_the_api_says(new_page, demo, axe):
    page = new_page(**PROJECTOR)
    page.goto(f"{demo.url}/coverage")
    rows = page.request.get(f"{demo.url}/api/coverage/board").json()["kinds"]
    names = page.locator(".cv-kind b").all_inner_texts()
    assert names == [row["label"] for row in rows]
    assert page.locator(".cv-board").bounding_box()["height"] < 1000
    shown = page.locator("tbody td:last-child .cv-number").all_inner_texts()
    for text, row in zip(shown, rows, strict=True):
        assert share(text) == pytest.approx(row["zone"]["states"]["done"]["share"] * 100, abs=0.051)
    pictures = page.locator(".cv-mini")
    assert pictures.count() == 2 * len(rows)
    for number, name in enumerate(names):
        assert (pictures.nth(2 * number).get_attribute("aria-label") or "").startswith(name)
    assert not axe(page)


def test_what_if_changes_both_figures_and_nothing_else(new_page, demo):
    page = new_page(viewport={"width": 1180, "height": 820})
    page.goto(f"{demo.url}/coverage?kind=reading_room")
    version = page.request.get(f"{demo.url}/api/coverage?kind=reading_room").json()["version"]
    map_ = page.locator("#coverage-map")
    map_.click(position={"x": map_.bounding_box()["width"] * 0.5, "y": map_.bounding_box()["height"] * 0.62})
    row = page.locator("#tried-row")
    expect(row).to_be_visible(timeout=TIMEOUT)
    tried = [share(text) for text in row.locator("td").all_inner_texts()]
    assert tried[2] > 0
    page.locator("[data-try]").first.click()
    expect(row.locator("th")).to_contain_text("2")
    more = [share(text) for text in row.locator("td").all_inner_texts()]
    assert more[2] > tried[2]
    expect(page.locator("#cv-tried path").first).to_be_attached()
    page.fill('[name="lon"]', "五")
    page.locator("#try-form button").click()
    expect(page.locator("#tried-told")).to_contain_text("116.42")
    page.click("#try-clear")
    expect(row).to_be_hidden()
    assert page.request.get(f"{demo.url}/api/coverage?kind=reading_room").json()["version"] == version


def test_before_and_after_by_a_slider_and_a_mains_page_on_the_phone(new_page, demo, axe):
    page = new_page(**PHONE)
    page.goto(f"{demo.url}/coverage?kind=heating_main&lang=en")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#what-if")).to_have_count(0)  # a point is no main
    page.locator("#compare-range").fill("40")
    expect(page.locator("#cv-compare")).to_be_visible()
    expect(page.locator("#cv-shown")).to_be_hidden()
    expect(page.locator("#cv-right-box")).to_have_attribute("x", "256")
    expect(page.locator("#cv-left-box")).to_have_attribute("width", "256")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert not axe(page)


def test_two_weeks_by_a_divide_that_is_dragged_and_moved_by_keys(new_page, demo, axe):
    page = new_page(viewport={"width": 1180, "height": 820})
    page.goto(f"{demo.url}/coverage?kind=gas_main")
    page.select_option("#against-large", "2023-W22")
    page.locator(".cv-map .cv-against button").click()
    expect(page).to_have_url(re.compile("against=2023-W22"))
    expect(page.locator(".cv-changes tbody tr")).to_have_count(4)
    expect(page.locator("#cv-shown .cv-change-gained")).to_have_count(1)
    handle, range_ = page.locator("#cv-handle"), page.locator("#compare-range")
    expect(handle).to_have_attribute("aria-valuenow", "100")
    expect(page.locator("#cv-left-name")).to_be_hidden()

    # Drag to two fifths: the drawing, 640 by 860, lies in the middle of its box.
    handle.scroll_into_view_if_needed()
    grip, box = handle.bounding_box(), page.locator("#coverage-map").bounding_box()
    wide = min(box["width"], box["height"] * 640 / 860)
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 0.1 * wide, grip["y"] + grip["height"] / 3, steps=4)
    page.mouse.up()
    expect(handle).to_have_attribute("aria-valuenow", re.compile("^(39|40|41)$"))
    expect(page.locator("#cv-left-name")).to_have_text("2023 年第 22 周")
    expect(page.locator("#cv-right-name")).to_have_text("2023 年第 28 周")
    expect(page.locator("#cv-points circle")).to_have_count(0)
    expect(range_).to_have_value(re.compile("^(39|40|41)"))
    range_.fill("50")
    expect(handle).to_have_attribute("aria-valuenow", "50")
    expect(page.locator("#cv-divide")).to_have_attribute("x1", "320")
    handle.press("ArrowRight")
    expect(handle).to_have_attribute("aria-valuenow", "52")
    handle.press("PageDown")
    expect(handle).to_have_attribute("aria-valuenow", "42")
    assert not axe(page)
    handle.press("End")
    expect(page.locator("#cv-shown")).to_be_visible()
    expect(page.locator("#cv-compare")).to_be_hidden()
    handle.press("Home")
    expect(handle).to_have_attribute("aria-valuenow", "0")


def test_weeks_without_scripts(new_page, demo):
    page = new_page(java_script_enabled=False, **PHONE)
    page.goto(f"{demo.url}/coverage?lang=en")
    expect(page.locator(".ct-small svg").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.select_option("#against", "2023-W22")
    page.locator(".cv-choices .cv-against button").click()
    expect(page.locator(".cv-since").first).to_be_visible()
    page.locator('.cv-kind[href*="gas_main"]').click()
    expect(page).to_have_url(re.compile("against=2023-W22"))
    expect(page.locator(".cv-changes")).to_be_visible()
    for name in ("#cv-handle", "#compare", "#cv-compare"):
        expect(page.locator(name)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".ct-table summary").click()
    expect(page.locator(".ct-table tbody tr")).to_have_count(26)
    expect(page.locator(".ct-table tbody tr").first).to_be_visible()


def test_curves_that_come_later_and_villages_of_a_place_tried_out(new_page, demo):
    page = new_page(viewport={"width": 1180, "height": 820})
    address = "/coverage/timeline?kind=reading_room"

    def without_curves(route):
        answer = route.fetch()
        box = (
            f'<div class="ct-body" id="curves" data-from="{address}" data-waiting="wait" data-failed="none">'
        )
        text = re.sub(r'<div class="ct-body" id="curves">.*?</details>', box, answer.text(), flags=re.S)
        route.fulfill(response=answer, body=text)

    def with_villages(route):
        answer = route.fetch()
        told = orjson.loads(answer.body())
        for one, covered in ((told, 5), (told["before"], 3)):
            for row in (*one["towns"], one["zone"]):
                row["villages"] = {"count": 9, "covered": covered, "share": covered / 9}
                row["population"] = {"known": 9000, "covered": covered * 1000.4, "share": 0.5, "places": 9}
        route.fulfill(response=answer, body=orjson.dumps(told))

    page.route(re.compile(r"/coverage\?kind=reading_room$"), without_curves)
    page.route(re.compile(r"/api/coverage.geojson"), with_villages)
    page.goto(f"{demo.url}/coverage?kind=reading_room")
    expect(page.locator("#curves svg.ct-wide")).to_be_visible(timeout=TIMEOUT)
    expect(page.locator("#curves .ct-waiting")).to_have_count(0)
    page.locator("[data-try]").first.click()
    zone = page.locator('#tried-row [data-town="zone"]')
    expect(zone).to_contain_text("多覆盖 2 个村", timeout=TIMEOUT)
    expect(zone).to_contain_text("多覆盖约 2,001 人")
