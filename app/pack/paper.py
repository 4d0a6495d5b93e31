"""A pack as PDF (A4) and as PNG pictures for slides, set by Typst with the fonts that the set-up fetched.

Typst gets the words and rows as JSON and the maps as SVG; it reads no other file and nothing from a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import typst

from app.domain.services import State
from app.errors import Unavailable
from app.i18n import catalogue, translate
from app.pack.contents import STATUSES, Pack, TownRow
from app.pack.drawings import cover_map, mark, town_map, zone_map
from app.store.coverage import Coverages
from app.store.live import View
from app.views.coverboard import Row as CoverageRow
from app.views.coverquestions import usual_question
from app.views.overviews import zone_ground
from app.wording import figure, metres, percent, square_metres
from maps.overview import MOST_NUMBERED

HERE = Path(__file__).parent
FONTS = HERE.parent / "fonts"
SLIDE_PPI = 144.0
"""960 × 540 points make 1920 × 1080 pixels."""
DASH = "—"


class Paper:
    """A pack ready to be set: its files by name."""

    def __init__(self, pack: Pack, view: View, counted: Coverages) -> None:
        self.pack, self.view, self.counted = pack, view, counted
        self.towns, self.roads = zone_ground(counted.source, view, pack.lang)
        self.files: dict[str, bytes] = {}
        self._draw()

    def pdf(self) -> bytes:
        """The pack on A4. Errors: Unavailable when its fonts are not there."""
        return self._set("pack.typ", "pdf")[0]

    def slides(self) -> list[bytes]:
        """Pictures of 1920 × 1080 pixels (PNG)."""
        return self._set("slides.typ", "png", SLIDE_PPI)

    def _set(self, template: str, form: str, ppi: float | None = None) -> list[bytes]:
        _check_fonts()
        files: dict[str, Any] = {"main": (HERE / template).read_bytes(), **self.files}
        made = typst.compile(
            files,
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            format=form,  # type: ignore[arg-type]
            ppi=ppi,
        )
        return made if isinstance(made, list) else [made]

    def _draw(self) -> None:
        pack, lang = self.pack, self.pack.lang
        self._file("zone.svg", zone_map(pack.sites, self.towns, self.roads, lang))
        for code in STATUSES:
            self._file(f"marks/{code}.svg", mark(code))
        for town in pack.towns:
            own = [site for site in pack.sites if site.town_code == town.code]
            if own:
                self._file(f"town-{town.code}.svg", town_map(own, self.towns, self.roads, lang))
        for row in pack.coverage:
            question = usual_question(self.counted.rules, row.kind["code"], _method(row))
            areas = {
                state: self.counted.ask(self.view, question._replace(state=state)).service.lonlat
                for state in State
            }
            self._file(f"cover-{row.kind['code']}.svg", cover_map(self.towns, areas, lang))
        self.files["data.json"] = orjson.dumps(pack_members(pack))

    def _file(self, name: str, text: str) -> None:
        self.files[name] = text.encode()


def _method(row: CoverageRow):
    from app.domain.services import Method

    return Method(row.asked["method"])


@cache
def _check_fonts() -> None:
    if not list(FONTS.rglob("*.ttf")):
        raise Unavailable(
            "没有排版用的字体；请在服务器上运行 scripts/vendor 后再试。",
            "The fonts for printing are not there; run scripts/vendor on the server and try again.",
        )


def pack_members(pack: Pack) -> dict[str, Any]:
    """A pack as the templates read it: words, and rows of text."""
    lang = pack.lang

    def word(key: str, **values: Any) -> str:
        return translate(lang, f"pack.{key}", **values)

    def share(value: float | None) -> str:
        return DASH if value is None else percent(lang, value)

    late, blocked = len(pack.late), len(pack.blockages)
    return {
        "lang": lang,
        "title": f"{pack.programme} {pack.week_label}",
        "programme": pack.programme,
        "subtitle": word("subtitle"),
        "zone": pack.zone,
        "week_label": pack.week_label,
        "as_of": pack.as_of,
        "sample": pack.sample,
        "filters": pack.filters,
        "footer": f"{pack.zone} · {word('as_of')} {pack.as_of}"
        + (f" · {pack.filters}" if pack.filters else ""),
        "words": catalogue(lang)["pack"]["words"],
        "numbers": _numbers(len(pack.sites), lang),
        "position_note": " ".join(translate(lang, f"position_note.{one}") for one in pack.positions),
        "totals": [
            [word("total_items", all=pack.all_items), str(len(pack.items))],
            [word("total_sites"), str(len(pack.sites))],
            [word("total_late"), str(late)],
            [word("total_blockages"), str(blocked)],
        ],
        "statuses": [
            {"code": code, "label": translate(lang, f"status.{code}"), "count": count}
            for code, count in pack.statuses.items()
        ],
        "towns": [_town(pack, town) for town in pack.towns],
        "town_names": [town.name for town in pack.towns if town.code],
        "items": [
            {
                "no": one.no,
                "title": one.title,
                "units": one.units,
                "percent": word("done") if one.complete else share(one.percent),
                "worst": one.worst,
                "worst_label": one.worst_label,
                "why": one.why,
            }
            for one in pack.items
        ],
        "items_note": word("items_note", n=len(pack.items), all=pack.all_items),
        "sites": [_site(site, lang) for site in pack.sites],
        "late": [
            {
                "code": one.code,
                "title": one.title,
                "unit": one.unit,
                "status": one.status,
                "status_label": one.status_label,
                "planned": share(one.planned),
                "reported": share(one.reported),
                "why": one.why,
            }
            for one in pack.late
        ],
        "late_more": word("late_more", n=max(late - 11, 0)),
        "blockages": [
            {
                "subject": one.subject,
                "subject_title": one.subject_title,
                "title": one.title,
                "owner": one.owner,
                "level": translate(lang, f"blockage.level.{one.level}"),
                "days": word("days", n=one.days),
                "due": (one.due or DASH) + (word("overdue") if one.late else ""),
                "late": one.late,
            }
            for one in pack.blockages
        ],
        "protected": [
            {
                "item": one.item,
                "title": one.title,
                "done": f"{figure(one.done or 0)} {one.unit}".strip(),
                "towns": _protected(one.towns, one.unit, lang, len(pack.towns) - 1),
            }
            for one in pack.protected
        ],
        "coverage": [_coverage(row, lang) for row in pack.coverage],
        "notes": [
            translate(lang, f"coverage.note_{name}")
            for name in ("area", "circle", "network", "people", "position")
            if name != "position" or pack.illustrative
        ]
        + [word("note_filter"), word("note_status")],
    }


def _town(pack: Pack, town: TownRow) -> dict[str, Any]:
    own = [site for site in pack.sites if site.town_code == town.code]
    return {
        "name": town.name,
        "area": square_metres(pack.lang, town.area_km2 * 1e6),
        "count": town.sites,
        "statuses": {code: town.statuses.get(code, 0) for code in STATUSES},
        "map": f"town-{town.code}.svg" if own else None,
        "crowded": _numbers(len(own), pack.lang) if len(own) > MOST_NUMBERED else "",
        "sites": [_site(site, pack.lang) for site in own],
    }


def _numbers(sites: int, lang: str) -> str:
    """What the numbers on a map of so many sites are, or why there are none."""
    if sites > MOST_NUMBERED:
        return translate(lang, "pack.crowded", most=MOST_NUMBERED)
    return translate(lang, "pack.words.numbers")


def _site(site: Any, lang: str) -> dict[str, Any]:
    def share(value: float | None) -> str:
        return DASH if value is None else percent(lang, value)

    measure = DASH
    if site.length_m is not None:
        measure = metres(lang, site.length_m)
    elif site.area_m2 is not None:
        measure = square_metres(lang, site.area_m2)
    names = ("number", "code", "title", "town", "unit", "kind", "status", "status_label")
    return {name: getattr(site, name) for name in names} | {
        "planned": share(site.planned),
        "reported": share(site.reported),
        "measure": measure,
    }


def _protected(counts: Sequence[float | None] | None, unit: str, lang: str, towns: int) -> list[str]:
    if counts is None:
        return [translate(lang, "coverage.held")] * towns
    unknown = translate(lang, "coverage.unknown")
    return [unknown if count is None else f"{figure(count)} {unit}".strip() for count in counts]


def _coverage(row: CoverageRow, lang: str) -> dict[str, Any]:
    asked = row.asked
    reach = translate(lang, "coverage.within", metres=metres(lang, asked["radius_m"]))
    if asked["assumed"]:
        reach += f" · {translate(lang, 'coverage.assumed')}"
    cells = [*row.towns, row.zone]
    laid = (
        translate(
            lang,
            "coverage.metres",
            built=metres(lang, row.metres[0]),
            all=metres(lang, row.metres[1]),
        )
        if row.metres
        else ""
    )
    return {
        "label": row.kind["en" if lang == "en" else "zh"],
        "reach": reach,
        "map": f"cover-{row.kind['code']}.svg",
        "rows": [
            {
                "name": cell.name or translate(lang, "coverage.zone"),
                "zone": cell.code is None,
                "done": cell.amounts[State.DONE].share,
                "all": cell.amounts[State.ALL].share,
                "done_text": percent(lang, cell.amounts[State.DONE].share * 100),
                "all_text": translate(
                    lang, "pack.when_all", share=percent(lang, cell.amounts[State.ALL].share * 100)
                ),
            }
            for cell in cells
        ],
        "note": "　".join(filter(None, (laid, asked["basis"] or ""))),
    }
