"""``/api/photo-uploads``: photos of check-ins in parts, over connections that break (tus 1.0.0, creation).

``POST`` announces a photo, ``PATCH`` sends what follows at an offset, ``HEAD`` and ``GET`` say how far it is.
What has arrived is kept, also when the connection breaks in the middle; every request may be sent again.
The last byte makes the photo: checked against the SHA-256 announced, decoded, kept and attached before the
answer. Where that was cut off, the next request about this upload does it.

``Upload-State`` says ``partial``, ``complete`` or ``refused`` (it never becomes a photo) in every answer.
"""

from __future__ import annotations

import uuid
from typing import Any

import anyio.to_thread
import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.arriving import arrive
from app.auth.limits import PART
from app.deps import actor_of, api_language, live
from app.domain.photos import MOST_BYTES, NotTaken
from app.domain.roles import Actor
from app.errors import (
    AppError,
    BadParameter,
    Fault,
    NotFound,
    NotSignedIn,
    Refused,
    TooMany,
    Unavailable,
    WrongProtocol,
)
from app.forms.announced import read_announced
from app.store.photos import keep as keep_pictures
from app.store.photouploads import Never, Upload, announce, check, decode, forget, keep, read_upload, refuse
from app.store.writing import Writer
from app.turns import Busy
from app.views.presence import presence_members
from app.web import json_answer
from app.writes import write_as

router = APIRouter(tags=["supervision"])

VERSION = "1.0.0"
COLLECTION = "/api/photo-uploads"
RETRY_SECONDS = 5
TUS = {"tus-resumable": VERSION, "cache-control": "no-store"}


def _documented(body: bool = False, **headers: str) -> dict[str, Any]:
    """The request's headers (names with underscores) and body for the OpenAPI document."""
    found: dict[str, Any] = {
        "parameters": [
            {
                "name": name.replace("_", "-").title(),
                "in": "header",
                "required": True,
                "schema": {"type": "string"},
                "description": words,
            }
            for name, words in headers.items()
        ]
    }
    if body:
        content = {PART: {"schema": {"type": "string", "format": "binary"}}}
        found["requestBody"] = {"required": True, "content": content}
    return found


_LENGTH = "Bytes of the whole photo · 整张照片的字节数"
_METADATA = "about + base64 JSON · “about ”加 JSON 的 base64"
_BEGINS = "Where the part begins, in bytes · 本段从第几字节开始"


@router.options(COLLECTION, status_code=204, summary="What is understood of tus · 支持的上传协议")
async def understood(request: Request) -> Response:
    """Version, extensions, and the largest photo."""
    more = {"tus-version": VERSION, "tus-extension": "creation", "tus-max-size": str(MOST_BYTES)}
    return Response(status_code=204, headers=TUS | more)


@router.post(
    COLLECTION,
    status_code=201,
    summary="Announce a photo that follows in parts · 登记分段上传的照片",
    openapi_extra=_documented(tus_resumable=VERSION, upload_length=_LENGTH, upload_metadata=_METADATA),
)
async def post_upload(request: Request) -> Response:
    """`Upload-Length`, and `Upload-Metadata: about <base64 of a JSON object>` with `id`, `inspection`,
    `sha256`, `original_sha256`, `name`, `exif`, `position`, `device_at`. 201; 200 when it is known."""
    try:
        _check_version(request)
        new = read_announced(request.headers)
        actor, source = _actor(request), live(request)
        async with request.app.state.turns.take(_turn(actor, new.id)):
            fresh = await anyio.to_thread.run_sync(announce, source, actor, new)
            upload = await _settled(request, actor, new.id)
        headers = {"location": f"{COLLECTION}/{upload.id}"}
        if upload.refused:
            return _problem(request, upload.refused, upload, headers)
        return _answer(request, upload, 201 if fresh else 200, headers)
    except (AppError, Busy) as error:
        return _problem(request, error)


@router.get(COLLECTION + "/{ident}", summary="How far a photo is · 照片上传进度")
async def get_upload(request: Request, ident: str) -> Response:
    """`Upload-Offset` and `Upload-Length`; with GET also as JSON, with the photo or why it was refused."""
    try:
        _check_version(request, needed=False)
        actor, known = _actor(request), _id(ident)
        async with request.app.state.turns.take(_turn(actor, known)):
            upload = await _settled(request, actor, known)
        return _answer(request, upload, 200)
    except (AppError, Busy) as error:
        return _problem(request, error)


@router.patch(
    COLLECTION + "/{ident}",
    status_code=204,
    summary="Send the next part of a photo · 上传照片的下一段",
    openapi_extra=_documented(body=True, tus_resumable=VERSION, upload_offset=_BEGINS),
)
async def patch_upload(request: Request, ident: str) -> Response:
    """`Upload-Offset` is where the part begins; 409 with the right one when it is another. 204 with the new
    one. 460: all has arrived, but not what was announced; it begins anew at 0."""
    upload: Upload | None = None
    try:
        _check_version(request)
        offset = _offset(request)
        actor, source, known = _actor(request), live(request), _id(ident)
        async with request.app.state.turns.take(_turn(actor, known)) as stop:
            upload = await anyio.to_thread.run_sync(read_upload, source, actor, known)
            if upload.state == "partial" and upload.offset != offset:
                raise _elsewhere(upload.offset)
            if upload.state == "partial" and not upload.is_whole:
                await arrive(request, source.settings.data, upload, stop)
                upload = await anyio.to_thread.run_sync(read_upload, source, actor, known)
                if stop.is_set() and not upload.is_whole:
                    raise _elsewhere(upload.offset)
            upload = await _settled(request, actor, known)
        if upload.refused:
            return _problem(request, upload.refused, upload)
        return Response(status_code=204, headers=_headers(upload))
    except (AppError, Busy) as error:
        if upload is not None and upload.state == "partial":
            upload = await _again(request, upload)
        return _problem(request, error, upload)


async def _settled(request: Request, actor: Actor, ident: str) -> Upload:
    """The upload as it stands; where all has arrived, only after it has become a photo or been refused."""
    source = live(request)
    upload = await anyio.to_thread.run_sync(read_upload, source, actor, ident)
    if not upload.is_whole:
        return upload

    def put(writer: Writer) -> None:
        keep(writer, source.blobs, ident, found)

    never: AppError | None = None
    try:
        limiter = request.app.state.picture_limiter
        found = await anyio.to_thread.run_sync(decode, source, upload, limiter=limiter)
        if await anyio.to_thread.run_sync(check, source, actor, ident, found):
            # outside the transaction: an object store that answers slowly keeps no other writer waiting
            await anyio.to_thread.run_sync(keep_pictures, source.blobs, [found])
            await anyio.to_thread.run_sync(write_as, source, actor, put)
    except NotTaken as error:
        never = error.alone
    except Never as error:
        never = error.error
    if never is not None:
        await anyio.to_thread.run_sync(refuse, source, ident, never)
    await anyio.to_thread.run_sync(forget, source, ident)
    return await anyio.to_thread.run_sync(read_upload, source, actor, ident)


async def _again(request: Request, upload: Upload) -> Upload:
    """The upload after a fault, as far as that can be told: the client goes on from its offset."""
    try:
        return await anyio.to_thread.run_sync(read_upload, live(request), _actor(request), upload.id)
    except AppError:
        return upload


def _answer(request: Request, upload: Upload, status: int, more: dict[str, str] | None = None) -> Response:
    lang = api_language(request)
    photo = upload.photo
    if photo is not None:
        photo = photo | presence_members(photo["verdict"], photo["verdict_facts"], lang)
    members = {
        "id": upload.id,
        "inspection": upload.inspection,
        "offset": upload.offset,
        "length": upload.size_bytes,
        "state": upload.state,
        "sha256": upload.sha256 if photo else None,
        "photo": photo,
        "problem": upload.refused.problem(lang, request.url.path) if upload.refused else None,
    }
    headers = _headers(upload) | {"content-language": lang} | (more or {})
    return json_answer(members, status=status, headers=headers)


def _problem(
    request: Request, error: AppError | Busy, upload: Upload | None = None, more: dict[str, str] | None = None
) -> Response:
    if isinstance(error, Busy):
        error = Unavailable(
            "这张照片的上一次上传还在处理，请稍后再试。",
            "The last request about this photo is still at work; try again in a while.",
        )
    lang = api_language(request)
    headers = (_headers(upload) if upload else TUS) | {"content-language": lang} | (more or {})
    if error.status in (503, 507):
        headers |= {"retry-after": str(RETRY_SECONDS)}
    if isinstance(error, TooMany):
        headers |= {"retry-after": str(error.seconds)}
    if isinstance(error, WrongProtocol):
        headers |= {"tus-version": VERSION}
    body = orjson.dumps(error.problem(lang, request.url.path), default=str)
    return Response(body, error.status, headers, "application/problem+json")


def _headers(upload: Upload) -> dict[str, str]:
    told: dict[str, Any] = {
        "upload-offset": upload.offset,
        "upload-length": upload.size_bytes,
        "upload-state": upload.state,
    }
    return TUS | {name: str(value) for name, value in told.items()}


def _actor(request: Request) -> Actor:
    actor = actor_of(request)
    if actor is None:
        raise NotSignedIn("请先登录再操作。", "Sign in before you do this.")
    return actor


def _turn(actor: Actor, ident: str) -> str:
    """Turns are each person's own: nobody ends what somebody else is sending by asking about it."""
    return f"{actor.account_id}/{ident}"


def _id(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise NotFound("没有这次照片上传。", "There is no such upload of a photo.") from None


def _check_version(request: Request, needed: bool = True) -> None:
    said = request.headers.get("tus-resumable")
    if said != VERSION and (needed or said is not None):
        raise WrongProtocol(
            f"请求头 Tus-Resumable 应为 {VERSION}。", f"The header Tus-Resumable must be {VERSION}."
        )


def _offset(request: Request) -> int:
    """Where a part begins. Errors: BadParameter (415 when the body is called something else)."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != PART:
        told = f"内容类型应为 {PART}。", f"The content type must be {PART}."
        error = BadParameter(Fault("Content-Type", kind[:60], PART, *told))
        error.status = 415
        raise error
    text = request.headers.get("upload-offset", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        told = "请求头 Upload-Offset 应为字节数。", "The header Upload-Offset must be a number of bytes."
        raise BadParameter(Fault("Upload-Offset", text[:20], {"minimum": 0}, *told))
    return int(text)


def _elsewhere(offset: int) -> Refused:
    return Refused(
        f"服务器已有前 {offset} 字节，请从第 {offset} 字节接着发送。",
        f"The server has the first {offset} bytes; go on from byte {offset}.",
    )
