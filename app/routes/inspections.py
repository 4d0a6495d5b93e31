"""Inspections: ``/api/inspections``, their photos, and the form ``/inspect/{subject}``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from app.bodies import read_body
from app.deps import (
    LANG,
    WEEK,
    actor_of,
    api_language,
    day_members,
    live,
    page_language,
    read_book_of,
)
from app.domain.photos import Picture
from app.domain.roles import Action, require
from app.errors import NotFound
from app.forms.inspection import FIELDS, PHONE, VERDICTS, local_moment, read_inspection
from app.forms.pictures import add_to_inspection, read_pictures
from app.forms.posted import MENDABLE, Shown, posted
from app.params import Param, Query
from app.routes.checkins import FILTERS, asked_for
from app.store.blobs import Blobs
from app.store.blockages import blockages_of, units_of
from app.store.book import Book, Line
from app.store.checkins import checkins_of
from app.store.inspections import NewInspection, latest_sections, record_inspection
from app.store.live import View
from app.store.moments import ZONE_TIME, now
from app.store.photos import Owner, attach
from app.store.subjects import read_subject
from app.store.writing import Asked, Writer
from app.views.supervision import (
    blockage_members,
    inspections_with_photos,
    may_see,
    subject_url,
    unit_options,
    with_photos,
)
from app.web import json_answer, page
from app.writes import write

router = APIRouter()

SINCE = Param("since", {"type": "string", "format": "date-time"}, "Made then or later · 自此时起")
LIMIT = Param("limit", {"type": "integer", "minimum": 1, "maximum": 500}, "At most so many · 最多条数")
LIST = (*FILTERS, SINCE, LIMIT, WEEK, LANG)
USUAL = 200
PHOTO = {
    "type": "object",
    "required": ["id", "photo"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "photo": {"type": "string", "format": "binary"},
    },
}


def _documented(summary: str, params: tuple[Param, ...] = ()) -> dict[str, Any]:
    extra = {"parameters": [param.openapi() for param in params]}
    return {"tags": ["supervision"], "summary": summary, "openapi_extra": extra}


@router.get("/api/inspections", **_documented("Inspections, the newest first · 督查记录", LIST))
async def list_inspections(request: Request) -> Response:
    """As mended by then. With `subject` also `latest_sections`: what was seen built of it last."""
    query = Query(request.query_params, LIST)
    lang = api_language(request, query)
    view, book, asked = await asked_for(request, query)
    since = query.choice("since", _since, None, ("2023-07-14", "2023-07-14T09:30:00+08:00"))
    limit = query.integer("limit", 1, 500, USUAL)
    query.done()
    if since is not None:
        asked = replace(asked, since=max(since, asked.since) if asked.since else since)

    def read() -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        with live(request).database.read() as connection:
            rows = checkins_of(connection, view.known, asked, limit)
            members = with_photos(connection, view.known, rows, lang)
            return members, latest_sections(connection, asked.subject, view.known) if asked.subject else None

    found, latest = await anyio.to_thread.run_sync(read)
    members: dict[str, Any] = {**day_members(view, lang), "inspections": found}
    if asked.subject:
        members["latest_sections"] = latest if may_see(actor_of(request), book, asked.subject) else None
    headers = {"cache-control": "private, no-store", "content-language": lang}
    return json_answer(members, headers=headers)


@router.post("/api/inspections", status_code=201, **_documented("Record an inspection · 登记督查"))
async def post_inspection(request: Request) -> Response:
    """A problem or a stop may open a blockage in the same step (`blockage_title`, `_unit`, `_due`). With
    `sent_at`, the telephone's clock when it sends this, any clock will do."""
    body = await read_body(request, ("id", *FIELDS, *PHONE))
    asked, form = read_inspection(body, body.moment("made_at", required=True))
    body.done()
    receipt = await write(request, lambda writer: record_inspection(writer, form, asked))
    return json_answer(receipt, status=201, headers={"cache-control": "no-store"})


@router.post(
    "/api/inspections/{ident}/photos",
    status_code=201,
    tags=["supervision"],
    summary="Add a photo to an inspection · 为督查记录添加照片",
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": PHOTO}}}},
)
async def post_photo(request: Request, ident: str) -> Response:
    """One JPEG, PNG, WebP or HEIC as `photo`, with the client's UUID as `id`; sent again it is saved once."""
    members = await add_to_inspection(request, ident)
    return json_answer(members, status=201, headers={"cache-control": "no-store"})


@router.get("/inspect/{code}", include_in_schema=False)
async def inspect_page(request: Request, code: str) -> Response:
    """The form for an inspection of a site or task."""
    return await _inspect_page(request, code, Shown())


@router.post("/inspect/{code}", include_in_schema=False)
async def save_inspection(request: Request, code: str) -> Response:
    """Record it, and go to the subject's page or to the blockage that it opened."""
    body = await posted(request, (*FIELDS, "open_blockage"))
    files = [
        one
        for one in (await request.form()).getlist("photos")
        if isinstance(one, UploadFile) and one.filename
    ]
    sent = dict(body.sent)
    body.sent = {**sent, "subject": code}
    if not body.flag("open_blockage"):
        body.sent["blockage_title"] = None
        body.sent["blockage_due"] = None
    try:
        asked, form = read_inspection(body, local_moment(body))
        body.done()
        save = _Save(form, asked, await read_pictures(request, files, check_in=True), live(request).blobs)
        receipt = await write(request, save.run)
    except MENDABLE as error:
        return await _inspect_page(request, code, Shown.after(error, sent))
    if receipt["blockage"]:
        return RedirectResponse(f"/blockages/{receipt['blockage']}?done=open", 303)
    return RedirectResponse(f"/inspect/{code}?done=inspected", 303)


@dataclass(frozen=True)
class _Save:
    """An inspection and its photos in one transaction, all or nothing."""

    form: NewInspection
    asked: Asked
    pictures: list[Picture]
    blobs: Blobs

    def run(self, writer: Writer) -> dict[str, Any]:
        repeated = writer.repeated(self.asked) is not None
        receipt = record_inspection(writer, self.form, self.asked)
        if self.pictures and not repeated:
            item = read_subject(writer.connection, self.form.subject).item_no
            attach(
                writer, self.blobs, Owner(self.form.subject, item, inspection_id=self.form.id), self.pictures
            )
        return receipt


async def line_for(request: Request, code: str, action: Action) -> tuple[View, Book, Line]:
    """A subject with its book and view. Errors: NotFound, Forbidden."""
    view = live(request).view
    book = await read_book_of(request, view)
    line = book.lines.get(code)
    if line is None:
        raise NotFound(
            f"台账中没有 {code[:20]}；编号形如 20-1-01（点位）或 20-1（子任务）。",
            f"The ledger has no {code[:20]}; codes look like 20-1-01 (a site) or 20-1 (a task).",
        )
    actor = actor_of(request)
    assert actor is not None
    require(actor, action, line.subject.about())
    return view, book, line


async def _inspect_page(request: Request, code: str, shown: Shown) -> Response:
    view, book, line = await line_for(request, code, Action.INSPECT)
    lang = page_language(request)

    def read() -> tuple[list, list, dict | None]:
        with live(request).database.read() as connection:
            return (
                inspections_with_photos(connection, view.known, code, lang, 10),
                blockages_of(connection, view.known, subject=code),
                latest_sections(connection, code, view.known),
            )

    rows, blockages, latest = await anyio.to_thread.run_sync(read)
    return page(
        request,
        view,
        "inspect.html",
        shown.status,
        here="board",
        line=line,
        subject=line.subject,
        subject_url=subject_url(code, line.subject.site),
        unit_options=unit_options(units_of(line.subject), view.words, lang),
        inspections=rows,
        blockages=[blockage_members(one, book, view.words, lang) for one in blockages if one.undone],
        latest=_sections_words(latest),
        moment=_ledger_moment(request).strftime("%Y-%m-%dT%H:%M"),
        verdicts=VERDICTS,
        shown=shown,
        done=request.query_params.get("done"),
    )


def _sections_words(latest: dict[str, Any] | None) -> dict[str, str] | None:
    """The sections seen last, as people write them."""
    if latest is None:
        return None
    text = "; ".join(f"{start:g}-{end:g}" for start, end in latest["sections"])
    return {
        "text": text,
        "day": latest["made_at"].astimezone(ZONE_TIME).date().isoformat(),
        "by": latest["by"],
    }


def _ledger_moment(request: Request) -> datetime:
    """The ledger's clock to the minute, in the zone's time: the hour of now on the ledger's day."""
    wall = now().astimezone(ZONE_TIME)
    moment = datetime.combine(live(request).view.as_of, wall.timetz())
    return moment - timedelta(seconds=moment.second, microseconds=moment.microsecond)


def _since(text: str) -> datetime:
    """A day of the zone or a moment with its time zone; a plus sign in an address is a blank."""
    found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    found = found if found.tzinfo else found.replace(tzinfo=ZONE_TIME)
    if not 2000 <= found.year <= 2200:
        raise ValueError(text)
    return found
