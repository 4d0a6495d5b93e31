"""The weekly meeting as a workbook: one sheet for the zone, one for every lead unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.i18n import translate
from app.sheets import looks
from app.sheets.heights import row_height
from app.sheets.looks import Look, status_look
from app.sheets.workbook import Book, Sheet
from app.views.meeting import STATUSES, blockage_text, status_texts

COLUMNS = (
    "code",
    "title",
    "target",
    "planned",
    "reported",
    "change",
    "status",
    "why",
    "blockages",
    "sentence",
)
_WIDTHS = (10, 24, 26, 9, 9, 9, 10, 36, 30, 36, 16)
_COUNTS = ("subjects", *STATUSES, "missing", "blockages")
_CENTRE = replace(looks.PLAIN, across="center")
_COUNT = replace(looks.NUMERIC, across="center")
_COUNT_SUM = replace(looks.SUM, across="center")
_SHARE_SUM = replace(looks.SUM, format=looks.PERCENT, across="right")


def meeting_bytes(meeting: Mapping[str, Any], lang: str) -> bytes:
    """The workbook of `app.views.meeting.meeting_members`."""
    book = Book(f"{_word(lang, 'title')} {meeting['week_label']}", lang)
    if meeting["zone"] is not None:
        _zone(book.sheet(_word(lang, "zone_sheet")), meeting, lang)
    for page in meeting["pages"]:
        _unit(book.sheet(page["title"]), meeting, page, lang)
    return book.bytes()


def _zone(sheet: Sheet, meeting: Mapping[str, Any], lang: str) -> None:
    zone = meeting["zone"]
    first = _head(sheet, meeting, zone["title"], lang, 5 + len(STATUSES) + 2)
    heads = [_word(lang, "no"), _word(lang, "unit_name"), "", _word(lang, "progress"), *_count_heads(lang)]
    row = _table_head(sheet, first, heads, lang)
    for number, unit in enumerate(zone["units"], start=1):
        sheet.line(row, [number, unit["title"], None, None, *_counts(unit)], _zone_looks())
        sheet.join(row, 2, 4)
        row += 1
    sheet.line(row, [_word(lang, "sum"), None, None, None, *_counts(zone["sums"])], _zone_looks(True))
    row += 2
    heads = [_word(lang, "item_no"), _word(lang, "item"), _word(lang, "lead"), _word(lang, "progress")]
    row = _table_head(sheet, row, [*heads, *_count_heads(lang)], lang)
    for item in zone["items"]:
        values = [item["no"], item["title"], item["unit"], item["percent"], *_counts(item)]
        sheet.line(row, values, _zone_looks())
        row += 1
    told = _word(lang, "complete_items", n=zone["complete"], total=len(zone["items"]))
    sheet.line(row, [_word(lang, "sum"), told, None, None, *_counts(zone["sums"])], _zone_looks(True))
    sheet.widths([8, 34, 26, 10, 10, *(9 for _ in STATUSES), 8, 8])
    sheet.paper(one_page=True)


def _unit(sheet: Sheet, meeting: Mapping[str, Any], page: Mapping[str, Any], lang: str) -> None:
    columns = len(COLUMNS) + 1
    row = _head(sheet, meeting, page["title"], lang, columns)
    for at, key in enumerate(_COUNTS, start=1):
        look = status_look(key) if key in STATUSES else looks.HEAD
        sheet.put(row, at, _count_word(lang, key), look)
        sheet.put(row + 1, at, _count(page["sums"], key), _COUNT)
    row += 3
    head = row
    row = _table_head(
        sheet, row, [*(_word(lang, f"column.{key}") for key in COLUMNS), _word(lang, "column.next")], lang
    )
    for one in page["rows"]:
        values = [
            one["code"],
            one["title"],
            "\n".join(one["targets"]),
            one["planned"],
            one["reported"],
            one["change"],
            one["status_label"],
            one["why"],
            "\n".join(blockage_text(lang, blockage) for blockage in one["blockages"]),
            one["sentence"],
            _milestone(lang, one["milestone"]),
        ]
        sheet.line(row, values, _unit_looks(one["status"]))
        sheet.heights({row: row_height(values, _WIDTHS, least=2)})
        row += 1
    sums = page["sums"]
    told = [
        _word(lang, "sum"),
        _word(lang, "sum_subjects", n=sums["subjects"]),
        _word(lang, "sum_filed", n=sums["filed"]),
        None,
        None,
        None,
        None,
        "  ".join(status_texts(lang, sums["statuses"])),
        _word(lang, "sum_blockages", n=sums["blockages"]),
        _word(lang, "sum_missing", n=sums["missing"]),
        None,
    ]
    sheet.line(row, told, replace(looks.SUM, wrap=True))
    sheet.heights({row: row_height(told, _WIDTHS, least=2)})
    if page["others"]:
        row += 2
        sheet.put(row, 1, _word(lang, "other_blockages"), replace(looks.FACT, bold=True))
        for other in page["others"]:
            row += 1
            sheet.put(row, 1, other["code"], looks.CODE)
            sheet.put(row, 2, blockage_text(lang, other), replace(looks.PLAIN, wrap=False, box=False))
    sheet.widths(_WIDTHS)
    sheet.freeze(f"C{head + 1}")
    sheet.paper(one_page=True)


def _head(sheet: Sheet, meeting: Mapping[str, Any], title: str, lang: str, columns: int) -> int:
    """Title and facts; the next free row."""
    sheet.put(1, 1, f"{_word(lang, 'title')} · {meeting['week_label']} · {title}", looks.TITLE)
    sheet.put(2, 1, facts_text(meeting, lang), replace(looks.NOTE, wrap=False))
    sheet.join(1, 1, columns)
    sheet.join(2, 1, columns)
    sheet.heights({1: 30, 2: 18})
    return 4


def facts_text(meeting: Mapping[str, Any], lang: str) -> str:
    """The facts under a title in one line."""
    text = _word(lang, "facts", monday=meeting["monday"], sunday=meeting["sunday"], day=meeting["as_of"])
    text = f"{meeting['programme']} · {text}"
    return f"{text} · {translate(lang, 'sample.notice')}" if meeting["sample"] else text


def _table_head(sheet: Sheet, row: int, heads: Sequence[str], lang: str) -> int:
    labels = {translate(lang, f"status.{code}"): code for code in STATUSES}
    for at, text in enumerate(heads, start=1):
        code = labels.get(text)
        sheet.put(row, at, text or None, replace(status_look(code), wrap=True) if code else looks.HEAD)
    sheet.heights({row: 32})
    return row + 1


def _count_heads(lang: str) -> list[str]:
    return [_count_word(lang, key) for key in _COUNTS]


def _count_word(lang: str, key: str) -> str:
    return translate(lang, f"status.{key}") if key in STATUSES else _word(lang, f"count.{key}")


def _counts(sums: Mapping[str, Any]) -> list[int]:
    return [_count(sums, key) for key in _COUNTS]


def _count(sums: Mapping[str, Any], key: str) -> int:
    return sums["statuses"][key] if key in STATUSES else sums[key]


def _zone_looks(total: bool = False) -> list[Look]:
    plain = replace(looks.SUM, wrap=True) if total else looks.PLAIN
    share = _SHARE_SUM if total else looks.SHARE
    count = _COUNT_SUM if total else _COUNT
    first = plain if total else _COUNT
    return [first, plain, plain, share, *(count for _ in _COUNTS)]


def _unit_looks(status: str) -> list[Look]:
    share = looks.SHARE
    change = replace(share, format="+0.#;-0.#;0")
    return [
        looks.PLAIN,
        looks.PLAIN,
        looks.PLAIN,
        share,
        share,
        change,
        replace(status_look(status), wrap=True),
        looks.PLAIN,
        looks.PLAIN,
        looks.PLAIN,
        _CENTRE,
    ]


def _milestone(lang: str, milestone: Mapping[str, Any] | None) -> str | None:
    if milestone is None:
        return None
    return _word(lang, "milestone", day=milestone["day"], percent=milestone["percent"])


def _word(lang: str, key: str, **values: Any) -> str:
    return translate(lang, f"meeting.{key}", **values)
