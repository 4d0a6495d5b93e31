"""Reading a template that came back: what is filled in on every row, and which cells cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from openpyxl.utils import get_column_letter

from app.domain.figures import parse_number
from app.domain.weeks import Week
from app.errors import BadParameter, Fault
from app.i18n import LANGUAGES
from app.sheets.opening import PARAMETER, Found, Opened
from app.sheets.template import heading, word
from app.sheets.texts import plain_digits
from app.sheets.weekly import (
    FIRST_ROW,
    HEAD_ROW,
    KEYS_OF_SUBJECT,
    MOST_ROWS,
    Column,
    columns,
    digest,
    fingerprint,
    number_text,
)

_LONGEST_SHOWN = 40
_MOST_INSTRUCTIONS = 40
_BASE = re.compile(r"([0-9]{1,18})\.([0-9a-f]{12})")


@dataclass(frozen=True)
class CellFault:
    """Why a cell cannot be taken: its address and a sentence in both languages."""

    cell: str
    zh: str
    en: str


@dataclass
class FilledRow:
    """One row. Values are numbers, else the text that stands there; `towns` by code.

    `base_version` is the subject's version when the template was made, None when the mark is gone;
    `touched` whether anything differs from what the template came with.
    """

    number: int
    code: str
    ordinal: int | None
    value: Any = None
    towns: dict[str, Any] = field(default_factory=dict)
    sections: str = ""
    stop: str = ""
    text: str = ""
    reason: str = ""
    base_version: int | None = None
    touched: bool = True
    faults: list[CellFault] = field(default_factory=list)

    @property
    def plain(self) -> list[Any]:
        """As `weekly.plain_values` has it for a template's row."""
        towns = {code: number_text(number) for code, number in self.towns.items() if number is not None}
        texts = [getattr(self, key) for key in KEYS_OF_SUBJECT]
        return [number_text(self.value), sorted(towns.items()), *texts]


@dataclass(frozen=True)
class Filled:
    """A template as it came back: for which week and unit, with its rows in order."""

    week: Week
    unit: str
    rows: list[FilledRow]


def read_week(opened: Opened) -> tuple[Week, str]:
    """Week and unit from the instructions' sheet. Errors: BadParameter when it is no template of ours, or
    when week or unit were changed by hand."""
    title = _sheet(opened, "instructions")
    names = {name: {word(lang, f"fact.{name}") for lang in LANGUAGES} for name in ("week", "unit", "mark")}
    found: dict[str, str] = {}
    for _, cells in opened.rows(title, 2, _MOST_INSTRUCTIONS):
        for name, spellings in names.items():
            if cells[0].value in spellings and cells[1].value is not None:
                found[name] = str(cells[1].value)
    try:
        week = Week.parse(found.get("week", ""))
    except ValueError:
        week = None
    unit = found.get("unit", "")
    if week is None or found.get("mark") != fingerprint(week, unit):
        raise _wrong(
            f"“{title}”页上的周、单位或校验码缺失或被改动。请按周下载模板，不要修改这一页。",
            f"Week, unit or check mark on the sheet “{title}” are missing or were changed. Download the "
            "template of each week, and leave that sheet as it is.",
        )
    return week, unit


def read_rows(opened: Opened, towns: Mapping[str, Mapping[str, str]]) -> Iterator[FilledRow]:
    """The rows with a code or anything filled in, in order. `towns`: names by language, by code.

    Errors: BadParameter when the sheet is missing, its headings were changed, or it is endless.
    """
    title = _sheet(opened, "sheet")
    layout = columns(towns)
    wanted = [
        {heading(lang, column, {code: names[lang] for code, names in towns.items()}) for lang in LANGUAGES}
        for column in layout
    ]
    last = FIRST_ROW + MOST_ROWS
    headed = False
    for number, cells in opened.rows(title, len(layout), last + 1):
        if number == HEAD_ROW:
            _check_head(cells, wanted)
            headed = True
        if number > last:
            raise _wrong(
                f"“{title}”页超过 {MOST_ROWS:,} 行。请重新下载模板，不要添加行。",
                f"The sheet “{title}” has over {MOST_ROWS:,} rows. Download the template again and add none.",
            )
        if number < FIRST_ROW:
            continue
        if not headed:
            break
        yield _row(number, cells, layout)
    if not headed:
        _check_head([Found(f"{get_column_letter(at + 1)}{HEAD_ROW}") for at in range(len(layout))], wanted)


def cell_of(row: int, key: str, towns: Iterable[str]) -> str:
    """The address of a row's cell in the column `key`."""
    keys = [column.key for column in columns(towns)]
    return f"{get_column_letter(keys.index(key) + 1)}{row}"


def _row(number: int, cells: list[Found], layout: list[Column]) -> FilledRow:
    by_key = {column.key: cell for column, cell in zip(layout, cells, strict=True)}
    faults: list[CellFault] = []
    ordinal = _number(by_key["ordinal"], faults)
    row = FilledRow(
        number=number,
        code=_text(by_key["code"], faults),
        ordinal=ordinal if isinstance(ordinal, int) else None,
        value=_number(by_key["value"], faults),
        faults=faults,
        **{key: _text(by_key[key], faults) for key in KEYS_OF_SUBJECT},
    )
    for column in layout:
        kind, _, town = column.key.partition(":")
        if kind == "town" and by_key[column.key] is not None:
            value = _number(by_key[column.key], faults)
            if value is not None:
                row.towns[town] = value
    match = _BASE.fullmatch(_text(by_key["base"], []))
    if match and not faults:
        row.base_version = int(match[1])
        row.touched = match[2] != digest(row.plain)
    return row


def _number(cell: Found, faults: list[CellFault]) -> Any:
    """A number, or the text that stands in its place; None when empty or unreadable (then with a fault)."""
    if _refused(cell, faults):
        return None
    value = cell.value
    if value is None:
        return None
    if isinstance(value, bool | datetime | date | time | timedelta):
        faults.append(
            CellFault(
                cell.where,
                f"应为数，现为{'日期或时间' if not isinstance(value, bool) else '逻辑值'}。"
                "请把单元格格式改为“常规”后重新填写。",
                "A number is wanted here, not a date or a truth value. Set the cell's format to General and "
                "type it again.",
            )
        )
        return None
    if isinstance(value, str):
        text = plain_digits(value)
        number = parse_number(text.rstrip("%"))
        return value[:_LONGEST_SHOWN] if number is None else number
    number = parse_number(Decimal(str(value)) * 100 if cell.percent else value)
    if number is None:
        faults.append(CellFault(cell.where, "应为有限的数。", "A finite number is wanted here."))
    return number


def _text(cell: Found, faults: list[CellFault]) -> str:
    if _refused(cell, faults) or cell.value is None:
        return ""
    value = cell.value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value if isinstance(value, str) else str(value)


def _refused(cell: Found, faults: list[CellFault]) -> bool:
    """Note a fault for a cell whose content is computed or an error."""
    if cell.formula:
        faults.append(
            CellFault(
                cell.where,
                "这里是公式，不予接收。请复制后“只粘贴数值”，或直接填写结果。",
                "This is a formula, which is not taken. Paste it as a value, or type the result.",
            )
        )
    elif cell.error:
        faults.append(
            CellFault(
                cell.where,
                f"这里是 Excel 错误值 {cell.value}。请填写实际的数或文字。",
                f"This is Excel's error {cell.value}. Give the figure or text itself.",
            )
        )
    return cell.formula or cell.error


def _sheet(opened: Opened, key: str) -> str:
    names = [word(lang, key) for lang in LANGUAGES]
    for title in opened.titles:
        if title in names:
            return title
    shown = "、".join(opened.titles[:5])[:120]
    raise _wrong(
        f"没有名为“{names[0]}”的工作表（文件中有：{shown}）。请使用从本页下载的模板，不要改工作表名。",
        f"There is no sheet “{names[1]}” (there are: {shown}). Use the template from this page and keep the "
        "names of its sheets.",
    )


def _check_head(cells: list[Found], wanted: list[set[str]]) -> None:
    faults = []
    for cell, spellings in zip(cells, wanted, strict=True):
        text = re.sub(r"\s", "", str(cell.value or ""))
        if text in {re.sub(r"\s", "", spelling) for spelling in spellings}:
            continue
        shown = str(cell.value or "")[:_LONGEST_SHOWN]
        title = " / ".join(sorted(spellings))
        faults.append(
            Fault(
                f"{PARAMETER}.{cell.where}",
                shown,
                sorted(spellings),
                f"{cell.where} 的列标题应为“{title}”，现为“{shown}”。请勿改动、移动或删除列。",
                f"The heading in {cell.where} should be “{title}”, not “{shown}”. Do not rename, move or "
                "delete columns.",
            )
        )
    if faults:
        raise BadParameter(*faults[:5])


def _wrong(zh: str, en: str) -> BadParameter:
    return BadParameter(Fault(PARAMETER, None, None, zh, en))
