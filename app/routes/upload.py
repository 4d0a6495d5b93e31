"""Excel in and back: the unit's template, its upload, the differences, and the confirmation."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from app.deps import LANG, WEEK, actor_of, api_language, live, page_language
from app.domain.roles import Actor
from app.domain.weeks import Week
from app.errors import AppError, BadParameter, Fault, NotFound, NotSignedIn, Refused
from app.params import Query
from app.sheets.opening import MOST_BYTES, PARAMETER
from app.sheets.template import Template, template_bytes
from app.sheets.workbook import MEDIA_TYPE
from app.store.live import Live
from app.store.uploads import Moved, Upload, confirm, judge_again, read_upload, receive
from app.store.weekly import read_unit_week, template_rows
from app.web import json_answer, page
from app.writes import write

router = APIRouter(include_in_schema=False)

WEEKS_OFFERED = 8
SHOWN = 200
"""Subjects of each kind that the preview lists at first; a link shows all of them."""


@router.get("/upload")
async def upload_page(request: Request) -> Response:
    """Where the template is downloaded and uploaded."""
    return _form(request)


@router.get("/template.xlsx")
async def template(request: Request) -> Response:
    """The signed-in unit's template for a week."""
    query = Query(request.query_params, (WEEK, LANG))
    source, actor, lang = live(request), _actor(request), page_language(request)
    week = query.week(source.view.week) or source.view.week
    query.done()
    body = await anyio.to_thread.run_sync(_template, source, actor, week, lang)
    return file_answer(body, MEDIA_TYPE, f"周报-{week}-{actor.unit}.xlsx", f"report-{week}-{actor.unit}.xlsx")


@router.post("/upload")
async def upload(request: Request) -> Response:
    """Read and check a file; nothing of the ledger is touched."""
    sent = await request.form()
    wants_page = "text/html" in request.headers.get("accept", "")
    try:
        name, data = await _file(sent.get("file"))
        made = await anyio.to_thread.run_sync(
            receive, live(request), _actor(request), _id(sent.get("id")), name, data
        )
    except (BadParameter, Refused) as error:
        if not wants_page:
            raise
        return _form(request, error)
    address = f"/upload/{made.id}"
    if wants_page:
        return RedirectResponse(address, status_code=303)
    return json_answer({"id": made.id, "location": address}, status=201, headers={"location": address})


@router.get("/api/uploads/{id}")
async def upload_state(request: Request, id: str) -> Response:
    """How far the check of an upload is: ``{id, state, done, total, counts}``.

    ``state`` is ``unknown`` while the file has not arrived, and for an upload that is not this person's: who
    asks while it is under way is not to be answered with an error.
    """
    query = Query(request.query_params, (LANG,))
    api_language(request, query)
    query.done()
    number = _id(id)
    try:
        found = await anyio.to_thread.run_sync(read_upload, live(request), _actor(request), number)
    except NotFound:
        empty = {"id": number, "state": "unknown", "done": 0, "total": 0, "counts": {}}
        return json_answer(empty, headers={"cache-control": "no-store"})
    members = {name: getattr(found, name) for name in ("id", "state", "done", "total", "counts")}
    return json_answer(members, headers={"cache-control": "no-store"})


@router.get("/upload/{id}")
async def preview(request: Request, id: str) -> Response:
    """The differences to the ledger, cell by cell; or what has been saved."""
    found = await anyio.to_thread.run_sync(read_upload, live(request), _actor(request), _id(id))
    return _preview(request, found, moved="moved" in request.query_params)


@router.post("/upload/{id}/confirm")
async def confirm_upload(request: Request, id: str) -> Response:
    """Save all that the preview shows, or nothing: then the differences are shown anew."""
    number = _id(id)
    try:
        await write(request, lambda writer: confirm(writer, number))
    except Moved:
        await anyio.to_thread.run_sync(judge_again, live(request), _actor(request), number)
        return RedirectResponse(f"/upload/{number}?moved=1", status_code=303)
    return RedirectResponse(f"/upload/{number}", status_code=303)


def file_answer(body: bytes, media_type: str, name: str, plain: str) -> Response:
    """A file to save, under a Chinese name where the browser takes it (RFC 6266)."""
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    headers = {"content-disposition": disposition, "cache-control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)


def _template(source: Live, actor: Actor, week: Week, lang: str) -> bytes:
    with source.database.read() as connection:
        known = read_unit_week(connection, actor, week)
    view = source.view
    unit = view.words.units.get(actor.unit or "", {})
    made = Template(
        week=week,
        unit=actor.unit or "",
        unit_name=unit.get("name_en" if lang == "en" else "name", actor.display),
        towns={code: names[lang] for code, names in known.towns.items()},
        rows=template_rows(known, view.as_of, lang),
        sample=view.sample,
    )
    return template_bytes(made, lang)


async def _file(sent: Any) -> tuple[str, bytes]:
    """Name and content of the file sent, one byte more than is taken at most. Errors: BadParameter."""
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise BadParameter(
            Fault(
                PARAMETER, None, ".xlsx", "请选择要上传的文件（.xlsx）。", "Choose a file to upload (.xlsx)."
            )
        )
    data = await sent.read(MOST_BYTES + 1)
    if not data:
        raise BadParameter(
            Fault(PARAMETER, None, ".xlsx", "文件是空的，请重新选择。", "The file is empty; choose another.")
        )
    return "".join(sign for sign in sent.filename if sign.isprintable()), data


def _id(sent: Any) -> str:
    """A UUID in its usual spelling. Errors: BadParameter."""
    try:
        return str(uuid.UUID(sent))
    except (ValueError, TypeError, AttributeError):
        told = (
            "上传编号（id）应为 UUID，请刷新页面后重试。",
            "The upload's id must be a UUID; reload the page.",
        )
        raise BadParameter(Fault("id", str(sent)[:50], {"format": "uuid"}, *told)) from None


def _actor(request: Request) -> Actor:
    actor = actor_of(request)
    if actor is None:
        raise NotSignedIn("请先登录。", "Sign in first.")
    return actor


def _form(request: Request, error: AppError | None = None) -> Response:
    view = live(request).view
    mondays = [view.week.monday - timedelta(days=7 * back) for back in range(WEEKS_OFFERED)]
    return page(
        request,
        view,
        "upload.html",
        status=error.status if error else 200,
        here="work",
        error=error,
        upload_id=str(uuid.uuid4()),
        weeks=[Week.of(monday) for monday in mondays if monday.year >= view.words.programme["year"]],
        most_megabytes=MOST_BYTES >> 20,
    )


def _preview(request: Request, upload: Upload, moved: bool) -> Response:
    every = "all" in request.query_params
    broken = [item for item in upload.items if item["verdict"] == "broken"]
    changed = [item for item in upload.items if item["verdict"] != "broken"]
    return page(
        request,
        live(request).view,
        "upload_preview.html",
        here="work",
        upload=upload,
        upload_week=upload.week,
        broken=broken if every else broken[:SHOWN],
        changed=changed if every else changed[:SHOWN],
        left=0 if every else max(len(broken) - SHOWN, 0) + max(len(changed) - SHOWN, 0),
        moved=moved and upload.state == "ready",
    )
