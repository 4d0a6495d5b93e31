"""What holds for every page: nothing inline, nothing from elsewhere, no dead link, sample data named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from app.i18n import LANGUAGES
from app.main import create_app
from app.store import tables as t
from tests.routes.html import parse
from tests.routes.opening import HTML, demonstration, in_language, opened
from tests.support.databases import storage
from tests.support.zones import prepared


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Iterator[TestClient]:
    with demonstration("sqlite", tmp_path_factory) as made:
        yield made


PAGES = (
    "/",
    "/ledger",
    "/items/20",
    "/items/5",
    "/sites/20-1-02",
    "/docs",
    "/problems/bad-parameter",
    "/nope",
)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_inline_script_or_style(pages, path, lang):
    page = opened(pages, in_language(path, lang), 404 if path == "/nope" else 200)
    assert not page.all("style")
    for script in page.all("script"):
        own = script.attributes.get("src", "").startswith("/")
        assert own or script.attributes["type"] == "application/json"
    for element in page.all():
        assert "style" not in element.attributes
        assert not [attribute for attribute in element.attributes if attribute.startswith("on")]
        assert not element.attributes.get("href", "").startswith("javascript:")


@pytest.mark.parametrize("path", PAGES)
def test_everything_a_page_names_is_there_and_ours(pages, path):
    answer = pages.get(path, headers=HTML)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    page = parse(answer.text)
    idents = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    assert not [ident for ident, count in Counter(idents).items() if count > 1]
    for element in page.all():
        for attribute in ("href", "src", "action"):
            address = element.attributes.get(attribute)
            if address is None or address.startswith("data:"):
                continue
            parts = urlsplit(urljoin(f"http://testserver{path}", address))
            assert parts.netloc == "testserver", address
            if address.startswith("#"):
                assert address[1:] in idents, address
            elif parts.path != path and element.tag in ("link", "script", "img", "a", "form"):
                there = pages.get(parts.path + (f"?{parts.query}" if parts.query else ""))
                assert there.status_code == 200, address
    for label in ("aria-labelledby", "aria-controls"):
        for element in page.all():
            assert set(element.attributes.get(label, "").split()) <= set(idents)


@pytest.mark.parametrize("path", ["/ledger", "/items/20", "/sites/20-1-02", "/docs", "/nope"])
def test_sample_data_say_so_on_every_page(pages, path):
    strip = opened(pages, path, 404 if path == "/nope" else 200).all("aside", "sample")
    assert len(strip) == 1
    assert "演示数据" in strip[0].text


HOSTILE = '${alert(1)}</script></textarea><img src=x onerror="alert(2)">{{7*7}}\'<svg onload=alert(3)>'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Iterator[TestClient]:
    """All texts that people can enter are an attack."""
    with (
        storage("sqlite", tmp_path_factory.mktemp("hostile")) as place,
        prepared(place) as (database, settings),
    ):
        with database.write() as connection:
            for table in (t.item, t.task, t.target, t.site):
                connection.execute(update(table).values(title=HOSTILE, title_en=HOSTILE))
            connection.execute(update(t.task).values(note=HOSTILE, note_en=HOSTILE))
            connection.execute(update(t.target).values(unit=HOSTILE, unit_en=HOSTILE))
            connection.execute(update(t.site).values(remark=HOSTILE, remark_en=HOSTILE, road=HOSTILE))
            for table in (t.town, t.road, t.unit):
                connection.execute(update(table).values(name=HOSTILE, name_en=HOSTILE))
            connection.execute(update(t.kind).values(zh=HOSTILE, en=HOSTILE))
        with TestClient(create_app(settings), raise_server_exceptions=False) as made:
            yield made


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "path", ["/ledger", "/ledger?q=</script>", "/items/1", "/items/20", "/sites/20-1-02"]
)
def test_hostile_names_stay_text(hostile, path, lang):
    page = opened(hostile, in_language(path, lang))
    content = page.by_id("content")
    assert HOSTILE in content.text or "script" in path
    assert not [image for image in page.all("img") if image.attributes.get("src") == "x"]
    assert not [element for element in page.all() if {"onerror", "onload"} & set(element.attributes)]
    assert "49" not in content.all("h1")[0].text
    for script in page.all("script"):
        assert script.attributes.get("src") or script.attributes["type"] == "application/json"
    if path == "/ledger?q=</script>":
        assert page.by_id("filter").all("input")[0].attributes["value"] == "</script>"


def test_hostile_names_are_lettered_on_the_still_map(hostile):
    drawing = opened(hostile, "/items/20").all("svg", "still")[0]
    # as long as they are, only short ones find room; what is there is text
    assert {element.tag for element in drawing.all()} <= {
        "defs", "clippath", "rect", "g", "path", "text", "svg",
    }  # fmt: skip
