"""Written workbooks, read back: every text is a text, whatever it begins with."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import openpyxl
import pytest
from openpyxl.xml import DEFUSEDXML

from app.sheets import looks
from app.sheets.looks import status_look
from app.sheets.texts import from_xlsx, tidy
from app.sheets.workbook import Book, sheet_title
from maps import palette
from tests.sheets.attacks import AWKWARD, FORMULAS, INSIDE

ALL = (*FORMULAS, *INSIDE, *AWKWARD)


def parts(body: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_texts_are_never_formulas() -> None:
    book = Book("=1+1")
    sheet = book.sheet("=cmd|'/C calc'!A0")
    for row, text in enumerate(ALL, start=1):
        sheet.put(row, 1, text)
        sheet.put(row, 2, -row)
    body = book.bytes()
    (xml,) = [text for name, text in parts(body).items() if "worksheets/sheet" in name]
    assert "<f" not in re.sub("<(formula|footer|filter)", "", xml) and 't="e"' not in xml
    assert xml.count('t="inlineStr"') == len(ALL)
    read = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
    for row, text in enumerate(ALL, start=1):
        cell = read.cell(row, 1)
        assert cell.data_type in ("s", "inlineStr") and cell.quotePrefix
        assert from_xlsx(str(cell.value or "")) == tidy(text[:32_767])
        assert (read.cell(row, 2).data_type, read.cell(row, 2).value) == ("n", -row)


def test_what_is_no_value_is_refused() -> None:
    sheet = Book("x").sheet("y")
    for value in (True, b"x", object(), [1]):
        with pytest.raises(TypeError):
            sheet.put(1, 1, value)
    sheet.put(1, 1, date(2023, 7, 14), looks.DAY)


def test_titles_are_what_excel_takes() -> None:
    assert sheet_title("区/农业[服务]:*?\\中心", set()) == "区 农业 服务     中心"
    assert sheet_title("'单位'", set()) == "单位" and sheet_title("  ", set()) == "–"
    long = "单" * 40
    first = sheet_title(long, set())
    second = sheet_title(long, {first})
    assert len(first) == len(second) == 31 and second.endswith(" (2)")
    book = Book("x")
    for name in ("Unit", "unit", "UNIT"):
        book.sheet(name).put(1, 1, name)
    assert openpyxl.load_workbook(io.BytesIO(book.bytes())).sheetnames == ["Unit", "unit (2)", "UNIT (3)"]


@pytest.mark.parametrize("status", palette.STATUSES, ids=lambda status: status.code)
def test_statuses_have_the_palette_s_fill_and_readable_words(status: palette.Status) -> None:
    look = status_look(status.code)
    assert f"#{look.fill}" == status.fill
    assert palette.contrast(f"#{look.ink}", status.fill) >= 4.5


def test_entities_in_uploads_are_refused_by_the_reader_itself() -> None:
    assert DEFUSEDXML, "openpyxl uses defusedxml only when it is installed"
