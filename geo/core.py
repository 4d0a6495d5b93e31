"""What is covered many times over, found on a grid, so that only the pieces around it need be united.

Many sites close together cover most of their surroundings dozens of times; uniting every piece exactly takes
seconds. A square of the grid is surely covered when some spot of a site lies so near that even the farthest
corners of both squares are within the radius. Pieces that lie wholly in such squares add nothing to them.

Where only the ground of some towns counts, squares outside of it are nobody's concern: a piece may reach
there and still add nothing.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.ground import prepared

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Squares per radius: as many as fit, but no fewer than make a grid worth having.
_FINEST, _COARSEST = 16, 5
# The most squares that are worth it (a byte and some each), and how many are aimed at.
_MOST, _AIM = 4_000_000, 400_000
# The squares' jagged edges cost time too: with fewer pieces left out than this share, more than is won.
_WORTH = 0.6


def core(
    spots: Array, radius_m: float, boxes: Array, zone: BaseGeometry | None = None
) -> tuple[BaseGeometry | None, Mask]:
    """An area (plane) within the radius of (P, 2) spots, and which of N pieces are needed beside it.

    `boxes` (N, 4) hold the pieces. The union of the area and the pieces needed is that of all pieces (with
    `zone`, a plane area: inside of that), provided that each spot's disc lies in the union of all. None and
    all pieces where a grid would not pay.
    """
    everything = np.ones(len(boxes), dtype=bool)
    if not len(spots):
        return None, everything
    x, y = np.ascontiguousarray(spots[:, 0]), np.ascontiguousarray(spots[:, 1])
    low, high = np.array([x.min(), y.min()]), np.array([x.max(), y.max()])
    if zone is not None:
        west, south, east, north = zone.bounds
        low = np.maximum(low, (west - radius_m, south - radius_m))
        high = np.minimum(high, (east + radius_m, north + radius_m))
        if (low > high).any():
            return None, everything
    per_radius = _finest(high - low, radius_m)
    if per_radius is None:
        return None, everything
    step = radius_m / per_radius
    first = np.floor(low / step).astype(np.int64) - per_radius
    width, height = np.floor(high / step).astype(np.int64) - first + per_radius + 1
    held = _held(x, y, first, step, (height, width))
    sure = _widened(held, per_radius)
    edges = np.concatenate([np.floor(boxes[:, :2] / step), np.floor(boxes[:, 2:] / step)], axis=1)
    edges = edges.astype(np.int64) - np.tile(first, 2)
    settled = sure
    if zone is not None:
        elsewhere = _outside(zone, first, step, (height, width))
        settled, sure = sure | elsewhere, sure & ~elsewhere
        # The grid need not reach beyond the zone, where pieces may.
        edges = _cut_off(edges, zone, first, step)
    hidden = _filled(settled, edges)
    if hidden.mean() < _WORTH:
        return None, everything
    return _area(sure, first, step), ~hidden


def _held(x: Array, y: Array, first: NDArray[np.int64], step: float, shape: tuple[int, int]) -> Mask:
    """The squares that hold spots."""
    height, width = shape
    column = np.floor(x / step).astype(np.int64) - first[0]
    row = np.floor(y / step).astype(np.int64) - first[1]
    on_it = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    held = np.zeros(shape, dtype=bool)
    held.ravel()[row[on_it] * width + column[on_it]] = True
    return held


def along(segments: Array, step_m: float, most: int = 600_000) -> Array:
    """Spots on (S, 2, 2) segments no farther apart than `step_m`, without the ends; fewer, evenly, where they
    would be more than `most`."""
    way = segments[:, 1] - segments[:, 0]
    long = np.hypot(way[:, 0], way[:, 1])
    total = float(long.sum()) / step_m
    step = step_m * max(1.0, total / most)
    count = np.floor(long / step).astype(np.int64)
    owner = np.repeat(np.arange(len(segments)), count)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    share = (within + 1.0) / (count[owner] + 1.0)
    return np.column_stack([segments[owner, 0, axis] + share * way[owner, axis] for axis in (0, 1)])


def _finest(extent: Array, radius_m: float) -> int | None:
    """Squares per radius; None where even the coarsest grid would be too large."""
    for per_radius in range(_FINEST, _COARSEST - 1, -1):
        width, height = extent * per_radius / radius_m + 2 * per_radius + 2
        if width * height <= (_MOST if per_radius == _COARSEST else _AIM):
            return per_radius
    return None


def _widened(held: Mask, per_radius: int) -> Mask:
    """The squares all of whose positions are within the radius of all positions of some held square."""
    sure = np.zeros_like(held)
    height, width = held.shape
    # Held squares of a row up to each column: their differences say whether a window holds any.
    count = np.zeros((height, width + 2 * per_radius + 1), dtype=np.int32)
    np.cumsum(held, axis=1, out=count[:, per_radius + 1 : per_radius + 1 + width])
    count[:, per_radius + 1 + width :] = count[:, per_radius + width, None]
    rows: dict[int, Mask] = {}
    for dy in range(-per_radius, per_radius + 1):
        beside = int(np.sqrt(max(per_radius**2 - (abs(dy) + 1) ** 2, 0))) - 1
        if beside < 0:
            continue
        if beside not in rows:
            left, right = per_radius - beside, per_radius + beside + 1
            rows[beside] = count[:, right : right + width] > count[:, left : left + width]
        sure[max(dy, 0) : height + min(dy, 0)] |= rows[beside][max(-dy, 0) : height + min(-dy, 0)]
    return sure


def _outside(zone: BaseGeometry, first: NDArray[np.int64], step: float, shape: tuple[int, int]) -> Mask:
    """The squares that have nothing of the zone: their middles lie outside and no border comes near."""
    height, width = shape
    x, y = ((first[axis] + np.arange(size) + 0.5) * step for axis, size in ((0, width), (1, height)))
    inside = np.zeros(shape, dtype=bool)
    inside[:] = shapely.contains_xy(prepared(zone), *np.meshgrid(x, y))
    border = shapely.get_coordinates(shapely.segmentize(shapely.boundary(zone), step / 2.0))
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            x, y = border[:, 0] + dx * step, border[:, 1] + dy * step
            inside |= _held(x, y, first, step, shape)
    return ~inside


def _cut_off(
    edges: NDArray[np.int64], zone: BaseGeometry, first: NDArray[np.int64], step: float
) -> NDArray[np.int64]:
    """Ranges of squares without what lies beyond the zone's own box and a square around it; empty where
    all of it does."""
    bounds = np.array(zone.bounds)
    box = np.floor(bounds / step).astype(np.int64) - np.tile(first, 2)
    cut = edges.copy()
    cut[:, :2] = np.maximum(edges[:, :2], box[:2] - 1)
    cut[:, 2:] = np.minimum(edges[:, 2:], box[2:] + 1)
    return cut


def _filled(sure: Mask, edges: NDArray[np.int64]) -> Mask:
    """For ranges of squares (west, south, east, north, inclusive) whether all of them are sure; an empty
    range is."""
    height, width = sure.shape
    total = np.zeros((height + 1, width + 1), dtype=np.int64)
    total[1:, 1:] = sure.cumsum(axis=0).cumsum(axis=1)
    empty = (edges[:, :2] > edges[:, 2:]).any(axis=1)
    inside = (edges[:, :2] >= 0).all(axis=1) & (edges[:, 2] < width) & (edges[:, 3] < height) & ~empty
    west, south, east, north = np.where(inside[:, None], edges, 0).T
    found = total[north + 1, east + 1] - total[south, east + 1] - total[north + 1, west] + total[south, west]
    return empty | (inside & (found == (east - west + 1) * (north - south + 1)))


def _area(sure: Mask, low: NDArray[np.int64], step: float) -> BaseGeometry:
    """The squares as an area, put together from their border: uniting them takes several times as long."""
    padded = np.pad(sure, 1)
    level, upright = padded[1:] != padded[:-1], padded[:, 1:] != padded[:, :-1]
    edges = [
        _straight(level, upright[1:] | upright[:-1]),
        _straight(upright.T, (level[:, 1:] | level[:, :-1]).T)[:, :, ::-1],
    ]
    border = shapely.linestrings((np.concatenate(edges) + low) * step)
    faces = shapely.get_parts(shapely.polygonize(border))
    # Squares and gaps lie on either side of the border, so that a face is all one or all the other.
    column, row = np.floor(shapely.get_coordinates(shapely.point_on_surface(faces)) / step).astype(int).T
    return shapely.multipolygons(faces[sure[row - low[1], column - low[0]]])


def _straight(border: Mask, bends: Mask) -> NDArray[np.int64]:
    """Stretches (N, 2 ends, 2: column, row) of a grid's lines along which `border` is true; they end where
    `bends` (columns but one) says that the border goes on across."""
    row, column = np.nonzero(border)
    if not len(row):
        return np.empty((0, 2, 2), dtype=np.int64)
    goes_on = (row[1:] == row[:-1]) & (column[1:] == column[:-1] + 1)
    goes_on[goes_on] = ~bends[row[:-1][goes_on], column[:-1][goes_on]]
    first, last = np.concatenate([[True], ~goes_on]), np.concatenate([~goes_on, [True]])
    west, east = column[first] - 1, column[last]
    return np.stack([np.stack([west, row[first]], axis=1), np.stack([east, row[last]], axis=1)], axis=1)
