"""Inspections: ``/api/inspections``, their photos, and the form ``/inspect/{subject}``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from app.bodies import Body, read_body
from app.deps import (
    LANG,
    WEEK,
    actor_of,
    api_language,
    day_members,
    live,
    page_language,
    read_book_of,
    read_view,
)
from app.domain.inspections import Verdict
from app.domain.photos import Picture
from app.domain.roles import Action, require
from app.errors import BadParameter, Fault, NotFound
from app.forms.pictures import add_to_inspection, read_pictures
from app.forms.posted import MENDABLE, Shown, posted
from app.params import Param, Query
from app.store.blobs import Blobs
from app.store.blockages import blockages_of, units_of
from app.store.book import Book, Line
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
)
from app.web import json_answer, page
from app.writes import write

router = APIRouter()

SUBJECT = Param("subject", {"type": "string"}, "Code of a site or task · 点位或子任务编号")
LIST = (SUBJECT, WEEK, LANG)
NEW = ("subject", "made_at", "verdict", "finding", "sections", "lon", "lat", "accuracy_m")
BLOCKAGE = ("blockage_title", "blockage_unit")
LONGEST_SECTIONS = 2_000
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
    """With `subject` also `latest_sections`: what was seen built of it last."""
    query = Query(request.query_params, LIST)
    lang = api_language(request, query)
    view = await read_view(query, live(request))
    code = query.text("subject", 16)
    query.done()
    book = await read_book_of(request, view)
    actor = actor_of(request)

    def read() -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        with live(request).database.read() as connection:
            rows = inspections_with_photos(connection, view.known, code, lang)
            return rows, latest_sections(connection, code, view.known) if code else None

    rows, latest = await anyio.to_thread.run_sync(read)
    found = [row for row in rows if may_see(actor, book, row["subject"])]
    members: dict[str, Any] = {**day_members(view, lang), "inspections": found}
    if code:
        members["latest_sections"] = latest if may_see(actor, book, code) else None
    headers = {"cache-control": "private, no-store", "content-language": lang}
    return json_answer(members, headers=headers)


@router.post("/api/inspections", status_code=201, **_documented("Record an inspection · 登记督查"))
async def post_inspection(request: Request) -> Response:
    """A problem may open a blockage in the same step (`blockage_title`, `blockage_unit`)."""
    body = await read_body(request, ("id", *NEW, *BLOCKAGE))
    asked, form = _new(body, body.moment("made_at", required=True))
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
    body = await posted(request, (*NEW, *BLOCKAGE, "open_blockage"))
    files = [
        one
        for one in (await request.form()).getlist("photos")
        if isinstance(one, UploadFile) and one.filename
    ]
    sent = dict(body.sent)
    body.sent = {**sent, "subject": code}
    if not body.flag("open_blockage"):
        body.sent["blockage_title"] = None
    try:
        asked, form = _new(body, _local_moment(body))
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
        verdicts=[verdict.value for verdict in Verdict],
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


def _new(body: Body, made_at: datetime | None) -> tuple[Asked, NewInspection]:
    ident = body.uuid()
    form = NewInspection(
        id=ident,
        subject=body.text("subject", 16, required=True) or "",
        made_at=made_at or now(),
        verdict=body.choice("verdict", [verdict.value for verdict in Verdict], required=True) or "",
        finding=body.text("finding"),
        sections=body.text("sections", LONGEST_SECTIONS),
        lon=body.number("lon", -180, 180),
        lat=body.number("lat", -90, 90),
        accuracy_m=body.number("accuracy_m", 0, 100_000),
        blockage_title=body.text("blockage_title"),
        blockage_unit=body.text("blockage_unit", 40),
    )
    return Asked.of(ident, body.sent), form


def _local_moment(body: Body) -> datetime | None:
    """What a form's time field says: the zone's time, without saying so."""
    text = str(body.sent.get("made_at") or "")
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=ZONE_TIME)).astimezone(UTC)
    except (ValueError, OverflowError):
        told = "请填写督查时间，例如 2023-07-14 09:30。", "Give the time, such as 2023-07-14 09:30."
        raise BadParameter(Fault("made_at", text[:30], "2023-07-14T09:30", *told)) from None


def _ledger_moment(request: Request) -> datetime:
    """The ledger's clock to the minute, in the zone's time: the hour of now on the ledger's day."""
    wall = now().astimezone(ZONE_TIME)
    moment = datetime.combine(live(request).view.as_of, wall.timetz())
    return moment - timedelta(seconds=moment.second, microseconds=moment.microsecond)
