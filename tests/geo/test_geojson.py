"""geo.geojson: what RFC 7946 asks, and that stored and shown are the same."""

from __future__ import annotations

import json
import re
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import BadGeometry
from geo.geojson import geometry_text, normalise
from tests.geo.shapes import as_array, geometries


@settings(deadline=None, max_examples=100)
@given(geometries(scale=0.0012345678), st.integers(0, 7))
def test_text_is_valid_geojson(geom: shapely.Geometry, decimals: int) -> None:
    """Readable, compact, no more decimals than asked for, pairs only, right-hand rule."""
    text = geometry_text(geom, decimals)
    assert " " not in text
    assert max((len(number) for number in re.findall(r"\.(\d+)", text)), default=0) <= max(decimals, 1)
    read = shapely.from_geojson(text)
    assert read.geom_type == geom.geom_type
    check_rings(json.loads(text))
    step = 0.5 * 10.0**-decimals
    there = shapely.get_coordinates(geom)
    for xy in shapely.get_coordinates(read):
        assert np.abs(there - xy).max(axis=1).min() <= step * 1.000001


def check_rings(member: dict) -> None:
    """Rings closed, outlines counter-clockwise, holes clockwise (RFC 7946 §3.1.6)."""
    if member["type"] == "GeometryCollection":
        for part in member["geometries"]:
            check_rings(part)
    polygons = {"Polygon": [member.get("coordinates")], "MultiPolygon": member.get("coordinates")}
    for polygon in polygons.get(member["type"], []):
        for number, ring in enumerate(polygon):
            assert len(ring) >= 4
            assert ring[0] == ring[-1]
            doubled = sum((x2 - x1) * (y2 + y1) for (x1, y1), (x2, y2) in pairwise(ring))
            assert doubled <= 0 if number == 0 else doubled >= 0


@settings(deadline=None, max_examples=100)
@given(geometries(scale=0.0012345678))
def test_stored_is_shown(geom: shapely.Geometry) -> None:
    """Normalising twice changes nothing, and the text is exactly what is stored."""
    stored = normalise(geom)
    assert shapely.equals_identical(normalise(stored), stored)
    assert shapely.equals_identical(shapely.from_geojson(geometry_text(stored)), stored)
    assert geometry_text(geom) == geometry_text(stored)


def test_positions_that_fall_together_are_given_once() -> None:
    """Unless too few would be left."""
    line = shapely.LineString([(1, 1), (1.00000000001, 1), (2, 2), (2, 2)])
    assert geometry_text(line) == '{"type":"LineString","coordinates":[[1.0,1.0],[2.0,2.0]]}'
    dot = shapely.LineString([(1, 1), (1.00000000001, 1)])
    assert geometry_text(dot) == '{"type":"LineString","coordinates":[[1.0,1.0],[1.0,1.0]]}'
    speck = shapely.Polygon([(0, 0), (1e-9, 0), (1e-9, 1e-9)])
    assert json.loads(geometry_text(speck))["coordinates"] == [[[0.0, 0.0]] * 4]
    same = shapely.MultiPoint([(1, 1), (1, 1)])
    assert json.loads(geometry_text(same))["coordinates"] == [[1.0, 1.0], [1.0, 1.0]]


def test_heights_measures_rings_and_negative_zeros_go() -> None:
    """What RFC 7946 has no use for."""
    assert geometry_text(shapely.from_wkt("POINT ZM (116.123456789 -0.00000000001 3 4)")) == (
        '{"type":"Point","coordinates":[116.1234568,0.0]}'
    )
    ring = shapely.LinearRing([(0, 0), (0, 1), (1, 1)])
    assert normalise(ring).geom_type == json.loads(geometry_text(ring))["type"] == "LineString"
    collection = shapely.GeometryCollection([ring])
    assert json.loads(geometry_text(collection))["geometries"][0]["type"] == "LineString"


@pytest.mark.parametrize(
    ("wkt", "text"),
    [
        ("POINT EMPTY", '{"type":"Point","coordinates":[]}'),
        ("POLYGON EMPTY", '{"type":"Polygon","coordinates":[]}'),
        ("MULTIPOLYGON EMPTY", '{"type":"MultiPolygon","coordinates":[]}'),
        ("GEOMETRYCOLLECTION EMPTY", '{"type":"GeometryCollection","geometries":[]}'),
    ],
)
def test_empty_and_missing(wkt: str, text: str) -> None:
    """Empty coordinates, and null for no geometry at all."""
    assert geometry_text(shapely.from_wkt(wkt)) == text
    assert geometry_text(None) == "null"


def test_metres_have_four_decimals() -> None:
    """Large numbers keep them, and are never written with an exponent."""
    assert geometry_text(shapely.Point(39447311.51399913, 3919125.08481452), 4) == (
        '{"type":"Point","coordinates":[39447311.514,3919125.0848]}'
    )


def test_layers_are_normalised_at_once() -> None:
    """The same as one by one; missing ones stay; the array given is left alone."""
    layer = as_array(
        [None, shapely.LineString([(0, 0), (0, 1e-9), (1, 1)]), shapely.box(0, 0, 1, 1), shapely.Point()]
    )
    stored = normalise(layer)
    assert stored[0] is None
    assert stored[1].equals_exact(shapely.LineString([(0, 0), (1, 1)]), 0.0)
    assert stored[2].exterior.is_ccw
    assert len(layer[1].coords) == 3
    assert shapely.equals_identical(stored[1:], as_array([normalise(geom) for geom in layer[1:]])).all()


def test_rounding_is_to_the_nearest_and_shortest() -> None:
    """The shortest text of the number nearest to the decimal: never 14 digits."""
    rng = np.random.default_rng(0)
    text = geometry_text(shapely.LineString(rng.uniform((73, 18), (135, 54), (20_000, 2))))
    assert max(map(len, re.findall(r"\.(\d+)", text))) == 7


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_refused(bad: float) -> None:
    """JSON has no word for them."""
    with pytest.raises(BadGeometry):
        geometry_text(shapely.Point(bad, 1.0))
    with pytest.raises(BadGeometry):
        normalise(shapely.Point(1.0, bad))
