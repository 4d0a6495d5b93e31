"""``/api/items``, ``/api/ledger``, ``/api/towns``, ``/api/ground``: the ledger and the ground of the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio.to_thread
import orjson
from fastapi import APIRouter, Request, Response

from app.deps import GEOJSON, LANG, WEEK, api_language, day_members, live, not_modified, read_view
from app.errors import NotFound
from app.params import Param, Query
from app.store.ledger import read_items
from app.store.live import Live, View
from app.store.places import read_ground, read_towns

router = APIRouter(prefix="/api", tags=["ledger"])

ASKED = (WEEK, LANG)


def _documented(summary: str, params: tuple[Param, ...] = ASKED) -> dict[str, Any]:
    return {"summary": summary, "openapi_extra": {"parameters": [param.openapi() for param in params]}}


@router.get("/items", **_documented("All items with tasks, targets and sites · 全部项目"))
async def items(request: Request) -> Response:
    """The ledger as of today or of a past week."""
    return await _answer(request, _ledger)


@router.get("/ledger", **_documented("The ledger; the same as /api/items · 台账"))
async def ledger(request: Request) -> Response:
    """The ledger as of today or of a past week."""
    return await _answer(request, _ledger)


@router.get("/items/{no}", **_documented("One item · 单个项目"))
async def item(request: Request, no: str) -> Response:
    """One item of the ledger by its number."""
    return await _answer(request, lambda source, view, lang: one_item(source, view, lang, no))


@router.get("/towns", **_documented("The towns with their areas and counts · 镇"))
async def towns(request: Request) -> Response:
    """FeatureCollection of the towns."""

    def read(source: Live, view: View, lang: str) -> dict[str, Any]:
        with source.database.read() as connection:
            return read_towns(connection, view.statuses) | day_members(view, lang)

    return await _answer(request, read, GEOJSON)


@router.get("/ground", **_documented("Zone outline and context roads · 底图要素"))
async def ground(request: Request) -> Response:
    """FeatureCollection of what lies under the sites."""

    def read(source: Live, view: View, lang: str) -> dict[str, Any]:
        with source.database.read() as connection:
            return read_ground(connection) | day_members(view, lang)

    return await _answer(request, read, GEOJSON)


def all_items(source: Live, view: View, lang: str) -> list[dict[str, Any]]:
    """The items of a view, with how far they are."""
    book = source.book_of(view)
    with source.database.read() as connection:
        return read_items(connection, book, lang)


def one_item(source: Live, view: View, lang: str, no: str) -> dict[str, Any]:
    """One item of a view with the view's day; NotFound when there is none."""
    found = [item for item in all_items(source, view, lang) if str(item["no"]) == no]
    if not found:
        last = max(view.words.items, default=0)
        raise NotFound(
            f"没有第 {no[:10]} 项；本年度项目为第 1 至 {last} 项。",
            f"There is no item {no[:10]}; this year's items are 1 to {last}.",
        )
    return found[0] | day_members(view, lang)


def _ledger(source: Live, view: View, lang: str) -> dict[str, Any]:
    return {
        "programme": view.words.programme,
        **day_members(view, lang),
        "items": all_items(source, view, lang),
    }


async def _answer(
    request: Request, read: Callable[[Live, View, str], dict[str, Any]], media_type: str = "application/json"
) -> Response:
    query = Query(request.query_params, ASKED)
    lang = api_language(request, query)
    source = live(request)
    view = await read_view(query, source)
    query.done()
    unchanged, headers = not_modified(request, view, lang)
    if unchanged:
        return unchanged
    body = await anyio.to_thread.run_sync(read, source, view, lang)
    return Response(orjson.dumps(body), media_type=media_type, headers=headers)
