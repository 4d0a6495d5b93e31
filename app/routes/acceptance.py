"""Acceptance, ``/accept/{subject}``: what is known of a subject, and the verdict when it is completed."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.deps import live, page_language
from app.domain.roles import Action
from app.domain.weeks import Week
from app.forms.posted import MENDABLE, Shown, matched, posted
from app.routes.inspections import line_for
from app.store.acceptances import VerdictForm, give_verdict
from app.store.blockages import blockages_of
from app.store.filings import read_filing
from app.store.ledger import read_targets
from app.store.writing import Asked
from app.views.supervision import blockage_members, inspections_with_photos, subject_url
from app.web import page
from app.writes import write

router = APIRouter(include_in_schema=False)


@router.get("/accept/{code}")
async def accept_page(request: Request, code: str) -> Response:
    """What is known of a completed subject, and the verdict on it."""
    return await _accept_page(request, code, Shown())


@router.post("/accept/{code}")
async def save_verdict(request: Request, code: str) -> Response:
    """Accept it or send it back."""
    body = await posted(request, ("verdict", "reason"))
    try:
        ident, verdict = body.uuid(), body.choice("verdict", ("accept", "send_back"), required=True)
        form = VerdictForm(code, verdict == "accept", body.text("reason", 500))
        body.done()
        asked = Asked.of(ident, {"subject": code, **body.sent}, matched(body))
        await write(request, lambda writer: give_verdict(writer, form, asked))
    except MENDABLE as error:
        return await _accept_page(request, code, Shown.after(error, dict(body.sent)))
    return RedirectResponse(f"/accept/{code}?done={verdict}", 303)


async def _accept_page(request: Request, code: str, shown: Shown) -> Response:
    view, book, line = await line_for(request, code, Action.ACCEPT)
    lang, source = page_language(request), live(request)
    report = line.report
    week = Week.of(report.week_monday) if report is not None else view.week

    def read() -> dict[str, Any]:
        with source.database.read() as connection:
            return {
                "filing": read_filing(connection, code, week, view.known, source.settings.tolerance),
                "inspections": inspections_with_photos(connection, view.known, code, lang),
                "blockages": [
                    blockage_members(one, book, view.words, lang)
                    for one in blockages_of(connection, view.known, subject=code)
                ],
                "targets": read_targets(connection, line.subject.item_no, line.subject.task_no, lang),
            }

    return page(
        request,
        view,
        "accept.html",
        shown.status,
        here="board",
        line=line,
        subject=line.subject,
        subject_url=subject_url(code, line.subject.site),
        rollup=book.tasks.get((line.subject.item_no, line.subject.task_no)),
        week_of=Week.of,
        shown=shown,
        done=request.query_params.get("done"),
        **await anyio.to_thread.run_sync(read),
    )
