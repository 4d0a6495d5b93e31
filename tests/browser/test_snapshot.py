"""The snapshot: opened from a disk with the network cut, nothing asked of anybody, nothing private in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect
from sqlalchemy import update

from app.cli.main import cli
from app.store import tables as t
from app.store.publish import publish
from tests.browser.helpers import PHONE, TIMEOUT, legend, wait_shown
from tests.support.databases import storage
from tests.support.generated import DAY
from tests.support.zones import prepared

HOSTILE = '${alert(1)}</script><!--<script><img src=x onerror="alert(2)">{{7*7}}<svg onload=alert(3)>'
ODD = "\u2028]]>\u202e倒着\u202c\\u0000\u200f</STYLE>" + "长" * 200
INTERNAL = (
    "实际完成少于上报",
    "部分材料到货晚于计划",
    "三个村的处理设施用地未落实",
    "csrf",
    "minsheng_session",
)
"""Words of findings, reasons about homes, blockages; and what only a signed-in page has."""


WITHHELD = {5, 6, 7, 13}
"""Items about people at home: no place of theirs is told."""


@pytest.fixture(scope="module")
def file(demo, tmp_path_factory) -> Path:
    """A snapshot of the demonstration, downloaded."""
    import httpx2

    answer = httpx2.get(f"{demo.url}/snapshot.html", timeout=60)
    assert answer.status_code == 200
    assert answer.content == httpx2.get(f"{demo.url}/snapshot.html", timeout=60).content, "not the same twice"
    made = tmp_path_factory.mktemp("snapshot") / "地图 快照.html"
    made.write_bytes(answer.content)
    return made


@pytest.fixture(autouse=True)
def files_are_no_strangers(watch) -> None:
    """The file itself is no request to another host; what it asks for besides is looked at in each test."""
    watch.allow(r"^request to another host: file:")


def open_file(page: Page, file: Path, asked: list[str]) -> None:
    """Open a file with the network cut; `asked` collects what it asks for."""
    page.context.set_offline(True)
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(file.as_uri())
    page.wait_for_selector('html[data-ready="yes"][data-ground="yes"]', timeout=TIMEOUT)


def outside(asked: list[str]) -> list[str]:
    return [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]


def test_map_list_filters_panel_and_coverage_work_without_a_network(new_page, file, axe):
    asked: list[str] = []
    page = new_page()
    open_file(page, file, asked)
    wait_shown(page, 24)
    assert sum(legend(page).values()) == 24
    page.locator('#legend [data-status="lagging"]').click()
    wait_shown(page, 4)
    page.locator('#legend [data-status="lagging"]').click()
    wait_shown(page, 24)
    page.fill("#q", "文祥路")
    page.keyboard.press("Enter")
    expect(page.locator("#detail h2")).to_contain_text("文祥路")
    assert page.locator("#detail a").count() == 0, "there is no server to lead to"
    page.click("#detail .detail-close")
    page.fill("#q", "")
    page.click("#tool-measure")
    page.keyboard.press("Escape")
    page.click("#coverage-open")
    expect(page.locator("#coverage .cv-mini")).to_have_count(20)
    assert not axe(page)
    box, shown_over = page.locator("#coverage"), "(box) => box.matches(':modal')"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert box.is_visible()
    assert not box.evaluate(shown_over), "on paper only what fits the screen would be there"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert box.evaluate(shown_over)
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.locator("#coverage-open")).to_be_focused()
    expect(page.locator("#too-old")).to_be_hidden()
    page.click("#theme")
    assert outside(asked) == []
    assert [url for url in asked if url.startswith("file:")] == [file.as_uri()]


def test_on_the_phone_in_english(new_page, demo, tmp_path):
    import httpx2

    made = tmp_path / "map.html"
    made.write_bytes(httpx2.get(f"{demo.url}/snapshot.html?lang=en&town=马集镇", timeout=60).content)
    asked: list[str] = []
    page = new_page(**PHONE)
    open_file(page, made, asked)
    wait_shown(page, 2)
    assert "Maji Town" in page.locator(".snapshot-filters").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(".snapshot-when")).to_have_text("as of 2023-07-14; a snapshot is not updated")
    assert outside(asked) == []


LACKING = """
delete AbortSignal.prototype.throwIfAborted; delete AbortSignal.timeout; delete AbortSignal.any;
delete Object.hasOwn; delete Object.groupBy; delete window.structuredClone; delete Array.prototype.findLast;
delete Array.prototype.toSorted; delete Set.prototype.union; delete Promise.withResolvers;
delete HTMLScriptElement.supports; delete window.CSSContainerRule; delete HTMLElement.prototype.showPopover;
"""
"""What Chromium 92 did not have."""


def test_in_the_browser_of_2021(new_page, file):
    page = new_page()
    page.add_init_script(LACKING)
    open_file(page, file, [])
    wait_shown(page, 24)
    page.locator("#list [role=option]").first.click()
    expect(page.locator("#detail h2")).to_be_visible()
    page.click("#coverage-open")
    expect(page.locator("#coverage .cv-mini").first).to_be_visible()
    expect(page.locator("#too-old")).to_be_hidden()


def test_browsers_that_are_too_old_say_what_to_do(new_page, watch, file, tmp_path):
    watch.allow("Failed to resolve module specifier")
    no_import_maps = tmp_path / "map.html"
    no_import_maps.write_text(
        file.read_text("utf-8").replace('type="importmap"', 'type="text/plain"'), "utf-8"
    )
    for path, script in ((no_import_maps, ""), (file, "delete window.DecompressionStream")):
        page = new_page()
        page.add_init_script(script)
        page.goto(path.as_uri())
        expect(page.locator("#too-old")).to_be_visible()
        assert "更新浏览器" in page.locator("#too-old").inner_text()
    page = new_page(java_script_enabled=False)
    page.goto(file.as_uri())
    assert "发到电脑上" in page.locator("noscript").inner_text()


def test_nothing_internal_is_in_it(new_page, file):
    page = new_page()
    open_file(page, file, [])
    kept = page.evaluate(
        """async () => {
            const text = atob(document.getElementById("embedded").textContent);
            const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
            const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
            return new Response(stream).text();
        }"""
    )
    for word in INTERNAL:
        assert word not in kept
        assert word not in file.read_text("utf-8")
    assert "20-1-01" in kept
    for name in ("demo-", "演示·", "督查员", ".jpg", "password", "实名"):
        assert name not in kept, f"{name}: accounts, people and photos stay on the server"
    answers = json.loads(kept)
    features = answers["/api/sites"]["features"]
    assert {one["properties"]["item"] for one in features}.isdisjoint(WITHHELD)
    for town in answers["/api/towns"]["features"]:
        counts = list(town["properties"]["sites"])
        assert counts == sorted(counts), "in the order that the database happened to give"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Iterator[Path]:
    """A snapshot made on the command line, of a zone whose names try to break it."""
    made = tmp_path_factory.mktemp("snapshot") / "hostile.html"
    with storage("sqlite", tmp_path_factory.mktemp("zone")) as place:
        with prepared(place) as (database, settings), database.write() as connection:
            texts = {"title": HOSTILE, "title_en": HOSTILE, "road": HOSTILE, "remark": HOSTILE}
            connection.execute(update(t.site).where(t.site.c.code == "20-1-01").values(texts))
            odd = update(t.site).where(t.site.c.code == "20-1-02").values(title=ODD, title_en=ODD)
            connection.execute(odd)
            connection.execute(update(t.town).values(name=HOSTILE))
            connection.execute(update(t.kind).values(zh=HOSTILE))
            connection.execute(update(t.zone).values(name=HOSTILE))
            publish(connection, DAY, settings.tolerance)
        env = {**place.env, "MINSHENG_TODAY": DAY.isoformat()}
        result = CliRunner().invoke(cli, ["snapshot", str(made)], env=env, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        yield made


def test_names_cannot_break_it(new_page, hostile):
    asked: list[str] = []
    page = new_page()
    open_file(page, hostile, asked)
    wait_shown(page, 24)
    assert HOSTILE in page.evaluate("document.body.innerText + document.title")
    page.fill("#q", "20-1-02")
    page.keyboard.press("Enter")
    expect(page.locator("#detail h2")).to_have_count(1)
    assert page.locator("#detail h2").evaluate("(node) => node.textContent") == ODD
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("#coverage-open")
    assert HOSTILE in page.locator("#coverage").inner_text()
    assert page.locator('img[src="x"]').count() == 0
    assert page.locator("svg[onload]").count() == 0
    assert outside(asked) == []
