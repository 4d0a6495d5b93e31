"""``/sign-in``, ``/sign-out``, ``/account``: one's own session, password and other sessions."""

from __future__ import annotations

from functools import partial

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.auth import oidc, passwords, tokens
from app.auth.identify import clock, identify
from app.auth.origin import HOME, address_of, local_path
from app.auth.sign_in import begin_session, check_password, end_session
from app.auth.writes import write_accounts
from app.deps import actor_of, live
from app.domain.roles import Role
from app.errors import AppError, BadParameter, Fault, NotSignedIn, TooMany
from app.store import accounts, sessions
from app.store.writing import Writer
from app.web import page

router = APIRouter(include_in_schema=False)

FORM_SECONDS = 24 * 3600
SESSION_SECONDS = int(sessions.LONGEST.total_seconds())
OWN_PAGE = "/account"
START = {
    Role.LEAD_UNIT: "/work",
    Role.SUPPORTING_UNIT: "/work",
    Role.SUPERVISION: "/board",
    Role.LEADER: "/review",
    Role.ADMINISTRATOR: "/users",
}
"""Where each role's work begins after signing in; the map for the others."""


@router.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    """The form; whoever is signed in already goes on."""
    onward = local_path(request.query_params.get("next"))
    session = await identify(request)
    if session is not None:
        return RedirectResponse(OWN_PAGE if session.must_change else onward, status_code=303)
    return _form(request, onward)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Name and password against a session."""
    form = await request.form()
    name, password = str(form.get("name", ""))[:200], str(form.get("password", ""))[: passwords.MOST_BYTES]
    onward = local_path(str(form.get("next", "")))
    ask = partial(check_password, live(request).database, name, password, address_of(request), clock(request))
    try:
        row = await anyio.to_thread.run_sync(ask, limiter=request.app.state.password_limiter)
    except (NotSignedIn, TooMany) as error:
        return _form(request, onward, name=name, error=error)
    if onward == HOME:  # nothing in particular was asked for
        onward = START.get(row.role, HOME)
    return await signed_in(request, row.id, OWN_PAGE if row.must_change else onward)


async def signed_in(request: Request, account_id: int, onward: str) -> Response:
    """A new session's cookie, and on to where the person wanted to go."""
    old = tokens.read_cookie(request, tokens.SESSION)
    begin = partial(
        begin_session, live(request).database, account_id, address_of(request), clock(request), old
    )
    token = await anyio.to_thread.run_sync(begin)
    response = RedirectResponse(onward, status_code=303, headers={"cache-control": "no-store"})
    tokens.give_cookie(request, response, tokens.SESSION, token, SESSION_SECONDS)
    tokens.take_cookie(request, response, tokens.BEFORE)
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """The session ends on the server, not only in the browser."""
    await anyio.to_thread.run_sync(end_session, live(request).database, request.state.token)
    response = RedirectResponse("/", status_code=303)
    tokens.take_cookie(request, response, tokens.SESSION)
    return response


@router.get("/account")
async def account_page(request: Request) -> Response:
    """Who I am here, my password, my sessions."""
    return await _account(request)


@router.post("/account/password")
async def change_password(request: Request) -> Response:
    """The old password once more, the new one twice; every other session of the account ends."""
    form = await request.form()
    current, new, again = (
        str(form.get(name, ""))[: passwords.MOST_BYTES] for name in ("current", "new", "again")
    )
    actor = actor_of(request)
    assert actor is not None and actor.account_id is not None
    try:
        fault = passwords.password_fault(new, actor.name, "new")
        if fault is None and new != again:
            told = ("两次输入的新密码不一样。", "The two new passwords differ.")
            fault = Fault("again", None, None, *told)
        if fault is None and new == current:
            told = ("新密码与现在的密码相同。", "The new password is the present one.")
            fault = Fault("new", None, None, *told)
        if fault is not None:
            raise BadParameter(fault)
        ask = partial(
            check_password, live(request).database, actor.name, current, address_of(request), clock(request)
        )
        try:
            await anyio.to_thread.run_sync(ask, limiter=request.app.state.password_limiter)
        except NotSignedIn:
            told = ("现在的密码不对。", "The present password is wrong.")
            raise BadParameter(Fault("current", None, None, *told)) from None
    except (BadParameter, TooMany) as error:
        return await _account(request, error)

    def replace(writer: Writer) -> None:
        accounts.set_password(writer, actor.account_id, new)

    await write_accounts(request, replace)
    return await signed_in(request, actor.account_id, f"{OWN_PAGE}?done=password")


@router.post("/account/sessions/end")
async def end_sessions(request: Request) -> Response:
    """End all sessions of the account but this one."""
    actor = actor_of(request)
    assert actor is not None and actor.account_id is not None
    own = tokens.kept(request.state.token)

    def end(writer: Writer) -> None:
        sessions.end_all(writer.connection, actor.account_id, but=own)

    await write_accounts(request, end)
    return RedirectResponse(f"{OWN_PAGE}?done=sessions", status_code=303)


@router.get("/sign-in/oidc")
async def oidc_start(request: Request) -> Response:
    """On to the single sign-on service, where one is set."""
    return await oidc.start(request, local_path(request.query_params.get("next")))


@router.get("/sign-in/oidc/callback")
async def oidc_back(request: Request) -> Response:
    """Back from it, with a code for an account that is known here."""
    try:
        account_id, onward = await oidc.finish(request)
    except AppError as error:
        return _form(request, "/", error=error)
    response = await signed_in(request, account_id, onward)
    tokens.take_cookie(request, response, tokens.OIDC)
    return response


def _form(request: Request, onward: str, name: str = "", error: AppError | None = None) -> Response:
    before = tokens.read_cookie(request, tokens.BEFORE) or tokens.new_token()
    response = page(
        request,
        live(request).view,
        "sign_in.html",
        error.status if error else 200,
        here="sign-in",
        form_csrf=tokens.csrf_of(before),
        onward=onward,
        name=name,
        error=error,
        sso=request.app.state.settings.oidc_issuer is not None,
    )
    response.headers["cache-control"] = "no-store"
    if isinstance(error, TooMany):
        response.headers["retry-after"] = str(error.seconds)
    tokens.give_cookie(request, response, tokens.BEFORE, before, FORM_SECONDS)
    return response


async def _account(request: Request, error: AppError | None = None) -> Response:
    actor, source, moment = actor_of(request), live(request), clock(request)
    assert actor is not None and actor.account_id is not None
    number = actor.account_id

    def read() -> list:
        with source.database.read() as connection:
            return sessions.of_account(connection, number, moment)

    view = source.view
    faults = {fault.parameter: fault for fault in error.faults} if error else {}
    response = page(
        request,
        view,
        "account.html",
        error.status if error else 200,
        here="account",
        sessions=await anyio.to_thread.run_sync(read),
        own=tokens.kept(request.state.token),
        must_change=(await identify(request)).must_change,
        shortest=passwords.SHORTEST,
        error=error,
        faults=faults,
        done=request.query_params.get("done"),
        units=view.words.units,
        towns=view.words.towns,
        items=view.words.items,
    )
    if isinstance(error, TooMany):
        response.headers["retry-after"] = str(error.seconds)
    return response
