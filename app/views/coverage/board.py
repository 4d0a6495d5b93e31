"""The coverage board as its page shows it: a row per kind with small maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.domain.privacy import is_withheld
from app.domain.reached import Layer
from app.domain.services import Manner, State
from app.store.coverage.answers import Answer, Question, told_rows
from app.store.coverage.coverages import Coverages
from app.store.coverage.times import Point
from app.store.live import View
from app.views.coverage.head import head_layer, head_share
from app.views.coverage.members import in_states, question_members
from app.views.coverage.served import OF_EVERY_KIND, served_rows
from app.wording import local
from maps.frame import Frame

MINI = (104.0, 120.0)
"""Width and height of a small map of one town."""
MOST_DOTS, DOT = 300, 2.0
"""With more dots on a small map, one stands for all in a square of this width."""


@dataclass(frozen=True)
class Amount:
    """Square kilometres, share (0 to 1) and number of sites in one state."""

    km2: float
    share: float
    sites: int


@dataclass(frozen=True)
class Cell:
    """One kind in one town, or in the zone (`code` None, without a map).

    `land`, `areas` (by state) and `dots` (x, y, counts today) draw the small map. `heads` are the shares of
    the large figure (None of nothing), `served` the members of `app.views.coverage.served` per state, and
    `since` what the large figure was in the week that it is compared with.
    """

    code: str | None
    name: str
    area_km2: float
    amounts: Mapping[State, Amount]
    land: str = ""
    areas: Mapping[State, str] | None = None
    dots: tuple[tuple[float, float, bool], ...] = ()
    heads: Mapping[State, float | None] = field(default_factory=dict)
    served: Mapping[State, Mapping[str, Any]] = field(default_factory=dict)
    since: float | None = None


@dataclass(frozen=True)
class Row:
    """One kind: what was asked of it, and a cell per town and for the zone."""

    kind: Mapping[str, Any]
    asked: Mapping[str, Any]
    towns: tuple[Cell, ...]
    zone: Cell
    metres: tuple[float, float] | None
    off_network: int
    of: Layer | None = None
    """What the large figure is a share of; None for the ground."""

    @property
    def anywhere(self) -> bool:
        """Whether the zone has a site of this kind in any state."""
        everything = self.zone.amounts[State.ALL]
        return bool(everything.sites or everything.share)


def board_rows(
    counted: Coverages,
    view: View,
    lang: str,
    questions: Mapping[str, Question],
    before: Mapping[str, Point] | None = None,
) -> tuple[Row, ...]:
    """A row for each question, in their order; `before` is by kind what was built in an earlier week."""
    asked = list(questions.values())
    found = in_states(counted, view, asked)
    return tuple(
        _row(counted, view, lang, question, answers, (before or {}).get(question.kind))
        for question, answers in zip(asked, found, strict=True)
    )


def _row(
    counted: Coverages,
    view: View,
    lang: str,
    question: Question,
    answers: Mapping[State, Answer],
    before: Point | None,
) -> Row:
    rows = {state: told_rows(answer) for state, answer in answers.items()}
    reached = {state: counted.reached(view, answer) for state, answer in answers.items()}
    manner = counted.rules.by_kind[question.kind].manner
    of = head_layer(manner, reached[State.DONE])
    layers = tuple(Layer) if manner is Manner.NETWORK else OF_EVERY_KIND
    served = {state: served_rows(found, len(rows[state]), layers) for state, found in reached.items()}
    everything = answers[State.ALL]
    ground = everything.service.ground
    done = set(answers[State.DONE].codes)
    counts_today = np.array([code in done for code in everything.codes], dtype=bool)

    def told(index: int) -> dict[str, Any]:
        heads = {
            state: head_share(of, reached[state], index, found[index].share) for state, found in rows.items()
        }
        then = head_share(of, before.reached, index, before.rows[index].share) if before else None
        return {
            "amounts": {state: _amount(found[index]) for state, found in rows.items()},
            "heads": heads,
            "served": {state: found[index] for state, found in served.items()},
            "since": then,
        }

    cells = []
    for index, code in enumerate(ground.codes):
        frame = Frame.around([ground.lonlat[index]], *MINI, 0, margin=0.04)
        inside = everything.service.within[index]
        cells.append(
            Cell(
                code,
                local(lang, view.words.towns[code], "name"),
                float(ground.area_m2[index]) / 1e6,
                land=frame.path(ground.lonlat[index]),
                areas={
                    state: path_of(frame, ground.plane.to_wgs84(answer.service.pieces[index]))
                    for state, answer in answers.items()
                },
                dots=_dots(frame, everything.geoms[inside], counts_today[inside])
                if manner is Manner.PLACE
                else (),
                **told(index),
            )
        )
    return Row(
        view.words.kinds[question.kind],
        question_members(answers[State.DONE], counted.rules, lang),
        tuple(cells),
        Cell(None, "", ground.zone_m2 / 1e6, **told(len(ground.codes))),
        answers[State.DONE].metres,
        len(everything.off_network),
        of,
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


def path_of(frame: Frame, geom: BaseGeometry) -> str:
    """Path data; nothing of what is empty."""
    return "" if geom.is_empty else frame.path(geom)


def _amount(row: Any) -> Amount:
    return Amount(row.covered_km2, row.share, row.sites)


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
