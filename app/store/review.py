"""What a ten-day review goes through: two moments of the ledger compared, item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from app.domain.blockages import Blockage
from app.domain.directives import Directive
from app.domain.periods import Period
from app.domain.review import (
    Difference,
    Movements,
    Standing,
    differences,
    movements,
    to_clear,
    to_follow,
)
from app.store.asof import AsOf
from app.store.blockages import blockages_of
from app.store.book import Book, Line
from app.store.directives import directives_of


@dataclass(frozen=True)
class ItemReview:
    """One item: its percent then and now (None: nothing to add up), what changed, what is to be done."""

    item_no: int
    before: float | None
    after: float | None
    differences: tuple[Difference, ...]
    movements: Movements
    to_clear: tuple[Blockage, ...]
    directives: tuple[Directive, ...]
    statuses: dict[str, int]

    @property
    def points(self) -> float:
        """Percentage points more than before."""
        return round((self.after or 0.0) - (self.before or 0.0), 1)

    @property
    def moved(self) -> bool:
        """Whether anything changed in the period."""
        return bool(self.differences or any(self.movements) or self.points)


@dataclass(frozen=True)
class Review:
    """A period's review. `before` and `after` are the ledger when the period before ended, and now (or when
    the period ended)."""

    period: Period
    before: Book
    after: Book
    items: tuple[ItemReview, ...]

    @property
    def today(self) -> date:
        """The day that ages and late days are for."""
        return self.after.as_of.day

    @property
    def to_clear(self) -> tuple[Blockage, ...]:
        """All blockages still there: those put to leaders first, then the late ones, then the oldest."""
        return to_clear([one for item in self.items for one in item.to_clear], self.today)

    @property
    def directives(self) -> tuple[Directive, ...]:
        """All directives to follow: late ones first, then those that wait for a word, then by due day."""
        return to_follow([one for item in self.items for one in item.directives], self.today, self.period)


def moments(period: Period, today: date) -> tuple[AsOf, AsOf]:
    """The end of the period before, and the end of this one or of today."""
    return AsOf.end_of(period.previous.last), AsOf.end_of(min(period.last, today))


def read_review(
    connection: Connection, before: Book, after: Book, period: Period, items: Collection[int]
) -> Review:
    """Compare two moments of the ledger for the `items` of a portfolio, in order."""
    then, now = blockages_of(connection, before.as_of), blockages_of(connection, after.as_of)
    given = directives_of(connection, after.as_of)
    today = after.as_of.day
    found = []
    for no in sorted(items):
        own = [one for one in now if one.item_no == no]
        lines = [line for line in after.lines.values() if line.subject.item_no == no]
        found.append(
            ItemReview(
                item_no=no,
                before=before.items[no].percent if no in before.items else None,
                after=after.items[no].percent if no in after.items else None,
                differences=differences(
                    _standings(before.lines.values(), no), _standings(after.lines.values(), no)
                ),
                movements=movements([one for one in then if one.item_no == no], own),
                to_clear=to_clear(own, today),
                directives=to_follow([one for one in given if one.item_no == no], today, period),
                statuses=dict(Counter(line.status.code.value for line in lines if line.subject.reported)),
            )
        )
    return Review(period, before, after, tuple(found))


def _standings(lines: Collection[Line], item: int) -> dict[str, Standing]:
    return {
        line.code: _standing(line) for line in lines if line.subject.item_no == item and line.subject.reported
    }


def _standing(line: Line) -> Standing:
    verdict = line.verdict
    sent_back = verdict.accepted_on if verdict is not None and not verdict.accepted else None
    return Standing(line.status.code, line.status.inputs["reported_percent"], sent_back)
