"""``/coverage``: what each town has and what it lacks, for a tablet, a projector and paper."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import LANG, WEEK, live, page_language, read_view
from app.domain.services import LEAST_M, MOST_M, Method, State
from app.params import Query
from app.routes.coverage import KIND, METHOD, METHODS, RADIUS, STATE, STATES
from app.routes.ledger import all_items
from app.store.coverage import Coverages, Question
from app.store.live import View
from app.views.coverboard import board_rows, large, protected_counts
from app.views.coverquestions import kinds_shown, usual_question
from app.views.towncounts import town_targets, villages_by_town
from app.views.weeks import weeks_of
from app.web import page

router = APIRouter(include_in_schema=False)

ASKED = (KIND, METHOD, STATE, RADIUS, WEEK, LANG)


@router.get("/coverage")
async def coverage_page(request: Request) -> Response:
    """All kinds side by side in both towns; one of them in large when the address names it."""
    source = live(request)
    query = Query(request.query_params, ASKED)
    view, lang = await read_view(query, source), page_language(request)
    counted: Coverages = request.app.state.coverages
    method = query.choice("method", Method, Method.CIRCLE, METHODS)
    state = query.choice("state", State, State.DONE, STATES)
    spellings = {
        text: kind for text, kind in view.words.spellings("kinds").items() if kind in counted.rules.by_kind
    }
    kinds = sorted(query.choices("kind", spellings, kinds_shown(counted.rules, view)))
    chosen = kinds[0] if len(kinds) == 1 else None
    radius = query.number("radius", LEAST_M, MOST_M, None)
    query.done()
    questions = {
        kind: usual_question(counted.rules, kind, method) for kind in kinds_shown(counted.rules, view)
    }
    question = questions[chosen]._replace(state=state) if chosen else None
    if question is not None and radius is not None:
        question = questions[question.kind] = question._replace(radius_m=radius)

    def count() -> dict[str, Any]:
        items = all_items(source, view, lang)
        return {
            "rows": board_rows(counted, view, lang, questions),
            "large": large(counted, view, lang, question) if question else None,
            "protected": protected_counts(view, items, lang),
            "town_targets": town_targets(view, items, lang),
            "villages": villages_by_town(source, view),
            "walkable": counted.streets(view) is not None,
            "illustrative": counted.illustrative(view),
        }

    values = await anyio.to_thread.run_sync(count)
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
        link=_links(view, question, method, state, live(request).view),
        **values,
    )


def _links(view: View, question: Question | None, method: Method, state: State, newest: View):
    """Addresses of this page with something changed: ``link(kind="road")``; None takes a part out."""
    now = {
        "kind": question.kind if question else None,
        "method": None if method is Method.CIRCLE else method.value,
        "state": None if state is State.DONE else state.value,
        "week": None if view.week >= newest.week else str(view.week),
    }

    def link(**changes: str | None) -> str:
        kept = {name: value for name, value in (now | changes).items() if value is not None}
        return f"/coverage?{urlencode(kept)}" if kept else "/coverage"

    return link
