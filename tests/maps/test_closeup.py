"""The still map of a check-in: what lies on it, and that distances on it are those on the ground."""

from __future__ import annotations

from math import hypot

import pytest
import shapely

from geo.measure import length_m
from maps.closeup import Fix, closeup
from maps.overview import Ground, Place

ROAD = shapely.LineString([(116.40, 35.40), (116.43, 35.40)])  # 2.7 km
TOWN = Ground("疃里镇", shapely.box(116.36, 35.36, 116.47, 35.47))
STREET = Ground("宏祥路", shapely.LineString([(116.41, 35.38), (116.41, 35.42)]))


def draw(*fixes: Fix, geometry=ROAD):
    return closeup(Place("20-1-01", "on_track", "road", geometry), fixes, [TOWN], [STREET])


def beside(metres: float, accuracy: float | None = 10, kind: str = "device", lon: float = 116.415) -> Fix:
    """A position north of the road."""
    foot = (lon, 35.40)
    lat = 35.40 + metres / length_m(shapely.LineString([foot, (lon, 35.401)])) / 1000
    return Fix(kind, lon, lat, accuracy, foot, f"{metres:g} 米")  # type: ignore[arg-type]


@pytest.mark.parametrize("metres", [30, 400, 5_000])
def test_the_line_is_as_long_as_the_scale_says_and_both_ends_are_on_the_drawing(metres):
    drawn = draw(beside(metres))
    (fix,) = drawn.fixes
    assert fix.foot is not None
    units = hypot(fix.foot[0] - fix.x, fix.foot[1] - fix.y)
    scale = drawn.ground.scale_m / drawn.ground.scale_width
    assert units * scale == pytest.approx(metres, rel=0.02)
    assert fix.radius * scale == pytest.approx(10, abs=0.06 * scale)
    for x, y in ((fix.x, fix.y), fix.foot):
        assert 10 < x < drawn.ground.width - 10 and 10 < y < drawn.ground.height - 10
    assert units > 20, "thirty metres beside a road of three kilometres can be seen"


def test_a_distance_is_written_where_nothing_else_is():
    (fix,) = draw(beside(300)).fixes
    assert fix.text == "300 米" and fix.text_at is not None
    x, y = fix.text_at
    assert min(abs(x - fix.x), abs(x - fix.foot[0])) > 15 or min(abs(y - fix.y), abs(y - fix.foot[1])) > 15


def test_who_stands_on_the_site_has_no_line():
    (fix,) = draw(beside(0)).fixes
    assert fix.foot is None and fix.text_at is None


def test_without_any_position_the_whole_site_is_drawn():
    drawn = draw()
    assert not drawn.fixes and len(drawn.ground.lines) == 1 and len(drawn.ground.marks) == 1


def test_the_sites_mark_makes_room_for_positions_but_a_points_never_goes():
    point = shapely.Point(116.415, 35.40)
    assert len(draw(beside(2), geometry=point).ground.marks) == 1
    middle = draw(beside(0, lon=116.415)).ground
    assert not middle.marks and middle.lines, "the line shows without its mark"


def test_a_coarse_circle_does_not_blow_up_the_frame_and_several_positions_all_fit():
    drawn = draw(beside(50, accuracy=5_000), beside(900, kind="photo"), beside(-200, kind="exif"))
    assert drawn.ground.scale_m <= 1_000
    assert all(0 < fix.x < 420 and 0 < fix.y < 320 for fix in drawn.fixes)
    assert [fix.kind for fix in drawn.fixes] == ["device", "photo", "exif"]
