"""Where one more site would cover most of what is not covered yet, and after that the next one.

The ground that is not covered is looked at on a grid; how much of it lies within the radius of each square is
a convolution with a disc. The square with most is the place; its gain is then counted exactly, and it is
covered before the next one is looked for. Each place is the best to within the grid, not the best set of them
all: choosing places one after the other reaches at least 63 % of what the best set would (Nemhauser, Wolsey
and Fisher 1978).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.coverage import covered, what_if
from geo.ground import prepared
from geo.service import Service, checked_radius

Array = NDArray[np.float64]

PER_RADIUS = 8
"""Squares per radius: a place is right to a sixteenth of the radius either way."""
MOST_SQUARES = 400_000
"""With more, squares become larger."""
_FARTHER = 4
LEAST_KM2 = 0.001
"""A place that gains less is none."""


class Spot(NamedTuple):
    """A place (WGS 84 degrees), the square kilometres that it would add, and those by town."""

    lon: float
    lat: float
    gain_km2: float
    towns: dict[str, float]


def best_spots(service: Service, radius_m: float, limit: int = 5) -> list[Spot]:
    """The places where new sites of a radius (metres) would gain most, one after the other; all of them in
    the zone. Fewer than `limit` when nothing is left to gain. Raises GeoError for a radius that cannot be.
    """
    radius = checked_radius(radius_m)
    spots: list[Spot] = []
    while len(spots) < limit:
        place = _best(service, radius)
        if place is None:
            break
        lon, lat = shapely.get_coordinates(service.ground.plane.to_wgs84(shapely.Point(*place)))[0]
        more = what_if(service, shapely.Point(lon, lat), radius)
        gains = [
            after.covered_km2 - before.covered_km2
            for before, after in zip(_rows(service), _rows(more), strict=True)
        ]
        if gains[-1] < LEAST_KM2:
            break
        by_town = {
            code: gain for code, gain in zip(service.ground.codes, gains[:-1], strict=True) if gain > 1e-6
        }
        spots.append(Spot(float(lon), float(lat), gains[-1], by_town))
        service = more
    return spots


def _rows(service: Service) -> tuple:
    rows = covered(service)
    return (*rows.towns, rows.zone)


def _best(service: Service, radius_m: float) -> tuple[float, float] | None:
    """The middle (plane metres) of the square of the zone with most open ground within the radius."""
    zone = service.ground.zone
    west, south, east, north = zone.bounds
    step = max(radius_m / PER_RADIUS, float(np.sqrt((east - west) * (north - south) / MOST_SQUARES)))
    x = np.arange(west + step / 2, east, step)
    y = np.arange(south + step / 2, north, step)
    if not len(x) or not len(y):
        x, y = np.array([(west + east) / 2]), np.array([(south + north) / 2])
    across, up = np.meshgrid(x, y)
    inside = shapely.contains_xy(prepared(zone), across, up)
    open_ground = inside & ~shapely.contains_xy(prepared(service.area), across, up)
    if not open_ground.any():
        return None
    reach = int(radius_m // step)
    values = open_ground.astype(np.float64)
    gain = np.round(_within(values, reach, radius_m / step), 6)
    # Of equal places the one with more open ground farther around it, which is no corner.
    wide = min(_FARTHER * reach, max(gain.shape))
    around = _within(values, wide, float(wide)) / values.size
    score = np.where(inside, gain + np.clip(np.round(around, 9), 0.0, 0.999), -1.0)
    row, column = np.unravel_index(int(np.argmax(score)), score.shape)
    return float(x[column]), float(y[row])


def _within(values: Array, reach: int, radius: float) -> Array:
    """For every square the sum of the values of the squares whose middles are within `radius` squares."""
    offset = np.arange(-reach, reach + 1)
    disc = (offset[:, None] ** 2 + offset[None, :] ** 2 <= radius**2).astype(np.float64)
    height, width = values.shape
    shape = (height + 2 * reach, width + 2 * reach)
    product = np.fft.rfft2(values, shape) * np.fft.rfft2(disc, shape)
    return np.fft.irfft2(product, shape)[reach : reach + height, reach : reach + width]
