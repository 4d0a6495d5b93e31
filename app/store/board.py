"""The board's rows and figures, read off the ledger of one moment with its blockages and directives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import Connection

from app.domain.blockages import Blockage
from app.domain.board import PROBLEMS, Concern, Milestone, concerns, next_milestone
from app.domain.directives import Directive
from app.domain.status import Status
from app.domain.weeks import Week
from app.store.blockages import blockages_of
from app.store.book import Book, Line
from app.store.directives import directives_of


@dataclass(frozen=True)
class Row:
    """A subject on the board, with its blockages that are still there and the directives about it."""

    line: Line
    blockages: tuple[Blockage, ...]
    directives: tuple[Directive, ...]

    @property
    def code(self) -> str:
        """The subject's code."""
        return self.line.code

    @property
    def today(self) -> date:
        """The day of the board."""
        return self.line.as_of.day

    @property
    def status(self) -> Status | None:
        """State, rule and inputs; None for a task whose targets its sites make up."""
        return self.line.status if self.line.subject.reported else None

    @property
    def missing(self) -> bool:
        """Whether the due week's report is missing (未报)."""
        return self.line.subject.reported and self.line.missing

    @cached_property
    def concerns(self) -> frozenset[Concern]:
        """What it asks for."""
        code = self.status.code if self.status else None
        return concerns(code, self.missing, self.blockages, self.directives, self.today)

    @property
    def planned(self) -> float | None:
        """Percent that the plan asks for today; None without a plan."""
        return self.status.inputs["planned_percent"] if self.status else None

    @property
    def reported(self) -> float | None:
        """Percent reported last; None when nothing is."""
        return self.status.inputs["reported_percent"] if self.status else None

    @property
    def gap(self) -> float | None:
        """Percentage points that the report is ahead of the plan (below 0: behind); None without a plan."""
        if self.planned is None or self.status is None or self.status.code == "accepted":
            return None
        return round((self.reported or 0.0) - self.planned, 1)

    @property
    def last_week(self) -> Week | None:
        """The newest week that has a report."""
        return self.status.inputs["report_week"] if self.status else None

    @property
    def milestone(self) -> Milestone | None:
        """The next day on which the plan asks for something."""
        done = self.status is None or self.status.code in ("accepted", "completed")
        return None if done else next_milestone(self.line.plan, self.today)

    @property
    def oldest(self) -> Blockage | None:
        """The blockage that is there longest."""
        return min(self.blockages, key=lambda one: (one.opened, one.id), default=None)

    @property
    def sample(self) -> bool:
        """Whether any of it is demonstration data."""
        return self.line.sample or any(one.sample for one in (*self.blockages, *self.directives))


@dataclass(frozen=True)
class Board:
    """All rows in order of code."""

    book: Book
    rows: tuple[Row, ...]

    @property
    def today(self) -> date:
        """The day of the board."""
        return self.book.as_of.day

    def counts(self, rows: Iterable[Row]) -> dict[Concern, int]:
        """The figures at the top: rows by concern; of blockages and directives themselves how many."""
        some = list(rows)
        found = {concern: sum(concern in row.concerns for row in some) for concern in Concern}
        found[Concern.BLOCKED] = len({one.id for row in some for one in row.blockages})
        late = {one.id for row in some for one in row.directives if one.overdue(self.today)}
        return found | {Concern.DIRECTED: len(late)}

    def oldest(self, rows: Iterable[Row]) -> int | None:
        """Days that the oldest open blockage has been there."""
        return max((one.age(self.today) for row in rows for one in row.blockages), default=None)


@dataclass(frozen=True)
class BoardFilter:
    """What the board is asked for; empty sets and None ask for everything. `problems`: only rows that have
    any."""

    units: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    items: frozenset[int] = frozenset()
    only: Concern | None = None
    problems: bool = False

    def where(self, row: Row) -> bool:
        """Whether a row is within units, towns and items: the figures at the top count these."""
        subject = row.line.subject
        return (
            (not self.units or not self.units.isdisjoint({subject.lead_unit}))
            and (not self.towns or subject.town_code in self.towns)
            and (not self.items or subject.item_no in self.items)
        )

    def keeps(self, row: Row) -> bool:
        """Whether a row within them is shown."""
        return (
            (not self.statuses or (row.status is not None and row.status.code.value in self.statuses))
            and (self.only is None or self.only in row.concerns)
            and (not self.problems or not row.concerns.isdisjoint(PROBLEMS))
        )


def read_board(connection: Connection, book: Book) -> Board:
    """The board of the same moment as `book`."""
    blockages = [one for one in blockages_of(connection, book.as_of) if one.undone]
    directives = [one for one in directives_of(connection, book.as_of) if one.undone]
    by_subject: defaultdict[str, list[Blockage]] = defaultdict(list)
    for one in blockages:
        by_subject[one.subject].append(one)
    rows = []
    for line in book.lines.values():
        about = tuple(
            one
            for one in directives
            if one.subject == line.code or (one.subject is None and one.item_no == line.subject.item_no)
        )
        row = Row(line, tuple(by_subject[line.code]), about)
        if line.subject.reported or row.blockages or any(one.subject == line.code for one in about):
            rows.append(row)
    return Board(book, tuple(rows))


def grouped(rows: Iterable[Row], key: Callable[[Row], object]) -> dict[object, list[Row]]:
    """Rows by what `key` gives, groups in order of their first row."""
    found: defaultdict[object, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(found)
