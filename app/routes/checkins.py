"""Check-ins for supervision: the list ``/inspections``, and the map's layer as GeoJSON."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import (
    GEOJSON,
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
from app.params import Param, Query
from app.routes.board import Links
from app.store.book import Book
from app.store.checkins import CheckinFilter, checkins_of, figures_of, inspectors_of
from app.store.live import View
from app.views.checkinnews import between, seen_by
from app.views.checkins import PRESENCES, checkin_feature, checkin_row
from app.web import json_answer, page

router = APIRouter()

PAGE_SIZE = 50
MOST_ON_MAP = 2_000
"""Check-ins of a week on the map; more would be a smear."""
DAYS_ON_MAP = 7
LAST_PAGE = 100_000


def _many(name: str, description: str, allowed: list[str] | None = None) -> Param:
    items = {"type": "string", **({"enum": allowed} if allowed else {})}
    return Param(name, {"type": "array", "items": items}, description)


PRESENCE = _many("presence", "At the site, doubtful, no position (repeatable) · 在场判定", list(PRESENCES))
VERDICT = _many("verdict", "Verdicts (repeatable) · 结论", [one.value for one in Verdict])
ITEM = _many("item", "Item numbers (repeatable) · 项目序号")
TOWN = _many("town", "Towns by code or name (repeatable) · 镇")
BY = Param("by", {"type": "string"}, "Who checked in · 签到人")
DAY = Param("day", {"type": "string", "format": "date"}, "The day of the check-in · 日期")
SUBJECT = Param("subject", {"type": "string"}, "Code of a site or task · 点位或子任务编号")
DISPUTED = Param("disputed", {"type": "string", "enum": ["1"]}, "Only with an open dispute · 只看有分歧的")
IDENT = Param("id", {"type": "string", "format": "uuid"}, "One check-in, of whichever week · 单次签到")
PAGE = Param("page", {"type": "integer", "minimum": 1}, "Page · 页")
FILTERS = (PRESENCE, VERDICT, ITEM, TOWN, BY, DAY, SUBJECT, DISPUTED)


@router.get(
    "/api/inspections.geojson",
    tags=["supervision"],
    summary="Check-ins of a week on the map · 地图上的签到",
    openapi_extra={"parameters": [param.openapi() for param in (*FILTERS, WEEK, LANG)]},
)
async def checkins_geojson(request: Request) -> Response:
    """Those of `week`, else of the last seven days; a check-in without a position has a null geometry."""
    query = Query(request.query_params, (*FILTERS, IDENT, WEEK, LANG))
    lang = api_language(request, query)
    view, book, asked = await asked_for(request, query)
    asked = replace(asked, ident=query.text("id", 40))
    query.done()
    if asked.since is None and asked.ident is None:
        last = view.week.sunday if _week_named(request) else view.as_of
        asked = between(asked, last - timedelta(days=DAYS_ON_MAP - 1), last)

    def read() -> list[dict[str, Any]]:
        with live(request).database.read() as connection:
            return checkins_of(connection, view.known, asked, MOST_ON_MAP)

    rows = await anyio.to_thread.run_sync(read)
    features = [checkin_feature(row, book, view.words, lang) for row in rows]
    body = {"type": "FeatureCollection", **day_members(view, lang), "features": features}
    answer = json_answer(body, headers={"cache-control": "private, no-store", "content-language": lang})
    answer.headers["content-type"] = GEOJSON
    return answer


@router.get("/inspections", include_in_schema=False)
async def checkins_page(request: Request) -> Response:
    """All check-ins that this person may see, the newest first."""
    query = Query(request.query_params, (*FILTERS, PAGE, WEEK, LANG))
    lang = page_language(request)
    view, book, asked = await asked_for(request, query)
    number = query.integer("page", 1, LAST_PAGE, 1)
    query.done()
    if _week_named(request) and asked.since is None:
        asked = between(asked, view.week.monday, view.week.sunday)
    every = CheckinFilter(asked.places, subject=asked.subject)
    others = _without_presence(asked)

    def read() -> tuple[list[dict[str, Any]], Any, Any, Any, list[str]]:
        with live(request).database.read() as connection:
            return (
                checkins_of(connection, view.known, asked, PAGE_SIZE, (number - 1) * PAGE_SIZE),
                figures_of(connection, view.known, asked),
                figures_of(connection, view.known, others),
                figures_of(connection, view.known, every),
                inspectors_of(connection, view.known, every),
            )

    rows, found, counts, all_counts, people = await anyio.to_thread.run_sync(read)
    pages = max(1, -(-found.total // PAGE_SIZE))
    return page(
        request,
        view,
        "inspections.html",
        here="inspections",
        checkins=[checkin_row(row, book, view.words, lang) for row in rows],
        total=found.total,
        counts=counts.presences,
        unjudged=counts.presences.get(None, 0),
        all_counts=all_counts,
        number=number,
        pages=pages,
        link=Links(request),
        asked=asked,
        day=request.query_params.get("day", ""),
        towns={code: town for code, town in view.words.towns.items() if _in_town(asked, code)},
        people=people,
        presences=PRESENCES,
        verdicts=[one.value for one in Verdict],
        item=request.query_params.get("item", ""),
        in_week=_week_named(request),
        week_code=str(view.week),
        filtered=asked != every,
    )


def _week_named(request: Request) -> bool:
    """Whether a week was named."""
    return bool(request.query_params.get(WEEK.name))


async def asked_for(request: Request, query: Query) -> tuple[View, Book, CheckinFilter]:
    """What a query asks for, within what this person may see."""
    view = await read_view(query, live(request))
    words = view.words
    presences = query.choices("presence", {one: one for one in PRESENCES})
    verdicts = query.choices("verdict", {one.value: one.value for one in Verdict})
    towns = query.choices("town", words.spellings("towns"), [town["name"] for town in words.towns.values()])
    items = query.choices("item", words.spellings("items"), list(words.items))
    by, subject = query.text("by", 100), query.text("subject", 16)
    disputed = query.choice("disputed", _flag, False, ("1",))
    day = query.choice("day", _day, None, ("2023-07-14",))
    book = await read_book_of(request, view)
    every = await anyio.to_thread.run_sync(seen_by, actor_of(request), book)
    places = frozenset(place for place in every.places or () if not items or place[0] in items)
    asked = CheckinFilter(places, presences, verdicts, towns, subject, by, disputed=disputed)
    return view, book, between(asked, day, day) if day else asked


def _without_presence(asked: CheckinFilter) -> CheckinFilter:
    """The same for all presences: their numbers stand beside each other."""
    return replace(asked, presences=frozenset())


def _in_town(asked: CheckinFilter, code: str) -> bool:
    """Whether there is anything that this person may see of a town."""
    return any(town == code for _, town in asked.places)


def _day(text: str) -> date | None:
    """A day as 2023-07-14, within what a calendar can be asked about."""
    found = date.fromisoformat(text)
    if len(text) != 10 or not 2000 <= found.year <= 2200:
        raise ValueError(text)
    return found


def _flag(text: str) -> bool:
    if text != "1":
        raise ValueError(text)
    return True
