"""What became of a pack's coverage, sites and items since an earlier week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from app.domain.weeks import Week
from app.i18n import translate
from app.pack.rows import DONE, LATE, ItemRow, SiteRow
from app.store.book import Book
from app.store.coverage.answers import Question
from app.store.coverage.coverages import Coverages
from app.store.ledger import read_items
from app.store.live import View
from app.wording import local
from geo.change import change

NOT_YET = ""
"""Stands for the status of a site that was not drawn by then."""


@dataclass(frozen=True)
class CoverSince:
    """A kind in one town, or in the zone (`code` None): what is built covers km² and a share (0 to 1).

    Kept and gained make up what is covered now, kept and lost what was then.
    """

    code: str | None
    name: str
    then_km2: float
    then_share: float
    now_km2: float
    now_share: float
    gained_km2: float
    lost_km2: float

    @property
    def points(self) -> float:
        """Percentage points gained (below 0: lost)."""
        return (self.now_share - self.then_share) * 100


@dataclass(frozen=True)
class KindSince:
    """A kind: rows per town and last the zone, and the areas kept, gained and lost (WGS 84)."""

    kind: Mapping[str, Any]
    rows: tuple[CoverSince, ...]
    both: BaseGeometry = field(repr=False)
    gained: BaseGeometry = field(repr=False)
    lost: BaseGeometry = field(repr=False)


@dataclass(frozen=True)
class SiteSince:
    """A site whose status is another one now; `then` is empty when it was not drawn by then."""

    number: int
    code: str
    title: str
    then: str
    then_label: str
    now: str
    now_label: str


@dataclass(frozen=True)
class ItemSince:
    """An item's progress in percent, then and now; None where nothing is reported."""

    no: int
    title: str
    then: float | None
    now: float | None
    complete_then: bool
    complete_now: bool

    @property
    def points(self) -> float | None:
        """Percentage points gained."""
        return None if self.then is None or self.now is None else self.now - self.then


@dataclass(frozen=True)
class Since:
    """The change since the end of a week. `moves` counts sites by (status then, status now)."""

    week: Week
    label: str
    as_of: str
    kinds: tuple[KindSince, ...]
    moves: Mapping[tuple[str, str], int]
    sites: tuple[SiteSince, ...]
    items: tuple[ItemSince, ...]

    @property
    def done(self) -> int:
        """Sites completed or accepted now that were not then."""
        return self._count(to=DONE)

    @property
    def late(self) -> int:
        """Sites that have become late or stand still."""
        return self._count(to=LATE)

    @property
    def recovered(self) -> int:
        """Sites that were late or stood still and no longer do."""
        return self._count(of=LATE)

    @property
    def same(self) -> int:
        """Sites with the same status."""
        return sum(n for (then, now), n in self.moves.items() if then == now)

    def _count(self, of: Sequence[str] = (), to: Sequence[str] = ()) -> int:
        """Sites that left the statuses `of`, or came to the statuses `to`."""
        if to:
            return sum(n for (then, now), n in self.moves.items() if now in to and then not in to)
        return sum(n for (then, now), n in self.moves.items() if then in of and now not in of)


@dataclass(frozen=True)
class Earlier:
    """The moment that is compared with: its view, and its ledger."""

    view: View
    items: list[dict[str, Any]]


def earlier(connection: Connection, view: View, book: Book, lang: str) -> Earlier:
    """Read what is compared with."""
    return Earlier(view, read_items(connection, book, lang))


def read_since(
    then: Earlier,
    view: View,
    counted: Coverages,
    questions: Iterable[Question],
    sites: Sequence[SiteRow],
    items: Sequence[ItemRow],
    lang: str,
) -> Since:
    """The change of the same kinds, sites and items that the pack shows."""
    moves: Counter[tuple[str, str]] = Counter()
    changed = []
    for site in sites:
        before = then.view.statuses.get(site.code, NOT_YET)
        moves[before, site.status] += 1
        if before != site.status:
            label = translate(lang, f"status.{before}") if before else translate(lang, "pack.since_not_yet")
            changed.append(
                SiteSince(site.number, site.code, site.title, before, label, site.status, site.status_label)
            )
    known = {item["no"]: item for item in then.items}
    return Since(
        week=then.view.week,
        label=translate(lang, "week.label", year=str(then.view.week.year), number=str(then.view.week.number)),
        as_of=then.view.as_of.isoformat(),
        kinds=tuple(_kinds(then.view, view, counted, list(questions), lang)),
        moves=moves,
        sites=tuple(changed),
        items=tuple(
            ItemSince(
                item.no,
                item.title,
                known[item.no]["percent"],
                item.percent,
                known[item.no]["complete"],
                item.complete,
            )
            for item in items
        ),
    )


def _kinds(then: View, now: View, counted: Coverages, questions: list[Question], lang: str):
    answers = [counted.ask_all(view, questions) for view in (then, now)]
    for question in questions:
        before, after = (found[question] for found in answers)
        found = change(before.service, after.service)
        shares = zip(
            (*before.coverage.towns, before.coverage.zone),
            (*after.coverage.towns, after.coverage.zone),
            (*found.towns, found.zone),
            strict=True,
        )
        rows = tuple(
            CoverSince(
                code=old.code,
                name=local(lang, now.words.towns[old.code], "name")
                if old.code
                else translate(lang, "coverage.zone"),
                then_km2=old.covered_km2,
                then_share=old.share,
                now_km2=new.covered_km2,
                now_share=new.share,
                gained_km2=row.gained_km2,
                lost_km2=row.lost_km2,
            )
            for old, new, row in shares
        )
        yield KindSince(now.words.kinds[question.kind], rows, found.both, found.gained, found.lost)
