"""What of villages, communities, buildings and built-up land the built sites of each kind serve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.reached import HALF, Count, Layer, Reached, people
from app.i18n import translate
from app.store.coverage import Coverages, Question
from app.store.live import View
from app.wording import local

ALMOST = 1e-9
"""What rounding takes from a half."""


@dataclass(frozen=True)
class Place:
    """A village that a kind does not reach: `share` (0 to 1) of its area is covered, 0 of a point."""

    code: str
    name: str
    town: str
    inhabitants: int | None
    share: float


@dataclass(frozen=True)
class Served:
    """One kind: a layer's counts per town and last the zone, for each layer that is loaded.

    `people` are the counts whose inhabitants are told; None where nobody is known.
    """

    kind: str
    layers: tuple[tuple[Layer, tuple[Count, ...], tuple[float | None, ...]], ...]
    people: tuple[Count, ...] | None
    missed: tuple[Place, ...]


def read_served(
    counted: Coverages, view: View, questions: Iterable[Question], lang: str
) -> dict[str, Served]:
    """By kind; empty when nothing is loaded."""
    places = counted.served_places(view)
    if not places:
        return {}
    found = {}
    for question in questions:
        reached = counted.reached(view, counted.ask(view, question))
        living = people(reached)
        found[question.kind] = Served(
            question.kind,
            tuple(
                (layer, one.rows, tuple(one.share(row) for row in one.rows)) for layer, one in reached.items()
            ),
            None if living is None else tuple(living.rows),
            _missed(counted, view, reached.get(Layer.VILLAGE), lang),
        )
    return found


def town_names(view: View, codes: Sequence[str | None], lang: str) -> list[str]:
    """Names of towns; the zone is None."""
    return [
        local(lang, view.words.towns[code], "name") if code else translate(lang, "coverage.zone")
        for code in codes
    ]


def _missed(counted: Coverages, view: View, villages: Reached | None, lang: str) -> tuple[Place, ...]:
    if villages is None:
        return ()
    places = counted.served_places(view)[Layer.VILLAGE]
    return tuple(
        Place(
            code,
            (lang == "en" and name_en) or name,
            local(lang, view.words.towns[town], "name"),
            inhabitants,
            share,
        )
        for code, name, name_en, town, inhabitants, share in zip(
            places.codes,
            places.names,
            places.names_en,
            places.towns,
            places.inhabitants,
            villages.shares.tolist(),
            strict=True,
        )
        if share < HALF - ALMOST
    )
