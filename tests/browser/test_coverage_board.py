"""The coverage board in the browser: both towns in figures, what if without saving, before and after."""

from __future__ import annotations

import re

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
    assert page.locator("#cv-tried path").count() >= 1
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
    edge = float(page.locator("#cv-right-box").get_attribute("x"))
    assert edge == pytest.approx(0.4 * 640)
    assert float(page.locator("#cv-left-box").get_attribute("width")) == edge
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert not axe(page)
