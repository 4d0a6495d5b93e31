"""What a reader hands over before anything is reprojected."""

from __future__ import annotations

from typing import Any, NamedTuple

from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo.errors import BadFile, Message

MAX_BYTES = 200_000_000
MAX_ROWS = 100_000


class Table(NamedTuple):
    """The rows of one layer as they stand in the file.

    `declared` is the system that the file states (a pyproj CRS or one of `geo.crs.CRS_NAMES`; None when it
    states none), `usual` the one that its format then implies (None: nothing can be assumed).
    """

    attributes: list[dict[str, Any]]
    geometries: list[BaseGeometry | None]
    problems: dict[int, Message]
    declared: CRS | str | None
    usual: str | None


def check_size(size: int) -> None:
    """Raise BadFile when a file (or what it unpacks to) is larger than `MAX_BYTES`."""
    if size > MAX_BYTES:
        mb = MAX_BYTES // 1_000_000
        raise BadFile(
            f"文件太大：{size / 1e6:.0f} MB，最多 {mb} MB（压缩包按解压后计）。请分成几个文件。",
            f"The file is too large: {size / 1e6:.0f} MB; {mb} MB (unpacked) is the most. Split it.",
            parameter="file",
            value=size,
        )


def check_count(count: int) -> None:
    """Raise BadFile when there are more than `MAX_ROWS` rows."""
    if count > MAX_ROWS:
        raise BadFile(
            f"行数太多：最多 {MAX_ROWS} 行。请分成几个文件。",
            f"Too many rows: {MAX_ROWS} is the most. Split the file into several.",
            parameter="file",
            value=count,
        )
