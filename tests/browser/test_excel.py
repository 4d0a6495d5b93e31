"""Excel and the weekly meeting in a real browser: upload with preview, and one page of paper a sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.helpers import PHONE
from tests.support.databases import Storage, storage
from tests.support.people import browser_cookie, signed_in, staffed
from tests.support.server import Server, running_server

ROAD = "20-1-02"
PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Storage, bytes]]:
    """A server on the demonstration, its database, and a unit's template."""
    with storage("sqlite", tmp_path_factory.mktemp("excel")) as made:
        with staffed(made, demo=True) as client:
            template = signed_in(client, "lead_unit").get("/template.xlsx").content
        with running_server(("serve",), dict(made.env)) as server:
            yield server, made, template


def open_as(page: Page, place: tuple[Server, Storage, bytes], name: str, path: str) -> Page:
    server, made, _ = place
    page.context.add_cookies([browser_cookie(made, name, server.url)])  # type: ignore[list-item]
    page.goto(server.url + path)
    return page


def filled(template: bytes, value: object) -> dict[str, object]:
    """A file for the file field: one figure and a sentence filled in."""
    workbook = openpyxl.load_workbook(io.BytesIO(template))
    sheet = workbook.worksheets[0]
    row = next(row[0].row for row in sheet.iter_rows(min_row=4) if row[0].value == ROAD)
    sheet.cell(row, 8).value, sheet.cell(row, 13).value = value, "<img src=x onerror=alert(1)> 路基"
    sheet.cell(row, 14).value = "复核"  # needed where the week is reported already
    out = io.BytesIO()
    workbook.save(out)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "周报.xlsx", "mimeType": kind, "buffer": out.getvalue()}


def send(page: Page, file: dict[str, object]) -> None:
    page.set_input_files("#upload input[type=file]", file)  # type: ignore[arg-type]
    page.click("#upload button[type=submit]")


def sideways(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_upload_preview_and_confirmation(page, place, axe) -> None:
    open_as(page, place, "lead_unit", "/upload")
    assert not axe(page), axe.text(axe(page))
    send(page, filled(place[2], "=1+1"))
    expect(page.locator(".up-faults")).to_contain_text("这里是公式")
    expect(page.get_by_role("button", name="确认保存")).to_have_count(0)
    page.goto(place[0].url + "/upload")
    send(page, filled(place[2], 57))
    page.wait_for_url("**/upload/*-*")
    expect(page.locator(".up-change").first).to_contain_text("57")
    expect(page.locator(".up-change").nth(1)).to_contain_text("<img src=x onerror=alert(1)> 路基")
    assert not axe(page), axe.text(axe(page))
    page.get_by_role("button", name="确认保存 1 项").click()
    expect(page.locator(".up-note")).to_contain_text("已保存 1 项")
    page.goto(f"{place[0].url}/sites/{ROAD}")
    expect(page.locator("main")).to_contain_text("57%")


def test_a_refused_file_is_told_where_it_was_chosen(page, place, watch) -> None:
    watch.allow(r"status of 400")
    open_as(page, place, "lead_unit", "/upload")
    send(
        page,
        {
            "name": "a.xls",
            "mimeType": "application/vnd.ms-excel",
            "buffer": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        },
    )
    expect(page.locator("#upload-faults")).to_contain_text("旧版 Excel 文件")
    expect(page.locator("#upload-progress")).to_be_hidden()
    send(page, filled(place[2], 58))
    page.wait_for_url("**/upload/*-*")
    expect(page.locator("#upload-faults")).to_have_count(0)


def test_uploading_on_a_phone_without_scripts(new_page, place) -> None:
    page = open_as(new_page(**PHONE, java_script_enabled=False), place, "lead_unit", "/upload")
    send(page, filled(place[2], 59))
    expect(page.get_by_role("button", name="确认保存 1 项").first).to_be_visible()


@pytest.mark.parametrize("path", ["/upload", "/meeting?unit=zone", "/meeting?unit=jianshe"])
def test_nothing_scrolls_sideways_on_a_phone(new_page, place, axe, path: str) -> None:
    who = "lead_unit" if path == "/upload" else "supervision"
    page = open_as(new_page(**PHONE), place, who, path)
    assert not sideways(page)
    assert not axe(page), axe.text(axe(page))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_sheet_of_the_meeting_is_one_page_of_paper(page, place, lang: str) -> None:
    open_as(page, place, "supervision", f"/meeting?lang={lang}")
    sheets = page.locator(".mt-sheet").count()
    assert sheets == 11
    assert len(PAGES.findall(page.pdf(prefer_css_page_size=True))) == sheets
    for unit in ("zone", "jianshe"):
        page.goto(f"{place[0].url}/meeting?unit={unit}&lang={lang}")
        assert len(PAGES.findall(page.pdf(prefer_css_page_size=True))) == 1


def test_the_meeting_is_accessible(page, place, axe) -> None:
    open_as(page, place, "leader", "/meeting")
    assert not sideways(page)
    assert not axe(page), axe.text(axe(page))


def test_the_file_field_speaks_the_page_s_language_and_is_reached_by_keyboard(new_page, place) -> None:
    page = open_as(new_page(), place, "lead_unit", "/upload")
    pick = page.locator(".file-pick")
    expect(pick).to_have_class(re.compile(r"\blive\b"))
    expect(pick).to_have_text(re.compile(r"^\s*选择文件\s+未选择\s*$"))
    field = page.locator("#upload-file")
    field.focus()
    assert pick.evaluate("(pick) => getComputedStyle(pick).outlineStyle") == "solid"
    # What opens the chooser reaches the field; the chooser itself is the browser's own, and is kept shut.
    field.evaluate(
        """(field) => field.addEventListener("click", (event) => {
          event.preventDefault();
          field.dataset.asked = Number(field.dataset.asked ?? 0) + 1;
        })"""
    )
    page.keyboard.press("Space")
    expect(field).to_have_attribute("data-asked", "1")
    pick.locator(".file-button").click(force=True)
    expect(field).to_have_attribute("data-asked", "2")
    field.set_input_files({"name": "周报.xlsx", "mimeType": "text/plain", "buffer": b"x"})
    expect(pick.locator(".file-names")).to_have_text("周报.xlsx")
    plain = open_as(new_page(java_script_enabled=False), place, "lead_unit", "/upload")
    expect(plain.locator(".file-words")).to_be_hidden()
    assert plain.locator("#upload-file").evaluate("(field) => getComputedStyle(field).opacity") == "1"
