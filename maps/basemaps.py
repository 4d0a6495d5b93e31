"""Base maps that a zone may switch on: Tianditu, OpenStreetMap, or any XYZ source. None is needed.

A base map is a plain value from the settings. Its addresses reach the browser and the content security policy
(`hosts`), nothing is fetched by the server.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={token}"
)

OFFSETS = ("WGS84", "GCJ02")
"""Datums a source of tiles may be drawn in. GCJ02 tiles are moved back tile by tile in the browser."""


class BadBaseMap(ValueError):
    """A base map setting cannot be used; the message says which part and what is expected."""


@dataclass(frozen=True, slots=True)
class BaseMap:
    """One source of 256 px Web Mercator tiles.

    `url` and `labels_url` hold `{z}`, `{x}`, `{y}` and may hold `{s}`; `subdomains` are the values of `{s}`.
    `attribution` is plain text, shown as text; `attribution_url` makes it a link.
    """

    name_zh: str
    name_en: str
    url: str
    attribution: str
    attribution_url: str = ""
    labels_url: str = ""
    subdomains: tuple[str, ...] = ()
    min_zoom: int = 3
    max_zoom: int = 18
    offset: str = "WGS84"

    def __post_init__(self) -> None:
        for address in filter(None, (self.url, self.labels_url)):
            parts = urlsplit(address)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise BadBaseMap(f"a base map needs an http or https address, not {address!r}")
            if not all(key in address for key in ("{z}", "{x}", "{y}")):
                raise BadBaseMap(f"a base map's address needs {{z}}, {{x}} and {{y}}: {address!r}")
            if "{s}" in address and not self.subdomains:
                raise BadBaseMap(f"{address!r} has {{s}} but no subdomains are given")
            if any(c in parts.netloc for c in " ;,'\""):
                raise BadBaseMap(f"the host of {address!r} cannot stand in a security policy")
        if self.offset not in OFFSETS:
            raise BadBaseMap(f"the offset is one of {', '.join(OFFSETS)}, not {self.offset!r}")


def tianditu(token: str) -> tuple[BaseMap, BaseMap]:
    """Tianditu's map and imagery with their labels, for a registered browser token. No offset (CGCS2000)."""
    subdomains = tuple("01234567")

    def source(zh: str, en: str, picture: str, labels: str) -> BaseMap:
        return BaseMap(
            name_zh=zh,
            name_en=en,
            url=_TIANDITU.format(layer=picture, token=token),
            labels_url=_TIANDITU.format(layer=labels, token=token),
            attribution="天地图",
            attribution_url="https://www.tianditu.gov.cn/",
            subdomains=subdomains,
        )

    return (
        source("天地图 · 地图", "Tianditu map", "vec", "cva"),
        source("天地图 · 影像", "Tianditu imagery", "img", "cia"),
    )


def osm() -> BaseMap:
    """OpenStreetMap's standard tiles. Its usage policy needs a Referer: pages must not send `no-referrer`."""
    return BaseMap(
        name_zh="OpenStreetMap",
        name_en="OpenStreetMap",
        url="https://tile.openstreetmap.org/{z}/{x}/{y}.png",
        attribution="© OpenStreetMap contributors",
        attribution_url="https://www.openstreetmap.org/copyright",
        max_zoom=19,
    )


def parse_xyz(text: str) -> list[BaseMap]:
    """Base maps from a setting: `name|address|attribution[|GCJ02[|subdomains]]`, several separated by `;`.

    `name` may be `中文名/English name`; `subdomains` is one string of characters (`abc`, `1234`). Empty text
    gives an empty list. Raises `BadBaseMap` naming the faulty entry.
    """
    found = []
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        fields = [field.strip() for field in entry.split("|")]
        if len(fields) < 3 or not all(fields[:3]):
            raise BadBaseMap(f"expected name|address|attribution, got {entry!r}")
        zh, _, en = fields[0].partition("/")
        found.append(
            BaseMap(
                name_zh=zh.strip(),
                name_en=en.strip() or zh.strip(),
                url=fields[1],
                attribution=fields[2],
                offset=(fields[3].upper() if len(fields) > 3 and fields[3] else "WGS84"),
                subdomains=tuple(fields[4]) if len(fields) > 4 else tuple("abc"),
            )
        )
    return found


def hosts(basemaps: list[BaseMap] | tuple[BaseMap, ...]) -> tuple[str, ...]:
    """The origins (`https://host[:port]`) for `img-src` of the content security policy, sorted."""
    found = set()
    for base in basemaps:
        for address in filter(None, (base.url, base.labels_url)):
            for subdomain in base.subdomains or ("",):
                parts = urlsplit(address.replace("{s}", subdomain))
                found.add(f"{parts.scheme}://{parts.netloc}")
    return tuple(sorted(found))
