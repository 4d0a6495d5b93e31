"""Lines widened on all sides, in as few pieces as keep the distance right.

GEOS widens a whole line at once, much more cheaply than a capsule for each of its segments. But first it
leaves out bends that are shallower than 1 % of the distance, and some lines that are small beside the
distance then come out wrong: of 20,000 contrived ones widened by 100 m, 300 by more than 1 m, up to 25 m
(GEOS 3.14, `tests/bench/lines.py`). So lines are cut at such bends: none is left within a piece, and no
border of those lines was off by more than 0.12 m.

A piece is never closed either: GEOS takes a closed line for a ring and treats its inside in another way.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

Array = NDArray[np.float64]
Geometries = NDArray[np.object_]
Mask = NDArray[np.bool_]

# Bends shallower than this share of the distance are cut at; GEOS leaves out those below 0.01.
_SHALLOW = 0.0101


class Chains:
    """Segments of lines on a plane, each after the one before it.

    `segments` (S, 2, 2) are all of them, none without extent, line after line; `points` (P, 2) the positions
    of lines that have none. A line runs from the lesser of its ends, so that its direction changes nothing.
    """

    def __init__(self, lines: Geometries, fine_m: float) -> None:
        """Vertices may be left out where that moves a line by no more than `fine_m`."""
        simple = shapely.simplify(shapely.normalize(lines), fine_m)
        xy, line = shapely.get_coordinates(simple, return_index=True)
        together = np.flatnonzero(line[1:] == line[:-1])
        pairs = np.stack([xy[together], xy[together + 1]], axis=1)
        extended = (pairs[:, 0] != pairs[:, 1]).any(axis=1)
        self.segments, self._line = pairs[extended], line[together][extended]
        self.points = xy[together][~extended]

    def widened(self, chosen: Mask, distance_m: float, quad_segs: int) -> Geometries:
        """Areas that together are all within the distance of the segments chosen; each once, in an order of
        their own, whatever the lines' order was. `quad_segs` are the edges per quarter of a circle."""
        segments, line = self.segments[chosen], self._line[chosen]
        if not len(segments):
            return np.empty(0, dtype=object)
        follows = (segments[1:, 0] == segments[:-1, 1]).all(axis=1) & (line[1:] == line[:-1])
        deep = _depth(segments[:-1, 0], segments[1:, 0], segments[1:, 1]) >= _SHALLOW * distance_m
        first = np.concatenate([[True], ~(follows & deep)])
        first[_middles_of_closed(segments, first)] = True
        return shapely.buffer(_in_order(_joined(segments, first)), distance_m, quad_segs=quad_segs)


def _depth(before: Array, at: Array, after: Array) -> Array:
    """Distances (N,) of positions (N, 2) from the segments between their neighbours."""
    way, aside = after - before, at - before
    length2 = (way**2).sum(axis=1)
    share = np.clip((aside * way).sum(axis=1) / np.where(length2 > 0.0, length2, 1.0), 0.0, 1.0)
    return np.hypot(*(aside - share[:, None] * way).T)


def _middles_of_closed(segments: Array, first: Mask) -> NDArray[np.intp]:
    """Where chains that end where they begin are to be cut. `first` marks the chains' first segments."""
    start = np.flatnonzero(first)
    end = np.append(start[1:], len(segments))
    closed = (segments[start, 0] == segments[end - 1, 1]).all(axis=1)
    return (start[closed] + end[closed]) // 2


def _joined(segments: Array, first: Mask) -> Geometries:
    """A line for each chain."""
    chain = np.cumsum(first) - 1
    xy = np.insert(segments[:, 1], np.flatnonzero(first), segments[first, 0], axis=0)
    return shapely.linestrings(xy, indices=np.insert(chain, np.flatnonzero(first), chain[first]))


def _in_order(lines: Geometries) -> Geometries:
    """Each once, by where it runs."""
    _, where = np.unique(shapely.to_wkb(lines), return_index=True)
    return lines[where]
