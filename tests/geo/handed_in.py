"""Files as people hand them in, for the tests of geo.reading."""

from __future__ import annotations

import json
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import shapely

from geo.crs import from_wgs84

PLACES = [shapely.LineString([(116.42, 35.40), (116.43, 35.40)]), shapely.Point(116.43, 35.41)]
NAMES = ["文祥路（嘉瑞路以东）", "嘉德路"]


def frame(crs: str = "EPSG:4527", geometry: list | None = None, **columns: list) -> geopandas.GeoDataFrame:
    """Two rows with Chinese names, given in some system."""
    lines = geometry or [PLACES[0], shapely.LineString([(116.43, 35.40), (116.43, 35.41)])]
    data = {"编号": ["20-1-01", "20-1-02"], "名称": NAMES, **columns}
    shapes = [None if line is None else from_wgs84(line, crs) for line in lines]
    return geopandas.GeoDataFrame(data, geometry=shapes, crs=crs)


def shapefile_zip(
    folder: Path,
    table: geopandas.GeoDataFrame,
    encoding: str = "GBK",
    without: tuple[str, ...] = (),
    stem: str = "道路",
) -> Path:
    """A zipped Shapefile as GIS programs make them."""
    loose = folder / f"loose-{stem}"
    loose.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table.to_file(loose / f"{stem}.shp", encoding=encoding)
    path = folder / f"{stem}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(loose.iterdir()):
            if part.suffix not in without:
                archive.write(part, f"数据/{part.name}")
    return path


def written(path: Path, content: Any) -> Path:
    """A file of bytes, text, or an object as JSON."""
    raw = content if isinstance(content, bytes) else None
    if raw is None:
        raw = (content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)).encode()
    path.write_bytes(raw)
    return path


def collection(*geometries: Any, **more: Any) -> dict:
    """A FeatureCollection of mappings; features are numbered."""
    features = [
        {"type": "Feature", "id": f"20-1-{i:02d}", "properties": {"名称": "文祥路"}, "geometry": geometry}
        for i, geometry in enumerate(geometries, 1)
    ]
    return {"type": "FeatureCollection", "features": features, **more}


def close(geom: shapely.Geometry | None, other: shapely.Geometry) -> bool:
    """Equal to a tenth of a millimetre."""
    return geom is not None and geom.equals_exact(other, 1e-9)
