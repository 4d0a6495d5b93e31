"""The Chinese map offsets GCJ-02 and BD-09 as vectorised formulas; only `geo.crs` calls them.

Neither is a coordinate reference system of the EPSG register. GCJ-02 is WGS 84 moved by some hundreds of
metres by a smooth formula on the Krasovsky ellipsoid, never officially published but long known; BD-09 is
GCJ-02 turned and moved once more. Outside a lon/lat box around China both are WGS 84 unchanged, as in the
maps that use them.

Arrays are (N, 2), longitude first, degrees. The inverses have no closed form. They are found as fixed
points: the offset changes by less than one part in fifty over its own length, so every step gains nearly
two decimals.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from geo.types import Box

Array = NDArray[np.float64]

# The box inside which the offset applies. It is generous: it holds parts of the neighbouring countries too.
OFFSET_BOX = Box(72.004, 0.8293, 137.8347, 55.8271)

_KRASOVSKY_A = 6378245.0
_KRASOVSKY_E2 = 0.00669342162296594323

_BAIDU_WAVE = np.pi * 3000.0 / 180.0
_BAIDU_SHIFT = np.array([0.0065, 0.006])

# Degrees: about a tenth of a micrometre on the ground. Rounding of a double at 116° is 1.4e-14°.
_SETTLED = 1e-12
_MAX_STEPS = 24


def _in_box(xy: Array) -> NDArray[np.bool_]:
    lon, lat = xy[:, 0], xy[:, 1]
    box = OFFSET_BOX
    return (lon >= box.minx) & (lon <= box.maxx) & (lat >= box.miny) & (lat <= box.maxy)


def _gcj_offset(xy: Array) -> Array:
    """The GCJ-02 offset in degrees at WGS 84 positions, whether or not they lie in China."""
    x = xy[:, 0] - 105.0
    y = xy[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    fine = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)

    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (fine + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * (2.0 / 3.0)
    east += (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * (2.0 / 3.0)

    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (fine + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * (2.0 / 3.0)
    north += (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * (2.0 / 3.0)

    # Metres to degrees with the radii of curvature in the prime vertical and in the meridian.
    latitude = np.radians(xy[:, 1])
    w2 = 1.0 - _KRASOVSKY_E2 * np.sin(latitude) ** 2
    prime_vertical = _KRASOVSKY_A / np.sqrt(w2)
    meridian = _KRASOVSKY_A * (1.0 - _KRASOVSKY_E2) / (w2 * np.sqrt(w2))
    return np.column_stack(
        [np.degrees(east / (prime_vertical * np.cos(latitude))), np.degrees(north / meridian)]
    )


def _baidu(gcj: Array) -> Array:
    """GCJ-02 to BD-09, inside the box."""
    lon, lat = gcj[:, 0], gcj[:, 1]
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_WAVE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_WAVE)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]) + _BAIDU_SHIFT


def _solve(forward: Callable[[Array], Array], target: Array) -> Array:
    """The positions that `forward` sends to `target`, by fixed-point steps until nothing moves any more."""
    guess = target.copy()
    for _ in range(_MAX_STEPS):
        miss = target - forward(guess)
        guess += miss
        if not miss.size or np.abs(miss).max() < _SETTLED:
            break
    return guess


def _forward(formula: Callable[[Array], Array], wgs84: Array) -> Array:
    out = wgs84.copy()
    inside = _in_box(wgs84)
    out[inside] = formula(wgs84[inside])
    return out


def _backward(formula: Callable[[Array], Array], shifted: Array) -> Array:
    # Which side of the box's edge the original was on is not known, only where it landed. The offset is
    # under a kilometre (0.02°), so only positions that near to the box can come from inside; of those, the
    # ones whose solution lies inside do. What is left was never moved.
    box = OFFSET_BOX
    lon, lat = shifted[:, 0], shifted[:, 1]
    reach = 0.05
    near = (lon >= box.minx - reach) & (lon <= box.maxx + reach)
    near &= (lat >= box.miny - reach) & (lat <= box.maxy + reach)
    out = shifted.copy()
    solved = _solve(formula, shifted[near])
    # A hair's breadth outside is an original on the very edge.
    edge = np.clip(solved, box[:2], box[2:])
    solved = np.where(np.abs(solved - edge) < 10.0 * _SETTLED, edge, solved)
    out[near] = np.where(_in_box(solved)[:, None], solved, shifted[near])
    return out


def _to_gcj(xy: Array) -> Array:
    return xy + _gcj_offset(xy)


def _to_baidu(xy: Array) -> Array:
    return _baidu(_to_gcj(xy))


def wgs84_to_gcj02(wgs84: Array) -> Array:
    """WGS 84 to GCJ-02."""
    return _forward(_to_gcj, wgs84)


def gcj02_to_wgs84(gcj02: Array) -> Array:
    """GCJ-02 to WGS 84; `wgs84_to_gcj02` of the answer is the input to within a micrometre."""
    return _backward(_to_gcj, gcj02)


def wgs84_to_bd09(wgs84: Array) -> Array:
    """WGS 84 to BD-09 (by way of GCJ-02)."""
    return _forward(_to_baidu, wgs84)


def bd09_to_wgs84(bd09: Array) -> Array:
    """BD-09 to WGS 84; `wgs84_to_bd09` of the answer is the input to within a micrometre."""
    return _backward(_to_baidu, bd09)
