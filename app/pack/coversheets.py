"""The coverage sheets of a pack: areas, places served, villages not covered, and the weeks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.services import State
from app.i18n import translate
from app.pack.contents import Pack
from app.pack.grid import table
from app.sheets.workbook import Book, Sheet


def coverage_sheet(sheet: Sheet, pack: Pack, words: Mapping[str, str]) -> None:
    """Square kilometres and shares per kind and town, in every state."""
    lang = pack.lang
    head = [
        words["kind"],
        words["town"],
        words["reach_m"],
        words["sites"],
        *(
            f"{translate(lang, f'coverage.states.{state}')} {unit}"
            for state in State
            for unit in (words["km2"], "%")
        ),
        words["basis"],
    ]
    rows = []
    for one in pack.coverage:
        for cell in (*one.towns, one.zone):
            amounts = [cell.amounts[state] for state in State]
            rows.append(
                [
                    one.kind["en" if lang == "en" else "zh"],
                    cell.name or translate(lang, "coverage.zone"),
                    one.asked["radius_m"],
                    cell.amounts[State.ALL].sites,
                    *(
                        value
                        for amount in amounts
                        for value in (round(amount.km2, 4), round(amount.share * 100, 2))
                    ),
                    one.asked["basis"],
                ]
            )
    table(sheet, head, rows, [16, 12, 12, 10, *[13] * 6, 60])


def served_sheets(book: Book, pack: Pack, words: Mapping[str, str]) -> None:
    """Villages, communities, buildings, land and inhabitants served; nothing where none is loaded."""
    if not pack.served:
        return
    names = ("kind", "town", "layer", "places", "places_covered", "km2", "km2_covered", "share_covered")
    table(
        book.sheet(words["served"]),
        [
            *(words[name] for name in names),
            words["inhabitants"],
            words["inhabitants_covered"],
            words["inhabitants_share"],
        ],
        list(_served(pack)),
        [16, 12, 12, 10, 10, 14, 14, 12, 12, 14, 14],
        shares=(7, 10),
    )
    _villages(book, pack, words)


def _villages(book: Book, pack: Pack, words: Mapping[str, str]) -> None:
    """A village a row, and of each kind whether it is covered."""
    kinds = list(pack.served.values())
    if not kinds[0].villages:
        return
    told = {
        covered: translate(pack.lang, f"pack.covered.{'yes' if covered else 'no'}")
        for covered in (True, False)
    }
    rows = [
        [place.code, place.name, place.town, place.inhabitants]
        + [told[served.villages[n].covered] for served in kinds]
        for n, place in enumerate(kinds[0].villages)
    ]
    table(
        book.sheet(words["villages"]),
        [
            *(words[name] for name in ("code", "village", "town", "inhabitants")),
            *(_kind(pack, one.kind) for one in kinds),
        ],
        rows,
        [16, 24, 12, 12, *[12] * len(kinds)],
    )


def weeks_sheet(book: Book, pack: Pack, words: Mapping[str, str]) -> None:
    """What is built covers a share: a week a row, a kind in a town a column; only kinds that have changed."""
    lines = [(kind, line) for kind, curve in pack.curves.items() for line in curve.lines]
    if not lines:
        return
    weeks = next(iter(pack.curves.values())).weeks
    table(
        book.sheet(words["curves"]),
        [words["week"], *(f"{_kind(pack, kind)} {line.name}" for kind, line in lines)],
        [[str(week), *(_percent(line.shares[n]) for _, line in lines)] for n, week in enumerate(weeks)],
        [12, *[14] * len(lines)],
        shares=tuple(range(1, 1 + len(lines))),
    )


def _served(pack: Pack) -> Iterator[list[Any]]:
    names = {town.code: town.name for row in pack.coverage for town in row.towns}
    zone = translate(pack.lang, "coverage.zone")
    for kind, served in pack.served.items():
        for one in served.layers:
            for row, share in zip(one.rows, one.shares, strict=True):
                land = bool(row.area_km2)
                yield [
                    _kind(pack, kind),
                    names[row.code] if row.code else zone,
                    translate(pack.lang, f"pack.layers.{one.layer}"),
                    row.places,
                    row.covered,
                    round(row.area_km2, 4) if land else None,
                    round(row.covered_km2, 4) if land else None,
                    _percent(share),
                    *[None] * 3,
                ]
        for row in served.people or ():
            yield [
                _kind(pack, kind),
                names[row.code] if row.code else zone,
                translate(pack.lang, "pack.layers.people"),
                *[None] * 5,
                row.inhabitants,
                None if row.covered_inhabitants is None else round(row.covered_inhabitants),
                _percent(row.people_share),
            ]


def _kind(pack: Pack, code: str) -> str:
    row = next(row for row in pack.coverage if row.kind["code"] == code)
    return row.kind["en" if pack.lang == "en" else "zh"]


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 2)
