"""What has no place on the map, on a sheet of a pack: items counted per town, protected ones among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
        book.sheet(translate(pack.lang, "coverage.towns.title")),
        [*head, words["all"], words["promised"], words["percent"]],
        rows,
        [8, 48, 12, *[14] * len(towns), 12, 12, 10],
        shares=(len(head) + 2,),
    )


def _targets(pack: Pack) -> Iterator[list[Any]]:
    for one in pack.by_town:
        unit, towns = (one.unit, _told(pack, one.towns)) if one.counted else (None, one.towns)
        yield [one.item, one.title, unit, *towns, one.done, one.promised, one.percent]


def _protected(pack: Pack) -> Iterator[list[Any]]:
    """Small numbers are held back, as on every page."""
    held = [translate(pack.lang, "coverage.held")] * (len(pack.towns) - 1)
    for one in pack.protected:
        towns = held if one.towns is None else _told(pack, one.towns)
        yield [one.item, one.title, one.unit, *towns, one.done, None, None]


def _told(pack: Pack, counts: Sequence[float | None]) -> list[Any]:
    """Numbers per town, and words where nobody said in which town it was."""
    unknown = translate(pack.lang, "coverage.unknown")
    return [unknown if count is None else count for count in counts]
