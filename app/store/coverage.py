"""What of the towns the sites of a kind serve: asked of a view, counted by :mod:`geo`, kept by version.

Counting takes from milliseconds to a second; a question that several people ask at once is counted once.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy import exists, select

from app.domain.services import COUNTED, Manner, Method, Rules, State
from app.errors import BadParameter, Fault
from app.i18n import DEFAULT
from app.store import tables as t
from app.store.live import Live, View
from app.store.spatial.memory import MemoryReads
from app.store.spatial.protocol import WGS84, Filters
from geo.coverage import Coverage, covered, what_if
from geo.gaps import Gaps, gaps
from geo.ground import Ground, objects
from geo.linear import lengths
from geo.nearest import NearestIndex
from geo.network import built_parts
from geo.placing import Spot, best_spots
from geo.service import Service, served
from geo.streets import Streets
from geo.walking import walked, what_if_walked

KEPT = 400
"""Answers kept; a board of twenty kinds in three states is sixty."""

WORKERS = 4
"""Questions counted at a time, if there are as many processors; GEOS and numpy leave the others free."""

NOT_WALKED = frozenset({"expressway"})
"""Roads that nobody walks on, and that cross the others on bridges."""

Objects = NDArray[np.object_]


class Question(NamedTuple):
    """What is asked of one kind. `radius_m` is a radius, a connection distance, or the way on foot."""

    kind: str
    state: State
    method: Method
    radius_m: float


@dataclass(frozen=True)
class Places:
    """The located sites of one moment, in order of code."""

    codes: list[str]
    kinds: Objects
    statuses: Objects
    towns: Objects
    geoms: Objects


@dataclass(frozen=True)
class Mains:
    """The lines of a network: rows of the sites, metres of each, and by row the shares reported built."""

    rows: NDArray[np.intp]
    metres: NDArray[np.float64]
    built: Mapping[int, list[tuple[float, float]]]


@dataclass(frozen=True, eq=False)
class Answer:
    """A service area with what it was made of.

    `codes` are the sites that count; `metres` built and in all of a network's lines; `off_network` the codes
    that no street comes near to.
    """

    question: Question
    service: Service
    coverage: Coverage
    codes: list[str]
    geoms: Objects
    off_network: list[str] = field(default_factory=list)
    metres: tuple[float, float] | None = None
    key: Hashable | None = None
    """What it is kept under; None of a what-if, which is not kept."""


class Coverages:
    """Answers about coverage, kept while nothing changes. Safe to ask from several threads."""

    def __init__(self, source: Live, rules: Rules) -> None:
        self.source, self.rules = source, rules
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        # Its threads wait only for what another thread is counting already, never for one another's turn.
        self._workers = ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1), "coverage")

    def ask(self, view: View, question: Question, added: tuple[tuple[float, float], ...] = ()) -> Answer:
        """The answer; `added` are points (WGS 84) that are not there and what if they were.

        Errors: BadParameter for a walk where no street is loaded; GeoError for radii that cannot be.
        """
        key = (view.version, view.as_of, question)
        found = self._once(key, lambda: replace(self._count(view, question), key=key))
        for number, (lon, lat) in enumerate(added, start=1):
            found = self._with(view, found, shapely.Point(lon, lat), f"+{number}")
        return found

    def ask_all(self, view: View, questions: Iterable[Question]) -> dict[Question, Answer]:
        """The answers to many questions, counted on several processors; errors of `ask`."""
        asked = list(dict.fromkeys(questions))
        self.ground(view), self.places(view)  # what all of them need, once
        found = self._workers.map(lambda question: self.ask(view, question), asked)
        return dict(zip(asked, found, strict=True))

    def gaps(self, answer: Answer, limit: int) -> Gaps:
        """The largest areas that an answer leaves uncovered."""
        return self._of(
            answer, "gaps", limit, lambda: gaps(answer.service, NearestIndex(answer.geoms), limit)
        )

    def spots(self, answer: Answer, limit: int) -> list[Spot]:
        """Where one more site would gain most, and after that the next ones."""
        radius = answer.question.radius_m
        return self._of(answer, "spots", limit, lambda: best_spots(answer.service, radius, limit))

    def _of(self, answer: Answer, what: str, limit: int, make: Callable[[], Any]) -> Any:
        return make() if answer.key is None else self._once((what, limit, answer.key), make)

    def ground(self, view: View) -> Ground:
        """The towns of a view; the same object as long as they stay the same, so that answers compare."""
        towns = self._once(("towns", view.version), self._towns)
        key = ("ground", tuple((code, shapely.to_wkb(geom)) for code, geom in towns.items()))
        return self._once(key, lambda: Ground.of(towns))

    def streets(self, view: View) -> Streets | None:
        """The streets that people walk on; None when none are loaded."""
        ground = self.ground(view)

        def read() -> Streets | None:
            with self.source.database.read() as connection:
                rows = connection.execute(select(t.road.c["class"], t.road.c.geom)).all()
            lines = [row.geom for row in rows if row[0] not in NOT_WALKED]
            return Streets.of(ground, objects(lines)) if lines else None

        return self._once(("streets", view.version, id(ground)), read)

    def illustrative(self, view: View) -> bool:
        """Whether any town or site is drawn by hand and not surveyed."""

        def read() -> bool:
            drawn = (exists().where(table.c.position == "illustrative") for table in (t.town, t.site))
            with self.source.database.read() as connection:
                return any(connection.execute(select(one)).scalar() for one in drawn)

        return self._once(("illustrative", view.version), read)

    def places(self, view: View) -> Places:
        """The located sites as of a view."""
        return self._once(("places", view.version, view.as_of), lambda: self._read(view))

    def _with(self, view: View, answer: Answer, point: BaseGeometry, code: str) -> Answer:
        """The answer with one more site, told apart from the others by ``+1``, ``+2`` and so on."""
        question = answer.question
        if question.method is Method.WALK:
            streets = self._walkable(view)
            found = what_if_walked(answer.service, streets, point, *self._walk(question))
            off = [*answer.off_network, *([code] if len(found.off_network) else [])]
            service = found.service
        else:
            service, off = what_if(answer.service, point, question.radius_m), answer.off_network
        return Answer(
            question,
            service,
            covered(service),
            [*answer.codes, code],
            objects([*answer.geoms, point]),
            off,
            answer.metres,
        )

    def _count(self, view: View, question: Question) -> Answer:
        ground, places = self.ground(view), self.places(view)
        of_kind = places.kinds == question.kind
        counts = of_kind & np.isin(places.statuses, [str(code) for code in COUNTED[question.state]])
        rule = self.rules.by_kind.get(question.kind)
        metres = None
        if rule is not None and rule.manner is Manner.NETWORK:
            rows, geoms, metres = _laid(places, self._mains(view, question.kind), counts)
        else:
            rows = np.flatnonzero(counts)
            geoms = places.geoms[rows]
        codes = [places.codes[row] for row in rows]
        if question.method is Method.WALK:
            found = walked(self._walkable(view), geoms, *self._walk(question))
            off = [codes[index] for index in found.off_network]
            return Answer(question, found.service, covered(found.service), codes, geoms, off, metres)
        service = served(ground, geoms, question.radius_m)
        return Answer(question, service, covered(service), codes, geoms, metres=metres)

    def _mains(self, view: View, kind: str) -> Mains:
        """The lines of a network, whatever their state: measured and read once for all of them."""

        def read() -> Mains:
            places = self.places(view)
            rows = np.flatnonzero(places.kinds == kind)
            known = self._about(view, Filters(kinds=frozenset({kind})), len(rows), b'"built"')
            built = {row: known.get(places.codes[row], {}).get("built") for row in rows.tolist()}
            found = {row: shares for row, shares in built.items() if shares}
            return Mains(rows, lengths(places.geoms[rows]), found)

        return self._once(("mains", view.version, view.as_of, kind), read)

    def _walk(self, question: Question) -> tuple[float, float]:
        """Minutes and metres per minute of a way so long."""
        speed = self.rules.metres_per_minute
        return question.radius_m / speed, speed

    def _walkable(self, view: View) -> Streets:
        streets = self.streets(view)
        if streets is None:
            zh = "没有载入可步行的道路，只能按半径计算；请把 method 改为 circle。"
            en = "No streets are loaded, so only radii can be counted; use method=circle."
            raise BadParameter(Fault("method", "walk", ["circle"], zh, en))
        return streets

    def _towns(self) -> dict[str, BaseGeometry]:
        with self.source.database.read() as connection:
            query = select(t.town.c.code, t.town.c.geom).order_by(t.town.c.code)
            return {row.code: row.geom for row in connection.execute(query)}

    def _read(self, view: View) -> Places:
        reads = view.reads
        if isinstance(reads, MemoryReads):
            columns = (reads.column(name) for name in ("kind", "status", "town_code"))
            return Places(reads.codes, *columns, reads.geoms)
        names = ("code", "kind", "status", "town_code", "geom")
        query = select(*(t.published_site.c[name] for name in names)).order_by(t.published_site.c.code)
        with self.source.database.read() as connection:
            rows = connection.execute(query).all()
        codes, *columns = ([row[n] for row in rows] for n in range(len(names)))
        return Places(codes, *(objects(column) for column in columns))

    def about(self, view: View, codes: Collection[str]) -> dict[str, dict[str, Any]]:
        """What the map knows of sites by code: titles, and of lines the shares that are built."""
        wanted = frozenset(codes)
        if not wanted:
            return {}
        return self._about(view, Filters(codes=wanted), len(wanted))

    @staticmethod
    def _about(view: View, filters: Filters, most: int, having: bytes = b"") -> dict[str, dict[str, Any]]:
        """Members by code; nothing is read from features none of which has the text `having`."""
        if not most:
            return {}
        page = view.reads.page(None, filters, most, None, DEFAULT, WGS84)
        if having not in page.features:
            return {}
        return {one["id"]: one["properties"] for one in orjson.loads(b"[" + page.features + b"]")}

    def _once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The kept answer, or make it; who asks for the same meanwhile waits for it."""
        with self._lock:
            future = self._kept.get(key)
            mine = future is None
            if future is None:
                future = self._kept[key] = Future()
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                with self._lock:
                    self._kept.pop(key, None)
                future.set_exception(error)
        return future.result()


def _laid(
    places: Places, mains: Mains, counts: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], Objects, tuple[float, float]]:
    """What is laid of a network: whole lines that count, of the others the sections reported built.

    Rows of the sites, a geometry for each part, and metres counted and in all. A line whose report gives only
    a percentage says nothing about *where*, so it serves nothing until it is complete.
    """
    whole = counts[mains.rows]
    sections = [
        [] if counted else [(start * long, to * long) for start, to in mains.built.get(row, ())]
        for row, long, counted in zip(mains.rows.tolist(), mains.metres.tolist(), whole, strict=True)
    ]
    parts = built_parts(list(places.geoms[mains.rows]), sections)
    owners = np.repeat(mains.rows, [len(some) for some in sections])
    rows = np.append(mains.rows[whole], owners)
    geoms = np.append(places.geoms[mains.rows[whole]], objects(parts))
    order = np.argsort(rows, kind="stable")
    laid = float(mains.metres[whole].sum()) + sum(to - start for some in sections for start, to in some)
    return rows[order], geoms[order], (laid, float(mains.metres.sum()))
