"""Timelines in words: events of the ledger as sentences in a reader's language, and who may read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.board import may_read_words
from app.domain.roles import About, Action, Actor, may
from app.domain.timeline import INTERNAL, Event, Kind, readable
from app.i18n import translate
from app.store.moments import ZONE_TIME, day_of
from app.store.vocabulary import Vocabulary
from app.views.presence import presence_label
from app.wording import enumeration, metres

_TOLD_WHOLE = frozenset({Kind.STOPPED, Kind.SENT_BACK})
"""The reason is part of the sentence, as it is of the status's."""
PAGES = {
    "blockage": "/blockages/",
    "directive": "/directives/",
    "inspected": "/inspections/",
    "mended": "/inspections/",
}


def for_reader(events: Sequence[Event], actor: Actor | None, about: About, withheld: bool) -> list[Event]:
    """What this person may read of the events of one item."""
    words = may_read_words(actor, about)
    return readable(events, internal=may(actor, Action.READ), words=words, withheld=withheld)


def told(events: Sequence[Event], words: Vocabulary, lang: str) -> list[dict[str, Any]]:
    """Events as JSON objects: ``{at, event, text, words, by, subject, internal, sample}``, newest first.

    `at` is the day in the zone, `time` its minute; `words` what somebody wrote, null when there is nothing or
    it is not for this reader.
    """
    return [
        {
            "at": day_of(event.moment).isoformat(),
            "time": f"{event.moment.astimezone(ZONE_TIME):%H:%M}",
            "event": event.kind.value,
            "text": sentence(event, words.units, lang),
            "words": None if event.kind in _TOLD_WHOLE else event.words,
            "by": event.by,
            "subject": event.subject,
            "internal": event.kind in INTERNAL,
            "page": _page(event),
            "sample": event.sample,
        }
        for event in events
    ]


def sentence(event: Event, units: Mapping[str, Mapping[str, Any]], lang: str) -> str:
    """What happened, in one sentence without what was written about it."""
    values = dict(event.values)
    kind = event.kind
    key = f"history.{kind.value}"
    if kind in (Kind.DRAWN, Kind.REDRAWN):
        values["position"] = translate(lang, f"position.{values['position']}")
    elif kind in _TOLD_WHOLE:
        key = f"history.{kind.value}_why" if event.words else f"history.{kind.value}_in"
        values["reason"] = event.words
    elif kind is Kind.CORRECTED and values["was"] == values["percent"]:
        key = "history.corrected_words"
    elif kind is Kind.ACCEPTED:
        values["by"] = values["who"]
    if "title" in values:
        values["title"] = values["title"] or translate(lang, "history.untitled")
    if "unit" in values:
        unit = units.get(values["unit"], {})
        values["unit"] = (unit.get("name_en") if lang == "en" else unit.get("name")) or values["unit"]
    if "level" in values:
        values["level"] = translate(lang, f"history.level_{values['level']}")
    if kind in INTERNAL and "due" in values:
        due = values["due"]
        values["until"] = translate(lang, "history.until", due=due) if due is not None else ""
    if kind is Kind.INSPECTED:
        values["verdict"] = translate(lang, f"history.verdict_{values['verdict']}")
        seen = values["built_m"]
        values["seen"] = translate(lang, "history.seen", built=metres(lang, seen)) if seen else ""
        shown = presence_label(values["presence"], lang) if values["presence"] else None
        values["presence"] = translate(lang, "history.presence", presence=shown) if shown else ""
    if kind is Kind.MENDED:
        values["what"] = enumeration(lang, (_mended(name, values, lang) for name in values["changed"]))
    return translate(lang, key, **values)


def _mended(name: str, values: Mapping[str, Any], lang: str) -> str:
    """A field that was mended, with what it is since where that is short."""
    if name == "verdict":
        verdict = translate(lang, f"history.verdict_{values['verdict']}")
        return translate(lang, "history.mended_verdict", verdict=verdict)
    if name == "sections":
        seen = values["built_m"]
        if seen is None:
            return translate(lang, "history.mended_no_sections")
        return translate(lang, "history.mended_sections", built=metres(lang, seen))
    return translate(lang, "history.mended_finding")


def _page(event: Event) -> str | None:
    """Where more is told: the page of the blockage, directive or inspection."""
    prefix = PAGES.get(event.kind.value.partition("_")[0])
    return f"{prefix}{event.values['id']}" if prefix else None
