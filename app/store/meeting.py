"""The weekly meeting (周例会): the zone and every lead unit on a page each, as of the end of a week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from app.domain.blockages import Blockage
from app.domain.board import may_read_words
from app.domain.roles import Actor, Role
from app.domain.targets import ItemProgress, TargetProgress
from app.domain.weeks import Week, due_week
from app.store import tables as t
from app.store.board import Row, read_board
from app.store.book import Book, Line


@dataclass(frozen=True)
class MeetingRow:
    """A subject in the meeting. `before` is the percent known a week earlier (None: nothing reported);
    `readable` whether the reader may see what was written about it."""

    row: Row
    before: float | None
    targets: tuple[tuple[Any, TargetProgress | None], ...]
    week: Week
    readable: bool

    @property
    def line(self) -> Line:
        """The ledger's line."""
        return self.row.line

    @property
    def change(self) -> float | None:
        """Percentage points since the week before; None when nothing is reported."""
        now = self.row.reported
        return None if now is None else round(now - (self.before or 0.0), 1)

    @property
    def filed(self) -> bool:
        """Whether the meeting's week itself is reported."""
        return self.row.last_week == self.week

    @property
    def sentence(self) -> str:
        """What the unit wrote for the week; empty when it wrote nothing, or not for this reader."""
        report = self.line.report
        return (report.text or "") if report is not None and self.filed and self.readable else ""

    @property
    def blockages(self) -> tuple[Blockage, ...]:
        """Open blockages that the reader may see."""
        return self.row.blockages if self.readable else ()


@dataclass(frozen=True)
class Sums:
    """What a set of rows comes to: subjects by status, how many owe the due week's report (未报), how many
    are reported for the week, and open blockages."""

    subjects: int
    statuses: dict[str, int]
    missing: int
    filed: int
    blockages: int

    @classmethod
    def of(cls, rows: Sequence[MeetingRow]) -> Sums:
        """Of these rows."""
        return cls(
            subjects=len(rows),
            statuses=dict(Counter(row.line.status.code.value for row in rows)),
            missing=sum(row.row.missing for row in rows),
            filed=sum(row.filed for row in rows),
            blockages=sum(len(row.row.blockages) for row in rows),
        )


@dataclass(frozen=True)
class UnitPage:
    """A lead unit's page: its subjects in order of code, and blockages of its tasks that are not reported
    themselves (so that none is forgotten)."""

    unit: str
    rows: tuple[MeetingRow, ...]
    others: tuple[Blockage, ...]

    @cached_property
    def sums(self) -> Sums:
        """The sum line; blockages of unreported tasks count as well."""
        own = Sums.of(self.rows)
        return Sums(**(own.__dict__ | {"blockages": own.blockages + len(self.others)}))


@dataclass(frozen=True)
class ItemRow:
    """An item on the zone's page, with its first lead unit."""

    no: int
    title: str
    title_en: str
    unit: str
    progress: ItemProgress | None
    sums: Sums


@dataclass(frozen=True)
class Meeting:
    """A week's meeting: pages in order of the units' first item; `items` for the zone's page. `due` is the
    newest week whose report could be asked for."""

    week: Week
    book: Book
    due: Week
    pages: tuple[UnitPage, ...]
    items: tuple[ItemRow, ...]
    sample: bool

    @cached_property
    def sums(self) -> Sums:
        """Of the whole zone: the units' pages added up."""
        pages = [page.sums for page in self.pages]
        statuses: Counter[str] = Counter()
        for page in pages:
            statuses.update(page.statuses)
        names = ("subjects", "missing", "filed", "blockages")
        return Sums(
            **{name: sum(getattr(page, name) for page in pages) for name in names}, statuses=dict(statuses)
        )


def read_meeting(
    connection: Connection, week: Week, book: Book, before: Book, actor: Actor, sample: bool
) -> Meeting:
    """The meeting of `week` from the ledger as of its end (`book`) and of the week before it."""
    board = read_board(connection, book)
    leads: dict[str, list[MeetingRow]] = {}
    others: dict[str, list[Blockage]] = {}
    for row in board.rows:
        subject = row.line.subject
        if subject.reported:
            leads.setdefault(subject.lead_unit, []).append(_row(row, book, before, week, actor))
        elif row.blockages:
            others.setdefault(subject.lead_unit, []).extend(row.blockages)
    pages = tuple(
        UnitPage(unit, tuple(leads.get(unit, ())), tuple(others.get(unit, ())))
        for unit in dict.fromkeys((*leads, *others))
    )
    by_item: dict[int, list[MeetingRow]] = {}
    for row in (row for page in pages for row in page.rows):
        by_item.setdefault(row.line.subject.item_no, []).append(row)
    units = _first_leads(connection)
    items = tuple(
        ItemRow(
            one.no,
            one.title,
            one.title_en,
            units.get(one.no, ""),
            book.items.get(one.no),
            Sums.of(by_item.get(one.no, [])),
        )
        for one in connection.execute(select(t.item).order_by(t.item.c.no))
    )
    return Meeting(week, book, due_week(book.as_of.day), pages, items, sample)


def own_unit(actor: Actor) -> str | None:
    """The one unit whose page somebody sees; None for those who see all."""
    return actor.unit or "" if actor.role is Role.LEAD_UNIT else None


def _row(row: Row, book: Book, before: Book, week: Week, actor: Actor) -> MeetingRow:
    subject = row.line.subject
    earlier = before.lines.get(subject.code)
    percent = earlier.status.inputs["reported_percent"] if earlier is not None else None
    readable = may_read_words(actor, subject.about())
    return MeetingRow(row, percent, _targets(row.line, book), week, readable)


def _targets(line: Line, book: Book) -> tuple[tuple[Any, TargetProgress | None], ...]:
    """The targets that a row stands for: of a task all its own, of a site those that its kind makes up."""
    subject = line.subject
    rolled = book.tasks.get((subject.item_no, subject.task_no))
    progress = rolled.targets if rolled else (None,) * len(subject.targets)
    both = zip(subject.targets, progress, strict=True)
    if subject.site:
        return tuple((target, None) for target, _ in both if subject.kind in target.kinds)
    return tuple((target, done) for target, done in both if not target.kinds)


def _first_leads(connection: Connection) -> dict[int, str]:
    query = select(t.item_unit.c.item_no, t.item_unit.c.unit_code).where(
        t.item_unit.c.role == "lead", t.item_unit.c.ord == 0
    )
    return dict(connection.execute(query).all())
