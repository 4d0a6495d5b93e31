"""Photos as they are kept: decoded before they are trusted, turned upright, made anew without their metadata.

What comes in may be anything that calls itself a picture. Only JPEG, PNG, WebP and HEIC are decoded, whatever
the file is called, and what is kept is written by us from the pixels alone: no EXIF, no position, no camera,
and nothing that was hidden before, behind or between them. What the EXIF says of place and time is read first
(app.domain.exif) and goes into the ledger as data.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from app.domain.exif import read_exif
from app.errors import AppError, BadParameter, Fault, NoPicture, Refused, TooLarge, TooManyPixels

MOST_BYTES = 25 * 1024 * 1024
"""The largest file taken."""
MOST_PIXELS = 60_000_000
"""The largest picture decoded; a small file may unpack to gigabytes (a decompression bomb)."""
LONGEST_SIDE_PX = 32_000
"""No camera makes a longer panorama; a picture of a single column takes a hundred times the memory of its
pixels."""
MOST_PHOTOS = 12
"""Photos of one report."""
MOST_OF_CHECK_IN = 9
"""Photos of one inspection."""
LONGEST_PX, SMALL_PX = 2560, 480
"""The longer side as kept, and that of the thumbnail."""

_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
_ALLOWED = {"formats": list(_FORMATS), "maxBytes": MOST_BYTES, "maxPixels": MOST_PIXELS}
_SMOOTH = frozenset({"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"})
"""Modes whose pixels can be averaged as they are."""
_WHITE = (255, 255, 255)
_SHOWN = 60

# A HEIC may bring along a thumbnail that shows something else than the picture; and one photo is decoded by
# one core, so that the map goes on.
register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


@dataclass(frozen=True)
class Picture:
    """A photo ready to be kept: JPEG and thumbnail, the SHA-256 of the JPEG (hex), its size in pixels; the
    SHA-256 of the bytes that were sent, and what their EXIF says (app.domain.exif)."""

    sha256: str
    jpeg: bytes = field(repr=False)
    small: bytes = field(repr=False)
    width: int
    height: int
    sent_sha256: str
    exif: dict[str, Any] | None


class NotTaken(BadParameter):
    """A file that is not taken as a photo, as a fault of the form it came with; `alone` is the same for one
    that comes by itself: TooLarge, TooManyPixels or NoPicture."""

    def __init__(self, fault: Fault, alone: type[AppError]) -> None:
        super().__init__(fault)
        self.alone = alone(fault.zh, fault.en, (fault,))


def picture(raw: bytes, name: str, parameter: str = "photos") -> Picture:
    """The photo in `raw`, fit to be kept. `name` is the file's own and only serves to say which one is wrong.

    The same bytes give the same picture. Raises NotTaken for what is too large, not whole, or no picture.
    """
    if len(raw) > MOST_BYTES:
        zh, en = "超过 25 MB，请先缩小再上传。", "is over 25 MB; make it smaller and try again."
        raise _not_taken(TooLarge, parameter, name, zh, en)
    if not raw:
        raise _not_taken(NoPicture, parameter, name, "是空文件，请重新选择。", "is empty; choose it again.")
    try:
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as found:
            width, height = found.size
            if width * height <= MOST_PIXELS and max(width, height) <= LONGEST_SIDE_PX:
                exif = read_exif(found)
                return _made(found, hashlib.sha256(raw).hexdigest(), exif)
    except Image.DecompressionBombError:
        pass
    except MemoryError:  # says nothing of the picture: it may be taken when there is room again
        raise
    except Exception as error:  # decoders meet hostile files with errors of every kind
        raise _not_taken(
            NoPicture,
            parameter,
            name,
            "不是完整的 JPEG、PNG、WebP 或 HEIC 图片，请换一张或重新拍摄。",
            "is no whole JPEG, PNG, WebP or HEIC picture; choose another or take it again.",
        ) from error
    raise _not_taken(
        TooManyPixels,
        parameter,
        name,
        f"超过 6000 万像素，或一边超过 {LONGEST_SIDE_PX} 像素，请先缩小再上传。",
        f"has over 60 million pixels, or a side of over {LONGEST_SIDE_PX}; make it smaller and try again.",
    )


def check_count(already: int, more: int, check_in: bool = False) -> None:
    """Raise Refused when a report (or a check-in) would have more photos than it may."""
    most = MOST_OF_CHECK_IN if check_in else MOST_PHOTOS
    if already + more <= most:
        return
    left = max(most - already, 0)
    what, what_en = ("次签到", "A check-in") if check_in else ("份周报", "A report")
    raise Refused(
        f"每{what}最多 {most} 张照片，已有 {already} 张，还可添加 {left} 张；照片均未保存。",
        f"{what_en} has at most {most} photos; it has {already}, so {left} more may be added. "
        "None were saved.",
    )


def _made(found: Image.Image, sent_sha256: str, exif: dict[str, Any] | None) -> Picture:
    # Smaller first: turning and flattening would need the memory of the large picture again. A JPEG is even
    # decoded at a half, quarter or eighth where that suffices.
    if found.mode in _SMOOTH:
        found.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.LANCZOS)
    upright = _flat(ImageOps.exif_transpose(found))
    upright.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.LANCZOS)
    upright.info = {}  # comments, profiles and positions stay behind
    small = upright.copy()
    small.thumbnail((SMALL_PX, SMALL_PX), Image.Resampling.LANCZOS)
    jpeg = _jpeg(upright, 85)
    digest = hashlib.sha256(jpeg).hexdigest()
    return Picture(digest, jpeg, _jpeg(small, 80), upright.width, upright.height, sent_sha256, exif)


def _flat(image: Image.Image) -> Image.Image:
    """Red, green and blue; what is transparent becomes white, as on the page."""
    if image.mode.startswith("I"):  # sixteen bits: convert() would cut off what is over eight
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", layer.size, _WHITE)
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return image.convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, exif=b"", icc_profile=None)
    return out.getvalue()


def _not_taken(alone: type[AppError], parameter: str, name: str, zh: str, en: str) -> NotTaken:
    shown = name[:_SHOWN] or "?"
    return NotTaken(Fault(parameter, shown, _ALLOWED, f"“{shown}”{zh}", f"“{shown}” {en}"), alone)
