"""What is in a pack: read once, so that paper, workbook and pictures have the same rows, codes and totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from app.domain.roles import Actor
from app.domain.services import Method
from app.domain.weeks import Week
from app.i18n import translate
from app.pack.curves import Curve, read_curves
from app.pack.filtering import filter_words
from app.pack.rows import STATUSES, BlockageRow, ItemRow, LateRow, SiteRow, TownRow
from app.pack.served import Served, read_served
from app.pack.since import Earlier, Since, read_since
from app.pack.sites import site_rows, town_rows
from app.pack.subjects import blockage_rows, item_row, keeps, late_rows
from app.store.board import read_board
from app.store.book import Book
from app.store.coverage.times import CoverTimes
from app.store.ledger import read_items
from app.store.live import View
from app.store.spatial.protocol import Filters
from app.views.coverage.board import Protected, board_rows, protected_counts
from app.views.coverage.board import Row as CoverageRow
from app.views.coverage.questions import kinds_shown, usual_question
from app.views.coverage.towns import TownTarget, town_targets
from app.wording import local


@dataclass(frozen=True)
class Pack:
    """Everything in a pack, in one language. `filters` says in words what was left out; empty: nothing."""

    lang: str
    programme: str
    zone: str
    week: Week
    week_label: str
    as_of: str
    sample: bool
    filters: str
    sites: tuple[SiteRow, ...]
    items: tuple[ItemRow, ...]
    all_items: int
    late: tuple[LateRow, ...]
    blockages: tuple[BlockageRow, ...]
    towns: tuple[TownRow, ...]
    coverage: tuple[CoverageRow, ...]
    protected: tuple[Protected, ...]
    by_town: tuple[TownTarget, ...]
    positions: tuple[str, ...]
    illustrative: bool
    served: Mapping[str, Served]
    """By kind; empty when no village, community, building or built-up land is loaded."""
    curves: Mapping[str, Curve]
    """How coverage grew week by week, by kind; empty when only one week is known."""
    since: Since | None = None
    """What changed since an earlier week; None when nobody asked."""

    @property
    def statuses(self) -> dict[str, int]:
        """Sites by status, in the legend's order."""
        counts = Counter(site.status for site in self.sites)
        return {code: counts[code] for code in STATUSES}


def read_pack(
    connection: Connection,
    view: View,
    book: Book,
    times: CoverTimes,
    actor: Actor,
    filters: Filters,
    lang: str,
    then: Earlier | None = None,
) -> Pack:
    """Read a pack as `actor` may see it, compared with `then` if that is given.

    What the filter leaves out of the map is left out of every table.
    """
    words, counted = view.words, times.counted
    sites = site_rows(view, filters, lang)
    filtered = filters != Filters()
    codes = {site.code for site in sites}
    items = read_items(connection, book, lang)
    kept = [item for item in items if not filtered or keeps(item, filters, codes)]
    numbers = {item["no"] for item in kept}
    board = read_board(connection, book)
    rows = [
        row
        for row in board.rows
        if row.line.subject.item_no in numbers and (not row.line.subject.site or row.code in codes)
    ]
    questions = {
        kind: usual_question(counted.rules, kind, Method.CIRCLE)
        for kind in kinds_shown(counted.rules, view, filters.kinds)
    }
    coverage = board_rows(counted, view, lang, questions)
    item_rows = tuple(item_row(item, rows, lang, actor) for item in kept)
    return Pack(
        lang=lang,
        programme=local(lang, words.programme),
        zone=local(lang, words.zone, "name"),
        week=view.week,
        week_label=translate(lang, "week.label", year=str(view.week.year), number=str(view.week.number)),
        as_of=view.as_of.isoformat(),
        sample=view.sample,
        filters=filter_words(filters, view, lang),
        sites=sites,
        items=item_rows,
        all_items=len(items),
        late=tuple(late_rows(rows, view, lang, actor)),
        blockages=tuple(blockage_rows(rows, view, lang, actor)),
        towns=tuple(town_rows(view, counted, sites, filters, lang)),
        coverage=coverage,
        protected=tuple(protected_counts(view, kept, lang)),
        by_town=tuple(town_targets(view, kept, lang)),
        positions=tuple(dict.fromkeys(site.position for site in sites)),
        illustrative=counted.illustrative(view),
        served=read_served(counted, view, questions.values(), lang),
        curves=read_curves(times, view, questions.values(), lang),
        since=None
        if then is None
        else read_since(then, view, counted, questions.values(), sites, item_rows, lang),
    )
