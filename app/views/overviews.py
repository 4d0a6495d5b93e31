"""Still maps for pages: an item's sites or one site, over the towns and context roads of the zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import shapely

from app.store.live import Live, View
from app.store.places import read_ground, read_towns
from app.wording import local
from maps.overview import Ground, Overview, Place, overview

Feature = Mapping[str, Any]
RANKS = {"expressway": 2, "main": 1}


def draw(
    source: Live, view: View, lang: str, features: Iterable[Feature], *, labels: bool, height: float
) -> Overview:
    """A drawing of GeoJSON features in WGS 84; with `labels` each mark has its site's code, without the
    item's number, beside it."""
    towns, roads = zone_ground(source, view, lang)
    return overview([_place(view, feature, labels) for feature in features], towns, roads, height=height)


def zone_ground(source: Live, view: View, lang: str) -> tuple[list[Ground], list[Ground]]:
    """Towns and context roads of the zone, with their names."""
    with source.database.read() as connection:
        towns = read_towns(connection, view.statuses)["features"]
        ground = read_ground(connection)["features"]
    roads = [feature for feature in ground if feature["properties"]["layer"] == "road"]
    return [_ground(one, lang) for one in towns], [_ground(one, lang) for one in roads]


def parse(features: bytes) -> list[Feature]:
    """The features of a page as the spatial reader gives them: JSON objects, a comma between each two."""
    return orjson.loads(b"[" + features + b"]")


def geometry(feature: Feature) -> shapely.Geometry:
    """The geometry of a feature."""
    return shapely.geometry.shape(feature["geometry"])


def _place(view: View, feature: Feature, labels: bool) -> Place:
    properties = feature["properties"]
    kind = view.words.kinds[properties["kind"]]
    code = properties["code"]
    short = code.partition("-")[2] if labels else ""
    return Place(code, properties["status"], kind["pictogram"], geometry(feature), short)


def _ground(feature: Feature, lang: str) -> Ground:
    properties = feature["properties"]
    return Ground(local(lang, properties, "name"), geometry(feature), RANKS.get(properties.get("class"), 0))
