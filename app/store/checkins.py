"""Check-ins (inspections as they stand now) for lists, counts and the map, as of any moment.

An inspection stays as it was sent; mending adds a revision, a photo may make it doubtful, two people may
disagree. What is read here has all of that taken together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, false, func, or_, select

from app.domain.presence import Presence
from app.store import tables as t
from app.store.asof import AsOf
from app.store.book import Book

Place = tuple[int, str | None]
"""An item and a town's code (None: not in one town): what permissions to read are asked about."""


@dataclass(frozen=True)
class CheckinFilter:
    """What is asked for; empty sets and None ask for everything.

    `places` are those that the reader may see: none of them, nothing; None when that is not asked. `since` is
    included, `until` is not.
    """

    places: frozenset[Place] | None
    presences: frozenset[str] = frozenset()
    verdicts: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()
    subject: str | None = None
    by: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    disputed: bool = False
    ident: str | None = None


@dataclass(frozen=True)
class Figures:
    """How many check-ins there are of each presence (None: no place is recorded), and of open disputes."""

    presences: Counter[str | None]
    disputes: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.presences.values())


def places_of(book: Book, may_read: Any) -> frozenset[Place]:
    """The places of a ledger about whose subjects `may_read` (subject → bool) says yes; asked once each."""
    some = {(line.subject.item_no, line.subject.town_code): line.subject for line in book.lines.values()}
    return frozenset(place for place, subject in some.items() if may_read(subject))


def checkins_of(
    connection: Connection, as_of: AsOf, asked: CheckinFilter, limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """Check-ins known then, the newest (by when somebody was there) first.

    Each row has the columns of `inspection` with verdict, finding and sections as mended since, and `shown`
    (presence with the photos' judgement), `photos`, `mended`, `disputed` (numbers), `version`, `item_no`,
    `town_code`.
    """
    view = _Reading(as_of)
    query = view.query(asked)
    newest = (t.inspection.c.made_at.desc(), t.inspection.c.change_id.desc(), t.inspection.c.id)
    rows = connection.execute(query.order_by(*newest).limit(limit).offset(offset)).mappings()
    return [_with_revision(dict(row)) for row in rows]


def figures_of(connection: Connection, as_of: AsOf, asked: CheckinFilter) -> Figures:
    """Numbers of what is asked for."""
    rows = _Reading(as_of).query(asked).subquery()
    query = select(rows.c.shown, func.count(), func.sum(rows.c.disputed)).group_by(rows.c.shown)
    found = connection.execute(query).all()
    return Figures(
        Counter({shown: count for shown, count, _ in found}), sum(int(n or 0) for _, _, n in found)
    )


def inspectors_of(connection: Connection, as_of: AsOf, asked: CheckinFilter) -> list[str]:
    """Names of who made what is asked for, for a filter."""
    rows = _Reading(as_of).query(asked).subquery()
    return list(connection.execute(select(rows.c.by).distinct().order_by(rows.c.by)).scalars())


def counts_by_item(connection: Connection, as_of: AsOf, asked: CheckinFilter) -> dict[int, int]:
    """Numbers of what is asked for by item."""
    rows = _Reading(as_of).query(asked).subquery()
    found = connection.execute(select(rows.c.item_no, func.count()).group_by(rows.c.item_no))
    return {row.item_no: row[1] for row in found}


def last_of(
    connection: Connection, as_of: AsOf, asked: CheckinFilter
) -> dict[str, tuple[datetime, str | None]]:
    """The newest check-in of each subject by code: when, and what it is shown as."""
    rows = _Reading(as_of).query(asked).subquery()
    newest = func.row_number().over(
        partition_by=rows.c.subject_code, order_by=(rows.c.made_at.desc(), rows.c.change_id.desc())
    )
    ranked = select(rows.c.subject_code, rows.c.made_at, rows.c.shown, newest.label("rank")).subquery()
    found = connection.execute(select(ranked).where(ranked.c.rank == 1))
    return {row.subject_code: (row.made_at, row.shown) for row in found}


class _Reading:
    """The parts of the query, as of one moment."""

    def __init__(self, as_of: AsOf) -> None:
        self.as_of = as_of
        revision, photo = t.inspection_revision, t.photo
        order = func.row_number().over(
            partition_by=revision.c.inspection_id, order_by=revision.c.change_id.desc()
        )
        count = func.count().over(partition_by=revision.c.inspection_id)
        names = ("id", "inspection_id", "change_id", "verdict", "finding", "sections", "geom_version")
        ranked = (
            select(*(revision.c[name] for name in names), order.label("rank"), count.label("mended"))
            .where(as_of.known(revision))
            .subquery()
        )
        self.newest = select(ranked).where(ranked.c.rank == 1).subquery()
        self.photos = (
            select(
                photo.c.inspection_id,
                func.count().label("photos"),
                func.sum(case((photo.c.verdict == Presence.DOUBTFUL.value, 1), else_=0)).label("doubtful"),
            )
            .where(photo.c.inspection_id.is_not(None), as_of.known(photo))
            .group_by(photo.c.inspection_id)
            .subquery()
        )
        decided = exists().where(
            t.dispute_decision.c.dispute_id == t.dispute.c.id, as_of.known(t.dispute_decision)
        )
        self.disputes = (
            select(t.dispute.c.inspection_id, func.count().label("disputed"))
            .where(as_of.known(t.dispute), ~decided)
            .group_by(t.dispute.c.inspection_id)
            .subquery()
        )

    def query(self, asked: CheckinFilter) -> Select[Any]:
        """Rows of what is asked for, in no order."""
        row, newest = t.inspection, self.newest
        mended = newest.c.id.is_not(None)
        verdict = case((mended, newest.c.verdict), else_=row.c.verdict)
        doubt = and_(row.c.presence.is_not(None), self.photos.c.doubtful > 0)
        shown = case((doubt, Presence.DOUBTFUL.value), else_=row.c.presence)
        disputed = func.coalesce(self.disputes.c.disputed, 0)
        query = (
            select(
                row,
                shown.label("shown"),
                newest.c.id.label("revision"),
                newest.c.verdict.label("revised_verdict"),
                newest.c.finding.label("revised_finding"),
                newest.c.sections.label("revised_sections"),
                newest.c.geom_version.label("revised_geom_version"),
                func.coalesce(newest.c.change_id, row.c.change_id).label("version"),
                func.coalesce(newest.c.mended, 0).label("mended"),
                func.coalesce(self.photos.c.photos, 0).label("photos"),
                disputed.label("disputed"),
                t.subject.c.item_no,
                t.site.c.town_code,
            )
            .join(t.subject, t.subject.c.code == row.c.subject_code)
            .join(t.site, t.site.c.code == t.subject.c.site_code, isouter=True)
            .join(newest, newest.c.inspection_id == row.c.id, isouter=True)
            .join(self.photos, self.photos.c.inspection_id == row.c.id, isouter=True)
            .join(self.disputes, self.disputes.c.inspection_id == row.c.id, isouter=True)
            .where(self.as_of.known(row))
        )
        wanted: list[ColumnElement[bool]] = []
        if asked.places is not None:
            wanted.append(_within(asked.places))
        if asked.presences:
            wanted.append(shown.in_(asked.presences))
        if asked.verdicts:
            wanted.append(verdict.in_(asked.verdicts))
        if asked.towns:
            wanted.append(t.site.c.town_code.in_(asked.towns))
        if asked.disputed:
            wanted.append(disputed > 0)
        for column, value in (
            (row.c.subject_code, asked.subject),
            (row.c.by, asked.by),
            (row.c.id, asked.ident),
        ):
            if value is not None:
                wanted.append(column == value)
        if asked.since is not None:
            wanted.append(row.c.made_at >= asked.since)
        if asked.until is not None:
            wanted.append(row.c.made_at < asked.until)
        return query.where(*wanted)


def _within(places: Collection[Place]) -> ColumnElement[bool]:
    """The condition that a check-in is about one of these items and towns."""
    items: dict[int, set[str | None]] = {}
    for item, town in places:
        items.setdefault(item, set()).add(town)
    alike: dict[frozenset[str | None], list[int]] = {}
    for item, towns in items.items():
        alike.setdefault(frozenset(towns), []).append(item)
    found = []
    for some, numbers in alike.items():
        named = [t.site.c.town_code.in_(sorted(one for one in some if one))]
        if None in some:
            named.append(t.site.c.town_code.is_(None))
        found.append(and_(t.subject.c.item_no.in_(sorted(numbers)), or_(*named)))
    return or_(*found) if found else false()


def _with_revision(row: dict[str, Any]) -> dict[str, Any]:
    """The row as it stands after mending."""
    mended = {name: row.pop(f"revised_{name}") for name in ("verdict", "finding", "sections", "geom_version")}
    return row | mended if row.pop("revision") is not None else row
