"""Names, findings, files and addresses that try to become code are text on the phone and on the desktop; and
what is left of a person on the telephone when he has signed out."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from app.store import tables as t
from app.store.publish import publish
from tests.browser.helpers import TIMEOUT, soon, until
from tests.browser.phone.checking import Zone, fill, open_form, phone, picture, sent, submit
from tests.browser.phone.helpers import call, open_phone
from tests.support.databases import storage
from tests.support.generated import DAY
from tests.support.people import add_people
from tests.support.zones import prepared

SITE = "20-1-01"
HOSTILE = '${alert(1)}</script><img src=x onerror="alert(2)">{{7*7}}<svg onload=alert(3)>\''
STRANGE = (
    *("__proto__", "constructor", "%", "%00", "../ledger", "javascript:alert(5)"),
    "<img src=x onerror=alert(4)>",
)
DUMP = """async () => {
    const kept = {};
    for (const {name} of await indexedDB.databases()) {
        const db = await new Promise((done) => {
            const asked = indexedDB.open(name);
            asked.onsuccess = () => done(asked.result);
        });
        for (const table of db.objectStoreNames) {
            kept[`${name}/${table}`] = await new Promise((done) => {
                const asked = db.transaction(table).objectStore(table).getAll();
                asked.onsuccess = () => done(JSON.stringify(asked.result));
            });
        }
        db.close();
    }
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        const found = await Promise.all((await cache.keys()).map(async (one) => {
            const answer = await cache.match(one);
            const type = answer.headers.get("content-type") || "";
            return one.url + (/html|json/.test(type) ? await answer.text() : "");
        }));
        kept[`cache ${name}`] = found.join("\\n");
    }
    kept.local = JSON.stringify({...localStorage});
    kept.session = JSON.stringify({...sessionStorage});
    return kept;
}"""


@pytest.fixture(scope="module")
def zone(server, tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("hostile")) as place:
        with prepared(place) as (database, settings):
            with database.write() as connection:
                names = {"title": HOSTILE, "title_en": HOSTILE, "remark": HOSTILE, "road": HOSTILE}
                connection.execute(update(t.site).where(t.site.c.code == SITE).values(names))
                for table in (t.item, t.task, t.target):
                    connection.execute(update(table).values(title=HOSTILE, title_en=HOSTILE))
                for table in (t.unit, t.town, t.road, t.zone):
                    connection.execute(update(table).values(name=HOSTILE))
                connection.execute(update(t.kind).values(zh=HOSTILE, en=HOSTILE))
                publish(connection, DAY, settings.tolerance)
            add_people(database)
        yield Zone(server("serve", on=place, MINSHENG_TODAY=DAY.isoformat()), place)


def armed(page: Page) -> Page:
    """A dialog on this page fails the test."""
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    return page


def unharmed(page: Page, shown: str | None = HOSTILE) -> None:
    """The text is there as text; nothing of it became an element."""
    if shown is not None:
        until(page, "(shown) => (document.body.innerText + document.title).includes(shown)", shown)
    assert page.locator('img[src="x"], svg[onload]').count() == 0


def test_hostile_words_are_words_from_the_list_to_the_ledger(new_page, watch, zone):
    page = armed(phone(new_page, zone, "inspector"))
    open_phone(page, zone.url, drawn=True)
    unharmed(page)
    for code in STRANGE:
        page.evaluate("(hash) => { location.hash = hash; }", f"#site/{code}")
        page.evaluate("(hash) => { location.hash = hash; }", f"#check/{code}")
        page.evaluate("(hash) => { location.hash = hash; }", f"#mend/{code}")
    page.evaluate("(hash) => { location.hash = hash; }", f"#site/{SITE}")
    expect(page.locator("#screen-site")).to_contain_text("alert(1)")
    unharmed(page)
    open_form(page, zone, SITE)
    unharmed(page)
    fill(page, "problem", HOSTILE)
    file = picture((9, 9, 9))
    page.locator("#photo-gallery").set_input_files(
        [{**file, "name": f"{HOSTILE}.jpg"}, {**file, "buffer": b"x"}]
    )
    expect(page.locator(".c-photo")).to_have_count(1)
    unharmed(page)
    submit(page)
    sent(page)
    page.evaluate("() => { location.hash = '#outbox'; }")
    page.wait_for_selector("#screen-outbox:not([hidden])")
    unharmed(page, None)
    (row,) = zone.inspections(HOSTILE)

    desk = armed(new_page())
    desk.context.add_cookies([zone.cookie("supervision")])
    for path in (f"/inspections/{row['id']}", "/inspections", f"/sites/{SITE}", "/audit", "/board"):
        desk.goto(zone.url + path)
        unharmed(desk)


def texts(kept: dict[str, Any], word: str) -> list[str]:
    """Where a word is kept."""
    return [place for place, text in kept.items() if word in text]


def test_what_is_left_of_a_person_who_signed_out(new_page, watch, zone):
    # told twice where a question was on its way: once is enough
    watch.allow(r"401 \(Unauthorized\).*/sign-out")
    page = phone(new_page, zone, "inspector")
    open_phone(page, zone.url)
    open_form(page, zone, SITE)
    fill(page, "problem", "只有本人可见的发现")
    submit(page)
    sent(page)
    token = call(page, "phone/account.js", "({account}) => account.csrf()")
    before = page.evaluate(DUMP)
    for word in ("巡查 己", token, "只有本人可见的发现", '"may_inspect"'):
        assert texts(before, word), word
    assert call(page, "phone/account.js", "({account}) => account.signOut()")
    left = page.evaluate(DUMP)
    for word in ("巡查 己", token, "只有本人可见的发现", '"may_inspect"', "latest_sections"):
        assert texts(left, word) == [], word
    addresses = [
        line for place, text in left.items() if place.startswith("cache") for line in text.split("\n")
    ]
    assert not any(line.startswith((f"{zone.url}/api/", f"{zone.url}/photos/")) for line in addresses)
    soon(lambda: "巡查 己" in page.content(), False)
    page.reload()
    page.wait_for_selector('html[data-ready="yes"]', timeout=TIMEOUT)
    assert (
        call(page, "phone/account.js", "async ({account}) => (await account.refresh(), account.me)") is None
    )
