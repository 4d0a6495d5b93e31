"""``/subjects/{code}``: the page of a task with targets of its own: figures, curve, timeline."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.deps import actor_of, live, page_language
from app.domain.roles import About, Action, may
from app.errors import NotFound
from app.routes.ledger import one_item
from app.store.live import Live, View
from app.store.standing import plan_of, standings
from app.store.subjects import read_subject
from app.store.timeline import read_reports, read_timeline
from app.views.curves import Curve, curve
from app.views.deeds import deeds
from app.views.timelines import for_reader, told
from app.views.weeks import view_of, weeks_of
from app.web import page

router = APIRouter(include_in_schema=False)


@router.get("/subjects/{code}")
async def subject_page(request: Request, code: str) -> Response:
    """A task's page; a site's code leads to the site's own."""
    source = live(request)
    view, lang = await view_of(request), page_language(request)
    line = (await anyio.to_thread.run_sync(source.book_of, view)).lines.get(code)
    if line is None:
        raise NotFound(
            f"台账中没有 {code[:20]}；编号形如 20-1（任务）或 20-1-01（点位）。",
            f"The ledger has no {code[:20]}; codes look like 20-1 (a task) or 20-1-01 (a site).",
        )
    if line.subject.site:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/sites/{quote(code)}{query}", status_code=308)
    actor, about = actor_of(request), line.subject.about()

    def read() -> dict[str, Any]:
        item = one_item(source, view, lang, str(line.subject.item_no))
        with source.database.read() as connection:
            events = read_timeline(connection, view.known, [code])
        seen = for_reader(events, actor, about, line.subject.withheld)
        task = next(task for task in item["tasks"] if task["code"] == code)
        return {
            "item": item,
            "task": task,
            "timeline": told(seen, view.words, lang),
            "curve": subject_and_curve(source, view, code)[1] if line.subject.reported else None,
        }

    return page(
        request,
        view,
        "subject.html",
        here="ledger",
        weeks=await weeks_of(request, view),
        code=code,
        deeds=deeds(actor, about, code, line.status.code, line.subject.reported),
        internal=may(actor, Action.READ),
        towns=view.words.towns,
        units=view.words.units,
        kinds=view.words.kinds,
        programme=view.words.programme,
        **await anyio.to_thread.run_sync(read),
    )


def subject_and_curve(source: Live, view: View, code: str) -> tuple[About, Curve | None]:
    """What permissions about a subject are asked about, and its plan against all its reports known then."""
    with source.database.read() as connection:
        about = read_subject(connection, code).about()
        plan = standings(connection, view.known, source.settings.tolerance, [code])[code].plan
        rows = read_reports(connection, view.known, code)
    return about, curve(plan_of(plan), [row for row in rows if row.week_monday <= view.as_of], view.as_of)
