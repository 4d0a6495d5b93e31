"""What can be asked of a spatial engine, and how it answers.

A feature's text is put together from pieces kept ready by :mod:`app.store.publish`:
``{"type":"Feature","id":CODE,"geometry":GEOMETRY,"properties":{COMMON,TAIL[,MORE]}}``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from shapely.geometry.base import BaseGeometry

from geo.crs import WGS84, decimals, from_wgs84
from geo.geojson import geometry_text
from geo.types import Box


@dataclass(frozen=True)
class Filters:
    """Conditions that must all hold; within one of them any value will do. Empty: no condition."""

    statuses: frozenset[str] = frozenset()
    items: frozenset[int] = frozenset()
    towns: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    """Search words as `app.store.publish.search_words` gives them; each must occur."""


class Page(NamedTuple):
    """A page in order of code: how many match in all, features as comma-joined JSON, their bounds."""

    matched: int
    returned: int
    features: bytes
    bounds: Box | None
    last_code: str | None
    more: bool


class Near(NamedTuple):
    """A site near a point: geodesic distance in metres, bearing in degrees, nearest point lon/lat."""

    feature: bytes
    code: str
    distance_m: float
    bearing_deg: float
    lon: float
    lat: float


class SpatialReads(Protocol):
    """An engine. `lang` is ``zh`` or ``en``; `crs` a name of :data:`geo.crs.CRS_NAMES`."""

    def page(
        self, box: Box | None, filters: Filters, limit: int, after: str | None, lang: str, crs: str
    ) -> Page:
        """Sites that intersect `box` (WGS 84; None: everywhere), codes after `after`, at most `limit`."""
        ...

    def nearby(
        self,
        lon: float,
        lat: float,
        radius_m: float | None,
        limit: int,
        filters: Filters,
        lang: str,
        crs: str,
    ) -> list[Near]:
        """The nearest sites within `radius_m` by exact geodesic distance, ties in order of code."""
        ...

    def at(
        self, lon: float, lat: float, tolerance_m: float, filters: Filters, lang: str, crs: str
    ) -> list[Near]:
        """All sites that cover the point or come within `tolerance_m` of it, nearest first."""
        ...


class Piece(NamedTuple):
    """One site's kept texts: a Feature is `head`, `tail` and two closing braces."""

    code: str
    geom: BaseGeometry
    head: bytes
    tail: bytes


_GEOMETRY, _PROPERTIES = b',"geometry":', b',"properties":{'


def head(code: str, geometry: str, common: str) -> bytes:
    """The part of a Feature that does not depend on the language, up to the comma before the tail."""
    return f'{{"type":"Feature","id":"{code}","geometry":{geometry},"properties":{{{common},'.encode()


def feature(piece: Piece, crs: str, more: bytes = b"") -> bytes:
    """A whole Feature; `more` are further properties, each starting with its comma."""
    start = piece.head
    if crs != WGS84:
        first, _, rest = start.partition(_GEOMETRY)
        text = geometry_text(from_wgs84(piece.geom, crs), decimals(crs)).encode()
        start = first + _GEOMETRY + text + _PROPERTIES + rest.partition(_PROPERTIES)[2]
    return b"%b%b%b}}" % (start, piece.tail, more)


def near(piece: Piece, found: tuple[float, float, float, float], crs: str) -> Near:
    """A Near with ``distance_m`` (centimetres), ``bearing_deg`` and ``nearest`` ([lon, lat]) written in."""
    distance, bearing, lon, lat = found
    more = b',"distance_m":%.2f,"bearing_deg":%.1f,"nearest":[%.7f,%.7f]' % (
        distance,
        round(bearing, 1) % 360,
        lon,
        lat,
    )
    return Near(feature(piece, crs, more), piece.code, distance, bearing, lon, lat)


def joined(features: Iterable[bytes]) -> bytes:
    """Features as the inside of a JSON array."""
    return b",".join(features)
