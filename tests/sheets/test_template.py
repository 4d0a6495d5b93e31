"""The template out and back: an unedited round trip changes nothing, and every fault names its cell."""

from __future__ import annotations

import io
from datetime import date, time
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.weeks import Week
from app.errors import BadParameter
from app.sheets.filled import FilledRow, cell_of, read_rows, read_week
from app.sheets.opening import open_workbook
from app.sheets.template import Template, template_bytes
from app.sheets.texts import tidy
from app.sheets.weekly import TemplateRow, Values, columns, section_text
from tests.sheets.attacks import AWKWARD, FORMULAS, INSIDE

WEEK = Week(2023, 28)
TOWNS = {"370829104": {"zh": "马集镇", "en": "Maji"}, "370829108": {"zh": "疃里镇", "en": "Tuanli"}}
KEYS = [column.key for column in columns(TOWNS)]
TEXTS = st.one_of(st.text(max_size=60), st.sampled_from([*FORMULAS, *INSIDE, *AWKWARD[:-1]])).map(tidy)
NUMBERS = st.one_of(
    st.none(),
    st.integers(0, 10**9),
    st.floats(0, 1e9, allow_nan=False).map(lambda number: float(f"{number:.6g}")),
)
SECTIONS = st.lists(st.tuples(st.integers(0, 9_999_000), st.integers(1, 9_999)), max_size=4).map(
    lambda pairs: section_text([start / 1000, (start + more) / 1000] for start, more in pairs)
)


@st.composite
def values(draw: st.DrawFn) -> Values:
    towns = {code: number for code in TOWNS if (number := draw(NUMBERS)) is not None}
    return Values(draw(NUMBERS), towns, draw(SECTIONS), draw(TEXTS), draw(TEXTS), draw(TEXTS))


def row(number: int = 1, filled: Values | None = None, **more: Any) -> TemplateRow:
    facts = {
        "code": f"20-1-{number:02d}",
        "ordinal": None,
        "title": "=1+1 文祥路",
        "target": "@新建道路：2 条",
        "unit": "%",
        "planned": 48.8,
        "last": 40.0,
        "values": filled or Values(),
        "version": 7,
        "most": 100.0,
        "line": True,
        "by_town": True,
    }
    return TemplateRow(**(facts | more))


def written(*rows: TemplateRow, lang: str = "zh", week: Week = WEEK) -> bytes:
    towns = {code: names[lang] for code, names in TOWNS.items()}
    return template_bytes(Template(week, "jianshe", "区城乡建设和交通局", towns, rows, True), lang)


def read(body: bytes) -> list[FilledRow]:
    with open_workbook(body) as opened:
        assert read_week(opened) == (WEEK, "jianshe")
        return list(read_rows(opened, TOWNS))


def edited(body: bytes, **cells: Any) -> bytes:
    """The file with some cells of its first sheet changed, as openpyxl (or Excel) saves it."""
    workbook = openpyxl.load_workbook(io.BytesIO(body))
    for where, value in cells.items():
        cell = workbook.worksheets[0][where]
        cell.value, cell.number_format = value if isinstance(value, tuple) else (value, cell.number_format)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


@settings(max_examples=30)
@given(st.lists(values(), min_size=1, max_size=4), st.sampled_from(["zh", "en"]), st.booleans())
def test_an_unedited_round_trip_touches_no_row(filled: list[Values], lang: str, saved_again: bool) -> None:
    rows = [row(number, one) for number, one in enumerate(filled, start=1)]
    body = written(*rows, lang=lang)
    found = read(edited(body) if saved_again else body)
    assert [one.code for one in found] == [one.code for one in rows]
    assert not any(one.touched or one.faults for one in found)
    assert {one.base_version for one in found} == {7}
    for one, known in zip(found, filled, strict=True):
        assert one.value == known.value and one.towns == dict(known.towns)
        assert (one.stop, one.text, one.reason) == (known.stop, known.text, known.reason)


@settings(max_examples=30)
@given(values(), values())
def test_a_row_is_touched_exactly_when_its_values_differ(before: Values, after: Values) -> None:
    body = written(row(1, before))
    fresh = written(row(1, after))
    (other,) = read(fresh)
    cells = {f"{'ABCDEFGHIJKLMNO'[at]}4": None for at in range(7, 14)}
    source = openpyxl.load_workbook(io.BytesIO(fresh)).worksheets[0]
    changed = openpyxl.load_workbook(io.BytesIO(body))
    for where in cells:
        cell = changed.worksheets[0][where]
        cell.value = source[where].value
        if isinstance(cell.value, str):
            cell.data_type = "s"  # a text that begins with = stays one
    out = io.BytesIO()
    changed.save(out)
    (found,) = read(out.getvalue())
    assert found.touched == (found.plain != read(body)[0].plain)
    assert found.plain == other.plain


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (45, 45),
        (45.5, 45.5),
        ("45", 45),
        ("４５％", 45),
        (" 1,200 ", 1200),
        ((0.45, "0%"), 45),
        ((0.07, "0.00%"), 7),
        ((45, '0.#"%"'), 45),
        ("四成", "四成"),
        (None, None),
    ],
)
def test_figures_are_read_as_people_type_them(typed: Any, wanted: Any) -> None:
    (found,) = read(edited(written(row()), H4=typed))
    assert found.value == wanted and not found.faults


@pytest.mark.parametrize("value", ["=1+1", "=A1", "=[1]Sheet1!A1", '=WEBSERVICE("http://example.org/")'])
@pytest.mark.parametrize("cell", ["A4", "H4", "I4", "K4", "L4", "M4", "N4"])
def test_a_formula_is_a_fault_at_its_cell_wherever_it_stands(cell: str, value: str) -> None:
    (found,) = read(edited(written(row()), **{cell: value}))
    assert [fault.cell for fault in found.faults] == [cell]
    assert "公式" in found.faults[0].zh and "formula" in found.faults[0].en


def test_a_formula_s_cached_value_is_not_taken() -> None:
    """What Excel computed last stands beside the formula in the file."""
    import re
    import zipfile

    body = edited(written(row()), H4=55)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text, count = re.subn(rb'(<c r="H4"[^>]*>)<v>55</v>', rb"\1<f>50+5</f><v>55</v>", text)
                assert count == 1
            new.writestr(name, text)
    (found,) = read(out.getvalue())
    assert found.value is None and [fault.cell for fault in found.faults] == ["H4"]


@pytest.mark.parametrize("value", [(date(2023, 7, 14), "yyyy-mm-dd"), (time(9), "hh:mm"), True, "#N/A"])
def test_what_is_no_figure_is_told_at_its_cell(value: Any) -> None:
    (found,) = read(edited(written(row()), H4=value))
    assert [fault.cell for fault in found.faults] == ["H4"]


def test_cells_are_found_by_their_column() -> None:
    assert [cell_of(12, key, TOWNS) for key in ("code", "value", "town:370829108", "base")] == [
        "A12",
        "H12",
        "J12",
        "O12",
    ]


@pytest.mark.parametrize(("cell", "text"), [("H3", "完成"), ("A3", None), ("J3", "其中：别的镇")])
def test_a_changed_heading_is_named(cell: str, text: str | None) -> None:
    with pytest.raises(BadParameter, match=cell):
        read(edited(written(row()), **{cell: text}))


def test_headings_are_known_in_both_languages() -> None:
    assert read(written(row(), lang="en"))[0].code == "20-1-01"


def test_missing_sheets_and_other_workbooks_are_told() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(written(row())))
    workbook.worksheets[0].title = "表一"
    out = io.BytesIO()
    workbook.save(out)
    with pytest.raises(BadParameter, match="no sheet “Report”"):
        read(out.getvalue())
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    with pytest.raises(BadParameter, match="no sheet “Instructions”"):
        read(out.getvalue())


def test_endless_sheets_are_refused() -> None:
    with pytest.raises(BadParameter, match="20,000"):
        read(edited(written(row()), A20005="20-1-01"))


def test_only_what_is_to_be_filled_in_is_open() -> None:
    second = row(2, ordinal=1, first=False, line=False, by_town=False)
    book = openpyxl.load_workbook(io.BytesIO(written(row(), second)))
    sheet = book.worksheets[0]
    assert sheet.protection.sheet and sheet.freeze_panes == "D4"
    letters = dict(zip(KEYS, "ABCDEFGHIJKLMNO", strict=True))
    hidden = {key for key in KEYS if sheet.column_dimensions[letters[key]].hidden}
    assert hidden == {"ordinal", "base"}

    def opened(number: int) -> set[str]:
        return {KEYS[cell.column - 1] for cell in sheet[number] if not cell.protection.locked}

    every = {"value", "town:370829104", "town:370829108", "sections", "stop", "text", "reason"}
    assert opened(4) == every and opened(5) == {"value"}
    checks = {check.type: str(check.sqref) for check in sheet.data_validations.dataValidation}
    assert checks["decimal"] == "H4:H5 I4 J4" and checks["textLength"] == "L4 M4 N4"
