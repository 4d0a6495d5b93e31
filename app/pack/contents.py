"""What is in a pack: read once, so that paper, workbook and pictures have the same rows, codes and totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import Connection

from app.domain.board import may_read_words
from app.domain.privacy import is_withheld
from app.domain.roles import Actor
from app.domain.services import Method
from app.domain.status import StatusCode
from app.domain.weeks import Week
from app.i18n import translate
from app.store.board import Row, read_board
from app.store.book import Book
from app.store.coverage import Coverages
from app.store.ledger import read_items
from app.store.live import View
from app.store.spatial.protocol import Filters
from app.views.coverboard import Protected, board_rows, protected_counts
from app.views.coverboard import Row as CoverageRow
from app.views.coverquestions import kinds_shown, usual_question
from app.views.overviews import parse
from app.wording import enumeration, local, why

LATE = (StatusCode.OVERDUE, StatusCode.SUSPENDED, StatusCode.LAGGING)
"""What the late list tells, the most urgent first."""
MOST_SITES = 10_000
"""Sites of one pack; more would be no pack."""
STATUSES = [code.value for code in StatusCode]


@dataclass(frozen=True)
class SiteRow:
    """A site: `number` stands on the maps and in the tables alike."""

    number: int
    code: str
    title: str
    item: int
    kind: str
    pictogram: str
    town_code: str
    town: str
    unit: str
    status: str
    status_label: str
    why: str
    planned: float | None
    reported: float | None
    length_m: float | None
    area_m2: float | None
    position: str
    geometry: shapely.Geometry


@dataclass(frozen=True)
class ItemRow:
    """An item with its lead units, how far it is, its sites by status, and the sentence that explains it."""

    no: int
    title: str
    units: str
    on_map: str
    percent: float | None
    complete: bool
    statuses: Mapping[str, int]
    worst: str | None
    worst_label: str
    why: str


@dataclass(frozen=True)
class LateRow:
    """A subject that is late or stands still, whose it is, and why."""

    code: str
    title: str
    item: int
    unit: str
    status: str
    status_label: str
    why: str
    planned: float | None
    reported: float | None
    next_day: str | None


@dataclass(frozen=True)
class BlockageRow:
    """An open blockage that the reader may see."""

    subject: str
    subject_title: str
    title: str
    owner: str
    level: int
    days: int
    due: str | None
    late: bool


@dataclass(frozen=True)
class TownRow:
    """A town, or the zone (`code` None): its sites by status."""

    code: str | None
    name: str
    area_km2: float
    sites: int
    statuses: Mapping[str, int]


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
    positions: tuple[str, ...]
    illustrative: bool

    @property
    def statuses(self) -> dict[str, int]:
        """Sites by status, in the legend's order."""
        counts = Counter(site.status for site in self.sites)
        return {code: counts[code] for code in STATUSES}


def read_pack(
    connection: Connection,
    view: View,
    book: Book,
    counted: Coverages,
    actor: Actor,
    filters: Filters,
    lang: str,
) -> Pack:
    """Read a pack as `actor` may see it. What the filter leaves out of the map is left out of every table."""
    words = view.words
    page = view.reads.page(None, filters, MOST_SITES, None, lang, "EPSG:4326")
    sites = tuple(
        _site(number, feature, view, lang) for number, feature in enumerate(parse(page.features), start=1)
    )
    filtered = filters != Filters()
    codes = {site.code for site in sites}
    items = read_items(connection, book, lang)
    kept = [item for item in items if not filtered or _keeps(item, filters, codes)]
    numbers = {item["no"] for item in kept}
    board = read_board(connection, book)
    rows = [
        row
        for row in board.rows
        if row.line.subject.item_no in numbers and (not row.line.subject.site or row.code in codes)
    ]
    coverage = board_rows(
        counted,
        view,
        lang,
        {
            kind: usual_question(counted.rules, kind, Method.CIRCLE)
            for kind in kinds_shown(counted.rules, view, filters.kinds)
        },
    )
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
        items=tuple(_item(item, rows, lang, actor) for item in kept),
        all_items=len(items),
        late=tuple(_late(rows, view, lang, actor)),
        blockages=tuple(_blockages(rows, view, lang, actor)),
        towns=tuple(_towns(view, counted, sites, filters, lang)),
        coverage=coverage,
        protected=tuple(protected_counts(view, kept, lang)),
        illustrative=counted.illustrative(view),
        positions=tuple(dict.fromkeys(site.position for site in sites)),
    )


def _site(number: int, feature: Mapping[str, Any], view: View, lang: str) -> SiteRow:
    p = feature["properties"]
    return SiteRow(
        number=number,
        code=p["code"],
        title=local(lang, p),
        item=p["item"],
        kind=p["kind_label"],
        pictogram=view.words.kinds[p["kind"]]["pictogram"],
        town_code=p["town_code"],
        town=local(lang, p, "town"),
        unit=local(lang, p, "lead_unit"),
        status=p["status"],
        status_label=p["status_label"],
        why=p["why"],
        planned=p["planned_percent"],
        reported=p["reported_percent"],
        length_m=p.get("length_m"),
        area_m2=p.get("area_m2"),
        position=p["position"],
        geometry=shapely.geometry.shape(feature["geometry"]),
    )


def _keeps(item: Mapping[str, Any], filters: Filters, codes: set[str]) -> bool:
    """An item stays when one of its sites does; one without any when the filter is about items or units."""
    if any(site["code"] in codes for task in item["tasks"] for site in task["sites"]):
        return True
    if filters.statuses or filters.towns or filters.kinds or filters.words:
        return False
    units = {unit["code"] for unit in item["lead_units"]}
    return (not filters.items or item["no"] in filters.items) and (not filters.units or units & filters.units)


def _item(item: Mapping[str, Any], rows: list[Row], lang: str, actor: Actor) -> ItemRow:
    own = [row for row in rows if row.line.subject.item_no == item["no"] and row.status is not None]
    worst = min(own, key=lambda row: _URGENCY[row.line.status.code], default=None)
    return ItemRow(
        no=item["no"],
        title=local(lang, item),
        units=enumeration(lang, (local(lang, unit, "name") for unit in item["lead_units"])),
        on_map=item["on_map_label"],
        percent=item["percent"],
        complete=item["complete"],
        statuses=Counter(row.line.status.code.value for row in own),
        worst=worst.line.status.code.value if worst else None,
        worst_label=translate(lang, f"status.{worst.line.status.code}") if worst else "",
        why=_why(worst, lang, actor) if worst else "",
    )


_URGENCY = {
    code: n
    for n, code in enumerate(
        (*LATE, StatusCode.ON_TRACK, StatusCode.NOT_STARTED, StatusCode.UNSCHEDULED)
        + (StatusCode.COMPLETED, StatusCode.ACCEPTED)
    )
}


def _why(row: Row, lang: str, actor: Actor) -> str:
    """The sentence behind a status, without a reason that this reader may not see or that is about homes."""
    said = why(lang, row.line.status)
    reason = row.line.status.inputs.get("reason")
    subject = row.line.subject
    if reason and (is_withheld(subject.item_no) or not may_read_words(actor, subject.about())):
        return said.replace(reason, translate(lang, "subject.withheld_reason"))
    return said


def _late(rows: list[Row], view: View, lang: str, actor: Actor):
    late = [row for row in rows if row.status is not None and row.line.status.code in LATE]
    for row in sorted(late, key=lambda row: (LATE.index(row.line.status.code), row.code)):
        subject, milestone = row.line.subject, row.milestone
        yield LateRow(
            code=row.code,
            title=subject.title_en if lang == "en" else subject.title,
            item=subject.item_no,
            unit=_unit(view, subject.lead_unit, lang),
            status=row.line.status.code.value,
            status_label=translate(lang, f"status.{row.line.status.code}"),
            why=_why(row, lang, actor),
            planned=row.planned,
            reported=row.reported,
            next_day=milestone.day.isoformat() if milestone else None,
        )


def _blockages(rows: list[Row], view: View, lang: str, actor: Actor):
    found = [
        (one, row)
        for row in rows
        if may_read_words(actor, row.line.subject.about())
        for one in row.blockages
        if one.undone
    ]
    for one, row in sorted(found, key=lambda pair: (-pair[0].level, -pair[0].age(view.as_of), pair[0].id)):
        yield BlockageRow(
            subject=row.code,
            subject_title=row.line.subject.title_en if lang == "en" else row.line.subject.title,
            title=one.title,
            owner=_unit(view, one.owner, lang),
            level=one.level,
            days=one.age(view.as_of),
            due=one.due.isoformat() if one.due else None,
            late=one.overdue(view.as_of),
        )


def _towns(view: View, counted: Coverages, sites: tuple[SiteRow, ...], filters: Filters, lang: str):
    ground = counted.ground(view)
    for code, m2 in zip(ground.codes, ground.area_m2, strict=True):
        if filters.towns and code not in filters.towns:
            continue
        own = [site for site in sites if site.town_code == code]
        name = local(lang, view.words.towns[code], "name")
        yield TownRow(code, name, float(m2) / 1e6, len(own), Counter(site.status for site in own))
    yield TownRow(
        None,
        translate(lang, "coverage.zone"),
        ground.zone_m2 / 1e6,
        len(sites),
        Counter(site.status for site in sites),
    )


def _unit(view: View, code: str, lang: str) -> str:
    return local(lang, view.words.units.get(code, {"name": code}), "name")


def filter_words(filters: Filters, view: View, lang: str) -> str:
    """The filter as a person would say it."""
    words = view.words
    kind = "en" if lang == "en" else "zh"
    parts = [
        ("status", [translate(lang, f"status.{code}") for code in STATUSES if code in filters.statuses]),
        ("item", [str(no) for no in sorted(filters.items)]),
        ("town", [local(lang, words.towns[code], "name") for code in sorted(filters.towns)]),
        ("unit", [_unit(view, code, lang) for code in sorted(filters.units)]),
        ("kind", [words.kinds[code][kind] for code in words.kinds if code in filters.kinds]),
        ("q", list(filters.words)),
    ]
    said = [
        translate(
            lang, "pack.filter", name=translate(lang, f"pack.filters.{name}"), values=enumeration(lang, found)
        )
        for name, found in parts
        if found
    ]
    return translate(lang, "pack.filter_join").join(said)
