"""The coverage board as its page shows it: a row per kind with small maps, and one kind in large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.domain.privacy import is_withheld
from app.domain.services import Manner, Method, State
from app.store.coverage import Answer, Coverages, Question, told_rows
from app.store.live import View
from app.views.coverage import gap_members, in_states, nearest_codes, question_members
from app.views.overviews import zone_ground
from app.wording import local
from geo.placing import Spot
from maps.frame import Frame
from maps.lettering import Room
from maps.overview import Overview, Place, framed

MINI = (104.0, 120.0)
"""Width and height of a small map of one town."""
MOST_DOTS, DOT = 300, 2.0
"""With more dots on a small map, one stands for all in a square of this width."""
LARGE = (640.0, 860.0)
SPOTS = 5


@dataclass(frozen=True)
class Amount:
    """Square kilometres, share (0 to 1) and number of sites in one state."""

    km2: float
    share: float
    sites: int


@dataclass(frozen=True)
class Cell:
    """One kind in one town, or in the zone (`code` None, without a map).

    `land`, `areas` (by state) and `dots` (x, y, counts today) draw the small map.
    """

    code: str | None
    name: str
    area_km2: float
    amounts: Mapping[State, Amount]
    land: str = ""
    areas: Mapping[State, str] | None = None
    dots: tuple[tuple[float, float, bool], ...] = ()


@dataclass(frozen=True)
class Row:
    """One kind: what was asked of it, and a cell per town and for the zone."""

    kind: Mapping[str, Any]
    asked: Mapping[str, Any]
    towns: tuple[Cell, ...]
    zone: Cell
    metres: tuple[float, float] | None
    off_network: int


@dataclass(frozen=True)
class Large:
    """One kind in large: a still map, what each state covers on it, numbered gaps and lettered spots."""

    drawing: Overview
    bounds: tuple[float, float, float, float]
    areas: Mapping[State, str]
    gaps: list[dict[str, Any]]
    more: int
    spots: list[dict[str, Any]]


def board_rows(
    counted: Coverages, view: View, lang: str, questions: Mapping[str, Question]
) -> tuple[Row, ...]:
    """A row for each question, in their order."""
    asked = list(questions.values())
    found = in_states(counted, view, asked)
    return tuple(
        _row(counted, view, lang, question, answers) for question, answers in zip(asked, found, strict=True)
    )


def _row(
    counted: Coverages, view: View, lang: str, question: Question, answers: Mapping[State, Answer]
) -> Row:
    rows = {state: told_rows(answer) for state, answer in answers.items()}
    everything = answers[State.ALL]
    ground = everything.service.ground
    done = set(answers[State.DONE].codes)
    counts_today = np.array([code in done for code in everything.codes], dtype=bool)
    cells = []
    for index, code in enumerate(ground.codes):
        frame = Frame.around([ground.lonlat[index]], *MINI, 0, margin=0.04)
        inside = everything.service.within[index]
        places = question.kind not in _drawn_as_lines(counted)
        cells.append(
            Cell(
                code,
                local(lang, view.words.towns[code], "name"),
                float(ground.area_m2[index]) / 1e6,
                {state: _amount(found[index]) for state, found in rows.items()},
                frame.path(ground.lonlat[index]),
                {
                    state: _path(frame, ground.plane.to_wgs84(answer.service.pieces[index]))
                    for state, answer in answers.items()
                },
                _dots(frame, everything.geoms[inside], counts_today[inside]) if places else (),
            )
        )
    zone = Cell(None, "", ground.zone_m2 / 1e6, {state: _amount(found[-1]) for state, found in rows.items()})
    return Row(
        view.words.kinds[question.kind],
        question_members(answers[State.DONE], counted.rules, lang),
        tuple(cells),
        zone,
        answers[State.DONE].metres,
        len(everything.off_network),
    )


def _dots(
    frame: Frame, geoms: NDArray[np.object_], today: NDArray[np.bool_]
) -> tuple[tuple[float, float, bool], ...]:
    """Dots of sites. Of very many those that would cover one another become one: of today's, if one is."""
    middles = shapely.get_coordinates(shapely.centroid(geoms)).reshape(-1, 2)
    xy = np.column_stack(frame.xy(middles[:, 0], middles[:, 1]))
    if len(xy) > MOST_DOTS:
        _, square = np.unique(np.floor(xy / DOT), axis=0, return_inverse=True)
        order = np.lexsort((xy[:, 1], xy[:, 0], ~today))
        _, first = np.unique(square.ravel()[order], return_index=True)
        kept = order[first]
        xy, today = xy[kept], today[kept]
    return tuple(
        (round(x, 1), round(y, 1), there) for (x, y), there in zip(xy.tolist(), today.tolist(), strict=True)
    )


def _path(frame: Frame, geom: BaseGeometry) -> str:
    """Path data; nothing of what is empty."""
    return "" if geom.is_empty else frame.path(geom)


def _drawn_as_lines(counted: Coverages) -> set[str]:
    return {kind for kind, rule in counted.rules.by_kind.items() if rule.manner is not Manner.PLACE}


def _amount(row: Any) -> Amount:
    return Amount(row.covered_km2, row.share, row.sites)


def large(counted: Coverages, view: View, lang: str, question: Question) -> Large:
    """One kind over both towns, with the gaps that its question's state leaves."""
    answers = {state: counted.ask(view, question._replace(state=state)) for state in State}
    answer = answers[question.state]
    places = counted.places(view)
    found = counted.gaps(answer, 10)
    told = gap_members(found, answer, counted.about(view, nearest_codes(found, answer)), view.words)
    towns, roads = zone_ground(counted.source, view, lang)
    frame = Frame.around([town.geometry for town in towns], *LARGE, 0, margin=0.03)
    pictogram = view.words.kinds[question.kind]["pictogram"]
    chosen = [
        Place(code, status, pictogram, geom)
        for code, kind, status, geom in zip(
            places.codes, places.kinds, places.statuses, places.geoms, strict=True
        )
        if kind == question.kind
    ]
    drawing = framed(chosen, towns, roads, frame, Room(*LARGE))
    for gap in told["largest"]:
        gap["x"], gap["y"] = (round(value, 1) for value in frame.xy(gap["lon"], gap["lat"]))
    return Large(
        drawing,
        frame.bounds,
        {state: _path(frame, one.service.lonlat) for state, one in answers.items()},
        told["largest"],
        told["more"],
        [_spot(spot, frame, view, lang) for spot in _spots(counted, answer)],
    )


def _spots(counted: Coverages, answer: Answer) -> list[Spot]:
    """Where one more would help most; only of places as the crow flies."""
    rule = counted.rules.by_kind[answer.question.kind]
    if rule.manner is not Manner.PLACE or answer.question.method is Method.WALK:
        return []
    return counted.spots(answer, SPOTS)


def _spot(spot: Spot, frame: Frame, view: View, lang: str) -> dict[str, Any]:
    x, y = frame.xy(spot.lon, spot.lat)
    towns = sorted(spot.towns, key=lambda code: -spot.towns[code])
    return {
        "lon": round(spot.lon, 6),
        "lat": round(spot.lat, 6),
        "x": round(x, 1),
        "y": round(y, 1),
        "km2": spot.gain_km2,
        "town": local(lang, view.words.towns[towns[0]], "name") if towns else "",
    }


@dataclass(frozen=True)
class Protected:
    """A target of a protected item: what is done in all, and per town where that names nobody (else None)."""

    item: int
    title: str
    unit: str
    done: float | None
    towns: list[float | None] | None


def protected_counts(view: View, items: list[dict[str, Any]], lang: str) -> list[Protected]:
    """Counted targets of the items that concern homes and persons, as `read_items` tells them."""
    found = []
    for item in items:
        if not is_withheld(item["no"]):
            continue
        for task in item["tasks"]:
            for target in task["targets"]:
                if target.get("done") is None:
                    continue
                held = target.get("by_town_held_back", False)
                counts = {row["town_code"]: row["quantity"] for row in target.get("by_town", ())}
                towns = None if held else [counts.get(code) for code in view.words.towns]
                found.append(
                    Protected(
                        item["no"],
                        local(lang, target, "title"),
                        local(lang, target, "unit") or "",
                        target["done"],
                        towns,
                    )
                )
    return found
