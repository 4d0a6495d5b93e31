"""What is covered many times over, found on a grid, so that only the pieces around it need be united.

Many sites close together cover most of their surroundings dozens of times; uniting every piece exactly takes
seconds. A square of the grid is surely covered when some spot of a site lies so near that even the farthest
corners of both squares are within the radius. Pieces that lie wholly in such squares add nothing to them.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Squares per radius, and the most squares that are worth it (a byte and some each).
_PER_RADIUS = 5
_MOST = 4_000_000
# The squares' jagged edges cost time too: with fewer pieces left out than this share, more than is won.
_WORTH = 0.6


def core(spots: Array, radius_m: float, boxes: Array) -> tuple[BaseGeometry | None, Mask]:
    """An area (plane) within the radius of (P, 2) spots, and which of N pieces are needed beside it.

    `boxes` (N, 4) hold the pieces. The union of the area and the pieces needed is that of all pieces,
    provided that each spot's disc lies in some of them. None and all pieces where a grid would not pay.
    """
    everything = np.ones(len(boxes), dtype=bool)
    if not len(spots):
        return None, everything
    step = radius_m / _PER_RADIUS
    low = np.floor(np.minimum(spots, 0.0).min(axis=0) / step).astype(np.int64) - _PER_RADIUS
    cell = np.floor(spots / step).astype(np.int64) - low
    width, height = cell.max(axis=0) + _PER_RADIUS + 1
    if width * height > _MOST:
        return None, everything
    held = np.zeros((height, width), dtype=bool)
    held[cell[:, 1], cell[:, 0]] = True
    sure = _widened(held)
    edges = np.concatenate([np.floor(boxes[:, :2] / step), np.floor(boxes[:, 2:] / step)], axis=1)
    hidden = _filled(sure, edges.astype(np.int64) - np.tile(low, 2))
    if hidden.mean() < _WORTH:
        return None, everything
    return _area(sure, low, step), ~hidden


def _widened(held: Mask) -> Mask:
    """The squares all of whose positions are within the radius of all positions of some held square."""
    sure = np.zeros_like(held)
    height, width = held.shape
    for dy in range(-_PER_RADIUS, _PER_RADIUS + 1):
        for dx in range(-_PER_RADIUS, _PER_RADIUS + 1):
            if (abs(dx) + 1) ** 2 + (abs(dy) + 1) ** 2 > _PER_RADIUS**2:
                continue
            sure[max(dy, 0) : height + min(dy, 0), max(dx, 0) : width + min(dx, 0)] |= held[
                max(-dy, 0) : height + min(-dy, 0), max(-dx, 0) : width + min(-dx, 0)
            ]
    return sure


def _filled(sure: Mask, edges: NDArray[np.int64]) -> Mask:
    """For ranges of squares (west, south, east, north, inclusive) whether all of them are sure."""
    height, width = sure.shape
    total = np.zeros((height + 1, width + 1), dtype=np.int64)
    total[1:, 1:] = sure.cumsum(axis=0).cumsum(axis=1)
    inside = (edges[:, :2] >= 0).all(axis=1) & (edges[:, 2] < width) & (edges[:, 3] < height)
    west, south, east, north = np.where(inside[:, None], edges, 0).T
    found = total[north + 1, east + 1] - total[south, east + 1] - total[north + 1, west] + total[south, west]
    return inside & (found == (east - west + 1) * (north - south + 1))


def _area(sure: Mask, low: NDArray[np.int64], step: float) -> BaseGeometry:
    """The squares as an area: a box for every run of a row, united."""
    padded = np.pad(sure, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(padded, axis=1)
    row, west = np.nonzero(change == 1)
    _, east = np.nonzero(change == -1)
    runs = shapely.box(
        (west + low[0]) * step, (row + low[1]) * step, (east + low[0]) * step, (row + 1 + low[1]) * step
    )
    return shapely.union_all(runs)
