"""``/api/events``: a stream that tells of new versions. ``/api/weeks``: the weeks one can go back to."""

from __future__ import annotations

from functools import partial
from typing import Any

import anyio.to_thread
import orjson
from fastapi import APIRouter, Request, Response

from app.auth.lasting import goes_on
from app.auth.origin import address_of
from app.deps import LANG, api_language, day_members, live, not_modified
from app.events import Events, EventStream
from app.params import Query
from app.store.live import Live, View
from app.store.weeks import first_week

router = APIRouter(prefix="/api", tags=["live"])


@router.get(
    "/events",
    summary="New versions as they come (server-sent events) · 新版本实时通知",
    responses={200: {"content": {"text/event-stream": {}}}},
    response_class=Response,
)
async def events(request: Request) -> Response:
    """The present version at once, then every new one, as `{version, as_of, week}` with `id` = version."""
    Query(request.query_params, (LANG,)).done()
    source: Events = request.app.state.events
    address = address_of(request)
    last = request.headers.get("last-event-id", "").strip()
    known = int(last) if last.isascii() and last.isdigit() and len(last) <= 18 else None
    return EventStream(source, address, known, partial(goes_on, request))


@router.get(
    "/weeks",
    summary="First week of the ledger, and the present one · 台账的起始周和当前周",
    openapi_extra={"parameters": [LANG.openapi()]},
)
async def weeks(request: Request) -> Response:
    """`first` is the week of the first entry; the present one while there is none."""
    query = Query(request.query_params, (LANG,))
    lang = api_language(request, query)
    source = live(request)
    view = source.view
    query.done()
    unchanged, headers = not_modified(request, view, lang)
    if unchanged:
        return unchanged
    body = await anyio.to_thread.run_sync(_weeks, source, view)
    return Response(
        orjson.dumps(body | day_members(view, lang)), media_type="application/json", headers=headers
    )


def _weeks(source: Live, view: View) -> dict[str, Any]:
    with source.database.read() as connection:
        first = first_week(connection)
    return {"first": str(min(first, view.week) if first else view.week), "current": str(view.week)}
