"""Ledger, item, site and documentation pages in a browser: filter, printing, phone, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.helpers import PHONE, PROJECTOR, settled, soon, until

PATHS = (
    "/ledger",
    "/items/20",
    "/items/6",
    "/sites/20-1-02",
    "/sites/03-1-01",
    "/subjects/12-1",
    "/subjects/14-1?week=2023-W20",
    "/problems/not-found",
    "/docs",
)


def listed(page: Page, wanted: list[int]) -> None:
    """Wait until the ledger shows these items and no others."""
    items = "[...document.querySelectorAll('.item')].filter((i) => i.offsetParent).map((i) => +i.dataset.no)"
    soon(lambda: page.evaluate(items), wanted)


def test_the_filter_follows_typing_and_keeps_its_state_in_the_address(page, demo):
    page.goto(f"{demo.url}/ledger?lang=en")
    expect(page.locator(".filter-apply")).to_be_hidden()
    page.fill("input[name=q]", "heating")
    listed(page, [20])
    expect(page.locator("#filter-count")).to_have_text("1 of 22 items")
    expect(page).to_have_url(f"{demo.url}/ledger?lang=en&q=heating")
    page.fill("input[name=q]", "")
    page.select_option("select[name=unit]", "jianshe")
    listed(page, [19, 20])
    page.click(".map-counts a[data-map=zone]")
    listed(page, [19])
    expect(page.locator("select[name=map]")).to_have_value("zone")
    expect(page.locator(".map-counts a[aria-current=true]")).to_have_attribute("data-map", "zone")
    page.go_back()
    listed(page, [19, 20])
    page.fill("input[name=q]", "no such thing")
    listed(page, [])
    expect(page.locator("#nothing")).to_be_visible()
    page.click("#filter-clear")
    listed(page, list(range(1, 23)))
    expect(page).to_have_url(f"{demo.url}/ledger?lang=en")


def test_a_shared_address_opens_filtered_and_the_language_link_keeps_it(page, demo):
    page.goto(f"{demo.url}/ledger?q=照明")
    listed(page, [12])
    page.click("#lang")
    page.wait_for_url("**lang=en**")
    listed(page, [12])
    expect(page.locator("input[name=q]")).to_have_value("照明")


def test_the_contents_follow_the_reader(page, demo):
    page.goto(f"{demo.url}/ledger")
    page.click(".contents a[href='#item-14']")
    page.wait_for_selector(".contents li[data-no='14'] a[aria-current]")
    until(page, "() => document.getElementById('item-14').getBoundingClientRect().top < 40")


def test_everything_is_there_without_scripts(new_page, demo):
    page = new_page(java_script_enabled=False)
    page.goto(f"{demo.url}/ledger")
    page.fill("input[name=q]", "文祥路")
    page.click(".filter-apply")
    expect(page.locator(".item:visible")).to_have_count(1)
    page.click(".item:visible .site-chip >> nth=0")
    expect(page.locator("h1")).to_have_text("文祥路（嘉瑞路以东）")
    expect(page.locator("svg.still")).to_be_visible()
    expect(page.locator("[data-print=page]")).to_be_hidden()  # they would do nothing
    expect(page.locator("[data-copy]")).to_be_hidden()
    page.goto(f"{demo.url}/docs")
    assert page.locator("#api tbody tr").count() >= 8


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("screens", [[PHONE], [{}, PROJECTOR]], ids=["phone", "desktop and projector"])
def test_nothing_scrolls_sideways(new_page, demo, screens, lang):
    page = new_page(**screens[0])
    usual = page.viewport_size
    for path in PATHS:
        page.goto(f"{demo.url}{path}{'&' if '?' in path else '?'}lang={lang}")
        page.wait_for_load_state("networkidle")
        for screen in screens:
            page.set_viewport_size(screen.get("viewport", usual))
            wide = page.evaluate(
                """() => [...document.querySelectorAll("html, main, main *")].filter((e) => {
                  const box = e.getBoundingClientRect();
                  const scrolls = ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
                  const room = document.documentElement.clientWidth;
                  const out = box.right > room + 1 || box.left < -1;
                  return (scrolls && e.scrollWidth > e.clientWidth + 1) || out;
                }).map((e) => e.tagName + "." + e.className)"""
            )
            assert not wide, (path, screen, wide)


@pytest.mark.parametrize("path", ["/ledger?week=2023-W20", "/items/20", "/sites/20-1-02", "/subjects/12-1"])
def test_thumbs_find_every_control_on_the_phone(new_page, demo, path):
    page = new_page(**PHONE)
    page.goto(demo.url + path)
    small = page.evaluate(
        """(controls) => [...document.querySelectorAll(controls)]
        .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 43.5)
        .map((e) => e.outerHTML.slice(0, 90))""",
        "main button, main select, main input, .tally a, .site-chip, .contents a",
    )
    assert not small


def test_the_label_prints_alone(page, demo):
    page.goto(f"{demo.url}/sites/20-1-02")
    page.evaluate("window.print = () => (window.asked = document.body.className)")
    page.click("[data-print=label] >> nth=0")
    assert "print-label" in until(page, "() => window.asked")
    page.emulate_media(media="print")
    expect(page.locator("#label")).to_be_visible()
    expect(page.locator("h1")).to_be_hidden()
    expect(page.locator(".bar")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("h1")).to_be_visible()
    # without scripts the address does the same
    page.goto(f"{demo.url}/sites/20-1-02#label")
    page.reload()
    expect(page.locator("#label")).to_be_visible()
    expect(page.locator("h1")).to_be_hidden()


def test_paper_has_what_counts_and_no_controls(new_page, demo):
    page = new_page(color_scheme="dark")
    page.goto(f"{demo.url}/ledger")
    page.emulate_media(media="print")
    for control in ("#filter", ".contents", "#lang", "#theme"):
        expect(page.locator(control)).to_be_hidden()
    expect(page.locator(".sample")).to_be_visible()
    expect(page.locator(".item:visible")).to_have_count(22)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".paper")).to_have_css("background-color", "rgb(255, 255, 255)")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_coordinates_are_copied(new_page, demo):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{demo.url}/sites/20-1-02")
    button = page.locator("[data-copy]")
    button.click()
    expect(button.locator("span")).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == button.get_attribute("data-copy")


def test_the_viewer_of_the_api_asks_nobody_else(page, watch, demo):
    page.goto(f"{demo.url}/docs")
    page.wait_for_selector(".opblock")
    page.locator(".opblock-summary-control", has_text="/api/nearby").click()
    for name, value in (("lon", "116.43"), ("lat", "35.41")):
        page.fill(f"tr[data-param-name={name}] input", value)
    page.click("button.execute")
    page.wait_for_selector(".live-responses-table .response-col_status:has-text('200')")
    assert page.locator(".operations").count() == 0
    assert [url for url in watch.requests if not url.startswith((demo.url, "data:"))] == []


@pytest.mark.parametrize("path", ["/sites/20-1-02", "/subjects/12-1"])
@pytest.mark.parametrize("screen", [PHONE, PROJECTOR], ids=["phone", "projector"])
def test_one_curve_is_shown_and_its_letters_can_be_read(new_page, demo, screen, path):
    page = new_page(**screen)
    page.goto(demo.url + path)
    curves = page.locator("svg.curve:visible")
    expect(curves).to_have_count(1)
    settled(page)
    assert ("curve-narrow" if screen == PHONE else "curve-wide") in (curves.get_attribute("class") or "")
    sizes = curves.locator("text").evaluate_all(
        "(texts) => texts.map((t) => t.getBoundingClientRect().height)"
    )
    assert min(sizes) > 11
    page.emulate_media(media="print")
    expect(page.locator("svg.curve-wide")).to_be_visible()
    expect(page.locator("svg.curve-narrow")).to_be_hidden()


def test_weeks_are_stepped_through_and_left_without_scripts(new_page, demo):
    page = new_page(java_script_enabled=False)
    page.goto(f"{demo.url}/ledger?q=照明")
    page.click(".week-stepper a[rel=prev]")
    expect(page).to_have_url(re.compile("week=2023-W27"))
    expect(page.locator(".item:visible")).to_have_count(1)  # the filter stays
    page.click(".item:visible .item-head a")
    expect(page).to_have_url(f"{demo.url}/items/12?week=2023-W27")
    expect(page.locator(".week-stepper")).to_contain_text("截至 2023 年第 27 周")
    page.click(".week-back")
    expect(page).to_have_url(f"{demo.url}/items/12")
