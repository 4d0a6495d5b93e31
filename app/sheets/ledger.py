"""The ledger as a file: one row for every target and every site, as ``/api/ledger`` has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.domain.status import StatusCode
from app.i18n import translate
from app.sheets import looks
from app.sheets.csvfile import csv_bytes
from app.sheets.heights import row_height
from app.sheets.looks import Look, status_look
from app.sheets.workbook import Book, Sheet
from app.wording import enumeration, local

COLUMNS: tuple[tuple[str, float], ...] = (
    ("row", 8),
    ("code", 11),
    ("item", 8),
    ("item_title", 30),
    ("task", 8),
    ("task_title", 34),
    ("title", 30),
    ("comparator", 18),
    ("quantity", 9),
    ("unit", 9),
    ("done", 9),
    ("percent", 10),
    ("complete", 9),
    ("status", 10),
    ("on_map", 10),
    ("lead_units", 26),
    ("supporting_units", 30),
)
KEYS = tuple(key for key, _ in COLUMNS)
ON_MAP = ("located", "town", "zone", "withheld")


@dataclass(frozen=True)
class LedgerExport:
    """What is exported: the items that the filter keeps (members as in ``/api/ledger``), of `total`."""

    title: str
    week: str
    week_label: str
    day: str
    items: Sequence[Mapping[str, Any]]
    total: int
    sample: bool


def ledger_rows(export: LedgerExport, lang: str) -> Iterator[dict[str, Any]]:
    """Rows by column in order of the page: each task's targets, then its sites."""
    for item in export.items:
        for task in item["tasks"]:
            shared = {
                "item": item["no"],
                "item_title": local(lang, item),
                "task": task["no"],
                "task_title": local(lang, task),
                "on_map": task["on_map_label"],
                "lead_units": enumeration(lang, (local(lang, unit, "name") for unit in item["lead_units"])),
                "supporting_units": enumeration(
                    lang, (local(lang, unit, "name") for unit in item["supporting_units"])
                ),
            }
            for target in task["targets"]:
                yield shared | _target(task, target, lang)
            for site in task["sites"]:
                yield shared | _site(site, lang)


def ledger_csv(export: LedgerExport, lang: str) -> bytes:
    """The rows as CSV; the last column says whether the figures are demonstration data."""
    header = [_word(lang, f"column.{key}") for key in (*KEYS, "sample")]
    sample = _yes(lang, export.sample)
    return csv_bytes(header, ([*(row.get(key) for key in KEYS), sample] for row in ledger_rows(export, lang)))


def ledger_xlsx(export: LedgerExport, lang: str) -> bytes:
    """The rows as a workbook, with a second sheet of totals."""
    title = _word(lang, "title", title=export.title)
    book = Book(title, lang)
    _rows(book.sheet(_word(lang, "sheet")), export, title, lang)
    _totals(book.sheet(_word(lang, "totals")), export, title, lang)
    return book.bytes()


def _target(task: Mapping[str, Any], target: Mapping[str, Any], lang: str) -> dict[str, Any]:
    line = task.get("subject") or {}
    return {
        "row": _word(lang, "row_target"),
        "code": task.get("code"),
        "title": local(lang, target),
        "comparator": target["text"],
        "quantity": target["quantity"],
        "unit": (target["unit_en"] if lang == "en" else target["unit"]) or None,
        "done": target.get("done"),
        "percent": target.get("percent"),
        "complete": _yes(lang, target["complete"]) if "complete" in target else None,
        "status": line.get("status_label") if target.get("own") and line.get("reported") else None,
        "status_code": line.get("status") if target.get("own") and line.get("reported") else None,
    }


def _site(site: Mapping[str, Any], lang: str) -> dict[str, Any]:
    return {
        "row": _word(lang, "row_site"),
        "code": site["code"],
        "title": local(lang, site),
        "percent": site.get("reported_percent"),
        "status": site["status_label"],
        "status_code": site["status"],
    }


def _rows(sheet: Sheet, export: LedgerExport, title: str, lang: str) -> None:
    _head(sheet, export, title, lang)
    for at, (key, _) in enumerate(COLUMNS, start=1):
        sheet.put(4, at, _word(lang, f"column.{key}"), looks.HEAD)
    number, heights = 4, {1: 30.0, 4: 28.0}
    widths = [width for _, width in COLUMNS]
    for number, row in enumerate(ledger_rows(export, lang), start=5):
        for at, key in enumerate(KEYS, start=1):
            sheet.put(number, at, row.get(key), _look(key, row))
        heights[number] = row_height([row.get(key) for key in KEYS], widths)
    sheet.widths(widths)
    sheet.heights(heights)
    sheet.freeze("C5")
    sheet.filters(4, number, len(COLUMNS))
    sheet.paper(head=4)


def _totals(sheet: Sheet, export: LedgerExport, title: str, lang: str) -> None:
    _head(sheet, export, title, lang)
    sites = Counter(
        site["status"] for item in export.items for task in item["tasks"] for site in task["sites"]
    )
    row = _block(
        sheet,
        4,
        _word(lang, "sites_by_status"),
        [
            (translate(lang, f"status.{code.value}"), sites[code.value], status_look(code.value))
            for code in StatusCode
        ],
        lang,
    )
    items = Counter(item["on_map"] for item in export.items)
    _block(
        sheet,
        row + 1,
        _word(lang, "items_by_map"),
        [(translate(lang, f"on_map.{value}"), items[value], looks.PLAIN) for value in ON_MAP],
        lang,
    )
    sheet.widths([26, 12])
    sheet.heights({1: 30})
    sheet.paper(landscape=False)


def _block(sheet: Sheet, row: int, title: str, lines: Sequence[tuple[str, int, Look]], lang: str) -> int:
    """A small table with its sum; the next free row."""
    sheet.line(row, [title, _word(lang, "number")], looks.HEAD)
    for text, count, look in lines:
        row += 1
        sheet.put(row, 1, text, look)
        sheet.put(row, 2, count, looks.NUMERIC)
    row += 1
    sheet.line(row, [_word(lang, "totals"), sum(count for _, count, _ in lines)], looks.SUM)
    return row + 1


def _head(sheet: Sheet, export: LedgerExport, title: str, lang: str) -> None:
    sheet.put(1, 1, title, looks.TITLE)
    count = len(export.items)
    some = _word(lang, "all", total=count)
    if count < export.total:
        some = _word(lang, "filtered", n=count, total=export.total)
    facts = [_word(lang, "as_of", day=export.day, week=export.week_label), some]
    if export.sample:
        facts.append(translate(lang, "sample.notice"))
    sheet.put(2, 1, " · ".join(facts), replace(looks.NOTE, wrap=False))


def _look(key: str, row: Mapping[str, Any]) -> Look:
    if key == "status" and row.get("status_code"):
        return status_look(row["status_code"])
    if key == "percent":
        return looks.SHARE
    return looks.NUMERIC if key in ("quantity", "done") else looks.PLAIN


def _yes(lang: str, value: bool) -> str:
    return _word(lang, "yes" if value else "no")


def _word(lang: str, key: str, **values: Any) -> str:
    return translate(lang, f"export.{key}", **values)
