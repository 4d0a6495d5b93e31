"""Addresses to ask and what each must answer: random, but the same in every run and for every engine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from geo.types import Box
from tests.bench.plan import NEARBY, NEAREST, PAGES, QUESTIONS, SEED
from tests.support.generated import EAST, NORTH, SOUTH, WEST

_HALVINGS = 24


@dataclass(frozen=True)
class Question:
    """`count` features are to come. For a page: `box`, `matched` (how many lie in it), `codes` in order."""

    address: str
    count: int
    box: Box | None = None
    matched: int | None = None
    codes: tuple[str, ...] = ()


def questions(codes: list[str], geoms: np.ndarray) -> dict[str, list[Question]]:
    """By workload: points spread evenly over the zone, and boxes that hold a page or slightly more."""
    made = {NEARBY: list(_points(random.Random(f"{SEED} {NEARBY}"), QUESTIONS[NEARBY]))}
    tree = shapely.STRtree(geoms)
    for name, count in PAGES.items():
        draw = random.Random(f"{SEED} {name}")
        made[name] = [_page(draw, tree, codes, count) for _ in range(QUESTIONS[name])]
    return made


def _points(draw: random.Random, number: int) -> Iterator[Question]:
    for _ in range(number):
        lon, lat = draw.uniform(WEST, EAST), draw.uniform(SOUTH, NORTH)
        yield Question(f"/api/nearby?lon={lon:.6f}&lat={lat:.6f}&limit={NEAREST}", NEAREST)


def _page(draw: random.Random, tree: shapely.STRtree, codes: list[str], count: int) -> Question:
    """A box of the zone's proportions around a random point, the smallest found with `count` sites in it."""
    lon, lat = draw.uniform(WEST, EAST), draw.uniform(SOUTH, NORTH)
    low, high = 0.0, 2.5  # the larger holds the zone and what sticks out of it, wherever the point is
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if len(_inside(tree, _box(lon, lat, middle))) >= count else (middle, high)
    box = _box(lon, lat, high)
    rows = _inside(tree, box)
    assert len(rows) >= count, f"only {len(rows)} of {count} sites around {lon}, {lat}"
    asked = "/api/sites?bbox={:.6f},{:.6f},{:.6f},{:.6f}&limit={}".format(*box, count)
    return Question(asked, count, box, len(rows), tuple(codes[row] for row in rows[:count]))


def _box(lon: float, lat: float, share: float) -> Box:
    """A box of that share of the zone's width and height, to 6 decimals as it stands in the address."""
    east, north = share * (EAST - WEST) / 2, share * (NORTH - SOUTH) / 2
    corners = (lon - east, lat - north, lon + east, lat + north)
    return Box(*(float(f"{value:.6f}") for value in corners))


def _inside(tree: shapely.STRtree, box: Box) -> np.ndarray:
    return np.sort(tree.query(shapely.box(*box), predicate="intersects"))
