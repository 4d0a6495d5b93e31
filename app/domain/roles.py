"""Who may see and do what: seven roles, permission by unit and town. Pure; asked by guard and writes.

================  ==========================================================================================
role              may
================  ==========================================================================================
administrator     manage accounts, read the audit, read everything; enters no figures
supervision       督查考核指挥部: board, blockages, inspections, acceptance; enters no figures
leader            区级分管领导: board, ten-day review, directives, closing what was escalated to leaders
lead_unit         plan and report the items its unit leads; open and answer blockages; answer directives
supporting_unit   answer the blockages that its unit is asked about
inspector         record inspections, in the towns named in the account
viewer            read what signed-in people may read
================  ==========================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.errors import Forbidden


class Role(StrEnum):
    """What an account is."""

    ADMINISTRATOR = "administrator"
    SUPERVISION = "supervision"
    LEADER = "leader"
    LEAD_UNIT = "lead_unit"
    SUPPORTING_UNIT = "supporting_unit"
    INSPECTOR = "inspector"
    VIEWER = "viewer"


UNIT_ROLES = frozenset({Role.LEAD_UNIT, Role.SUPPORTING_UNIT})


class Action(StrEnum):
    """What somebody may want to do. PUBLIC needs nobody to be signed in unless a setting says so."""

    OPEN = "open"  # needed to sign in at all: sign-in page, static files, health
    PUBLIC = "public"
    READ = "read"  # internal matters: blockages, directives, inspections, texts of reports
    OWN = "own"  # one's own account and session
    WORK = "work"  # the page of a unit's own work
    PLAN = "plan"
    REPORT = "report"
    OPEN_BLOCKAGE = "open_blockage"
    ANSWER_BLOCKAGE = "answer_blockage"
    MANAGE_BLOCKAGE = "manage_blockage"  # assign, escalate, close, reopen
    INSPECT = "inspect"
    DECIDE = "decide"  # which of two values of an inspection stands
    ACCEPT = "accept"
    DIRECT = "direct"  # give, confirm, extend, reopen directives
    ANSWER_DIRECTIVE = "answer_directive"
    BOARD = "board"
    REVIEW = "review"
    MEETING = "meeting"
    EXCEL = "excel"
    PACK = "pack"
    ACCOUNTS = "accounts"
    AUDIT = "audit"


A, R = Action, Role
_EVERYBODY = frozenset(Role)
_GRANTS: dict[Action, frozenset[Role]] = {
    A.READ: _EVERYBODY,
    A.OWN: _EVERYBODY,
    A.WORK: UNIT_ROLES,
    A.PLAN: frozenset({R.LEAD_UNIT}),
    A.REPORT: frozenset({R.LEAD_UNIT}),
    A.OPEN_BLOCKAGE: frozenset({R.LEAD_UNIT, R.SUPERVISION, R.INSPECTOR}),
    A.ANSWER_BLOCKAGE: UNIT_ROLES,
    A.MANAGE_BLOCKAGE: frozenset({R.SUPERVISION, R.LEADER}),
    A.INSPECT: frozenset({R.SUPERVISION, R.INSPECTOR}),
    A.DECIDE: frozenset({R.SUPERVISION}),
    A.ACCEPT: frozenset({R.SUPERVISION}),
    A.DIRECT: frozenset({R.LEADER}),
    A.ANSWER_DIRECTIVE: UNIT_ROLES,
    A.BOARD: frozenset({R.SUPERVISION, R.LEADER, R.ADMINISTRATOR}),
    A.REVIEW: frozenset({R.LEADER, R.SUPERVISION, R.ADMINISTRATOR}),
    A.MEETING: frozenset({R.LEADER, R.SUPERVISION, R.ADMINISTRATOR, R.LEAD_UNIT}),
    A.PACK: frozenset({R.LEADER, R.SUPERVISION, R.ADMINISTRATOR}),
    A.EXCEL: frozenset({R.LEAD_UNIT}),
    A.ACCOUNTS: frozenset({R.ADMINISTRATOR}),
    A.AUDIT: frozenset({R.ADMINISTRATOR, R.SUPERVISION}),
}


@dataclass(frozen=True)
class Actor:
    """Who is at work. `unit` for the unit roles; `towns` (codes) confine an account, empty: not confined;
    `items` are a leader's portfolio (分管领域), empty for all. `account_id` None: the command line."""

    account_id: int | None
    name: str
    display: str
    role: Role
    unit: str | None = None
    towns: frozenset[str] = frozenset()
    items: frozenset[int] = frozenset()
    address: str | None = None


@dataclass(frozen=True)
class About:
    """What an action is about: an item, the units in it, and the town of a site (None: not confined to one).

    `asked_unit` is the unit that a blockage or directive is put to.
    """

    item_no: int
    lead_units: frozenset[str] = frozenset()
    supporting_units: frozenset[str] = frozenset()
    town_code: str | None = None
    asked_unit: str | None = None


def may(actor: Actor | None, action: Action, about: About | None = None) -> bool:
    """Whether `actor` (None: nobody signed in) may do `action`, and in particular to what `about` names."""
    if action in (Action.OPEN, Action.PUBLIC):
        return True
    if actor is None or actor.role not in _GRANTS[action]:
        return False
    return about is None or _concerns(actor, action, about)


def _concerns(actor: Actor, action: Action, about: About) -> bool:
    """Whether something is this actor's, given that the role allows the action."""
    if actor.towns and about.town_code is not None and about.town_code not in actor.towns:
        return False
    if actor.role is Role.LEADER:
        return not actor.items or about.item_no in actor.items
    if actor.role not in UNIT_ROLES or action is Action.READ:
        return True
    if action in (Action.ANSWER_BLOCKAGE, Action.ANSWER_DIRECTIVE):
        return actor.unit is not None and actor.unit == about.asked_unit
    return actor.unit in about.lead_units


def require(actor: Actor, action: Action, about: About | None = None) -> None:
    """Raise Forbidden, saying what is missing, unless `may`."""
    if may(actor, action, about):
        return
    if not may(actor, action):
        raise Forbidden(
            "您的账号没有这项权限；如确有需要，请联系管理员。",
            "Your account does not allow this; ask the administrator if you need it.",
        )
    raise Forbidden(
        "这不在您的单位、镇或分管范围内。",
        "This is not within your unit, towns or portfolio.",
    )
