"""The coverage cards of a pack as the templates read them."""

from __future__ import annotations

from typing import Any

from app.domain.reached import Count, Layer
from app.domain.services import State
from app.i18n import translate
from app.pack.contents import Pack
from app.pack.served import Served
from app.views.coverboard import Cell
from app.views.coverboard import Row as CoverageRow
from app.wording import enumeration, figure, metres, percent, square_metres

MOST_MISSED = 30
"""Villages named on paper; the workbook names all."""


def cover_members(pack: Pack, lang: str) -> list[dict[str, Any]]:
    """A card for each kind."""
    return [_card(pack, row, lang) for row in pack.coverage]


def _card(pack: Pack, row: CoverageRow, lang: str) -> dict[str, Any]:
    asked, code = row.asked, row.kind["code"]
    label = row.kind["en" if lang == "en" else "zh"]
    reach = translate(lang, "coverage.within", metres=metres(lang, asked["radius_m"]))
    if asked["assumed"]:
        reach += f" · {translate(lang, 'coverage.assumed')}"
    laid = (
        translate(lang, "coverage.metres", built=metres(lang, row.metres[0]), all=metres(lang, row.metres[1]))
        if row.metres
        else ""
    )
    served = pack.served.get(code)
    return {
        "label": label,
        "reach": reach,
        "map": f"cover-{code}.svg",
        "alt": translate(lang, "pack.filter_join").join(_alt(label, cell, lang) for cell in row.towns),
        "rows": [_row(cell, lang) for cell in (*row.towns, row.zone)],
        "curve": None,
        "served": _served(served, pack, lang) if served else [],
        "missed": _missed(served, lang) if served else "",
        "note": "　".join(filter(None, (laid, asked["basis"] or ""))),
    }


def _alt(label: str, cell: Cell, lang: str) -> str:
    shares = {state.value: percent(lang, cell.amounts[state].share * 100) for state in State}
    return translate(lang, "coverage.picture", kind=label, town=cell.name, **shares)


def _row(cell: Cell, lang: str) -> dict[str, Any]:
    done, everything = (cell.amounts[state].share for state in (State.DONE, State.ALL))
    return {
        "name": cell.name or translate(lang, "coverage.zone"),
        "zone": cell.code is None,
        "done": done,
        "all": everything,
        "done_text": percent(lang, done * 100),
        "all_text": translate(lang, "pack.when_all", share=percent(lang, everything * 100)),
    }


def _served(served: Served, pack: Pack, lang: str) -> list[dict[str, Any]]:
    """A line for each layer, and one for the inhabitants: a cell per town and for the zone."""
    lines = [
        {
            "label": translate(lang, f"pack.layers.{layer}"),
            "cells": [_counted(layer, row, share, lang) for row, share in zip(rows, shares, strict=True)],
        }
        for layer, rows, shares in served.layers
    ]
    if served.people:
        lines.append(
            {
                "label": translate(lang, "pack.layers.people"),
                "cells": [_people(row, lang) for row in served.people],
            }
        )
    return lines


def _counted(layer: Layer, row: Count, share: float | None, lang: str) -> str:
    if share is None:
        return translate(lang, "pack.no_places")
    told = percent(lang, share * 100)
    if layer is Layer.BUILT_UP:
        covered, whole = (square_metres(lang, km2 * 1e6) for km2 in (row.covered_km2, row.area_km2))
        return translate(lang, "pack.of_places", covered=covered, all=whole, share=told)
    return translate(lang, "pack.of_places", covered=figure(row.covered), all=figure(row.places), share=told)


def _people(row: Count, lang: str) -> str:
    share = row.people_share
    if share is None or row.inhabitants is None:
        return translate(lang, "pack.unknown_people")
    return translate(lang, "pack.of_people", all=figure(row.inhabitants), share=percent(lang, share * 100))


def _missed(served: Served, lang: str) -> str:
    """The villages that are not reached, by name."""
    if not served.missed:
        return ""
    named = enumeration(lang, [place.name for place in served.missed[:MOST_MISSED]])
    rest = len(served.missed) - MOST_MISSED
    more = translate(lang, "pack.missed_more", n=rest) if rest > 0 else ""
    return translate(lang, "pack.missed", n=len(served.missed), names=named) + more
