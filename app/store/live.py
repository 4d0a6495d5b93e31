"""What the running service reads from: the newest version, followed as the database moves on."""

from __future__ import annotations

import gc
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, exists, func, select

from app.domain.roles import Actor
from app.domain.weeks import Week
from app.settings import Settings
from app.store import tables as t
from app.store.asof import AsOf
from app.store.blobs import blobs_of
from app.store.book import Book, read_book, read_siteless
from app.store.database import Database
from app.store.moments import ZONE_TIME, day_of, now
from app.store.publish import publish, published_rows
from app.store.spatial.memory import MemoryReads
from app.store.spatial.postgis import PostgisReads
from app.store.spatial.protocol import SpatialReads
from app.store.vocabulary import Vocabulary, read_vocabulary
from app.store.writing import Writer

PAST_WEEKS_KEPT = 60
"""A year, to be played through and gone back and forth in."""
PAST_SITES_KEPT = 120_000
"""Past weeks are kept only while they hold so many sites together."""
BOOKS_KEPT = 60


class _Mark(NamedTuple):
    version: int
    published_for: date | None
    sample_today: date | None


@dataclass(frozen=True)
class View:
    """One consistent state: version, the day its statuses are for, who reads it, words and statuses."""

    version: int
    as_of: date
    sample: bool
    reads: SpatialReads
    words: Vocabulary
    statuses: dict[str, str]
    known: AsOf

    @property
    def week(self) -> Week:
        """The reporting week of the day."""
        return Week.of(self.as_of)


class Live:
    """Hands out views. :meth:`refresh` is called by a poller and after every write of this process."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database, self.settings = database, settings
        self.blobs = blobs_of(settings)
        self._lock = threading.Lock()
        self._past: OrderedDict[tuple[int, Week], View] = OrderedDict()
        self._books: OrderedDict[tuple[int, AsOf], Book] = OrderedDict()
        self._book_lock = threading.Lock()
        self._past_lock = threading.Lock()
        self._view: View | None = None
        self.refresh()

    @property
    def view(self) -> View:
        """The newest view; never waits for the database."""
        assert self._view is not None
        return self._view

    def refresh(self) -> View:
        """Take over a new version, or renew the statuses when a new day has begun (Asia/Shanghai)."""
        with self._lock:
            with self.database.read() as connection:
                mark = self._mark(connection)
            if mark.published_for != self.today(mark.sample_today):
                self._publish_day()
                with self.database.read() as connection:
                    mark = self._mark(connection)
            if self._view is None or self._view.version != mark.version:
                with self.database.read() as connection:
                    self._view = self._load(connection)
                with self._book_lock:
                    self._books.clear()
            return self._view

    def book(self, as_of: AsOf) -> Book:
        """The whole ledger as of then; kept until something changes."""
        with self._book_lock:
            key = (self.view.version, as_of)
            if key not in self._books:
                with self.database.read() as connection:
                    self._books[key] = read_book(connection, as_of, self.settings.tolerance)
                while len(self._books) > BOOKS_KEPT:
                    self._books.popitem(last=False)
            return self._books[key]

    def book_of(self, view: View) -> Book:
        """The ledger of the same moment as a view: today's, or that of a past week."""
        return self.book(view.known)

    def siteless(self, view: View) -> Book:
        """The tasks of the same moment that have no place on the map, without reading any site."""
        with self.database.read() as connection:
            return read_siteless(connection, view.known, self.settings.tolerance)

    def moment(self, sample_today: date | None) -> datetime:
        """The ledger's clock: now, or the hour of now on the day that a setting or the demonstration says."""
        moment = now()
        day = self.settings.today or sample_today
        if day is None:
            return moment
        return datetime.combine(day, moment.astimezone(ZONE_TIME).timetz()).astimezone(UTC)

    def writer(self, connection: Connection, actor: Actor) -> Writer:
        """A writer in the write transaction `connection`."""
        mark = self._mark(connection)
        return Writer(
            connection,
            actor,
            self.moment(mark.sample_today),
            self.today(mark.sample_today),
            self.settings.tolerance,
            sample=mark.sample_today is not None,
        )

    def today(self, sample_today: date | None) -> date:
        """The day that statuses are for: a setting, the demonstration's day, or today in the zone."""
        return self.settings.today or sample_today or day_of(now())

    def as_of_week(self, week: Week) -> View:
        """The state as it was shown when a past `week` ended: what was entered later is not in it."""
        current = self.view
        if week >= current.week:
            return current
        key = (current.version, week)
        with self._past_lock:  # not the one that a new version waits for
            if key in self._past:
                self._past.move_to_end(key)
                return self._past[key]
            with self.database.read() as connection:
                rows = list(published_rows(connection, AsOf.week(week), self.settings.tolerance))
            statuses = {row["code"]: row["status"] for row in rows}
            view = View(
                current.version,
                week.sunday,
                current.sample,
                MemoryReads(rows),
                current.words,
                statuses,
                AsOf.week(week),
            )
            self._keep_past(key, view)
            return view

    def _keep_past(self, key: tuple[int, Week], view: View) -> None:
        for old in [old for old in self._past if old[0] != key[0]]:
            del self._past[old]
        self._past[key] = view
        sites = sum(len(kept.statuses) for kept in self._past.values())
        while len(self._past) > 1 and (len(self._past) > PAST_WEEKS_KEPT or sites > PAST_SITES_KEPT):
            _, dropped = self._past.popitem(last=False)
            sites -= len(dropped.statuses)

    def _publish_day(self) -> None:
        with self.database.write() as connection:
            mark = self._mark(connection)
            day = self.today(mark.sample_today)
            if mark.published_for != day:  # another process may have been first
                publish(connection, day, self.settings.tolerance)

    def _load(self, connection: Connection) -> View:
        mark = self._mark(connection)
        assert mark.published_for is not None
        reads: SpatialReads
        if self._wants_postgis(connection):
            reads = PostgisReads(self.database)
        else:
            reads = MemoryReads(connection.execute(select(t.published_site)).mappings())
            gc.collect()
            gc.freeze()  # the snapshot lives long; do not walk it at every collection
        return View(
            version=mark.version,
            as_of=mark.published_for,
            sample=_has_sample(connection, mark),
            reads=reads,
            words=read_vocabulary(connection),
            statuses=dict(
                connection.execute(select(t.published_site.c.code, t.published_site.c.status)).all()
            ),
            known=AsOf(mark.published_for),
        )

    def _wants_postgis(self, connection: Connection) -> bool:
        if not self.database.is_postgres or self.settings.spatial == "memory":
            return False
        if self.settings.spatial == "postgis":
            return True
        count = connection.execute(select(func.count()).select_from(t.published_site)).scalar_one()
        return count > self.settings.memory_limit

    @staticmethod
    def _mark(connection: Connection) -> _Mark:
        columns = (t.zone.c.version, t.zone.c.published_for, t.zone.c.sample_today)
        return _Mark(*connection.execute(select(*columns)).one())


def _has_sample(connection: Connection, mark: _Mark) -> bool:
    """True when anything shown may be demonstration data."""
    if mark.sample_today is not None:
        return True
    tables = (t.plan, t.report, t.acceptance, t.town_count)
    return any(connection.execute(select(exists().where(table.c.sample))).scalar() for table in tables)
