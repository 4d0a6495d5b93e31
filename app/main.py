"""The web application: put together from routers, error answers, headers and the follower of the database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import anyio
import anyio.to_thread
import orjson
import psycopg
import sqlalchemy.exc
from fastapi import Depends, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.auth.access import check_access
from app.auth.guard import MustChange, guard, guard_plain_routes, sign_in_instead
from app.auth.identify import identify
from app.auth.limits import BodyLimit
from app.auth.privacy import PersonalAnswers
from app.deps import api_language
from app.errors import AppError, NotFound, NotSignedIn, ServerFault, TooMany, Unavailable, WrongMethod
from app.events import Events, State, closed_by_signals
from app.follower import Follower
from app.forms import pictures
from app.head import HeadAsGet
from app.routes import (
    acceptance,
    account,
    alongline,
    audit,
    blockages,
    board,
    checkinpage,
    checkins,
    coverage,
    coverageboard,
    coveragetimeline,
    directives,
    docs,
    events,
    exports,
    health,
    inspections,
    ledger,
    meeting,
    mending,
    packs,
    pages,
    phone,
    phonedata,
    photos,
    photouploads,
    plan,
    report,
    reports,
    review,
    sites,
    subjects,
    upload,
    users,
    work,
    worker,
)
from app.security import SecurityHeaders
from app.settings import STATIC, Settings
from app.store.coverage.coverages import Coverages
from app.store.coverage.times import CoverTimes
from app.store.database import Database, first_line
from app.store.live import Live
from app.store.photouploads import sweep
from app.turns import Turns
from app.web import Static, page
from maps.basemaps import hosts

log = logging.getLogger("minsheng")
RETRY_SECONDS = 5
PASSWORDS_AT_ONCE = 2
"""Each costs some 50 ms of a core and 64 MB; more at once would only slow the map down."""


PACKS_AT_ONCE = 1
"""A pack takes seconds of a core; a second one waits for the first."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application for `settings` (None: from the environment). The database must be prepared."""
    settings = settings or Settings()
    app = FastAPI(
        title="民生实事一张图 · Minsheng Map",
        version="0.1.0",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        dependencies=[Depends(guard)],
    )
    app.state.settings = settings
    app.state.password_limiter = anyio.CapacityLimiter(PASSWORDS_AT_ONCE)
    app.state.picture_limiter = anyio.CapacityLimiter(pictures.AT_ONCE)
    app.state.turns = Turns()
    app.state.pack_limiter = anyio.CapacityLimiter(PACKS_AT_ONCE)
    app.state.snapshot_limiter = anyio.CapacityLimiter(PACKS_AT_ONCE)  # anybody may ask: apart from the packs
    app.add_middleware(BodyLimit)
    app.add_middleware(PersonalAnswers)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4)
    app.state.map_parts, chosen = pages.build_map(settings)
    app.add_middleware(SecurityHeaders, tile_hosts=hosts(chosen))
    app.add_middleware(HeadAsGet)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    for module in (
        sites,
        ledger,
        reports,
        health,
        docs,
        pages,
        phone,
        events,
        account,
        upload,
        users,
        audit,
        board,
        blockages,
        directives,
        inspections,
        mending,
        checkins,
        checkinpage,
        acceptance,
        review,
        work,
        report,
        plan,
        photos,
        photouploads,
        phonedata,
        worker,
        alongline,
        subjects,
        meeting,
        exports,
        coverage,
        coverageboard,
        coveragetimeline,
        packs,
    ):
        app.include_router(module.router)
    app.mount("/static", Static(directory=STATIC))
    check_access(app)
    guard_plain_routes(app)
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(HTTPException, _http_error)
    for lost in (sqlalchemy.exc.OperationalError, psycopg.OperationalError):
        app.add_exception_handler(lost, _database_away)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unexpected)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    database = Database(app.state.settings)
    app.state.live = await anyio.to_thread.run_sync(Live, database, app.state.settings)
    app.state.coverages = Coverages(app.state.live, app.state.settings.service_rules())
    app.state.cover_times = CoverTimes(app.state.coverages)
    await anyio.to_thread.run_sync(_sweep, app.state.live)
    app.state.events = Events(State.of(app.state.live.view))
    follower = asyncio.create_task(Follower(app.state.live, app.state.events).run())
    try:
        with closed_by_signals(app.state.events):
            yield
    finally:
        app.state.events.close()
        follower.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await follower
        database.close()


def _sweep(source: Live) -> None:
    """What abandoned uploads have left; the service starts without that, too."""
    try:
        sweep(source)
    except Exception:
        log.exception("cannot sweep what abandoned uploads have left")


async def _app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    if _wants_page(request):
        if isinstance(error, NotSignedIn):
            return sign_in_instead(request)
        if isinstance(error, MustChange):
            return RedirectResponse("/account", status_code=303)
    retry = {"retry-after": str(error.seconds)} if isinstance(error, TooMany) else None
    return _problem(request, error, retry)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if _wants_page(request):
        with contextlib.suppress(sqlalchemy.exc.OperationalError, psycopg.OperationalError):
            await identify(request)  # no route was found, so the guard has not asked who this is
    if error.status_code == 404:
        return _problem(request, NotFound("没有这个地址。", "There is no such address."))
    if error.status_code == 405:
        allow = (error.headers or {}).get("Allow", "GET, HEAD")
        if "GET" in allow and "HEAD" not in allow:
            allow += ", HEAD"
        wrong = WrongMethod(
            f"此地址不接受 {request.method[:20]}，可用的有：{allow}。",
            f"This address does not take {request.method[:20]}; it takes: {allow}.",
        )
        return _problem(request, wrong, {"allow": allow})
    lang = api_language(request)
    document = {"type": "about:blank", "title": error.detail, "status": error.status_code}
    return _document(document, error.status_code, lang, dict(error.headers or {}))


async def _database_away(request: Request, error: Exception) -> Response:
    """An administrator's matter and told in one line: a traceback per request would bury it."""
    log.error("no answer from the database at %s: %s", request.url.path, first_line(error))
    away = Unavailable(
        "数据库暂时无法访问，请稍后再试。", "The database cannot be reached just now; try again in a while."
    )
    return _problem(request, away, {"retry-after": str(RETRY_SECONDS)})


async def _gone(_request: Request, _error: Exception) -> Response:
    """The client hung up while it was sending: nobody reads the answer, and it is no fault of ours to log."""
    return Response(status_code=400)


async def _unexpected(request: Request, error: Exception) -> Response:
    log.exception("unexpected error at %s", request.url.path, exc_info=error)
    return _problem(
        request, ServerFault("服务器内部出错，已记录。", "The server failed; it has been logged.")
    )


def _problem(request: Request, error: AppError, headers: dict[str, str] | None = None) -> Response:
    """A page for somebody who looks at one, a problem document for everybody else."""
    if _wants_page(request):
        made = page(request, request.app.state.live.view, "error.html", error.status, error=error)
        made.headers.update(headers or {})
        return made
    lang = api_language(request)
    return _document(error.problem(lang, request.url.path), error.status, lang, headers)


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
