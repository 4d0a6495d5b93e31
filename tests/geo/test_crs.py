"""geo.crs against pyproj used plainly, and its refusals."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geo.crs import (
    CRS_NAMES,
    crs_of_dataset,
    decimals,
    from_wgs84,
    parse_crs,
    same_place,
    to_wgs84,
    transform_to_wgs84,
    xy_from_wgs84,
    xy_to_wgs84,
)
from geo.errors import BadCoordinates, BadGeometry, MissingCrs, UnknownCrs
from tests.geo.second_opinion import GEOD
from tests.geo.shapes import as_array, geometries

EPSG = [name for name in CRS_NAMES if name.startswith("EPSG")]

# How ArcGIS writes EPSG:4527 into a .prj.
ESRI_4527 = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_39",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",39500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",117.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize("name", CRS_NAMES)
@pytest.mark.parametrize("box", [((114.8, 34.3), (122.8, 38.5)), ((73.5, 18.0), (135.1, 53.6))])
def test_there_and_back_within_a_millimetre(name: str, box: tuple) -> None:
    """Over Shandong and over all of the mainland."""
    lonlat = np.random.default_rng(1).uniform(*box, (20_000, 2))
    back = xy_to_wgs84(xy_from_wgs84(lonlat, name), name)
    assert GEOD.inv(*lonlat.T, *back.T)[2].max() < 1e-3


@settings(deadline=None, max_examples=150)
@given(st.floats(-180, 180), st.floats(-85, 85), st.sampled_from(["EPSG:4326", "EPSG:4490", "EPSG:3857"]))
def test_there_and_back_all_over_the_world(lon: float, lat: float, name: str) -> None:
    """The systems that cover it."""
    back = xy_to_wgs84(xy_from_wgs84([[lon, lat]], name), name)
    assert GEOD.inv(lon, lat, *back[0])[2] < 1e-3


@pytest.mark.parametrize("name", EPSG)
def test_the_same_as_pyproj(name: str) -> None:
    """x before y: easting before northing, longitude before latitude."""
    transformer = Transformer.from_crs("EPSG:4326", name, always_xy=True)
    assert xy_from_wgs84([[116.42, 35.40]], name)[0] == pytest.approx(
        transformer.transform(116.42, 35.40), abs=1e-9
    )


def test_known_numbers_of_the_zone() -> None:
    """The zone number in front of the easting tells EPSG:4527 from 4548; 4490 equals WGS 84 for PROJ."""
    with_zone, without = (xy_from_wgs84([[116.42, 35.40]], name)[0] for name in ("EPSG:4527", "EPSG:4548"))
    assert with_zone == pytest.approx((39447311.514, 3919125.085), abs=0.001)
    assert with_zone - without == pytest.approx((39_000_000.0, 0.0), abs=1e-6)
    assert xy_from_wgs84([[117.0, 0.0]], "EPSG:4548")[0] == pytest.approx((500_000.0, 0.0), abs=1e-6)
    assert xy_from_wgs84([[116.42, 35.40]], "EPSG:4490")[0] == pytest.approx((116.42, 35.40), abs=1e-12)


@settings(deadline=None, max_examples=40)
@given(geometries(), st.sampled_from(CRS_NAMES))
def test_geometries_of_every_type_keep_type_and_vertices(geom: shapely.Geometry, name: str) -> None:
    """There and back each vertex is where it was, to a millimetre; there it is where `xy_from_wgs84` says."""
    there = from_wgs84(geom, name)
    assert there.geom_type == geom.geom_type
    xy = shapely.get_coordinates(geom)
    assert shapely.get_coordinates(there) == pytest.approx(xy_from_wgs84(xy, name), abs=1e-9)
    assert shapely.get_coordinates(to_wgs84(there, name)) == pytest.approx(xy, abs=1e-8)


def test_arrays_keep_missing_and_empty_and_lose_heights() -> None:
    """One call for a whole layer."""
    layer = as_array([shapely.Point(116, 35, 40.0), None, shapely.Polygon()])
    there = from_wgs84(layer, "EPSG:4527")
    assert there[1] is None
    assert there[2].is_empty
    assert not there[0].has_z
    assert to_wgs84(there, "EPSG:4527")[0].equals_exact(shapely.Point(116, 35), 1e-9)


def test_nothing_is_changed_in_place() -> None:
    """The array given stays as it was, for every system."""
    for name in CRS_NAMES:
        lonlat = np.array([[116.42, 35.40], [0.0, 51.5]])
        xy_from_wgs84(lonlat[:1] if name.startswith("EPSG:45") else lonlat, name)[:] = 0.0
        assert lonlat.tolist() == [[116.42, 35.40], [0.0, 51.5]]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("4490", "EPSG:4490"),
        ("epsg:4527", "EPSG:4527"),
        (" EPSG::3857 ", "EPSG:3857"),
        ("urn:ogc:def:crs:EPSG::4548", "EPSG:4548"),
        ("urn:ogc:def:crs:EPSG:9.9.1:4490", "EPSG:4490"),
        ("http://www.opengis.net/def/crs/EPSG/0/4490", "EPSG:4490"),
        ("CRS84", "EPSG:4326"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "EPSG:4326"),
        ("wgs84", "EPSG:4326"),
        ("gcj02", "GCJ02"),
        ("GCJ-02", "GCJ02"),
        ("bd09", "BD09"),
        ("bd09ll", "BD09"),
    ],
)
def test_names_as_people_write_them(text: str, name: str) -> None:
    """Case, prefixes and the two forms of OGC."""
    assert parse_crs(text) == name


@pytest.mark.parametrize(
    "text", ["", "EPSG:32650", "4326; drop", "GCJ09", "BD02", "EPSG:", "火星坐标", "4490x"]
)
def test_other_names_are_refused_with_the_list(text: str) -> None:
    """GCJ09 and BD02 do not exist."""
    with pytest.raises(UnknownCrs) as caught:
        parse_crs(text)
    assert caught.value.allowed == CRS_NAMES
    assert caught.value.parameter == "crs"
    assert caught.value.value == text
    with pytest.raises(UnknownCrs):
        xy_from_wgs84([[116, 35]], text)


def test_every_name_is_its_own_canonical_form() -> None:
    """And has its decimals."""
    assert [parse_crs(name) for name in CRS_NAMES] == list(CRS_NAMES)
    assert [decimals(name) for name in CRS_NAMES] == [7, 7, 4, 4, 4, 7, 7]


@pytest.mark.parametrize("pair", [[float("nan"), 35.0], [116.0, float("inf")], [181.0, 0.0], [35.4, 116.4]])
@pytest.mark.parametrize("name", ["EPSG:4326", "EPSG:4527", "GCJ02"])
def test_numbers_off_the_globe_are_refused(pair: list[float], name: str) -> None:
    """Never passed on, whatever the system."""
    with pytest.raises(BadCoordinates):
        xy_from_wgs84([[116.0, 35.0], pair], name)


def test_positions_without_an_image_are_refused() -> None:
    """A quarter of the globe away from the central meridian Gauss-Krüger has no numbers."""
    with pytest.raises(BadCoordinates) as caught:
        xy_from_wgs84([[27.0, 0.0]], "EPSG:4527")
    assert caught.value.parameter == "crs"
    with pytest.raises(BadCoordinates):
        xy_to_wgs84([[1e12, 1e12]], "EPSG:4527")


@pytest.mark.parametrize("values", [[116.0, 35.0], [[116.0, 35.0, 40.0]]])
def test_only_pairs_are_taken(values: list) -> None:
    """Not a bare position, not three numbers."""
    with pytest.raises(BadCoordinates):
        xy_from_wgs84(values, "GCJ02")
    with pytest.raises(BadGeometry):
        from_wgs84(None, "GCJ02")


@pytest.mark.parametrize("declared", [None, "", "  "])
def test_a_dataset_without_crs(declared: str | None) -> None:
    """Is never assumed to be anything."""
    with pytest.raises(MissingCrs):
        crs_of_dataset(declared)


def test_undefined_systems_count_as_missing() -> None:
    """GeoPackage's two."""
    for wkt in ('LOCAL_CS["Undefined Cartesian SRS",UNIT["Meter",1]]',):
        with pytest.raises(MissingCrs):
            crs_of_dataset(wkt)
    geographic = (
        'GEOGCS["Undefined geographic SRS",DATUM["unknown",SPHEROID["unknown",6378137,298.257223563]],'
        'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
    )
    with pytest.raises(MissingCrs):
        crs_of_dataset(geographic)


@pytest.mark.parametrize("declared", ["EPSG:999999", "no such thing", 'PROJCS["broken'])
def test_systems_that_proj_does_not_know(declared: str) -> None:
    """Named in the error."""
    with pytest.raises(UnknownCrs) as caught:
        crs_of_dataset(declared)
    assert declared in caught.value.zh
    assert declared in caught.value.en


@pytest.mark.parametrize("declared", [4527, "EPSG:4527", ESRI_4527, CRS(4527)])
def test_a_dataset_in_gauss_krueger(declared: object) -> None:
    """However it says so; x is the easting, although the register has northing first."""
    crs = crs_of_dataset(declared)
    point, nothing = transform_to_wgs84([shapely.Point(39447311.514, 3919125.0848, 30), None], crs)
    assert point.equals_exact(shapely.Point(116.42, 35.40), 1e-8)
    assert not point.has_z
    assert nothing is None


def test_a_dataset_with_heights() -> None:
    """Of a compound system the horizontal part counts."""
    crs = crs_of_dataset("EPSG:4326+5773")
    assert transform_to_wgs84([shapely.Point(116.42, 35.40, 30)], crs)[0].equals_exact(
        shapely.Point(116.42, 35.40), 1e-12
    )


def test_a_dataset_in_gcj02() -> None:
    """By name: no register knows it."""
    shifted = from_wgs84(shapely.Point(116.42, 35.40), "GCJ02")
    assert transform_to_wgs84([shifted], "GCJ02")[0].equals_exact(shapely.Point(116.42, 35.40), 1e-11)


@pytest.mark.parametrize("code", [4214, 4610, 2383])
def test_old_local_datums_without_parameters_are_refused(code: int) -> None:
    """PROJ would answer without a word, 55 m off in the zone for Beijing 1954."""
    with pytest.raises(UnknownCrs, match="CGCS2000"):
        transform_to_wgs84([shapely.Point(116.42, 35.40)], CRS(code))


def test_an_old_datum_with_its_own_parameters_is_taken() -> None:
    """Surveyors put the seven parameters into the system itself."""
    crs = crs_of_dataset("+proj=longlat +ellps=krass +towgs84=15.8,-154.4,-82.3,0,0,0,0 +type=crs")
    moved = transform_to_wgs84([shapely.Point(116.42, 35.40)], crs)[0]
    assert 20.0 < GEOD.inv(116.42, 35.40, moved.x, moved.y)[2] < 300.0


def test_same_place_compares_places_not_words() -> None:
    """Different spellings of one system agree, different systems never do."""
    assert same_place("EPSG:4527", CRS(ESRI_4527))
    assert same_place(CRS(4490), "EPSG:4326")
    assert not same_place("EPSG:4527", "EPSG:4548")
    assert not same_place(CRS(4548), CRS(4547))
    assert not same_place("GCJ02", CRS(4326))
    assert not same_place("GCJ02", "BD09")
    assert not same_place(CRS(4326), CRS(3857))
