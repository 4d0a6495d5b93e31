"""Which of the places that are to be served an answer covers: counted once per answer and kept."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.domain.reached import Layer, Reached, count, is_covered, with_land
from app.store.coverage.kept import Kept
from app.store.live import Live, View
from app.store.served.places import Edition, ServedPlaces, editions, read_places
from geo.ground import Ground, objects
from geo.nearest import NearestIndex
from geo.reach import Targets, shares, touched
from geo.service import Service
from geo.walking import ASIDE_M

KEPT_COUNTS = 150
"""Counts kept; each holds a number for every place. A board of twenty kinds in three states is sixty."""

SLACK, ASIDE = 1.01, ASIDE_M * 1.1
"""A place tried out may reach so much farther than its radius: a share for the plane, and metres beside the
streets that are walked along."""

Counts = dict[Layer, Reached]
Numbers = NDArray[np.float64]


class Uncovered(NamedTuple):
    """A place that is not covered: its row, the place itself or a spot in it (WGS 84), and the nearest
    geometry with its geodesic distance from there in metres; None where nothing counts."""

    row: int
    lon: float
    lat: float
    nearest: int | None
    distance_m: float | None


class PlacesServed:
    """The layers that are loaded, and what of them service areas cover. Safe to ask from several threads."""

    def __init__(self, source: Live, kept: Kept) -> None:
        self.source, self._kept = source, kept
        self._counts = Kept(KEPT_COUNTS)

    def layers(self, view: View, ground: Ground) -> dict[Layer, ServedPlaces]:
        """The places of every loaded layer; read anew only when its import or the towns have changed."""

        def states() -> dict[Layer, Edition]:
            with self.source.database.read() as connection:
                return editions(connection)

        loaded = self._kept.once(("editions", view.version), states)
        return {layer: self._layer(layer, edition, ground) for layer, edition in loaded.items()}

    def _layer(self, layer: Layer, edition: Edition, ground: Ground) -> ServedPlaces:
        def read() -> ServedPlaces:
            with self.source.database.read() as connection:
                return read_places(connection, layer, ground)

        return self._kept.once(("served", layer, edition, ground), read)

    def reached(self, view: View, service: Service, key: Hashable) -> Counts:
        """Every loaded layer, counted; `key` is what the service area is kept under."""

        return self._counts.once(key, lambda: self.count(view, service))

    def count(self, view: View, service: Service) -> Counts:
        """The same without keeping it."""
        layers = self.layers(view, service.ground)
        return {layer: _counted(places, service) for layer, places in layers.items()}

    def tried(
        self,
        view: View,
        service: Service,
        before: Mapping[Layer, Reached],
        points: Sequence[BaseGeometry],
        radius_m: float,
    ) -> Counts:
        """The same of a service area with points (WGS 84) that are tried out: only what lies within a radius
        of them is looked at again."""
        middles = np.array([point.coords[0] for point in service.ground.flat(objects(points))])
        farthest = radius_m * SLACK + ASIDE
        boxes = np.hstack([middles - farthest, middles + farthest])
        layers = self.layers(view, service.ground)
        found = {}
        for layer, places in layers.items():
            old = before.get(layer)
            known = old is not None and len(old.shares) == len(places.codes)  # else imported meanwhile
            found[layer] = _counted(places, service, (old.shares, boxes) if old and known else None)
        return found

    @staticmethod
    def uncovered(places: ServedPlaces, found: Reached, sites: NearestIndex, limit: int) -> list[Uncovered]:
        """The places that a count leaves uncovered, those farthest from any of `sites` first."""
        rows = np.flatnonzero(~is_covered(found.shares))
        told = []
        for row, spot in zip(rows.tolist(), shapely.point_on_surface(places.geoms[rows]), strict=True):
            hits = sites.query(spot.x, spot.y, 1)
            nearest = (int(hits.indices[0]), float(hits.distances[0])) if len(hits.indices) else (None, None)
            told.append(Uncovered(row, spot.x, spot.y, *nearest))
        told.sort(key=lambda one: (-(one.distance_m or 0.0), one.row))
        return told[:limit]


def _counted(
    places: ServedPlaces, service: Service, before: tuple[Numbers, Numbers] | None = None
) -> Reached:
    found = _shares(places.targets, service, before)
    codes = service.ground.codes
    area_km2 = places.targets.area_m2 / 1e6
    made = count(places.layer, codes, places.town_rows, found, area_km2, places.people)
    if places.layer is not Layer.BUILT_UP:
        return made
    land = places.land
    return with_land(made, land.km2(), land.km2(shares(service, land.squares)))


def _shares(targets: Targets, service: Service, before: tuple[Numbers, Numbers] | None) -> Numbers:
    if before is None:
        return shares(service, targets)
    old, boxes = before
    rows = touched(targets, boxes)
    found = old.copy()
    found[rows] = shares(service, targets, rows)
    return found
