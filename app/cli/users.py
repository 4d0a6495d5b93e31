"""``user``: accounts from the command line, for whoever runs the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from app.auth.passwords import password_fault, random_password
from app.cli.database import prepare, say, tell_password
from app.domain.accounts import Account, normal_name
from app.domain.roles import Role
from app.errors import BadParameter, NotFound
from app.settings import Settings
from app.store import accounts
from app.store.database import Database
from app.store.live import Live
from app.store.writing import Writer

T = TypeVar("T")


@click.group()
def user() -> None:
    """管理账号 · Manage accounts."""


@user.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="角色 · role")
@click.option("--display", help="姓名或称呼，默认为账号名 · name shown, the account's by default")
@click.option("--unit", help="单位代码，如 jianshe · the unit's code")
@click.option("--town", "towns", multiple=True, help="限定的镇代码，可重复 · town by code, repeatable")
@click.option(
    "--item", "items", multiple=True, type=int, help="分管项目序号，可重复 · portfolio item, repeatable"
)
@click.option("--ask", is_flag=True, help="输入密码，不随机生成 · ask for a password instead of a random one")
@click.option("--sso", is_flag=True, help="不设密码，只用统一登录 · no password, single sign-on only")
def add(
    name: str,
    role: str,
    display: str | None,
    unit: str | None,
    towns: tuple[str, ...],
    items: tuple[int, ...],
    ask: bool,
    sso: bool,
) -> None:
    """新建账号 · Make an account; its random password is printed once and replaced at the first sign-in."""
    account = Account(name, display or name, Role(role), unit, frozenset(towns), frozenset(items))
    password = None if sso else _password(name, ask)
    _write(lambda writer: accounts.add(writer, account, password, must_change=not ask and not sso))
    say(f"账号 {normal_name(name)} 已建立", "the account is made")
    if password and not ask:
        tell_password(normal_name(name), password)


@user.command("list")
def list_users() -> None:
    """列出账号 · List the accounts."""
    database = _database()
    with database.read() as connection:
        rows = accounts.listed(connection)
    for row in rows:
        facts = [row.name, row.role, row.display, row.unit_code or "", " ".join(row.towns)]
        facts.append("已停用 disabled" if row.disabled_at else "")
        click.echo("  ".join(fact for fact in facts if fact))
    say(f"共 {len(rows)} 个账号", f"{len(rows)} accounts")


@user.command("disable")
@click.argument("name")
def disable(name: str) -> None:
    """停用账号，立即退出 · Disable an account; its sessions end at once."""
    _write(lambda writer: accounts.disable(writer, _id(writer, name)))
    say(f"账号 {normal_name(name)} 已停用", "disabled")


@user.command("enable")
@click.argument("name")
def enable(name: str) -> None:
    """重新启用账号 · Enable an account again."""
    _write(lambda writer: accounts.enable(writer, _id(writer, name)))
    say(f"账号 {normal_name(name)} 已启用", "enabled")


@user.command("password")
@click.argument("name")
@click.option("--ask", is_flag=True, help="输入密码，不随机生成 · ask for a password instead of a random one")
def password(name: str, ask: bool) -> None:
    """重设密码，原有登录全部结束 · Set a new password; the account's sessions end."""
    new = _password(name, ask)
    _write(lambda writer: accounts.set_password(writer, _id(writer, name), new, must_change=not ask))
    say(f"账号 {normal_name(name)} 的密码已重设", "the password is set")
    if not ask:
        tell_password(normal_name(name), new)


def _password(name: str, ask: bool) -> str:
    if not ask:
        return random_password()
    new: str = click.prompt("密码 · password", hide_input=True, confirmation_prompt="再输入一次 · once more")
    fault = password_fault(new, name)
    if fault is not None:
        raise BadParameter(fault)
    return new


def _id(writer: Writer, name: str) -> int:
    row = accounts.by_name(writer.connection, name)
    if row is None:
        raise NotFound(f"没有账号“{name[:64]}”。", f"There is no account “{name[:64]}”.")
    return row.id


def _database() -> Database:
    settings = Settings()
    database = Database(settings)
    prepare(database, settings)
    return database


def _write(action: Callable[[Writer], T]) -> T:
    settings = Settings()
    source = Live(_database(), settings)
    with source.database.write() as connection:
        return action(source.writer(connection, accounts.COMMAND_LINE))
