"""GeoJSON files, by way of shapely alone.

Not through GDAL, for three reasons: it takes a `.json` that begins like a processing recipe for one and
runs it, it flattens nested properties, and one broken feature makes it refuse the file without saying
which.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from pyproj import CRS

from geo.crs import WGS84, crs_of_dataset, parse_crs
from geo.errors import BadFile, Message, UnknownCrs
from geo.reading.table import Table, check_count

_SHAPES = frozenset(
    {"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"}
)


def read_geojson(path: Path) -> Table:
    """Read a FeatureCollection, a Feature or a bare geometry. Raises BadFile, UnknownCrs.

    The `crs` member of the older specification is honoured. A Feature's `id` is given as attribute `id`
    when it has no property of that name.
    """
    document = _document(path)
    features = _features(document)
    check_count(len(features))
    attributes: list[dict[str, Any]] = []
    texts: list[str | None] = []
    problems: dict[int, Message] = {}
    for index, feature in enumerate(features):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            attributes.append({})
            texts.append(None)
            problems[index] = Message("这一行不是 GeoJSON 要素。", "This row is no GeoJSON Feature.")
            continue
        properties = feature.get("properties")
        values = dict(properties) if isinstance(properties, dict) else {}
        if feature.get("id") is not None:
            values.setdefault("id", feature["id"])
        attributes.append(values)
        geometry = feature.get("geometry")
        texts.append(None if geometry is None else orjson.dumps(geometry).decode())

    geometries = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    for index, (geometry, text) in enumerate(zip(geometries, texts, strict=True)):
        if geometry is None and text is not None:
            problems[index] = Message(
                "图形写得不合 GeoJSON 规范（类型、坐标个数或首尾不闭合的面）。",
                "The geometry is not valid GeoJSON (its type, the number of coordinates, or an open ring).",
            )
    return Table(attributes, list(geometries), problems, _declared(document), WGS84)


def _document(path: Path) -> dict[str, Any]:
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        try:
            document = orjson.loads(raw)
        except orjson.JSONDecodeError:
            # RFC 8259 wants UTF-8, but some Chinese programs write their system's encoding.
            raw.decode("utf-8")
            raise
    except UnicodeDecodeError:
        try:
            document = orjson.loads(raw.decode("gb18030"))
        except (UnicodeDecodeError, orjson.JSONDecodeError) as error:
            raise BadFile(
                f"“{path.name}”的文字编码认不出。请另存为 UTF-8。",
                f"The text encoding of “{path.name}” is not known. Save it as UTF-8.",
                parameter="file",
                value=path.name,
            ) from error
    except orjson.JSONDecodeError as error:
        raise BadFile(
            f"“{path.name}”不是完整的 JSON：第 {error.lineno} 行第 {error.colno} 列出错。请重新导出。",
            f"“{path.name}” is not complete JSON: line {error.lineno}, column {error.colno}. Export it anew.",
            parameter="file",
            value=path.name,
        ) from error
    if not isinstance(document, dict):
        raise _no_geojson()
    return document


def _features(document: dict[str, Any]) -> list[Any]:
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise _no_geojson()
        return features
    if kind == "Feature":
        return [document]
    if isinstance(kind, str) and kind in _SHAPES:
        return [{"type": "Feature", "properties": {}, "geometry": document}]
    raise _no_geojson()


def _no_geojson() -> BadFile:
    return BadFile(
        "文件是 JSON，但不是 GeoJSON：最外层应为 FeatureCollection、Feature 或图形。",
        "The file is JSON, but not GeoJSON: outermost comes a FeatureCollection, a Feature or a geometry.",
        parameter="file",
        allowed=("FeatureCollection", "Feature", *sorted(_SHAPES)),
    )


def _declared(document: dict[str, Any]) -> CRS | str | None:
    member = document.get("crs")
    if member is None:
        return None
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        raise UnknownCrs(
            "看不懂文件的 crs 成员。请删去它（坐标即为 WGS 84 经纬度），或写成坐标系名称。",
            "The file's crs member cannot be understood. Leave it out (for WGS 84), or let it name a system.",
            parameter="crs",
        )
    try:
        return parse_crs(name)
    except UnknownCrs:
        return crs_of_dataset(name)
