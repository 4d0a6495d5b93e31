"""The coverage cards of a pack as the templates read them."""

from __future__ import annotations

from typing import Any

from app.domain.reached import Count, Layer
from app.domain.services import State
from app.i18n import translate
from app.pack.contents import Pack
from app.pack.curves import Curve
from app.pack.served import Served
from app.views.coverage.board import Cell
from app.views.coverage.board import Row as CoverageRow
from app.wording import enumeration, figure, metres, percent

DASH = "—"
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
    if row.of:
        reach += f" · {translate(lang, f'pack.share_of.{row.of}')}"
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
        "curve": _curve(pack.curves.get(code), code, label, lang),
        "served": _served(served, lang) if served else [],
        "columns": [_name(cell, lang) for cell in (*row.towns, row.zone)],
        "missed": _missed(served, lang) if served else "",
        "note": " · ".join(filter(None, (laid, asked["basis"] or ""))),
    }


def _alt(label: str, cell: Cell, lang: str) -> str:
    shares = {state.value: _share(cell.heads[state], lang) for state in State}
    return translate(lang, "coverage.picture", kind=label, town=cell.name, **shares)


def _name(cell: Cell, lang: str) -> str:
    return cell.name or translate(lang, "coverage.zone")


def _row(cell: Cell, lang: str) -> dict[str, Any]:
    done, everything = (cell.heads[state] for state in (State.DONE, State.ALL))
    return {
        "name": _name(cell, lang),
        "zone": cell.code is None,
        "done": done or 0.0,
        "all": everything or 0.0,
        "done_text": _share(done, lang),
        "all_text": translate(lang, "pack.when_all", share=_share(everything, lang)),
    }


def _share(share: float | None, lang: str) -> str:
    """A share (0 to 1) of a town; a dash where there is nothing that it could be a share of."""
    return DASH if share is None else percent(lang, share * 100)


def _curve(curve: Curve | None, code: str, label: str, lang: str) -> dict[str, str] | None:
    """The drawing's file and its words: first and last value of each town."""
    if curve is None:
        return None
    told = [
        translate(
            lang,
            "pack.alt_line",
            town=line.name,
            first=percent(lang, line.shares[0] * 100),
            last=percent(lang, line.shares[-1] * 100),
        )
        for line in curve.lines
    ]
    words = {"kind": label, "first": curve.weeks[0], "last": curve.weeks[-1]}
    alt = translate(lang, "pack.alt_curve", lines=translate(lang, "pack.filter_join").join(told), **words)
    return {"file": f"curve-{code}.svg", "slide": f"curve-{code}-slide.svg", "alt": alt}


def _served(served: Served, lang: str) -> list[dict[str, Any]]:
    """A line for each layer, and one for the inhabitants: a cell per town and for the zone."""
    lines = []
    for one in served.layers:
        rows = zip(one.rows, one.shares, strict=True)
        label, cells = f"pack.layers.{one.layer}", [_counted(one.layer, *row, lang) for row in rows]
        lines.append({"label": translate(lang, label), "cells": cells})
    if served.people:
        cells = [_people(row, lang) for row in served.people]
        lines.append({"label": translate(lang, "pack.layers.people"), "cells": cells})
    return lines


def _counted(layer: Layer, row: Count, share: float | None, lang: str) -> str:
    if share is None:
        return translate(lang, "pack.no_places")
    told = percent(lang, share * 100)
    if layer is Layer.BUILT_UP:
        covered, whole = figure(row.covered_km2), figure(row.area_km2)
        return translate(lang, "pack.of_land", covered=covered, all=whole, share=told)
    return translate(lang, "pack.of_places", covered=figure(row.covered), all=figure(row.places), share=told)


def _people(row: Count, lang: str) -> str:
    share = row.people_share
    if share is None or row.inhabitants is None:
        return translate(lang, "pack.unknown_people")
    return translate(lang, "pack.of_people", all=figure(row.inhabitants), share=percent(lang, share * 100))


def _missed(served: Served, lang: str) -> str:
    """The villages that are not covered, by name."""
    missed = served.missed
    if not missed:
        return ""
    if len(missed) == len(served.villages):
        return translate(lang, "pack.missed_all", n=len(missed))
    named = enumeration(lang, [place.name for place in missed[:MOST_MISSED]])
    more = translate(lang, "pack.missed_more") if len(missed) > MOST_MISSED else ""
    return translate(lang, "pack.missed", n=len(missed), names=named) + more
