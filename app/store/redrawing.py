"""A site's new geometry, and what becomes of the metres built along the old one."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from sqlalchemy import insert, update

from app.domain.built import Replacement
from app.store import tables as t
from app.store.writing import Writer

BuiltChoice = Literal["keep", "percent"]
"""keep: the same measures from the start of the new line, as far as it reaches. percent: the percentage
stays and the sections go, until the lead unit reports them on the new line."""

BUILT_CHOICES = ("keep", "percent")


def redraw(
    writer: Writer, code: str, values: dict[str, Any], source: str, change: int, new: bool = False
) -> None:
    """Give a site the geometry in `values` (geom, position, geom_version) and keep it as a version."""
    if not new:
        moved = values | {"updated_at": writer.moment}
        writer.connection.execute(update(t.site).where(t.site.c.code == code).values(moved))
    kept = {
        "site_code": code,
        "version": values["geom_version"],
        "source": source,
        "entered_at": writer.moment,
        "change_id": change,
        "geom": values["geom"],
        "position": values["position"],
    }
    writer.connection.execute(insert(t.site_version).values(kept))


def carry(
    writer: Writer, report: Any, built: Replacement, choice: BuiltChoice, geom_version: int, change: int
) -> None:
    """Write what is built on the new geometry as a correction of the newest report."""
    keep = choice == "keep"
    row = {
        "id": str(uuid.uuid4()),
        "subject_code": report.subject_code,
        "week_monday": report.week_monday,
        "percent": built.after.percent if keep else report.percent,
        "sections": [list(section) for section in built.after.intervals] if keep else None,
        "geom_version": geom_version if keep else None,
        "figures": None,
        "suspended_reason": report.suspended_reason,
        "text": report.text,
        "corrects": report.id,
        "reason": _reason(built, keep),
    }
    writer.connection.execute(insert(t.report).values(row | writer.row(change)))


def _reason(built: Replacement, keep: bool) -> str:
    before, after = (f"{one.metres:,.1f} 米（{one.percent:g}%）" for one in (built.before, built.after))
    if not keep:
        return f"几何更新：原线已建 {before}，只保留百分比，区段待重报"
    text = f"几何更新：已建 {before} → {after}"
    return f"{text}，超出新线 {built.lost_m:,.1f} 米" if built.lost_m else text
