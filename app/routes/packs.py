"""``/pack.pdf``, ``/pack.xlsx``, ``/pack-slides.zip``: the meeting's pack, filtered as on the screen."""

from __future__ import annotations

from collections.abc import Callable

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import FILTERS, LANG, WEEK, actor_of, live, page_language, read_filters, read_view
from app.i18n import translate
from app.pack.against import AGAINST, read_against
from app.pack.filtering import filter_words
from app.pack.making import Maker
from app.pack.snapshot import Snapshot
from app.params import Query
from app.routes.upload import file_answer
from app.sheets.workbook import MEDIA_TYPE

router = APIRouter(include_in_schema=False)

ASKED = (*FILTERS, WEEK, LANG)
COMPARED = (*ASKED, AGAINST)


@router.get("/pack.pdf")
async def pdf(request: Request) -> Response:
    """A4, with Chinese fonts embedded and maps as vectors."""
    return await _answer(request, Maker.pdf, "pdf", "application/pdf")


@router.get("/pack.xlsx")
async def workbook(request: Request) -> Response:
    """The same rows."""
    return await _answer(request, Maker.workbook, "xlsx", MEDIA_TYPE)


@router.get("/pack-slides.zip")
async def slides(request: Request) -> Response:
    """The same as PNG pictures of 1920 × 1080 pixels."""
    return await _answer(request, Maker.archive, "zip", "application/zip")


@router.get("/snapshot.html")
async def snapshot(request: Request) -> Response:
    """The map as one file, with what everybody may see, to be opened without the server."""
    query = Query(request.query_params, ASKED)
    source = live(request)
    view, lang = await read_view(query, source), page_language(request)
    filters = read_filters(query, view)
    query.done()
    said = filter_words(filters, view, lang)
    made = Snapshot(source, request.app.state.coverages, view, filters, lang, said)
    body = (await anyio.to_thread.run_sync(made.html, limiter=request.app.state.snapshot_limiter)).encode()
    name = translate(lang, "page.name")
    return file_answer(
        body, "text/html; charset=utf-8", f"{name} {view.as_of}.html", f"map-{view.as_of}.html"
    )


async def _answer(request: Request, make: Callable[[Maker], bytes], suffix: str, media: str) -> Response:
    query = Query(request.query_params, COMPARED)
    source = live(request)
    view = await read_view(query, source)
    filters = read_filters(query, view)
    against = await anyio.to_thread.run_sync(read_against, query, source, view)
    query.done()
    actor = actor_of(request)
    assert actor is not None  # the guard lets nobody else through
    lang = page_language(request)
    maker = Maker(source, request.app.state.cover_times, view, actor, filters, lang, against)
    limiter = request.app.state.pack_limiter
    body = await anyio.to_thread.run_sync(make, maker, limiter=limiter)
    name = translate(maker.lang, "pack.title")
    if against:
        name = translate(lang, "pack.compared", name=name, week=str(against))
    return file_answer(body, media, f"{name} {view.week}.{suffix}", f"{maker.name}.{suffix}")
