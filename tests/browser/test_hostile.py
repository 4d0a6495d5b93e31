"""Names that try to become code are shown as text on every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from app.store import tables as t
from app.store.publish import publish
from tests.browser.helpers import TIMEOUT, at_rest, open_map, wait_shown
from tests.support.databases import storage
from tests.support.generated import DAY
from tests.support.zones import prepared

HOSTILE = '${alert(1)}</script><img src=x onerror="alert(2)">{{7*7}}<svg onload=alert(3)>'


@pytest.fixture(scope="module")
def hostile(server, tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("hostile")) as place:
        with prepared(place) as (database, settings), database.write() as connection:
            texts = {
                "title": HOSTILE,
                "title_en": HOSTILE,
                "remark": HOSTILE,
                "remark_en": HOSTILE,
                "road": HOSTILE,
            }
            connection.execute(update(t.site).where(t.site.c.code == "20-1-01").values(texts))
            for table in (t.item, t.task, t.target):
                connection.execute(update(table).values(title=HOSTILE, title_en=HOSTILE))
            connection.execute(update(t.unit).values(name=HOSTILE, name_en=HOSTILE))
            connection.execute(update(t.town).values(name=HOSTILE))
            connection.execute(update(t.road).values(name=HOSTILE))
            connection.execute(update(t.kind).values(zh=HOSTILE, en=HOSTILE))
            connection.execute(update(t.programme).values(title=HOSTILE))
            connection.execute(update(t.zone).values(name=HOSTILE))
            publish(connection, DAY, settings.tolerance)
        yield server("serve", on=place, MINSHENG_TODAY=DAY.isoformat())


def check(page, shown: str = HOSTILE) -> None:
    """The text is there as text; nothing of it became an element or ran."""
    assert shown in page.evaluate("document.body.innerText + document.title")
    assert page.locator('img[src="x"], svg[onload]').count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/ledger", "/items/20", "/sites/20-1-01"])
def test_pages(page, hostile, path, lang):
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(f"{hostile.url}{path}?lang={lang}")
    page.wait_for_load_state("networkidle")
    check(page)


def test_the_map_with_list_panel_and_filters(page, hostile):
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    open_map(page, f"{hostile.url}/?site=20-1-01")
    page.wait_for_selector("#detail .targets", timeout=TIMEOUT)
    check(page)
    expect(page.locator("#list")).to_contain_text(HOSTILE)
    expect(page.locator("#detail")).to_contain_text(HOSTILE)
    facets = page.locator("#facets button")
    expect(facets).to_have_count(5)
    for button in facets.all():
        button.click()
        expect(page.locator(".popover")).to_be_visible()
        check(page)
        page.keyboard.press("Escape")
        expect(page.locator(".popover")).to_have_count(0)
    wait_shown(page, 24)
    at_rest(page)
    at = page.evaluate("minsheng.pixelOf('20-1-01')")
    page.mouse.move(at["x"], at["y"])
    expect(page.locator(".tooltip")).to_contain_text(HOSTILE)
    check(page)
