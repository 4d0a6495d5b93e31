"""Photos that come with a form: read one after the other and decoded by one worker at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import anyio.to_thread
from fastapi import Request
from starlette.datastructures import UploadFile

from app.bodies import Body
from app.deps import live
from app.domain.photos import MOST_BYTES, Picture, check_count, picture
from app.domain.roles import Action, require
from app.errors import BadParameter
from app.store.inspections import subject_of
from app.store.photos import Owner, attach
from app.store.photouploads import asked_of
from app.store.subjects import read_subject
from app.store.writing import Writer
from app.writes import write

AT_ONCE = 1
"""A large picture takes some hundred megabytes while it is decoded; the next ones wait, and nobody else."""


async def decoded(request: Request, raw: bytes, name: str) -> Picture:
    """The picture in `raw`. Errors: app.domain.photos.NotTaken."""
    limiter = request.app.state.picture_limiter
    return await anyio.to_thread.run_sync(picture, raw, name, limiter=limiter)


async def read_pictures(
    request: Request, files: Sequence[UploadFile], check_in: bool = False
) -> list[Picture]:
    """The photos of a form, of a report or of a check-in.

    Errors: Refused for too many, BadParameter with every file that is none.
    """
    check_count(0, len(files), check_in)
    found, faults = [], []
    for file in files:
        name = PurePath((file.filename or "").replace("\\", "/")).name
        raw = await file.read(MOST_BYTES + 1)  # one byte more is enough to know
        try:
            found.append(await decoded(request, raw, name))
        except BadParameter as error:
            faults += error.faults
    if faults:
        raise BadParameter(*faults)
    return found


async def add_to_inspection(request: Request, ident: str) -> dict[str, Any]:
    """One photo of a multipart form (`photo`, and the client's UUID as `id`) for an inspection: its members.
    Sent again it is saved once. Errors: BadParameter, Forbidden, NotFound, Refused, Unavailable, Full."""
    form = await request.form()
    body = Body({"id": form.get("id")}, ("id",))
    number, sent = body.uuid(), form.get("photo")
    if not isinstance(sent, UploadFile):
        told = "请以 photo 为名上传一张照片。", "Send one file called photo."
        body.fault("photo", None, "multipart/form-data", *told)
    body.done()
    (found,) = await read_pictures(request, [sent], check_in=True)  # type: ignore[list-item]
    asked = asked_of(number, ident, found.sent_sha256)

    def add(writer: Writer) -> dict[str, Any]:
        subject = read_subject(writer.connection, subject_of(writer.connection, ident))
        require(writer.actor, Action.INSPECT, subject.about())
        owner = Owner(subject.code, subject.item_no, inspection_id=ident)
        return attach(writer, live(request).blobs, owner, [found], asked)[0]

    return await write(request, add)
