"""``/work``: what a unit has to do this week, the first page its people see."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import actor_of, live, page_language, read_book_of
from app.domain.blockages import Blockage, State
from app.domain.directives import Directive
from app.domain.roles import Action, Actor, may
from app.errors import NotSignedIn
from app.store.asof import AsOf
from app.store.blockages import blockages_of
from app.store.book import Book
from app.store.directives import directives_of
from app.store.live import View
from app.views.work import OPEN, Duty, open_after, reported_week, work_of
from app.web import page
from app.wording import why

router = APIRouter(include_in_schema=False)


@router.get("/work")
async def work_page(request: Request) -> Response:
    """What to file, what was sent back, which blockages to answer, which directives to follow."""
    actor, source = actor_of(request), live(request)
    if actor is None:
        raise NotSignedIn("请先登录。", "Sign in first.")
    view, lang = source.view, page_language(request)
    book = await read_book_of(request, view)
    tasks = work_of(book, actor, view.week)

    def read() -> tuple[list[Blockage], list[Directive]]:
        with source.database.read() as connection:
            as_of = AsOf(view.as_of)
            asked = directives_of(connection, as_of, unit=actor.unit)
            return blockages_of(connection, as_of), [one for one in asked if one.undone]

    blockages, directives = await anyio.to_thread.run_sync(read)
    mine = {task.line.code for task in tasks} | _planned_only(book, actor)
    waiting = open_after(tasks, "")
    return page(
        request,
        view,
        "work.html",
        here="work",
        tasks=tasks,
        groups={duty: [task for task in tasks if task.duty is duty] for duty in Duty},
        open_count=len(waiting),
        filed_count=sum(task.duty is Duty.FILED for task in tasks),
        first=waiting[0] if waiting else None,
        open_duties=OPEN,
        reports=may(actor, Action.REPORT),
        tasks_to_plan=sorted(_planned_only(book, actor)),
        asked=[one for one in blockages if one.undone and one.owner == actor.unit],
        elsewhere=[
            one for one in blockages if one.undone and one.owner != actor.unit and one.subject in mine
        ],
        directives=directives,
        titles={code: line.subject for code, line in book.lines.items()},
        unit=view.words.units.get(actor.unit or ""),
        units=view.words.units,
        lines=book.lines,
        answered=State.ANSWERED,
        today=view.as_of,
        reported_week=reported_week,
        why={task.line.code: why(lang, task.line.status) for task in tasks},
        **_notices(request, view, book),
    )


def _planned_only(book: Book, actor: Actor) -> set[str]:
    """Tasks that are planned but not reported: their sites make them up and follow their plan."""
    return {
        line.code
        for line in book.lines.values()
        if not line.subject.reported and may(actor, Action.PLAN, line.subject.about())
    }


def _notices(request: Request, view: View, book: Book) -> dict[str, Any]:
    """What was saved just before, when the address says so."""
    names = ("saved", "planned")
    codes = {name: request.query_params.get(name, "") for name in names}
    return {name: book.lines[code].subject if code in book.lines else None for name, code in codes.items()}
