"""What lies in a service area of the places that are to be served: villages, communities, buildings, land.

A point is covered when it lies in the area, a polygon when at least half of it does. Inhabitants of a polygon
count by the share of its area that is covered, as if they lived evenly over it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.domain.services import FEWEST


class Layer(StrEnum):
    """Kinds of places that are served."""

    VILLAGE = "village"
    COMMUNITY = "community"
    BUILDING = "building"
    BUILT_UP = "built_up"


NAMES = {
    Layer.VILLAGE: "villages",
    Layer.COMMUNITY: "communities",
    Layer.BUILDING: "buildings",
    Layer.BUILT_UP: "built_up",
}
"""What the layers' members are called in answers, files and the audit."""

HALF = 0.5
"""The share of a polygon from which on it counts as covered."""
_ROUNDING = 1e-9

PEOPLE_OF = (Layer.VILLAGE, Layer.COMMUNITY, Layer.BUILT_UP)
"""Inhabitants are told of the first of these layers that knows any: the same people may live in several.
Never of buildings: a place tried out beside a house would tell how many live in it."""

FEWEST_PEOPLE = FEWEST
"""A place with fewer inhabitants, but for nobody, is a home; its number is not taken in."""

MOST_PEOPLE = 2_000_000
"""No village, and no community, has as many; such a number is an area or a telephone number."""


@dataclass(frozen=True)
class Count:
    """Places of one town, or of the zone (`code` None), and those of them that are covered.

    `inhabitants` is None where no place has a number; `counted` places have one. Areas are of polygons only.
    """

    code: str | None
    places: int
    covered: int
    area_km2: float
    covered_km2: float
    inhabitants: int | None
    covered_inhabitants: float | None
    counted: int

    @property
    def people_share(self) -> float | None:
        """The share (0 to 1) of the inhabitants; None where nobody is known."""
        if not self.inhabitants or self.covered_inhabitants is None:
            return None
        return self.covered_inhabitants / self.inhabitants


@dataclass(frozen=True, eq=False)
class Reached:
    """One layer: rows per town and last the zone, and of each place the share (0 to 1) that is covered."""

    layer: Layer
    rows: tuple[Count, ...]
    shares: NDArray[np.float64]

    def share(self, row: Count) -> float | None:
        """The share (0 to 1) of a row: of land by area, of everything else by number; None of nothing."""
        if self.layer is Layer.BUILT_UP:
            return row.covered_km2 / row.area_km2 if row.area_km2 else None
        return row.covered / row.places if row.places else None


def is_covered(shares: NDArray[np.float64]) -> NDArray[np.bool_]:
    """From half its area on a place is covered, to within a billionth, which is rounding."""
    return shares >= HALF - _ROUNDING


def count(
    layer: Layer,
    codes: Sequence[str],
    towns: NDArray[np.intp],
    shares: NDArray[np.float64],
    area_km2: NDArray[np.float64],
    people: NDArray[np.float64],
) -> Reached:
    """Rows of places: `towns` are their indices in `codes`, `area_km2` 0 of points, `people` NaN: unknown."""
    covered = is_covered(shares)
    known = ~np.isnan(people)
    living = np.where(known, people, 0.0)
    columns = [
        _sums(values, towns, len(codes))
        for values in (
            np.ones(len(towns)),
            covered,
            area_km2,
            area_km2 * shares,
            living,
            living * shares,
            known,
        )
    ]
    rows = []
    for code, *values in zip([*codes, None], *columns, strict=True):
        places, hit, km2, hit_km2, living_there, served, counted = values
        rows.append(
            Count(
                code,
                int(places),
                int(hit),
                float(km2),
                float(hit_km2),
                int(living_there) if counted else None,
                float(served) if counted else None,
                int(counted),
            )
        )
    return Reached(layer, tuple(rows), shares)


def with_land(found: Reached, area_km2: NDArray[np.float64], covered_km2: NDArray[np.float64]) -> Reached:
    """The same with areas in which land counts once where places overlap: per town, and last the zone."""
    rows = tuple(
        replace(row, area_km2=float(whole), covered_km2=float(part))
        for row, whole, part in zip(found.rows, area_km2, covered_km2, strict=True)
    )
    return replace(found, rows=rows)


def people(found: Mapping[Layer, Reached]) -> Reached | None:
    """The layer whose inhabitants are told; None where nobody is known."""
    known = (found[layer] for layer in PEOPLE_OF if layer in found)
    return next((one for one in known if one.rows[-1].counted), None)


def _sums(values: NDArray, towns: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    """Per town, and last of all of them."""
    per_town = np.bincount(towns, values.astype(np.float64), minlength=count)
    return np.append(per_town, values.sum(dtype=np.float64))
