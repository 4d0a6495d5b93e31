"""Check-ins in a browser: they arrive on the map, are looked at, and what two people dispute is decided."""

from __future__ import annotations

import re
import uuid

from playwright.sync_api import Page, expect

from app.auth.tokens import csrf_of
from tests.browser.helpers import PHONE, TIMEOUT, at_rest, open_map
from tests.support.databases import storage
from tests.support.people import browser_cookie

AWAY = {"lon": 116.4205, "lat": 35.4305, "accuracy_m": 20, "position_source": "device"}
WORDS = {"subject": "20-1-02", "verdict": "problem", "finding": "围挡倒伏。", "via": "phone"}


def as_person(page: Page, place, name: str, url: str) -> str:
    """Sign in without the form; the token for writes."""
    cookie = browser_cookie(place, name, url)
    page.context.add_cookies([cookie])
    return csrf_of(cookie["value"])


def check_in(page: Page, url: str, csrf: str) -> str:
    """A check-in as the telephone sends it; its id."""
    ident = str(uuid.uuid4())
    body = {"id": ident, "made_at": "2023-07-13T08:00:00+08:00", **WORDS, **AWAY}
    answer = page.context.request.post(f"{url}/api/inspections", data=body, headers={"x-csrf-token": csrf})
    assert answer.status == 201, answer.text()
    return ident


def number(page: Page) -> int:
    """How many check-ins the map shows, once it has read them."""
    page.wait_for_selector("html[data-checkins]", timeout=TIMEOUT)
    return int(page.locator("html").get_attribute("data-checkins") or 0)


def tap(page: Page, lon: float, lat: float) -> None:
    """Where a position lies on the map."""
    x, y = page.evaluate(
        """([lon, lat]) => {
            const { map } = window.minsheng, frame = map.getContainer().getBoundingClientRect();
            const at = map.latLngToContainerPoint([lat, lon]);
            return [frame.left + at.x, frame.top + at.y];
        }""",
        [lon, lat],
    )
    page.mouse.click(x, y)


def test_a_check_in_arrives_on_the_map_is_followed_and_a_dispute_is_decided(new_page, axe, server, tmp_path):
    with storage("sqlite", tmp_path) as place:
        url = server(demo=True, on=place).url
        page = new_page()
        csrf = as_person(page, place, "supervision", url)
        open_map(page, f"{url}/")
        before = number(page)
        expect(page.locator("#legend-checkins")).to_be_visible()
        expect(page.locator("#legend-checkins")).to_have_text(re.compile("在现场.*存疑.*无定位"))
        ident = check_in(page, url, csrf)
        note = page.locator(".checkin-note")
        expect(note).to_contain_text("新签到：20-1-02", timeout=TIMEOUT)
        expect(note).to_contain_text("存疑")
        expect(page.locator("html")).to_have_attribute("data-checkins", str(before + 1))

        note.get_by_role("button", name="查看").click()
        panel = page.locator("#detail")
        expect(panel).to_contain_text("围挡倒伏。")
        expect(panel.locator(".checkin-why")).to_contain_text("超出")
        expect(note).to_have_count(0)
        expect(page).to_have_url(re.compile(rf"/\?checkin={ident}(#|$)"))
        at_rest(page)
        assert not (found := axe(page)), axe.text(found)
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(page).not_to_have_url(re.compile("checkin"))
        tap(page, AWAY["lon"], AWAY["lat"])
        expect(panel).to_contain_text("围挡倒伏。")
        panel.get_by_role("button", name="打开点位").click()
        expect(panel.locator(".detail-code")).to_contain_text("20-1-02")
        expect(panel.locator(".checkin-why")).to_have_count(0)
        page.locator("#tool-layers").click()
        box = page.get_by_role("checkbox", name="签到")
        expect(box).to_be_checked()
        box.uncheck()
        expect(page.locator("#legend-checkins")).to_be_hidden()

        page.goto(f"{url}/inspections/{ident}")
        expect(page.locator(".closeup")).to_be_visible()
        expect(page.locator(".closeup .still")).to_have_attribute(
            "aria-label", re.compile(r"签到位置 \d+\s米")
        )
        expect(page.locator(".fix-distance")).to_contain_text("米")
        page.goto(f"{url}/inspections?disputed=1")
        page.locator("li.checkin a").first.click()
        expect(page.locator(".version")).to_have_count(2)
        assert not (found := axe(page)), axe.text(found)
        page.get_by_label("采用后到的值").check()
        page.get_by_label("说明").fill("现场复核以此为准。")
        page.get_by_role("button", name="裁定").click()
        expect(page.locator(".form-done")).to_be_visible()
        expect(page.locator("p.finding")).to_have_text("室外场地未硬化，排水沟已接到市政管。")
        expect(page.locator(".story-now")).to_contain_text("现场复核以此为准。")

        small = new_page(color_scheme="dark", **PHONE)
        as_person(small, place, "viewer", url)
        for path in ("/inspections", f"/inspections/{ident}"):
            small.goto(f"{url}{path}")
            assert not (found := axe(small)), axe.text(found)
            assert small.evaluate("document.documentElement.scrollWidth") <= 390
        open_map(small, f"{url}/?checkin={ident}")
        expect(small.locator("#detail")).to_contain_text("围挡倒伏。")
        assert not (found := axe(small)), axe.text(found)
