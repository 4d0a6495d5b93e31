"""``/api/coverage/timeline`` and its page: what was covered at the end of each week of the programme."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
import orjson
from fastapi import APIRouter, Request, Response

from app.deps import LANG, WEEK, api_language, day_members, live, not_modified, page_language, read_view
from app.domain.services import LEAST_M, MOST_M, Method, State
from app.params import Query
from app.routes.coverage import KIND, METHOD, METHODS, RADIUS, STATE, STATES
from app.store.coverage.answers import Question
from app.store.coverage.coverages import Coverages
from app.store.coverage.times import CoverTimes
from app.store.live import View
from app.views.coverage.curves import curves
from app.views.coverage.links import links
from app.views.coverage.members import question_members
from app.views.coverage.questions import kinds_shown, usual_question
from app.views.coverage.timeline import timeline_members
from app.views.weeks import weeks_of
from app.web import page

router = APIRouter()

ASKED = (KIND, METHOD, STATE, RADIUS, WEEK, LANG)


@router.get(
    "/api/coverage/timeline",
    tags=["coverage"],
    summary="Covered ground week by week · 逐周覆盖",
    openapi_extra={"parameters": [param.openapi() for param in ASKED]},
)
async def timeline(request: Request) -> Response:
    """Per kind, town and zone a column for each number, in the order of ``weeks``.

    A week is told as it was known when its Sunday ended, so later reports and corrections do not change it;
    the last one as of ``as_of``. At most 60 weeks.
    """
    query = Query(request.query_params, ASKED)
    lang = api_language(request, query)
    view, questions = await read_questions(request, query)
    unchanged, headers = not_modified(request, view, lang)
    if unchanged:
        return unchanged
    counted, times = _counted(request), _times(request)

    def count() -> dict[str, Any]:
        found = times.timeline(view, questions)
        told = {one: question_members(counted.ask(view, one), counted.rules, lang) for one in questions}
        return timeline_members(found, told, counted.rules, view.words, lang)

    members = await anyio.to_thread.run_sync(count)
    body = orjson.dumps(members | day_members(view, lang))
    return Response(body, media_type="application/json", headers=headers)


@router.get("/coverage/timeline", include_in_schema=False)
async def timeline_page(request: Request) -> Response:
    """The curves on a page of their own; the coverage board fetches them from here where they take long."""
    query = Query(request.query_params, ASKED)
    lang, newest = page_language(request), live(request).view
    view, questions = await read_questions(request, query)
    counted, times = _counted(request), _times(request)

    def count() -> dict[str, Any]:
        return timeline_values(counted, times, view, lang, questions)

    values = await anyio.to_thread.run_sync(count)
    return page(
        request,
        view,
        "coverage_timeline.html",
        here="coverage",
        weeks=await weeks_of(request, view),
        state=questions[0].state.value,
        link=links(
            {name: value for name, value in request.query_params.items() if name != LANG.name}
            | {"week": None if view.week >= newest.week else str(view.week)}
        ),
        **values,
    )


def timeline_values(
    counted: Coverages, times: CoverTimes, view: View, lang: str, questions: list[Question]
) -> dict[str, Any]:
    """What ``_coverage_timeline.html`` draws: curves on the same axes, or one kind's in large. Kinds without
    a site in any state are left out."""
    there = set(counted.places(view).kinds)
    shown = [one for one in questions if one.kind in there or len(questions) == 1]
    found = times.timeline(view, shown)
    drawn = curves(found, shown, view, counted.rules, lang, large=len(questions) == 1)
    return {"curves": drawn, "curve_weeks": found.weeks}


async def read_questions(request: Request, query: Query) -> tuple[View, list[Question]]:
    """The view asked for, and a question for each kind. Errors: BadParameter."""
    view, rules = await read_view(query, live(request)), _counted(request).rules
    spellings = {text: kind for text, kind in view.words.spellings("kinds").items() if kind in rules.by_kind}
    kinds = kinds_shown(rules, view, query.choices("kind", spellings, kinds_shown(rules, view)))
    method = query.choice("method", Method, Method.CIRCLE, METHODS)
    state = query.choice("state", State, State.DONE, STATES)
    radius = query.number("radius", LEAST_M, MOST_M, None)
    if radius is not None and len(kinds) != 1:
        zh, en = "radius 只用于一个类别，请同时指定 kind。", "radius is for one kind; name it with kind."
        query.fault("radius", radius, None, zh, en)
    query.done()
    questions = [usual_question(rules, kind, method)._replace(state=state) for kind in kinds]
    if radius is not None:
        questions = [questions[0]._replace(radius_m=radius)]
    return view, questions


def _counted(request: Request) -> Coverages:
    return request.app.state.coverages


def _times(request: Request) -> CoverTimes:
    return request.app.state.cover_times
