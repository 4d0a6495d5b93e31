"""One kind of the coverage board in large: a still map with its gaps, with good places, and the villages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.domain.reached import Layer, is_covered
from app.domain.services import Manner, Method, State
from app.store.coverage.answers import Answer, Question
from app.store.coverage.coverages import Coverages
from app.store.live import View
from app.views.coverage.board import path_of
from app.views.coverage.members import gap_members, nearest_codes
from app.views.coverage.served import MOST_VILLAGES, uncovered_codes, uncovered_members
from app.views.overviews import zone_ground
from app.wording import local
from geo.placing import Spot
from maps.frame import Frame
from maps.lettering import Label, Room, beside
from maps.overview import Overview, Place, framed, middle

LARGE = (640.0, 860.0)
SPOTS = 5
VILLAGE, MOST_NAMED = 3.4, 150
"""Half the width of a village's dot; of more villages than this no names are written."""
NEARLY = 0.9
"""A gap of this share of the zone means that nearly nothing is covered."""


@dataclass(frozen=True)
class Dot:
    """A village on the map, with its name if there was room for it (`label`)."""

    x: float
    y: float
    covered: bool
    name: str
    label: Label | None


@dataclass(frozen=True)
class Large:
    """One kind in large: a still map, what each state covers on it, numbered gaps and lettered spots.

    `villages` are dots (none unless villages are loaded); `uncovered` the villages that are not covered with
    the nearest site of each, None unless villages are loaded; `nearly` whether nearly nothing is covered.
    """

    drawing: Overview
    frame: Frame
    areas: Mapping[State, str]
    gaps: list[dict[str, Any]]
    more: int
    nearly: bool
    spots: list[dict[str, Any]]
    villages: tuple[Dot, ...]
    uncovered: list[dict[str, Any]] | None


def large(counted: Coverages, view: View, lang: str, question: Question) -> Large:
    """One kind over both towns, with the gaps that its question's state leaves."""
    answers = {state: counted.ask(view, question._replace(state=state)) for state in State}
    answer = answers[question.state]
    places = counted.places(view)
    found = counted.gaps(answer, 10)
    rows = counted.uncovered(view, answer, Layer.VILLAGE, MOST_VILLAGES)
    known = counted.about(view, nearest_codes(found, answer) | uncovered_codes(rows, answer.codes))
    told = gap_members(found, answer, known, view.words)
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
    room = Room(*LARGE)
    drawing = framed(chosen, towns, roads, frame, room)
    for gap in told["largest"]:
        gap["x"], gap["y"] = (round(value, 1) for value in frame.xy(gap["lon"], gap["lat"]))
        room.take(gap["x"] - 12, gap["y"] - 12, gap["x"] + 12, gap["y"] + 12)
    spots = [_spot(spot, frame, view, lang) for spot in _spots(counted, answer)]
    for spot in spots:
        room.take(spot["x"] - 11, spot["y"] - 11, spot["x"] + 11, spot["y"] + 11)
    served, reached = counted.served_places(view), counted.reached(view, answer)
    zone_km2 = answer.service.ground.zone_m2 / 1e6
    return Large(
        drawing,
        frame,
        {state: path_of(frame, one.service.lonlat) for state, one in answers.items()},
        told["largest"],
        told["more"],
        bool(told["largest"]) and told["largest"][0]["km2"] >= NEARLY * zone_km2,
        spots,
        _villages(counted, view, answer, frame, room, lang),
        uncovered_members(rows, served, reached, answer.codes, known),
    )


def _villages(
    counted: Coverages, view: View, answer: Answer, frame: Frame, room: Room, lang: str
) -> tuple[Dot, ...]:
    villages = counted.served_places(view).get(Layer.VILLAGE)
    if villages is None:
        return ()
    covered = is_covered(counted.reached(view, answer)[Layer.VILLAGE].shares)
    names = villages.names_en if lang == "en" else villages.names
    spots = [tuple(round(value, 1) for value in frame.xy(*middle(geom))) for geom in villages.geoms]
    for x, y in spots:
        room.take(x - VILLAGE, y - VILLAGE, x + VILLAGE, y + VILLAGE)
    dots = []
    # The names of those that are not covered first: they are what is looked for.
    for row in np.argsort(covered, kind="stable").tolist():
        name = names[row] or villages.names[row]
        labels = beside(room, *spots[row], VILLAGE, name) if len(spots) <= MOST_NAMED else []
        dots.append(Dot(*spots[row], bool(covered[row]), name, labels[0] if labels else None))
    return tuple(dots)


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
