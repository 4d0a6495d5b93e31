"""A pack as its templates read it: words, rows of text, names of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.i18n import catalogue, translate
from app.pack.contents import Pack
from app.pack.coverwords import cover_members
from app.pack.rows import STATUSES, SiteRow, TownRow
from app.pack.sincewords import since_members
from app.views.coverage.towns import TownTarget
from app.wording import figure, metres, percent, square_metres
from maps.overview import MOST_NUMBERED

DASH = "—"
SHORT = 60
"""Characters of a title on a slide."""
ON_SLIDE = {"zh": 11, "en": 8}
"""Late subjects on a slide; most take two lines in English."""


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
        "keywords": [pack.week_label, *(town.name for town in pack.towns if town.code)],
        "map_alt": _told(pack.zone, pack.sites, pack.lang),
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
            [word("total_items", all=pack.all_items), figure(len(pack.items))],
            [word("total_sites"), figure(len(pack.sites))],
            [word("total_late"), figure(late)],
            [word("total_blockages"), figure(blocked)],
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
                "short": one.title if len(one.title) <= SHORT else one.title[: SHORT - 1] + "…",
                "unit": one.unit,
                "status": one.status,
                "status_label": one.status_label,
                "planned": share(one.planned),
                "reported": share(one.reported),
                "why": one.why,
            }
            for one in pack.late
        ],
        "late_shown": ON_SLIDE[lang],
        "late_more": word("late_more", n=late - ON_SLIDE[lang]) if late > ON_SLIDE[lang] else "",
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
        "by_town": {
            "title": translate(lang, "coverage.towns.title"),
            "hint": translate(lang, "coverage.towns.hint"),
            "rows": [_target(one, lang) for one in pack.by_town],
        },
        "since": since_members(pack.since, lang) if pack.since else None,
        "coverage": cover_members(pack, lang),
        "notes": notes(pack, lang),
    }


def notes(pack: Pack, lang: str) -> list[str]:
    """How it was counted, and what was not."""
    told = [translate(lang, f"coverage.note_{name}") for name in ("area", "circle", "network")]
    told.append(translate(lang, "pack.note_places" if pack.served else "coverage.note_people"))
    if pack.illustrative:
        told.append(translate(lang, "coverage.note_position"))
    if pack.since:
        told.append(translate(lang, "pack.note_since", week=pack.since.label))
    return told + [translate(lang, "pack.note_filter"), translate(lang, "pack.note_status")]


def _told(name: str, sites: Sequence[SiteRow], lang: str) -> str:
    """A map in words: how many sites in which status."""
    counts = {code: sum(site.status == code for site in sites) for code in STATUSES}
    listed = [
        translate(lang, "pack.alt_status", status=translate(lang, f"status.{code}"), n=n)
        for code, n in counts.items()
        if n
    ]
    return translate(
        lang,
        "pack.alt_map",
        name=name,
        n=len(sites),
        statuses=translate(lang, "pack.alt_join").join(listed) or translate(lang, "coverage.none"),
    )


def _town(pack: Pack, town: TownRow) -> dict[str, Any]:
    own = [site for site in pack.sites if site.town_code == town.code]
    return {
        "name": town.name,
        "area": square_metres(pack.lang, town.area_km2 * 1e6),
        "count": town.sites,
        "statuses": {code: town.statuses.get(code, 0) for code in STATUSES},
        "map": f"town-{town.code}.svg" if own else None,
        "alt": _told(town.name, own, pack.lang),
        "crowded": _numbers(len(own), pack.lang) if len(own) > MOST_NUMBERED else "",
        "sites": [_site(site, pack.lang) for site in own] if len(own) <= MOST_NUMBERED else [],
    }


def _numbers(sites: int, lang: str) -> str:
    """What the numbers on a map of so many sites are, or why there are none."""
    if sites > MOST_NUMBERED:
        return translate(lang, "pack.crowded", most=MOST_NUMBERED)
    return translate(lang, "pack.words.numbers")


def _site(site: SiteRow, lang: str) -> dict[str, Any]:
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


def _target(one: TownTarget, lang: str) -> dict[str, Any]:
    """A target of an item counted per town: what is done of what was promised, and where."""
    unknown = translate(lang, "coverage.unknown") if one.counted else DASH
    whole = DASH
    if one.done is not None:
        whole = figure(one.done) + ("" if one.promised is None else f" / {figure(one.promised)}")
    elif one.promised is not None:
        whole = translate(lang, "coverage.towns.promised", n=figure(one.promised))
    return {
        "item": one.item,
        "title": one.title,
        "unit": translate(lang, "coverage.towns.unit", unit=one.unit) if one.counted else "",
        "towns": [unknown if count is None else figure(count) for count in one.towns],
        "done": whole,
        "percent": DASH if one.percent is None else percent(lang, one.percent),
    }


def _protected(counts: Sequence[float | None] | None, unit: str, lang: str, towns: int) -> list[str]:
    if counts is None:
        return [translate(lang, "coverage.held")] * towns
    unknown = translate(lang, "coverage.unknown")
    return [unknown if count is None else f"{figure(count)} {unit}".strip() for count in counts]
