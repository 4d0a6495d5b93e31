"""``/coverage``: what each town has and what it lacks, for a tablet, a projector and paper."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import LANG, WEEK, live, page_language, read_view
from app.domain.services import LEAST_M, MOST_M, Method, State
from app.domain.weeks import Week
from app.params import Param, Query
from app.routes.coverage import KIND, METHOD, METHODS, RADIUS, STATE, STATES
from app.routes.coveragetimeline import timeline_values
from app.store.coverage.answers import Question
from app.store.coverage.coverages import Coverages
from app.store.coverage.times import CoverTimes
from app.store.live import View
from app.views.coverage.board import board_rows, protected_counts
from app.views.coverage.compare import compared
from app.views.coverage.large import large
from app.views.coverage.links import links
from app.views.coverage.questions import kinds_shown, usual_question
from app.views.coverage.towns import siteless_items, town_targets, villages_by_town
from app.views.weeks import weeks_of
from app.web import page

router = APIRouter(include_in_schema=False)

AGAINST = Param("against", {"type": "string"}, "Compared with the end of this week · 与此周末比较")
ASKED = (KIND, METHOD, STATE, RADIUS, WEEK, AGAINST, LANG)


@router.get("/coverage")
async def coverage_page(request: Request) -> Response:
    """All kinds side by side in both towns; one of them in large when the address names it."""
    source = live(request)
    query = Query(request.query_params, ASKED)
    view, lang = await read_view(query, source), page_language(request)
    counted: Coverages = request.app.state.coverages
    times: CoverTimes = request.app.state.cover_times
    method = query.choice("method", Method, Method.CIRCLE, METHODS)
    state = query.choice("state", State, State.DONE, STATES)
    spellings = {
        text: kind for text, kind in view.words.spellings("kinds").items() if kind in counted.rules.by_kind
    }
    kinds = sorted(query.choices("kind", spellings, kinds_shown(counted.rules, view)))
    chosen = kinds[0] if len(kinds) == 1 else None
    radius = query.number("radius", LEAST_M, MOST_M, None)
    against = query.week(source.view.week, AGAINST.name)
    query.done()
    questions = {
        kind: usual_question(counted.rules, kind, method) for kind in kinds_shown(counted.rules, view)
    }
    question = questions[chosen]._replace(state=state) if chosen else None
    if question is not None and radius is not None:
        question = question._replace(radius_m=radius)
        questions[question.kind] = question._replace(state=State.DONE)
    # Going back a week may lead before the week that was compared with.
    compare = against if against is not None and against < view.week else None

    def count() -> dict[str, Any]:
        items = siteless_items(source, view, lang)
        drawn = large(counted, view, lang, question) if question else None
        return {
            "rows": board_rows(counted, view, lang, questions, _before(times, view, compare, questions)),
            "large": drawn,
            "comparison": compared(times, view, lang, compare, question, drawn.frame)
            if question and drawn and compare
            else None,
            "against_weeks": times.weeks(view)[-2::-1],
            "protected": protected_counts(view, items, lang),
            "town_targets": town_targets(view, items, lang),
            "villages": villages_by_town(source, view),
            "walkable": counted.streets(view) is not None,
            "illustrative": counted.illustrative(view),
            "loaded": counted.served_places(view),
            **_curves(counted, times, view, lang, [question] if question else list(questions.values())),
        }

    values = await anyio.to_thread.run_sync(count)
    own_radius = f"{radius:g}" if radius is not None and chosen else None
    link = links(
        {
            "kind": chosen,
            "method": None if method is Method.CIRCLE else method.value,
            "state": None if state is State.DONE else state.value,
            "radius": own_radius,
            "week": None if view.week >= source.view.week else str(view.week),
            "against": str(compare) if compare else None,
        }
    )
    return page(
        request,
        view,
        "coverage.html",
        here="coverage",
        weeks=await weeks_of(request, view),
        question=question,
        state=state.value,
        method=method.value,
        states=STATES,
        methods=METHODS,
        towns=view.words.towns,
        limits=(LEAST_M, MOST_M),
        against=compare,
        not_against=against if against != compare else None,
        radius=own_radius,
        link=link,
        **values,
    )


def _before(
    times: CoverTimes, view: View, week: Week | None, questions: dict[str, Question]
) -> dict[str, Any] | None:
    """What was built in the week that is compared with, by kind."""
    if week is None:
        return None
    return {one.kind: point for one, point in times.points(view, week, questions.values()).items()}


def _curves(
    counted: Coverages, times: CoverTimes, view: View, lang: str, questions: list[Question]
) -> dict[str, Any]:
    """The curves; none where they take so long that the page fetches them afterwards."""
    if not times.has_timeline(view, questions):
        return {"curves": None, "curve_weeks": ()}
    return timeline_values(counted, times, view, lang, questions)
