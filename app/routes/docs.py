"""``/docs``: the OpenAPI document in a viewer of our own assets; ``/problems/{kind}``: what errors mean."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import live, page_language
from app.errors import AppError, BadParameter, Changed, Fault, NeedsMatch, NotFound, TooMany
from app.web import page

router = APIRouter(include_in_schema=False)

# Swagger UI's methods; other members of a path ("parameters", "servers") are no operations.
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Swagger UI, started by a script file (the content security policy allows no inline one)."""
    operations = [
        (method.upper(), path, operation.get("summary", ""))
        for path, methods in request.app.openapi()["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]
    return page(request, live(request).view, "docs.html", spec=request.app.openapi_url, operations=operations)


@router.get("/problems/{kind}")
async def problem(request: Request, kind: str) -> Response:
    """The page that a problem document's ``type`` leads to."""
    kinds = {error.kind: error for error in AppError.__subclasses__()}
    if kind not in kinds:
        raise NotFound("没有这种错误。", "There is no such kind of problem.")
    error = kinds[kind]
    lang = page_language(request)
    return page(
        request,
        live(request).view,
        "problem.html",
        title=error.title_zh if lang == "zh" else error.title_en,
        code=error.status,
        kind=kind,
        kinds=kinds,
        example=orjson.dumps(_example(error, lang), option=orjson.OPT_INDENT_2).decode(),
    )


def _example(error: type[AppError], lang: str) -> dict[str, Any]:
    """A problem document of this kind as the API would send it."""
    if error is BadParameter:
        fault = Fault("limit", "0", "1…10000", "limit 须在 1 到 10000 之间。", "limit must be 1 to 10000.")
        return BadParameter(fault).problem(lang, "/api/sites")
    if error is NotFound:
        return NotFound("没有编号为 99-1-01 的点位。", "There is no site 99-1-01.").problem(
            lang, "/api/sites/99-1-01"
        )
    if error is Changed:
        return Changed({"percent": 45}, {"percent": 50}, 128).problem(lang, "/api/reports")
    if error is NeedsMatch:
        return NeedsMatch(128).problem(lang, "/api/plans")
    if error is TooMany:
        return TooMany("…", "…", 15).problem(lang, "/sign-in")
    return error("…", "…").problem(lang, "/api/sites")
