"""Inspections in the ledger: recorded once, judged at receipt, read as of any moment with what was mended
since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, insert, select

from app.domain.built import parse_sections
from app.domain.clock import Told, told_by, within_reason
from app.domain.inspections import TROUBLE, Finding, Position, check_finding
from app.domain.presence import Fix, judge_check_in
from app.domain.roles import Action, require
from app.errors import BadParameter, Fault, NotFound
from app.store import tables as t
from app.store.asof import AsOf
from app.store.blockages import NewBlockage, open_blockage
from app.store.checkins import CheckinFilter, checkins_of
from app.store.geometries import drawn_as
from app.store.moments import ZONE_TIME, day_of
from app.store.subjects import Subject, read_subject
from app.store.writing import Asked, Writer
from geo.linear import length

EVERY = 100_000
"""More inspections of one subject than there ever are."""
_OPENED = UUID("9f1c6f43-0d0e-4f6b-8b1c-6f2d5e3f7a10")
"""The blockage that an inspection opens has a UUID made from the inspection's."""
_ITS_OWN = {"title": "blockage_title", "unit": "blockage_unit", "due": "blockage_due", "text": "finding"}
"""What a blockage calls the members of the inspection that opens it."""


@dataclass(frozen=True)
class NewInspection:
    """What is written of an inspection. `sections` as people write them ("0-1200; K1+500-K1+800"), on the
    line's version `geom_version` (None: the present one).

    `made_at` and `position_at` are by the telephone's clock, `sent_at` what it said when it sent this (None:
    its clock counts). `photos` are the ids of those that follow, `seen_version` that of the subject as the
    client knew it. With a `blockage_title` a problem or a stop opens a blockage as well, put to
    `blockage_unit` (None: the lead unit).
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
    blockage_due: date | None = None
    geom_version: int | None = None
    position_source: str | None = None
    position_at: datetime | None = None
    seen_version: int | None = None
    photos: tuple[str, ...] = ()
    sent_at: datetime | None = None
    via: str | None = None


def record_inspection(writer: Writer, form: NewInspection, asked: Asked) -> dict[str, Any]:
    """Record an inspection, and the blockage it opens. The receipt has `id`, `subject`, `made_at`, `verdict`,
    `finding`, `sections`, `blockage`, `presence`, `presence_facts`, and `version`, upon which it is mended.

    Errors: BadParameter, Forbidden, NotFound; Refused when the UUID is taken.
    """
    known = writer.repeated(asked)
    if known is not None:
        return answered(known.after, known.id)
    subject = read_subject(writer.connection, form.subject)
    require(writer.actor, Action.INSPECT, subject.about())
    now = writer.moment.astimezone(ZONE_TIME)
    clock = told_by(form.made_at, form.sent_at, now)
    version, length_m = line_of(writer.connection, subject, form.geom_version if form.sections else None)
    finding = check_finding(
        clock.made_at,
        form.verdict,
        form.finding,
        now,
        sections=parse_sections(form.sections or "", "sections"),
        length_m=length_m,
        position=_position(form),
        photos=len(form.photos),
        withheld=subject.withheld,
    )
    if form.blockage_title and finding.verdict not in TROUBLE:
        zh = "发现问题或停工时才能同时登记堵点；请修改结论，或不登记堵点。"
        en = "Only a problem or a stop opens a blockage; change the verdict or leave the blockage out."
        raise BadParameter(Fault("blockage_title", form.blockage_title[:50], None, zh, en))
    blockage = str(uuid5(_OPENED, form.id)) if form.blockage_title else None
    row = _row(writer, form, subject, clock, finding, version)
    after = {
        "id": form.id,
        "subject": subject.code,
        "made_at": finding.made_at.isoformat(),
        "verdict": row["verdict"],
        "finding": row["finding"],
        "sections": row["sections"] or [],
        "blockage": blockage,
        "presence": row["presence"],
        "presence_facts": row["presence_facts"],
    }
    change = writer.record("inspection", subject=subject.code, item=subject.item_no, asked=asked, after=after)
    writer.connection.execute(insert(t.inspection).values(row | writer.row(change)))
    if blockage:
        _open(writer, form, blockage, finding)
    return answered(after, change)


def answered(after: dict[str, Any], change: int) -> dict[str, Any]:
    """A receipt with its entry in the audit, which is the inspection's version until it is mended."""
    return after | {"change": change, "version": change}


def line_of(connection: Connection, subject: Subject, version: int | None) -> tuple[int | None, float | None]:
    """The version of a subject's line that sections are told on (None: the present one) and its length in
    metres; both None for what is no line. Errors: BadParameter for a version that there never was."""
    if not subject.is_line or subject.geom is None:
        return None, None
    if version is None or version == subject.geom_version:
        return subject.geom_version, length(subject.geom)
    # what is far above may be no number that the database can look for
    line = drawn_as(connection, subject.code, version) if version < subject.geom_version else None
    if line is None:
        zh = f"图形没有第 {version} 版，当前是第 {subject.geom_version} 版；请更新数据后重填区段。"
        en = f"There is no version {version} of the line; it is {subject.geom_version}. Renew the data."
        allowed = {"minimum": 1, "maximum": subject.geom_version}
        raise BadParameter(Fault("geom_version", version, allowed, zh, en))
    return version, length(line)


def inspections_of(
    connection: Connection, as_of: AsOf, subject: str | None = None, limit: int = 200
) -> list[dict[str, Any]]:
    """Inspections known then, as mended by then, the newest (by when somebody was there) first.

    Rows as of :func:`app.store.checkins.checkins_of`.
    """
    return checkins_of(connection, as_of, CheckinFilter(None, subject=subject), limit)


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
    found = [row for row in inspections_of(connection, as_of, subject, EVERY) if row["sections"]]
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


def _row(
    writer: Writer, form: NewInspection, subject: Subject, clock: Told, finding: Finding, version: int | None
) -> dict[str, Any]:
    """The columns of the inspection itself, with what its position says of it."""
    place = finding.position
    at = within_reason(form.position_at) if form.position_at else None
    judged = judge_check_in(
        None if subject.withheld else subject.geom,
        Fix(place.lon, place.lat, place.accuracy_m, form.position_source, at) if place else None,
        drawn=subject.position,
        device_at=clock.device_at,
    )
    facts = judged.facts if judged else {"reasons": []} if clock.moved else None
    if facts is not None:
        facts = {**facts, "reasons": [*facts["reasons"], *clock.reasons]}
    return {
        "id": form.id,
        "subject_code": subject.code,
        "made_at": finding.made_at,
        "verdict": finding.verdict.value,
        "finding": finding.text,
        "sections": [list(section) for section in finding.sections] or None,
        "geom_version": version if finding.sections else None,
        "lon": place.lon if place else None,
        "lat": place.lat if place else None,
        "accuracy_m": place.accuracy_m if place else None,
        "position_source": form.position_source if place else None,
        "position_at": at if place else None,
        "device_at": clock.device_at if form.sent_at else None,
        "clock_off_s": clock.off_s,
        "presence": judged.presence.value if judged else None,
        "presence_facts": facts,
        "photos_expected": list(form.photos) or None,
        "seen_version": form.seen_version,
        "via": form.via,
        "by": writer.actor.display,
    }


def _open(writer: Writer, form: NewInspection, ident: str, finding: Finding) -> None:
    """Open the blockage; what is wrong with it is told by the names that the inspection's members have."""
    new = NewBlockage(
        ident,
        form.subject,
        form.blockage_title,
        finding.text,
        form.blockage_unit,
        form.blockage_due,
        source=f"inspection {form.id}",
        since=day_of(finding.made_at),
    )
    try:
        open_blockage(writer, new)
    except BadParameter as error:
        raise BadParameter(
            *(
                replace(fault, parameter=_ITS_OWN.get(fault.parameter, fault.parameter))
                for fault in error.faults
            )
        ) from error
