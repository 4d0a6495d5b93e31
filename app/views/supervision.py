"""Blockages, directives and inspections as JSON objects, with the names that people know them by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.domain.blockages import Blockage
from app.domain.board import may_read_words
from app.domain.directives import Directive
from app.domain.roles import About, Actor
from app.i18n import translate
from app.store.asof import AsOf
from app.store.book import Book
from app.store.inspections import inspections_of
from app.store.moments import ZONE_TIME
from app.store.photos import photos_of_inspections
from app.store.vocabulary import Vocabulary
from app.views.presence import presence_label, presence_members, presence_why
from app.wording import local


def blockage_members(one: Blockage, book: Book, words: Vocabulary, lang: str) -> dict[str, Any]:
    """A blockage as of the day of `book`."""
    today = book.as_of.day
    state, due = one.state.value, one.due.isoformat() if one.due else None
    return {
        "id": one.id,
        "title": one.title,
        **_subject(one.subject, one.item_no, book, words),
        "state": state,
        "state_label": translate(lang, f"blockage.state.{state}"),
        "level": one.level,
        "level_label": translate(lang, f"blockage.level.{one.level}"),
        "owner": unit_members(one.owner, words),
        "opened": one.opened.isoformat(),
        "age_days": one.age(today),
        "due": due,
        "overdue": one.overdue(today),
        "late_days": (today - one.due).days if one.due and one.overdue(today) else 0,
        "closed": None if one.undone else one.last.day.isoformat(),
        "last": step_members(one.last, "blockage", words, lang),
        "version": one.version,
        "sample": one.sample,
        "url": f"/blockages/{one.id}",
    }


def directive_members(one: Directive, book: Book, words: Vocabulary, lang: str) -> dict[str, Any]:
    """A directive as of the day of `book`."""
    today, state = book.as_of.day, one.state.value
    return {
        "id": one.id,
        **_subject(one.subject, one.item_no, book, words),
        "text": one.text,
        "by": one.by,
        "unit": unit_members(one.unit, words),
        "state": state,
        "state_label": translate(lang, f"directive.state.{state}"),
        "given": one.given.isoformat(),
        "due": one.due.isoformat(),
        "overdue": one.overdue(today),
        "days_left": one.days_left(today),
        "last": step_members(one.last, "directive", words, lang),
        "version": one.version,
        "sample": one.sample,
        "url": f"/directives/{one.id}",
    }


def step_members(step: Any, noun: str, words: Vocabulary, lang: str) -> dict[str, Any]:
    """A step of a ``blockage`` or ``directive``; `at` is the time in the zone."""
    members = {
        "action": step.act.value,
        "label": translate(lang, f"{noun}.act.{step.act.value}"),
        "text": step.text,
        "by": step.by,
        "day": step.day.isoformat(),
        "at": step.moment.astimezone(ZONE_TIME).isoformat(timespec="minutes") if step.moment else None,
        "due": step.due.isoformat() if step.due else None,
        "sample": step.sample,
    }
    if noun == "blockage":
        members |= {"owner": unit_members(step.owner, words), "level": step.level}
    return members


def inspection_members(row: dict[str, Any], lang: str) -> dict[str, Any]:
    """A row of :func:`app.store.checkins.checkins_of`: an inspection as mended since. `made_at` and
    `received_at` in the zone's time; `position_at` and `device_at` as the telephone's clock said."""
    names = ("finding", "sections", "geom_version", "lon", "lat", "accuracy_m", "by", "sample")
    phone = ("position_source", "clock_off_s", "photos_expected", "seen_version", "via")
    return {
        "id": row["id"],
        "subject": row["subject_code"],
        "made_at": _minute(row["made_at"]),
        "verdict": row["verdict"],
        "verdict_label": translate(lang, f"inspection.verdict.{row['verdict']}"),
        **{name: row[name] for name in (*names, *phone)},
        "received_at": _minute(row["entered_at"]),
        "position_at": _minute(row["position_at"]),
        "device_at": _minute(row["device_at"]),
        **presence_members(row["presence"], row["presence_facts"], lang),
        "overall": row["shown"],
        "overall_label": presence_label(row["shown"], lang),
        "version": row["version"],
        "mended": row["mended"],
        "disputed": row["disputed"],
        "url": f"/inspections/{row['id']}",
    }


def photo_members(photo: dict[str, Any], lang: str) -> dict[str, Any]:
    """A photo as :func:`app.store.photos.shown` has it, with the words of its verdict."""
    verdict, facts = photo["verdict"], photo["verdict_facts"]
    return photo | {
        "verdict_label": presence_label(verdict, lang),
        "verdict_why": presence_why(verdict, facts, lang),
    }


def with_photos(
    connection: Connection, as_of: AsOf, rows: list[dict[str, Any]], lang: str
) -> list[dict[str, Any]]:
    """Rows of inspections as members, each with its `photos` known then (addresses, sizes, verdicts)."""
    photos = photos_of_inspections(connection, [row["id"] for row in rows], as_of)
    return [
        inspection_members(row, lang)
        | {"photos": [photo_members(photo, lang) for photo in photos.get(row["id"], [])]}
        for row in rows
    ]


def inspections_with_photos(
    connection: Connection, as_of: AsOf, subject: str | None, lang: str, limit: int = 200
) -> list[dict[str, Any]]:
    """Recorded inspections as mended by then, the newest first, each with its photos."""
    return with_photos(connection, as_of, inspections_of(connection, as_of, subject, limit), lang)


def unit_members(code: str, words: Vocabulary) -> dict[str, str]:
    """A unit's code and names; its code alone when it is no longer known."""
    row = words.units.get(code, {"name": code, "name_en": code})
    return {"code": code, "name": row["name"], "name_en": row["name_en"]}


def unit_options(codes: Any, words: Vocabulary, lang: str) -> list[tuple[str, str]]:
    """(code, name) for the options of a form."""
    return [(code, local(lang, words.units[code], "name")) for code in codes if code in words.units]


def about_item(book: Book, item: int) -> About | None:
    """What permissions about a whole item are asked about; None when there is no such item."""
    found = [line.subject for line in book.lines.values() if line.subject.item_no == item]
    if not found:
        return None
    leads = frozenset(code for subject in found for code in subject.lead_units)
    supporting = frozenset(code for subject in found for code in subject.supporting_units)
    return About(item, leads, supporting)


def about_directive(book: Book, one: Directive) -> About | None:
    """The same for a directive: about its subject, or the whole item; the unit asked may always read it."""
    line = book.lines.get(one.subject) if one.subject else None
    about = line.subject.about() if line else about_item(book, one.item_no)
    if about is None:
        return None
    return About(
        about.item_no, about.lead_units | {one.unit}, about.supporting_units, about.town_code, one.unit
    )


def may_see(actor: Actor | None, book: Book, code: str) -> bool:
    """Whether somebody may read what was written about a subject of the book."""
    line = book.lines.get(code)
    return line is not None and may_read_words(actor, line.subject.about())


def _subject(code: str | None, item: int, book: Book, words: Vocabulary) -> dict[str, Any]:
    line = book.lines.get(code) if code else None
    row = words.items[item]
    return {
        "subject": code,
        "subject_title": line.subject.title if line else None,
        "subject_title_en": line.subject.title_en if line else None,
        "subject_url": subject_url(code, line is not None and line.subject.site)
        if code
        else f"/items/{item}",
        "item": item,
        "item_title": row["title"],
        "item_title_en": row["title_en"],
    }


def subject_url(code: str, site: bool) -> str:
    """The page with a subject's timeline."""
    return f"/{'sites' if site else 'subjects'}/{code}"


def _minute(moment: datetime | None) -> str | None:
    return moment.astimezone(ZONE_TIME).isoformat(timespec="minutes") if moment else None
