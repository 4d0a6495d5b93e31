"""Inspections (督查): somebody was there and saw how things stand. What may be recorded of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.built import Interval, built
from app.domain.given import text_given
from app.errors import BadParameter, Fault

EARLIEST = timedelta(days=366)
"""A telephone without signal may send late, not a year late."""
CLOCKS_DIFFER = timedelta(minutes=10)


class Verdict(StrEnum):
    """What the inspector found."""

    OK = "ok"
    PROBLEM = "problem"


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
    withheld: bool = False,
) -> Finding:
    """The finding, if it may be recorded. `length_m` is that of the line, None for what is no line.

    Raises BadParameter: a moment to come or long past, no text, sections off the line or of what is no line,
    and any place of an item that concerns homes and persons (`withheld`).
    """
    faults: list[Fault] = []
    if not now - EARLIEST <= made_at <= now + CLOCKS_DIFFER:
        zh = f"督查时间不能晚于现在（{now:%Y-%m-%d %H:%M}），也不能早于一年前。"
        en = f"An inspection is neither made after now ({now:%Y-%m-%d %H:%M}) nor over a year ago."
        faults.append(Fault("made_at", made_at.isoformat(), {"maximum": now.isoformat()}, zh, en))
    if withheld and (position is not None or sections):
        name = "position" if position is not None else "sections"
        zh = "本项目涉及家庭和个人，不记录位置和区段；请删去后再提交。"
        en = "This item concerns homes and persons: no place and no sections are recorded; leave them out."
        faults.append(Fault(name, None, None, zh, en))
    elif sections and length_m is None:
        zh, en = "只有道路、管线等线状点位可以填写区段。", "Only a line has sections; leave them out."
        faults.append(Fault("sections", None, None, zh, en))
    seen: tuple[Interval, ...] = ()
    try:
        if sections and length_m is not None and not faults:
            seen = built(sections, length_m, "sections").intervals
        text = text_given(text, "finding")
    except BadParameter as error:
        faults += error.faults
    if faults:
        raise BadParameter(*faults)
    return Finding(made_at, Verdict(verdict), str(text), seen, position)
