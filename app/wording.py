"""How pages write numbers, measures and names. No number without its unit; the browser's format.js agrees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.domain.status import Status
from app.domain.weeks import Week
from app.i18n import translate

SPACE = "\u00a0"
"""Keeps a number and its unit on one line."""
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def figure(value: float, digits: int = 2) -> str:
    """A number with thousands separators and at most `digits` decimals: ``1,200``, ``15.6``, ``4``."""
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def metres(lang: str, value: float) -> str:
    """A length given in metres, in metres below one kilometre and in kilometres above."""
    if value < 1000:
        return figure(value, 1 if value < 100 else 0) + SPACE + translate(lang, "map.unit.m")
    return figure(value / 1000, 2 if value < 100_000 else 0) + SPACE + translate(lang, "map.unit.km")


def square_metres(lang: str, value: float) -> str:
    """An area given in square metres, in square kilometres from a tenth of one."""
    if value < 100_000:
        return figure(value, 0) + SPACE + translate(lang, "map.unit.m2")
    return figure(value / 1e6) + SPACE + translate(lang, "map.unit.km2")


def percent(lang: str, value: float) -> str:
    """A percentage with at most one decimal."""
    return translate(lang, "map.status_line.percent", n=figure(value, 1))


def circled(number: int) -> str:
    """A task's number as the notice writes it: ①; beyond ⑳ in parentheses."""
    return CIRCLED[number - 1] if 1 <= number <= len(CIRCLED) else f"（{number}）"


def local(lang: str, row: Mapping[str, Any], name: str = "title") -> str:
    """`name` of a row in `lang`; Chinese where there is no English."""
    return (row.get(f"{name}_en") if lang == "en" else None) or row.get(name) or ""


def enumeration(lang: str, names: Iterable[str]) -> str:
    """Names in one line."""
    return ("; " if lang == "en" else "、").join(names)


def why(lang: str, status: Status) -> str:
    """The sentence that says why a status is what it is."""
    return translate(lang, f"why.{status.rule}", **status.inputs)


def status_members(status: Status, lang: str) -> dict[str, Any]:
    """A status as members of a JSON object: code, label, sentence, and the rule with its inputs."""
    inputs = {name: _plain(value) for name, value in status.inputs.items()}
    return {
        "status": status.code.value,
        "status_label": translate(lang, f"status.{status.code}"),
        "why": why(lang, status),
        "planned_percent": status.inputs["planned_percent"],
        "reported_percent": status.inputs["reported_percent"],
        "rule": {"name": status.rule, **inputs},
    }


def _plain(value: Any) -> Any:
    """A rule's input as JSON: dates and weeks as text, numbers as they are."""
    return str(value) if isinstance(value, Week | date) else value
