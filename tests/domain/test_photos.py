"""Photos: what is taken, what is refused, and that nothing but the picture is kept."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from app.domain.photos import (
    LONGEST_PX,
    MOST_BYTES,
    MOST_OF_CHECK_IN,
    MOST_PHOTOS,
    SMALL_PX,
    NotTaken,
    check_count,
    picture,
)
from app.errors import BadParameter, NoPicture, Refused, TooLarge, TooManyPixels

GPS, ORIENTATION = 0x8825, 0x0112


def sample(width: int = 320, height: int = 200, mode: str = "RGB") -> Image.Image:
    """A picture whose upper left quarter is red."""
    made = Image.new("RGB", (width, height), (240, 240, 240))
    made.paste((200, 0, 0), (0, 0, width // 2, height // 2))
    return made.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(raw: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(raw))
    image.load()
    return image


def is_red(pixel: tuple[int, ...]) -> bool:
    red, green, blue = pixel
    return red > 150 and green < 80 and blue < 80


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_each_format_becomes_a_jpeg_under_its_hash(kind):
    made = picture(encoded(sample(), kind), "a.bin")
    kept, small = opened(made.jpeg), opened(made.small)
    assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (320, 200))
    assert (made.width, made.height) == kept.size
    assert small.format == "JPEG" and small.size == (320, 200)  # never made larger
    assert made.sha256 == hashlib.sha256(made.jpeg).hexdigest() and made.exif is None
    assert is_red(kept.getpixel((20, 20))) and not is_red(kept.getpixel((300, 180)))
    assert picture(encoded(sample(), kind), "b.bin") == made


def test_large_ones_are_made_smaller_and_keep_their_shape():
    made = picture(encoded(sample(5000, 2500)), "a.jpg")
    assert (made.width, made.height) == (LONGEST_PX, LONGEST_PX // 2)
    assert opened(made.jpeg).size == (LONGEST_PX, LONGEST_PX // 2)
    assert opened(made.small).size == (SMALL_PX, SMALL_PX // 2)


def test_position_camera_and_comments_are_left_behind():
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif.get_ifd(GPS).update({1: "N", 2: (35.0, 24.0, 0.0), 3: "E", 4: (116.0, 25.0, 0.0)})
    raw = encoded(sample(), exif=exif, comment=b"taken at home", icc_profile=b"not a profile" * 20)
    assert dict(opened(raw).getexif().get_ifd(GPS))
    for kept in (picture(raw, "a.jpg").jpeg, picture(raw, "a.jpg").small):
        assert not dict(opened(kept).getexif())
        assert not {"comment", "icc_profile", "exif"} & opened(kept).info.keys()
        assert b"camera" not in kept and b"home" not in kept


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, (5, 5)), (3, (315, 195)), (6, (195, 5)), (8, (5, 315))]
)
def test_the_camera_was_held_sideways(orientation, corner):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    upright = opened(picture(encoded(sample(), exif=exif), "a.jpg").jpeg)
    assert upright.size == ((200, 320) if orientation in (6, 8) else (320, 200))
    assert is_red(upright.getpixel(corner))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "I;16"])
def test_every_kind_of_pixel_is_understood(mode):
    if mode == "I;16":
        image = Image.fromarray(np.full((40, 60), 0x8000, dtype=np.uint16))
    else:
        image = sample(60, 40).convert("L" if mode == "1" else "RGB").convert(mode)
    shown = opened(picture(encoded(image, "PNG" if mode != "PA" else "WEBP"), "a.png").jpeg)
    assert shown.size == (60, 40)
    if mode == "I;16":
        assert shown.getpixel((5, 5)) == (128, 128, 128)


def test_what_is_transparent_is_white():
    clear = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    assert opened(picture(encoded(clear, "PNG"), "a.png").jpeg).getpixel((20, 20)) == (255, 255, 255)


def test_what_is_hidden_behind_a_picture_does_not_come_along():
    polyglot = encoded(sample()) + b"PK\x03\x04<script>alert(1)</script>"
    made = picture(polyglot, "a.jpg")
    assert made.jpeg == picture(encoded(sample()), "a.jpg").jpeg
    assert made.sent_sha256 == hashlib.sha256(polyglot).hexdigest()
    assert b"script" not in made.jpeg


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large, in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 5_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(7746, 7746), (20_000, 20_000), (60_000, 60_000)])
def test_bombs_are_refused_before_they_are_unpacked(size):
    raw = png_of(*size)
    assert len(raw) < 10_000
    with pytest.raises(BadParameter, match="60 million pixels"):
        picture(raw, "bomb.png")


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG whose head says it is so large, and that ends there."""
    raw = encoded(Image.new("RGB", (8, 8)))
    at = raw.index(b"\xff\xc0") + 5
    return raw[:at] + struct.pack(">HH", height, width) + raw[at + 4 :]


def heic_of(width: int, height: int) -> bytes:
    """A HEIC whose head says it is so large."""
    raw = encoded(Image.new("RGB", (64, 64)), "HEIF")
    at = raw.index(b"ispe") + 8
    return raw[:at] + struct.pack(">II", width, height) + raw[at + 8 :]


@pytest.mark.parametrize(
    ("raw", "alone"),
    [
        (png_of(7746, 7746), TooManyPixels),  # 60,000,516
        (jpeg_of(10_000, 6_001), TooManyPixels),
        (heic_of(10_000, 6_001), TooManyPixels),
        (png_of(7746, 7745), NoPicture),  # small enough, but there is not so much in it
        (b"\0" * (MOST_BYTES + 1), TooLarge),
    ],
    ids=["png", "jpeg", "heic", "png just under", "bytes"],
)
def test_why_a_photo_by_itself_is_not_taken(raw, alone):
    with pytest.raises(NotTaken) as refused:
        picture(raw, "a")
    assert type(refused.value.alone) is alone
    assert refused.value.alone.zh == refused.value.faults[0].zh


WHOLE = encoded(sample())
REFUSED = {
    "empty": b"",
    "text": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "gif": encoded(sample(), "GIF"),
    "bmp": encoded(sample(), "BMP"),
    "tiff": encoded(sample(), "TIFF"),
    "truncated jpeg": WHOLE[: len(WHOLE) // 2],
    "truncated png": encoded(sample(), "PNG")[:-60],
    "truncated webp": encoded(sample(), "WEBP")[:-60],
    "truncated heic": encoded(sample(), "HEIF")[:-60],
    "only a heic's head": encoded(sample(), "HEIF")[:200],
    "avif": encoded(sample(), "AVIF"),
    "only a head": WHOLE[:40],
    "broken png": encoded(sample(), "PNG").replace(b"IDAT", b"IDAX"),
    "claims another size": png_of(7000, 7000),
}


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_whole_picture_is_refused_by_name(raw):
    with pytest.raises(BadParameter) as refused:
        picture(raw, "../../etc/某处.jpg")
    fault = refused.value.faults[0]
    assert fault.parameter == "photos"
    assert fault.value == "../../etc/某处.jpg"
    assert "某处.jpg" in fault.zh and "某处.jpg" in fault.en


def test_the_name_of_a_file_says_nothing_about_it():
    assert picture(WHOLE, "a.exe").jpeg
    with pytest.raises(BadParameter):
        picture(b"MZ\x90\0", "a.jpg")


def test_a_file_may_be_large_but_not_too_large():
    with pytest.raises(BadParameter, match="25 MB"):
        picture(WHOLE + b"\0" * MOST_BYTES, "a.jpg")
    assert picture(WHOLE + b"\0" * (MOST_BYTES - len(WHOLE)), "a.jpg").width == 320


def test_long_names_are_cut():
    with pytest.raises(BadParameter) as refused:
        picture(b"x", "长" * 5000)
    assert len(refused.value.faults[0].zh) < 200


def test_a_report_has_at_most_so_many():
    check_count(0, MOST_PHOTOS)
    check_count(MOST_PHOTOS - 1, 1)
    with pytest.raises(Refused, match="1 more"):
        check_count(MOST_PHOTOS - 1, 2)
    with pytest.raises(Refused, match="0 more"):
        check_count(MOST_PHOTOS, 1)
    check_count(MOST_OF_CHECK_IN - 1, 1, check_in=True)
    with pytest.raises(Refused, match="check-in has at most 9"):
        check_count(MOST_OF_CHECK_IN, 1, check_in=True)


def test_an_iphones_heic_is_upright_and_bare_and_its_thumbnail_is_not_believed():
    exif = Image.Exif()
    exif[ORIENTATION], exif[0x0110] = 6, "iPhone"
    exif.get_ifd(GPS).update({1: "N", 2: (35.0, 24.0, 0.0), 3: "E", 4: (116.0, 25.0, 0.0)})
    raw = encoded(sample(), "HEIF", exif=exif.tobytes())
    assert raw[4:12] == b"ftypheic"
    made = picture(raw, "IMG_0001.HEIC")
    upright = opened(made.jpeg)
    assert upright.size == (200, 320) and is_red(upright.getpixel((195, 5)))
    assert not dict(upright.getexif()) and b"iPhone" not in made.jpeg
    place = round(made.exif["lon"], 5), round(made.exif["lat"], 5)
    assert (place, made.exif["camera"]) == ((116.41667, 35.4), "iPhone")
    assert not pillow_heif.options.THUMBNAILS
