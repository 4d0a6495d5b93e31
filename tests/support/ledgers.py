"""Who writes into a prepared zone's ledger, and when: for tests below the routes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from app.domain.roles import Actor, Role
from app.store.database import Database
from app.store.moments import ZONE_TIME
from app.store.writing import Asked, Writer

T = TypeVar("T")
DAY = date(2023, 7, 14)

SUPERVISION = Actor(None, "ducha", "督查考核指挥部", Role.SUPERVISION)
LEADER = Actor(None, "leader", "分管领导", Role.LEADER)
ADMINISTRATOR = Actor(None, "admin", "管理员", Role.ADMINISTRATOR)
INSPECTOR = Actor(None, "inspector", "巡查员", Role.INSPECTOR)
VIEWER = Actor(None, "viewer", "访客", Role.VIEWER)
# Item 20 (roads, heating): led by jianshe, with zhifa and others in support.
LEAD = Actor(None, "jianshe", "区城乡建设和交通局", Role.LEAD_UNIT, "jianshe")
SUPPORT = Actor(None, "zhifa", "区综合行政执法局", Role.SUPPORTING_UNIT, "zhifa")


def at(day: date = DAY, hour: int = 10) -> datetime:
    """A moment of the ledger's clock."""
    return datetime.combine(day, time(hour), ZONE_TIME)


def by(database: Database, actor: Actor, action: Callable[[Writer], T], day: date = DAY, hour: int = 10) -> T:
    """Run `action` in one write transaction of this person at that time."""
    with database.write() as connection:
        writer = Writer(connection, actor, at(day, hour), day, 5.0)
        result = action(writer)
        writer.finish()
    return result


def asked(body: object = None, match: int | None = None, ident: str | None = None) -> Asked:
    """A request with an id of its own, and the version it was made on."""
    return Asked.of(ident or str(uuid.uuid4()), body, match)


def days(count: int) -> date:
    """So many days after the tests' day."""
    return DAY + timedelta(days=count)
