"""The audit in words: actions and members by their names, and only what differs between before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from app.i18n import catalogue, show, translate
from app.store.moments import ZONE_TIME
from app.store.vocabulary import Vocabulary
from app.views.presence import presence_why

LONGEST = 400
"""Characters of a nested value that are shown."""

BRIEF = 3
"""Differences that stand in the row itself; the others are folded."""

IN_THE_ROW = frozenset({"subject", "code", "item", "by"})
"""Members that the row says anyway."""

WHICH = frozenset({"account", "week", "title"})
"""Told though it is the same before and after: whose, which."""

FIRST = ("account", "week", "percent", "figures", "sections", "state", "verdict", "start", "end", "title")
LAST = (
    *("corrects", "source", "position", "presence_facts", "geom_version", "entered_at"),
    *("inspection", "blockage", "seen", "version", "id"),
)
"""Of use to who looks into a case: folded, at the end."""


@dataclass(frozen=True)
class Difference:
    """One member of a change: its name in words, and what it was and is; None where it was not there."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Told:
    """What a change changed: `brief` in the row, `more` folded."""

    brief: list[Difference]
    more: list[Difference]


def action_words(lang: str, action: str) -> str:
    """An action's name; its code where it has none."""
    return catalogue(lang).get("audit_action", {}).get(action.replace(".", "_"), action)


def told(lang: str, words: Vocabulary, before: Any, after: Any) -> Told:
    """What a change changed, what matters most first; members empty on both sides are left out."""
    if not isinstance(before, Mapping | None) or not isinstance(after, Mapping | None):
        return Told(
            [Difference("", _text(lang, words, "", before), _text(lang, words, "", after))],
            [],
        )
    one, other = before or {}, after or {}
    brief, more = [], []
    for name in _ordered([*other, *one]):
        was, now = one.get(name), other.get(name)
        if name == "text" and "state" in other:  # a step's own words; those of the step before are in its row
            was = None
        if name in IN_THE_ROW or (_says_nothing(was) and _says_nothing(now)):
            continue
        if was == now and name not in WHICH:
            continue
        texts = [
            None if _says_nothing(was) or was == now else _text(lang, words, name, was),
            None if name not in other else _text(lang, words, name, now),
        ]
        place = more if name in LAST or len(brief) == BRIEF else brief
        place.append(Difference(_member(lang, name), *texts))
    return Told(brief, more)


def _ordered(names: Iterable[str]) -> list[str]:
    """Each name once: the telling ones first, those of use to few last, the others as they were kept."""

    def place(name: str) -> int:
        if name in FIRST:
            return FIRST.index(name) - len(FIRST)
        return 1 + LAST.index(name) if name in LAST else 0

    return sorted(dict.fromkeys(names), key=place)


def _says_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _member(lang: str, name: str) -> str:
    return catalogue(lang).get("audit_member", {}).get(name, name)


def _text(lang: str, words: Vocabulary, name: str, value: Any) -> str | None:
    if _says_nothing(value):
        return translate(lang, "audit.nothing")
    if isinstance(value, bool):
        return translate(lang, "audit.yes" if value else "audit.no")
    if isinstance(value, float):
        return f"{value:.10g}"
    told_as = _TOLD.get(name)
    spoken = told_as(lang, words, value) if told_as else _coded(lang, words, name, value)
    if spoken is not None:
        return spoken
    comma = _comma(lang)
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return comma.join(map(str, value))
    if isinstance(value, Mapping | list):
        text = orjson.dumps(value).decode()
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return str(value)


def _coded(lang: str, words: Vocabulary, name: str, value: Any) -> str | None:
    """A code in words; None where it is none that we know."""
    tree, key = catalogue(lang), str(value)
    places: dict[str, tuple[Mapping[str, Any], ...]] = {
        "role": (tree["role"],),
        "state": (tree["users"], tree["blockage"]["state"], tree["directive"]["state"]),
        "status": (tree["status"],),
        "verdict": (tree["inspection"]["verdict"],),
        "level": (tree["blockage"]["level"],),
        "presence": (tree["phone"]["presence"],),
        "field": (tree["inspections"]["field"],),
        "chosen": ({one: tree["inspections"]["one"][f"choose_{one}"] for one in ("kept", "other")},),
    }
    for place in places.get(name, ()):
        if isinstance(place.get(key), str):
            return place[key]
    if name in ("unit", "unit_code", "owner_unit", "owner") and key in words.units:
        return _named(lang, words.units[key])
    if name == "town" and key in words.towns:
        return _named(lang, words.towns[key])
    return None


def _towns(lang: str, words: Vocabulary, value: Any) -> str | None:
    if not isinstance(value, list):
        return None
    return _comma(lang).join(_town(lang, words, code) for code in value)


def _figures(lang: str, words: Vocabulary, value: Any) -> str | None:
    """``目标 1：936（疃里镇 515、马集镇 421）``, in the order of the targets."""
    if not isinstance(value, Mapping) or not all(isinstance(one, Mapping) for one in value.values()):
        return None
    said = []
    for ordinal, one in sorted(value.items(), key=lambda pair: (len(pair[0]), pair[0])):
        text = show(lang, one["quantity"]) if "quantity" in one else f"{show(lang, one.get('percent'))}%"
        shares = (one.get("towns") or {}).items()
        towns = [f"{_town(lang, words, code)} {show(lang, n)}" for code, n in shares]
        number = str(int(ordinal) + 1) if ordinal.isdecimal() else ordinal
        key = "audit.figure_towns" if towns else "audit.figure"
        said.append(translate(lang, key, no=number, value=text, towns=_comma(lang).join(towns)))
    return ("；" if lang == "zh" else "; ").join(said)


def _sections(lang: str, words: Vocabulary, value: Any) -> str | None:
    if not isinstance(value, list) or not all(isinstance(one, list) and len(one) == 2 for one in value):
        return None
    return _comma(lang).join(f"{show(lang, start)}–{show(lang, end)}" for start, end in value)


def _fields(lang: str, words: Vocabulary, value: Any) -> str | None:
    """The fields of an inspection that were mended or are disputed."""
    names = [one.get("field") if isinstance(one, Mapping) else one for one in value]
    return _comma(lang).join(str(_coded(lang, words, "field", name) or name) for name in names)


def _grounds(lang: str, words: Vocabulary, value: Any) -> str | None:
    """What a verdict on presence rests on."""
    if not isinstance(value, Mapping):
        return None
    return ("；" if lang == "zh" else "; ").join(presence_why(None, value, lang)) or translate(
        lang, "audit.nothing"
    )


def _milestones(lang: str, words: Vocabulary, value: Any) -> str | None:
    if not isinstance(value, list) or not all(isinstance(one, list) and len(one) == 2 for one in value):
        return None
    return _comma(lang).join(f"{day} {show(lang, percent)}%" for day, percent in value)


def _moment(lang: str, words: Vocabulary, value: Any) -> str | None:
    try:
        return f"{datetime.fromisoformat(value).astimezone(ZONE_TIME):%Y-%m-%d %H:%M}"
    except (TypeError, ValueError):
        return None


_TOLD = {
    "towns": _towns,
    "figures": _figures,
    "sections": _sections,
    "milestones": _milestones,
    "merged": _fields,
    "disputed": _fields,
    "presence_facts": _grounds,
    "entered_at": _moment,
    "made_at": _moment,
}


def _town(lang: str, words: Vocabulary, code: Any) -> str:
    return _named(lang, words.towns[code]) if code in words.towns else str(code)


def _named(lang: str, row: Mapping[str, Any]) -> str:
    return row["name" if lang == "zh" else "name_en"]


def _comma(lang: str) -> str:
    return "、" if lang == "zh" else ", "
