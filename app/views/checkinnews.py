"""What board, ledger and site pages say of check-ins: numbers of a week, the last one of each subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from app.domain.presence import Presence
from app.domain.roles import Actor
from app.store.book import Book
from app.store.checkins import (
    CheckinFilter,
    checkins_of,
    counts_by_item,
    figures_of,
    last_of,
    places_of,
)
from app.store.live import Live, View
from app.store.moments import ZONE_TIME
from app.views.checkins import checkin_row
from app.views.presence import presence_label
from app.views.supervision import may_see

ON_A_PAGE = 5
"""Check-ins on a site's page; the list has all."""


@dataclass(frozen=True)
class WeekNews:
    """Check-ins of the week that is shown, how many of them are doubtful, and all disputes still open."""

    week: str
    total: int
    doubtful: int
    disputes: int
    last: Mapping[str, dict[str, Any]]
    """By subject: `day`, `presence`, `label`."""


def seen_by(actor: Actor | None, book: Book) -> CheckinFilter:
    """What somebody may see of all check-ins."""
    return CheckinFilter(places_of(book, lambda subject: may_see(actor, book, subject.code)))


def between(asked: CheckinFilter, first: date, last: date) -> CheckinFilter:
    """Only those made from `first` to `last`, whole days of the zone."""
    start = datetime.combine(first, time.min, ZONE_TIME)
    end = datetime.combine(last + timedelta(days=1), time.min, ZONE_TIME)
    return replace(asked, since=start, until=end)


def week_news(source: Live, view: View, book: Book, actor: Actor | None, lang: str) -> WeekNews:
    """For the board of a week."""
    every = seen_by(actor, book)
    with source.database.read() as connection:
        week = figures_of(connection, view.known, between(every, view.week.monday, view.week.sunday))
        disputes = figures_of(connection, view.known, replace(every, disputed=True)).disputes
        last = last_of(connection, view.known, every)
    told = {
        code: {
            "day": moment.astimezone(ZONE_TIME).date().isoformat(),
            "presence": shown,
            "label": presence_label(shown, lang),
        }
        for code, (moment, shown) in last.items()
    }
    return WeekNews(
        str(view.week), week.total, week.presences.get(Presence.DOUBTFUL.value, 0), disputes, told
    )


def week_counts(source: Live, view: View, actor: Actor | None) -> dict[int, int]:
    """Check-ins of the week by item, for the ledger."""
    every = seen_by(actor, source.book_of(view))
    with source.database.read() as connection:
        return counts_by_item(connection, view.known, between(every, view.week.monday, view.week.sunday))


def of_subject(
    source: Live, view: View, code: str, actor: Actor | None, lang: str
) -> tuple[list[dict[str, Any]], int]:
    """The last check-ins of a subject that somebody may see, and how many there are."""
    book = source.book_of(view)
    if code not in book.lines or not may_see(actor, book, code):
        return [], 0
    asked = replace(seen_by(actor, book), subject=code)
    with source.database.read() as connection:
        rows = checkins_of(connection, view.known, asked, ON_A_PAGE)
        total = figures_of(connection, view.known, asked).total
    return [checkin_row(row, book, view.words, lang) for row in rows], total
