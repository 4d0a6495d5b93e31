"""One pattern for every write: who, when, on which version, and what is told when it is asked twice.

A :class:`Writer` lives for one write transaction. Each thing it does leaves a row in ``change``, the audit,
which is also what a repeated request is answered from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, func, insert, select

from app.domain.roles import Actor
from app.errors import Changed, NeedsMatch, Refused
from app.store import tables as t
from app.store.moments import now
from app.store.publish import publish

EDITS = ("report", "correction", "plan", "acceptance", "send_back", "geometry")
"""Actions that make a new version of a subject; inspections or blockages leave its version alone."""

MOST_NAMED = 500
"""More codes than this are not named one by one in a statement."""

CLOCK_SLACK = timedelta(days=1)
"""How far the clock may have fallen behind the newest row; rows then get that row's moment."""


@dataclass(frozen=True)
class Asked:
    """What came with a request: the client's UUID for it, a digest of what it asks for, and the version
    (If-Match) of the thing as the client saw it. None where nothing was sent."""

    id: str | None = None
    digest: str = ""
    match: int | None = None

    @classmethod
    def of(cls, id: str | None, body: Any, match: int | None = None) -> Asked:
        """With the SHA-256 of the body as canonical JSON."""
        text = orjson.dumps(body, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        return cls(id, hashlib.sha256(text).hexdigest(), match)


@dataclass
class Writer:
    """One write transaction of one person. `moment` is the ledger's clock, `day` the day statuses are for;
    `sample` marks what is written as demonstration data."""

    connection: Connection
    actor: Actor
    moment: datetime
    day: date
    tolerance: float
    sample: bool = False
    touched: set[str] = field(default_factory=set)
    recorded: int = 0

    def __post_init__(self) -> None:
        newest = self.connection.execute(select(func.max(t.change.c.entered_at))).scalar()
        if newest is not None and newest > self.moment:
            # what a past week showed is read from these moments, so they never run backwards
            if newest - self.moment > CLOCK_SLACK:
                raise Refused(
                    f"服务器时钟（{self.moment:%Y-%m-%d %H:%M}）早于台账最新一条（{newest:%Y-%m-%d %H:%M}），"
                    "请管理员检查时钟或 MINSHENG_TODAY；未保存。",
                    f"The server's clock ({self.moment:%Y-%m-%d %H:%M}) is behind the newest row of the "
                    f"ledger ({newest:%Y-%m-%d %H:%M}); check the clock or MINSHENG_TODAY. Not saved.",
                )
            self.moment = newest

    def repeated(self, asked: Asked) -> Any | None:
        """The change that this very request already made, or None.

        Errors: Refused when its UUID was used for something else, or by somebody else.
        """
        if asked.id is None:
            return None
        known = self.connection.execute(select(t.change).where(t.change.c.request_id == asked.id)).first()
        if known is None:
            return None
        if known.request_digest != asked.digest or known.account_id != self.actor.account_id:
            raise Refused(
                "这个请求编号（id）已用于另一内容，请换一个新的 UUID；未保存。",
                "This request id was already used for something else; send a new UUID. Nothing was saved.",
            )
        return known

    def record(
        self,
        action: str,
        *,
        subject: str | None = None,
        item: int | None = None,
        asked: Asked | None = None,
        before: Any = None,
        after: Any = None,
    ) -> int:
        """Write the audit's row and return its id, which is the new version of what it is about."""
        (number,) = self.record_all([self.change(action, subject, item, asked, before, after)])
        return number

    def change(
        self, action: str, subject: str | None, item: int | None, asked: Asked | None, before: Any, after: Any
    ) -> dict[str, Any]:
        """A row of the audit, not written yet."""
        return {
            "at": now(),
            "account_id": self.actor.account_id,
            "by": self.actor.display,
            "role": self.actor.role.value,
            "address": self.actor.address,
            "action": action,
            "subject_code": subject,
            "item_no": item,
            "request_id": asked.id if asked else None,
            "request_digest": asked.digest if asked else None,
            "before": plain(before),
            "after": plain(after),
            "entered_at": self.moment,
            "sample": self.sample,
        }

    def record_all(self, rows: list[dict[str, Any]]) -> list[int]:
        """Write rows of the audit at once; their ids in the same order."""
        if not rows:
            return []
        statement = insert(t.change).returning(t.change.c.id, sort_by_parameter_order=True)
        numbers = list(self.connection.execute(statement, rows).scalars())
        self.recorded += len(rows)
        self.touched |= {row["subject_code"] for row in rows if row["subject_code"]}
        return numbers

    def row(self, change: int) -> dict[str, Any]:
        """The columns that every ledger row of this transaction has."""
        return {"change_id": change, "entered_at": self.moment, "sample": self.sample}

    def version(self, subject: str) -> int:
        """The version of a subject: the newest change that edited it, 0 when there is none."""
        return self.versions([subject]).get(subject, 0)

    def versions(self, subjects: Iterable[str]) -> dict[str, int]:
        """The versions of several subjects; those never edited are left out."""
        return subject_versions(self.connection, list(subjects))

    def touch(self, subjects: Iterable[str]) -> None:
        """These subjects show something else now, too."""
        self.touched |= set(subjects)

    def finish(self) -> None:
        """Renew what readers see of the touched sites, in this transaction."""
        if not self.recorded:
            return
        placed = select(t.subject.c.code, t.subject.c.site_code).where(t.subject.c.site_code.is_not(None))
        if len(self.touched) <= MOST_NAMED:
            placed = placed.where(t.subject.c.code.in_(self.touched))
        found = self.connection.execute(placed).all()
        sites = [row.site_code for row in found if row.code in self.touched]
        publish(self.connection, self.day, self.tolerance, sites)


def subject_versions(connection: Connection, subjects: list[str] | None = None) -> dict[str, int]:
    """Versions by subject (None: of all): the id of the newest change that edited it."""
    query = (
        select(t.change.c.subject_code, func.max(t.change.c.id))
        .where(t.change.c.subject_code.is_not(None), t.change.c.action.in_(EDITS))
        .group_by(t.change.c.subject_code)
    )
    if subjects is not None and len(subjects) <= MOST_NAMED:
        query = query.where(t.change.c.subject_code.in_(subjects))
    return dict(connection.execute(query).all())


def expect(asked: Asked, current: int, yours: Any, theirs: Callable[[], Any], needed: bool = True) -> None:
    """Check If-Match against the `current` version of the thing that is about to change.

    Errors: NeedsMatch when it was `needed` and not sent, Changed (with both sides) when it is another.
    """
    if asked.match is None:
        if needed:
            raise NeedsMatch(current)
    elif asked.match != current:
        raise Changed(plain(yours), plain(theirs()), current)


def plain(value: Any) -> Any:
    """A value as JSON keeps it: dates, weeks and codes as text."""
    return (
        None
        if value is None
        else orjson.loads(orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS))
    )
