"""The web application: put together from routers, error answers, headers and the follower of the database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import anyio.to_thread
import orjson
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from app.deps import api_language
from app.errors import AppError, NotFound, ServerFault
from app.routes import docs, health, ledger, pages, sites
from app.security import SecurityHeaders
from app.settings import STATIC, Settings
from app.store.database import Database
from app.store.live import Live
from app.web import Static, page
from maps.basemaps import hosts

log = logging.getLogger("minsheng")
FOLLOW_SECONDS = 0.5


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application for `settings` (None: from the environment). The database must be prepared."""
    settings = settings or Settings()
    app = FastAPI(
        title="民生实事一张图 · Minsheng Map",
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4)
    app.state.map_parts, chosen = pages.build_map(settings)
    app.add_middleware(SecurityHeaders, tile_hosts=hosts(chosen))
    for module in (sites, ledger, health, docs, pages):
        app.include_router(module.router)
    app.mount("/static", Static(directory=STATIC))
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    database = Database(app.state.settings)
    app.state.live = await anyio.to_thread.run_sync(Live, database, app.state.settings)
    follower = asyncio.create_task(_follow(app.state.live))
    try:
        yield
    finally:
        follower.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await follower
        database.close()


async def _follow(live: Live) -> None:
    """Take over what other processes wrote; keep serving the last view while the database is away."""
    while True:
        await asyncio.sleep(FOLLOW_SECONDS)
        try:
            await anyio.to_thread.run_sync(live.refresh)
        except Exception:
            log.exception("cannot follow the database; still serving version %s", live.view.version)
            await asyncio.sleep(5)


async def _app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    return _problem(request, error)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _problem(request, NotFound("没有这个地址。", "There is no such address."))
    lang = api_language(request)
    document = {"type": "about:blank", "title": error.detail, "status": error.status_code}
    return _document(document, error.status_code, lang, dict(error.headers or {}))


async def _unexpected(request: Request, error: Exception) -> Response:
    log.exception("unexpected error at %s", request.url.path, exc_info=error)
    return _problem(
        request, ServerFault("服务器内部出错，已记录。", "The server failed; it has been logged.")
    )


def _problem(request: Request, error: AppError) -> Response:
    """A page for somebody who looks at one, a problem document for everybody else."""
    if _wants_page(request):
        return page(request, request.app.state.live.view, "error.html", error.status, error=error)
    lang = api_language(request)
    return _document(error.problem(lang, request.url.path), error.status, lang)


def _wants_page(request: Request) -> bool:
    on_a_page = not request.url.path.startswith(("/api/", "/static/"))
    return (
        on_a_page and "text/html" in request.headers.get("accept", "") and hasattr(request.app.state, "live")
    )


def _document(document: dict, status: int, lang: str, headers: dict[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(document, default=str, option=orjson.OPT_NON_STR_KEYS),
        status_code=status,
        media_type="application/problem+json",
        headers={"content-language": lang, "cache-control": "no-store", **(headers or {})},
    )
