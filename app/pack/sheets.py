"""A pack as a workbook: the rows of the paper, with the same numbers, codes and totals."""

from __future__ import annotations

from datetime import date

from app.i18n import catalogue, translate
from app.pack.contents import Pack
from app.pack.coversheets import coverage_sheet, served_sheets, weeks_sheet
from app.pack.grid import table
from app.pack.members import notes
from app.pack.rows import STATUSES
from app.pack.sincesheets import since_sheets
from app.pack.townsheet import towns_sheet
from app.sheets import looks
from app.sheets.heights import row_height
from app.sheets.steady import steady
from app.sheets.workbook import Book, Sheet
from app.wording import square_metres


def pack_workbook(pack: Pack) -> bytes:
    """The file, the same bytes for the same pack: overview, items, sites, late list, blockages, what is
    counted per town, coverage, what changed, how it was counted."""
    lang, words = pack.lang, catalogue(pack.lang)["pack"]["words"]
    book = Book(f"{pack.programme} {pack.week_label}", lang)
    _overview(book.sheet(translate(lang, "pack.overview")), pack, words)
    table(
        book.sheet(words["items"]),
        [words[name] for name in ("item", "title", "units", "percent", "status", "why")],
        [
            [one.no, one.title, one.units, one.percent, (one.worst, one.worst_label), one.why]
            for one in pack.items
        ],
        [8, 44, 36, 10, 12, 70],
        shares=(3,),
    )
    names = ("number", "code", "site", "item", "town", "kind", "unit", "status", "planned", "reported")
    table(
        book.sheet(words["sites"]),
        [
            *(words[name] for name in names),
            words["length"],
            words["area_m2"],
            words["why"],
            words["position"],
        ],
        [
            [
                one.number,
                one.code,
                one.title,
                one.item,
                one.town,
                one.kind,
                one.unit,
                (one.status, one.status_label),
                one.planned,
                one.reported,
                one.length_m,
                one.area_m2,
                one.why,
                translate(lang, f"position.{one.position}"),
            ]
            for one in pack.sites
        ],
        [8, 11, 36, 8, 12, 14, 34, 12, 10, 10, 12, 14, 70, 12],
        shares=(8, 9),
    )
    names = ("code", "title", "item", "owner", "status", "planned", "reported", "next_day", "why")
    table(
        book.sheet(words["late"]),
        [words[name] for name in names],
        [
            [
                one.code,
                one.title,
                one.item,
                one.unit,
                (one.status, one.status_label),
                one.planned,
                one.reported,
                one.next_day,
                one.why,
            ]
            for one in pack.late
        ],
        [11, 40, 8, 36, 12, 10, 10, 14, 70],
        shares=(5, 6),
    )
    names = ("code", "title", "blockage", "owner", "level", "open_days", "due")
    table(
        book.sheet(words["blockages"]),
        [words[name] for name in names],
        [
            [
                one.subject,
                one.subject_title,
                one.title,
                one.owner,
                translate(lang, f"blockage.level.{one.level}"),
                one.days,
                one.due,
            ]
            for one in pack.blockages
        ],
        [11, 36, 48, 36, 14, 10, 14],
    )
    towns_sheet(book, pack, words)
    coverage_sheet(book.sheet(words["coverage"]), pack, words)
    served_sheets(book, pack, words)
    weeks_sheet(book, pack, words)
    if pack.since:
        since_sheets(book, pack.since, lang, words)
    _notes(book.sheet(words["notes"]), pack)
    return steady(book.bytes(), date.fromisoformat(pack.as_of))


def _overview(sheet: Sheet, pack: Pack, words: dict[str, str]) -> None:
    lang = pack.lang
    sheet.put(1, 1, f"{pack.programme} · {pack.zone}", looks.TITLE)
    sheet.put(2, 1, f"{pack.week_label} · {translate(lang, 'pack.as_of')} {pack.as_of}", looks.FACT)
    row = 3
    for text in (
        f"{words['sample']} · {words['sample_note']}" if pack.sample else "",
        f"{words['filtered']} {pack.filters}" if pack.filters else "",
        " ".join(translate(lang, f"position_note.{one}") for one in pack.positions),
    ):
        if text:
            sheet.put(row, 1, text, looks.NOTE)
            row += 1
    row += 1
    sheet.line(row, ["", *(town.name for town in pack.towns)], looks.HEAD)
    sheet.line(
        row + 1,
        [words["area"], *(square_metres(lang, town.area_km2 * 1e6) for town in pack.towns)],
        looks.PLAIN,
    )
    sheet.line(row + 2, [words["sites_count"], *(town.sites for town in pack.towns)], looks.SUM)
    for offset, code in enumerate(STATUSES, start=3):
        sheet.put(row + offset, 1, translate(lang, f"status.{code}"), looks.status_look(code))
        for column, town in enumerate(pack.towns, start=2):
            sheet.put(row + offset, column, town.statuses.get(code, 0), looks.NUMERIC)
    sheet.widths([30, *[16] * len(pack.towns)])
    sheet.paper(landscape=False)


def _notes(sheet: Sheet, pack: Pack) -> None:
    heights = {}
    for row, text in enumerate(notes(pack, pack.lang), start=1):
        sheet.put(row, 1, text, looks.NOTE)
        heights[row] = row_height([text], [76])
    sheet.widths([76])
    sheet.heights(heights)
    sheet.paper(landscape=False)
