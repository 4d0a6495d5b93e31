"""Accounts: made, changed, disabled, never deleted. Every change is in the audit, passwords never are."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from app.auth.passwords import make_hash, random_password
from app.domain.accounts import Account, check_account, normal_name
from app.domain.roles import Actor, Role
from app.errors import BadParameter, Fault, NotFound, Refused
from app.store import sessions
from app.store import tables as t
from app.store.moments import ZONE_TIME, day_of, now
from app.store.writing import Writer

_a = t.account.c

COMMAND_LINE = Actor(None, "cli", "命令行 · command line", Role.ADMINISTRATOR)
"""Who is at work when a command makes or changes accounts."""


@dataclass(frozen=True)
class Known:
    """The codes that an account may name: units, towns, items."""

    units: frozenset[str] = field(default_factory=frozenset)
    towns: frozenset[str] = field(default_factory=frozenset)
    items: frozenset[int] = field(default_factory=frozenset)


def known(connection: Connection) -> Known:
    """What this zone has."""

    def column(of: Any) -> frozenset:
        return frozenset(connection.execute(select(of)).scalars())

    return Known(column(t.unit.c.code), column(t.town.c.code), column(t.item.c.no))


def listed(connection: Connection) -> list[Row]:
    """All accounts, the enabled ones first, by role and name."""
    order = {role.value: number for number, role in enumerate(Role)}
    rows = connection.execute(select(t.account)).all()
    return sorted(rows, key=lambda row: (row.disabled_at is not None, order[row.role], row.name))


def by_name(connection: Connection, name: str) -> Row | None:
    """The account of this name, in any spelling of it; None when there is none."""
    return connection.execute(select(t.account).where(_a.name == normal_name(name))).first()


def by_id(connection: Connection, account_id: int) -> Row:
    """The account. Errors: NotFound."""
    row = connection.execute(select(t.account).where(_a.id == account_id)).first()
    if row is None:
        raise NotFound("没有这个账号。", "There is no such account.")
    return row


def any_account(connection: Connection) -> bool:
    """Whether there is an account at all."""
    return connection.execute(select(_a.id).limit(1)).first() is not None


def add(writer: Writer, account: Account, password: str | None, must_change: bool = False) -> int:
    """Make an account; its id. Without a password only single sign-on opens it.

    Errors: BadParameter for what is wrong with it; Refused when the name is taken.
    """
    found = known(writer.connection)
    account = check_account(account, found.units, found.towns, found.items)
    if by_name(writer.connection, account.name) is not None:
        raise Refused(
            f"账号“{account.name}”已经存在，请换一个名字。",
            f"There is an account “{account.name}” already; choose another name.",
        )
    row = _columns(account) | {
        "password_hash": make_hash(password) if password else None,
        "must_change": must_change,
        "created_at": now(),
    }
    number = writer.connection.execute(insert(t.account).values(row).returning(_a.id)).scalar_one()
    writer.record("account.add", after=told(account))
    return number


def change(writer: Writer, account_id: int, account: Account) -> None:
    """Give an account another display name, role, unit, towns or portfolio. Its name stays.

    Errors: as for :func:`add`; Refused when nobody would be left to manage accounts.
    """
    row = by_id(writer.connection, account_id)
    found = known(writer.connection)
    account = check_account(account, found.units, found.towns, found.items)
    before = account_of(row)
    if account.name != before.name:
        raise BadParameter(
            Fault("name", account.name, before.name, "账号名不能更改。", "The account's name stays as it is.")
        )
    if account == before:
        return
    if account.role is not Role.ADMINISTRATOR:
        _keep_an_administrator(writer.connection, row)
    writer.connection.execute(update(t.account).where(_a.id == account_id).values(_columns(account)))
    writer.record("account.change", before=told(before), after=told(account))


def disable(writer: Writer, account_id: int) -> None:
    """Nobody can sign in with it any more, and its sessions end at once. What it did stays in the audit.

    Errors: Refused for one's own account, and when nobody would be left to manage accounts.
    """
    row = by_id(writer.connection, account_id)
    if row.id == writer.actor.account_id:
        raise Refused("不能停用自己的账号。", "You cannot disable your own account.")
    if row.disabled_at is not None:
        return
    _keep_an_administrator(writer.connection, row)
    writer.connection.execute(update(t.account).where(_a.id == account_id).values(disabled_at=now()))
    sessions.end_all(writer.connection, account_id)
    writer.record("account.disable", before=_state(row, "enabled"), after=_state(row, "disabled"))


def enable(writer: Writer, account_id: int) -> None:
    """The account can be used again, with the password it had."""
    row = by_id(writer.connection, account_id)
    if row.disabled_at is None:
        return
    writer.connection.execute(update(t.account).where(_a.id == account_id).values(disabled_at=None))
    writer.record("account.enable", before=_state(row, "disabled"), after=_state(row, "enabled"))


def set_password(
    writer: Writer, account_id: int, password: str, must_change: bool = False, but: str | None = None
) -> int:
    """Replace the password (checked by the caller) and end the sessions, except the one with hash `but`.

    How many sessions ended is returned.
    """
    row = by_id(writer.connection, account_id)
    values = {"password_hash": make_hash(password), "must_change": must_change}
    writer.connection.execute(update(t.account).where(_a.id == account_id).values(values))
    ended = sessions.end_all(writer.connection, account_id, but=but)
    writer.record("account.password", after={"account": row.name, "must_change": must_change})
    return ended


def renew_hash(connection: Connection, account_id: int, kept: str, newer: str) -> None:
    """The same password hashed with newer parameters, unless it has been changed meanwhile."""
    condition = (_a.id == account_id) & (_a.password_hash == kept)
    connection.execute(update(t.account).where(condition).values(password_hash=newer))


def first_administrator(writer: Writer) -> tuple[str, str] | None:
    """Make the account `admin` where there is none at all; its name and random password, else None."""
    if any_account(writer.connection):
        return None
    password = random_password()
    account = Account("admin", "管理员 · Administrator", Role.ADMINISTRATOR)
    add(writer, account, password, must_change=True)
    return account.name, password


DEMO = (
    Account("demo-admin", "演示·管理员", Role.ADMINISTRATOR),
    Account("demo-supervision", "演示·督查考核指挥部", Role.SUPERVISION),
    Account("demo-leader", "演示·分管领导", Role.LEADER, items=frozenset({19, 20, 21})),
    Account("demo-lead", "演示·城乡建设和交通局", Role.LEAD_UNIT, unit="jianshe"),
    Account("demo-supporting", "演示·自然资源部门", Role.SUPPORTING_UNIT, unit="ziran"),
    Account("demo-inspector", "演示·巡查员", Role.INSPECTOR, towns=frozenset({"370829104"})),
    Account("demo-viewer", "演示·查阅", Role.VIEWER),
)
"""One account of every role. Their passwords are made when they are, at random."""


def demo_accounts(connection: Connection) -> list[tuple[str, str]]:
    """Make the demonstration's accounts that are missing; names and random passwords of the new ones.

    Belongs after the demonstration's rows, whose clock it goes by.
    """
    day = connection.execute(select(t.zone.c.sample_today)).scalar_one()
    moment = datetime.combine(day, now().astimezone(ZONE_TIME).timetz()) if day else now()
    writer = Writer(connection, COMMAND_LINE, moment, day_of(moment), 0.0, sample=True)
    made = []
    for account in DEMO:
        if by_name(writer.connection, account.name) is None:
            password = random_password()
            add(writer, account, password)
            made.append((account.name, password))
    return made


def account_of(row: Row) -> Account:
    """An account's row as what can be said of it."""
    return Account(
        row.name,
        row.display,
        Role(row.role),
        row.unit_code,
        frozenset(row.towns),
        frozenset(row._mapping["items"]),
    )


def told(account: Account) -> dict[str, Any]:
    """An account as the audit keeps it."""
    facts = asdict(account) | {"towns": sorted(account.towns), "items": sorted(account.items)}
    facts["account"] = facts.pop("name")
    return {name: value for name, value in facts.items() if value not in (None, [])}


def _columns(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "display": account.display,
        "role": account.role.value,
        "unit_code": account.unit,
        "towns": sorted(account.towns),
        "items": sorted(account.items),
    }


def _state(row: Row, state: str) -> dict[str, str]:
    return {"account": row.name, "state": state}


def _keep_an_administrator(connection: Connection, leaving: Row) -> None:
    """Errors: Refused when `leaving` is the last enabled administrator."""
    if leaving.role != Role.ADMINISTRATOR or leaving.disabled_at is not None:
        return
    others = select(func.count()).where(
        _a.role == Role.ADMINISTRATOR.value, _a.disabled_at.is_(None), _a.id != leaving.id
    )
    if not connection.execute(others).scalar_one():
        raise Refused(
            "这是最后一个可用的管理员账号；请先设另一个管理员。",
            "This is the last administrator who can sign in; make another one first.",
        )
