"""Photos that arrive in parts: what was announced, how far it is, and the step from parts to a photo.

The row of an upload is made before its first byte is taken and outlives it, so that whoever asks again is
told the same. The parts are in app.store.incoming. Every step may be repeated, and may be cut off anywhere.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from app.domain.photos import Picture, check_count, picture
from app.domain.presence import Fix
from app.domain.roles import Action, Actor, require
from app.errors import (
    AppError,
    NoPicture,
    NotFound,
    Refused,
    TooLarge,
    TooMany,
    TooManyPixels,
    WrongChecksum,
)
from app.store import tables as t
from app.store.blobs import Blobs
from app.store.incoming import Incoming
from app.store.inspections import subject_of
from app.store.live import Live
from app.store.moments import now
from app.store.photos import Owner, Told, attach, photos_of_inspections, read_photo, shown
from app.store.subjects import Subject, read_subject
from app.store.writing import Asked, Writer

log = logging.getLogger("minsheng")
KEPT = timedelta(days=30)
"""Parts that nobody has gone on with for so long are thrown away."""
MOST_ANNOUNCED = 36
"""Uploads of one inspection, also those that came to nothing."""
MOST_OPEN = 200
"""Uploads of one person that are neither a photo nor refused; a telephone has one or two under way."""
OPEN_SECONDS = 600
"""So long to wait for one's own uploads to come to an end."""
_FINAL = {error.kind: error for error in (NoPicture, TooLarge, TooManyPixels, Refused)}


@dataclass(frozen=True)
class NewUpload:
    """What a telephone announces. `about`: as app.routes.photouploads has read it."""

    id: str
    inspection: str
    size_bytes: int
    sha256: str
    about: dict[str, Any]


@dataclass(frozen=True)
class Upload:
    """An upload as it stands. `offset`: bytes there for good; `photo`: its members once it is one; `refused`:
    why it never will be."""

    id: str
    inspection: str
    size_bytes: int
    sha256: str
    about: dict[str, Any]
    offset: int
    photo: dict[str, Any] | None
    refused: AppError | None

    @property
    def state(self) -> str:
        """``partial``, ``complete`` or ``refused``."""
        return "complete" if self.photo else "refused" if self.refused else "partial"

    @property
    def is_whole(self) -> bool:
        """All has arrived, and it is not settled yet whether it is a photo."""
        return self.state == "partial" and self.offset >= self.size_bytes


class Never(Exception):
    """Against a rule, now and when it comes again."""

    def __init__(self, error: Refused) -> None:
        self.error = error


def announce(source: Live, actor: Actor, new: NewUpload) -> bool:
    """Make the upload's row; False when it is there already, as the same.

    Errors: NotFound (no such inspection), Forbidden; Refused for a protected item, for too many photos, and
    when the UUID is another's; TooMany while too many of this person's are open; Full, Unavailable.
    """
    incoming = Incoming(source.settings.data)
    with source.database.write() as connection:
        row = _row(connection, new.id)
        if row is not None:
            _check_same(row, actor, new)
            return False
        subject = _subject(connection, actor, new.inspection)
        _check_protected(subject)
        photo = _photo_of(connection, new)
        if photo is None:
            _check_room(connection, new)
            _check_open(connection, actor)
            incoming.begin(new.id, new.size_bytes)
        values = {
            "id": new.id,
            "account_id": actor.account_id,
            "inspection_id": new.inspection,
            "size_bytes": new.size_bytes,
            "sha256": new.sha256,
            "about": new.about,
            "created_at": now(),
            "photo_id": photo,
        }
        connection.execute(insert(t.photo_upload).values(values))
    return True


def read_upload(source: Live, actor: Actor, ident: str) -> Upload:
    """An upload of this person. Errors: NotFound for another's and none, Unavailable."""
    with source.database.read() as connection:
        row = _row(connection, ident)
        if row is None or row.account_id != actor.account_id:
            raise NotFound(
                "没有这次照片上传；请从头重新发送这张照片。",
                "There is no such upload of a photo; announce it and send it from the start.",
            )
        photo = shown(read_photo(connection, row.photo_id)) if row.photo_id else None
    settled = row.photo_id or row.refused
    return Upload(
        id=row.id,
        inspection=row.inspection_id,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        about=row.about or {},
        offset=row.size_bytes if settled else Incoming(source.settings.data).offset(ident),
        photo=photo,
        refused=_final(row.refused) if row.refused else None,
    )


def decode(source: Live, upload: Upload) -> Picture:
    """The whole of what has arrived as a picture; takes seconds and some hundred megabytes.

    Errors: NotTaken; WrongChecksum when it is not what was announced, and then nothing of it is kept.
    """
    incoming = Incoming(source.settings.data)
    raw = incoming.read(upload.id)
    if len(raw) != upload.size_bytes or hashlib.sha256(raw).hexdigest() != upload.sha256:
        incoming.clear(upload.id)
        raise WrongChecksum(
            "收到的照片与手机上的不一致，已作废；请从头重新发送。",
            "The photo that arrived is not the one on the telephone; send it again from the start.",
        )
    return picture(raw, str(upload.about.get("name") or "?"), "photo")


def check(source: Live, actor: Actor, ident: str, found: Picture) -> bool:
    """Whether the photo may be made, so that nothing is kept of one that may not; False when it was already.

    Errors: Never, Forbidden.
    """
    with source.database.read() as connection:
        row = _row(connection, ident)
        if row.photo_id or row.refused:
            return False
        subject = _subject(connection, actor, row.inspection_id)
        try:
            _check_protected(subject)
            _check_count(connection, row.inspection_id, found.sent_sha256)
        except Refused as error:
            raise Never(error) from error
    return True


def keep(writer: Writer, blobs: Blobs, ident: str, found: Picture) -> None:
    """Make the photo, whose picture is in the blobs: attached, and the upload settled, in one transaction.
    Again it changes nothing. Errors: as of `check`, which may have been asked a while ago."""
    row = _row(writer.connection, ident)
    if row.photo_id or row.refused:
        return
    subject = _subject(writer.connection, writer.actor, row.inspection_id)
    owner = Owner(subject.code, subject.item_no, inspection_id=row.inspection_id)
    asked = asked_of(ident, row.inspection_id, found.sent_sha256)
    try:
        (photo,) = attach(writer, blobs, owner, [found], asked, _told(row.about or {}), kept=True)
    except Refused as error:
        raise Never(error) from error
    _settle(writer.connection, ident, photo_id=photo["id"])


def refuse(source: Live, ident: str, error: AppError) -> None:
    """Settle an upload that never becomes a photo."""
    with source.database.write() as connection:
        _settle(connection, ident, refused={"kind": error.kind, "zh": error.zh, "en": error.en})


def forget(source: Live, ident: str) -> None:
    """Throw away the parts of a settled upload; what cannot be now is at the next start."""
    try:
        Incoming(source.settings.data).clear(ident)
    except AppError as error:
        log.warning("parts of %s stay until the next start: %s", ident, error)


def asked_of(photo: str, inspection: str, sent_sha256: str) -> Asked:
    """How a photo of an inspection is recognised when it comes again, on whichever way."""
    return Asked.of(photo, {"inspection": inspection, "sha256": sent_sha256})


def sweep(source: Live) -> int:
    """Throw away parts that are of no use any more: of uploads that are settled, and of those that are not
    whole and that nobody has gone on with for KEPT. How many uploads that was."""
    incoming, old = Incoming(source.settings.data), (now() - KEPT).timestamp()
    swept = 0
    for ident, changed in incoming.left().items():
        with source.database.write() as connection:
            row = _row(connection, ident)
            settled = row is not None and (row.photo_id or row.refused)
            whole = row is not None and incoming.offset(ident) >= row.size_bytes
            if not settled and (whole or changed > old or (row and row.created_at.timestamp() > old)):
                continue
            incoming.clear(ident)
            swept += 1
    return swept


def _row(connection: Connection, ident: str) -> Any:
    return connection.execute(select(t.photo_upload).where(t.photo_upload.c.id == ident)).first()


def _subject(connection: Connection, actor: Actor, inspection: str) -> Subject:
    subject = read_subject(connection, subject_of(connection, inspection))
    require(actor, Action.INSPECT, subject.about())
    return subject


def _check_same(row: Any, actor: Actor, new: NewUpload) -> None:
    there = (row.account_id, row.inspection_id, row.size_bytes, row.sha256)
    if there != (actor.account_id, new.inspection, new.size_bytes, new.sha256):
        raise Refused(
            "这张照片的编号（id）已用于另一张照片，请换一个新的 UUID；未保存。",
            "This photo's id was already used for another photo; send a new UUID. Nothing was saved.",
        )


def _photo_of(connection: Connection, new: NewUpload) -> str | None:
    """The photo of this id, when it has come on another way already. Errors: Refused when it is another."""
    row = connection.execute(select(t.photo).where(t.photo.c.id == new.id)).first()
    if row is None:
        return None
    if (row.inspection_id, row.sent_sha256) != (new.inspection, new.sha256):
        raise Refused(
            "这张照片的编号（id）已用于另一张照片，请换一个新的 UUID；未保存。",
            "This photo's id was already used for another photo; send a new UUID. Nothing was saved.",
        )
    return row.id


def _check_room(connection: Connection, new: NewUpload) -> None:
    _check_count(connection, new.inspection, new.sha256)
    announced = select(func.count()).where(t.photo_upload.c.inspection_id == new.inspection)
    if connection.execute(announced).scalar_one() >= MOST_ANNOUNCED:
        raise Refused(
            "这次签到的照片上传次数过多；请另记一次签到，再添加照片。",
            "Too many photos were begun for this check-in; make another check-in and add photos to it.",
        )


def _check_open(connection: Connection, actor: Actor) -> None:
    """Whoever announces and never sends shall not fill the disk. Errors: TooMany."""
    row = t.photo_upload.c
    unsettled = row.photo_id.is_(None) & row.refused.is_(None) & (row.created_at > now() - KEPT)
    mine = select(func.count()).where((row.account_id == actor.account_id) & unsettled)
    if connection.execute(mine).scalar_one() >= MOST_OPEN:
        raise TooMany(
            "您有太多照片登记了却没有传完，请先把它们传完，再传新的。",
            "Too many of your photos were begun and not sent to the end; send those first.",
            OPEN_SECONDS,
        )


def _check_protected(subject: Subject) -> None:
    if subject.withheld:
        raise Refused(
            "本项目涉及家庭与个人，不接收照片；未保存。",
            "This item concerns homes and persons; it takes no photos. Nothing was saved.",
        )


def _check_count(connection: Connection, inspection: str, sha256: str) -> None:
    """The very same picture is there already, or there is room for one more."""
    photos = photos_of_inspections(connection, [inspection]).get(inspection, [])
    if all(one["sent_sha256"] != sha256 for one in photos):
        check_count(len(photos), 1, check_in=True)


def _settle(connection: Connection, ident: str, **values: Any) -> None:
    connection.execute(update(t.photo_upload).where(t.photo_upload.c.id == ident).values(**values))


def _final(refused: dict[str, Any]) -> AppError:
    error = _FINAL.get(refused.get("kind", ""), Refused)
    return error(refused.get("zh", ""), refused.get("en", ""))


def _told(about: dict[str, Any]) -> Told:
    place = about.get("position")
    fix = None
    if place:
        fix = Fix(place["lon"], place["lat"], place["accuracy_m"], place["source"], _moment(place["at"]))
    return Told(about.get("original_sha256"), about.get("exif"), fix, _moment(about.get("device_at")))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
