"""Check-ins for pages and the map: members of a list's row, of one check-in, and of the map's features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.domain.checkins import mendings
from app.domain.presence import Presence, overall
from app.i18n import translate
from app.store.book import Book
from app.store.checkin import Checkin, Row
from app.store.moments import ZONE_TIME
from app.store.vocabulary import Vocabulary
from app.views.presence import presence_label, presence_members, presence_why
from app.views.supervision import subject_url
from app.wording import metres

PRESENCES = tuple(one.value for one in Presence)
ON_IT_M = 0.5
"""Nearer than this somebody stood on the site itself."""
CLOCKS_AGREE_S = 120
"""Clocks that differ by less are called the same; what was said at the site is taken as it is."""
DEMO_APART_S = 30 * 86_400
"""The demonstration's day stands still: that a real telephone is years ahead of it says nothing."""
LATE = timedelta(minutes=10)
"""A check-in that arrives later than this is said to have arrived late."""


def checkin_row(row: Row, book: Book, words: Vocabulary, lang: str) -> dict[str, Any]:
    """A row of :func:`app.store.checkins.checkins_of` for lists, cards and the map."""
    line = book.lines[row["subject_code"]]
    facts = row["presence_facts"] or {}
    town = words.towns.get(row["town_code"]) if row["town_code"] else None
    distance = facts.get("distance_m") if row["position_source"] != "pin" else None
    return {
        "id": row["id"],
        "url": f"/inspections/{row['id']}",
        "subject": line.code,
        "subject_title": line.subject.title,
        "subject_title_en": line.subject.title_en,
        "subject_url": subject_url(line.code, line.subject.site),
        "item": row["item_no"],
        "town": town["name"] if town else None,
        "town_en": town["name_en"] if town else None,
        "made_at": local_minute(row["made_at"]),
        "by": row["by"],
        "verdict": row["verdict"],
        "verdict_label": translate(lang, f"inspection.verdict.{row['verdict']}"),
        "finding": row["finding"],
        "presence": row["shown"],
        "presence_label": presence_label(row["shown"], lang),
        "distance_m": distance,
        "distance": _far(distance, lang) if distance is not None else None,
        "accuracy_m": row["accuracy_m"],
        "position_source": row["position_source"],
        "near": facts.get("near"),
        "photos": row["photos"],
        "mended": row["mended"],
        "disputed": row["disputed"],
        "via": row["via"],
        "sample": row["sample"],
    }


def checkin_feature(row: Row, book: Book, words: Vocabulary, lang: str) -> dict[str, Any]:
    """The same as a GeoJSON feature (RFC 7946, WGS 84); without a position its geometry is null."""
    place = None
    if row["lon"] is not None and row["lat"] is not None:
        place = {"type": "Point", "coordinates": [round(row["lon"], 6), round(row["lat"], 6)]}
    properties = checkin_row(row, book, words, lang)
    properties["why"] = presence_why(row["presence"], row["presence_facts"], lang)
    return {"type": "Feature", "id": row["id"], "geometry": place, "properties": properties}


def checkin_members(one: Checkin, lang: str) -> dict[str, Any]:
    """What the page of a check-in tells, beside its subject."""
    row, current = one.row, one.current
    told = set(presence_why(row["presence"], row["presence_facts"], lang))
    photos = [_photo(photo, n, told, lang) for n, photo in enumerate(one.photos, start=1)]
    shown = overall(row["presence"], (photo["presence"] for photo in photos)) if row["presence"] else None
    own = presence_members(row["presence"], row["presence_facts"], lang)
    return {
        "id": row["id"],
        "by": row["by"],
        "via": row["via"],
        "sample": row["sample"],
        "made_at": local_minute(row["made_at"]),
        "received_at": local_minute(row["entered_at"]),
        "late": _late(row, lang),
        "clock": _clock(row, lang),
        "verdict": current["verdict"],
        "finding": current["finding"],
        "sections": current["sections"],
        "presence": shown,
        "presence_label": presence_label(shown, lang),
        "own": own,
        "position": _position(row),
        "photos": photos,
        "expected": len(row["photos_expected"] or []),
        "waiting": _waiting(one, lang),
        "history": _history(one),
        "disputes": [_dispute(dispute) for dispute in one.disputes],
        "version": one.version,
        "blockage": one.blockage,
    }


def local_minute(moment: datetime) -> str:
    """A moment in the zone's time, ISO to the minute."""
    return moment.astimezone(ZONE_TIME).isoformat(timespec="minutes")


def span_words(seconds: float, lang: str) -> str:
    """A span of time in the largest unit of which there is at least one: seconds, minutes, hours, days."""
    seconds = abs(seconds)
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= size:
            count = round(seconds / size)
            key = f"inspections.one.{unit}"
            single = lang == "en" and count == 1 and unit == "days"
            return translate(lang, f"{key}_one" if single else key, n=count)
    return translate(lang, "inspections.one.seconds", n=round(seconds))


def _far(distance: float, lang: str) -> str:
    """How far from the site, for a list."""
    if distance < ON_IT_M:
        return translate(lang, "inspections.on_it")
    return translate(lang, "inspections.distance", distance=metres(lang, distance))


def _late(row: Row, lang: str) -> str | None:
    """How long it was on its way, when that is worth a word."""
    gap = row["entered_at"] - row["made_at"]
    return span_words(gap.total_seconds(), lang) if gap > LATE else None


def _clock(row: Row, lang: str) -> dict[str, Any] | None:
    """What the telephone's own clock said, and how it went; None when it was not told."""
    if row["device_at"] is None:
        return None
    off = row["clock_off_s"] or 0.0  # how far the server's was ahead
    if abs(off) <= CLOCKS_AGREE_S:
        words = translate(lang, "inspections.one.clock_same")
    elif row["sample"] and abs(off) > DEMO_APART_S:
        words = translate(lang, "inspections.one.clock_demo")
        return {"at": local_minute(row["device_at"]), "words": words, "agrees": True}
    else:
        key = "clock_behind" if off > 0 else "clock_ahead"
        words = translate(lang, f"inspections.one.{key}", off=span_words(off, lang))
    return {"at": local_minute(row["device_at"]), "words": words, "agrees": abs(off) <= CLOCKS_AGREE_S}


def _position(row: Row) -> dict[str, Any] | None:
    if row["lon"] is None or row["lat"] is None:
        return None
    at = row["position_at"]
    source = row["position_source"] if row["position_source"] in ("device", "pin") else "none"
    return {
        "lon": row["lon"],
        "lat": row["lat"],
        "accuracy_m": row["accuracy_m"],
        "source": source,
        "at": local_minute(at) if at else None,
        "facts": row["presence_facts"] or {},
    }


def _photo(photo: Row, n: int, told: set[str], lang: str) -> dict[str, Any]:
    """A photo with its own judgement; sentences that are told of the check-in already are left out."""
    exif = photo["exif"] if isinstance(photo["exif"], dict) else {}
    judged = presence_members(photo["verdict"], photo["verdict_facts"], lang)
    return {
        "n": n,
        "id": photo["id"],
        "photo": f"/photos/{photo['id']}.jpg",
        "small": f"/photos/{photo['id']}-small.jpg",
        "position": _position(photo | {"presence_facts": photo["verdict_facts"]}),
        "exif": _exif_place(exif),
        "taken": exif.get("taken_at"),
        **judged,
        "presence_why": [sentence for sentence in judged["presence_why"] if sentence not in told],
    }


def _exif_place(exif: Mapping[str, Any]) -> tuple[float, float] | None:
    lon, lat = exif.get("lon"), exif.get("lat")
    told = isinstance(lon, int | float) and isinstance(lat, int | float)
    return (float(lon), float(lat)) if told and (lon, lat) != (0, 0) else None  # type: ignore[arg-type]


def _waiting(one: Checkin, lang: str) -> list[str]:
    """What is known of photos that are not here yet, a sentence each."""
    order = list(one.row["photos_expected"] or [])
    found = []
    for ident in one.awaited:
        upload, n = one.uploads.get(ident), order.index(ident) + 1
        if upload is None:
            continue
        refused = upload["refused"]
        if isinstance(refused, dict):
            why = str(refused.get(lang) or "")
            found.append(translate(lang, "inspections.one.refused", n=n, why=why))
    return found


def _history(one: Checkin) -> list[dict[str, Any]]:
    """The mendings, the newest first."""
    steps = zip(one.revisions, mendings(one.states), strict=True)
    found = [
        {
            "by": revision["by"],
            "at": local_minute(revision["entered_at"]),
            "sample": revision["sample"],
            "fields": [mended._asdict() for mended in fields],
        }
        for revision, fields in steps
        if fields
    ]
    return found[::-1]


def _dispute(row: Row) -> dict[str, Any]:
    names = ("id", "field", "base", "kept", "kept_by", "other", "other_by", "sample")
    decision = row["decision"]
    return {
        **{name: row[name] for name in names},
        "at": local_minute(row["entered_at"]),
        "decision": {
            "chosen": decision["chosen"],
            "text": decision["text"],
            "by": decision["by"],
            "at": local_minute(decision["entered_at"]),
        }
        if decision
        else None,
    }


def section_words(value: Any, lang: str) -> str:
    """Sections as people read them: ``0–120、300–450 米``."""
    parts = [f"{start:,.0f}–{end:,.0f}" for start, end in _pairs(value)]
    joined = ("、" if lang == "zh" else ", ").join(parts)
    return f"{joined}\u00a0{translate(lang, 'map.unit.m')}" if parts else ""


def section_text(value: Any) -> str:
    """Sections as a form takes them: ``0-120; 300-450``."""
    return "; ".join(f"{start:.10g}-{end:.10g}" for start, end in _pairs(value))


def _pairs(value: Any) -> Sequence[Any]:
    """Sections; with their version of the line they are kept as {sections, geom_version}."""
    return (value.get("sections") if isinstance(value, dict) else value) or ()
