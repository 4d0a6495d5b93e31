"""Coverage week by week: the same questions asked of every week of the programme.

Most weeks have the same sites in the same states as the week before. So what is counted is kept by what it
is made of (geometries, reach, towns, streets, places to be served) and not by version; and which of these a
past week has is kept for as long as no row of the ledger that was known by then has been added.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import shapely

from app.domain.reached import Layer, Reached
from app.domain.services import Manner, Method, State
from app.domain.weeks import Week
from app.store.coverage.answers import Answer, Objects, Question, told_rows
from app.store.coverage.coverages import WORKERS, Coverages
from app.store.coverage.kept import Kept
from app.store.coverage.past import Moment, Past, first_signs, moments, read_past
from app.store.coverage.sites import counting
from app.store.live import View
from app.store.weeks import first_week
from geo.change import Change, change
from geo.ground import Share

SOON = 20_000
"""So many sites in all weeks together are counted in about a second, also the first time."""

MOST_WEEKS = 60
"""A programme is a year; of a longer time the last weeks are told."""
KEPT_WHOLE, KEPT_WEEKS, KEPT_POINTS, KEPT_ANSWERS, KEPT_PASTS, KEPT_MOMENTS = 30, 30_000, 8_000, 40, 6, 60


@dataclass(frozen=True, eq=False)
class Point:
    """One week of one question: rows per town and last the zone, of the ground and of each layer of places
    that are served (without the shares of the single places)."""

    rows: tuple[Share, ...]
    reached: Mapping[Layer, Reached]


@dataclass(frozen=True, eq=False)
class Timeline:
    """The weeks, ascending, and each question's points in their order."""

    weeks: tuple[Week, ...]
    points: Mapping[Question, tuple[Point, ...]]


class CoverTimes:
    """Past weeks of coverage. Safe to ask from several threads."""

    def __init__(self, counted: Coverages) -> None:
        self.counted, self.source = counted, counted.source
        self._whole, self._weeks, self._points = Kept(KEPT_WHOLE), Kept(KEPT_WEEKS), Kept(KEPT_POINTS)
        self._answers, self._pasts, self._moments = Kept(KEPT_ANSWERS), Kept(KEPT_PASTS), Kept(KEPT_MOMENTS)
        self._networks = frozenset(
            kind for kind, rule in counted.rules.by_kind.items() if rule.manner is Manner.NETWORK
        )
        # As in Coverages: its threads wait only for what another one is at already.
        self._workers = ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1), "coverage-weeks")

    def weeks(self, view: View) -> tuple[Week, ...]:
        """From the first week that anything is known of to the view's own; at most `MOST_WEEKS`."""

        def first() -> Week | None:
            with self.source.database.read() as connection:
                return first_week(connection)

        week, found = view.week, [view.week]
        begin = self._moments.once(("first", view.version), first)
        while begin is not None and week > begin and len(found) < MOST_WEEKS:
            week = Week.of(week.monday - timedelta(weeks=1))
            found.append(week)
        return tuple(reversed(found))

    def timeline(self, view: View, questions: Iterable[Question]) -> Timeline:
        """Every week up to the view's. Errors as :meth:`Coverages.ask`."""
        asked = tuple(dict.fromkeys(questions))
        return self._whole.once((view.version, view.as_of, asked), lambda: self._timeline(view, asked))

    def has_timeline(self, view: View, questions: Iterable[Question]) -> bool:
        """Whether it is there already, or small enough to be there in a moment."""
        if len(view.statuses) * len(self.weeks(view)) <= SOON:
            return True
        return self._whole.has((view.version, view.as_of, tuple(dict.fromkeys(questions))))

    def points(self, view: View, week: Week, questions: Iterable[Question]) -> dict[Question, Point]:
        """One week of many questions."""
        asked = list(dict.fromkeys(questions))
        found = self._workers.map(lambda question: self.point(view, week, question), asked)
        return dict(zip(asked, found, strict=True))

    def _timeline(self, view: View, asked: Sequence[Question]) -> Timeline:
        weeks = self.weeks(view)
        # First the view's own week, which the board asks for too and the week before is often like.
        self.counted.ask_all(view, asked)
        tasks = [(week, question) for week in reversed(weeks) for question in asked]
        found = self._workers.map(lambda task: self.point(view, *task), tasks)
        points = dict(zip(tasks, found, strict=True))
        return Timeline(weeks, {one: tuple(points[week, one] for week in weeks) for one in asked})

    def point(self, view: View, week: Week, question: Question) -> Point:
        """What a question's answer was when a week up to the view's ended."""
        if week >= view.week:
            answer = self.counted.ask(view, question)
            return self._points.once(self._made_of(view, answer), lambda: self._point(view, answer))
        key = (self._moment(week, view), question, *self._around(view, question))
        return self._weeks.once(key, lambda: self._past_point(view, week, question))

    def answer(self, view: View, week: Week, question: Question) -> Answer:
        """The whole answer of a week up to the view's, with its area."""
        if week >= view.week:
            return self.counted.ask(view, question)
        codes, geoms = self._counting(view, week, question)
        key = self._content(view, question, codes, geoms)
        return self._answers.once(
            key, lambda: replace(self.counted.counted(view, question, codes, geoms), key=key)
        )

    def change(self, view: View, week: Week, question: Question) -> Change:
        """What became of the cover between the end of a week and the view. Errors: GeoError."""
        before, after = self.answer(view, week, question), self.counted.ask(view, question)
        return self._answers.once(
            ("change", before.key, after.key), lambda: change(before.service, after.service)
        )

    def _past_point(self, view: View, week: Week, question: Question) -> Point:
        codes, geoms = self._counting(view, week, question)
        key = self._content(view, question, codes, geoms)

        def make() -> Point:
            return self._point(view, self.counted.counted(view, question, codes, geoms))

        return self._points.once(key, make)

    def _point(self, view: View, answer: Answer) -> Point:
        if answer.key is None:  # of a past week: only its rows are kept
            found = self.counted.count_reached(view, answer.service)
        else:
            found = self.counted.reached(view, answer)
        reached = {layer: replace(one, shares=np.empty(0)) for layer, one in found.items()}
        return Point(tuple(told_rows(answer)), reached)

    def _counting(self, view: View, week: Week, question: Question) -> tuple[list[str], Objects]:
        past = self._past(view, self._moment(week, view), question.state)
        codes, geoms, _ = counting(past.places, question, past.mains.get(question.kind))
        return codes, geoms

    def _past(self, view: View, moment: Moment, state: State) -> Past:
        # What is not finished cannot count as such: few sites are looked at in the first weeks.
        signs = self._moments.once(("signs", view.version), self._signs) if state is State.DONE else None

        def read() -> Past:
            with self.source.database.read() as connection:
                tolerance = self.source.settings.tolerance
                return read_past(connection, moment.week, signs, self._networks, tolerance)

        return self._pasts.once((moment, state), read)

    def _signs(self) -> dict[str, datetime]:
        with self.source.database.read() as connection:
            return first_signs(connection, self._networks)

    def _moment(self, week: Week, view: View) -> Moment:
        """A past week; those up to the view's are looked at together, once per version."""

        def read(weeks: Sequence[Week]) -> dict[Week, Moment]:
            with self.source.database.read() as connection:
                return moments(connection, weeks)

        usual = self.weeks(view)[:-1]
        if week not in usual:
            return self._moments.once(("moment", view.version, week), lambda: read([week]))[week]
        return self._moments.once(("moments", view.version, view.week), lambda: read(usual))[week]

    def _around(self, view: View, question: Question) -> tuple[Hashable, ...]:
        """What an answer depends on beside its sites: the same objects as long as they stay the same."""
        streets = self.counted.streets(view) if question.method is Method.WALK else None
        return self.counted.ground(view), streets, *self.counted.served_places(view).values()

    def _made_of(self, view: View, answer: Answer) -> Hashable:
        return self._content(view, answer.question, answer.codes, answer.geoms)

    def _content(self, view: View, question: Question, codes: list[str], geoms: Objects) -> Hashable:
        told = hashlib.blake2b("\n".join(codes).encode(), digest_size=16)
        for wkb in shapely.to_wkb(geoms):
            told.update(wkb)
        return (question.method, question.radius_m, told.digest(), *self._around(view, question))
