"""Photos of reports and inspections: the rows that own them. The pictures themselves are in app.store.blobs.

A picture is kept before its row is committed, so a row never points at nothing. What the row says of it
(where and when it was taken, whether the inspector was there) is settled once, when it arrives.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, or_, select

from app.domain.photos import Picture, check_count
from app.domain.presence import Fix, Taken, Used, exif_moment, judge_photo
from app.domain.privacy import is_withheld
from app.errors import NotFound, Refused
from app.store import tables as t
from app.store.asof import AsOf
from app.store.blobs import Blobs, photo_name
from app.store.moments import day_of
from app.store.subjects import read_subject
from app.store.writing import Asked, Writer


@dataclass(frozen=True)
class Owner:
    """What photos are attached to: a report or an inspection, and the subject it is about."""

    subject: str
    item_no: int
    report_id: str | None = None
    inspection_id: str | None = None


@dataclass(frozen=True)
class Told:
    """What a telephone says of a photo: the SHA-256 of the original file (hex), its EXIF (app.domain.exif)
    before the picture was made smaller, where the telephone was and what its clock said."""

    original_sha256: str | None = None
    exif: dict[str, Any] | None = None
    fix: Fix | None = None
    device_at: datetime | None = None


def photo_file(data: Path, sha256: str, small: bool = False) -> Path:
    """Where a photo (or its thumbnail) lies under the service's data folder when it is kept on disk."""
    return data / photo_name(sha256, small)


def keep(blobs: Blobs, pictures: Iterable[Picture]) -> None:
    """Keep pictures and their thumbnails for good. Errors: Unavailable, Full."""
    for one in pictures:
        blobs.put(photo_name(one.sha256, small=True), one.small)
        blobs.put(photo_name(one.sha256), one.jpeg)


def attach(
    writer: Writer,
    blobs: Blobs,
    owner: Owner,
    pictures: Collection[Picture],
    asked: Asked | None = None,
    told: Told = Told(),
    kept: bool = False,
) -> list[dict[str, Any]]:
    """Keep pictures and add them to their owner; the same picture twice is one.

    Returns what is there of them, as :func:`shown` has it. `asked` and `told` are for a request that brings a
    single picture: it is recognised when repeated, and its UUID becomes the photo's. `kept`: the pictures are
    in the blobs already.

    Errors: Refused for a protected item, for too many, and for a UUID used otherwise.
    """
    if is_withheld(owner.item_no):
        raise Refused(
            "本项目涉及家庭与个人，不接收照片；未保存。",
            "This item concerns homes and persons; it takes no photos. Nothing was saved.",
        )
    rows = _rows(writer.connection, owner)
    repeated = writer.repeated(asked) if asked else None
    fresh = {one.sent_sha256: one for one in pictures if _same(rows, one) is None}
    if repeated is None and fresh:
        check_count(len(rows), len(fresh), check_in=owner.inspection_id is not None)
        if not kept:
            keep(blobs, fresh.values())
        for one in fresh.values():
            after = {"report": owner.report_id, "inspection": owner.inspection_id, "sha256": one.sha256}
            change = writer.record("photo", subject=owner.subject, asked=asked, after=after)
            row = {
                "id": asked.id if asked and asked.id else str(uuid.uuid4()),
                "sha256": one.sha256,
                "report_id": owner.report_id,
                "inspection_id": owner.inspection_id,
                "width": one.width,
                "height": one.height,
                "size_bytes": len(one.jpeg),
                **_facts(writer.connection, owner, one, told),
            }
            writer.connection.execute(insert(t.photo).values(row | writer.row(change)))
        rows = _rows(writer.connection, owner)
    found = {row["id"]: row for one in pictures if (row := _same(rows, one)) is not None}
    return [shown(row) for row in found.values()]


def shown(row: Any) -> dict[str, Any]:
    """A photo's row as answers and pages have it: sizes, addresses, when it was taken (`taken_at` by the
    camera, `device_at` by the telephone), where, and what that says (words: app.views.presence).

    The bytes as sent are told apart by `sent_sha256`; photos of before there was one have none.
    """
    names = ("id", "width", "height", "size_bytes", "sent_sha256", "verdict", "verdict_facts")
    exif = row["exif"] or {}
    taken = exif_moment(exif.get("taken_at"), exif.get("offset"))
    placed = row["lon"] is not None and row["lat"] is not None
    return {name: row[name] for name in names} | {
        "photo": f"/photos/{row['id']}.jpg",
        "small": f"/photos/{row['id']}-small.jpg",
        "taken_at": taken.isoformat() if taken else None,
        "device_at": row["device_at"].isoformat() if row["device_at"] else None,
        "position": {name: row[name] for name in ("lon", "lat", "accuracy_m")} if placed else None,
        "exif_position": [exif["lon"], exif["lat"]] if exif.get("lon") is not None else None,
    }


def photos_of(connection: Connection, reports: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """The photos of reports by the report's id, in the order they came."""
    return _by_owner(connection, t.photo.c.report_id, reports)


def photos_of_inspections(
    connection: Connection, inspections: Collection[str], as_of: AsOf | None = None
) -> dict[str, list[dict[str, Any]]]:
    """The photos of inspections by the inspection's id, in the order they came; with `as_of` those known
    then."""
    return _by_owner(connection, t.photo.c.inspection_id, inspections, as_of)


def read_photo(connection: Connection, ident: str) -> Any:
    """A photo's row. Errors: NotFound."""
    row = connection.execute(select(t.photo).where(t.photo.c.id == ident)).mappings().first()
    if row is None:
        raise NotFound("没有这张照片。", "There is no such photo.")
    return row


def subject_of(connection: Connection, photo: Any) -> str:
    """The code of the subject that a photo's report or inspection is about."""
    table, ident = (
        (t.report, photo["report_id"]) if photo["report_id"] else (t.inspection, photo["inspection_id"])
    )
    return connection.execute(select(table.c.subject_code).where(table.c.id == ident)).scalar_one()


def report_owner(connection: Connection, report_id: str) -> Owner:
    """The owner that a report is for its photos. Errors: NotFound."""
    query = (
        select(t.report.c.subject_code, t.subject.c.item_no)
        .join(t.subject, t.subject.c.code == t.report.c.subject_code)
        .where(t.report.c.id == report_id)
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotFound("没有这份周报；请先上报，再添加照片。", "There is no such report; file it first.")
    return Owner(row.subject_code, row.item_no, report_id=report_id)


def _same(rows: Collection[Any], one: Picture) -> Any | None:
    """The row of the very same picture: sent as the same bytes, or kept as the same if that is not known."""
    for row in rows:
        sent = row["sent_sha256"]
        if sent == one.sent_sha256 or (sent is None and row["sha256"] == one.sha256):
            return row
    return None


def _facts(connection: Connection, owner: Owner, one: Picture, told: Told) -> dict[str, Any]:
    """The columns of where, when and what that says."""
    # the form of a report says that where its photos were taken is not kept
    exif = _exif(one.exif, told.exif) if owner.inspection_id is not None else None
    fix = told.fix
    facts: dict[str, Any] = {
        "sent_sha256": one.sent_sha256,
        "original_sha256": told.original_sha256,
        "exif": exif,
        "lon": fix.lon if fix else None,
        "lat": fix.lat if fix else None,
        "accuracy_m": fix.accuracy_m if fix else None,
        "position_source": fix.source if fix else None,
        "position_at": fix.at if fix else None,
        "device_at": told.device_at,
        "verdict": None,
        "verdict_facts": None,
    }
    if owner.inspection_id is None:
        return facts
    subject = read_subject(connection, owner.subject)
    taken = None
    if exif is not None:
        taken = Taken(exif_moment(exif["taken_at"], exif["offset"]), exif["lon"], exif["lat"])
    found = judge_photo(
        None if subject.withheld else subject.geom,
        fix,
        taken=taken,
        device_at=told.device_at,
        used=_used(connection, owner, one, told),
        drawn=subject.position,
    )
    if found is not None:
        facts |= {"verdict": found.presence.value, "verdict_facts": found.facts}
    return facts


def _exif(read: dict[str, Any] | None, said: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the file itself says counts; a telephone that makes a picture smaller takes its EXIF off and tells
    it beside. `source` keeps which of the two it is."""
    if read is not None and (read["taken_at"] or read["lon"] is not None):
        return read | {"source": "file"}
    if said is not None:
        return said | {"source": "phone"}
    return read | {"source": "file"} if read is not None else None


def _used(connection: Connection, owner: Owner, one: Picture, told: Told) -> Used | None:
    """The first other record that shows the same picture, whether as sent, as it was before, or as kept."""
    hashes = sorted({one.sent_sha256, *([told.original_sha256] if told.original_sha256 else [])})
    same = or_(
        t.photo.c.sha256 == one.sha256,
        t.photo.c.sent_sha256.in_(hashes),
        t.photo.c.original_sha256.in_(hashes),
    )
    other = or_(t.photo.c.inspection_id.is_(None), t.photo.c.inspection_id != owner.inspection_id)
    query = select(t.photo).where(same, other).order_by(t.photo.c.change_id).limit(1)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    record = row["inspection_id"] or row["report_id"]
    return Used(record, subject_of(connection, row), day_of(row["entered_at"]))


def _rows(connection: Connection, owner: Owner) -> list[Any]:
    column, ident = (
        (t.photo.c.report_id, owner.report_id)
        if owner.report_id is not None
        else (t.photo.c.inspection_id, owner.inspection_id)
    )
    query = select(t.photo).where(column == ident).order_by(t.photo.c.change_id)
    return list(connection.execute(query).mappings())


def _by_owner(
    connection: Connection, column: Any, idents: Collection[str], as_of: AsOf | None = None
) -> dict[str, list]:
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for start in range(0, len(ids := sorted(idents)), 500):
        query = select(t.photo).where(column.in_(ids[start : start + 500])).order_by(t.photo.c.change_id)
        if as_of is not None:
            query = query.where(as_of.known(t.photo))
        for row in connection.execute(query).mappings():
            found[row[column.name]].append(shown(row))
    return found
