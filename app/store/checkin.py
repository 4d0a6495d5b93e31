"""One check-in with all that belongs to it: photos, also on their way; mendings; disputes; its blockage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.domain.checkins import MENDABLE
from app.errors import NotFound
from app.store import tables as t
from app.store.asof import AsOf

Row = dict[str, Any]


@dataclass(frozen=True)
class Checkin:
    """`row` as it was sent; `revisions` the oldest first; `disputes` with their `decision` (None: open).

    `uploads` are photos that have begun to arrive, by id. `blockage` is the id of the one it opened.
    """

    row: Row
    revisions: tuple[Row, ...]
    disputes: tuple[Row, ...]
    photos: tuple[Row, ...]
    uploads: dict[str, Row]
    blockage: str | None

    @property
    def states(self) -> list[Row]:
        """What may be mended, as sent and after each mending."""
        return [{name: one[name] for name in MENDABLE} for one in (self.row, *self.revisions)]

    @property
    def current(self) -> Row:
        """The row with what may be mended as it stands now."""
        last = self.revisions[-1] if self.revisions else self.row
        return self.row | {name: last[name] for name in (*MENDABLE, "geom_version")}

    @property
    def version(self) -> int:
        """The newest change of it, which the next one is made upon."""
        numbers = [one["change_id"] or 0 for one in (self.row, *self.revisions)]
        return max(numbers)

    @property
    def awaited(self) -> list[str]:
        """Ids of photos that were announced and are not here."""
        here = {one["id"] for one in self.photos} | {
            ident for ident, one in self.uploads.items() if one["photo_id"]
        }
        return [ident for ident in self.row["photos_expected"] or [] if ident not in here]


def checkin_about(connection: Connection, ident: str) -> str:
    """The code of what a check-in is about. Errors: NotFound."""
    code = connection.execute(select(t.inspection.c.subject_code).where(t.inspection.c.id == ident)).scalar()
    if code is None:
        raise NotFound(f"没有编号为 {ident[:40]} 的签到。", f"There is no check-in {ident[:40]}.")
    return code


def read_checkin(connection: Connection, ident: str, as_of: AsOf) -> Checkin:
    """Everything about one. Errors: NotFound."""
    query = select(t.inspection).where(t.inspection.c.id == ident, as_of.known(t.inspection))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound(f"没有编号为 {ident[:40]} 的签到。", f"There is no check-in {ident[:40]}.")
    uploads = connection.execute(select(t.photo_upload).where(t.photo_upload.c.inspection_id == ident))
    opened = select(t.change.c.after).where(t.change.c.id == row["change_id"])
    after = connection.execute(opened).scalar()
    return Checkin(
        row=dict(row),
        revisions=tuple(_of(connection, t.inspection_revision, ident, as_of)),
        disputes=tuple(_disputes(connection, ident, as_of)),
        photos=tuple(_of(connection, t.photo, ident, as_of)),
        uploads={one["id"]: dict(one) for one in uploads.mappings()},
        blockage=after.get("blockage") if isinstance(after, dict) else None,
    )


def made_by(connection: Connection, one: Checkin) -> int | None:
    """The account that made it; None for one that was loaded."""
    query = select(t.change.c.account_id).where(t.change.c.id == one.row["change_id"])
    return connection.execute(query).scalar()


def _of(connection: Connection, table: Any, ident: str, as_of: AsOf) -> list[Row]:
    query = (
        select(table).where(table.c.inspection_id == ident, as_of.known(table)).order_by(table.c.change_id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _disputes(connection: Connection, ident: str, as_of: AsOf) -> list[Row]:
    decision = t.dispute_decision
    found = _of(connection, t.dispute, ident, as_of)
    query = select(decision).where(
        decision.c.dispute_id.in_([one["id"] for one in found]), as_of.known(decision)
    )
    decided = {row["dispute_id"]: dict(row) for row in connection.execute(query).mappings()} if found else {}
    return [one | {"decision": decided.get(one["id"])} for one in found]
