"""A pack's items, its late list and its blockages, read off the board as the reader may see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from app.domain.board import may_read_words
from app.domain.privacy import is_withheld
from app.domain.roles import Actor
from app.domain.status import StatusCode
from app.i18n import translate
from app.pack.rows import LATE, BlockageRow, ItemRow, LateRow
from app.store.board import Row
from app.store.live import View
from app.store.spatial.protocol import Filters
from app.wording import enumeration, local, why

_URGENCY = {
    code: n
    for n, code in enumerate(
        (*LATE, StatusCode.ON_TRACK, StatusCode.NOT_STARTED, StatusCode.UNSCHEDULED)
        + (StatusCode.COMPLETED, StatusCode.ACCEPTED)
    )
}


def keeps(item: Mapping[str, Any], filters: Filters, codes: set[str]) -> bool:
    """An item stays when one of its sites does; one without any when the filter is about items or units."""
    if any(site["code"] in codes for task in item["tasks"] for site in task["sites"]):
        return True
    if filters.statuses or filters.towns or filters.kinds or filters.words:
        return False
    units = {unit["code"] for unit in item["lead_units"]}
    return (not filters.items or item["no"] in filters.items) and (not filters.units or units & filters.units)


def item_row(item: Mapping[str, Any], rows: list[Row], lang: str, actor: Actor) -> ItemRow:
    """An item with what in it asks for most attention."""
    own = [row for row in rows if row.line.subject.item_no == item["no"] and row.status is not None]
    worst = min(own, key=lambda row: _URGENCY[row.line.status.code], default=None)
    return ItemRow(
        no=item["no"],
        title=local(lang, item),
        units=enumeration(lang, (local(lang, unit, "name") for unit in item["lead_units"])),
        on_map=item["on_map_label"],
        percent=item["percent"],
        complete=item["complete"],
        statuses=Counter(row.line.status.code.value for row in own),
        worst=worst.line.status.code.value if worst else None,
        worst_label=translate(lang, f"status.{worst.line.status.code}") if worst else "",
        why=_why(worst, lang, actor) if worst else "",
    )


def _why(row: Row, lang: str, actor: Actor) -> str:
    """The sentence behind a status, without a reason that this reader may not see or that is about homes."""
    said = why(lang, row.line.status)
    reason = row.line.status.inputs.get("reason")
    subject = row.line.subject
    if reason and (is_withheld(subject.item_no) or not may_read_words(actor, subject.about())):
        return said.replace(reason, translate(lang, "subject.withheld_reason"))
    return said


def late_rows(rows: list[Row], view: View, lang: str, actor: Actor) -> Iterator[LateRow]:
    """What is late or stands still, the most urgent first."""
    late = [row for row in rows if row.status is not None and row.line.status.code in LATE]
    for row in sorted(late, key=lambda row: (LATE.index(row.line.status.code), row.code)):
        subject, milestone = row.line.subject, row.milestone
        yield LateRow(
            code=row.code,
            title=subject.title_en if lang == "en" else subject.title,
            item=subject.item_no,
            unit=unit_name(view, subject.lead_unit, lang),
            status=row.line.status.code.value,
            status_label=translate(lang, f"status.{row.line.status.code}"),
            why=_why(row, lang, actor),
            planned=row.planned,
            reported=row.reported,
            next_day=milestone.day.isoformat() if milestone else None,
        )


def blockage_rows(rows: list[Row], view: View, lang: str, actor: Actor) -> Iterator[BlockageRow]:
    """Open blockages that `actor` may read, the highest level and the oldest first."""
    found = [
        (one, row)
        for row in rows
        if may_read_words(actor, row.line.subject.about())
        for one in row.blockages
        if one.undone
    ]
    for one, row in sorted(found, key=lambda pair: (-pair[0].level, -pair[0].age(view.as_of), pair[0].id)):
        yield BlockageRow(
            subject=row.code,
            subject_title=row.line.subject.title_en if lang == "en" else row.line.subject.title,
            title=one.title,
            owner=unit_name(view, one.owner, lang),
            level=one.level,
            days=one.age(view.as_of),
            due=one.due.isoformat() if one.due else None,
            late=one.overdue(view.as_of),
        )


def unit_name(view: View, code: str, lang: str) -> str:
    """A unit's name; its code when the zone does not know it."""
    return local(lang, view.words.units.get(code, {"name": code}), "name")
