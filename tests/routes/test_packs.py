"""The pack: every name on paper, embedded fonts, the same rows everywhere, the page's own filter."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.i18n import LANGUAGES, catalogue
from tests.routes.opening import demonstration
from tests.support.people import Person, signed_in

PROTECTED_TEXT = "部分材料到货晚于计划，七月下旬集中安装。"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with demonstration("sqlite", tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def reader(pages: TestClient) -> Person:
    return signed_in(pages, "supervision")


def fetched(person: Person, path: str) -> bytes:
    answer = person.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return answer.content


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def text_of(pdf: bytes, folder: Path) -> str:
    file = folder / "pack.pdf"
    file.write_bytes(pdf)
    return said("pdftotext", "-raw", str(file), "-")


def said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def sites(person: Person, query: str = "") -> list[dict[str, Any]]:
    return [one["properties"] for one in person.get(f"/api/sites{query}").json()["features"]]


def rows(book: openpyxl.Workbook, sheet: str) -> list[dict[str, Any]]:
    head, *rest = book[sheet].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rest]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_site_is_on_paper_with_embedded_fonts(reader, tmp_path, lang):
    pdf = fetched(reader, f"/pack.pdf?lang={lang}")
    text = squeezed(text_of(pdf, tmp_path))
    words = catalogue(lang)["pack"]["words"]
    for site in sites(reader, f"?lang={lang}"):
        title = site["title_en"] if lang == "en" and site["title_en"] else site["title"]
        assert squeezed(title) in text, title
        assert site["code"] in text
    for item in reader.get(f"/api/items?lang={lang}").json()["items"]:
        assert squeezed(item["title_en"] if lang == "en" else item["title"]) in text
    assert squeezed(words["sample"]) in text
    listed = said("pdffonts", str(tmp_path / "pack.pdf")).splitlines()[2:]
    assert listed
    for line in listed:
        assert "NotoSansSC" in line
        assert re.search(r"\byes +yes +yes\b", line), line  # embedded, a subset, with Unicode
    assert PROTECTED_TEXT not in text
    assert squeezed(catalogue(lang)["pack"]["words"]["since_items"]) not in text
    assert pdf == fetched(reader, f"/pack.pdf?lang={lang}"), "the same content gives the same file"


def test_paper_is_a_document_that_can_be_read_aloud_and_leafed_through(reader, tmp_path):
    text_of(fetched(reader, "/pack.pdf"), tmp_path)  # leaves the file there
    file, words = str(tmp_path / "pack.pdf"), catalogue("zh")["pack"]
    facts = said("pdfinfo", "-meta", file)
    assert "<pdfuaid:part>1<" in facts, "PDF/UA-1: pictures have words, tables heads, all of it an order"
    assert "<rdf:li>zh</rdf:li>" in facts
    facts = said("pdfinfo", file)
    assert re.search(r"^Title: .*“重点民生实事” 2023 年第 28 周$", facts, re.MULTILINE)
    assert re.search(r"^Author: +济宁经济技术开发区$", facts, re.MULTILINE)
    marks = re.findall(
        r"<item page=\"(\d+)\">([^<]+)</item>", said("pdftohtml", "-xml", "-i", "-stdout", file)
    )
    titles = [title for _, title in marks]
    wanted = [
        words["words"][name] for name in ("map", "comparison", "items", "sites", "late", "coverage", "notes")
    ]
    assert [title for title in titles if title in wanted] == wanted
    assert {"疃里镇", "马集镇", "书房"} <= set(titles), "towns and kinds are bookmarks as well"
    # the first page lists the same with the same page numbers
    cover = said("pdftotext", "-raw", "-l", "1", file, "-")
    pages_of = {title: page for page, title in marks}
    for name in ("map", "sites", "coverage"):
        assert re.search(rf"{words['words'][name]} ?{pages_of[words['words'][name]]}\b", cover)


def test_paper_workbook_and_page_have_the_same_rows(reader, tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(fetched(reader, "/pack.xlsx")))
    words = catalogue("zh")["pack"]["words"]
    listed = rows(book, words["sites"])
    known = sites(reader)
    assert [row[words["code"]] for row in listed] == [site["code"] for site in known]
    assert [row[words["number"]] for row in listed] == list(range(1, len(known) + 1))
    assert [row[words["status"]] for row in listed] == [site["status_label"] for site in known]
    assert [row[words["reported"]] for row in listed] == [site["reported_percent"] for site in known]
    items = reader.get("/api/items").json()["items"]
    assert [row[words["item"]] for row in rows(book, words["items"])] == [item["no"] for item in items]
    board = reader.get("/api/board").json()
    late = {row["code"] for row in board["rows"] if row["status"] in ("lagging", "overdue", "suspended")}
    assert {row[words["code"]] for row in rows(book, words["late"])} == late
    text = text_of(fetched(reader, "/pack.pdf"), tmp_path)
    for row in rows(book, words["late"]):
        assert re.search(rf"^{row[words['code']]}\b", text, re.MULTILINE)
    coverage = rows(book, words["coverage"])
    for row in coverage:
        if row[words["town"]] == "全区":
            kind = row[words["kind"]]
            one = reader.get("/api/coverage", params={"kind": kind}).json()["zone"]
            assert row["已建成 %"] == pytest.approx(one["share"] * 100, abs=0.006)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_items_counted_per_town_are_those_of_the_page(reader, tmp_path, lang):
    text = squeezed(text_of(fetched(reader, f"/pack.pdf?lang={lang}"), tmp_path))
    words, by_towns = catalogue(lang)["pack"]["words"], catalogue(lang)["coverage"]["towns"]
    assert squeezed(by_towns["title"]) in text and squeezed(by_towns["hint"]) in text
    book = openpyxl.load_workbook(io.BytesIO(fetched(reader, f"/pack.xlsx?lang={lang}")))
    listed = rows(book, by_towns["title"])
    name = "title_en" if lang == "en" else "title"
    expected = [
        (item["no"], target[name], target.get("done"), target.get("by_town", []))
        for item in reader.get(f"/api/items?lang={lang}").json()["items"]
        for task in item["tasks"]
        for target in task["targets"]
        if task["on_map"] == "town" or (item["no"] in (5, 6, 7, 13) and target.get("done") is not None)
    ]
    told = [(row[words["item"]], row[words["title"]], row[words["all"]]) for row in listed]
    assert told == [one[:3] for one in expected]
    told_towns = [one["properties"] for one in reader.get("/api/towns").json()["features"]]
    towns = {town["code"]: town["name_en" if lang == "en" else "name"] for town in told_towns}
    counted = 0
    for row, (_, title, _, by_town) in zip(listed, expected, strict=True):
        assert squeezed(title) in text
        for one in by_town:
            counted += 1
            assert row[towns[one["town_code"]]] == one["quantity"]
    assert counted >= 4, "or nothing was compared"


def test_the_filter_of_the_page_applies_everywhere_and_is_said(reader, tmp_path):
    query = "?status=overdue&status=lagging&town=疃里镇"
    known = sites(reader, query)
    assert 0 < len(known) < 24
    book = openpyxl.load_workbook(io.BytesIO(fetched(reader, f"/pack.xlsx{query}")))
    words = catalogue("zh")["pack"]["words"]
    assert [row[words["code"]] for row in rows(book, words["sites"])] == [site["code"] for site in known]
    text = text_of(fetched(reader, f"/pack.pdf{query}"), tmp_path)
    assert "滞后、逾期" in text
    assert "疃里镇" in text
    left_out = {site["code"] for site in sites(reader)} - {site["code"] for site in known}
    assert not [code for code in left_out if re.search(rf"\b{code}\b", text)]
    of_items = {row[words["item"]] for row in rows(book, words["items"])}
    assert of_items == {site["item"] for site in known}


def test_more_sites_than_a_map_can_number_are_still_all_in_the_tables(reader, tmp_path, monkeypatch):
    most = len(sites(reader)) - 1  # all of them are too many, those of a town are not
    for module in ("maps.overview", "app.pack.members"):
        monkeypatch.setattr(f"{module}.MOST_NUMBERED", most)
    text = squeezed(text_of(fetched(reader, "/pack.pdf"), tmp_path))
    words = catalogue("zh")["pack"]
    assert text.count(squeezed(words["crowded"].format(most=most))) == 1
    assert squeezed(words["words"]["numbers"]) not in text
    assert squeezed(catalogue("zh")["coverage"]["note_people"]) in text, (
        "no village is loaded, and it says so"
    )
    assert not [site["title"] for site in sites(reader) if squeezed(site["title"]) not in text]
    monkeypatch.undo()
    text = squeezed(text_of(fetched(reader, "/pack.pdf"), tmp_path))
    assert squeezed(words["words"]["numbers"]) in text


def test_pictures_for_slides(reader):
    archive = zipfile.ZipFile(io.BytesIO(fetched(reader, "/pack-slides.zip")))
    assert len(archive.namelist()) >= 6
    for name in archive.namelist():
        with Image.open(archive.open(name)) as picture:
            assert picture.size == (1920, 1080)


def test_a_past_week_is_the_pack_of_that_week(reader, tmp_path):
    text = text_of(fetched(reader, "/pack.pdf?week=2023-W20"), tmp_path)
    assert "第 20 周" in text
    assert "2023-05-21" in text


def test_what_cannot_be_asked_is_told(reader):
    answer = reader.get("/pack.pdf?town=南京", headers={"accept": "application/json"})
    assert answer.status_code == 400
