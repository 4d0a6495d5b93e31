"""Which sites counted for coverage when a past week ended, and what tells that the answer is still right.

A whole view of a past week (:meth:`app.store.live.Live.as_of_week`) puts every site's text together, which
takes ten times as long; here only what coverage needs is read: the sites that may count, their statuses, and
the sections reported built. The rules are the same functions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, Table, and_, case, func, select, union_all

from app.domain.weeks import Week
from app.store import tables as t
from app.store.asof import AsOf
from app.store.coverage.sites import Mains, Places
from app.store.geometries import drawn
from app.store.publish import built_members
from app.store.standing import standings
from geo.ground import objects
from geo.linear import lengths

LEDGER = (t.plan, t.report, t.acceptance, t.site_version)
"""What the statuses and geometries of a past week are made of. Nothing in these tables is ever changed or
deleted, so that as many rows known by then are the same rows."""

MANY = 15_000
"""If more sites than this are asked for, all are read: databases bound the length of lists."""


class Moment(NamedTuple):
    """A past week, and what its answers depend on: rows of `LEDGER` known by then, the sites' kinds."""

    week: Week
    known: tuple[int, ...]
    sites: bytes


@dataclass(frozen=True, eq=False)
class Past:
    """The sites that may count at a past moment, and of networks their lines."""

    places: Places
    mains: Mapping[str, Mains]


def moments(connection: Connection, weeks: Sequence[Week]) -> dict[Week, Moment]:
    """Past weeks, in their order, each with what it depends on."""
    if not weeks:
        return {}
    kinds = connection.execute(select(t.site.c.code, t.site.c.kind).order_by(t.site.c.code))
    told = "\n".join(f"{code} {kind}" for code, kind in kinds)
    sites = hashlib.blake2b(told.encode(), digest_size=16).digest()
    columns = [_known_by(connection, table, weeks) for table in LEDGER]
    return {
        week: Moment(week, known, sites)
        for week, known in zip(weeks, zip(*columns, strict=True), strict=True)
    }


def first_signs(connection: Connection, networks: Collection[str]) -> dict[str, datetime]:
    """Of everything that can ever have been finished, or built in part, when that was first entered: before,
    it did not count. `networks` are the kinds laid in sections."""
    report, verdict, site = t.report.c, t.acceptance.c, t.site.c
    whole = select(report.subject_code, report.entered_at).where(report.percent >= 100)
    judged = select(verdict.subject_code, verdict.entered_at).where(verdict.accepted)
    partly = (
        select(report.subject_code, report.entered_at)
        .join(t.site, site.code == report.subject_code)
        .where(report.sections.is_not(None), site.kind.in_(networks))
    )
    each = union_all(whole, judged, partly).subquery().c
    query = select(each.subject_code, func.min(each.entered_at)).group_by(each.subject_code)
    return dict(connection.execute(query).all())


def read_past(
    connection: Connection,
    week: Week,
    signs: Mapping[str, datetime] | None,
    networks: Collection[str],
    tolerance: float,
) -> Past:
    """The sites when a week ended: with `signs` those that had given some, else all of them."""
    as_of = AsOf.week(week)
    codes = None if signs is None else [code for code, moment in signs.items() if moment < as_of.before]
    if codes is not None and len(codes) > MANY:
        codes = None
    standing = standings(connection, as_of, tolerance, codes)
    shown = drawn(as_of, codes).subquery()
    site = t.site.c
    query = select(site.code, site.kind, site.town_code, shown.c.geom, shown.c.geom_version)
    rows = connection.execute(query.join(shown, shown.c.code == site.code).order_by(site.code)).all()
    places = Places(
        [row.code for row in rows],
        objects([row.kind for row in rows]),
        objects([standing[row.code].status.code.value for row in rows]),
        objects([row.town_code for row in rows]),
        objects([row.geom for row in rows]),
    )
    return Past(places, {kind: _mains(places, kind, rows, standing) for kind in networks})


def _mains(places: Places, kind: str, rows: Sequence, standing: Mapping) -> Mains:
    found = np.flatnonzero(places.kinds == kind)
    built = {row: built_members(rows[row], standing[rows[row].code].report) for row in found.tolist()}
    shares = {row: members["built"] for row, members in built.items() if members}
    return Mains(found, lengths(places.geoms[found]), shares)


def _known_by(connection: Connection, table: Table, weeks: Sequence[Week]) -> list[int]:
    """How many rows of a table were known when each of the weeks ended."""
    known = [as_of.known(table) for as_of in map(AsOf.week, weeks)]
    if table is t.site_version:  # as in `drawn`: the programme's own sites are there from the start
        given = table.c.source.startswith("data/", autoescape=True)
        known[0] = known[0] | and_(table.c.version == 1, given)
    place = case(*((condition, n) for n, condition in enumerate(known)), else_=len(weeks)).label("place")
    each = select(place).select_from(table).subquery()
    found = dict(connection.execute(select(each.c.place, func.count()).group_by(each.c.place)).all())
    return list(accumulate(found.get(n, 0) for n in range(len(weeks))))
