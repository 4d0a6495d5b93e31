"""What has no place on the map, on a sheet of a pack: items counted per town, protected ones among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.i18n import translate
from app.pack.contents import Pack
from app.pack.grid import table
from app.sheets.workbook import Book


def towns_sheet(book: Book, pack: Pack, words: Mapping[str, str]) -> None:
    """A target a row, with its number in each town; no sheet where there is none."""
    rows = sorted([*_protected(pack), *_targets(pack)], key=lambda row: row[0])
    if not rows:
        return
    towns = [town.name for town in pack.towns if town.code]
    head = [words["item"], words["title"], words["counted_in"], *towns]
    table(
        book.sheet(words["by_town"]),
        [*head, words["all"], words["promised"], words["percent"]],
        rows,
        [8, 48, 12, *[14] * len(towns), 12, 12, 10],
        shares=(len(head) + 2,),
    )


def _targets(pack: Pack) -> Iterator[list[Any]]:
    for one in pack.by_town:
        unit = one.unit if one.counted else None
        yield [one.item, one.title, unit, *one.towns, one.done, one.promised, one.percent]


def _protected(pack: Pack) -> Iterator[list[Any]]:
    """Small numbers are held back, as on every page; which town is meant may be unknown."""
    held, unknown = (translate(pack.lang, f"coverage.{name}") for name in ("held", "unknown"))
    for one in pack.protected:
        counts = [held] * (len(pack.towns) - 1) if one.towns is None else one.towns
        told = [unknown if count is None else count for count in counts]
        yield [one.item, one.title, one.unit, *told, one.done, None, None]
