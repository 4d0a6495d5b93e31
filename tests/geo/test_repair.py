"""geo.repair: what is wrong is told, what is harmless is mended, nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings

from geo.errors import BadGeometry
from geo.geojson import normalise
from geo.measure import area_m2
from geo.repair import make_valid, validate
from geo.types import Box
from tests.geo.shapes import geometries

ZONE = Box(116.36, 35.31, 116.47, 35.47)
ANY = ("point", "line", "polygon")
ROAD = shapely.LineString([(116.42, 35.40), (116.43, 35.40)])
EIGHT = shapely.Polygon([(116.40, 35.40), (116.41, 35.41), (116.41, 35.40), (116.40, 35.41)])


def only(problems: list) -> str:
    """The one problem's two sentences."""
    assert len(problems) == 1, problems
    return str(problems[0])


@settings(deadline=None, max_examples=60)
@given(geometries())
def test_sound_geometry_has_no_problem(geom: shapely.Geometry) -> None:
    """Of a type that is allowed; in the zone; and mending leaves it in place."""
    assume(geom.geom_type != "GeometryCollection" and geom.is_valid)
    assert validate(geom, ANY, Box(116, 35, 117, 36)) == []
    mended, _ = make_valid(geom)
    assert mended.equals(geom)


@pytest.mark.parametrize(
    ("geom", "allowed", "wrong"),
    [
        (shapely.Point(116.42, 35.40), ["line"], "应为线，却是 Point"),
        (ROAD, ["point", "polygon"], "point or polygon"),
        (shapely.GeometryCollection([ROAD]), ["line"], "GeometryCollection"),
    ],
)
def test_the_wrong_type(geom: shapely.Geometry, allowed: list[str], wrong: str) -> None:
    """Both what should be and what is are named."""
    assert wrong in only(validate(geom, allowed, ZONE))


@pytest.mark.parametrize("geom", [ROAD, shapely.MultiLineString([ROAD])])
def test_multi_geometries_go_with_their_kind(geom: shapely.Geometry) -> None:
    """By word or by GeoJSON name."""
    assert validate(geom, ["line"], ZONE) == []
    assert validate(geom, [geom.geom_type], ZONE) == []


def test_nothing_and_empty() -> None:
    """Told apart."""
    assert "没有图形" in only(validate(None, ANY))
    assert "空" in only(validate(shapely.Point(), ANY))
    with pytest.raises(BadGeometry):
        make_valid(None)


def test_a_figure_of_eight_is_explained_and_left_alone() -> None:
    """With the place where it crosses itself, in both languages; which lobe was meant nobody knows."""
    message = only(validate(EIGHT, ANY, ZONE))
    assert "轮廓自相交" in message
    assert "self-intersection at 116.405" in message
    assert "35.405" in message
    mended, done = make_valid(EIGHT)
    assert shapely.equals_identical(mended, EIGHT)
    assert done == []


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_coordinates_that_are_no_numbers(bad: float) -> None:
    """Refused, and not touched by mending."""
    point = shapely.Point(116.42, bad)
    assert "not a finite number" in only(validate(point, ANY, ZONE))
    assert make_valid(point)[1] == []


def test_lon_and_lat_swapped() -> None:
    """Seen by the area where there is one, by the numbers else."""
    swapped = shapely.transform(ROAD, lambda xy: xy[:, ::-1])
    assert "写反" in only(validate(swapped, ANY, ZONE))
    assert "swapped" in only(validate(swapped, ANY))
    near_the_equator = shapely.Point(1.0, 30.0)
    assert "swapped" in only(validate(near_the_equator, ANY, Box(29, 0, 31, 2)))


def test_projected_metres() -> None:
    """The hint is the coordinate reference system."""
    metres = shapely.LineString([(39447311.5, 3919125.1), (39447411.5, 3919125.1)])
    assert "EPSG:4527" in only(validate(metres, ANY, ZONE))
    assert "not on the globe" in only(validate(shapely.Point(200, 10), ANY, ZONE))


def test_outside_the_area() -> None:
    """The first vertex outside is named; 0, 0 has its own sentence; the edge belongs to the area."""
    leaving = shapely.LineString([(116.42, 35.40), (116.60, 35.40)])
    assert "116.6, 35.4" in only(validate(leaving, ANY, ZONE))
    assert "GCJ-02" in only(validate(shapely.Point(116.60, 35.40), ANY, ZONE))
    assert "never filled in" in only(validate(shapely.Point(0, 0), ANY, ZONE))
    assert validate(shapely.Point(ZONE.minx, ZONE.miny), ANY, ZONE) == []
    assert validate(shapely.Point(0, 0), ANY) == []


def test_the_area_may_be_any_polygon() -> None:
    """Also where only an edge cuts its corner, with all vertices inside."""
    zone = shapely.Polygon([(116.3, 35.3), (116.5, 35.3), (116.5, 35.5), (116.4, 35.35), (116.3, 35.5)])
    assert validate(shapely.Point(116.4, 35.34), ANY, zone) == []
    across = shapely.LineString([(116.31, 35.45), (116.49, 35.45)])
    assert "116.31, 35.45" in only(validate(across, ANY, zone))


def test_without_extent() -> None:
    """One spot is no valid line, a millimetre no length; a polygon needs a square decimetre."""
    spot = shapely.LineString([(116.42, 35.40)] * 2)
    assert "too few points" in only(validate(spot, ["line"], ZONE))
    short = shapely.LineString([(116.42, 35.40), (116.42 + 1e-8, 35.40)])
    assert "no length" in only(validate(short, ["line"], ZONE))
    speck = shapely.box(116.42, 35.40, 116.42 + 5e-7, 35.40 + 5e-7)
    assert "no area" in only(validate(speck, ["polygon"], ZONE))
    grain = shapely.box(116.42, 35.40, 116.42 + 5e-6, 35.40 + 5e-6)
    assert validate(grain, ["polygon"], ZONE) == []


def test_harmless_mending_is_reported() -> None:
    """Heights, repeated vertices, a multi geometry of one part."""
    given_line = shapely.MultiLineString([[(116.42, 35.40, 30), (116.42, 35.40, 30), (116.43, 35.40, 31)]])
    mended, done = make_valid(given_line)
    assert shapely.equals_identical(mended, ROAD)
    assert len(done) == 3
    assert all(message.zh and message.en for message in done)
    assert make_valid(ROAD) == (ROAD, [])


def test_a_spike_is_taken_off_an_outline() -> None:
    """A way out and back encloses nothing: the area stays."""
    spiked = shapely.Polygon(
        [
            (116.40, 35.40),
            (116.41, 35.40),
            (116.41, 35.41),
            (116.415, 35.415),
            (116.41, 35.41),
            (116.40, 35.41),
        ]
    )
    assert validate(spiked, ANY, ZONE)
    mended, done = make_valid(spiked)
    assert mended.is_valid
    assert mended.geom_type == "Polygon"
    assert area_m2(mended) == pytest.approx(area_m2(shapely.box(116.40, 35.40, 116.41, 35.41)), rel=1e-6)
    assert len(done) == 1
    assert validate(normalise(mended), ["polygon"], ZONE) == []


def test_a_hairline_crossing_is_tidied() -> None:
    """A digitising slip of a few millimetres."""
    slip = 5e-8
    crossed = shapely.Polygon(
        [
            (116.40, 35.40),
            (116.41, 35.40),
            (116.41, 35.41),
            (116.405, 35.41),
            (116.405 + slip, 35.41 + slip),
            (116.405 + slip, 35.41 - slip),
            (116.40, 35.41),
        ]
    )
    assert not crossed.is_valid
    mended, done = make_valid(crossed)
    assert mended.is_valid
    assert np.isclose(area_m2(mended), area_m2(crossed), atol=1.0)
    assert done
