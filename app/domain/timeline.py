"""What happened to a subject or an item, in order of time, and who may read which part of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from app.domain.weeks import Week


class Kind(StrEnum):
    """What may happen. Blockages, directives and inspections are internal matters (:data:`INTERNAL`)."""

    DRAWN = "drawn"
    REDRAWN = "redrawn"
    PLANNED = "planned"
    REPLANNED = "replanned"
    REPORTED = "reported"
    CORRECTED = "corrected"
    STOPPED = "stopped"
    RESUMED = "resumed"
    FINISHED = "finished"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"
    BLOCKAGE_OPEN = "blockage_open"
    BLOCKAGE_ASSIGN = "blockage_assign"
    BLOCKAGE_ANSWER = "blockage_answer"
    BLOCKAGE_ESCALATE = "blockage_escalate"
    BLOCKAGE_CLOSE = "blockage_close"
    BLOCKAGE_REOPEN = "blockage_reopen"
    DIRECTIVE_GIVE = "directive_give"
    DIRECTIVE_PROGRESS = "directive_progress"
    DIRECTIVE_DONE = "directive_done"
    DIRECTIVE_EXTEND = "directive_extend"
    DIRECTIVE_CONFIRM = "directive_confirm"
    DIRECTIVE_REOPEN = "directive_reopen"
    INSPECTED = "inspected"
    MENDED = "mended"


INTERNAL = frozenset(
    kind
    for kind in Kind
    if kind.startswith(("blockage_", "directive_")) or kind in (Kind.INSPECTED, Kind.MENDED)
)
ROUTINE = frozenset({Kind.REPORTED})
"""What happens every week; left out where the timelines of many subjects run together."""


@dataclass(frozen=True)
class Event:
    """Something that happened at a `moment`; `change` (the audit's entry) orders what happened at once.

    `subject` is a site or task, None for a whole item. `values` fill in the sentence of its kind; `words` is
    what somebody wrote, `by` whoever it was. `open_words`: they are part of the status and for everybody,
    unless homes and persons are concerned.
    """

    kind: Kind
    moment: datetime
    change: int
    subject: str | None
    sample: bool
    values: dict[str, Any] = field(default_factory=dict)
    words: str | None = None
    by: str | None = None
    open_words: bool = False


class ReportRow(Protocol):
    """A row of the table `report` that was known then."""

    @property
    def id(self) -> str: ...
    @property
    def subject_code(self) -> str: ...
    @property
    def week_monday(self) -> Any: ...
    @property
    def percent(self) -> float: ...
    @property
    def suspended_reason(self) -> str | None: ...
    @property
    def text(self) -> str | None: ...
    @property
    def corrects(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def entered_at(self) -> datetime: ...
    @property
    def change_id(self) -> int | None: ...
    @property
    def by(self) -> str | None: ...
    @property
    def sample(self) -> bool: ...


def newest_first(events: Iterable[Event]) -> list[Event]:
    """Events in the order of a timeline."""
    return sorted(events, key=lambda event: (event.moment, event.change), reverse=True)


def readable(events: Iterable[Event], *, internal: bool, words: bool, withheld: bool = False) -> list[Event]:
    """What a reader may see. `internal`: blockages and the like too; `words`: also what was written in them,
    and by whom. `withheld`: homes and persons are concerned."""
    found = []
    for event in events:
        if event.kind in INTERNAL and not internal:
            continue
        if not words:
            open_words = event.open_words and not withheld
            event = replace(
                event,
                words=event.words if open_words else None,
                by=None,
                values=event.values if not withheld else _without_titles(event.values),
            )
        found.append(event)
    return found


def report_events(rows: Sequence[ReportRow]) -> list[Event]:
    """The events of one subject's reports, given as they came (the oldest first)."""
    by_id = {row.id: row for row in rows}
    before: ReportRow | None = None
    found = []
    for row in rows:
        was = by_id.get(row.corrects) if row.corrects else None
        values: dict[str, Any] = {"week": Week.of(row.week_monday), "percent": row.percent}
        kind, words, open_words = Kind.REPORTED, row.text, False
        later = before is None or row.week_monday >= before.week_monday
        stopped = later and before is not None and before.suspended_reason is not None
        if was is not None:
            kind, words = Kind.CORRECTED, row.reason
            values["was"] = was.percent
        elif row.suspended_reason:
            kind, words, open_words = Kind.STOPPED, row.suspended_reason, True
        elif row.percent >= 100 and (before is None or before.percent < 100):
            kind = Kind.FINISHED
        elif stopped:
            kind = Kind.RESUMED
        found.append(
            Event(
                kind,
                row.entered_at,
                row.change_id or 0,
                row.subject_code,
                row.sample,
                values,
                words,
                row.by,
                open_words,
            )
        )
        if later:
            before = row
    return found


def _without_titles(values: dict[str, Any]) -> dict[str, Any]:
    """A blockage's title is somebody's words as well."""
    return {name: None if name == "title" else value for name, value in values.items()}
