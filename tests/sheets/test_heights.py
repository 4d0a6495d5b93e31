"""Rows are as high as their wrapped texts, and the same workbook is the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import openpyxl

from app.sheets.heights import LINE, row_height
from app.sheets.steady import OLDEST, steady
from app.sheets.workbook import Book


def test_a_row_has_room_for_the_cell_that_needs_most_lines():
    assert row_height(["甲", 12, None, "x"], [10, 10, 10, 10]) == LINE
    assert row_height(["甲" * 20, "x"], [22, 4]) == 2 * LINE, "a Chinese character is as wide as two digits"
    assert row_height(["x" * 40, ""], [22, 4]) == 2 * LINE
    assert row_height(["a\nb\n\nc"], [22]) == 4 * LINE
    assert row_height(["a"], [22], least=2) == 2 * LINE
    assert row_height(["甲" * 5_000], [10]) <= 409, "Excel takes no higher row"


def test_the_same_workbook_is_the_same_bytes_whenever_it_is_written():
    def written(hour: int) -> bytes:
        book = Book("甲")
        book.sheet("乙").put(1, 1, "丙")
        book._workbook.properties.created = book._workbook.properties.created.replace(hour=hour)
        return book.bytes()

    first, second = (steady(written(hour), date(2023, 7, 14)) for hour in (1, 2))
    assert first == second
    archive = zipfile.ZipFile(io.BytesIO(first))
    assert {info.date_time for info in archive.infolist()} == {OLDEST}
    assert set(re.findall(rb"\d{4}-\d\d-\d\dT[^<]*", archive.read("docProps/core.xml"))) == {
        b"2023-07-14T00:00:00Z"
    }
    assert openpyxl.load_workbook(io.BytesIO(first))["乙"]["A1"].value == "丙"
