"""``/meeting``: the weekly meeting's sheets on screen, on paper and as a workbook."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import LANG, WEEK, actor_of, live, page_language
from app.domain.roles import Actor
from app.domain.status import StatusCode
from app.domain.weeks import Week
from app.errors import Forbidden, NotSignedIn
from app.params import Param, Query
from app.routes.upload import file_answer
from app.sheets.meeting import meeting_bytes
from app.sheets.workbook import MEDIA_TYPE
from app.store.asof import AsOf
from app.store.live import Live, View
from app.store.meeting import Meeting, own_unit, read_meeting
from app.store.weeks import first_week
from app.views.meeting import meeting_members
from app.web import page

router = APIRouter(include_in_schema=False)

ZONE = "zone"
UNIT = Param("unit", {"type": "string"}, "A lead unit's page by code, or zone · 牵头单位代码，或 zone 为全区")


@router.get("/meeting")
async def meeting_page(request: Request) -> Response:
    """The zone and every lead unit on a page each; a lead unit sees its own."""
    lang = page_language(request)
    view, week, only = await _asked(request)
    meeting, first = await anyio.to_thread.run_sync(_read, live(request), view, week, _actor(request))
    own = own_unit(_actor(request))
    members = meeting_members(meeting, view.words, lang, None if only == ZONE else only)
    if only == ZONE:
        members["pages"] = []
    return page(
        request,
        view,
        "meeting.html",
        here="meeting",
        meeting=members,
        meeting_week=week,
        units=[one.unit for one in meeting.pages] if own is None else [],
        names=view.words.units,
        only=only,
        own=own,
        status_codes=[code.value for code in StatusCode],
        earlier=_before(week) if first is not None and first < week else None,
        later=_after(week) if week < live(request).view.week else None,
    )


@router.get("/meeting.xlsx")
async def meeting_workbook(request: Request) -> Response:
    """The same as a workbook: a sheet for the zone, one for every lead unit."""
    lang = page_language(request)
    view, week, only = await _asked(request)
    meeting, _ = await anyio.to_thread.run_sync(_read, live(request), view, week, _actor(request))
    members = meeting_members(meeting, view.words, lang, None if only == ZONE else only)
    body = await anyio.to_thread.run_sync(meeting_bytes, members, lang)
    return file_answer(body, MEDIA_TYPE, f"周例会-{week}.xlsx", f"meeting-{week}.xlsx")


async def _asked(request: Request) -> tuple[View, Week, str | None]:
    """View and week asked for, and whose page: None for all that this person sees.

    Errors: BadParameter, Forbidden when a lead unit asks for another's page.
    """
    source, actor = live(request), _actor(request)
    query = Query(request.query_params, (WEEK, UNIT, LANG))
    current = source.view
    week = query.week(current.week) or current.week
    spellings = current.words.spellings("units") | {ZONE: ZONE}
    names = [ZONE, *current.words.units]
    only = next(iter(query.choices("unit", spellings, names)), None)
    query.done()
    own = own_unit(actor)
    if own is not None and only not in (None, own):
        raise Forbidden(
            "牵头单位只能查看本单位的周例会材料。", "Lead units see the meeting sheet of their own unit only."
        )
    view = current
    if week < current.week:
        view = await anyio.to_thread.run_sync(source.as_of_week, week)
    return view, week, only or own


def _read(source: Live, view: View, week: Week, actor: Actor) -> tuple[Meeting, Week | None]:
    book, before = source.book_of(view), source.book(AsOf.week(_before(week)))
    with source.database.read() as connection:
        return read_meeting(connection, week, book, before, actor, view.sample), first_week(connection)


def _before(week: Week) -> Week:
    return Week.of(week.monday.fromordinal(week.monday.toordinal() - 7))


def _after(week: Week) -> Week:
    return Week.of(week.monday.fromordinal(week.monday.toordinal() + 7))


def _actor(request: Request) -> Any:
    actor = actor_of(request)
    if actor is None:
        raise NotSignedIn("请先登录。", "Sign in first.")
    return actor
