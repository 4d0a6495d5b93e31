"""Open pages follow the data by themselves: maps, ledger pages, and what happens when the line is cut."""

from __future__ import annotations

import json
import random
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from pyproj import Geod

from app.settings import Settings
from app.store import tables as t
from app.store.database import Database
from scripts._cluster import free_port
from tests.browser.helpers import at_rest, legend, open_map, soon, until
from tests.support.databases import Storage, storage
from tests.support.desk import ROADS, Desk
from tests.support.people import browser_cookie
from tests.support.server import Server, running_server

PARK = "20-2-02"
GAS = "20-4-03"
CUT = r"ERR_|Failed to load resource"


@dataclass
class Zone:
    """Two servers on one demonstration, and a desk that writes past both."""

    storage: Storage
    one: Server
    other: Server
    desk: Desk

    def report(self, subject: str = PARK, **figures: object) -> int:
        """File or correct this week's report; the version there is then."""
        known = self.desk.version(subject)
        self.desk.report(ROADS, subject, match=known, reason="现场复核", **figures)
        return version(self.desk.database)


def version(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(t.zone.select()).one().version


def desk_on(place: Storage) -> Desk:
    return Desk(Database(Settings(database_url=place.url, data=place.data)), day=date(2023, 7, 14))


@pytest.fixture(scope="module")
def zone(both_engines_module, server) -> Iterator[Zone]:
    one = server(demo=True, on=both_engines_module)
    other = server(demo=True, on=both_engines_module)
    desk = desk_on(both_engines_module)
    yield Zone(both_engines_module, one, other, desk)
    desk.database.close()


def api(server: Server, path: str) -> dict:
    with urllib.request.urlopen(server.url + path, timeout=60) as answer:
        return json.load(answer)


def shown(page: Page, wanted: int) -> None:
    """Wait until the page shows a version. How long that takes is measured by `make bench`."""
    until(page, "wanted => Number(document.documentElement.dataset.version) >= wanted", wanted)


STREAM = "async () => (await import('/static/js/events.js')).events.source"
"""The page's stream of news; null while it has none."""


def state_of(page: Page) -> dict:
    return page.evaluate(
        """() => ({
            at: location.hash, query: location.search, focus: document.activeElement.id,
            active: document.getElementById("list").getAttribute("aria-activedescendant"),
            scrolled: document.getElementById("list").scrollTop,
        })"""
    )


def test_an_open_map_shows_a_report_and_keeps_everything_else(page, zone):
    open_map(page, f"{zone.other.url}/?item=20&site={PARK}#14.25/35.41000/116.42000")
    at_rest(page)
    page.evaluate("window.kept = document.querySelector('#list .row:last-child')")
    page.focus("#list")
    page.keyboard.press("End")
    before = state_of(page)
    expect(page.locator("#detail")).not_to_contain_text("63.5%")
    wanted = zone.report(percent=63.5)
    shown(page, wanted)
    expect(page.locator("#detail")).to_contain_text("63.5%")
    expect(page.locator(f"#row-{PARK}")).to_contain_text("63.5%")
    soon(lambda: state_of(page), before)
    assert before["focus"] == "list" and before["active"]
    found = Counter(f["properties"]["status"] for f in api(zone.one, "/api/sites?item=20")["features"])
    assert {code: n for code, n in legend(page).items() if n} == found


def test_the_built_part_of_a_line_grows_on_the_map_and_in_the_panel(page, zone):
    open_map(page, f"{zone.one.url}/?site={GAS}")
    expect(page.locator("#legend-built")).to_be_visible()
    wanted = zone.report(GAS, sections=[[0, 1200], [1000, 1800]])
    shown(page, wanted)
    expect(page.locator("#detail .facts").first).to_contain_text("1,800\u00a0米，共 3,704\u00a0米")


def test_ten_reports_in_a_row_end_in_the_last_one(page, zone):
    open_map(page, f"{zone.other.url}/?site={PARK}")
    for percent in range(70, 80):
        wanted = zone.report(percent=percent)
    shown(page, wanted)
    expect(page.locator("#detail")).to_contain_text("79%")


@pytest.mark.parametrize("path", ["/ledger", "/items/20", f"/sites/{PARK}"])
def test_pages_are_renewed_in_place(page, zone, path):
    page.goto(zone.one.url + path)
    page.wait_for_load_state("networkidle")
    page.evaluate("window.sameDocument = true; scrollTo(0, 200)")
    at = page.evaluate("scrollY")
    wanted = zone.report(percent=random.Random(path).choice([81.5, 83.5]) + len(path) / 10)
    shown(page, wanted)
    fresh = page.context.new_page()
    fresh.goto(zone.one.url + path)
    main = "() => document.getElementById('content').innerText.replace(/\\s+/g, ' ')"
    fresh.wait_for_load_state("networkidle")
    soon(lambda: page.evaluate(main), fresh.evaluate(main))
    assert page.evaluate("window.sameDocument"), "no reload"
    assert page.evaluate("scrollY") == at


def test_a_form_under_somebody_s_hands_is_left_alone(new_page, zone):
    page = new_page()
    page.context.add_cookies([browser_cookie(zone.storage, "lead_unit", zone.one.url)])
    page.goto(f"{zone.one.url}/report/20-2-03")
    field = page.locator("main form[method=post] textarea").first
    field.fill("写到一半的情况说明")
    wanted = zone.report(percent=91)
    line = page.locator(".live-line")
    expect(line).to_contain_text("有更新")
    expect(field).to_have_value("写到一半的情况说明")
    assert page.evaluate("Number(document.getElementById('live').content)") < wanted
    field.fill("")
    page.evaluate("document.activeElement.blur()")
    shown(page, wanted)
    expect(line).to_be_hidden()


def test_a_hidden_page_lets_go_and_catches_up(page, new_page, zone):
    open_map(page, zone.one.url)
    page.evaluate(
        """() => {
            const get = () => window.seen ?? "hidden";
            Object.defineProperty(document, "visibilityState", { get, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    until(page, f"async () => (await ({STREAM})()) === null")
    before = page.evaluate("document.documentElement.dataset.version")
    seen = open_map(new_page(), zone.one.url)
    wanted = zone.report(percent=92)
    shown(seen, wanted)
    assert page.evaluate("document.documentElement.dataset.version") == before
    page.evaluate("() => { window.seen = 'visible'; document.dispatchEvent(new Event('visibilitychange')); }")
    shown(page, wanted)


def test_offline_and_back(page, zone, watch):
    watch.allow(CUT)
    open_map(page, zone.one.url)
    until(page, f"async () => (await ({STREAM})())?.readyState === EventSource.OPEN")
    page.context.set_offline(True)
    expect(page.locator(".live-lost")).to_have_text("已断开，正在重连…")
    wanted = zone.report(percent=93)
    page.context.set_offline(False)
    shown(page, wanted)
    expect(page.locator(".live-lost")).to_be_hidden()


def test_a_server_that_was_stopped_and_started_again(page, watch, tmp_path):
    watch.allow(CUT)
    with storage("sqlite", tmp_path) as place:
        env = {**place.env, "PORT": str(free_port())}
        with running_server(("demo", "--serve"), env) as server:
            open_map(page, f"{server.url}/?site={PARK}")
            before = page.evaluate("document.documentElement.dataset.version")
        expect(page.locator(".live-lost")).to_be_visible()
        assert page.evaluate("document.documentElement.dataset.version") == before
        assert legend(page)["on_track"] > 0, "what was read stays"
        desk = desk_on(place)
        desk.report(ROADS, PARK, match=desk.version(PARK), reason="复核", percent=77)
        wanted = version(desk.database)
        desk.database.close()
        with running_server(("demo", "--serve"), env):
            expect(page.locator("html")).to_have_attribute("data-version", str(wanted), timeout=90_000)
            expect(page.locator("#detail")).to_contain_text("77%")
            expect(page.locator(".live-lost")).to_be_hidden()


def walk(chance: random.Random, corners: int) -> list[list[float]]:
    """A line through the zone in steps of up to 600 m."""
    at = [chance.uniform(116.38, 116.44), chance.uniform(35.34, 35.44)]
    line = [at]
    while len(line) < corners:
        at = [at[0] + chance.uniform(-0.004, 0.004), at[1] + chance.uniform(-0.004, 0.004)]
        line.append(at)
    return line


def test_lines_are_cut_at_shares_of_their_length(page, zone):
    open_map(page, zone.one.url)
    chance = random.Random(20230714)
    geod = Geod(ellps="WGS84")
    for _ in range(20):
        parts = [walk(chance, chance.randint(2, 12)) for _ in range(chance.randint(1, 3))]
        ends = sorted(chance.random() for _ in range(4))
        sections = [ends[:2], ends[2:]]
        pieces = page.evaluate(CUTTING, [parts, sections])
        metres = {
            name: sum(geod.line_length(*zip(*line, strict=True)) for line in pieces[name]) for name in pieces
        }
        whole = sum(geod.line_length(*zip(*line, strict=True)) for line in parts)
        share = sum(to - start for start, to in sections)
        assert metres["built"] / whole == pytest.approx(share, abs=1e-5)
        assert metres["built"] + metres["rest"] == pytest.approx(whole, rel=1e-6)


def test_what_is_cut_keeps_its_parts_apart(page, zone):
    open_map(page, zone.one.url)
    two = [[[116.40, 35.40], [116.41, 35.40]], [[116.42, 35.40], [116.43, 35.40]]]
    for sections, built, rest in (
        ([], [], two),
        ([[0, 1]], two, []),
        ([[0, 0.5]], two[:1], two[1:]),
        ([[0.25, 0.75]], [[[116.405, 35.40], two[0][1]], [two[1][0], [116.425, 35.40]]], None),
        ([[0, 0.3], [0.2, 0.5]], two[:1], two[1:]),  # overlaps count once
        ([[0.5, 1], [0, 0.5]], two, []),  # in any order, and touching
    ):
        pieces = page.evaluate(CUTTING, [two, sections])
        flat = [round(n, 5) for line in pieces["built"] for point in line for n in point]
        assert flat == pytest.approx([n for line in built for point in line for n in point], abs=1e-5), (
            sections
        )
        if rest is not None:
            assert len(pieces["rest"]) == len(rest), sections


CUTTING = """async ([parts, sections]) => {
    const { cut } = await import("/static/js/built.js");
    const { shapeOf } = await import("/static/js/geometry.js");
    const { lines } = shapeOf({ type: "MultiLineString", coordinates: parts });
    const lat = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
    const point = (line, i) => [line[2 * i] * 360 - 180, lat(line[2 * i + 1])];
    const back = (line) => Array.from({ length: line.length / 2 }, (_, i) => point(line, i));
    const { built, rest } = cut(lines, sections);
    return { built: built.map(back), rest: rest.map(back) };
}"""


def test_a_patch_touches_only_what_the_server_changed(page, zone):
    page.goto(f"{zone.one.url}/docs")
    result = page.evaluate(PATCHING)
    assert result == {
        "changed": True,
        "again": False,
        "same": True,
        "text": "3",
        "type": "y",
        "open": True,
        "told": "new",
        "hidden": False,
        "list": "<li>nought</li><li>one</li>",
    }


PATCHING = """async () => {
    const { Patch } = await import("/static/js/patch.js");
    const page = (type, text, told, first) => new DOMParser().parseFromString(
        `<main><p id="a" class="${type}">${text}</p><details><summary>s</summary>${told}</details>
        <ul>${first}<li>one</li></ul><button hidden>b</button></main>`, "text/html").body;
    const body = page("x", "1", "old", "");
    const patch = new Patch(body);
    const [p, details, button] = ["p", "details", "button"].map((name) => body.querySelector(name));
    details.open = true;            // by the reader
    button.hidden = false;          // by a script
    const changed = patch.apply(page("y", "2", "new", "<li>zero</li>"));
    const again = patch.apply(page("y", "2", "new", "<li>zero</li>"));
    patch.apply(page("y", "3", "new", "<li>nought</li>"));
    return {
        changed, again, same: p === body.querySelector("p"), text: p.textContent, type: p.className,
        open: details.open, told: details.lastChild.data, hidden: button.hidden,
        list: body.querySelector("ul").innerHTML,
    };
}"""
