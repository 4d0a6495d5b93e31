"""Inspections (督查): somebody was there and saw how things stand. What may be recorded of it, and mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.domain.built import Interval, built
from app.domain.clock import EARLIEST
from app.domain.given import is_blank, text_given
from app.domain.merge import Conflict, Merged, merge
from app.errors import BadParameter, Fault

CLOCKS_DIFFER = timedelta(minutes=10)
MOST_PHOTOS = 9
"""Photos of one check-in."""


class Verdict(StrEnum):
    """What the inspector found."""

    OK = "ok"
    PROBLEM = "problem"
    STOPPED = "stopped"  # nobody is at work


TROUBLE = frozenset({Verdict.PROBLEM, Verdict.STOPPED})
"""Verdicts that need words, and may open a blockage."""


@dataclass(frozen=True)
class Position:
    """Where the inspector stood: degrees WGS 84, accuracy in metres (None: not known)."""

    lon: float
    lat: float
    accuracy_m: float | None = None


@dataclass(frozen=True)
class Finding:
    """What is kept of an inspection; `sections` are those seen built along a line, merged."""

    made_at: datetime
    verdict: Verdict
    text: str
    sections: tuple[Interval, ...] = ()
    position: Position | None = None


def check_finding(
    made_at: datetime,
    verdict: str,
    text: str | None,
    now: datetime,
    *,
    sections: tuple[Interval, ...] = (),
    length_m: float | None = None,
    position: Position | None = None,
    photos: int = 0,
    withheld: bool = False,
) -> Finding:
    """The finding, if it may be recorded. `length_m` is that of the line, None for what is no line; `photos`
    how many are to follow.

    Raises BadParameter: a moment to come or long past, no text where something is wrong, sections off the
    line or of what is no line, and any place or picture of an item that concerns homes and persons
    (`withheld`).
    """
    faults: list[Fault] = []
    if not now - EARLIEST <= made_at <= now + CLOCKS_DIFFER:
        zh = f"督查时间不能晚于现在（{now:%Y-%m-%d %H:%M}），也不能早于一年前。"
        en = f"An inspection is neither made after now ({now:%Y-%m-%d %H:%M}) nor over a year ago."
        faults.append(Fault("made_at", made_at.isoformat(), {"maximum": now.isoformat()}, zh, en))
    if withheld and (position is not None or photos):
        name = "position" if position is not None else "photos"
        zh = "本项目涉及家庭和个人，不记录位置、区段和照片；请删去后再提交。"
        en = "This item concerns homes and persons: no place, sections or photos are taken; leave them out."
        faults.append(Fault(name, None, None, zh, en))
    seen: tuple[Interval, ...] = ()
    try:
        seen = check_sections(sections, length_m, withheld)
    except BadParameter as error:
        faults += error.faults
    try:
        text = check_words(verdict, text)
    except BadParameter as error:
        faults += error.faults
    if faults:
        raise BadParameter(*faults)
    return Finding(made_at, Verdict(verdict), str(text), seen, position)


def check_words(verdict: str, text: str | None) -> str:
    """What was found, in words; they may be left out ("") where all is in order. Raises BadParameter."""
    if verdict not in TROUBLE and is_blank(text or ""):
        return ""
    return text_given(text, "finding")


def check_sections(
    sections: tuple[Interval, ...], length_m: float | None, withheld: bool = False
) -> tuple[Interval, ...]:
    """Sections seen built, merged and on a line of so many metres (None: it is no line). Raises
    BadParameter."""
    if not sections:
        return ()
    if withheld:
        zh = "本项目涉及家庭和个人，不记录区段；请删去后再提交。"
        en = "This item concerns homes and persons: no sections are recorded; leave them out."
        raise BadParameter(Fault("sections", None, None, zh, en))
    if length_m is None:
        zh, en = "只有道路、管线等线状点位可以填写区段。", "Only a line has sections; leave them out."
        raise BadParameter(Fault("sections", None, None, zh, en))
    return built(sections, length_m, "sections").intervals


def mend(base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> Merged:
    """What stands after somebody who had seen `base` mended the fields in `mine`, while `theirs` is there
    now.

    Fields are `verdict`, `finding` and others that stand for themselves. A verdict of trouble and its words
    belong together: where one of two people gave the verdict and the other took the words away, the words are
    disputed as well.
    """
    merged = merge(base, theirs, mine)
    disputed = any(one.field == "finding" for one in merged.conflicts)
    if disputed or not speechless(merged.values) or speechless(theirs):
        return merged
    kept, words = theirs["finding"], base["finding"]
    other = mine.get("finding", words) if kept else words
    return replace(
        merged,
        values=merged.values | {"finding": kept},
        taken=tuple(name for name in merged.taken if name != "finding"),
        conflicts=(*merged.conflicts, Conflict("finding", words, kept, other)),
    )


def speechless(values: Mapping[str, Any]) -> bool:
    """Trouble without a word about it: only while its words are disputed."""
    return values["verdict"] in TROUBLE and not values["finding"]
