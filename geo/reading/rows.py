"""From a file to rows in WGS 84."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo.crs import crs_of_dataset, missing_crs, parse_crs, same_place, transform_to_wgs84
from geo.errors import BadFile, GeoError, Message, UnknownCrs
from geo.reading.archive import unpack
from geo.reading.gdal import read_geopackage, read_shapefile
from geo.reading.geojson import read_geojson
from geo.reading.table import MAX_BYTES, MAX_ROWS, Table, check_count, check_size

__all__ = ["MAX_BYTES", "MAX_ROWS", "Row", "read_rows"]


class Row(NamedTuple):
    """One row of a file. `number` counts from 1 in the file's order; `geometry` is WGS 84 lon lat without
    Z, or None when there is none or it cannot be used: `problems` then says why. Attributes are plain
    values: text, numbers, booleans, None, dates as ISO text (nested lists and objects only from
    GeoJSON)."""

    number: int
    attributes: dict[str, Any]
    geometry: BaseGeometry | None
    problems: tuple[Message, ...] = ()


def read_rows(path: str | Path, crs: str | None = None, layer: str | None = None) -> list[Row]:
    """Read a GeoJSON, GeoPackage or zipped Shapefile (alone in its zip, or chosen by `layer`).

    `crs` names the system of a file that states none: one of `geo.crs.CRS_NAMES` or anything that PROJ
    knows. GeoJSON without a `crs` member is WGS 84 (RFC 7946 §4) unless `crs` says otherwise. A file that
    states another system than `crs` is refused.

    Raises BadFile (unreadable, too large, unclear which layer, systems at odds), MissingCrs, UnknownCrs.
    Rows that are bad on their own come with their problems and without geometry.
    """
    requested = _requested(crs)
    table = _table(Path(path), layer)
    check_count(len(table.attributes))
    return _in_wgs84(table, _agreed(table, requested))


def _table(path: Path, layer: str | None) -> Table:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise BadFile(
            f"打不开文件“{path.name}”。",
            f"The file “{path.name}” cannot be opened.",
            parameter="file",
            value=path.name,
        ) from error
    check_size(size)
    if head.startswith(b"PK"):
        with tempfile.TemporaryDirectory(prefix="geo-") as folder:
            inner, inner_layer = unpack(path, Path(folder), layer)
            return _plain(inner, inner_layer)
    if head.startswith(b"SQLite format 3\0"):
        # SQLite may write beside the file it reads, and GDAL goes by names: it gets a copy of its own.
        with tempfile.TemporaryDirectory(prefix="geo-") as folder:
            return _plain(Path(shutil.copyfile(path, Path(folder) / "data.gpkg")), layer)
    return _plain(path, layer)


def _plain(path: Path, layer: str | None) -> Table:
    with path.open("rb") as file:
        head = file.read(100)
    if head.startswith(b"SQLite format 3\0"):
        return read_geopackage(path, layer)
    if head.startswith(b"\x00\x00\x27\x0a"):
        return read_shapefile(path)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return read_geojson(path)
    raise BadFile(
        f"认不出文件“{path.name}”的格式。请提供 GeoJSON、GeoPackage，"
        "或打包成 zip 的 Shapefile（含 .shp .shx .dbf .prj）。",
        f"The format of “{path.name}” is not known. Give GeoJSON, a GeoPackage, or a Shapefile packed as zip "
        "(with .shp .shx .dbf .prj).",
        parameter="file",
        value=path.name,
        allowed=("GeoJSON", "GeoPackage", "Shapefile (zip)"),
    )


def _requested(crs: str | None) -> CRS | str | None:
    if crs is None:
        return None
    try:
        return parse_crs(crs)
    except UnknownCrs:
        return crs_of_dataset(crs)


def _agreed(table: Table, requested: CRS | str | None) -> CRS | str:
    declared = table.declared
    if declared is None:
        if requested is not None:
            return requested
        if table.usual is None:
            raise missing_crs()
        return table.usual
    if requested is None or same_place(requested, declared):
        return declared
    says, asked = _name(declared), _name(requested)
    raise BadFile(
        f"文件自称坐标系为“{says}”，指明的却是“{asked}”。请去掉指明的坐标系，或先更正文件。",
        f"The file says that it is in “{says}”, but “{asked}” was named. Leave that out, or mend the file.",
        parameter="crs",
        value=asked,
        allowed=(says,),
    )


def _name(crs: CRS | str) -> str:
    if isinstance(crs, str):
        return crs
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else crs.name


def _in_wgs84(table: Table, crs: CRS | str) -> list[Row]:
    geometries = np.empty(len(table.geometries), dtype=object)
    geometries[:] = table.geometries
    problems = dict(table.problems)
    try:
        geometries = transform_to_wgs84(geometries, crs)
    except UnknownCrs:
        raise
    except GeoError:
        # Some row is at fault; find out which, and let the others through.
        for index, geometry in enumerate(geometries):
            try:
                geometries[index] = transform_to_wgs84([geometry], crs)[0]
            except GeoError as error:
                problems[index] = error.message
                geometries[index] = None
    rows = []
    for index, (attributes, geometry) in enumerate(zip(table.attributes, geometries, strict=True)):
        if geometry is None:
            problems.setdefault(
                index,
                Message("这一行没有图形，或图形读不出来。", "This row has no geometry that can be read."),
            )
        problem = problems.get(index)
        rows.append(Row(index + 1, attributes, geometry, (problem,) if problem else ()))
    return rows
