"""Every GeoJSON file under data/: RFC 7946, our properties, and positions that say they are illustrative."""

import itertools
import json
import re
from decimal import Decimal

import pytest
from shapely.geometry import shape

from tests.data.files import DATA, TOWNS, kinds

FILES = sorted(DATA.rglob("*.geojson"))
SITE_FILES = [path for path in FILES if path.parent.name == "sites"]
ZONE_BOX = (116.35, 35.30, 116.48, 35.48)  # lon, lat; a file with lat, lon falls far outside
SITE_PROPERTIES = {"code", "title", "title_en", "item", "task", "kind", "town", "road"}
SITE_PROPERTIES |= {"position", "remark", "remark_en"}
SHAPE = {"Point": "point", "LineString": "line", "MultiLineString": "line"}
SHAPE |= {"Polygon": "polygon", "MultiPolygon": "polygon"}


def read(path, **options):
    return json.loads(path.read_text(encoding="utf-8"), **options)


def lines(coordinates):
    """The sequences of positions inside a geometry's coordinates."""
    if not isinstance(coordinates[0], list):
        return [[coordinates]]
    if not isinstance(coordinates[0][0], list):
        return [coordinates]
    return [line for part in coordinates for line in lines(part)]


def test_all_files_are_there():
    assert {path.stem for path in SITE_FILES} == set(kinds())
    assert {p.stem for p in FILES} - {p.stem for p in SITE_FILES} == {"zone", "towns", "roads"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rfc_7946(path):
    collection = read(path)
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection
    assert collection["features"]
    ids = [feature["id"] for feature in collection["features"]]
    assert len(set(ids)) == len(ids)
    for feature in collection["features"]:
        geometry = shape(feature["geometry"])
        assert feature["type"] == "Feature"
        assert geometry.is_valid
        assert not geometry.is_empty
        assert geometry.bounds[0] > ZONE_BOX[0]
        assert geometry.bounds[1] > ZONE_BOX[1]
        assert geometry.bounds[2] < ZONE_BOX[2]
        assert geometry.bounds[3] < ZONE_BOX[3]
        for polygon in getattr(geometry, "geoms", [geometry]):
            if polygon.geom_type == "Polygon":
                assert polygon.exterior.is_ccw, feature["id"]
                assert not any(hole.is_ccw for hole in polygon.interiors), feature["id"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_positions_are_short_and_flat(path):
    for feature in read(path, parse_float=Decimal)["features"]:
        for line in lines(feature["geometry"]["coordinates"]):
            assert all(len(position) == 2 for position in line), feature["id"]
            assert all(-v.as_tuple().exponent <= 7 for position in line for v in position), feature["id"]
            assert all(a != b for a, b in itertools.pairwise(line)), feature["id"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_everything_drawn_says_that_it_is_illustrative(path):
    for feature in read(path)["features"]:
        properties = feature["properties"]
        assert properties["position"] == "illustrative", feature["id"]
        assert len(properties["remark"]) > 10, feature["id"]
        assert "示意" in properties["remark"], feature["id"]
        assert len(properties["remark_en"]) > 20, feature["id"]
        assert not re.search("[一-龥]", properties["remark_en"]), feature["id"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_one_feature_a_line(path):
    rows = path.read_text(encoding="utf-8").splitlines()
    assert len(rows) == len(read(path)["features"]) + 2


@pytest.mark.parametrize("path", SITE_FILES, ids=lambda path: path.stem)
def test_sites_have_their_properties(path):
    kind = kinds()[path.stem]
    for feature in read(path)["features"]:
        p = feature["properties"]
        assert set(p) == SITE_PROPERTIES
        assert p["kind"] == path.stem
        assert p["town"] in TOWNS
        assert p["title"]
        assert p["title_en"]
        assert re.fullmatch(r"\d{2}-[1-9]-\d{2}", p["code"])
        assert feature["id"] == p["code"]
        assert p["code"].startswith(f"{p['item']:02d}-{p['task']}-")
        assert SHAPE[feature["geometry"]["type"]] in kind["geometry"]


def test_roads_have_a_class_and_two_names():
    for feature in read(DATA / "boundaries" / "roads.geojson")["features"]:
        p = feature["properties"]
        assert set(p) == {"name", "name_en", "class", "position", "remark", "remark_en"}
        assert p["class"] == ("expressway" if p["name"].endswith("高速") else "main")
        assert p["name_en"]
        assert 5 <= len(feature["geometry"]["coordinates"]) <= 15


def test_kinds_are_whole():
    for code, kind in kinds().items():
        assert set(kind) == {"code", "zh", "en", "geometry", "measure", "pictogram"}, code
        assert set(kind["geometry"]) <= {"point", "line", "polygon"}, code
        assert kind["measure"] in {"", "length", "area"}, code
        assert kind["measure"] != "length" or kind["geometry"] == ["line"], code
