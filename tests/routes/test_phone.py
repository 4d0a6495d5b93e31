"""``/m``: the same page for everybody, and with it what its first screen needs, no more and no less."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import PurePosixPath

import pytest
import requests

from app.settings import STATIC
from app.views.phone import ENTRY, first_modules
from scripts.checks.javascript import BARE_IMPORT, COMMENT, STATIC_IMPORT
from tests.support.databases import storage
from tests.support.people import browser_cookie, staffed


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("phone")) as made:
        yield made


@pytest.fixture(scope="module")
def service(server, place):
    staffed(place)
    return server(on=place)


def get(service, query: str = "", **more) -> requests.Response:
    return requests.get(f"{service.url}/m{query}", timeout=30, **more)


def boot_of(answer: requests.Response) -> dict:
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', answer.text, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_shell_knows_nobody(service, place):
    alone = get(service)
    session = browser_cookie(place, "inspector", service.url)["value"]
    known = get(service, cookies={"minsheng_session": session})
    assert known.content == alone.content
    assert known.headers["etag"] == alone.headers["etag"]
    assert "set-cookie" not in alone.headers
    assert "csrf" not in alone.text and "嘉德路" not in alone.text
    again = get(service, headers={"if-none-match": alone.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_closed_service_still_gives_the_shell(server, place):
    closed = server(on=place, MINSHENG_PUBLIC="false")
    assert get(closed).status_code == 200


def test_both_languages_with_all_words_that_the_screens_ask_for(service):
    chinese, english = get(service), get(service, "?lang=en")
    assert 'lang="zh-CN"' in chinese.text and 'lang="en"' in english.text
    assert english.headers["etag"] != chinese.headers["etag"]
    strings = boot_of(english)["strings"]
    assert strings["phone"]["nearby"]["inside"] == "You are here"
    asked = set()
    for path in (STATIC / "js/phone").glob("*.js"):
        asked |= set(re.findall(r'\bt\(\s*"([a-z_.0-9]+)"', path.read_text("utf-8")))
    assert len(asked) > 50
    for key in sorted(asked):
        node = strings
        for part in key.split("."):
            assert isinstance(node, dict) and part in node, key
            node = node[part]


def test_boot_carries_base_maps_and_settings(server, place):
    other = server(on=place, MINSHENG_OSM="true", MINSHENG_PHOTO_LONGEST="1600")
    boot = boot_of(get(other))
    assert boot["phone"]["longest_px"] == 1600
    assert [base["maxZoom"] for base in boot["basemaps"]] == [19]
    assert {status["code"] for status in boot["palette"]["statuses"]} >= {"on_track", "suspended"}


def graph(entry: str) -> set[str]:
    """Modules that an entry imports at once, found the way the check of all modules finds them."""
    found, waiting = set(), [entry]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        text = COMMENT.sub("", (STATIC / path).read_text("utf-8"))
        for pattern in (STATIC_IMPORT, BARE_IMPORT):
            for match in pattern.finditer(text):
                parts = list(PurePosixPath(path).parent.parts)
                for part in PurePosixPath(match["from"]).parts:
                    parts = parts[:-1] if part == ".." else parts if part == "." else [*parts, part]
                waiting.append("/".join(parts))
    return found


def test_the_page_links_exactly_the_modules_of_the_first_screen(service):
    linked = re.findall(r'<link rel="modulepreload" href="/static/([^"?]+)">', get(service).text)
    assert linked[0] == ENTRY
    assert linked == list(first_modules())
    assert set(linked) == graph(ENTRY)
    assert not any("leaflet" in path or "map" in path for path in linked), "the map comes afterwards"


def test_the_first_screen_is_light(service):
    """What must come before the list can be used, compressed; the whole first visit is the bench's matter."""
    page = get(service).text
    styles = re.findall(r'<link rel="stylesheet" href="/static/([^"?]+)', page)
    files = [*styles, *first_modules(), "js/theme-boot.js", "icons.svg"]
    compressed = sum(len(gzip.compress((STATIC / path).read_bytes(), 4)) for path in files)
    assert compressed + len(gzip.compress(page.encode(), 4)) < 90_000
