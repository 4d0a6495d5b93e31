"""Coordinate reference systems: the only module that reprojects.

Everything stored is WGS 84 longitude, latitude (EPSG:4326). On the way in and out seven systems are
offered:

| name | what | unit, order |
|---|---|---|
| EPSG:4326 | WGS 84 | degrees, lon lat |
| EPSG:4490 | CGCS2000, equal to WGS 84 for PROJ (less than a metre apart here) | degrees, lon lat |
| EPSG:4527 | CGCS2000 / 3-degree Gauss-Kruger zone 39, false easting 39,500,000 | metres, easting northing |
| EPSG:4548 | the same without the zone in front, false easting 500,000 | metres, easting northing |
| EPSG:3857 | web Mercator | metres, easting northing |
| GCJ02 | the offset of Chinese web maps (Amap, Tencent) | degrees, lon lat |
| BD09 | the offset of Baidu's maps | degrees, lon lat |

The register gives EPSG:4527 and its like as northing, easting; data always come and go here as easting,
northing (`always_xy`), as GIS files have them.

There and back again is exact to 1 mm in China, and to a micrometre for GCJ02 and BD09.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeVar

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from geo import offsets
from geo.errors import BadCoordinates, BadGeometry, MissingCrs, UnknownCrs

Array = NDArray[np.float64]
Geometries = NDArray[np.object_]
# A shapely geometry, or an array of them.
G = TypeVar("G")
Direction = Literal["FORWARD", "INVERSE"]

WGS84 = "EPSG:4326"
CRS_NAMES = (WGS84, "EPSG:4490", "EPSG:4527", "EPSG:4548", "EPSG:3857", "GCJ02", "BD09")

_DEGREES = frozenset({WGS84, "EPSG:4490", "GCJ02", "BD09"})
_EPSG_SPELLINGS = re.compile(
    r"(?:EPSG:{1,2}|URN:OGC:DEF:CRS:EPSG:[\d.]*:|HTTPS?://WWW\.OPENGIS\.NET/DEF/CRS/EPSG/[\d.]+/)?(\d{4,6})"
)
_WGS84_SPELLINGS = re.compile(
    r"CRS84|OGC:CRS84|WGS[ _-]?84|URN:OGC:DEF:CRS:OGC:[\d.]*:CRS84"
    r"|HTTPS?://WWW\.OPENGIS\.NET/DEF/CRS/OGC/1\.3/CRS84"
)
_OFFSET_SPELLINGS = re.compile(r"(GCJ|BD)[ _-]?(02|09)(?:LL)?")


def parse_crs(text: str) -> str:
    """The canonical name (one of `CRS_NAMES`) of a system as people and OGC clients write it.

    `4490`, `epsg:4490`, `urn:ogc:def:crs:EPSG::4490`, `http://www.opengis.net/def/crs/EPSG/0/4490`, `CRS84`,
    `gcj-02` are all understood. Raises UnknownCrs (which lists the names) for anything else.
    """
    spelled = text.strip().upper()
    name = None
    if match := _EPSG_SPELLINGS.fullmatch(spelled):
        name = f"EPSG:{match[1]}"
    elif _WGS84_SPELLINGS.fullmatch(spelled):
        name = WGS84
    elif match := _OFFSET_SPELLINGS.fullmatch(spelled):
        name = match[1] + match[2]
    if name not in CRS_NAMES:
        raise UnknownCrs(
            f"不支持的坐标系“{text}”。可用：{'、'.join(CRS_NAMES)}。",
            f"Unknown coordinate reference system “{text}”. Use one of: {', '.join(CRS_NAMES)}.",
            parameter="crs",
            value=text,
            allowed=CRS_NAMES,
        )
    return name


def decimals(crs_name: str) -> int:
    """How many decimals a coordinate deserves: 7 for degrees (1 cm), 4 for metres (0.1 mm)."""
    return 7 if parse_crs(crs_name) in _DEGREES else 4


def xy_from_wgs84(lonlat: ArrayLike, crs_name: str) -> Array:
    """Reproject WGS 84 positions, (N, 2) degrees lon lat, to a named system.

    Raises BadCoordinates when a number is not finite, lies outside the globe or has no image in the system,
    UnknownCrs for a name that is not in `CRS_NAMES`.
    """
    name = parse_crs(crs_name)
    return _checked_out(_named(_checked_lonlat(lonlat), name, "FORWARD"), name)


def xy_to_wgs84(xy: ArrayLike, crs_name: str) -> Array:
    """Reproject positions of a named system, (N, 2), to WGS 84 degrees lon lat. Errors as `xy_from_wgs84`."""
    name = parse_crs(crs_name)
    if name in _DEGREES:
        return _named(_checked_lonlat(xy), name, "INVERSE")
    return _checked_lonlat(_named(_checked_pairs(xy), name, "INVERSE"))


def from_wgs84(geom: G, crs_name: str) -> G:
    """Reproject a WGS 84 geometry, or an array of them, to a named system. Z is dropped, None in an array
    stays.

    Only vertices move: in metres a long segment is straight on that map, no longer straight in lon/lat.
    """
    name = parse_crs(crs_name)
    return _each_vertex(geom, lambda xy: xy_from_wgs84(xy, name))


def to_wgs84(geom: G, crs_name: str) -> G:
    """Reproject a geometry of a named system, or an array of them, to WGS 84. Otherwise as `from_wgs84`."""
    name = parse_crs(crs_name)
    return _each_vertex(geom, lambda xy: xy_to_wgs84(xy, name))


def crs_of_dataset(declared: Any) -> CRS:
    """The pyproj CRS of what a file (or a person) declares: EPSG code, WKT, PROJ string, CRS, …

    Raises MissingCrs for None, empty text and "undefined" systems, UnknownCrs for what PROJ does not
    understand.
    """
    if declared is None or (isinstance(declared, str) and not declared.strip()):
        raise missing_crs()
    try:
        crs = CRS.from_user_input(declared)
    except CRSError as error:
        text = str(declared)
        shown = text if len(text) <= 80 else text[:77] + "…"
        raise UnknownCrs(
            f"无法识别坐标系“{shown}”。请给出 EPSG 编号，例如 EPSG:4527。",
            f"PROJ knows no coordinate reference system “{shown}”. Give an EPSG code, such as EPSG:4527.",
            parameter="crs",
            value=shown,
        ) from error
    if crs.is_compound:  # heights are dropped, so is their datum
        crs = crs.sub_crs_list[0]
    crs = crs.to_2d()
    # What GeoPackage's and other formats' "undefined" systems become: no place on Earth, or none in
    # particular.
    if crs.is_engineering or crs.name.lower().startswith("undefined"):
        raise missing_crs()
    return crs


def transform_to_wgs84(geoms: Sequence[BaseGeometry | None] | Geometries, crs: CRS | str) -> Geometries:
    """Reproject a data set's geometries (x y order, as in GIS files) to WGS 84; returns an array, Z
    dropped.

    `crs` is a pyproj CRS or one of `CRS_NAMES`. Datums that fit the whole Earth (CGCS2000, ITRF, …) count
    as equal to WGS 84 where PROJ knows no parameters, as they differ by decimetres. Older local datums
    (Beijing 1954, Xi'an 1980) without parameters are refused with UnknownCrs: they would be wrong by up to
    some 100 m unnoticed.
    """
    array = np.asarray(geoms, dtype=object)
    if isinstance(crs, str):
        return to_wgs84(array, crs)
    transformer = _importer(crs)

    def inverse(xy: Array) -> Array:
        pairs = _checked_pairs(xy)
        return _checked_lonlat(np.column_stack(transformer.transform(pairs[:, 0], pairs[:, 1])))

    return _each_vertex(array, inverse)


def same_place(one: CRS | str, other: CRS | str) -> bool:
    """Whether two systems give the same numbers to the same places (to a millimetre, around Shandong and
    Beijing).

    Names and WKT dialects differ between programs for one and the same system, so places are compared, not
    words.
    """
    lon, lat = np.meshgrid(np.linspace(113.5, 120.5, 5), np.linspace(33.0, 41.0, 5))
    places = np.column_stack([lon.ravel(), lat.ravel()])
    answers = []
    for crs in (one, other):
        if isinstance(crs, str):
            answers.append(_named(places, parse_crs(crs), "FORWARD"))
        else:
            transformer = Transformer.from_crs(WGS84, crs, always_xy=True)
            answers.append(np.column_stack(transformer.transform(places[:, 0], places[:, 1])))
    # A millimetre is 1e-8 degrees; projected systems count in metres or feet.
    near = 1e-8 if max(np.abs(answer).max() for answer in answers) <= 360.0 else 1e-3
    return bool(np.all(np.abs(answers[0] - answers[1]) <= near))


@dataclass(frozen=True)
class LocalPlane:
    """A plane in metres around a position (WGS 84 degrees), for what needs areas and distances at once.

    Lambert's azimuthal equal-area projection of the ellipsoid (EPSG method 9820): areas are those of the
    ellipsoid, whatever the distance from the centre. Lengths are off by up to d²/8R² and 1.7e-7 for each
    kilometre of the distance d: 0.0002 % at 10 km from the centre, 0.005 % at 100 km, 0.01 % at 150 km.
    """

    lon: float
    lat: float

    def from_wgs84(self, geom: G) -> G:
        """A WGS 84 geometry, or an array of them, in metres east and north of the centre.

        Only vertices move (as with the module's `from_wgs84`, and with its errors).
        """
        return self._moved(geom, "FORWARD")

    def to_wgs84(self, geom: G) -> G:
        """A geometry of the plane, or an array of them, in WGS 84 degrees; exact to 2 mm there and back."""
        return self._moved(geom, "INVERSE")

    def _moved(self, geom: G, direction: Direction) -> G:
        transformer = _local(self.lon, self.lat)

        def move(xy: Array) -> Array:
            pairs = _checked_lonlat(xy) if direction == "FORWARD" else _checked_pairs(xy)
            x, y = transformer.transform(pairs[:, 0], pairs[:, 1], direction=direction)
            return _checked_out(np.column_stack([x, y]), f"LAEA {self.lon:.4f}, {self.lat:.4f}")

        return _each_vertex(geom, move)


def missing_crs() -> MissingCrs:
    """The error for data that state no system where none can be assumed."""
    return MissingCrs(
        "文件没有说明坐标系（例如缺少 .prj）。请指明坐标系，例如 EPSG:4527。",
        "The file does not say its coordinate reference system (a missing .prj, for example). "
        "Name the system, such as EPSG:4527.",
        parameter="crs",
        allowed=CRS_NAMES,
    )


_OFFSETS = {
    ("GCJ02", "FORWARD"): offsets.wgs84_to_gcj02,
    ("GCJ02", "INVERSE"): offsets.gcj02_to_wgs84,
    ("BD09", "FORWARD"): offsets.wgs84_to_bd09,
    ("BD09", "INVERSE"): offsets.bd09_to_wgs84,
}


def _named(xy: Array, name: str, direction: Direction) -> Array:
    if name == WGS84:
        return xy.copy()
    if formula := _OFFSETS.get((name, direction)):
        return formula(xy)
    x, y = _transformer(name).transform(xy[:, 0], xy[:, 1], direction=direction)
    return np.column_stack([x, y])


@lru_cache(maxsize=len(CRS_NAMES))
def _transformer(name: str) -> Transformer:
    """Building one costs milliseconds; using it is thread-safe (pyproj 3.1 and later)."""
    return Transformer.from_crs(WGS84, name, always_xy=True)


@lru_cache(maxsize=32)
def _local(lon: float, lat: float) -> Transformer:
    plane = CRS.from_dict({"proj": "laea", "lat_0": lat, "lon_0": lon, "datum": "WGS84", "units": "m"})
    return Transformer.from_crs(WGS84, plane, always_xy=True)


@lru_cache(maxsize=32)
def _importer(crs: CRS) -> Transformer:
    try:
        # A system that carries its own parameters to WGS 84 (TOWGS84) is taken at its word.
        if _fits_the_earth(crs) or crs.is_bound:
            return Transformer.from_crs(crs, WGS84, always_xy=True)
    except ProjError:  # falls through to the refusal below
        pass
    raise UnknownCrs(
        f"坐标系“{crs.name}”没有到 WGS 84 的可靠转换参数。请先转换到 CGCS2000（如 EPSG:4527）再导入。",
        f"No dependable parameters lead from “{crs.name}” to WGS 84. Convert the data to CGCS2000 "
        "(such as EPSG:4527) first.",
        parameter="crs",
        value=crs.name,
    )


def _fits_the_earth(crs: CRS) -> bool:
    """Whether the datum's ellipsoid is that of the modern geocentric systems (WGS 84, GRS 80, CGCS2000)."""
    ellipsoid = crs.ellipsoid
    if ellipsoid is None or not (crs.is_geographic or crs.is_projected):
        return False
    size = abs(ellipsoid.semi_major_metre - 6378137.0)
    return size < 0.01 and abs(ellipsoid.inverse_flattening - 298.2572) < 0.001


def _each_vertex(geom: G, function: Callable[[Array], Array]) -> G:
    if geom is None:
        raise BadGeometry("没有图形。", "There is no geometry.")
    return shapely.transform(geom, function, include_z=False)


def _checked_pairs(values: ArrayLike) -> Array:
    xy = np.asarray(values, dtype=np.float64)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise BadCoordinates(
            f"坐标应为 N×2 的数组，得到 {xy.shape}。",
            f"Coordinates are an array of N rows and 2 columns, not {xy.shape}.",
            value=str(xy.shape),
        )
    if not np.isfinite(xy).all():
        row = xy[~np.isfinite(xy).all(axis=1)][0].tolist()
        raise BadCoordinates(f"坐标不是有限的数：{row}。", f"Not a finite position: {row}.", value=row)
    return xy


def _checked_lonlat(values: ArrayLike) -> Array:
    xy = _checked_pairs(values)
    outside = (np.abs(xy[:, 0]) > 180.0) | (np.abs(xy[:, 1]) > 90.0)
    if outside.any():
        row = xy[outside][0].tolist()
        raise BadCoordinates(
            f"不是经纬度：{row}。经度应在 ±180 之间，纬度应在 ±90 之间；坐标系或坐标顺序可能不对。",
            f"Not a longitude and latitude: {row}. Longitude is within ±180, latitude within ±90; the "
            "coordinate reference system or the order of the coordinates may be wrong.",
            value=row,
        )
    return xy


def _checked_out(xy: Array, name: str) -> Array:
    if not np.isfinite(xy).all():
        raise BadCoordinates(
            f"有的位置在 {name} 中没有坐标（离该投影带太远）。",
            f"A position has no coordinates in {name}: it is too far from that projection's zone.",
            parameter="crs",
            value=name,
        )
    return xy
