"""What a picture's EXIF says of when, where and with what it was taken. All of it may be missing or wrong.

The record: ``{taken_at, offset, lon, lat, camera}``. `taken_at` is the camera's own clock, such as
``2023-07-14T09:30:00``, and `offset` that clock's, such as ``+08:00``; `lon` and `lat` are degrees in WGS 84;
each is null when it is not said. What counts is the moment it was taken, not when a program last saved it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from PIL import Image

MEMBERS = ("taken_at", "offset", "lon", "lat", "camera")

_MAKE, _MODEL = 0x010F, 0x0110
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_TIMES = ((0x9003, 0x9011), (0x9004, 0x9012))
"""Tags of time and offset: when it was taken (DateTimeOriginal), else when it was digitised."""
_SOUTH_OR_NORTH, _LAT, _WEST_OR_EAST, _LON = 1, 2, 3, 4
_OFFSET = re.compile(r"[+-]([01]\d|2[0-3]):[0-5]\d")
_LONGEST = 80
_DECIMALS = 7
"""Of a degree: a centimetre."""


def read_exif(image: Image.Image) -> dict[str, Any] | None:
    """The record of an opened picture; None when it says nothing of time, place or camera."""
    try:
        exif = image.getexif()
        taken, place = _part(exif, _EXIF_IFD), _part(exif, _GPS_IFD)
        camera = " ".join(str(exif.get(tag) or "") for tag in (_MAKE, _MODEL))
    except Exception:  # a broken EXIF is none; the picture may still be good
        return None
    moment, offset = next(
        ((taken[tag], taken.get(with_offset)) for tag, with_offset in _TIMES if taken.get(tag)), (None, None)
    )
    found = {
        "taken_at": moment,
        "offset": offset,
        "lon": _degrees(place.get(_LON), place.get(_WEST_OR_EAST), "W"),
        "lat": _degrees(place.get(_LAT), place.get(_SOUTH_OR_NORTH), "S"),
        "camera": camera,
    }
    return tidy(found)


def tidy(found: Any) -> dict[str, Any] | None:
    """A record from anywhere with what cannot be true left out; None when nothing is left."""
    if not isinstance(found, Mapping):
        return None
    taken_at = _moment(found.get("taken_at"))
    offset = found.get("offset")
    offset = offset.strip() if isinstance(offset, str) else ""
    lon, lat = _number(found.get("lon"), 180), _number(found.get("lat"), 90)
    placed = lon is not None and lat is not None and (lon, lat) != (0, 0)  # 0, 0: a camera without a fix
    camera = found.get("camera")
    made = {
        "taken_at": taken_at,
        "offset": offset if taken_at and _OFFSET.fullmatch(offset) else None,
        "lon": lon if placed else None,
        "lat": lat if placed else None,
        "camera": _words(camera) if isinstance(camera, str) else None,
    }
    return made if any(value is not None for value in made.values()) else None


def _part(exif: Image.Exif, tag: int) -> Mapping[int, Any]:
    """One of the tables within the EXIF; empty when it is broken, so that the others still count."""
    try:
        return dict(exif.get_ifd(tag))
    except Exception:
        return {}


def _moment(text: Any) -> str | None:
    """``2023:07:14 09:30:00`` or ISO 8601 as ``2023-07-14T09:30:00``; many cameras write 0000:00:00."""
    if not isinstance(text, str):
        return None
    text = text.strip(" \0")[:19]
    if text[4:5] == ":" and text[7:8] == ":":
        text = f"{text[:4]}-{text[5:7]}-{text[8:]}"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) < len("2023-07-14T09:30") or not 1990 <= found.year <= 2200:
        return None
    return found.replace(tzinfo=None).isoformat(timespec="seconds")


def _degrees(parts: Any, side: Any, negative: str) -> float | None:
    """Degrees, minutes and seconds as a number; west and south are negative."""
    if not isinstance(parts, Sequence) or isinstance(parts, str | bytes) or not 1 <= len(parts) <= 3:
        return None
    try:
        value = sum(float(part) / 60**place for place, part in enumerate(parts))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    said = side.decode("latin-1") if isinstance(side, bytes) else str(side or "")
    return -value if said.strip(" \0").upper() == negative else value


def _number(value: Any, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return round(float(value), _DECIMALS) if math.isfinite(value) and abs(value) <= most else None


def _words(text: str) -> str | None:
    """On one line and not too long; makers write zeros and blanks around their names."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split())[:_LONGEST] or None
