"""What of the towns the sites of a kind serve: asked of a view, counted by :mod:`geo`, kept by version.

Counting takes from milliseconds to a second; a question that several people ask at once is counted once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import exists, select

from app.domain.reached import Layer, Reached
from app.domain.services import Manner, Method, Rules
from app.errors import BadParameter, Fault
from app.i18n import DEFAULT
from app.store import tables as t
from app.store.coverage.answers import Answer, Objects, Question
from app.store.coverage.kept import Kept
from app.store.coverage.places import PlacesServed, Uncovered
from app.store.coverage.sites import Mains, Places, counting, read_published
from app.store.live import Live, View
from app.store.served.places import ServedPlaces
from app.store.spatial.memory import MemoryReads
from app.store.spatial.protocol import WGS84, Filters
from geo.coverage import covered, what_if
from geo.gaps import Gaps, gaps
from geo.ground import Ground, objects
from geo.linear import lengths
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


class Coverages:
    """Answers about coverage, kept while nothing changes. Safe to ask from several threads."""

    def __init__(self, source: Live, rules: Rules) -> None:
        self.source, self.rules = source, rules
        self._kept = Kept(KEPT)
        self._served = PlacesServed(source, self._kept)
        # Its threads wait only for what another thread is counting already, never for one another's turn.
        self._workers = ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1), "coverage")

    def ask(self, view: View, question: Question, added: tuple[tuple[float, float], ...] = ()) -> Answer:
        """The answer; `added` are points (WGS 84) that are not there and what if they were.

        Errors: BadParameter for a walk where no street is loaded; GeoError for radii that cannot be.
        """
        key = (view.version, view.as_of, question)
        found = self._kept.once(key, lambda: replace(self._count(view, question), key=key))
        for number, (lon, lat) in enumerate(added, start=1):
            found = self._with(view, found, shapely.Point(lon, lat), f"+{number}")
        return found

    def ask_all(self, view: View, questions: Iterable[Question]) -> dict[Question, Answer]:
        """The answers to many questions, counted on several processors; errors of `ask`."""
        asked = list(dict.fromkeys(questions))
        self.ground(view), self.places(view)  # what all of them need, once
        self.served_places(view)

        def one(question: Question) -> Answer:
            answer = self.ask(view, question)
            self.reached(view, answer)  # kept for whoever asks
            return answer

        found = self._workers.map(one, asked)
        return dict(zip(asked, found, strict=True))

    def served_places(self, view: View) -> dict[Layer, ServedPlaces]:
        """The places to be served, by layer; only layers that are loaded."""
        return self._served.layers(view, self.ground(view))

    def reached(self, view: View, answer: Answer) -> dict[Layer, Reached]:
        """What of the places to be served lies in an answer's area; only layers that are loaded."""
        if answer.key is not None:
            return self._served.reached(view, answer.service, answer.key)
        question = answer.question
        before = self.reached(view, self.ask(view, question))
        return self._served.tried(view, answer.service, before, answer.tried, question.radius_m)

    def uncovered(self, view: View, answer: Answer, layer: Layer, limit: int) -> list[Uncovered] | None:
        """The places of a layer that are not covered, farthest from any site first; None: not loaded."""
        places, found = self.served_places(view).get(layer), self.reached(view, answer).get(layer)
        if places is None or found is None:
            return None
        make = lambda: PlacesServed.uncovered(places, found, answer.nearest, limit)  # noqa: E731
        return self._of(answer, f"uncovered {layer}", limit, make)

    def count_reached(self, view: View, service: Service) -> dict[Layer, Reached]:
        """The same of any service area, without keeping it."""
        return self._served.count(view, service)

    def gaps(self, answer: Answer, limit: int) -> Gaps:
        """The largest areas that an answer leaves uncovered."""
        return self._of(answer, "gaps", limit, lambda: gaps(answer.service, answer.nearest, limit))

    def spots(self, answer: Answer, limit: int) -> list[Spot]:
        """Where one more site would gain most, and after that the next ones."""
        radius = answer.question.radius_m
        return self._of(answer, "spots", limit, lambda: best_spots(answer.service, radius, limit))

    def _of(self, answer: Answer, what: str, limit: int, make: Callable[[], Any]) -> Any:
        return make() if answer.key is None else self._kept.once((what, limit, answer.key), make)

    def ground(self, view: View) -> Ground:
        """The towns of a view; the same object as long as they stay the same, so that answers compare."""
        towns = self._kept.once(("towns", view.version), self._towns)
        key = ("ground", tuple((code, shapely.to_wkb(geom)) for code, geom in towns.items()))
        return self._kept.once(key, lambda: Ground.of(towns))

    def streets(self, view: View) -> Streets | None:
        """The streets that people walk on; None when none are loaded."""
        ground = self.ground(view)

        def read() -> Streets | None:
            with self.source.database.read() as connection:
                rows = connection.execute(select(t.road.c["class"], t.road.c.geom)).all()
            lines = objects([row.geom for row in rows if row[0] not in NOT_WALKED])
            if not len(lines):
                return None
            # The same object as long as the streets stay the same, so that what was walked can be kept.
            known = hashlib.blake2b(b"".join(shapely.to_wkb(lines)), digest_size=16).digest()
            return self._kept.once(("network", known, ground), lambda: Streets.of(ground, lines))

        return self._kept.once(("streets", view.version, ground), read)

    def illustrative(self, view: View) -> bool:
        """Whether any town, site or place to be served is drawn by hand and not surveyed."""

        def read() -> bool:
            tables = (t.town, t.site, t.served_place)
            drawn = (exists().where(table.c.position == "illustrative") for table in tables)
            with self.source.database.read() as connection:
                return any(connection.execute(select(one)).scalar() for one in drawn)

        return self._kept.once(("illustrative", view.version), read)

    def places(self, view: View) -> Places:
        """The located sites as of a view."""
        return self._kept.once(("places", view.version, view.as_of), lambda: self._read(view))

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
            tried=(*answer.tried, point),
        )

    def _count(self, view: View, question: Question) -> Answer:
        places = self.places(view)
        rule = self.rules.by_kind.get(question.kind)
        network = rule is not None and rule.manner is Manner.NETWORK
        mains = self._mains(view, question.kind) if network else None
        return self.counted(view, question, *counting(places, question, mains))

    def counted(
        self,
        view: View,
        question: Question,
        codes: list[str],
        geoms: Objects,
        metres: tuple[float, float] | None = None,
    ) -> Answer:
        """What these geometries serve, wherever they come from: of the view only towns and streets are used.
        Not kept."""
        if question.method is Method.WALK:
            found = walked(self._walkable(view), geoms, *self._walk(question))
            off = [codes[index] for index in found.off_network]
            return Answer(question, found.service, covered(found.service), codes, geoms, off, metres)
        service = served(self.ground(view), geoms, question.radius_m)
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

        return self._kept.once(("mains", view.version, view.as_of, kind), read)

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
        with self.source.database.read() as connection:
            return read_published(connection)

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
