"""A photo on its way from the camera into the draft: what it says of itself kept, its pixels made smaller."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any

import pillow_heif
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from tests.support.server import Server

PREPARE = """async ({bytes, name, position, longest, without}) => {
  for (const missing of without) delete globalThis[missing];
  const { prepare } = await import("/static/js/phone/photos.js");
  const raw = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const file = new File([raw], name, { type: "image/whatever" });
  const text = (buffer) => Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  const base64 = (buffer) => buffer && btoa(text(buffer));
  try {
    const made = await prepare(file, { position, longest });
    return { record: made.record, bytes: base64(made.bytes), small: base64(made.small) };
  } catch (error) {
    return { code: error.code ?? String(error), message: error.message };
  }
}"""
HERE = {"lon": 116.35, "lat": 35.42, "accuracy_m": 6, "at": "2023-07-14T01:30:00Z", "source": "device"}
CORNERS = {"red": (220, 30, 30), "green": (30, 160, 30), "blue": (30, 30, 220), "white": (250, 250, 250)}


def test_photos_are_read_turned_and_made_smaller(demo: Server, page) -> None:
    page.goto(f"{demo.url}/m")

    def prepare(content: bytes, without: tuple[str, ...] = (), longest: int = 2048) -> dict[str, Any]:
        given = {"bytes": base64.b64encode(content).decode(), "name": "IMG_1.jpg", "position": HERE}
        return page.evaluate(PREPARE, given | {"longest": longest, "without": list(without)})

    camera = _jpeg((3000, 2000), _exif(orientation=6))
    made = prepare(camera)
    record = made["record"]
    assert record["exif"] == {
        "taken_at": "2023:07:14 09:30:12",
        "offset": "+08:00",
        "lon": 116.35,
        "lat": -35.4207528,
        "camera": "HUAWEI P40",
    }
    assert record["original_sha256"] == hashlib.sha256(camera).hexdigest()
    assert record["position"] == HERE
    assert (record["name"], record["type"]) == ("IMG_1.jpg", "image/jpeg")
    _as_recorded(made, (1365, 2048))
    _turned(made)

    # telephones without these make the same of it, and the same picture is never the same photo
    old = prepare(camera, without=("OffscreenCanvas", "createImageBitmap"))
    _as_recorded(old, (1365, 2048))
    _turned(old)
    assert old["record"]["exif"] == record["exif"]
    assert old["record"]["original_sha256"] == record["original_sha256"]
    assert old["record"]["id"] != record["id"]

    small = prepare(_jpeg((300, 200)))
    _as_recorded(small, (300, 200))
    assert small["record"]["exif"] is None
    assert prepare(_jpeg((300, 200), _exif(nowhere=True)))["record"]["exif"]["lon"] is None
    _as_recorded(prepare(_jpeg((3000, 2000)), longest=500), (500, 333))

    clear = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(clear, "PNG")
    assert _picture(prepare(clear.getvalue())["bytes"]).getpixel((20, 15)) == (255, 255, 255)

    # Chromium decodes no HEIC: it goes as it is, and its EXIF is read all the same
    heic = io.BytesIO()
    image = pillow_heif.from_pillow(_corners((640, 480)))
    image.info["exif"] = _exif().tobytes()
    image.save(heic, quality=50)
    kept = prepare(heic.getvalue())
    assert base64.b64decode(kept["bytes"]) == heic.getvalue()
    assert (kept["record"]["type"], kept["small"]) == ("image/heic", None)
    assert kept["record"]["sha256"] == kept["record"]["original_sha256"]
    assert kept["record"]["exif"]["taken_at"] == "2023:07:14 09:30:12"

    # what is no photo is refused in words that say what to do
    for content, code, word in (
        (b"GIF89a" + bytes(40), "photo_kind", "动图"),
        (b"%PDF-1.7 ...", "photo_kind", "PDF"),
        (b"", "photo_kind", "JPEG"),
        (camera[:400], "photo_damaged", "重新拍摄"),
    ):
        refused = prepare(content)
        assert refused["code"] == code
        assert word in refused["message"]


def _corners(size: tuple[int, int]) -> Image.Image:
    """Red upper left, green upper right, blue lower left, white lower right."""
    image = Image.new("RGB", (2, 2))
    image.putdata(list(CORNERS.values()))
    return image.resize(size, Image.Resampling.NEAREST)


def _jpeg(size: tuple[int, int], exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    _corners(size).save(out, "JPEG", quality=90, exif=exif or b"")
    return out.getvalue()


def _exif(orientation: int = 1, nowhere: bool = False) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Make] = "HUAWEI"
    exif[Base.Model] = "HUAWEI P40"
    exif[Base.Orientation] = orientation
    exif.get_ifd(IFD.Exif).update(
        {Base.DateTimeOriginal: "2023:07:14 09:30:12", Base.OffsetTimeOriginal: "+08:00"}
    )
    gps = {GPS.GPSLatitudeRef: "S", GPS.GPSLatitude: (35.0, 25.0, 14.71), GPS.GPSLongitudeRef: "E"}
    gps[GPS.GPSLongitude] = (116.0, 21.0, 0.0)
    if nowhere:
        gps |= {GPS.GPSLatitude: (0.0, 0.0, 0.0), GPS.GPSLongitude: (0.0, 0.0, 0.0)}
    exif.get_ifd(IFD.GPSInfo).update(gps)
    return exif


def _picture(encoded: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")


def _as_recorded(made: dict[str, Any], size: tuple[int, int]) -> None:
    """The bytes are the JPEG that the record speaks of, without EXIF, and the small one is small."""
    content = base64.b64decode(made["bytes"])
    record = made["record"]
    assert record["sha256"] == hashlib.sha256(content).hexdigest()
    assert record["size_bytes"] == len(content)
    image = Image.open(io.BytesIO(content))
    assert (image.format, image.size) == ("JPEG", size)
    assert (record["width"], record["height"]) == size
    assert not image.getexif()
    assert max(_picture(made["small"]).size) == min(480, max(size))


def _turned(made: dict[str, Any]) -> None:
    """Orientation 6 is shown turned a quarter clockwise: what was lower left is upper left now."""
    for encoded in (made["bytes"], made["small"]):
        image = _picture(encoded)
        width, height = image.size
        places = {"blue": (0.25, 0.25), "red": (0.75, 0.25), "white": (0.25, 0.75), "green": (0.75, 0.75)}
        for name, (x, y) in places.items():
            found = image.getpixel((int(width * x), int(height * y)))
            assert all(abs(a - b) < 12 for a, b in zip(found, CORNERS[name], strict=True)), (name, found)
