"""``/api/sites/{code}/locate`` and ``/built``: measures along a line, for forms that pick sections on it."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import LANG, api_language, live
from app.domain.built import built, parse_sections
from app.errors import NotFound
from app.forms.report import sections_text
from app.params import Param, Query
from app.routes.sites import POINT
from app.store.subjects import Subject, read_subject
from app.web import json_answer
from geo.linear import length, locate

router = APIRouter(prefix="/api/sites", tags=["sites"])

LONGEST = 2_000
SECTIONS = Param("sections", {"type": "string", "maxLength": LONGEST}, "0-1200; K1+500-K1+800 · 区段，单位米")


def _documented(summary: str, params: tuple[Param, ...]) -> dict[str, Any]:
    return {"summary": summary, "openapi_extra": {"parameters": [param.openapi() for param in params]}}


@router.get("/{code}/locate", **_documented("Metres along a line to a position · 里程定位", (*POINT, LANG)))
async def locate_on(request: Request, code: str) -> Response:
    """The place on the site's line that is nearest: ``measure_m`` from its start, ``off_m`` beside it."""
    query = Query(request.query_params, (*POINT, LANG))
    lang = api_language(request, query)
    lon, lat = query.lon_lat()
    query.done()
    line = await anyio.to_thread.run_sync(_line, request, code)
    found = locate(line.geom, lon, lat)
    members = {"code": code, "measure_m": round(found.metres, 2), "off_m": round(found.off_m, 2)}
    return json_answer(members | {"length_m": length(line.geom)}, headers=_headers(lang))


@router.get("/{code}/built", **_documented("What sections of a line come to · 区段合计", (SECTIONS, LANG)))
async def built_on(request: Request, code: str) -> Response:
    """Sections as people write them, merged: metres, percent, and what is missing. Nothing is saved."""
    query = Query(request.query_params, (SECTIONS, LANG))
    lang = api_language(request, query)
    text = query.text("sections", LONGEST) or ""
    query.done()
    line = await anyio.to_thread.run_sync(_line, request, code)
    done = built(parse_sections(text, "sections"), length(line.geom), "sections")
    members = {
        "code": code,
        "length_m": done.length_m,
        "built_m": done.metres,
        "percent": done.percent,
        "sections": [list(section) for section in done.intervals],
        "missing": [list(section) for section in done.missing],
        "text": sections_text(done.intervals),
    }
    return json_answer(members, headers=_headers(lang))


def _line(request: Request, code: str) -> Subject:
    with live(request).database.read() as connection:
        subject = read_subject(connection, code)
    if not subject.is_line:
        raise NotFound(
            f"{code[:20]} 不是线状点位，没有里程。", f"{code[:20]} is no line and has no measures along it."
        )
    return subject


def _headers(lang: str) -> dict[str, str]:
    return {"cache-control": "no-store", "content-language": lang}
