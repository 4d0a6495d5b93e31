"""``/audit``: every change with who, when, from where, before and after."""

from __future__ import annotations

from urllib.parse import urlencode

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import LANG, WEEK, live, page_language
from app.params import Param, Query
from app.store.audit import AuditFilter, known_actions, read_changes
from app.views.audit import action_words, told
from app.web import page

router = APIRouter(include_in_schema=False)

PAGE = 50
_TEXT = {"type": "string"}
ASKED = (
    Param("subject", _TEXT, "Code of a site, task or item · 编号"),
    Param("person", _TEXT, "Account or name · 人员"),
    Param("action", _TEXT, "Action · 操作"),
    WEEK,
    Param("before", {"type": "integer"}, "Older than this change · 早于此记录"),
    LANG,
)


@router.get("/audit")
async def audit_page(request: Request) -> Response:
    """Newest first, filtered by subject, person, action and week."""
    source, lang = live(request), page_language(request)
    view = source.view

    def actions() -> list[str]:
        with source.database.read() as connection:
            return known_actions(connection)

    there = await anyio.to_thread.run_sync(actions)
    query = Query(request.query_params, ASKED)
    asked = AuditFilter(
        query.text("subject", 16),
        query.text("person", 64),
        next(iter(query.choices("action", {action: action for action in there})), None),
        query.week(view.week),
        query.integer("before", 1, 10**18, 0) or None,
    )
    query.done()

    def read() -> tuple[list, bool]:
        with source.database.read() as connection:
            return read_changes(connection, asked, PAGE)

    rows, more = await anyio.to_thread.run_sync(read)
    filters = {
        "subject": asked.subject or "",
        "person": asked.person or "",
        "action": asked.action or "",
        "week": str(asked.week or ""),
    }
    kept = {name: value for name, value in filters.items() if value}
    return page(
        request,
        view,
        "audit.html",
        here="audit",
        entries=[(row, told(lang, view.words, row.before, row.after)) for row in rows],
        actions=sorted(((action, action_words(lang, action)) for action in there), key=lambda one: one[1]),
        action_words=lambda action: action_words(lang, action),
        asked=filters,
        filtered=bool(kept),
        newest="/audit" + (f"?{urlencode(kept)}" if kept else ""),
        file="/audit.csv" + (f"?{urlencode(kept)}" if kept else ""),
        paged=asked.before is not None,
        older=f"/audit?{urlencode(kept | {'before': rows[-1].id})}" if more else None,
        statuses=view.statuses,
    )
