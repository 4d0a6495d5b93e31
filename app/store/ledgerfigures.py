"""How far targets, tasks and items are, as members of the ledger's JSON objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.services import told_by_town
from app.domain.targets import ItemProgress, TargetProgress
from app.domain.weeks import Week
from app.i18n import translate
from app.store.book import Line
from app.wording import status_members, why

DIGITS = 3
"""Decimals of what is done: of kilometres, metres."""


def progress_members(rolled: ItemProgress | None, also: Sequence[bool]) -> dict[str, Any]:
    """``percent`` and ``complete`` of a task or item; complete only if everything in `also` holds as well."""
    if rolled is None:
        return {"percent": None, "complete": False}
    return {"percent": rolled.percent, "complete": rolled.complete and all(also)}


def target_members(
    target: Any, progress: TargetProgress | None, line: Line | None, own: bool
) -> dict[str, Any]:
    """How far a target is: ``done`` and ``surplus`` in its unit (null where nothing is counted), ``percent``,
    ``complete``, ``reported`` (a number has come in), ``own`` (reported on the task itself), ``by_town``."""
    if progress is None:
        return {"own": own}
    return {
        "own": own,
        "reported": progress.reported,
        "done": None if progress.done is None else round(progress.done, DIGITS),
        "percent": progress.percent,
        "complete": progress.complete,
        "surplus": None if progress.surplus is None else round(progress.surplus, DIGITS),
        "surplus_is_fine": progress.surplus_is_fine,
        **_by_town(line, target.ord),
    }


def _by_town(line: Line | None, ordinal: int) -> dict[str, Any]:
    """``by_town``; of protected items with small counts nothing, and ``by_town_held_back``."""
    counts: dict[str, float] | None = town_quantities(line, ordinal)
    if counts and line is not None and line.subject.withheld:
        counts = told_by_town(counts)
    if counts is None:
        return {"by_town": [], "by_town_held_back": True}
    return {"by_town": [{"town_code": code, "quantity": quantity} for code, quantity in counts.items()]}


def town_quantities(line: Line | None, ordinal: int) -> dict[str, float]:
    """What the newest figures say per town; empty where they do not say."""
    report = line.report if line is not None else None
    if report is None or not report.figures:
        return {}
    return dict((report.figures.get(str(ordinal)) or {}).get("towns") or {})


def line_members(line: Line, lang: str) -> dict[str, Any]:
    """Where a task that is reported itself stands, with the reason; one that is not has a plan at most.

    Reasons that somebody wrote about homes and persons are left out.
    """
    members = status_members(line.status, lang)
    report = line.report
    return {
        "code": line.code,
        "reported": line.subject.reported,
        **{name: members[name] for name in ("status", "status_label")},
        "why": public_why(line, lang),
        "planned_percent": members["planned_percent"],
        "reported_percent": members["reported_percent"],
        "week": str(Week.of(report.week_monday)) if report is not None else None,
        "sample": line.sample,
    }


def public_why(line: Line, lang: str) -> str:
    """Why a line's status is what it is, without reasons that somebody wrote about homes and persons."""
    sentence = why(lang, line.status)
    reason = line.status.inputs.get("reason")
    if reason and line.subject.withheld:
        sentence = sentence.replace(reason, translate(lang, "subject.withheld_reason"))
    return sentence
