"""``/plan/{subject}``: when a subject is to begin and end, and how far it is to be on the way."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.deps import actor_of, live, page_language, read_book_of
from app.domain.roles import Action, require
from app.errors import BadParameter, Changed, Fault, NotSignedIn, Refused
from app.forms.plan import milestone_rows, plan_values, read_plan, starting_plan
from app.forms.report import request_id
from app.i18n import catalogue
from app.store.filings import Planning, read_planning
from app.store.plans import PlanForm, set_plan
from app.store.writing import Asked
from app.web import page
from app.writes import write

router = APIRouter(include_in_schema=False)


@dataclass
class _Page:
    """The form as it is shown."""

    values: Mapping[str, str]
    form_id: str
    faults: tuple[Fault, ...] = ()
    conflict: Changed | None = None
    yours: PlanForm | None = None
    match: int | None = None


@router.get("/plan/{subject}")
async def plan_page(request: Request, subject: str) -> Response:
    """The form with the plan as it is."""
    planning = await _read(request, subject)
    return await _render(request, planning, _Page(starting_plan(planning), str(uuid.uuid4())))


@router.post("/plan/{subject}")
async def save_plan(request: Request, subject: str) -> Response:
    """Save, or show the form again with what is wrong or who was faster."""
    planning = await _read(request, subject)
    values = {name: text for name, text in (await request.form()).items() if isinstance(text, str)}
    match = _number(values.get("overwrite") or values.get("match"))
    shown = _Page(values, values.get("id", ""), match=_number(values.get("match")))
    number = request_id(shown.form_id, values)
    if number is None:
        told = "页面已失效，请刷新后重新填写。", "This page is out of date; reload it and fill it in again."
        raise BadParameter(Fault("id", None, {"format": "uuid"}, *told))
    try:
        form = shown.yours = read_plan(planning, values)
        asked = Asked.of(number, {"plan": subject, "id": number}, match)
        await write(request, lambda writer: set_plan(writer, form, asked))
    except Changed as error:
        shown.conflict = error
        return await _render(request, await _read(request, subject), shown, 412)
    except (BadParameter, Refused) as error:
        shown.faults = error.faults or (Fault("form", None, None, error.zh, error.en),)
        return await _render(request, planning, shown, error.status)
    return RedirectResponse(f"/work?planned={subject}", status_code=303)


async def _read(request: Request, subject: str) -> Planning:
    """Errors: NotFound, Forbidden (another unit's)."""
    actor, source = actor_of(request), live(request)
    if actor is None:
        raise NotSignedIn("请先登录。", "Sign in first.")

    def read() -> Planning:
        with source.database.read() as connection:
            return read_planning(connection, subject)

    planning = await anyio.to_thread.run_sync(read)
    require(actor, Action.PLAN, planning.subject.about())
    return planning


async def _render(request: Request, planning: Planning, shown: _Page, status: int = 200) -> Response:
    view, lang, subject = live(request).view, page_language(request), planning.subject
    line = (await read_book_of(request, view)).lines[subject.code]
    words = catalogue(lang)
    return page(
        request,
        view,
        "plan.html",
        status,
        here="work",
        planning=planning,
        line=line,
        local_subject=(subject.title_en if lang == "en" else None) or subject.title,
        values=shown.values,
        rows=milestone_rows(shown.values),
        faults=shown.faults,
        form_id=shown.form_id,
        match=shown.match if shown.match is not None else planning.version,
        conflict=shown.conflict,
        yours=plan_values(shown.yours) if shown.conflict is not None else None,
        theirs=plan_values(planning.current) if planning.current is not None else None,
        boot={
            "lang": lang,
            "strings": {**words["plan"]["preview"], "status_line": words["map"]["status_line"]},
            "today": view.as_of.isoformat(),
            "percent": line.report.percent if line.report is not None else None,
        },
    )


def _number(text: Any) -> int | None:
    good = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 18
    return int(text) if good else None
