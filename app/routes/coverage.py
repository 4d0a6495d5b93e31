"""``/api/coverage``: what of each town the sites of a kind serve, what they do not, and what would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import anyio.to_thread
import orjson
from fastapi import APIRouter, Request, Response

from app.deps import (
    GEOJSON,
    LANG,
    WEEK,
    api_language,
    day_members,
    live,
    not_modified,
    read_view,
)
from app.domain.reached import Layer
from app.domain.services import LEAST_M, MOST_M, MOST_MINUTES, Method, Rules, State
from app.params import Param, Query
from app.store.coverage.answers import Answer, Question
from app.store.coverage.coverages import Coverages
from app.store.live import View
from app.views.coverage.members import (
    area_features,
    board_row,
    change_features,
    change_members,
    coverage_members,
    gap_members,
    in_states,
    nearest_codes,
    question_members,
)
from app.views.coverage.questions import kinds_shown, usual_question
from app.views.coverage.served import (
    MOST_VILLAGES,
    loaded_members,
    uncovered_codes,
    uncovered_members,
    village_rows,
)
from geo.change import change

router = APIRouter(prefix="/api/coverage", tags=["coverage"])

MOST_ADDED, MOST_GAPS, USUAL_GAPS = 10, 50, 10


def _choice(name: str, words: list[str], description: str) -> Param:
    return Param(name, {"type": "string", "enum": words}, description)


STATES, METHODS = [state.value for state in State], [method.value for method in Method]
KIND = Param("kind", {"type": "string"}, "Kind by code or name · 类别")
ONE_KIND = Param("kind", {"type": "string"}, "Kind by code or name · 类别", required=True)
METHOD = _choice("method", METHODS, "As the crow flies or along the streets · 按半径或沿道路步行")
STATE = _choice("state", STATES, "Done, started as well, or all · 已建成、含在建、全部")
RADIUS = Param("radius", {"type": "number", "minimum": LEAST_M, "maximum": MOST_M}, "Metres · 半径（米）")
MINUTES = Param(
    "minutes",
    {"type": "number", "exclusiveMinimum": 0, "maximum": MOST_MINUTES},
    "Walking time · 步行时间（分钟）",
)
ADD = Param(
    "add",
    {"type": "array", "items": {"type": "string"}, "maxItems": MOST_ADDED},
    "What if there were a site at lon,lat (repeatable) · 假设在此新建，可重复",
)
GAPS = Param("gaps", {"type": "integer", "minimum": 0, "maximum": MOST_GAPS}, "Gaps listed · 列出的缺口数")
FROM = _choice("from_state", STATES, "State before · 之前的状态")
TO = _choice("to_state", STATES, "State after · 之后的状态")
FROM_WEEK = Param("from_week", {"type": "string"}, "Week before · 之前的周")
TO_WEEK = Param("to_week", {"type": "string"}, "Week after · 之后的周")

ASKED = (ONE_KIND, METHOD, STATE, RADIUS, MINUTES, ADD, GAPS, WEEK, LANG)
BOARD = (KIND, METHOD, WEEK, LANG)
CHANGED = (ONE_KIND, METHOD, RADIUS, MINUTES, FROM, TO, FROM_WEEK, TO_WEEK, LANG)


def _documented(summary: str, params: tuple[Param, ...]) -> dict[str, Any]:
    return {"summary": summary, "openapi_extra": {"parameters": [param.openapi() for param in params]}}


@dataclass(frozen=True)
class _Asked:
    """One question about one kind, with its view and the points tried out."""

    view: View
    lang: str
    question: Question
    added: tuple[tuple[float, float], ...]
    gaps: int


@router.get("", **_documented("Covered ground per town and zone · 各镇覆盖", ASKED))
async def coverage(request: Request) -> Response:
    """Square kilometres and shares per town and in the zone, and the largest gaps; with `add` what a new site
    would change, and `before` without it.

    Each row also has what is covered of the places that are loaded, null of what is not: `villages`,
    `communities` and `buildings` as `count`, `covered` and `share` (a point is covered when it lies in the
    area, a polygon when at least half of it does), `built_up` as `km2`, `covered_km2` and `share`, and
    `population` as the inhabitants `known` in so many `places` (`of` which layer) and those `covered`, by the
    share of a polygon that is. `uncovered_villages` are listed farthest from the nearest site first;
    `places` tells how exact and how recent each layer is. As the crow flies, from spots in polygons.
    """
    unchanged, headers, asked = await _read(request)
    if unchanged is not None:
        return unchanged
    counted = _coverages(request)

    def count() -> dict[str, Any]:
        view = asked.view
        answer = counted.ask(view, asked.question, asked.added)
        served, found = counted.served_places(view), counted.reached(view, answer)
        gaps = counted.gaps(answer, asked.gaps)
        villages = counted.uncovered(view, answer, Layer.VILLAGE, MOST_VILLAGES)
        known = counted.about(view, nearest_codes(gaps, answer) | uncovered_codes(villages, answer.codes))
        return {
            **_members(counted, asked, answer),
            "gaps": gap_members(gaps, answer, known, view.words),
            "places": loaded_members(served),
            "uncovered_villages": uncovered_members(villages, served, found, answer.codes, known),
        }

    members = await anyio.to_thread.run_sync(count)
    body = orjson.dumps(members | day_members(asked.view, asked.lang))
    return Response(body, media_type="application/json", headers=headers)


def _members(counted: Coverages, asked: _Asked, answer: Answer) -> dict[str, Any]:
    """What was asked, the rows, and with points tried out also the rows before."""
    view = asked.view
    members = question_members(answer, counted.rules, asked.lang)
    members |= coverage_members(answer, counted.reached(view, answer), view.words)
    if asked.added:
        before = counted.ask(view, asked.question)
        members["before"] = coverage_members(before, counted.reached(view, before), view.words)
    return members


@router.get(".geojson", **_documented("Covered areas and gaps as GeoJSON · 覆盖范围与缺口", ASKED))
async def areas(request: Request) -> Response:
    """The same as a FeatureCollection: ``layer`` is covered (per town), gap, or village where villages are
    loaded, with whether they are `covered` and their `share`."""
    unchanged, headers, asked = await _read(request)
    if unchanged is not None:
        return unchanged
    counted = _coverages(request)

    def count() -> dict[str, Any]:
        view = asked.view
        answer = counted.ask(view, asked.question, asked.added)
        gaps = counted.gaps(answer, asked.gaps) if asked.gaps else None
        villages = village_rows(counted.served_places(view), counted.reached(view, answer))
        features = area_features(answer, gaps, view.words, villages)
        return {"type": "FeatureCollection", "features": features} | _members(counted, asked, answer)

    members = await anyio.to_thread.run_sync(count)
    body = orjson.dumps(members | day_members(asked.view, asked.lang))
    return Response(body, media_type=GEOJSON, headers=headers)


@router.get("/board", **_documented("All kinds at once, in every state · 覆盖总览", BOARD))
async def board(request: Request) -> Response:
    """Each kind with its usual radius or walking time; every state's row also has `villages` and
    `population`, of networks `communities`, `buildings` and `built_up` as well (null: not loaded)."""
    query = Query(request.query_params, BOARD)
    lang = api_language(request, query)
    view = await read_view(query, live(request))
    kinds = query.choices("kind", view.words.spellings("kinds"), list(view.words.kinds))
    method = query.choice("method", Method, Method.CIRCLE, METHODS)
    query.done()
    unchanged, headers = not_modified(request, view, lang)
    if unchanged:
        return unchanged
    counted = _coverages(request)

    def count() -> list[dict[str, Any]]:
        questions = [
            usual_question(counted.rules, kind, method) for kind in kinds_shown(counted.rules, view, kinds)
        ]
        rows = []
        for question, answers in zip(questions, in_states(counted, view, questions), strict=True):
            found = {state: counted.reached(view, answer) for state, answer in answers.items()}
            rows.append(board_row(question.kind, answers, found, counted.rules, view.words, lang))
        return rows

    rows = await anyio.to_thread.run_sync(count)
    return Response(
        orjson.dumps({"kinds": rows} | day_members(view, lang)),
        media_type="application/json",
        headers=headers,
    )


@router.get("/change.geojson", **_documented("What became of the cover · 覆盖的变化", CHANGED))
async def changed(request: Request) -> Response:
    """Two states, or two weeks, compared: kept, gained and lost, as rows and as areas."""
    query = Query(request.query_params, CHANGED)
    lang = api_language(request, query)
    source, counted = live(request), _coverages(request)
    current = source.view
    weeks = [query.week(current.week, name) or current.week for name in ("from_week", "to_week")]
    states = [
        query.choice(name, State, usual, STATES)
        for name, usual in (("from_state", State.DONE), ("to_state", State.ALL))
    ]
    question = _question(query, counted.rules, current)
    query.done()
    unchanged, headers = not_modified(request, current, lang)
    if unchanged:
        return unchanged

    def count() -> dict[str, Any]:
        answers: list[Answer] = []
        for week, state in zip(weeks, states, strict=True):
            view = current if week >= current.week else source.as_of_week(week)
            answers.append(counted.ask(view, question._replace(state=state)))
        found = change(answers[0].service, answers[1].service)
        return {
            "type": "FeatureCollection",
            "features": change_features(found),
            **question_members(answers[1], counted.rules, lang),
            "from": {"week": str(weeks[0]), "state": states[0].value},
            "to": {"week": str(weeks[1]), "state": states[1].value},
            **change_members(found, current.words),
        }

    members = await anyio.to_thread.run_sync(count)
    return Response(orjson.dumps(members | day_members(current, lang)), media_type=GEOJSON, headers=headers)


def _question(query: Query, rules: Rules, view: View) -> Question:
    spellings = view.words.spellings("kinds")
    known = [kind for kind in view.words.kinds if kind in rules.by_kind]
    allowed = {text: kind for text, kind in spellings.items() if kind in rules.by_kind}
    chosen = sorted(query.choices("kind", allowed, known))
    if len(chosen) != 1:
        told = "、".join(known), ", ".join(known)
        query.fault("kind", chosen, known, f"请指定一个类别：{told[0]}。", f"Name one kind: {told[1]}.")
    query.done()
    method = query.choice("method", Method, Method.CIRCLE, METHODS)
    usual = usual_question(rules, chosen[0], method)
    radius = query.number("radius", LEAST_M, MOST_M, None)
    minutes = query.number("minutes", 0.1, MOST_MINUTES, None)
    if minutes is not None:
        if method is not Method.WALK or radius is not None:
            zh = "minutes 只用于 method=walk，且不与 radius 同时给出。"
            en = "minutes goes with method=walk, and not together with radius."
            query.fault("minutes", minutes, None, zh, en)
        radius = minutes * rules.metres_per_minute
    return Question(chosen[0], State.DONE, method, radius if radius is not None else usual.radius_m)


async def _read(request: Request) -> tuple[Response | None, dict[str, str], _Asked]:
    """The answer when nothing has changed, the headers of a new one, and what is asked."""
    query = Query(request.query_params, ASKED)
    lang = api_language(request, query)
    view = await read_view(query, live(request))
    question = _question(query, _coverages(request).rules, view)
    state = query.choice("state", State, State.DONE, STATES)
    added = _points(query, request.query_params.getlist("add"))
    gaps = query.integer("gaps", 0, MOST_GAPS, USUAL_GAPS)
    query.done()
    unchanged, headers = not_modified(request, view, lang)
    return unchanged, headers, _Asked(view, lang, question._replace(state=state), added, gaps)


def _points(query: Query, texts: list[str]) -> tuple[tuple[float, float], ...]:
    if len(texts) > MOST_ADDED:
        zh, en = f"最多假设 {MOST_ADDED} 处。", f"At most {MOST_ADDED} places can be tried out."
        query.fault("add", len(texts), {"maxItems": MOST_ADDED}, zh, en)
    points = []
    for text in texts[:MOST_ADDED]:
        try:
            lon, lat = (float(part) for part in text.split(","))
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                raise ValueError(text)
            points.append((lon, lat))
        except ValueError:
            zh = "add 应为经度,纬度（WGS 84），例如 116.42,35.40。"
            en = "add takes lon,lat in WGS 84, for example 116.42,35.40."
            query.fault("add", text[:50], "lon,lat", zh, en)
    return tuple(points)


def _coverages(request: Request) -> Coverages:
    return request.app.state.coverages
