"""The guard before every route: who asks, whether they may, and whether they mean it (CSRF).

It is a dependency of the whole application, so it shares the route's own request: a form that it reads for
the CSRF field is parsed once and not taken from the route.
"""

from __future__ import annotations

from urllib.parse import urlencode

import psycopg
import sqlalchemy.exc
from fastapi import FastAPI, Request
from python_multipart.multipart import parse_options_header
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.auth import tokens
from app.auth.access import ACCESS
from app.auth.identify import identify
from app.auth.limits import most_bytes, too_large
from app.auth.origin import asked_path, is_foreign
from app.domain.roles import Action, require
from app.errors import BadParameter, Fault, Forbidden, NotFound, NotSignedIn
from app.store.sessions import Session

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
FIELD = "csrf"
HEADER = "x-csrf-token"
MOST_FILES = 50
MOST_FIELDS = 5_000
"""A year's sheet of one unit is some thousand fields."""
WITHOUT_PERSON = frozenset({"/healthz", "/readyz"})
_OPEN = frozenset({Action.OPEN, Action.OWN})


class MustChange(Forbidden):
    """The password is still the one that somebody else has seen."""


async def guard(request: Request) -> None:
    """Let the request through to its route, or raise: NotSignedIn, Forbidden, TooLarge."""
    await check(request, ACCESS[request.method, request.scope["route"].path])


async def check(request: Request, action: Action) -> None:
    """The same for an action that is known already."""
    _bound(request)
    _readable(request)
    _nameable(request)
    open_to_all = action is Action.OPEN or (action is Action.PUBLIC and request.app.state.settings.public)
    session = await _identify(request, open_to_all)
    if session is None and not open_to_all:
        raise NotSignedIn("请先登录，再打开这里。", "Sign in first to open this.")
    if session is not None:
        _allow(session, action)
        if session.must_change and action is Action.PUBLIC:
            request.state.actor = None  # somebody else knows the password: reads what everybody reads
    if request.method not in SAFE:  # last, since it may have to read the form
        await _meant(request, None if action is Action.OPEN else request.state.token)


def _allow(session: Session, action: Action) -> None:
    if session.must_change and action is not Action.PUBLIC and action not in _OPEN:
        raise MustChange(
            "请先在“我的账号”中把初始密码换成自己的密码。",
            "First replace the initial password by one of your own, under “My account”.",
        )
    require(session.actor, action)


async def _identify(request: Request, open_to_all: bool) -> Session | None:
    """While the database is away, what is open to all stays open."""
    if request.url.path in WITHOUT_PERSON:
        return None
    try:
        return await identify(request)
    except (sqlalchemy.exc.OperationalError, psycopg.OperationalError):
        if not open_to_all:
            raise
        request.state.session = request.state.token = request.state.actor = None
        return None


async def _meant(request: Request, token: str | None) -> None:
    """Errors: Forbidden when another site may have sent the request in the person's name.

    `token` is the session's; the sign-in form has none yet and is bound to the browser by a cookie.
    """
    if is_foreign(request):
        raise Forbidden(
            "请求来自另一个网站，没有执行。请从本站页面操作。",
            "The request came from another site and was not carried out. Use this site's own pages.",
        )
    secret = token or tokens.read_cookie(request, tokens.BEFORE)
    # files of somebody who is not signed in are not even read
    sent = request.headers.get(HEADER) or await _field(request, FORMS if token else FORMS[:1])
    if secret is None or not sent or not tokens.same(sent, tokens.csrf_of(secret)):
        raise Forbidden(
            "页面已过期或登录状态已变，没有保存。请返回上一页刷新后重试。",
            "The page is out of date or you have signed in again; nothing was saved. "
            "Go back, reload the page and try again.",
        )


async def _field(request: Request, kinds: tuple[str, ...]) -> str | None:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind not in kinds:
        return None
    form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
    value = form.get(FIELD)
    return value if isinstance(value, str) else None


def _bound(request: Request) -> None:
    length = request.headers.get("content-length", "")
    most = most_bytes(request.headers)
    if length.isdigit() and int(length) > most:
        raise too_large(most)


def _readable(request: Request) -> None:
    """Only UTF-8: other encodings that a form may name decode to what is no text (halves of surrogate
    pairs), raise, or take long (punycode)."""
    _, said = parse_options_header(request.headers.get("content-type", ""))
    charset = said.get(b"charset", b"utf-8").decode("latin-1")
    if charset.strip().lower() not in ("utf-8", "utf8"):
        told = "请用 UTF-8 编码提交。", "Send it in UTF-8."
        raise BadParameter(Fault("Content-Type", charset[:40], "charset=utf-8", *told))


def _nameable(request: Request) -> None:
    """Nothing of ours has a name with control characters; PostgreSQL takes no text with a NUL in it."""
    if not request.scope["path"].isprintable():
        raise NotFound("没有这个地址，请检查链接。", "There is no such address; check the link.")


def sign_in_instead(request: Request) -> Response:
    """To the sign-in page, and back to what was asked for afterwards."""
    return RedirectResponse(f"/sign-in?{urlencode({'next': asked_path(request)})}", status_code=303)


def guard_plain_routes(app: FastAPI) -> None:
    """Plain routes (the OpenAPI document) have no dependencies: the guard goes around them."""
    for route in app.routes:
        if type(route) is Route:
            route.app = _guarded(route)


def _guarded(route: Route):
    inner, path = route.app, route.path

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await check(request, ACCESS[request.method, path])
        await inner(scope, receive, send)

    return app
