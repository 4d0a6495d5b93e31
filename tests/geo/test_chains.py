"""Lines widened: the border is at the distance, also where GEOS alone would go astray."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.chains import Chains
from geo.ground import objects

QUARTER = 24
WIDE = 100.0
TURN = 2.0 * np.pi / (4 * QUARTER)
# A bend by one and a half edges of the circle is given a single edge, whose middle lies this far inside.
WORST = WIDE * (1.0 - np.cos(0.75 * TURN)) * 1.01

steps = st.sampled_from([-150, -90, -40, -7, -1, 0, 1, 7, 40, 90, 150])
walks = st.lists(st.tuples(steps, steps), min_size=1, max_size=14)


def widened(*lines: object, keep: object = None) -> shapely.Geometry:
    chains = Chains(objects([shapely.LineString(line) for line in lines]), 0.0)
    chosen = np.ones(len(chains.segments), dtype=bool) if keep is None else np.asarray(keep)
    return shapely.union_all(chains.widened(chosen, WIDE, QUARTER))


def misses(area: shapely.Geometry, lines: object) -> np.ndarray:
    """How far the border is from where it should be: inside below 0, outside above, in metres."""
    border = shapely.get_coordinates(shapely.segmentize(shapely.boundary(area), WIDE / 50.0))
    return shapely.distance(shapely.union_all(lines), shapely.points(border)) - WIDE


@given(st.lists(walks, min_size=1, max_size=3))
def test_any_walk_to_the_width_of_a_chord(walked):
    paths = [np.vstack([(0, 0), np.cumsum(walk, axis=0)]) for walk in walked]
    lines = [shapely.LineString(path) for path in paths if np.ptp(path, axis=0).any()]
    if not lines:
        return
    area = widened(*lines)
    assert area.is_valid
    off = misses(area, lines)
    assert off.min() >= -WORST and off.max() <= 1e-6


# Metres. Some bends are shallower than 1 % of the distance; GEOS leaves them out and goes astray.
SMALL_AND_BENT = (
    [(4.6, -2.6), (14.1, -2.8), (22.2, -2.1), (23.1, -2.1), (25.9, -9.2)],
    [(1.3, 1.0), (2.2, 6.5), (5.1, 10.9), (5.3, 11.6), (8.4, 9.2)],
    [(6.7, 0.7), (15.6, 2.5), (16.2, 3.1), (21.0, 0.7)],
)


@pytest.mark.parametrize("path", SMALL_AND_BENT)
def test_small_bent_lines(path):
    line = shapely.LineString(path)
    assert abs(misses(widened(path), [line])).max() <= WORST
    # Or this would test nothing: of the whole line at once, GEOS makes something else.
    at_once = line.buffer(WIDE, quad_segs=QUARTER)
    assert misses(at_once, [line]).min() < -10 * WORST


@pytest.mark.parametrize("corners", [3, 4, 7, 40])
def test_a_closed_line_is_widened_inwards_and_outwards(corners):
    angle = np.linspace(0.0, 2.0 * np.pi, corners + 1)
    ring = 400.0 * np.column_stack([np.cos(angle), np.sin(angle)])
    ring[-1] = ring[0]
    area = widened(ring)
    assert len(area.interiors) == 1
    off = misses(area, [shapely.LineString(ring)])
    assert off.min() >= -WORST and off.max() <= 1e-6


def test_a_closed_line_so_narrow_that_nothing_is_left_inside():
    assert not widened([(0, 0), (150, 0), (150, 150), (0, 150), (0, 0)]).interiors


@given(walks, walks)
def test_the_order_and_the_direction_of_lines_change_nothing(one, other):
    lines = [shapely.LineString(np.vstack([(0, 0), np.cumsum(walk, axis=0)])) for walk in (one, other)]
    turned = [line.reverse() for line in reversed(lines)]
    pieces = [Chains(objects(each), 0.0) for each in (lines, turned, [*lines, lines[0]])]
    found = [
        shapely.to_wkb(each.widened(np.ones(len(each.segments), dtype=bool), WIDE, QUARTER)).tolist()
        for each in pieces
    ]
    assert found[0] == found[1] == found[2]


def test_only_the_segments_chosen():
    path = [(0, 0), (1000, 0), (1000, 1000), (2000, 1000)]
    area = widened(path, keep=[True, False, True])
    assert area.geom_type == "MultiPolygon"
    apart = [shapely.LineString(path[:2]), shapely.LineString(path[2:])]
    assert abs(misses(area, apart)).max() <= WORST
    assert widened(path, keep=[False, False, False]).is_empty


def test_lines_without_extent_are_points():
    chains = Chains(
        objects([shapely.LineString([(5, 5), (5, 5)]), shapely.LineString([(0, 0), (9, 0), (9, 0)])]), 0.0
    )
    assert chains.points.tolist()[0] == [5.0, 5.0]
    assert chains.segments.tolist() == [[[0.0, 0.0], [9.0, 0.0]]]
