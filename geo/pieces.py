"""Geometries taken apart into short pieces on the ellipsoid: what `geo.nearest` measures to.

A segment of a geometry is straight in lon/lat (RFC 7946 §3.1.1). On the Earth that is a slightly bent
curve. Each piece keeps, in Earth-centred coordinates (metres), the chord between its ends and how far the
curve can stray from it, so that distances to the curve can be bounded with plain vector arithmetic.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.errors import BadCoordinates

Array = NDArray[np.float64]
Indices = NDArray[np.intp]

# WGS 84 (EPSG:7030): semi-axes in metres, first eccentricity squared.
MAJOR = 6378137.0
MINOR = MAJOR * (1.0 - 1.0 / 298.257223563)
E2 = 1.0 - (MINOR / MAJOR) ** 2

# Pieces this short have a single nearest point and stray at most 62 m from their chord.
_LONGEST_DEG = 0.25


class Pieces(NamedTuple):
    """P pieces of G geometries, sorted by geometry.

    `first[g]:first[g + 1]` are the pieces of geometry g (none for an empty or missing one). A point is a
    piece without extent. `lonlat` (P, 2) and `step` (P, 2) are start and extent in degrees, `start` and
    `chord` (P, 3) the same in metres, `chord2` the chord's square, `stray` the largest distance in metres
    between a point of the curve and the point of the chord at the same share of the way.
    """

    first: Indices
    lonlat: Array
    step: Array
    start: Array
    chord: Array
    chord2: Array
    stray: Array


def earth_centred(lon: ArrayLike, lat: ArrayLike) -> Array:
    """Positions in degrees as Earth-centred coordinates (EPSG:4978): (N, 3) metres, or (3,) for one."""
    lam, phi = np.radians(lon), np.radians(lat)
    sin_phi, cos_phi = np.sin(phi), np.cos(phi)
    normal = MAJOR / np.sqrt(1.0 - E2 * sin_phi * sin_phi)
    axis = normal * cos_phi
    return np.stack([axis * np.cos(lam), axis * np.sin(lam), normal * (1.0 - E2) * sin_phi], axis=-1)


def cut(geoms: NDArray[np.object_]) -> Pieces:
    """Take G geometries of any type apart. Raises BadCoordinates when a vertex is no lon/lat in degrees."""
    leaves, owner = _leaves(geoms)
    lonlat, leaf = shapely.get_coordinates(leaves, return_index=True)
    if lonlat.size and not (np.abs(lonlat) <= (360.0, 90.0)).all():  # also false for NaN
        wrong = lonlat[~(np.abs(lonlat) <= (360.0, 90.0)).all(axis=1)][0].tolist()
        raise BadCoordinates(
            f"不是经纬度：{wrong}。", f"Not a longitude and latitude in degrees: {wrong}.", value=wrong
        )
    # Every vertex starts a segment but the last of its leaf, which stays only where it is alone (a point).
    last = np.append(leaf[1:] != leaf[:-1], True) if leaf.size else np.zeros(0, dtype=bool)
    alone = last & np.append(True, last[:-1]) if leaf.size else last
    starts = np.flatnonzero(~last | alone)
    ends = starts + ~alone[starts]
    owners, origin, step = owner[leaf[starts]], lonlat[starts], lonlat[ends] - lonlat[starts]

    count = np.ceil(np.abs(step).max(axis=1, initial=0.0) / _LONGEST_DEG).astype(np.intp).clip(1)
    if (count > 1).any():
        rank = _runs(count)
        owners, step = np.repeat(owners, count), np.repeat(step / count[:, None], count, axis=0)
        origin = np.repeat(origin, count, axis=0) + step * rank[:, None]

    start = earth_centred(*origin.T)
    chord = earth_centred(*(origin + step).T) - start
    first = np.searchsorted(owners, np.arange(len(geoms) + 1))
    return Pieces(first, origin, step, start, chord, np.einsum("ij,ij->i", chord, chord), _stray(step))


def members(first: Indices, chosen: Indices) -> tuple[Indices, Indices]:
    """The pieces of the chosen geometries, one after the other, and where each geometry's begin among
    them."""
    count = first[chosen + 1] - first[chosen]
    begin = np.cumsum(count) - count
    return np.arange(count.sum()) + np.repeat(first[chosen] - begin, count), begin


def _stray(step: Array) -> Array:
    # A curve x(t) and its chord differ by at most max|x''| / 8. On a sphere of radius R the second
    # derivative of a lon/lat-straight path is at most R (|dlat| + |dlon|)²; the ellipsoid's largest radius
    # of curvature is 6,400 km and its change along the meridian (1 %) is covered by the 2 % added.
    return 1.02 * 6.4e6 / 8.0 * np.radians(np.abs(step).sum(axis=1)) ** 2


def _leaves(geoms: NDArray[np.object_]) -> tuple[NDArray[np.object_], Indices]:
    """Points, lines and rings, and the geometry that each belongs to, in order of those."""
    owner = np.flatnonzero(~(shapely.is_missing(geoms) | shapely.is_empty(geoms)))
    leaves = geoms[owner]
    while (shapely.get_type_id(leaves) >= 4).any():  # collections may hold collections
        leaves, index = shapely.get_parts(leaves, return_index=True)
        owner = owner[index]
    areal = shapely.get_type_id(leaves) == 3
    if areal.any():
        rings, index = shapely.get_rings(leaves[areal], return_index=True)
        leaves = np.concatenate([leaves[~areal], rings])
        owner = np.concatenate([owner[~areal], owner[areal][index]])
        order = np.argsort(owner, kind="stable")
        leaves, owner = leaves[order], owner[order]
    return leaves, owner


def _runs(count: Indices) -> Indices:
    """0, 1, … count[0] − 1, 0, 1, … count[1] − 1, …"""
    return np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
