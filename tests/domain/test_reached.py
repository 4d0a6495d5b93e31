"""Counting covered places: town sums are the zone, half is covered, unknown inhabitants are not nobody."""

from __future__ import annotations

import numpy as np
import pytest

from app.domain.reached import HALF, Layer, count, is_covered, people, with_land

NAN = float("nan")


def counted(layer=Layer.COMMUNITY, towns=(0, 0, 1), shares=(1, 0.5, 0.25), people_of=(NAN, NAN, NAN)):
    areas = np.array([0.0, 0.4, 0.8])[: len(towns)]
    return count(
        layer, ("a", "b"), np.array(towns), np.array(shares, float), areas, np.array(people_of, float)
    )


def test_towns_add_up_to_the_zone():
    *towns, zone = counted(people_of=(100, NAN, 40)).rows
    assert [row.code for row in (*towns, zone)] == ["a", "b", None]
    for name in (
        "places",
        "covered",
        "area_km2",
        "covered_km2",
        "counted",
        "inhabitants",
        "covered_inhabitants",
    ):
        assert sum(getattr(row, name) for row in towns) == pytest.approx(getattr(zone, name))
    assert (zone.places, zone.covered) == (3, 2)
    assert zone.covered_km2 == pytest.approx(0.4)


def test_inhabitants_count_by_the_share_of_their_place():
    *_, zone = counted(people_of=(100, 200, 40)).rows
    assert (zone.inhabitants, zone.covered_inhabitants, zone.counted) == (340, 100 + 100 + 10, 3)
    assert zone.people_share == pytest.approx(210 / 340)


def test_unknown_inhabitants_are_not_nobody():
    none = counted().rows[-1]
    assert (none.inhabitants, none.covered_inhabitants, none.people_share, none.counted) == (
        None,
        None,
        None,
        0,
    )
    town, other, zone = counted(people_of=(NAN, 0, NAN)).rows
    assert (town.inhabitants, town.covered_inhabitants, town.counted) == (0, 0.0, 1)
    assert town.people_share is None  # nobody lives there: no share
    assert other.inhabitants is None
    assert zone.counted == 1


@pytest.mark.parametrize(
    ("share", "covered"), [(HALF, True), (HALF - 1e-12, True), (HALF - 1e-6, False), (1, True), (0, False)]
)
def test_half_is_covered_but_for_rounding(share, covered):
    assert is_covered(np.array([share])).tolist() == [covered]


def test_the_share_of_land_is_by_area_and_of_the_rest_by_number():
    places = counted()
    assert places.share(places.rows[0]) == 1
    assert places.share(places.rows[1]) == 0
    land = with_land(counted(Layer.BUILT_UP), np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.0, 0.5]))
    assert [land.share(row) for row in land.rows] == pytest.approx([0.5, 0, 1 / 6])
    assert land.rows[-1].places == 3
    empty = count(Layer.VILLAGE, ("a",), np.zeros(0, int), np.zeros(0), np.zeros(0), np.zeros(0))
    assert [empty.share(row) for row in empty.rows] == [None, None]


def test_the_same_people_are_told_of_one_layer_only():
    village, community = counted(Layer.VILLAGE), counted(Layer.COMMUNITY, people_of=(5, NAN, NAN))
    assert people({Layer.VILLAGE: village, Layer.COMMUNITY: community}) is community
    both = {Layer.COMMUNITY: community, Layer.VILLAGE: counted(Layer.VILLAGE, people_of=(9, NAN, NAN))}
    assert people(both) is both[Layer.VILLAGE]
    assert people({Layer.BUILDING: counted(Layer.BUILDING, people_of=(7, 7, 7))}) is None
    assert people({}) is None
