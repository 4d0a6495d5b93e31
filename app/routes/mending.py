"""One inspection with its history: ``/api/inspections/{ident}``; mending it, and deciding what two people
dispute."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.bodies import read_body
from app.deps import LANG, actor_of, api_language, live, read_book_of
from app.errors import Forbidden
from app.forms.inspection import read_revision
from app.params import Param, Query
from app.store.asof import AsOf
from app.store.checkin import Checkin, read_checkin
from app.store.disputes import CHOICES, decide
from app.store.revisions import revise
from app.store.writing import Asked
from app.views.mending import mending_members
from app.views.supervision import may_see
from app.web import json_answer
from app.writes import write

router = APIRouter()
NO_STORE = {"cache-control": "no-store"}


def _documented(summary: str, params: tuple[Param, ...] = ()) -> dict[str, Any]:
    extra = {"parameters": [param.openapi() for param in params]}
    return {"tags": ["supervision"], "summary": summary, "openapi_extra": extra}


@router.get(
    "/api/inspections/{ident}",
    **_documented("One inspection with photos, history and disputes · 单次督查", (LANG,)),
)
async def get_inspection(request: Request, ident: str) -> Response:
    """As it stands now; `version` is what a mending is made upon."""
    query = Query(request.query_params, (LANG,))
    lang = api_language(request, query)
    query.done()
    source = live(request)
    book = await read_book_of(request, source.view)

    def read() -> Checkin:
        with source.database.read() as connection:
            return read_checkin(connection, ident, AsOf(source.view.as_of))

    one = await anyio.to_thread.run_sync(read)
    if not may_see(actor_of(request), book, one.row["subject_code"]):
        raise Forbidden(
            "这次督查不在您的单位、镇或分管范围内。",
            "This inspection is not within your unit, towns or portfolio.",
        )
    headers = {"cache-control": "private, no-store", "content-language": lang}
    return json_answer(mending_members(one, lang), headers=headers)


@router.post(
    "/api/inspections/{ident}/revisions",
    status_code=201,
    **_documented("Mend an inspection upon the version that was seen · 补正督查"),
)
async def post_revision(request: Request, ident: str) -> Response:
    """Field by field: what nobody else changed is taken; what somebody else changed to another value stands,
    and supervision decides."""
    body = await read_body(request, ("id", "version", "changes"))
    asked, form = read_revision(body, ident)
    body.done()
    receipt = await write(request, lambda writer: revise(writer, form, asked))
    return json_answer(receipt, status=201, headers=NO_STORE)


@router.post(
    "/api/disputes/{ident}",
    status_code=201,
    **_documented("Decide which of two values stands · 裁定分歧"),
)
async def post_decision(request: Request, ident: str) -> Response:
    """`chosen`: ``kept``, what stands; or ``other``, what came later."""
    body = await read_body(request, ("id", "chosen", "text"))
    number, text = body.uuid(), body.text("text")
    chosen = body.choice("chosen", CHOICES, required=True) or ""
    body.done()
    asked = Asked.of(number, {"dispute": ident, **body.sent})
    receipt = await write(request, lambda writer: decide(writer, ident, chosen, text, asked))
    return json_answer(receipt, status=201, headers=NO_STORE)
