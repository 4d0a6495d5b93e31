"""``/users``: accounts, made and kept by the administrator. Forms that work without scripts."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.auth.passwords import random_password
from app.auth.writes import write_accounts
from app.deps import live
from app.domain.accounts import Account
from app.domain.roles import Role
from app.errors import AppError, BadParameter, Fault, NotFound, Refused
from app.store import accounts
from app.store.writing import Writer
from app.web import page

router = APIRouter(prefix="/users", include_in_schema=False)


@router.get("")
async def users_page(request: Request) -> Response:
    """All accounts, and the form for a new one."""
    return await _list(request)


@router.post("")
async def add_user(request: Request) -> Response:
    """Make an account; its random password is in the answer, and nowhere else."""
    form = await request.form()
    password = None if form.get("sso_only") else random_password()

    def add(writer: Writer) -> str:
        account = read_account(form)
        accounts.add(writer, account, password, must_change=password is not None)
        return account.name

    try:
        name = await write_accounts(request, add)
    except (BadParameter, Refused) as error:
        return await _list(request, error=error, typed=form)
    return await _list(request, made=("done_add", name, password))


@router.get("/{account_id}")
async def user_page(request: Request, account_id: str) -> Response:
    """One account with what can be changed about it."""
    return await _one(request, _number(account_id), done=request.query_params.get("done"))


@router.post("/{account_id}")
async def change_user(request: Request, account_id: str) -> Response:
    """Display name, role, unit, towns, portfolio."""
    form, number = await request.form(), _number(account_id)
    try:
        await write_accounts(request, lambda writer: accounts.change(writer, number, read_account(form)))
    except (BadParameter, Refused) as error:
        return await _one(request, number, error=error, typed=form)
    return _back(number, "change")


@router.post("/{account_id}/disable")
async def disable_user(request: Request, account_id: str) -> Response:
    """No more sign-in, and out at once."""
    number = _number(account_id)
    try:
        await write_accounts(request, lambda writer: accounts.disable(writer, number))
    except Refused as error:
        return await _one(request, number, error=error)
    return _back(number, "disable")


@router.post("/{account_id}/enable")
async def enable_user(request: Request, account_id: str) -> Response:
    """The account can be used again."""
    number = _number(account_id)
    await write_accounts(request, lambda writer: accounts.enable(writer, number))
    return _back(number, "enable")


@router.post("/{account_id}/password")
async def reset_password(request: Request, account_id: str) -> Response:
    """A new random password, in this answer and nowhere else; the account's sessions end."""
    number, password = _number(account_id), random_password()

    def reset(writer: Writer) -> str:
        accounts.set_password(writer, number, password, must_change=True)
        return accounts.by_id(writer.connection, number).name

    name = await write_accounts(request, reset)
    return await _one(request, number, made=("done_password", name, password))


def read_account(form: FormData) -> Account:
    """The account that a form describes. Errors: BadParameter; the store checks the rest."""
    role = str(form.get("role", ""))
    if role not in set(Role):
        allowed = [one.value for one in Role]
        told = ("请选择角色。", "Choose a role.")
        raise BadParameter(Fault("role", role[:40], allowed, *told))
    numbers = [str(no) for no in form.getlist("items")]
    return Account(
        str(form.get("name", "")),
        str(form.get("display", "")),
        Role(role),
        str(form.get("unit", "")) or None,
        frozenset(str(code)[:16] for code in form.getlist("towns")),
        frozenset(
            int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 5
        ),
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound("没有这个账号。", "There is no such account.")
    return int(text)


def _back(number: int, done: str) -> Response:
    return RedirectResponse(f"/users/{number}?done={done}", status_code=303)


async def _list(
    request: Request,
    error: AppError | None = None,
    typed: FormData | None = None,
    made: tuple[str, str, str | None] | None = None,
) -> Response:
    source = live(request)

    def read() -> list:
        with source.database.read() as connection:
            return accounts.listed(connection)

    return _page(request, "users.html", error, typed, made, rows=await anyio.to_thread.run_sync(read))


async def _one(
    request: Request,
    number: int,
    error: AppError | None = None,
    typed: FormData | None = None,
    made: tuple[str, str, str | None] | None = None,
    done: str | None = None,
) -> Response:
    source = live(request)

    def read() -> Any:
        with source.database.read() as connection:
            return accounts.by_id(connection, number)

    row = await anyio.to_thread.run_sync(read)
    return _page(
        request, "user.html", error, typed, made, row=row, account=accounts.account_of(row), done=done
    )


def _page(
    request: Request,
    template: str,
    error: AppError | None,
    typed: FormData | None,
    made: tuple[str, str, str | None] | None,
    **values: Any,
) -> Response:
    words = live(request).view.words
    response = page(
        request,
        live(request).view,
        template,
        error.status if error else 200,
        here="accounts",
        error=error,
        faults={fault.parameter: fault for fault in error.faults} if error else {},
        typed=typed,
        made=made,
        roles=[role.value for role in Role],
        units=words.units,
        towns=words.towns,
        items=words.items,
        sso=request.app.state.settings.oidc_issuer is not None,
        **values,
    )
    response.headers["cache-control"] = "no-store"
    return response
