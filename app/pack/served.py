"""What of villages, communities, buildings and built-up land the built sites of each kind serve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.reached import Count, Layer, Reached, is_covered, people
from app.domain.services import Manner
from app.store.coverage.answers import Question
from app.store.coverage.coverages import Coverages
from app.store.live import View
from app.views.coverage.served import OF_EVERY_KIND
from app.wording import local


@dataclass(frozen=True)
class Place:
    """A village: `share` (0 to 1) of its area is covered, 0 or 1 of a point."""

    code: str
    name: str
    town: str
    inhabitants: int | None
    share: float
    covered: bool


@dataclass(frozen=True)
class Layered:
    """A layer's counts and shares (0 to 1; None of nothing) per town and last the zone."""

    layer: Layer
    rows: tuple[Count, ...]
    shares: tuple[float | None, ...]


@dataclass(frozen=True)
class Served:
    """One kind: layers (of networks all that are loaded, else villages), whose inhabitants are told (None:
    nobody is known), and every village."""

    kind: str
    layers: tuple[Layered, ...]
    people: tuple[Count, ...] | None
    villages: tuple[Place, ...]

    @property
    def missed(self) -> list[Place]:
        """The villages that are not covered."""
        return [place for place in self.villages if not place.covered]


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
        network = counted.rules.by_kind[question.kind].manner is Manner.NETWORK
        found[question.kind] = Served(
            question.kind,
            tuple(
                Layered(layer, one.rows, tuple(one.share(row) for row in one.rows))
                for layer, one in reached.items()
                if network or layer in OF_EVERY_KIND
            ),
            None if living is None else living.rows,
            _villages(counted, view, reached.get(Layer.VILLAGE), lang),
        )
    return found


def _villages(counted: Coverages, view: View, found: Reached | None, lang: str) -> tuple[Place, ...]:
    if found is None:
        return ()
    places = counted.served_places(view)[Layer.VILLAGE]
    return tuple(
        Place(
            code,
            (lang == "en" and name_en) or name,
            local(lang, view.words.towns[town], "name"),
            inhabitants,
            share,
            covered,
        )
        for code, name, name_en, town, inhabitants, share, covered in zip(
            places.codes,
            places.names,
            places.names_en,
            places.towns,
            places.inhabitants,
            found.shares.tolist(),
            is_covered(found.shares).tolist(),
            strict=True,
        )
    )
