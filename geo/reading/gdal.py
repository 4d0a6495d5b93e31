"""GeoPackage and Shapefile, through pyogrio and geopandas (imported when first used: they cost over a
second)."""

from __future__ import annotations

import datetime
import math
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.crs import crs_of_dataset
from geo.errors import BadFile, MissingCrs
from geo.reading.dbf import decoded, encoding_of
from geo.reading.table import MAX_ROWS, Table, check_count

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def read_geopackage(path: Path, layer: str | None) -> Table:
    """Read one layer with geometry; with several, `layer` says which. Raises BadFile, UnknownCrs."""
    import pyogrio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names = [str(name) for name, shape in pyogrio.list_layers(path) if shape is not None]
    except Exception as error:
        raise _unreadable("GeoPackage") from error
    if layer is None and len(names) == 1:
        layer = names[0]
    if layer not in names:
        listed = "、".join(names) or "（无）"
        raise BadFile(
            f"请指明 GeoPackage 的图层。可用：{listed}。",
            f"Name the layer of the GeoPackage. There are: {', '.join(names) or 'none with geometry'}.",
            parameter="layer",
            value=layer,
            allowed=names,
        )
    return _as_table(_frame("GeoPackage", path, layer=layer), None)


def read_shapefile(path: Path) -> Table:
    """Read a Shapefile unpacked next to its companions. Raises BadFile, UnknownCrs."""
    cpg = path.with_suffix(".cpg")
    codec = encoding_of(path.with_suffix(".dbf"), cpg if cpg.exists() else None)
    # Out of GDAL's way: it would decode by its own rules and fail on characters cut in half.
    cpg.unlink(missing_ok=True)
    return _as_table(_frame("Shapefile", path, encoding="ISO-8859-1"), codec)


def _frame(what: str, path: Path, **options: Any) -> GeoDataFrame:
    import pyogrio

    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # a broken geometry becomes None and is told of as a row's problem
            frame = pyogrio.read_dataframe(
                path, force_2d=True, max_features=MAX_ROWS + 1, on_invalid="ignore", **options
            )
    except Exception as error:
        raise _unreadable(what) from error
    check_count(len(frame))
    if not hasattr(frame, "geometry"):
        raise BadFile(
            f"{what} 里没有图形，只有属性表。", f"The {what} has no geometry, only a table.", parameter="file"
        )
    return frame


def _unreadable(what: str) -> BadFile:
    return BadFile(
        f"{what} 已损坏，读不出来。请在 GIS 软件里打开检查后重新导出。",
        f"The {what} is damaged and cannot be read. Open it in a GIS program, check it and export it again.",
        parameter="file",
    )


def _as_table(frame: GeoDataFrame, codec: str | None) -> Table:
    shape = frame.geometry.name
    columns: dict[str, list[Any]] = {}
    for name in frame.columns:
        if name == shape:
            continue
        values = [_plain(value) for value in frame[name].tolist()]
        if codec is not None:
            name = decoded(name, codec)
            values = [decoded(value, codec) if isinstance(value, str) else value for value in values]
        columns[name] = values
    attributes = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    try:
        declared = None if frame.crs is None else crs_of_dataset(frame.crs)
    except MissingCrs:
        declared = None
    return Table(attributes or [{} for _ in range(len(frame))], list(frame.geometry), {}, declared, None)


def _plain(value: Any) -> Any:
    """A value of a data frame as text, number, boolean or None."""
    if hasattr(value, "item"):  # numpy's own
        value = value.item()
    if value is None or value != value:  # NaN and NaT differ from themselves
        return None
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float) else None
