"""Two moments of one kind compared: this week with an earlier one, or with everything finished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.reached import Layer
from app.domain.services import Manner
from app.domain.weeks import Week
from app.store.coverage.answers import Question
from app.store.coverage.times import CoverTimes, Point
from app.store.live import View
from app.views.coverage.board import path_of
from app.views.coverage.served import OF_EVERY_KIND
from app.wording import local
from maps.frame import Frame


@dataclass(frozen=True)
class Compared:
    """A town, or the zone (`name` empty): km² covered in both weeks, gained and lost, and of all of it.

    `served` are (layer, covered before, covered now, all) of what is loaded: places, or km² of built-up land.
    """

    name: str
    area_km2: float
    before_km2: float
    now_km2: float
    gained_km2: float
    lost_km2: float
    served: tuple[tuple[Layer, float, float, float], ...]

    def share(self, km2: float) -> float:
        """Percent of the town's area."""
        return 100.0 * km2 / self.area_km2


@dataclass(frozen=True)
class Comparison:
    """The earlier week, a row per town and last the zone, and paths: before, now, both, gained, lost."""

    week: Week
    rows: tuple[Compared, ...]
    paths: Mapping[str, str]


def compared(
    times: CoverTimes, view: View, lang: str, week: Week, question: Question, frame: Frame
) -> Comparison:
    """What became of a kind's cover between the end of `week` and the view."""
    change = times.change(view, week, question)
    answers = times.answer(view, week, question), times.answer(view, view.week, question)
    points = times.point(view, week, question), times.point(view, view.week, question)
    network = times.counted.rules.by_kind[question.kind].manner is Manner.NETWORK
    layers = tuple(Layer) if network else OF_EVERY_KIND
    names = [local(lang, town, "name") for town in view.words.towns.values()]
    rows = []
    for n, (name, row) in enumerate(zip([*names, ""], [*change.towns, change.zone], strict=True)):
        before, now = (point.rows[n] for point in points)
        served = tuple(_served(layer, points, n) for layer in layers if layer in points[1].reached)
        rows.append(
            Compared(
                name, now.area_km2, before.covered_km2, now.covered_km2, row.gained_km2, row.lost_km2, served
            )
        )
    areas = {
        "before": answers[0].service.lonlat,
        "now": answers[1].service.lonlat,
        "both": change.both,
        "gained": change.gained,
        "lost": change.lost,
    }
    return Comparison(week, tuple(rows), {name: path_of(frame, area) for name, area in areas.items()})


def _served(layer: Layer, points: Sequence[Point], row: int) -> tuple[Layer, float, float, float]:
    then, now = (point.reached[layer].rows[row] for point in points)
    if layer is Layer.BUILT_UP:
        return layer, then.covered_km2, now.covered_km2, now.area_km2
    return layer, then.covered, now.covered, now.places
