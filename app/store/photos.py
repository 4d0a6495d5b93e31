"""Photos of reports and inspections: files under MINSHENG_DATA by their SHA-256, and the rows that own them.

A file is written before its row is committed, so a row never points at nothing; a file whose row was never
committed is harmless and is found again when the same picture comes back. Files are never changed.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from app.domain.photos import Picture, check_count
from app.domain.privacy import is_withheld
from app.errors import NotFound, Refused, Unavailable
from app.store import tables as t
from app.store.writing import Asked, Writer

log = logging.getLogger("minsheng")
FOLDER = "photos"


@dataclass(frozen=True)
class Owner:
    """What photos are attached to: a report or an inspection, and the subject it is about."""

    subject: str
    item_no: int
    report_id: str | None = None
    inspection_id: str | None = None


def photo_file(data: Path, sha256: str, small: bool = False) -> Path:
    """Where a photo (or its thumbnail) lies under the service's data folder."""
    return data / FOLDER / sha256[:2] / f"{sha256}{'-small' if small else ''}.jpg"


def keep(data: Path, pictures: Iterable[Picture]) -> None:
    """Write the files of pictures, durably, unless they are there already. Errors: Unavailable."""
    try:
        for one in pictures:
            for raw, small in ((one.small, True), (one.jpeg, False)):
                _write(photo_file(data, one.sha256, small), raw)
    except OSError as error:
        log.error("cannot keep a photo under %s: %s", data / FOLDER, error)
        raise Unavailable(
            "服务器上照片文件夹已满或不可写，未保存；请告诉管理员，或先不带照片提交。",
            "The server's folder for photos is full or cannot be written; nothing was saved. "
            "Tell the administrator, or send it without photos.",
        ) from error


def attach(
    writer: Writer, data: Path, owner: Owner, pictures: Collection[Picture], asked: Asked | None = None
) -> list[dict[str, Any]]:
    """Keep pictures and add them to their owner; the same picture twice is one.

    Returns what is there of them: ``{id, width, height, size_bytes, photo, small}``. `asked` is for a request
    that brings a single picture: it is recognised when repeated, and its UUID becomes the photo's.

    Errors: Refused for a protected item, for too many, and for a UUID used otherwise.
    """
    if is_withheld(owner.item_no):
        raise Refused(
            "本项目涉及家庭与个人，不接收照片；未保存。",
            "This item concerns homes and persons; it takes no photos. Nothing was saved.",
        )
    known = {row["sha256"]: row for row in _rows(writer.connection, owner)}
    repeated = writer.repeated(asked) if asked else None
    fresh = {one.sha256: one for one in pictures if one.sha256 not in known}
    if repeated is None and fresh:
        if owner.report_id is not None:
            check_count(len(known), len(fresh))
        keep(data, fresh.values())
        for sha256, one in fresh.items():
            after = {"report": owner.report_id, "inspection": owner.inspection_id, "sha256": sha256}
            change = writer.record("photo", subject=owner.subject, asked=asked, after=after)
            row = {
                "id": asked.id if asked and asked.id else str(uuid.uuid4()),
                "sha256": sha256,
                "report_id": owner.report_id,
                "inspection_id": owner.inspection_id,
                "width": one.width,
                "height": one.height,
                "size_bytes": len(one.jpeg),
            }
            writer.connection.execute(insert(t.photo).values(row | writer.row(change)))
        known = {row["sha256"]: row for row in _rows(writer.connection, owner)}
    return [shown(known[sha]) for sha in dict.fromkeys(one.sha256 for one in pictures) if sha in known]


def shown(row: Any) -> dict[str, Any]:
    """A photo's row as answers and pages have it."""
    members = {name: row[name] for name in ("id", "width", "height", "size_bytes")}
    return members | {"photo": f"/photos/{row['id']}.jpg", "small": f"/photos/{row['id']}-small.jpg"}


def photos_of(connection: Connection, reports: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """The photos of reports by the report's id, in the order they came."""
    return _by_owner(connection, t.photo.c.report_id, reports)


def photos_of_inspections(
    connection: Connection, inspections: Collection[str]
) -> dict[str, list[dict[str, Any]]]:
    """The photos of inspections by the inspection's id, in the order they came."""
    return _by_owner(connection, t.photo.c.inspection_id, inspections)


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


def _rows(connection: Connection, owner: Owner) -> list[Any]:
    column, ident = (
        (t.photo.c.report_id, owner.report_id)
        if owner.report_id is not None
        else (t.photo.c.inspection_id, owner.inspection_id)
    )
    query = select(t.photo).where(column == ident).order_by(t.photo.c.change_id)
    return list(connection.execute(query).mappings())


def _by_owner(connection: Connection, column: Any, idents: Collection[str]) -> dict[str, list]:
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for start in range(0, len(ids := sorted(idents)), 500):
        query = select(t.photo).where(column.in_(ids[start : start + 500])).order_by(t.photo.c.change_id)
        for row in connection.execute(query).mappings():
            found[row[column.name]].append(shown(row))
    return found


def _write(path: Path, raw: bytes) -> None:
    """All of the file or none of it, also when the power goes: temporary name, flushed, then renamed."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    if os.name == "posix":  # the new name itself must survive, too
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
