"""One row of every append-only table, to try changing it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from app.store import tables as t

SITE = "20-1-01"
_UUID = "00000000-0000-4000-8000-0000000000{:02d}"


def one_of_each(connection: Connection) -> None:
    """Insert one row into every append-only table of a loaded zone (site_version has its own already)."""
    moment = datetime(2023, 7, 13, tzinfo=UTC)
    entered: dict[str, Any] = {"entered_at": moment}
    audit = {"at": moment, "by": "测试", "role": "administrator", "action": "report"}
    row = audit | {"request_id": _UUID.format(1)} | entered
    entered["change_id"] = connection.execute(
        insert(t.change).values(row).returning(t.change.c.id)
    ).scalar_one()
    subject = {"subject_code": SITE}
    rows: list[tuple[Any, dict[str, Any]]] = [
        (t.plan, {"start": date(2023, 3, 1), "end": date(2023, 9, 1), "milestones": []} | subject),
        (t.report, {"id": _UUID.format(2), "week_monday": date(2023, 7, 10), "percent": 40} | subject),
        (
            t.report,
            {"id": _UUID.format(3), "week_monday": date(2023, 7, 10), "percent": 45, "reason": "x"}
            | {"corrects": _UUID.format(2)}
            | subject,
        ),
        (t.acceptance, {"accepted_on": date(2023, 7, 14), "accepted_by": "督查"} | subject),
        (t.blockage, {"id": _UUID.format(4), "title": "管线未迁"} | subject),
        (
            t.blockage_step,
            {"blockage_id": _UUID.format(4), "action": "open", "owner_unit": "jianshe"}
            | {"level": 1, "text": "x", "by": "督查"},
        ),
        (
            t.directive,
            {"id": _UUID.format(5), "item_no": 20, "unit_code": "jianshe", "text": "x", "by": "领导"},
        ),
        (
            t.directive_step,
            {"directive_id": _UUID.format(5), "action": "give", "due": date(2023, 8, 1)}
            | {"text": "x", "by": "领导"},
        ),
        (
            t.inspection,
            {"id": _UUID.format(6), "made_at": moment, "verdict": "ok", "finding": "x", "by": "督查"}
            | subject,
        ),
        (
            t.photo,
            {"id": _UUID.format(7), "sha256": "0" * 64, "report_id": _UUID.format(2)}
            | {"width": 1, "height": 1, "size_bytes": 1},
        ),
        (
            t.inspection_revision,
            {"id": _UUID.format(8), "inspection_id": _UUID.format(6), "base_change": entered["change_id"]}
            | {"changed": ["finding"], "verdict": "ok", "finding": "y", "by": "督查"},
        ),
        (
            t.dispute,
            {"id": _UUID.format(9), "inspection_id": _UUID.format(6), "field": "finding"}
            | {"base": "x", "kept": "y", "kept_by": "督查", "other": "z", "other_by": "巡查"},
        ),
        (t.dispute_decision, {"dispute_id": _UUID.format(9), "chosen": "kept", "by": "督查"}),
    ]
    for table, row in rows:
        connection.execute(insert(table).values(row | entered))


def everything(connection: Connection) -> dict[str, list[Any]]:
    """All rows of all append-only tables, in the order of their keys."""
    return {
        name: [
            tuple(str(value) for value in row)
            for row in connection.execute(
                select(t.metadata.tables[name]).order_by(*t.metadata.tables[name].primary_key.columns)
            )
        ]
        for name in t.APPEND_ONLY
    }
