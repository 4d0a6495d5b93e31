"""What an account may be: its name, and what goes with its role. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace

from app.domain.roles import UNIT_ROLES, Role
from app.errors import BadParameter, Fault

NAME = re.compile(r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff.@-]{1,63}")
LONGEST_DISPLAY = 60


@dataclass(frozen=True)
class Account:
    """What can be said of an account beside its password; see :class:`app.domain.roles.Actor`."""

    name: str
    display: str
    role: Role
    unit: str | None = None
    towns: frozenset[str] = frozenset()
    items: frozenset[int] = frozenset()


def normal_name(name: str) -> str:
    """One spelling of a name: composed, lower case, without spaces around it."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def check_account(
    account: Account, units: Collection[str], towns: Collection[str], items: Collection[int]
) -> Account:
    """The account with its name in the one spelling. Errors: BadParameter with all that is wrong."""
    account = replace(account, name=normal_name(account.name), display=account.display.strip())
    faults = [*_name_faults(account), *_unit_faults(account, units), *_reach_faults(account, towns, items)]
    if faults:
        raise BadParameter(*faults)
    return account


def _name_faults(account: Account) -> list[Fault]:
    faults = []
    if not NAME.fullmatch(account.name):
        faults.append(
            Fault(
                "name",
                account.name[:70],
                {"pattern": NAME.pattern},
                "账号名应为 2 到 64 个字母、数字或汉字，可含 . _ - @。",
                "An account's name has 2 to 64 letters, digits or Chinese characters; . _ - @ are allowed.",
            )
        )
    if not 1 <= len(account.display) <= LONGEST_DISPLAY or not account.display.isprintable():
        faults.append(
            Fault(
                "display",
                account.display[:70],
                {"minLength": 1, "maxLength": LONGEST_DISPLAY},
                f"请填写姓名或称呼，最多 {LONGEST_DISPLAY} 个字符。",
                f"Give the person's or office's name, at most {LONGEST_DISPLAY} characters.",
            )
        )
    return faults


def _unit_faults(account: Account, units: Collection[str]) -> list[Fault]:
    allowed = sorted(units)
    if account.role in UNIT_ROLES and account.unit is None:
        told = (
            "牵头单位和协办单位的账号须指明单位。",
            "An account of a lead or supporting unit needs its unit.",
        )
    elif account.unit is not None and account.role not in UNIT_ROLES:
        told = (
            "只有牵头单位和协办单位的账号才有单位。",
            "Only accounts of lead and supporting units have a unit.",
        )
        allowed = []
    elif account.unit is not None and account.unit not in units:
        told = (
            f"没有代码为 {account.unit[:40]} 的单位，可用的有：{'、'.join(allowed)}。",
            f"There is no unit {account.unit[:40]}; there are: {', '.join(allowed)}.",
        )
    else:
        return []
    return [Fault("unit", account.unit, allowed, *told)]


def _reach_faults(account: Account, towns: Collection[str], items: Collection[int]) -> list[Fault]:
    faults = []
    if wrong := sorted(account.towns - set(towns)):
        listed = sorted(towns)
        faults.append(
            Fault(
                "towns",
                wrong,
                listed,
                f"没有代码为 {'、'.join(wrong)[:80]} 的镇，可用的有：{'、'.join(listed)}。",
                f"There is no town {', '.join(wrong)[:80]}; there are: {', '.join(listed)}.",
            )
        )
    if unknown := sorted(account.items - set(items)):
        faults.append(
            Fault(
                "items",
                unknown,
                sorted(items),
                f"没有第 {'、'.join(map(str, unknown))[:80]} 项。",
                f"There is no item {', '.join(map(str, unknown))[:80]}.",
            )
        )
    if account.items and account.role is not Role.LEADER:
        told = ("只有领导账号才有分管项目。", "Only a leader's account has a portfolio of items.")
        faults.append(Fault("items", sorted(account.items), [], *told))
    return faults
