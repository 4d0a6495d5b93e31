"""Inspections in the ledger: recorded once, read as of any moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, insert, select

from app.domain.built import parse_sections
from app.domain.inspections import Position, Verdict, check_finding
from app.domain.roles import Action, require
from app.errors import BadParameter, Fault, NotFound
from app.store import tables as t
from app.store.asof import AsOf
from app.store.blockages import NewBlockage, open_blockage
from app.store.moments import ZONE_TIME
from app.store.subjects import read_subject
from app.store.writing import Asked, Writer
from geo.linear import length

_OPENED = UUID("9f1c6f43-0d0e-4f6b-8b1c-6f2d5e3f7a10")
"""The blockage that an inspection opens has a UUID made from the inspection's."""


@dataclass(frozen=True)
class NewInspection:
    """What is written of an inspection. `sections` as people write them ("0-1200; K1+500-K1+800").

    With a `blockage_title` a problem opens a blockage as well, put to `blockage_unit` (None: the lead unit).
    """

    id: str
    subject: str
    made_at: datetime
    verdict: str
    finding: str | None
    sections: str | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    blockage_title: str | None = None
    blockage_unit: str | None = None


def record_inspection(writer: Writer, form: NewInspection, asked: Asked) -> dict[str, Any]:
    """Record an inspection, and the blockage it opens; the receipt has its `id`, `sections` and `blockage`.

    Errors: BadParameter, Forbidden, NotFound; Refused when the UUID is taken.
    """
    known = writer.repeated(asked)
    if known is not None:
        return known.after | {"change": known.id}
    subject = read_subject(writer.connection, form.subject)
    require(writer.actor, Action.INSPECT, subject.about())
    line = subject.geom if subject.is_line else None
    finding = check_finding(
        form.made_at,
        form.verdict,
        form.finding,
        writer.moment.astimezone(ZONE_TIME),
        sections=parse_sections(form.sections or "", "sections"),
        length_m=length(line) if line is not None else None,
        position=_position(form),
        withheld=subject.withheld,
    )
    if form.blockage_title and finding.verdict is not Verdict.PROBLEM:
        zh = "发现问题时才能同时登记堵点；请把结论改为“发现问题”，或不登记堵点。"
        en = "Only a problem opens a blockage; change the verdict or leave the blockage out."
        raise BadParameter(Fault("blockage_title", form.blockage_title[:50], None, zh, en))
    sections = [list(section) for section in finding.sections]
    blockage = str(uuid5(_OPENED, form.id)) if form.blockage_title else None
    after = {
        "id": form.id,
        "subject": subject.code,
        "made_at": finding.made_at.isoformat(),
        "verdict": finding.verdict.value,
        "finding": finding.text,
        "sections": sections,
        "blockage": blockage,
    }
    change = writer.record("inspection", subject=subject.code, item=subject.item_no, asked=asked, after=after)
    place = finding.position
    row = {
        "id": form.id,
        "subject_code": subject.code,
        "made_at": finding.made_at,
        "verdict": finding.verdict.value,
        "finding": finding.text,
        "sections": sections or None,
        "geom_version": subject.geom_version if sections else None,
        "lon": place.lon if place else None,
        "lat": place.lat if place else None,
        "accuracy_m": place.accuracy_m if place else None,
        "by": writer.actor.display,
        **writer.row(change),
    }
    writer.connection.execute(insert(t.inspection).values(row))
    if blockage:
        new = NewBlockage(
            blockage,
            subject.code,
            form.blockage_title,
            finding.text,
            form.blockage_unit,
            source=f"inspection {form.id}",
        )
        open_blockage(writer, new)
    return after | {"change": change}


def inspections_of(
    connection: Connection, as_of: AsOf, subject: str | None = None, limit: int = 200
) -> list[dict[str, Any]]:
    """Inspections known then, the newest (by when somebody was there) first."""
    query = select(t.inspection).where(as_of.known(t.inspection))
    if subject is not None:
        query = query.where(t.inspection.c.subject_code == subject)
    newest = (t.inspection.c.made_at.desc(), t.inspection.c.change_id.desc(), t.inspection.c.id)
    rows = connection.execute(query.order_by(*newest).limit(limit)).mappings()
    return [{str(name): value for name, value in row.items()} for row in rows]


def subject_of(connection: Connection, ident: str) -> str:
    """The code of what an inspection is about. Errors: NotFound."""
    query = select(t.inspection.c.subject_code).where(t.inspection.c.id == ident)
    code = connection.execute(query).scalar()
    if code is None:
        raise NotFound(f"没有编号为 {ident[:40]} 的督查记录。", f"There is no inspection {ident[:40]}.")
    return code


def latest_sections(connection: Connection, subject: str, as_of: AsOf) -> dict[str, Any] | None:
    """The sections that were seen built last: `sections`, `geom_version`, `made_at`, `by` and the
    inspection's `id`; None when nobody recorded any."""
    found = [row for row in inspections_of(connection, as_of, subject) if row["sections"]]
    if not found:
        return None
    names = ("id", "sections", "geom_version", "made_at", "by")
    return {name: found[0][name] for name in names}


def _position(form: NewInspection) -> Position | None:
    if form.lon is None and form.lat is None:
        return None
    if form.lon is None or form.lat is None:
        name = "lon" if form.lon is None else "lat"
        told = "经度和纬度要一起填写。", "Give longitude and latitude together."
        raise BadParameter(Fault(name, None, "required", *told))
    return Position(form.lon, form.lat, form.accuracy_m)
