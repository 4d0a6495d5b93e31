"""The files under data/ as the tests of this folder read them: no code of the product in between."""

from __future__ import annotations

import csv
import json
import tomllib
from functools import cache
from pathlib import Path

from pyproj import Geod
from shapely.geometry import LineString, shape
from shapely.geometry.base import BaseGeometry

DATA = Path(__file__).parents[2] / "data"
GRS80 = Geod(ellps="GRS80")
TOWNS = {"370829104": "疃里镇", "370829108": "马集镇"}
WITHHELD_ITEMS = {5, 6, 7, 13}


@cache
def ledger() -> dict:
    """data/ledger/2023.toml."""
    return tomllib.loads((DATA / "ledger" / "2023.toml").read_text(encoding="utf-8"))


@cache
def tasks() -> dict[tuple[int, int], dict]:
    """Tasks of the ledger by item and task number."""
    return {(item["no"], task["no"]): task for item in ledger()["item"] for task in item["task"]}


@cache
def kinds() -> dict[str, dict]:
    """Kinds of site by code."""
    text = (DATA / "sites" / "kinds.toml").read_text(encoding="utf-8")
    return {kind["code"]: kind for kind in tomllib.loads(text)["kind"]}


@cache
def features(name: str) -> list[dict]:
    """Features of a GeoJSON file such as "boundaries/towns"."""
    return json.loads((DATA / f"{name}.geojson").read_text(encoding="utf-8"))["features"]


@cache
def sites() -> dict[str, dict]:
    """Every site by code; fails when two share one."""
    found = [f for path in sorted((DATA / "sites").glob("*.geojson")) for f in features(f"sites/{path.stem}")]
    by_code = {feature["properties"]["code"]: feature for feature in found}
    assert len(by_code) == len(found), "two sites share a code"
    return by_code


def sites_of(item: int, task: int, kind: str | None = None) -> list[dict]:
    """Sites of one task, of one kind when asked."""
    return [
        site
        for site in sites().values()
        if (site["properties"]["item"], site["properties"]["task"]) == (item, task)
        and kind in (None, site["properties"]["kind"])
    ]


@cache
def site_geometry(code: str) -> BaseGeometry:
    """Geometry of a site, WGS 84 lon/lat."""
    return shape(sites()[code]["geometry"])


@cache
def road(name: str) -> LineString:
    """A context road by its Chinese name, WGS 84 lon/lat."""
    (feature,) = [f for f in features("boundaries/roads") if f["properties"]["name"] == name]
    return shape(feature["geometry"])


@cache
def town(code: str) -> BaseGeometry:
    """A town's polygon, WGS 84 lon/lat."""
    (feature,) = [f for f in features("boundaries/towns") if f["properties"]["code"] == code]
    return shape(feature["geometry"])


@cache
def villages() -> list[dict]:
    """Rows of villages.csv."""
    with (DATA / "boundaries" / "villages.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def length_m(geometry: BaseGeometry) -> float:
    """Geodesic length in metres."""
    return GRS80.geometry_length(geometry)


def area_m2(geometry: BaseGeometry) -> float:
    """Geodesic area in square metres."""
    return abs(GRS80.geometry_area_perimeter(geometry)[0])


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Geodesic distance in metres between two lon/lat positions."""
    return GRS80.inv(a[0], a[1], b[0], b[1])[2]


def lat_of(street: LineString, lon: float) -> float:
    """Latitude at which a west–east street passes a longitude."""
    return _crossing(street, LineString([(lon, 35.2), (lon, 35.6)])).y


def lon_of(street: LineString, lat: float) -> float:
    """Longitude at which a south–north street passes a latitude."""
    return _crossing(street, LineString([(116.2, lat), (116.6, lat)])).x


def _crossing(street: LineString, across: LineString) -> BaseGeometry:
    point = street.intersection(across)
    assert point.geom_type == "Point", f"the street does not pass here once: {point.geom_type}"
    return point
