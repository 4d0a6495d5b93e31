"""The sheets of a pack that tell what changed since an earlier week: coverage, sites, items."""

from __future__ import annotations

from collections.abc import Mapping

from app.i18n import translate
from app.pack.grid import table
from app.pack.since import Since
from app.sheets.workbook import Book


def since_sheets(book: Book, since: Since, lang: str, words: Mapping[str, str]) -> None:
    """One sheet each; their titles have the week."""

    def title(name: str) -> str:
        return translate(lang, f"pack.since_sheets.{name}", week=str(since.week))

    then, now = translate(lang, "pack.since_then", week=since.label), translate(lang, "pack.since_now")
    share, km2 = words["share_covered"], words["km2"]
    table(
        book.sheet(title("coverage")),
        [
            words["kind"],
            words["town"],
            f"{then} {km2}",
            f"{then} {share}",
            f"{now} {km2}",
            f"{now} {share}",
            words["points"],
            f"{words['since_gained']} {km2}",
            f"{words['since_lost']} {km2}",
        ],
        [
            [
                kind.kind["en" if lang == "en" else "zh"],
                row.name,
                round(row.then_km2, 4),
                round(row.then_share * 100, 2),
                round(row.now_km2, 4),
                round(row.now_share * 100, 2),
                round(row.points, 2),
                round(row.gained_km2, 4),
                round(row.lost_km2, 4),
            ]
            for kind in since.kinds
            for row in kind.rows
        ],
        [16, 12, *[14] * 7],
        shares=(3, 5),
    )
    table(
        book.sheet(title("sites")),
        [words["number"], words["code"], words["site"], then, now],
        [
            [one.number, one.code, one.title, (one.then, one.then_label), (one.now, one.now_label)]
            for one in since.sites
        ],
        [8, 11, 44, 18, 18],
    )
    table(
        book.sheet(title("items")),
        [words["item"], words["title"], then, now, words["points"]],
        [
            [one.no, one.title, one.then, one.now, None if one.points is None else round(one.points, 2)]
            for one in since.items
        ],
        [8, 48, 16, 16, 16],
        shares=(2, 3),
    )
