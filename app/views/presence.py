"""Where a check-in or a photo was made, in words: the verdict's name and every sentence that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.domain.presence import Presence
from app.i18n import translate
from app.store.moments import ZONE_TIME
from app.wording import figure, metres

Facts = Mapping[str, Any]


def presence_members(presence: str | None, facts: Facts | None, lang: str) -> dict[str, Any]:
    """``presence``, ``presence_label``, ``presence_why`` (sentences, the weightiest first) and
    ``presence_facts``; nothing was judged: null, and no sentence but what is noted beside."""
    return {
        "presence": presence,
        "presence_label": presence_label(presence, lang),
        "presence_why": presence_why(presence, facts, lang),
        "presence_facts": facts,
    }


def presence_label(presence: str | None, lang: str) -> str:
    """The verdict's name."""
    return translate(lang, f"phone.presence.{presence or 'not_judged'}")


def presence_why(presence: str | None, facts: Facts | None, lang: str) -> list[str]:
    """What the verdict rests on, a sentence each."""
    return list(_sentences(presence, facts, lang)) if facts else []


def _sentences(presence: str | None, facts: Facts, lang: str) -> Iterator[str]:
    reasons = facts.get("reasons") or []
    codes = {reason["code"] for reason in reasons}
    if presence == Presence.AT_SITE:
        yield _told("within", facts, lang)
    for reason in reasons:
        yield _told(reason["code"], reason, lang)
    if facts.get("distance_m") is not None and presence != Presence.AT_SITE and "far" not in codes:
        yield _told("away", facts, lang)


def _told(code: str, numbers: Facts, lang: str) -> str:
    values = {
        "distance": numbers.get("distance_m"),
        "limit": numbers.get("limit_m"),
        "accuracy": numbers.get("accuracy_m"),
        "coarsest": numbers.get("coarsest_m"),
    }
    words = {name: metres(lang, value) for name, value in values.items() if value is not None}
    for name, key in (("apart", "apart_s"), ("limit", "limit_s")):
        if key in numbers:
            words[name] = _span(lang, numbers[key])
    if "taken_at" in numbers:
        taken = datetime.fromisoformat(numbers["taken_at"])
        words["taken"] = f"{taken.astimezone(ZONE_TIME):%Y-%m-%d %H:%M}"
    words |= {name: str(numbers[name]) for name in ("subject", "day") if name in numbers}
    return translate(lang, f"phone.presence.why.{code}", **words)


def _span(lang: str, seconds: float) -> str:
    """A span of time in the largest unit of which there are two: ``45 分钟``, ``30 小时``, ``3 天``."""
    seconds = abs(seconds)
    for unit, size in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * size:
            return translate(lang, f"phone.presence.time.{unit}", n=figure(seconds / size, 0))
    return translate(lang, "phone.presence.time.minutes", n=figure(seconds / 60, 0))
