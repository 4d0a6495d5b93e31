"""A question about coverage and its answer."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.domain.services import Method, State
from geo.coverage import Coverage
from geo.ground import Share
from geo.nearest import NearestIndex
from geo.service import Service

Objects = NDArray[np.object_]


class Question(NamedTuple):
    """What is asked of one kind. `radius_m` is a radius, a connection distance, or the way on foot."""

    kind: str
    state: State
    method: Method
    radius_m: float


@dataclass(frozen=True, eq=False)
class Answer:
    """A service area with what it was made of.

    `codes` are the sites that count; `metres` built and in all of a network's lines; `off_network` the codes
    that no street comes near to.
    """

    question: Question
    service: Service
    coverage: Coverage
    codes: list[str]
    geoms: Objects
    off_network: list[str] = field(default_factory=list)
    metres: tuple[float, float] | None = None
    key: Hashable | None = None
    """What it is kept under; None of a what-if, which is not kept."""
    tried: tuple[BaseGeometry, ...] = ()
    """The points (WGS 84) that are there only in a what-if."""

    @cached_property
    def nearest(self) -> NearestIndex:
        """For finding which of `geoms` is near."""
        return NearestIndex(self.geoms)


def told_rows(answer: Answer) -> list[Share]:
    """Rows per town, and last the zone's. A main of which several parts are built is one site."""
    standing = answer.service.within
    codes = np.array(answer.codes, dtype=object)
    rows = [
        row._replace(sites=len(set(codes[inside])))
        for row, inside in zip(answer.coverage.towns, standing, strict=True)
    ]
    return [*rows, answer.coverage.zone._replace(sites=len(set(codes[standing.any(axis=0)])))]
