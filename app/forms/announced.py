"""What a telephone announces of a photo: the headers of tus's creation, and the JSON within them.

The upload's own facts must be right. What is said of the picture beside them (EXIF, position, clock) is taken
as far as it makes sense: a photo is never lost because a camera wrote nonsense into it.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.datastructures import Headers

from app.bodies import Body
from app.domain.clock import within_reason
from app.domain.exif import tidy
from app.domain.photos import MOST_BYTES
from app.errors import BadParameter, Fault, TooLarge
from app.store.photouploads import NewUpload

ABOUT = ("id", "inspection", "sha256", "original_sha256", "name", "exif", "position", "device_at")
LONGEST = 16 * 1024
LONGEST_NAME = 120
COARSEST_M = 10_000_000
_HASH = re.compile(r"[0-9a-f]{64}")


def read_announced(headers: Headers) -> NewUpload:
    """The photo that a request announces. Errors: BadParameter, TooLarge."""
    size = _length(headers.get("upload-length", ""))
    body = Body(_about(headers.get("upload-metadata", "")), ABOUT)
    ident, inspection = body.uuid("id"), body.uuid("inspection")
    sha256 = body.sent.get("sha256")
    if not _is_hash(sha256):
        told = "sha256 应为 64 位小写十六进制。", "sha256 must be 64 hexadecimal digits in lower case."
        body.fault("sha256", None, {"pattern": _HASH.pattern}, *told)
    body.done()
    if size > MOST_BYTES:
        raise TooLarge(
            "照片超过 25 MB，请先缩小再上传。", "The photo is over 25 MB; make it smaller and try again."
        )
    about = {
        "original_sha256": body.sent["original_sha256"]
        if _is_hash(body.sent.get("original_sha256"))
        else None,
        "name": _name(body.sent.get("name")),
        "exif": tidy(body.sent.get("exif")),
        "position": _position(body.sent.get("position")),
        "device_at": _moment(body.sent.get("device_at")),
    }
    return NewUpload(ident, inspection, size, str(sha256), about)


def _length(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12) or int(text) == 0:
        told = (
            "请求头 Upload-Length 应为照片的字节数。",
            "The header Upload-Length must be the photo's size in bytes.",
        )
        raise BadParameter(Fault("Upload-Length", text[:20], {"minimum": 1, "maximum": MOST_BYTES}, *told))
    return int(text)


def _about(text: str) -> dict[str, Any]:
    """The JSON object called `about` in Upload-Metadata (pairs of a key and base64, comma-separated)."""
    pairs = dict(part.strip().partition(" ")[::2] for part in text.split(","))
    try:
        found = orjson.loads(base64.b64decode(pairs.get("about", "")[:LONGEST].encode(), validate=True))
    except (binascii.Error, ValueError):
        found = None
    if not isinstance(found, dict):
        told = (
            "请求头 Upload-Metadata 应写作“about ”加上 JSON 对象的 base64。",
            "The header Upload-Metadata must be “about ” and the base64 of a JSON object.",
        )
        raise BadParameter(Fault("Upload-Metadata", None, {"maxLength": LONGEST}, *told))
    return found


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _name(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return "".join(sign for sign in value if sign.isprintable())[:LONGEST_NAME] or None


def _position(value: Any) -> dict[str, Any] | None:
    """``{lon, lat, accuracy_m, at, source}``; None without a place on the globe."""
    if not isinstance(value, dict):
        return None
    lon, lat = _number(value.get("lon"), -180, 180), _number(value.get("lat"), -90, 90)
    if lon is None or lat is None:
        return None
    source = value.get("source")
    return {
        "lon": lon,
        "lat": lat,
        "accuracy_m": _number(value.get("accuracy_m"), 0, COARSEST_M),
        "at": _moment(value.get("at")),
        "source": source if source in ("device", "pin") else None,
    }


def _number(value: Any, low: float, high: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and low <= value <= high else None


def _moment(value: Any) -> str | None:
    """A moment with its time zone, in UTC; what no clock of our time says is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if found is None or found.tzinfo is None or within_reason(found) != found:
        return None
    return found.astimezone(UTC).isoformat()
