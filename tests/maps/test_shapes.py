"""Marks and pictograms: well-formed paths inside their boxes, and a drawing for every kind of site."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
import shapely

from maps.marks import line_svg, mark_svg
from maps.palette import STATUSES
from maps.pictograms import PICTOGRAMS, pictogram
from maps.shapes import SHAPES

ROOT = Path(__file__).resolve().parents[2]
TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "C": 6, "A": 7, "Z": 0}


def outline(path: str) -> list[list[tuple[float, float]]]:
    """Rings of the points a path goes through (curves by their end points). Fails on malformed path data."""
    rings: list[list[tuple[float, float]]] = []
    x = y = 0.0
    for command, rest in re.findall(r"([A-Z])([^A-Z]*)", path):
        numbers = [float(n) for n in re.findall(r"-?(?:\d+\.\d+|\.\d+|\d+)", rest)]
        takes = TAKES[command]
        assert (len(numbers) == takes) if takes < 2 else (numbers and len(numbers) % takes == 0), (
            command,
            rest,
        )
        if command == "M":
            rings.append([])
        for at in range(0, len(numbers), takes or 1):
            part = numbers[at : at + takes]
            x = part[0] if command == "H" else x if command == "V" else part[-2]
            y = part[0] if command == "V" else y if command == "H" else part[-1]
            rings[-1].append((x, y))
    assert path.startswith("M")
    assert path.endswith("Z")
    return rings


@pytest.mark.parametrize("name", SHAPES)
def test_marks_stay_in_their_box(name: str) -> None:
    for path in filter(None, (SHAPES[name].outline, SHAPES[name].hole)):
        assert all(abs(x) <= 16 and abs(y) <= 16 for ring in outline(path) for x, y in ring)


def test_polygonal_marks_are_about_as_large_as_the_disc() -> None:
    disc = 3.1416 * 11.3**2
    for name in ("triangle", "square", "diamond", "star", "cross"):
        (ring,) = outline(SHAPES[name].outline)
        assert 0.6 * disc < shapely.Polygon(ring).area < 1.3 * disc, name


@pytest.mark.parametrize("name", PICTOGRAMS)
def test_pictograms_stay_in_their_box(name: str) -> None:
    assert all(abs(x) <= 8 and abs(y) <= 8 for ring in outline(PICTOGRAMS[name]) for x, y in ring)


def test_every_kind_has_a_drawing_of_its_own() -> None:
    kinds = tomllib.loads((ROOT / "data/sites/kinds.toml").read_text("utf-8"))["kind"]
    drawn = [pictogram(kind["pictogram"]) for kind in kinds]
    assert len(set(drawn)) == len(kinds)
    assert pictogram("dot") not in drawn


def test_a_new_kind_gets_the_plain_dot() -> None:
    assert pictogram("not drawn yet") == PICTOGRAMS["dot"]


@pytest.mark.parametrize("status", [one.code for one in STATUSES])
def test_svg_is_markup_without_style_or_script(status: str) -> None:
    for text in (mark_svg(status), mark_svg(status, kind="road", size=30), line_svg(status)):
        root = ElementTree.fromstring(text)
        assert root.get("aria-hidden") == "true"
        for element in root.iter():
            assert element.tag in ("svg", "path")
            assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


def test_an_unknown_status_is_an_error_not_a_blank() -> None:
    with pytest.raises(KeyError):
        mark_svg("delayed")
