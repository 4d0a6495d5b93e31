"""Texts on their way into files: nothing starts a formula, nothing is lost that a cell can hold."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.csvfile import csv_bytes
from app.sheets.texts import csv_text, from_xlsx, is_dangerous, tidy, xlsx_text
from tests.sheets.attacks import AWKWARD, FORMULAS, INSIDE

SAFE = ("路基完成 60%", "a=b", "K0+000", "3-4 月", "张三@单位", "", "'=1")
STARTS = set("=+-@\t\r＝＋－＠")


@pytest.mark.parametrize("text", FORMULAS)
def test_what_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert is_dangerous(text)
    written = csv_text(text)
    assert written.startswith("'") and written.removeprefix("'") == text.replace("\r", "\n").replace(
        "\n=", "\n'="
    ).replace("\t=", "\t'=")


@pytest.mark.parametrize("text", SAFE)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert not is_dangerous(text) and csv_text(text) == text


@pytest.mark.parametrize("text", INSIDE)
def test_other_separators_open_no_way_in(text: str) -> None:
    for cell in re.split(r"[;\t\n]", csv_text(text)):
        assert not is_dangerous(cell)


@given(st.text())
def test_no_text_begins_like_a_formula_in_csv(text: str) -> None:
    written = csv_text(text)
    assert not written or written[0] not in STARTS
    assert not any(is_dangerous(cell) for cell in re.split(r"[;\t\n]", written))


def test_csv_is_quoted_with_a_byte_order_mark_and_numbers_stay_numbers() -> None:
    moment = datetime(2023, 7, 14, 2, 30, tzinfo=UTC)
    values = [['a"b', -1.5], ["x\r\ny", 3], [None, True], [date(2023, 7, 14), moment]]
    body = csv_bytes(["编号", "=数"], values)
    assert body.startswith(b"\xef\xbb\xbf") and b"\r\n" in body
    text = body.decode("utf-8-sig")
    assert text.splitlines()[0] == '"编号","\'=数"' and ",-1.5\r\n" in text
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[1:] == [
        ['a"b', "-1.5"],
        ["x\ny", "3"],
        ["", "1"],
        ["2023-07-14", "2023-07-14T02:30:00+00:00"],
    ]


@given(st.text(max_size=200))
def test_a_tidy_text_comes_back_from_a_cell(text: str) -> None:
    known = tidy(text)
    assert from_xlsx(xlsx_text(known)) == known


@pytest.mark.parametrize("text", ["_x000D_", "_x005F_", "_x005F_x000D_", "a_x0041_b", "__x000d__"])
def test_what_looks_like_an_escape_is_none(text: str) -> None:
    assert from_xlsx(xlsx_text(text)) == text


@pytest.mark.parametrize("text", AWKWARD)
def test_no_text_breaks_a_cell(text: str) -> None:
    written = xlsx_text(text)
    assert len(written) <= 32_767 and not re.search("[\x00-\x08\x0b\x0c\ufffe\uffff]", written)
    written.encode("utf-8")
