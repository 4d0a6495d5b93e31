"""EXIF as data: what cameras and telephones write, and what they should not have written."""

from __future__ import annotations

import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from app.domain.exif import MEMBERS, read_exif, tidy

GPS, TAKEN = 0x8825, 0x8769
PLACE = {1: "N", 2: (35.0, 24.0, 36.0), 3: "E", 4: (116.0, 25.0, 30.0)}


def opened(taken: dict | None = None, place: dict | None = None, kind: str = "JPEG", **tags: object):
    """A picture with this EXIF, as it comes back from a file."""
    exif = Image.Exif()
    for name, value in tags.items():
        exif[{"make": 0x010F, "model": 0x0110, "saved": 0x0132}[name]] = value
    exif.get_ifd(TAKEN).update(taken or {})
    exif.get_ifd(GPS).update(place or {})
    out = io.BytesIO()
    Image.new("RGB", (20, 10)).save(out, kind, exif=exif.tobytes())
    return Image.open(out)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_time_place_and_camera_are_read(kind):
    taken = {0x9003: "2023:07:14 09:30:00", 0x9011: "+08:00"}
    found = read_exif(opened(taken, PLACE, kind, make="HUAWEI", model="P60\0"))
    assert found == {
        "taken_at": "2023-07-14T09:30:00",
        "offset": "+08:00",
        "lon": 116.425,
        "lat": 35.41,
        "camera": "HUAWEI P60",
    }


def test_what_is_not_said_is_null_and_nothing_at_all_is_none():
    assert read_exif(opened()) is None
    assert read_exif(opened(saved="2023:07:14 09:30:00")) is None  # when it was saved says nothing
    digitised = read_exif(opened({0x9004: "2023:07:14 09:30:00"}))
    assert (digitised["taken_at"], digitised["offset"], digitised["lon"]) == (
        "2023-07-14T09:30:00",
        None,
        None,
    )


def test_south_and_west_are_negative():
    found = read_exif(opened(place={1: "S", 2: (10.0, 30.0, 0.0), 3: "W", 4: (70.0, 0.0, 0.0)}))
    assert (found["lat"], found["lon"]) == (-10.5, -70.0)


@pytest.mark.parametrize(
    "place",
    [
        {2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)},
        PLACE | {2: (IFDRational(1, 0),) * 3},
        PLACE | {2: (99.0, 0.0, 0.0)},
        PLACE | {4: (999.0, 0.0, 0.0)},
        {1: "N", 2: (35.0, 24.0, 36.0)},
    ],
    ids=["null island", "nan", "beyond the pole", "beyond the globe", "half"],
)
def test_no_place_is_better_than_a_wrong_one(place):
    found = read_exif(opened(place=place, model="x"))
    assert (found["lon"], found["lat"], found["camera"]) == (None, None, "x")


@pytest.mark.parametrize(
    "text", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2023:07:14", "2023:13:40 99:00:00"]
)
def test_no_time_is_better_than_a_wrong_one(text):
    assert read_exif(opened({0x9003: text}, model="x"))["taken_at"] is None


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_broken_exif_is_none():
    image = Image.new("RGB", (2, 2))
    image.info["exif"] = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 60
    assert read_exif(image) is None


VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()))


@given(st.one_of(VALUES, st.dictionaries(st.sampled_from((*MEMBERS, "else")), VALUES)))
def test_whatever_a_telephone_says_is_made_sense_of(said):
    found = tidy(said)
    if found is None:
        return
    assert tuple(found) == MEMBERS and any(value is not None for value in found.values())
    assert tidy(found) == found
    assert (found["lon"] is None) == (found["lat"] is None)
    if found["lon"] is not None:
        assert math.isfinite(found["lon"]) and abs(found["lon"]) <= 180 and abs(found["lat"]) <= 90
    if found["camera"] is not None:
        assert found["camera"].isprintable() and 0 < len(found["camera"]) <= 80
