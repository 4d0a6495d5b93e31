"""``/photos/{id}.jpg`` for people who are signed in, and ``POST /api/reports/{id}/photos``."""

from __future__ import annotations

import uuid
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from app.bodies import Body
from app.deps import actor_of, live
from app.domain.board import may_read_words
from app.domain.photos import Picture
from app.domain.roles import Action, require
from app.errors import Forbidden, NotFound, NotSignedIn
from app.forms.pictures import read_pictures
from app.store.blobs import photo_name
from app.store.photos import attach, read_photo, report_owner, subject_of
from app.store.subjects import read_subject
from app.store.writing import Asked, Writer
from app.web import YEAR_SECONDS, json_answer
from app.writes import write

router = APIRouter()

# A photo never changes; it stays with the person who may see it.
KEPT = {"cache-control": f"private, max-age={YEAR_SECONDS}, immutable"}


@router.get("/photos/{ident}-small.jpg", include_in_schema=False)
async def small_photo(request: Request, ident: str) -> Response:
    """The thumbnail, at most 480 pixels long."""
    return await _file(request, ident, small=True)


@router.get("/photos/{ident}.jpg", include_in_schema=False)
async def photo(request: Request, ident: str) -> Response:
    """The photo, at most 2560 pixels long, without metadata."""
    return await _file(request, ident)


@router.post(
    "/api/reports/{report}/photos",
    tags=["reporting"],
    status_code=201,
    summary="Add a photo to a report · 为周报添加照片",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["id", "photo"],
                        "properties": {
                            "id": {"type": "string", "format": "uuid"},
                            "photo": {"type": "string", "format": "binary"},
                        },
                    }
                }
            },
        }
    },
)
async def post_photo(request: Request, report: str) -> Response:
    """One JPEG, PNG, WebP or HEIC as `photo`, with the client's UUID as `id`; sent again it is saved once."""
    form = await request.form()
    body = Body({"id": form.get("id")}, ("id",))
    number = body.uuid()
    sent = form.get("photo")
    if not isinstance(sent, UploadFile):
        allowed = "multipart/form-data"
        body.fault("photo", None, allowed, "请以 photo 为名上传一张照片。", "Send one file called photo.")
    body.done()
    assert isinstance(sent, UploadFile)
    (found,) = await read_pictures(request, [sent])
    add = _Adding(report, found, Asked.of(number, {"report": report, "sha256": found.sent_sha256}), request)
    members = await write(request, add.run)
    return json_answer(members, status=201, headers={"cache-control": "no-store"})


class _Adding:
    """One photo for one report."""

    def __init__(self, report: str, found: Picture, asked: Asked, request: Request) -> None:
        self.report, self.found, self.asked = report, found, asked
        self.blobs = live(request).blobs

    def run(self, writer: Writer) -> dict[str, Any]:
        owner = report_owner(writer.connection, self.report)
        subject = read_subject(writer.connection, owner.subject)
        require(writer.actor, Action.REPORT, subject.about())
        kept = attach(writer, self.blobs, owner, [self.found], self.asked)
        return kept[0] | {"report": self.report}


async def _file(request: Request, ident: str, small: bool = False) -> Response:
    actor = actor_of(request)
    if actor is None:
        raise NotSignedIn("请先登录再查看照片。", "Sign in to see photos.")
    source = live(request)
    try:
        known = str(uuid.UUID(ident))
    except ValueError:
        known = ident[:36]  # no photo has such a name; the answer is the same as for one that is gone

    def find() -> bytes | None:
        with source.database.read() as connection:
            row = read_photo(connection, known)
            about = read_subject(connection, subject_of(connection, row)).about()
            if not may_read_words(actor, about):
                raise Forbidden(
                    "这张照片不在您的单位、镇或分管范围内。",
                    "This photo is not within your unit, towns or portfolio.",
                )
        return source.blobs.read(photo_name(row["sha256"], small))

    found = await anyio.to_thread.run_sync(find)
    if found is None:
        raise NotFound(
            "照片文件不在服务器上，可能没有随数据库一起恢复；请告诉管理员。",
            "The photo's file is not on the server; perhaps it was not restored with the database. "
            "Tell the administrator.",
        )
    return Response(found, media_type="image/jpeg", headers=KEPT)
