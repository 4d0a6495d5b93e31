"""What lies in a service area of the places that are to be served: villages, communities, buildings, land.

A point is covered when it lies in the area, a polygon when at least half of it does. Inhabitants of a polygon
count by the share of its area that is covered, as if they lived evenly over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Layer(StrEnum):
    """Kinds of places that are served."""

    VILLAGE = "village"
    COMMUNITY = "community"
    BUILDING = "building"
    BUILT_UP = "built_up"


HALF = 0.5
"""The share of a polygon from which on it counts as covered."""


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
