"""The still map: right places, right scale, nothing on top of anything else, the same every time."""

from __future__ import annotations

import re
from itertools import combinations
from math import hypot

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from maps.frame import Frame
from maps.lettering import ROAD, SITE, Label, breadth
from maps.overview import MARK, MOST_NUMBERED, Ground, Overview, Place, middle, overview

WEST = Ground("西镇", shapely.box(116.36, 35.32, 116.41, 35.46))
EAST = Ground("东镇", shapely.box(116.41, 35.32, 116.46, 35.46))
ROADS = [
    Ground("呈祥大道", shapely.LineString([(116.365, 35.40), (116.455, 35.402)]), 1),
    Ground("嘉德路", shapely.LineString([(116.412, 35.33), (116.4125, 35.45)]), 1),
    Ground("济徐高速", shapely.LineString([(116.39, 35.32), (116.395, 35.46)]), 2),
]
GEOD = Geod(ellps="WGS84")
INSIDE = st.tuples(st.floats(116.37, 116.45), st.floats(35.33, 35.45))


def place(code: str, geometry: shapely.Geometry, status: str = "on_track") -> Place:
    return Place(code, status, "road", geometry, code)


def draw(*places: Place, **size: float) -> Overview:
    return overview(places, [WEST, EAST], ROADS, **size)


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return GEOD.inv(*one, *other)[2]


@given(INSIDE, INSIDE)
def test_distances_on_the_drawing_agree_with_the_scale_bar(one, other):
    drawing = draw(place("a", shapely.Point(one)), place("b", shapely.Point(other)))
    marks = {mark.code: mark for mark in drawing.marks}
    drawn = hypot(marks["a"].at_x - marks["b"].at_x, marks["a"].at_y - marks["b"].at_y)
    told = drawn * drawing.scale_m / drawing.scale_width
    # marks stand on tenths of a unit, the bar's width is told to a tenth
    assert told == pytest.approx(
        metres(one, other), rel=0.0015, abs=0.2 * drawing.scale_m / drawing.scale_width
    )


@given(st.lists(INSIDE, min_size=1, max_size=12, unique=True))
def test_marks_are_on_the_drawing_and_can_be_told_apart(positions):
    places = [place(f"{index}", shapely.Point(at)) for index, at in enumerate(positions)]
    drawing = draw(*places)
    assert {mark.code for mark in drawing.marks} == {one.code for one in places}
    for mark in drawing.marks:
        assert MARK / 2 <= mark.x <= drawing.width - MARK / 2
        assert MARK / 2 <= mark.y <= drawing.height - MARK / 2
    if len(places) <= 6:
        for one, other in combinations(drawing.marks, 2):
            assert max(abs(one.x - other.x), abs(one.y - other.y)) >= 0.8 * MARK - 0.11


def box_of(label: Label) -> shapely.Geometry:
    """About where a site's or street's name is painted."""
    size = SITE if label.kind == "site" else ROAD
    wide = breadth(label.text, size)
    left = {"start": label.x, "end": label.x - wide, "middle": label.x - wide / 2}[label.anchor]
    box = shapely.box(left, label.y - size / 2, left + wide, label.y + size / 2)
    if label.upright:
        return shapely.affinity.rotate(box, 90, (label.x, label.y))
    return shapely.affinity.rotate(box, label.angle, (label.x, label.y))


@given(st.lists(INSIDE, min_size=1, max_size=8, unique=True))
def test_names_lie_neither_on_each_other_nor_on_marks(positions):
    drawing = draw(*(place(f"1-{index:02d}", shapely.Point(at)) for index, at in enumerate(positions)))
    boxes = [box_of(label) for label in drawing.names if label.kind != "town"]
    for one, other in combinations(boxes, 2):
        assert one.intersection(other).area < 1
    for mark in drawing.marks:
        square = shapely.box(mark.x - 10, mark.y - 10, mark.x + 10, mark.y + 10)
        assert all(box.intersection(square).area < 1 for box in boxes)


def test_the_most_urgent_mark_lies_on_top():
    drawing = draw(
        place("late", shapely.Point(116.41, 35.4), "overdue"),
        place("done", shapely.Point(116.411, 35.4), "accepted"),
        place("slow", shapely.Point(116.412, 35.4), "lagging"),
    )
    assert [mark.code for mark in drawing.marks] == ["done", "slow", "late"]


def test_shapes_become_paths_by_their_dimension():
    line = shapely.LineString([(116.40, 35.40), (116.42, 35.40)])
    area = shapely.box(116.40, 35.41, 116.41, 35.42)
    drawing = draw(
        place("l", line, "lagging"), place("a", area, "accepted"), place("p", shapely.Point(116.4, 35.4))
    )
    assert [(shape.status, shape.d[-1]) for shape in drawing.areas] == [("accepted", "Z")]
    assert [shape.status for shape in drawing.lines] == ["lagging"]
    assert len(drawing.marks) == 3
    (start, end) = re.findall(r"(-?[\d.]+) (-?[\d.]+)", drawing.lines[0].d)
    assert float(start[0]) < float(end[0])  # east is right
    assert float(re.match(r"M[\d.]+ ([\d.]+)", drawing.areas[0].d)[1]) < float(start[1])  # north is up


def test_of_very_many_all_are_shown_where_they_are_without_numbers():
    spots = [(116.37 + 0.0004 * n, 35.33 + 0.0005 * n) for n in range(MOST_NUMBERED + 1)]
    places = [place(str(n), shapely.Point(spot)) for n, spot in enumerate(spots)]
    crowded, roomy = draw(*places), draw(*places[:-1])
    assert crowded.crowded
    assert not roomy.crowded
    assert {mark.code for mark in crowded.marks} == {one.code for one in places}
    assert not any(mark.moved for mark in crowded.marks)
    assert any(mark.moved for mark in roomy.marks)
    assert not [name for name in crowded.names if name.kind == "site"]
    assert [name for name in roomy.names if name.kind == "site"]


def test_a_polygon_with_a_hole_keeps_it():
    ring = shapely.box(116.40, 35.40, 116.42, 35.42).difference(shapely.box(116.405, 35.405, 116.41, 35.41))
    assert draw(place("a", ring)).areas[0].d.count("Z") == 2


def test_a_single_point_is_shown_with_its_surroundings_and_the_towns_in_a_corner():
    drawing = draw(place("p", shapely.Point(116.40, 35.41)), height=340)
    assert drawing.inset is not None
    x, y, width, height = drawing.inset.frame
    assert 0 <= x <= x + width <= drawing.inset.width
    assert 0 <= y <= y + height <= drawing.inset.height
    assert len(drawing.inset.towns) == 2
    assert drawing.width * drawing.scale_m / drawing.scale_width == pytest.approx(2400, rel=0.01)
    assert {"济徐高速", "西镇"} <= {label.text for label in drawing.names}


def test_no_corner_map_when_the_towns_are_on_the_drawing():
    drawing = overview([], [WEST, EAST], ROADS, height=700)
    assert drawing.inset is None
    assert {label.text for label in drawing.names if label.kind == "town"} == {"西镇", "东镇"}
    assert not drawing.marks


def test_nothing_to_draw_is_refused():
    with pytest.raises(ValueError, match="nothing"):
        overview([], [], [])


def test_a_drawing_is_the_same_every_time():
    places = [place(f"1-{n:02d}", shapely.Point(116.40 + n / 500, 35.40 + n / 700)) for n in range(9)]
    assert draw(*places) == draw(*places)


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        (shapely.Point(1, 2), (1, 2)),
        (shapely.LineString([(0, 0), (2, 0), (2, 2)]), (2, 0)),
        (shapely.MultiLineString([[(0, 0), (1, 0)], [(5, 0), (9, 0)]]), (7, 0)),
        (shapely.MultiPoint([(3, 4)]), (3, 4)),
    ],
)
def test_the_middle_of_points_and_lines(geometry, expected):
    assert middle(geometry) == expected


@given(st.lists(INSIDE, min_size=3, max_size=9, unique=True))
def test_the_middle_of_an_area_lies_in_it(corners):
    area = shapely.MultiPoint(corners).convex_hull
    if area.geom_type == "Polygon" and area.area > 1e-9:
        assert area.intersects(shapely.Point(middle(area)))


def test_upright_names_are_for_chinese_only():
    roads = [Ground("Jiade Road", ROADS[1].geometry, 1)]
    drawing = overview([place("p", shapely.Point(116.405, 35.4))], [WEST, EAST], roads)
    label = next(label for label in drawing.names if label.kind == "road")
    assert not label.upright
    assert abs(label.angle) == pytest.approx(90, abs=2)
    chinese = next(
        label for label in draw(place("p", shapely.Point(116.405, 35.4))).names if label.text == "嘉德路"
    )
    assert chinese.upright


def test_a_frame_has_the_drawings_shape():
    frame = Frame.around([shapely.Point(116.4, 35.4)], 400, 200, 2000)
    west, south, east, north = frame.bounds
    assert metres((west, 35.4), (east, 35.4)) == pytest.approx(
        2 * metres((116.4, south), (116.4, north)), rel=0.01
    )
    assert frame.xy(west, north) == pytest.approx((0, 0))
    assert frame.xy(east, south) == pytest.approx((400, 200))
