"""Names that would break a document: signs of markup, controls, endless words, characters no font has."""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
import uuid
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from app.i18n import catalogue
from app.store import tables as t
from app.store.publish import publish
from tests.routes.opening import demonstration
from tests.support.people import Person, signed_in

TITLES = {
    "03-1-01": '#let x = 1; #read("/etc/passwd") $a^2$ *b* _c_ <d> @e `f` \\g // h /* i',
    "03-1-02": "]] #panic() [[ = heading",
    "09-1-01": "甲" * 200,
    "09-1-02": "W" * 200,
    "11-1-01": "𠮷野㙍 😀 𰻝",
    "20-1-01": "\x01甲\x0b乙\u2028丙\u202e丁\u2066戊\u200f\ufeff己\ufffe\x7f庚",
    "20-1-02": '=HYPERLINK("http://example.org","x")',
    "20-2-01": "+1+1",
    "20-2-02": "-2",
    "20-2-03": "@SUM(1)",
    "20-3-01": "</text><script>alert(1)</script>&amp;{{ 7 * 7 }}{% raw %}",
}
"""By site. What is printed is the same without controls and signs that turn the line."""
UNIT = "住建<局>#strong[x]\x02𠮷"
TOWN, ROAD = "疃<里>&镇\x03𠮷", "嘉]#x祥\u202e道"
BLOCKAGE = '#eval("1") $x$ 管线<未迁>\\n𠮷'
UNSEEN = {"Cc", "Cf"}


def seen(text: str) -> str:
    """What can be seen of it, without blanks."""
    text = text.replace("\ufffe", "\ufffd")  # never a character
    return "".join(one for one in text if not one.isspace() and unicodedata.category(one) not in UNSEEN)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    with demonstration("sqlite", tmp_path_factory) as pages:
        _rename(pages)
        person = signed_in(pages, "supervision")
        body = {"id": str(uuid.uuid4()), "subject": "20-1-01", "title": BLOCKAGE, "text": "待协调"}
        answer = person.post("/api/blockages", json=body)
        assert answer.status_code == 201, answer.text
        yield person


def _rename(pages: TestClient) -> None:
    live: Any = pages.app.state.live  # type: ignore[attr-defined]
    with live.database.write() as connection:
        for code, title in TITLES.items():
            connection.execute(
                update(t.site).where(t.site.c.code == code).values(title=title, title_en=title)
            )
        connection.execute(update(t.unit).where(t.unit.c.code == "jianshe").values(name=UNIT, name_en=UNIT))
        connection.execute(update(t.town).where(t.town.c.code == "370829104").values(name=TOWN, name_en=TOWN))
        connection.execute(update(t.road).values(name=ROAD, name_en=ROAD))
        publish(connection, live.view.as_of, live.settings.tolerance)
    live.refresh()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_name_is_on_paper_as_it_can_be_seen(reader, tmp_path, lang):
    pdf = tmp_path / "pack.pdf"
    answer = reader.get(f"/pack.pdf?lang={lang}&against=2023-W20")
    assert answer.status_code == 200, answer.text[:300]
    pdf.write_bytes(answer.content)
    text = _said("pdftotext", "-raw", str(pdf), "-")
    squeezed = re.sub(r"\s+", "", text)
    for title in (*TITLES.values(), UNIT, TOWN, BLOCKAGE):
        assert seen(title) in squeezed, title
    assert not [one for one in set(text) if unicodedata.category(one) == "Cf"], "nothing turns the line"
    fonts = _said("pdffonts", str(pdf))
    assert "MinshengBoxes" in fonts, "what the font lacks is seen as a numbered box"
    assert all(re.search(r"\byes +yes +yes\b", line) for line in fonts.splitlines()[2:])
    # nothing that was typed became markup: no heading, no link
    outline = _said("pdftohtml", "-xml", "-i", "-stdout", str(pdf))
    assert "heading" not in "".join(re.findall(r"<item page[^>]*>(.*?)</item>", outline))
    assert "/etc/passwd" not in _said("pdfinfo", "-url", str(pdf))


def test_cells_stay_texts(reader):
    answer = reader.get("/pack.xlsx?against=2023-W20")
    assert answer.status_code == 200, answer.text[:300]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    words = catalogue("zh")["pack"]["words"]
    sheet = book[words["sites"]]
    column = [cell.value for cell in sheet[1]].index(words["site"])
    found = {row[1].value: row[column] for row in sheet.iter_rows(min_row=2)}
    for code in ("20-1-02", "20-2-01", "20-2-02", "20-2-03", "03-1-01", "11-1-01"):
        cell = found[code]
        assert (cell.value, cell.data_type, cell.quotePrefix) == (TITLES[code], "s", True)
    for sheet in book:
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type in "fe"]


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_slides_are_made_of_the_same_names(reader):
    assert reader.get("/pack-slides.zip").status_code == 200
