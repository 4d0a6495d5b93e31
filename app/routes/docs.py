"""``/docs``: the OpenAPI document in a viewer of our own; ``/problems/{kind}``: what an error means."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import live, page_language
from app.errors import AppError, NotFound
from app.web import page

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Swagger UI, started by a script file (the content security policy allows no inline one)."""
    return page(request, live(request).view, "docs.html")


@router.get("/problems/{kind}")
async def problem(request: Request, kind: str) -> Response:
    """The page that a problem document's ``type`` leads to."""
    kinds = {error.kind: error for error in AppError.__subclasses__()}
    if kind not in kinds:
        raise NotFound("没有这种错误。", "There is no such kind of problem.")
    error = kinds[kind]
    lang = page_language(request)
    title = error.title_zh if lang == "zh" else error.title_en
    return page(
        request, live(request).view, "problem.html", title=title, status=error.status, kind=kind, kinds=kinds
    )
