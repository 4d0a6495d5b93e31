"""Directives: ``/api/directives``, the list ``/directives``, and each one's page with its next steps."""

from __future__ import annotations

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
from app.domain.board import may_read_words
from app.domain.directives import Directive, Form, State, steps_open_to
from app.domain.roles import Action, Actor, may
from app.errors import Forbidden
from app.forms.posted import MENDABLE, Shown, matched, posted
from app.params import Param, Query
from app.store.book import Book
from app.store.directives import (
    NewDirective,
    directives_of,
    give_directive,
    read_directive,
    step_directive,
)
from app.store.live import View
from app.store.writing import Asked
from app.views.supervision import about_directive, directive_members, step_members
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
LIST = (STATE, UNIT, ITEM, WEEK, LANG)
NEW = ("item", "subject", "unit", "due", "text")
STEP = ("action", "text", "due")


def _documented(summary: str, params: tuple[Param, ...] = ()) -> dict[str, Any]:
    extra = {"parameters": [param.openapi() for param in params]}
    return {"tags": ["supervision"], "summary": summary, "openapi_extra": extra}


@router.get("/api/directives", **_documented("Directives with their state · 调度意见", LIST))
async def list_directives(request: Request) -> Response:
    """In the order in which they were given."""
    query = Query(request.query_params, LIST)
    lang = api_language(request, query)
    view, found = await _asked_for(request, query, lang, frozenset())
    return json_answer({**day_members(view, lang), "directives": found}, headers=_headers(lang))


@router.post("/api/directives", status_code=201, **_documented("Give a directive · 提出调度意见"))
async def post_directive(request: Request) -> Response:
    """About an item, or a subject of it; to a unit of the item, by a day."""
    body = await read_body(request, ("id", *NEW))
    asked, form = new_directive(body)
    body.done()
    return _created(await write(request, lambda writer: give_directive(writer, form, asked)))


@router.get("/api/directives/{ident}", **_documented("One directive with its steps · 单条调度意见", (LANG,)))
async def get_directive(request: Request, ident: str) -> Response:
    """The ETag is what If-Match takes."""
    query = Query(request.query_params, (LANG,))
    lang = api_language(request, query)
    query.done()
    view, book, one = await _one(request, ident)
    members = directive_members(one, book, view.words, lang)
    members["steps"] = [step_members(step, "directive", view.words, lang) for step in one.steps]
    return json_answer(members, headers={"etag": f'"{one.version}"', **_headers(lang)})


@router.post(
    "/api/directives/{ident}/steps",
    status_code=201,
    **_documented("Report progress, done; confirm, reopen or extend · 反馈、确认、退回、延期"),
)
async def post_step(request: Request, ident: str) -> Response:
    """Needs If-Match with the directive's version."""
    body = await read_body(request, ("id", *STEP))
    asked = Asked.of(body.uuid(), {"directive": ident, **body.sent}, if_match(request))
    form = _step(body)
    body.done()
    return _created(await write(request, lambda writer: step_directive(writer, ident, form, asked)))


@router.get("/directives", include_in_schema=False)
async def directives_page(request: Request) -> Response:
    """The list; without `state` those that are being followed."""
    query = Query(request.query_params, LIST)
    undone = frozenset({State.OPEN.value, State.DONE.value})
    view, found = await _asked_for(request, query, page_language(request), undone)
    found.sort(key=_urgency)
    return page(
        request,
        view,
        "directives.html",
        here="directives",
        directives=found,
        asked=request.query_params,
        items=view.words.items,
        units=view.words.units,
        late=sum(one["overdue"] for one in found),
    )


@router.get("/directives/{ident}", include_in_schema=False)
async def directive_page(request: Request, ident: str) -> Response:
    """Its story, and the steps that this person may take."""
    return await _page(request, ident, Shown())


@router.post("/directives/{ident}", include_in_schema=False)
async def save_step(request: Request, ident: str) -> Response:
    """Take the step, or show the form again with what is wrong or who was faster."""
    body = await posted(request, STEP)
    try:
        asked = Asked.of(body.uuid(), {"directive": ident, **body.sent}, matched(body))
        form = _step(body)
        body.done()
        await write(request, lambda writer: step_directive(writer, ident, form, asked))
    except MENDABLE as error:
        return await _page(request, ident, Shown.after(error, dict(body.sent)))
    return RedirectResponse(f"/directives/{ident}?done={form.act}", 303)


def _urgency(one: dict[str, Any]) -> Any:
    """What is asked for before what is confirmed, the late first, then by day."""
    return one["state"] == State.CONFIRMED.value, not one["overdue"], one["due"], one["id"]


def new_directive(body: Body) -> tuple[Asked, NewDirective]:
    """What a body or form says of a new directive; its faults are in the body."""
    ident, item = body.uuid(), body.number("item", 1, 9999, required=True)
    form = NewDirective(
        id=ident,
        item=int(item or 0),
        unit=body.text("unit", 40),
        due=body.date("due", required=True),
        text=body.text("text"),
        subject=body.text("subject", 16),
    )
    return Asked.of(ident, body.sent), form


def readable(actor: Actor | None, book: Book, one: Directive) -> bool:
    """Whether somebody may read a directive; the unit that is asked always may."""
    about = about_directive(book, one)
    return about is not None and may_read_words(actor, about)


async def _asked_for(
    request: Request, query: Query, lang: str, default: frozenset[str]
) -> tuple[View, list[dict[str, Any]]]:
    """View and the directives that a query asks for and this person may read; `default`: states when none is
    asked for, empty for all."""
    view = await read_view(query, live(request))
    words = view.words
    states = query.choices("state", {state.value: state.value for state in State} | {"all": "all"})
    units = query.choices("unit", words.spellings("units"), [unit["name"] for unit in words.units.values()])
    items = query.choices("item", words.spellings("items"), list(words.items))
    query.done()
    states = states or default
    book = await read_book_of(request, view)
    actor = actor_of(request)

    def read() -> list[Directive]:
        with live(request).database.read() as connection:
            return directives_of(connection, view.known)

    found = [
        directive_members(one, book, words, lang)
        for one in await anyio.to_thread.run_sync(read)
        if (not states or "all" in states or one.state.value in states)
        and (not units or one.unit in units)
        and (not items or one.item_no in items)
        and readable(actor, book, one)
    ]
    return view, found


async def _one(request: Request, ident: str) -> tuple[View, Book, Directive]:
    """One directive as it is now. Errors: NotFound, Forbidden."""
    source = live(request)
    view = source.view

    def read() -> Directive:
        with source.database.read() as connection:
            return read_directive(connection, ident)

    one = await anyio.to_thread.run_sync(read)
    book = await read_book_of(request, view)
    if not readable(actor_of(request), book, one):
        raise Forbidden(
            "这条调度意见不在您的单位、镇或分管范围内。",
            "This directive is not within your unit, towns or portfolio.",
        )
    return view, book, one


async def _page(request: Request, ident: str, shown: Shown) -> Response:
    view, book, one = await _one(request, ident)
    lang, actor = page_language(request), actor_of(request)
    about = about_directive(book, one)
    assert about is not None
    return page(
        request,
        view,
        "directive.html",
        shown.status,
        here="review" if may(actor, Action.REVIEW) else "work",
        directive=directive_members(one, book, view.words, lang),
        steps=[step_members(step, "directive", view.words, lang) for step in one.steps],
        acts=[act.value for act in steps_open_to(one, actor, about)],
        shown=shown,
        blank=Shown,
        done=request.query_params.get("done"),
    )


def _step(body: Body) -> Form:
    return Form(body.text("action", 40, required=True) or "", body.text("text"), body.date("due"))


def _created(receipt: dict[str, Any]) -> Response:
    return json_answer(
        receipt, status=201, headers={"etag": f'"{receipt["version"]}"', "cache-control": "no-store"}
    )


def _headers(lang: str) -> dict[str, str]:
    return {"cache-control": "private, no-store", "content-language": lang}
