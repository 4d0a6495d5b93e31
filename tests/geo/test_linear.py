"""Measures along lines: against pyproj's geodesics along ten thousand little steps, and there and back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Geod

from geo.errors import BadCoordinates, BadGeometry, GeoError
from geo.linear import cut, length, lengths, locate, position
from geo.measure import length_m
from tests.geo import second_opinion
from tests.geo.shapes import CENTRE, places

GEOD = Geod(ellps="WGS84")
MILLIMETRE = 0.001
MAIN = shapely.LineString([(116.40, 35.40), (116.42, 35.41), (116.44, 35.40)])
APART = shapely.MultiLineString([[(116.40, 35.40), (116.41, 35.40)], [(116.43, 35.41), (116.43, 35.42)]])


def _lines(longest: int) -> st.SearchStrategy[shapely.Geometry]:
    """Lines of some kilometres on a grid, so that they cross, turn back and repeat positions."""
    parts = st.lists(places, min_size=2, max_size=longest).filter(lambda pairs: len(set(pairs)) > 1)
    degrees = parts.map(lambda pairs: CENTRE + np.array(pairs, dtype=float) * 0.0017)
    many = st.lists(degrees, min_size=1, max_size=3).map(shapely.MultiLineString)
    return st.one_of(degrees.map(shapely.LineString), many)


lines = _lines(6)
shares = st.floats(0.0, 1.0)


def paths(line: shapely.Geometry) -> list[np.ndarray]:
    return [shapely.get_coordinates(part) for part in shapely.get_parts(line)]


def dense_m(line: shapely.Geometry, steps: int = 400) -> float:
    """Length by adding up geodesics between positions that are evenly spread in lon/lat."""
    total = 0.0
    for xy in paths(line):
        for a, b in pairwise(xy):
            way = a + (b - a) * np.linspace(0.0, 1.0, steps + 1)[:, None]
            total += float(GEOD.inv(*way[:-1].T, *way[1:].T)[2].sum())
    return total


def apart_m(a, b) -> float:
    return GEOD.inv(a[0], a[1], b[0], b[1])[2]


@given(lines)
def test_length_is_what_little_steps_add_up_to(line):
    assert length(line) == pytest.approx(dense_m(line), abs=1e-5)
    assert length(line) == pytest.approx(length_m(line), abs=MILLIMETRE)  # the site's shown length


@pytest.mark.parametrize(
    ("segment", "differs"),
    [
        ([(116.40, 35.40), (116.433, 35.40)], 2e-5),  # 3 km
        ([(116.40, 35.40), (116.951, 35.40)], 0.1),  # 50 km
    ],
)
def test_the_difference_to_geodesic_edges_is_as_told(segment, differs):
    line = shapely.LineString(segment)
    assert 0.0 < length(line) - length_m(line) < differs


@pytest.mark.parametrize("end", [(121.4, 35.4), (116.4, 40.4), (112.0, 33.0), (119.4, 0.0)])
def test_long_segments_too(end):
    line = shapely.LineString([(116.40, 35.40), end])
    assert length(line) == pytest.approx(dense_m(line, 40_000), abs=MILLIMETRE)
    metres = 0.37 * length(line)
    assert dense_m(shapely.LineString([(116.40, 35.40), position(line, metres)]), 40_000) == pytest.approx(
        metres, abs=MILLIMETRE
    )


@given(lines, shares)
def test_a_position_lies_on_the_line_as_far_along_as_asked(line, share):
    metres = share * length(line)
    place = position(line, metres)
    assert second_opinion.distance_m(line, *place) < 1e-5
    # Walk the way by pyproj: some pass through the place is as far along as asked.
    walked, passes = 0.0, []
    for xy in paths(line):
        for a, b in pairwise(xy):
            if (a == b).all():
                continue
            axis = int(np.argmax(np.abs(b - a)))
            part = float(np.clip((place[axis] - a[axis]) / (b - a)[axis], 0.0, 1.0))
            if apart_m(a + part * (b - a), place) < MILLIMETRE:
                passes.append(
                    walked + dense_m(shapely.LineString([a, a + part * (b - a)])) if part else walked
                )
            walked += dense_m(shapely.LineString([a, b]))
    assert min(abs(way - metres) for way in passes) < MILLIMETRE


@given(lines, shares)
def test_there_and_back(line, share):
    """Where the line passes twice, the first pass is found; the place is the same to a millimetre."""
    metres = share * length(line)
    place = position(line, metres)
    found = locate(line, *place)
    assert found.off_m < MILLIMETRE
    assert found.metres < metres + MILLIMETRE
    assert apart_m(position(line, found.metres), place) < MILLIMETRE
    if all(part.is_simple for part in shapely.get_parts(line)) and line.geom_type == "LineString":
        assume(not line.is_closed)
        assert found.metres == pytest.approx(metres, abs=MILLIMETRE)


@given(lines, places)
def test_the_located_place_is_the_nearest(line, step):
    lon, lat = CENTRE + np.array(step) * 0.0023
    found = locate(line, lon, lat)
    assert found.off_m == pytest.approx(second_opinion.distance_m(line, lon, lat), abs=MILLIMETRE)
    assert 0.0 <= found.metres <= length(line)
    there = [position(line, found.metres)]
    # The start of a part shares its measure with the end of the part before.
    if length(line) - found.metres > 1.0:
        there.append(paths(cut(line, found.metres, found.metres + 1.0))[0][0])
    assert min(abs(apart_m(place, (lon, lat)) - found.off_m) for place in there) < MILLIMETRE


@given(lines, shares, shares)
def test_a_section_has_the_length_asked_and_the_ends_asked(line, one, other):
    whole = length(line)
    low, high = sorted((one * whole, other * whole))
    assume(high - low >= MILLIMETRE)
    section = cut(line, low, high)
    assert section.is_valid
    assert length(section) == pytest.approx(high - low, abs=MILLIMETRE)
    assert dense_m(section) == pytest.approx(high - low, abs=MILLIMETRE)
    assert apart_m(paths(section)[-1][-1], position(line, high)) < MILLIMETRE
    # Where the section starts with a part, `position` names the end of the part before.
    starts = [position(line, low), *(xy[0] for xy in paths(line))]
    assert min(apart_m(paths(section)[0][0], start) for start in starts) < MILLIMETRE
    for xy in paths(section):
        for place in xy:
            assert second_opinion.distance_m(line, *place) < 1e-5


@given(lines, st.lists(shares, min_size=1, max_size=4))
def test_sections_one_after_the_other_make_up_the_line(line, shares):
    whole = length(line)
    cuts = np.unique(np.round([0.0, *(share * whole for share in shares), whole], 3))
    sections = [cut(line, low, high) for low, high in pairwise(cuts)]
    assert sum(map(length, sections)) == pytest.approx(whole, abs=2 * MILLIMETRE)


@given(lines)
def test_the_whole_is_the_line_without_repeated_positions(line):
    section = cut(line, 0.0, length(line))
    kept = [xy[np.append(True, (np.diff(xy, axis=0) != 0.0).any(axis=1))] for xy in paths(line)]
    assert len(paths(section)) == len(kept)
    for mine, its in zip(paths(section), kept, strict=True):
        np.testing.assert_array_equal(mine, its)


def test_measures_run_on_from_part_to_part():
    first = length(shapely.get_geometry(APART, 0))
    assert position(APART, first) == (116.41, 35.40)  # the end of one, not the start of the next
    assert locate(APART, 116.43, 35.41).metres == pytest.approx(first, abs=1e-9)
    assert locate(APART, 116.43, 35.42).metres == length(APART)
    both = cut(APART, first - 100.0, first + 50.0)
    assert both.geom_type == "MultiLineString"
    assert [round(length(part), 3) for part in both.geoms] == [100.0, 50.0]
    assert cut(APART, 0.0, first).equals_exact(shapely.get_geometry(APART, 0))
    assert cut(APART, first, length(APART)).equals_exact(shapely.get_geometry(APART, 1))


def test_a_section_runs_in_the_direction_of_the_line_and_keeps_the_vertices_between():
    corner = locate(MAIN, 116.42, 35.41).metres
    section = cut(MAIN, corner - 10.0, corner + 10.0)
    assert len(section.coords) == 3
    assert section.coords[1] == (116.42, 35.41)
    assert section.coords[0][0] < section.coords[2][0]
    assert len(cut(MAIN, corner - 10.0, corner).coords) == 2
    assert cut(MAIN, corner, corner + 10.0).coords[0] == (116.42, 35.41)
    assert len(cut(MAIN, corner - 5e-7, corner + 10.0).coords) == 2  # no sliver beside a vertex


def test_beside_beyond_and_height():
    assert locate(MAIN, 116.30, 35.30).metres == 0.0
    assert locate(MAIN, 116.50, 35.30).metres == length(MAIN)
    assert length(shapely.force_3d(MAIN, 40.0)) == length(MAIN)
    assert not cut(shapely.force_3d(MAIN, 40.0), 0.0, 10.0).has_z
    assert position(MAIN, 0.0) == (116.40, 35.40)


def test_rounding_may_overshoot_by_a_millimetre():
    whole = length(MAIN)
    assert position(MAIN, whole + 0.0009) == position(MAIN, whole) == (116.44, 35.40)
    assert position(MAIN, -0.0009) == (116.40, 35.40)
    assert cut(MAIN, whole - 1.0, whole + 0.0009).coords[-1] == (116.44, 35.40)


@pytest.mark.parametrize("metres", [-0.01, -1.0, 5000.0, float("nan"), float("inf"), float("-inf")])
def test_off_the_line_is_refused_in_both_languages(metres):
    for name, ask in (
        ("metres", position),
        ("from_m", lambda line, m: cut(line, m, 9e9)),
        ("to_m", lambda line, m: cut(line, 0, m)),
    ):
        with pytest.raises(GeoError) as refused:
            ask(MAIN, metres)
        assert refused.value.parameter == name
        assert f"{length(MAIN):.3f} 米" in refused.value.zh
        assert f"{length(MAIN):.3f} m" in refused.value.en


@pytest.mark.parametrize(("low", "high"), [(10.0, 10.0), (20.0, 10.0), (10.0, 10.0005)])
def test_a_section_without_length_is_refused(low, high):
    with pytest.raises(GeoError) as refused:
        cut(MAIN, low, high)
    assert "区段" in refused.value.zh and "section" in refused.value.en


@pytest.mark.parametrize(
    "geom",
    [
        None,
        shapely.Point(116.4, 35.4),
        shapely.box(116.4, 35.4, 116.5, 35.5),
        shapely.LineString(),
        shapely.MultiLineString(),
        shapely.LineString([(116.4, 35.4), (116.4, 35.4)]),
        shapely.GeometryCollection([MAIN]),
    ],
)
def test_only_lines_have_measures(geom):
    for ask in (
        length,
        lambda g: locate(g, 116.4, 35.4),
        lambda g: position(g, 0.0),
        lambda g: cut(g, 0.0, 1.0),
    ):
        with pytest.raises(BadGeometry):
            ask(geom)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # shapely's, of the NaN
def test_positions_off_the_globe_are_refused():
    with pytest.raises(BadCoordinates):
        locate(MAIN, 116.4, 95.0)
    with pytest.raises(BadCoordinates):
        length(shapely.LineString([(500000.0, 3900000.0), (500100.0, 3900000.0)]))
    with pytest.raises(BadCoordinates):
        length(shapely.from_wkt("LINESTRING (116.4 35.4, NaN 35.4)"))


def test_many_lines_at_once_are_as_long_as_one_by_one():
    rng = np.random.default_rng(31)
    many = [
        shapely.LineString(CENTRE + np.cumsum(rng.normal(0.0, 0.01, (size, 2)), axis=0))
        for size in rng.integers(2, 9, 60)
    ]
    lines = np.array(
        [MAIN, APART, shapely.LineString([(116.4, 35.4)] * 2 + [(116.5, 35.4)]), *many], dtype=object
    )
    assert lengths(lines) == pytest.approx([length(line) for line in lines], rel=1e-13)
    assert len(lengths(lines[:0])) == 0


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (shapely.Point(116.4, 35.4), BadGeometry),
        (shapely.LineString([(116.4, 35.4), (116.4, 35.4)]), BadGeometry),
        (shapely.LineString([(116.4, 35.4), (500000.0, 3.9e6)]), BadCoordinates),
        (None, BadGeometry),
    ],
)
def test_one_that_is_none_among_many_is_refused(wrong, error):
    with pytest.raises(error):
        lengths(np.array([MAIN, wrong, APART], dtype=object))
