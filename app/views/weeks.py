"""The week that a page is asked for with ``?week=``, and the way to the weeks beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import anyio.to_thread
from fastapi import Request
from starlette.datastructures import QueryParams

from app.deps import WEEK, live, read_view
from app.domain.weeks import Week
from app.params import Query
from app.store.live import View
from app.store.weeks import first_week


@dataclass(frozen=True)
class Weeks:
    """Addresses of the same page as of other weeks (None where there is none), `now` that of today.

    `suffix` keeps the week in links to other pages: ``?week=2023-W20``, or nothing today.
    """

    week: Week
    past: bool
    earlier: str | None
    later: str | None
    now: str
    suffix: str


async def view_of(request: Request) -> View:
    """The newest view, or that of ``?week=``. Errors: BadParameter."""
    asked = [pair for pair in request.query_params.multi_items() if pair[0] == WEEK.name]
    query = Query(QueryParams(asked), (WEEK,))
    source = live(request)
    view = await read_view(query, source)
    query.done()
    return view


async def weeks_of(request: Request, view: View) -> Weeks:
    """The weeks beside the one that is shown; none before the first that anything is known of."""
    source = live(request)

    def first() -> Week | None:
        with source.database.read() as connection:
            return first_week(connection)

    begin, current = await anyio.to_thread.run_sync(first), source.view.week
    past = view.week < current

    def address(week: Week | None) -> str:
        kept = [pair for pair in request.query_params.multi_items() if pair[0] not in (WEEK.name, "lang")]
        if week is not None and week != current:
            kept.append((WEEK.name, str(week)))
        return f"{request.url.path}?{urlencode(kept)}" if kept else request.url.path

    earlier = Week.of(view.week.monday - timedelta(days=7))
    return Weeks(
        week=view.week,
        past=past,
        earlier=address(earlier) if begin is not None and earlier >= begin else None,
        later=address(Week.of(view.week.monday + timedelta(days=7))) if past else None,
        now=address(None),
        suffix=f"?{WEEK.name}={view.week}" if past else "",
    )
