"""Zone and towns: one shared border, the published area, the county line in the east."""

import itertools

import pytest
from shapely.geometry import LineString, shape
from shapely.ops import unary_union

from tests.data.files import TOWNS, area_m2, features, length_m, lon_of, town

# Where the county line passes, read off a county outline that is good to some hundreds of metres.
EASTERN_LINE = [("370829108", 35.32, 116.417), ("370829108", 35.36, 116.446)]
EASTERN_LINE += [("370829104", 35.40, 116.454), ("370829104", 35.44, 116.466)]


def zone():
    (feature,) = features("boundaries/zone")
    return shape(feature["geometry"])


def test_the_two_towns_are_there_by_code():
    named = {f["properties"]["code"]: f["properties"]["name"] for f in features("boundaries/towns")}
    assert named == TOWNS
    assert [f["properties"]["name"] for f in features("boundaries/zone")] == ["济宁经济技术开发区"]


def test_towns_share_their_border_vertex_for_vertex():
    north, south = town("370829104"), town("370829108")
    assert north.touches(south)
    assert north.intersection(south).area == 0
    border = north.intersection(south)
    assert length_m(border) > 5000
    both = set(north.exterior.coords) & set(south.exterior.coords)
    vertices = {point for line in getattr(border, "geoms", [border]) for point in line.coords}
    assert vertices == both
    assert len(both) >= 8


def test_zone_is_the_towns_together_without_gap():
    union = unary_union([town(code) for code in TOWNS])
    assert union.geom_type == "Polygon"
    assert not union.interiors
    assert zone().equals(union)
    assert area_m2(zone()) == pytest.approx(sum(area_m2(town(code)) for code in TOWNS), rel=1e-9)


def test_maji_measures_what_is_published():
    assert area_m2(town("370829108")) == pytest.approx(44.9e6, rel=0.005)


def test_tuanli_lies_north_of_maji():
    assert town("370829104").centroid.y > town("370829108").bounds[3]


@pytest.mark.parametrize(("code", "lat", "lon"), EASTERN_LINE)
def test_eastern_edges_follow_the_county_line(code, lat, lon):
    ring = town(code).exterior
    middle = town(code).centroid.x
    edges = [LineString(pair) for pair in itertools.pairwise(ring.coords)]
    east = [lon_of(e, lat) for e in edges if min(e.xy[1]) <= lat < max(e.xy[1]) and max(e.xy[0]) > middle]
    assert max(east) == pytest.approx(lon, abs=0.004)


def test_outlines_are_drawn_simply():
    for code in TOWNS:
        assert 25 <= len(town(code).exterior.coords) - 1 <= 60
