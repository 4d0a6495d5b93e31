"""Inspections mended after they were sent, field by field upon the version that was seen (app.domain.merge).

The inspection itself stays as it was sent. Each mending is a row with the whole of what may be mended as it
stands since; what two people changed without knowing of each other becomes a dispute beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, insert, select

from app.domain.built import parse_sections
from app.domain.checkins import MENDABLE
from app.domain.inspections import check_sections, check_words, mend
from app.domain.merge import Conflict
from app.domain.roles import Action, Role, require
from app.errors import BadParameter, Fault, Forbidden
from app.store import tables as t
from app.store.asof import AsOf
from app.store.checkin import Checkin, Row, read_checkin
from app.store.inspections import line_of
from app.store.subjects import Subject, read_subject
from app.store.writing import Asked, Writer

MEMBERS = (*MENDABLE, "geom_version")
"""What a client may send as `changes`; `sections` and `geom_version` are one field."""
_DISPUTED = UUID("5a0f6a52-3d0c-4d55-9f5b-0e6f1f2a9c41")
"""A dispute has a UUID made from the revision's and the field's name."""


@dataclass(frozen=True)
class Revision:
    """What somebody mends: only the fields in `changes`, of which None and "" clear; `version` is the
    inspection's as it was seen."""

    id: str
    inspection: str
    version: int
    changes: Mapping[str, Any] = field(default_factory=dict)


def revise(writer: Writer, form: Revision, asked: Asked) -> dict[str, Any]:
    """Mend an inspection. The receipt: ``{inspection, version, merged, disputed, change}``, `inspection` as
    it stands now, `merged` the fields taken, `disputed` what is left to supervision.

    Errors: NotFound, Forbidden, BadParameter; Refused when the UUID is taken.
    """
    known = writer.repeated(asked)
    if known is not None:
        return _answered(known.after, known.id)
    one = read_checkin(writer.connection, form.inspection, AsOf(writer.day))
    subject = read_subject(writer.connection, one.row["subject_code"])
    _require(writer, one, subject)
    base = _seen(one, form.version)
    mine = _mine(writer.connection, subject, base, form.changes)
    now = fields(one.current)
    merged = mend(base, now, mine)
    disputed = [_dispute(form, one, conflict, writer.actor.display) for conflict in merged.conflicts]
    after = {
        "id": form.id,
        "inspection": form.inspection,
        "subject": subject.code,
        **columns(merged.values),
        "seen": form.version,
        "merged": list(merged.taken),
        "disputed": disputed,
        "version": None if merged.taken else one.version,
    }
    change = writer.record(
        "inspection_revision",
        subject=subject.code,
        item=subject.item_no,
        asked=asked,
        before=columns(now),
        after=after,
    )
    if merged.taken:
        keep(writer, form.id, one, merged.values, merged.taken, change, form.version)
    for row in disputed:
        values = row | {"inspection_id": form.inspection, **writer.row(change)}
        writer.connection.execute(insert(t.dispute).values(values))
    return _answered(after, change)


def keep(
    writer: Writer,
    ident: str,
    one: Checkin,
    values: Mapping[str, Any],
    changed: Iterable[str],
    change: int,
    base: int,
) -> None:
    """Write how an inspection stands from now on; `base` is the version that was seen."""
    row = {
        "id": ident,
        "inspection_id": one.row["id"],
        "base_change": base,
        "changed": list(changed),
        "by": writer.actor.display,
        **columns(values),
        **writer.row(change),
    }
    writer.connection.execute(insert(t.inspection_revision).values(row))


def fields(row: Row) -> dict[str, Any]:
    """What may be mended, one value per field: sections stand together with the version of the line."""
    sections = row["sections"] or None
    told = {"sections": sections, "geom_version": row["geom_version"]} if sections else None
    return {"verdict": row["verdict"], "finding": row["finding"], "sections": told}


def columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same as columns of the table."""
    told = values["sections"] or {"sections": None, "geom_version": None}
    return {"verdict": values["verdict"], "finding": values["finding"], **told}


def _require(writer: Writer, one: Checkin, subject: Subject) -> None:
    """Whoever made it, and supervision. Errors: Forbidden."""
    require(writer.actor, Action.INSPECT, subject.about())
    if writer.actor.role is Role.SUPERVISION:
        return
    query = select(t.change.c.account_id).where(t.change.c.id == one.row["change_id"])
    made_by = writer.connection.execute(query).scalar()
    if made_by is None or made_by != writer.actor.account_id:
        raise Forbidden(
            "只有签到本人和督查部门可以补正这条督查；如有出入，请联系督查部门。",
            "Only who made this inspection, and supervision, may mend it; tell supervision if it is wrong.",
        )


def _seen(one: Checkin, version: int) -> dict[str, Any]:
    """The fields as they were in a version, or just before a number that is none. Errors: BadParameter."""
    numbers = [row["change_id"] for row in (one.row, *one.revisions, *one.disputes) if row["change_id"]]
    rows = [row for row in (one.row, *one.revisions) if (row["change_id"] or 0) <= version]
    if not rows or version > max(numbers, default=0):
        zh = f"这条督查没有版本 {version}，当前是 {one.version}；请重新打开后再补正。"
        en = f"This inspection has no version {version}, it is {one.version}; open it again, then mend it."
        raise BadParameter(Fault("version", version, one.version, zh, en))
    return fields(rows[-1])


def _mine(
    connection: Connection, subject: Subject, base: dict[str, Any], changes: Mapping[str, Any]
) -> dict[str, Any]:
    """What somebody sends, as the record keeps it; it has to be right upon what he had seen.

    Errors: BadParameter.
    """
    mine: dict[str, Any] = {}
    faults: list[Fault] = []
    if "verdict" in changes:
        mine["verdict"] = changes["verdict"]
    try:
        if "finding" in changes or "verdict" in changes:
            said = changes.get("finding", base["finding"])
            mine["finding"] = check_words(mine.get("verdict", base["verdict"]), said)
    except BadParameter as error:
        faults += error.faults
    try:
        if "sections" in changes or ("geom_version" in changes and base["sections"]):
            mine["sections"] = _sections(connection, subject, base, changes)
    except BadParameter as error:
        faults += error.faults
    if faults:
        raise BadParameter(*faults)
    return mine


def _sections(
    connection: Connection, subject: Subject, base: dict[str, Any], changes: Mapping[str, Any]
) -> dict[str, Any] | None:
    before = base["sections"] or {"sections": [], "geom_version": None}
    told = (
        parse_sections(changes["sections"] or "", "sections")
        if "sections" in changes
        else tuple(tuple(section) for section in before["sections"])
    )
    if not told:
        return None
    # without a version the measures are on the line that was seen
    on = changes.get("geom_version") or before["geom_version"]
    version, length_m = line_of(connection, subject, on)
    seen = check_sections(told, length_m, subject.withheld)
    return {"sections": [list(section) for section in seen], "geom_version": version}


def _dispute(form: Revision, one: Checkin, conflict: Conflict, by: str) -> dict[str, Any]:
    makers = [row["by"] for row in one.revisions if conflict.field in row["changed"]]
    return {
        "id": str(uuid5(_DISPUTED, f"{form.id}/{conflict.field}")),
        "field": conflict.field,
        "base": conflict.base,
        "kept": conflict.kept,
        "kept_by": makers[-1] if makers else one.row["by"],
        "other": conflict.other,
        "other_by": by,
    }


def _answered(after: dict[str, Any], change: int) -> dict[str, Any]:
    """The receipt of a mending from its entry in the audit."""
    version = after["version"] or change
    members = {name: after[name] for name in ("subject", *MEMBERS)}
    return {
        "inspection": {"id": after["inspection"], **members, "version": version},
        "version": version,
        "merged": after["merged"],
        "disputed": after["disputed"],
        "change": change,
    }
