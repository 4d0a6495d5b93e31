"""The audit in words: actions and members by their names, and only what differs between before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.i18n import catalogue, translate
from app.store.vocabulary import Vocabulary

LONGEST = 400
"""Characters of a nested value that are shown."""


@dataclass(frozen=True)
class Difference:
    """One member of a change: its name in words, and what it was and is; None where it was not there."""

    name: str
    before: str | None
    after: str | None


def action_words(lang: str, action: str) -> str:
    """An action's name; its code where it has none."""
    return catalogue(lang).get("audit_action", {}).get(action.replace(".", "_"), action)


def differences(lang: str, words: Vocabulary, before: Any, after: Any) -> list[Difference]:
    """What a change changed, in the order in which it was kept."""
    if not isinstance(before, Mapping | None) or not isinstance(after, Mapping | None):
        return [Difference("", _text(lang, words, "", before), _text(lang, words, "", after))]
    one, other = before or {}, after or {}
    shown = []
    for name in sorted(dict.fromkeys([*other, *one]), key=lambda name: name != "account"):
        if name in one and name in other and one[name] == other[name]:
            if name == "account":  # whose it is has to be told, though it is the same
                shown.append(Difference(_member(lang, name), None, _text(lang, words, name, other[name])))
            continue
        texts = [_text(lang, words, name, side[name]) if name in side else None for side in (one, other)]
        shown.append(Difference(_member(lang, name), *texts))
    return shown


def _member(lang: str, name: str) -> str:
    return catalogue(lang).get("audit_member", {}).get(name, name)


def _text(lang: str, words: Vocabulary, name: str, value: Any) -> str | None:
    if value is None or value == "":
        return translate(lang, "audit.nothing")
    if isinstance(value, bool):
        return translate(lang, "audit.yes" if value else "audit.no")
    if isinstance(value, float):
        return f"{value:.10g}"
    if name == "role" and value in catalogue(lang)["role"]:
        return translate(lang, f"role.{value}")
    if name == "state" and value in ("enabled", "disabled"):
        return translate(lang, f"users.{value}")
    named = {"unit": words.units, "unit_code": words.units, "owner_unit": words.units}
    named |= {"owner": words.units, "town": words.towns}
    if name in named and value in named[name]:
        return named[name][value]["name" if lang == "zh" else "name_en"]
    if name == "towns" and isinstance(value, list):
        return ("、" if lang == "zh" else ", ").join(
            words.towns[code]["name" if lang == "zh" else "name_en"] if code in words.towns else str(code)
            for code in value
        )
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return ("、" if lang == "zh" else ", ").join(map(str, value)) or translate(lang, "audit.nothing")
    if isinstance(value, Mapping | list):
        text = orjson.dumps(value).decode()
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return str(value)
