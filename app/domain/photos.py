"""Photos as they are kept: decoded before they are trusted, turned upright, made anew without their metadata.

What comes in may be anything that calls itself a picture. Only JPEG, PNG and WebP are decoded, whatever the
file is called, and what is kept is written by us from the pixels alone: no EXIF, no position, no camera, and
nothing that was hidden before, behind or between them.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from app.errors import BadParameter, Fault, Refused

MOST_BYTES = 20 * 1024 * 1024
"""The largest file taken."""
MOST_PIXELS = 50_000_000
"""The largest picture decoded; a small file may unpack to gigabytes (a decompression bomb)."""
MOST_PHOTOS = 12
"""Photos of one report."""
LONGEST_PX, SMALL_PX = 2560, 480
"""The longer side as kept, and that of the thumbnail."""

_FORMATS = ("JPEG", "PNG", "WEBP")
_ALLOWED = {"formats": list(_FORMATS), "maxBytes": MOST_BYTES, "maxPixels": MOST_PIXELS}
_SMOOTH = frozenset({"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"})
"""Modes whose pixels can be averaged as they are."""
_WHITE = (255, 255, 255)
_SHOWN = 60


@dataclass(frozen=True)
class Picture:
    """A photo ready to be kept: JPEG and thumbnail, the SHA-256 of the JPEG (hex), its size in pixels."""

    sha256: str
    jpeg: bytes
    small: bytes
    width: int
    height: int


def picture(raw: bytes, name: str, parameter: str = "photos") -> Picture:
    """The photo in `raw`, fit to be kept. `name` is the file's own and only serves to say which one is wrong.

    The same bytes give the same picture. Raises BadParameter for what is too large, not whole, or no picture.
    """
    if len(raw) > MOST_BYTES:
        raise _bad(
            parameter, name, "超过 20 MB，请先缩小再上传。", "is over 20 MB; make it smaller and try again."
        )
    if not raw:
        raise _bad(parameter, name, "是空文件，请重新选择。", "is empty; choose it again.")
    try:
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as found:
            width, height = found.size
            if width * height <= MOST_PIXELS:
                return _made(found)
    except Image.DecompressionBombError:
        pass
    except Exception as error:  # decoders meet hostile files with errors of every kind
        raise _bad(
            parameter,
            name,
            "不是完整的 JPEG、PNG 或 WebP 图片，请换一张或重新拍摄。",
            "is no whole JPEG, PNG or WebP picture; choose another or take it again.",
        ) from error
    raise _bad(
        parameter,
        name,
        "超过 5000 万像素，请先缩小再上传。",
        "has over 50 million pixels; make it smaller and try again.",
    )


def check_count(already: int, more: int, parameter: str = "photos") -> None:
    """Raise Refused when a report would have more photos than it may."""
    if already + more <= MOST_PHOTOS:
        return
    left = max(MOST_PHOTOS - already, 0)
    raise Refused(
        f"每份周报最多 {MOST_PHOTOS} 张照片，已有 {already} 张，还可添加 {left} 张；照片均未保存。",
        f"A report has at most {MOST_PHOTOS} photos; it has {already}, so {left} more may be added. "
        "None were saved.",
    )


def _made(found: Image.Image) -> Picture:
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
    return Picture(hashlib.sha256(jpeg).hexdigest(), jpeg, _jpeg(small, 80), upright.width, upright.height)


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


def _bad(parameter: str, name: str, zh: str, en: str) -> BadParameter:
    shown = name[:_SHOWN] or "?"
    return BadParameter(Fault(parameter, shown, _ALLOWED, f"“{shown}”{zh}", f"“{shown}” {en}"))
