"""How much of each town, and of the zone, lies within a radius of some sites.

>>> rows = coverage(rooms, 500.0, {"370829104": tuanli, "370829108": maji})
>>> rows.zone.covered_km2, [town.share for town in rows.towns]

Ground that several sites serve counts once. Areas are those of the ellipsoid (an equal-area plane,
`geo.ground`), the borders of service areas right to 0.1 % of the radius (`geo.service`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from numpy.typing import ArrayLike
from shapely.geometry.base import BaseGeometry

from geo.ground import Ground, Share, objects
from geo.service import Service, added, checked_radius, served, sound_sites, union


class Coverage(NamedTuple):
    """Rows per town, in the order of the towns, and the zone's, which counts every site and spot once."""

    towns: tuple[Share, ...]
    zone: Share


def coverage(sites: ArrayLike, radius_m: float, towns: Ground | Mapping[str, BaseGeometry]) -> Coverage:
    """Cover of the towns by sites (WGS 84 geometries of any type, empty and missing ones cover nothing).

    `towns` are WGS 84 polygons by code, or a `Ground` made of them once for many questions. Raises what
    `Ground.of` and `geo.service.served` raise.
    """
    ground = towns if isinstance(towns, Ground) else Ground.of(towns)
    return covered(served(ground, sites, radius_m))


def covered(service: Service) -> Coverage:
    """The same of a service area at hand."""
    *rows, zone = service.ground.shares(service.pieces, service.area, service.within)
    return Coverage(tuple(rows), zone)


def what_if(service: Service, site: BaseGeometry, radius_m: float) -> Service:
    """The service area with one more site (WGS 84): `covered` of both tells what it would change.

    Raises what `geo.service.service_area` raises.
    """
    radius = checked_radius(radius_m)
    geoms = sound_sites(objects([site]))
    ground = service.ground
    return added(service, union(ground.flat(geoms), radius), ground.within(geoms))
