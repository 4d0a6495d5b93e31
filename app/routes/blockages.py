"""Blockages: ``/api/blockages``, the list ``/blockages``, and each one's page with its next steps."""

from __future__ import annotations

from datetime import date
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
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
from app.domain.blockages import Blockage, Form, State, steps_open_to
from app.domain.roles import Action, require
from app.errors import Forbidden, NotFound
from app.forms.posted import MENDABLE, Shown, matched, posted
from app.params import Param, Query
from app.store.blockages import (
    NewBlockage,
    blockages_of,
    open_blockage,
    read_blockage,
    step_blockage,
    units_of,
)
from app.store.book import Book
from app.store.live import View
from app.store.writing import Asked
from app.views.supervision import blockage_members, may_see, step_members, subject_url, unit_options
from app.web import json_answer, page
from app.writes import if_match, write

router = APIRouter()

STATE = Param(
    "state",
    {"type": "array", "items": {"type": "string", "enum": [state.value for state in State]}},
    "States (repeatable) · 状态，可重复",
)
UNIT = Param("unit", {"type": "string"}, "The unit that is asked, by code or name · 责任单位")
ITEM = Param("item", {"type": "string"}, "Item number (repeatable) · 项目序号")
SUBJECT = Param("subject", {"type": "string"}, "Code of a site or task · 点位或子任务编号")
LIST = (STATE, UNIT, ITEM, SUBJECT, WEEK, LANG)
NEW = ("subject", "title", "text", "unit", "due")
STEP = ("action", "text", "unit", "due")


def _documented(summary: str, params: tuple[Param, ...] = ()) -> dict[str, Any]:
    extra = {"parameters": [param.openapi() for param in params]}
    return {"tags": ["supervision"], "summary": summary, "openapi_extra": extra}


@router.get("/api/blockages", **_documented("Blockages with age and owner · 堵点", LIST))
async def list_blockages(request: Request) -> Response:
    """In the order in which they were opened."""
    query = Query(request.query_params, LIST)
    lang = api_language(request, query)
    view, book, found = await _asked_for(request, query, frozenset())
    members = [blockage_members(one, book, view.words, lang) for one in found]
    return json_answer({**day_members(view, lang), "blockages": members}, headers=_headers(lang))


@router.post("/api/blockages", status_code=201, **_documented("Open a blockage · 登记堵点"))
async def post_blockage(request: Request) -> Response:
    """`unit` is the item's lead unit when left out."""
    body = await read_body(request, ("id", *NEW))
    asked, form = _new(body)
    body.done()
    receipt = await write(request, lambda writer: open_blockage(writer, form, asked))
    return _created(receipt)


@router.get("/api/blockages/{ident}", **_documented("One blockage with its steps · 单个堵点", (LANG,)))
async def get_blockage(request: Request, ident: str) -> Response:
    """The ETag is what If-Match takes."""
    query = Query(request.query_params, (LANG,))
    lang = api_language(request, query)
    query.done()
    view, book, one = await _one(request, ident)
    members = blockage_members(one, book, view.words, lang)
    members["steps"] = [step_members(step, "blockage", view.words, lang) for step in one.steps]
    return json_answer(members, headers={"etag": f'"{one.version}"', **_headers(lang)})


@router.post(
    "/api/blockages/{ident}/steps",
    status_code=201,
    **_documented("Assign, answer, escalate, close or reopen · 交办、答复、升级、销号、重新打开"),
)
async def post_step(request: Request, ident: str) -> Response:
    """Needs If-Match with the blockage's version."""
    body = await read_body(request, ("id", *STEP))
    asked = Asked.of(body.uuid(), {"blockage": ident, **body.sent}, if_match(request))
    form = _step(body)
    body.done()
    receipt = await write(request, lambda writer: step_blockage(writer, ident, form, asked))
    return _created(receipt)


@router.get("/blockages", include_in_schema=False)
async def blockages_page(request: Request) -> Response:
    """The list; without `state` those that are still there."""
    lang = page_language(request)
    query = Query(request.query_params, LIST)
    undone = frozenset({State.OPEN.value, State.ANSWERED.value})
    view, book, found = await _asked_for(request, query, undone)
    members = [blockage_members(one, book, view.words, lang) for one in found]
    members.sort(key=lambda one: (-one["level"], not one["overdue"], one["opened"], one["id"]))
    return page(
        request,
        view,
        "blockages.html",
        here="board",
        blockages=members,
        asked=request.query_params,
        items=view.words.items,
        units=view.words.units,
        oldest=max((one["age_days"] for one in members if not one["closed"]), default=None),
    )


@router.get("/blockages/new", include_in_schema=False)
async def new_page(request: Request) -> Response:
    """The form for a new one, about ``?subject=``."""
    query = Query(request.query_params, (SUBJECT, LANG))
    code = query.text("subject", 16)
    query.done()
    return await _new_page(request, code or "", Shown())


@router.post("/blockages/new", include_in_schema=False)
async def save_new(request: Request) -> Response:
    """Open it and go to its page, or show the form again."""
    body = await posted(request, NEW)
    try:
        asked, form = _new(body)
        body.done()
        receipt = await write(request, lambda writer: open_blockage(writer, form, asked))
    except MENDABLE as error:
        code = str(body.sent.get("subject", ""))
        return await _new_page(request, code, Shown.after(error, dict(body.sent)))
    return RedirectResponse(f"/blockages/{receipt['id']}?done=open", 303)


@router.get("/blockages/{ident}", include_in_schema=False)
async def blockage_page(request: Request, ident: str) -> Response:
    """Its story, and the steps that this person may take."""
    return await _page(request, ident, Shown())


@router.post("/blockages/{ident}", include_in_schema=False)
async def save_step(request: Request, ident: str) -> Response:
    """Take the step, or show the form again with what is wrong or who was faster."""
    body = await posted(request, STEP)
    try:
        asked = Asked.of(body.uuid(), {"blockage": ident, **body.sent}, matched(body))
        form = _step(body)
        body.done()
        await write(request, lambda writer: step_blockage(writer, ident, form, asked))
    except MENDABLE as error:
        return await _page(request, ident, Shown.after(error, dict(body.sent)))
    return RedirectResponse(f"/blockages/{ident}?done={form.act}", 303)


async def _asked_for(
    request: Request, query: Query, default: frozenset[str]
) -> tuple[View, Book, list[Blockage]]:
    """View, book and the blockages that a query asks for and this person may read."""
    view = await read_view(query, live(request))
    words = view.words
    states = query.choices("state", {state.value: state.value for state in State} | {"all": "all"})
    units = query.choices("unit", words.spellings("units"), [unit["name"] for unit in words.units.values()])
    items = query.choices("item", words.spellings("items"), list(words.items))
    subject = query.text("subject", 16)
    query.done()
    states = states or default
    book = await read_book_of(request, view)
    actor = actor_of(request)

    def read() -> list[Blockage]:
        with live(request).database.read() as connection:
            return blockages_of(connection, view.known, subject=subject)

    return (
        view,
        book,
        [
            one
            for one in await anyio.to_thread.run_sync(read)
            if (not states or "all" in states or one.state.value in states)
            and (not units or one.owner in units)
            and (not items or one.item_no in items)
            and may_see(actor, book, one.subject)
        ],
    )


async def _one(request: Request, ident: str) -> tuple[View, Book, Blockage]:
    """One blockage as it is now. Errors: NotFound, Forbidden."""
    source = live(request)
    view = source.view

    def read() -> Blockage:
        with source.database.read() as connection:
            return read_blockage(connection, ident)

    one = await anyio.to_thread.run_sync(read)
    book = await read_book_of(request, view)
    if not may_see(actor_of(request), book, one.subject):
        raise Forbidden(
            "这个堵点不在您的单位、镇或分管范围内。",
            "This blockage is not within your unit, towns or portfolio.",
        )
    return view, book, one


async def _page(request: Request, ident: str, shown: Shown) -> Response:
    view, book, one = await _one(request, ident)
    lang, actor = page_language(request), actor_of(request)
    subject = book.lines[one.subject].subject
    return page(
        request,
        view,
        "blockage.html",
        shown.status,
        here="board",
        blockage=blockage_members(one, book, view.words, lang),
        steps=[step_members(step, "blockage", view.words, lang) for step in one.steps],
        acts=[act.value for act in steps_open_to(one, actor, subject.about())],
        unit_options=unit_options(units_of(subject), view.words, lang),
        shown=shown,
        blank=Shown,
        done=request.query_params.get("done"),
    )


async def _new_page(request: Request, code: str, shown: Shown) -> Response:
    view = live(request).view
    book = await read_book_of(request, view)
    line = book.lines.get(code)
    if line is None:
        raise NotFound(
            f"台账中没有 {code[:20]}；请从点位或项目页面登记堵点。",
            f"The ledger has no {code[:20]}; open a blockage from the page of a site or item.",
        )
    actor = actor_of(request)
    assert actor is not None
    require(actor, Action.OPEN_BLOCKAGE, line.subject.about())
    return page(
        request,
        view,
        "blockage_new.html",
        shown.status,
        here="board",
        subject=line.subject,
        subject_url=subject_url(line.code, line.subject.site),
        unit_options=unit_options(units_of(line.subject), view.words, page_language(request)),
        shown=shown,
    )


def _new(body: Body) -> tuple[Asked, NewBlockage]:
    ident = body.uuid()
    due: date | None = body.date("due")
    form = NewBlockage(
        id=ident,
        subject=body.text("subject", 16, required=True) or "",
        title=body.text("title"),
        text=body.text("text"),
        unit=body.text("unit", 40),
        due=due,
    )
    return Asked.of(ident, body.sent), form


def _step(body: Body) -> Form:
    act = body.text("action", 40, required=True) or ""
    return Form(act, body.text("text"), body.text("unit", 40), body.date("due"))


def _created(receipt: dict[str, Any]) -> Response:
    return json_answer(
        receipt, status=201, headers={"etag": f'"{receipt["version"]}"', "cache-control": "no-store"}
    )


def _headers(lang: str) -> dict[str, str]:
    return {"cache-control": "private, no-store", "content-language": lang}
