"""Writing the template for one unit and week: locked facts, open cells for what is to be filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from app.domain.weeks import Week
from app.i18n import show, translate
from app.sheets import looks
from app.sheets.looks import Look
from app.sheets.weekly import (
    FIRST_ROW,
    HEAD_ROW,
    HINT_ROW,
    TITLE_ROW,
    Column,
    TemplateRow,
    columns,
    fingerprint,
)
from app.sheets.workbook import Book, Sheet

LONGEST_TEXT = 2000
_OPEN = "FFFDF3"
_STEPS = 7
_MOST_RANGES = 400


@dataclass(frozen=True)
class Template:
    """What a template is made from. `towns` are names by code; `sample` marks demonstration data."""

    week: Week
    unit: str
    unit_name: str
    towns: Mapping[str, str]
    rows: Sequence[TemplateRow]
    sample: bool = False


def template_bytes(template: Template, lang: str) -> bytes:
    """The workbook: a sheet with the rows, a sheet with instructions, the week and its fingerprint."""
    title = word(lang, "title", week=show(lang, template.week), unit=template.unit_name)
    book = Book(title, lang)
    _fill_sheet(book.sheet(word(lang, "sheet")), template, title, lang)
    _instructions(book.sheet(word(lang, "instructions")), template, title, lang)
    return book.bytes()


def word(lang: str, key: str, **values: object) -> str:
    """A text of the template."""
    return translate(lang, f"sheets.template.{key}", **values)


def heading(lang: str, column: Column, towns: Mapping[str, str]) -> str:
    """A column's heading."""
    kind, _, town = column.key.partition(":")
    return word(lang, "column.town", town=towns[town]) if kind == "town" else word(lang, f"column.{kind}")


def _fill_sheet(sheet: Sheet, template: Template, title: str, lang: str) -> None:
    layout = columns(template.towns)
    sheet.put(TITLE_ROW, 1, title, looks.TITLE)
    hint = word(lang, "sample_hint" if template.sample else "hint")
    sheet.put(HINT_ROW, 1, hint, replace(looks.NOTE, wrap=False))
    for number, column in enumerate(layout, start=1):
        sheet.put(HEAD_ROW, number, heading(lang, column, template.towns), looks.HEAD)
    checks = _Checks(lang)
    for number, row in enumerate(template.rows, start=FIRST_ROW):
        for at, column in enumerate(layout, start=1):
            is_open = _is_open(row, column)
            sheet.put(number, at, _value(row, column), _look(row, column, is_open))
            if is_open:
                checks.note(column, row, f"{get_column_letter(at)}{number}")
    checks.add_to(sheet)
    hidden = [at for at, column in enumerate(layout, start=1) if not column.seen]
    sheet.widths([column.width for column in layout], hidden)
    sheet.heights({TITLE_ROW: 30, HINT_ROW: 20, HEAD_ROW: 36})
    value_at = 1 + [column.key for column in layout].index("value")
    sheet.freeze(f"{get_column_letter(4)}{FIRST_ROW}" if value_at > 4 else f"A{FIRST_ROW}")
    sheet.protect()
    sheet.paper(head=HEAD_ROW)


def _instructions(sheet: Sheet, template: Template, title: str, lang: str) -> None:
    sheet.put(1, 1, title, looks.TITLE)
    for step in range(1, _STEPS + 1):
        sheet.put(step + 1, 1, word(lang, f"step{step}"), replace(looks.NOTE, ink=looks.INK))
        sheet.join(step + 1, 1, 2)
    first = _STEPS + 3
    facts = [
        ("week", str(template.week)),
        ("unit", template.unit),
        ("mark", fingerprint(template.week, template.unit)),
    ]
    for at, (name, value) in enumerate(facts, start=first):
        sheet.put(at, 1, word(lang, f"fact.{name}"), looks.HEAD)
        sheet.put(at, 2, value, looks.CODE)
    sheet.widths([24, 76])
    sheet.heights({1: 30} | {step + 1: 34 for step in range(1, _STEPS + 1)})
    sheet.protect()
    sheet.paper(landscape=False)


def _is_open(row: TemplateRow, column: Column) -> bool:
    if not column.open:
        return False
    kind = column.key.partition(":")[0]
    if kind == "town":
        return row.by_town
    if kind == "sections":
        return row.line
    return kind == "value" or row.first


def _value(row: TemplateRow, column: Column):
    kind, _, town = column.key.partition(":")
    if kind in ("code", "title", "target", "unit", "planned", "last", "ordinal", "base"):
        return getattr(row, kind)
    if kind == "town":
        return row.values.towns.get(town)
    return getattr(row.values, kind) or None if kind != "value" else row.values.value


def _look(row: TemplateRow, column: Column, is_open: bool) -> Look:
    kind = column.key.partition(":")[0]
    numeric = kind in ("planned", "last", "value", "town")
    look = looks.PLAIN
    if numeric:
        share = kind == "planned" or row.unit == "%"
        look = looks.SHARE if share else looks.NUMERIC
    elif kind == "unit":
        look = replace(looks.PLAIN, across="center")
    elif kind == "code":
        look = replace(looks.PLAIN, wrap=False)
    elif column.open:
        look = replace(looks.PLAIN, format=looks.TEXT)  # else Excel makes a date of the section 1-2
    if is_open:
        return replace(look, fill=_OPEN, open=True)
    return replace(look, fill=looks.PAPER_2) if column.open else look


class _Checks:
    """Data validation: what Excel itself refuses, with a word about it. The server checks all again."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._cells: dict[tuple[str, float, bool], list[str]] = {}

    def note(self, column: Column, row: TemplateRow, cell: str) -> None:
        kind = column.key.partition(":")[0]
        if kind in ("value", "town"):
            key = ("number", row.most, row.whole)
        elif kind in ("stop", "text", "reason"):
            key = ("text", LONGEST_TEXT, False)
        else:
            return
        self._cells.setdefault(key, []).append(cell)

    def add_to(self, sheet: Sheet) -> None:
        for (kind, most, whole), cells in self._cells.items():
            for some in _runs(cells):
                sheet.worksheet.add_data_validation(self._check(kind, most, whole, some))

    def _check(self, kind: str, most: float, whole: bool, cells: str) -> DataValidation:
        if kind == "text":
            check = DataValidation(type="textLength", operator="lessThanOrEqual", formula1=str(int(most)))
            told = word(self._lang, "too_long", most=int(most))
        else:
            check = DataValidation(
                type="whole" if whole else "decimal", operator="between", formula1="0", formula2=f"{most:g}"
            )
            told = word(self._lang, "out_of_range", most=most)
        check.allow_blank = True
        check.showErrorMessage = True
        check.errorTitle, check.error = word(self._lang, "wrong"), told
        check.sqref = cells
        return check


def _runs(cells: Sequence[str]) -> list[str]:
    """Cells as ranges, ``H4:H9 H12``, in portions that Excel takes."""
    ranges: list[list[str]] = []
    for cell in cells:
        letters = cell.rstrip("0123456789")
        number = int(cell[len(letters) :])
        found = next(
            (one for one in reversed(ranges[-12:]) if one[0] == letters and one[2] == number - 1), None
        )
        if found:
            found[2] = number  # type: ignore[call-overload]
        else:
            ranges.append([letters, number, number])  # type: ignore[list-item]
    texts = [f"{a}{b}" if b == c else f"{a}{b}:{a}{c}" for a, b, c in ranges]
    return [" ".join(texts[at : at + _MOST_RANGES]) for at in range(0, len(texts), _MOST_RANGES)]
