"""The API over real databases: valid GeoJSON, right filters, clear refusals, both engines alike."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import shapely
from shapely.geometry import shape
from starlette.testclient import TestClient

from app.domain.privacy import WITHHELD_ITEMS
from geo.crs import CRS_NAMES
from tests.support.clients import client
from tests.support.databases import storage

READERS = {
    "sqlite": ("sqlite", "memory"),
    "postgis-memory": ("postgis", "memory"),
    "postgis": ("postgis", "postgis"),
}


@pytest.fixture(scope="module", params=READERS)
def api(request, tmp_path_factory) -> Iterator[TestClient]:
    engine, spatial = READERS[request.param]
    with (
        storage(engine, tmp_path_factory.mktemp("api")) as place,
        client(place, demo=True, spatial=spatial) as made,
    ):
        yield made


def sites(api: TestClient, **query: object) -> dict:
    answer = api.get("/api/sites", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def codes(collection: dict) -> list[str]:
    return [feature["id"] for feature in collection["features"]]


def test_geojson_is_rfc_7946(api):
    answer = api.get("/api/sites")
    assert answer.headers["content-type"].startswith("application/geo+json")
    collection = answer.json()
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection
    shapes = [shape(feature["geometry"]) for feature in collection["features"]]
    assert len(shapes) == 24
    assert collection["bbox"] == pytest.approx(shapely.total_bounds(shapes))
    for geometry in shapes:
        west, south, east, north = geometry.bounds  # lon, lat order: the zone's own degrees
        assert 116.3 < west <= east < 116.5 < 117
        assert 35.3 < south <= north < 35.5
        for polygon in shapely.get_parts(geometry):
            if polygon.geom_type == "Polygon":
                assert polygon.exterior.is_ccw
                assert not any(ring.is_ccw for ring in polygon.interiors)
    numbers = re.findall(r"-?\d+\.(\d+)", json.dumps([f["geometry"] for f in collection["features"]]))
    assert max(map(len, numbers)) <= 7


def test_gdal_reads_the_answer(api, tmp_path):
    """An independent reader: every site arrives, in WGS 84 and in the system asked for."""
    for crs in ("EPSG:4326", "EPSG:4527"):
        file = tmp_path / f"{crs[5:]}.geojson"
        file.write_bytes(api.get("/api/sites", params={"crs": crs}).content)
        told = subprocess.run(
            ["ogrinfo", "-so", "-al", file], check=True, capture_output=True, text=True
        ).stdout
        assert "Feature Count: 24" in told
        assert f'ID["EPSG",{crs[5:]}]' in told


@pytest.mark.parametrize("crs", CRS_NAMES)
def test_every_coordinate_system_answers(api, crs):
    one = api.get("/api/sites/20-1-01", params={"crs": crs}).json()
    x, y = one["geometry"]["coordinates"][0]
    if crs in ("EPSG:4527", "EPSG:4548"):
        easting = x - (39_500_000 if crs == "EPSG:4527" else 500_000)
        assert -60_000 < easting < -40_000 and 3_900_000 < y < 3_940_000
    elif crs == "EPSG:3857":
        assert (x, y) == pytest.approx((12_960_000, 4_220_000), abs=10_000)
    else:
        assert (x, y) == pytest.approx((116.42, 35.42), abs=0.02)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"item": 20, "kind": "road"}, ["20-1-01", "20-1-02"]),
        ({"town": "马集镇"}, ["03-1-02", "09-1-03"]),
        ({"town": "370829108"}, ["03-1-02", "09-1-03"]),
        ({"unit": "济宁祥城投资集团有限公司"}, ["22-1-01", "22-1-02", "22-1-03"]),
        ({"q": "文祥路"}, ["20-1-01", "20-4-06"]),
        ({"q": "gas 呈祥"}, ["20-4-02"]),
        ({"q": "ＷＥＮＸＩＡＮＧ road"}, ["20-1-01", "20-4-06"]),
        ({"kind": ["kindergarten", "transfer_station"]}, ["11-1-01", "21-1-01"]),
        ({"kind": "kindergarten,transfer_station"}, ["11-1-01", "21-1-01"]),
        ({"status": "suspended"}, ["20-3-03"]),
        ({"q": "没有这样的点位"}, []),
    ],
)
def test_filters(api, query, expected):
    found = sites(api, **query)
    assert codes(found) == expected
    assert found["numberMatched"] == found["numberReturned"] == len(expected)


def test_pages_follow_next_to_the_end(api):
    seen, address = [], "/api/sites?limit=7"
    while address:
        page = api.get(address).json()
        assert page["numberMatched"] == 24
        seen += codes(page)
        address = page["next"]
    assert seen == codes(sites(api))


def test_a_past_week_is_as_it_was_then(api):
    then = sites(api, week="2023-W09")
    assert then["as_of"] == "2023-03-05"
    statuses = {f["id"]: f["properties"]["status"] for f in then["features"]}
    assert statuses["20-2-02"] == "not_started"
    assert statuses["22-1-01"] == "on_track"
    assert "overdue" not in statuses.values()
    assert sites(api, week="2023-W28")["as_of"] == "2023-07-14"


def test_every_status_occurs_in_the_demonstration_and_is_marked(api):
    collection = sites(api)
    assert collection["sample"] is True
    assert "演示数据" in collection["notice"]
    found = {f["properties"]["status"] for f in collection["features"]}
    assert len(found) == 8
    for path in (
        "/api/items",
        "/api/items/6",
        "/api/towns",
        "/api/ground",
        "/api/sites/20-1-01",
        "/api/ledger",
    ):
        assert "演示数据" in api.get(path, params={"lang": "en"}).json()["notice"], path


def test_one_site_explains_itself(api):
    one = api.get("/api/sites/20-1-02", params={"lang": "en"}).json()
    p = one["properties"]
    assert (one["id"], p["title"], p["lead_unit"]) == (
        "20-1-02",
        "嘉德路（宏祥路—松岩机械）",
        "区城乡建设和交通局",
    )
    assert (p["status"], p["status_label"]) == ("lagging", "Lagging")
    assert p["rule"]["name"] == "behind_plan"
    assert f"{p['rule']['planned_percent']:g} % planned" in p["why"]
    assert p["history"][-1]["event"] in {"planned", "drawn"}
    assert p["supporting_units"][0]["name"] == "区综合行政执法局"
    assert p["length_m"] > 500


def test_nearby_measures_to_the_geometry(api):
    road = api.get("/api/sites/20-1-01").json()["geometry"]["coordinates"]
    (ax, ay), (bx, by) = road[1], road[2]
    lon, lat = (ax + bx) / 2, (ay + by) / 2 + 30 / 110_950
    near = api.get("/api/nearby", params={"lon": lon, "lat": lat, "radius": 200, "kind": "road"}).json()
    first = near["features"][0]["properties"]
    assert first["code"] == "20-1-01"
    assert first["distance_m"] == pytest.approx(30, abs=0.2)
    assert 170 < first["bearing_deg"] < 190
    distances = [f["properties"]["distance_m"] for f in near["features"]]
    assert distances == sorted(distances)


def test_at_a_point_lists_overlapping_sites(api):
    inside = shape(api.get("/api/sites/20-2-03").json()["geometry"]).representative_point()
    found = api.get("/api/at", params={"lon": inside.x, "lat": inside.y, "tolerance": 100}).json()
    assert "20-2-03" in codes(found)
    assert found["features"][0]["properties"]["distance_m"] == 0


def test_items_tell_how_they_are_on_the_map(api):
    items = api.get("/api/items").json()["items"]
    assert [item["no"] for item in items] == list(range(1, 23))
    by = {item["no"]: item["on_map"] for item in items}
    assert {no for no, on_map in by.items() if on_map == "withheld"} == WITHHELD_ITEMS
    assert {no for no, on_map in by.items() if on_map == "located"} == {3, 9, 11, 20, 21, 22}
    posts = api.get("/api/items/14").json()["tasks"][0]["targets"]
    assert {t["quantity"] for t in posts} >= {549, 209, 340}


def test_private_items_have_no_place_in_any_answer(api):
    for feature in sites(api)["features"]:
        assert feature["properties"]["item"] not in WITHHELD_ITEMS
    for no in WITHHELD_ITEMS:
        assert sites(api, item=no)["features"] == []
        item = api.get(f"/api/items/{no}").json()
        assert "coordinates" not in json.dumps(item)
        assert all(task["sites"] == [] for task in item["tasks"])
    counts = api.get("/api/items/6").json()["tasks"][0]["town_counts"]
    assert sum(count["quantity"] for count in counts) == 30
    assert all(count["sample"] for count in counts)


BAD = [
    ("/api/sites?bbox=116,35,117", "bbox"),
    ("/api/sites?bbox=116,35,117,nan", "bbox"),
    ("/api/sites?bbox=116,35,117,inf", "bbox"),
    ("/api/sites?bbox=117,35,116,36", "bbox"),
    ("/api/sites?bbox=35,116,36,117", "bbox"),
    ("/api/sites?bbox=a,b,c,d", "bbox"),
    ("/api/sites?bbox=1,2,3,4&bbox=1,2,3,4", "bbox"),
    ("/api/sites?limit=1000000000", "limit"),
    ("/api/sites?limit=0", "limit"),
    ("/api/sites?limit=ten", "limit"),
    ("/api/sites?limit=" + "9" * 400, "limit"),
    ("/api/sites?limit=1_0", "limit"),
    ("/api/nearby?lon=116.4&lat=35.4&limit=-" + "9" * 400, "limit"),
    ("/api/sites?status=late", "status"),
    ("/api/sites?item=23", "item"),
    ("/api/sites?town=" + quote("唐口镇"), "town"),
    ("/api/sites?unit=x", "unit"),
    ("/api/sites?kind=bridge", "kind"),
    ("/api/sites?week=2023-28", "week"),
    ("/api/sites?week=2023-W54", "week"),
    ("/api/sites?week=2999-W01", "week"),
    ("/api/sites?crs=EPSG:2000", "crs"),
    ("/api/sites?lang=fr", "lang"),
    ("/api/sites?statsu=lagging", "statsu"),
    ("/api/sites?q=" + "x" * 201, "q"),
    ("/api/sites?q=%00", "q"),
    ("/api/nearby?lon=116.4", "lat"),
    ("/api/nearby", "lon"),
    ("/api/nearby?lon=35.4&lat=116.4", "lat"),
    ("/api/nearby?lon=nan&lat=35.4", "lon"),
    ("/api/nearby?lon=116.4&lat=35.4&radius=-1", "radius"),
    ("/api/nearby?lon=116.4&lat=35.4&radius=1e9", "radius"),
    ("/api/nearby?lon=116.4&lat=35.4&limit=1e9", "limit"),
    ("/api/at?lon=116.4&lat=35.4&tolerance=-1", "tolerance"),
    ("/api/items?week=x", "week"),
]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("address", "parameter"), BAD)
def test_bad_input_names_the_parameter_and_what_is_allowed(api, address, parameter, lang):
    before = api.get("/readyz").json()["version"]
    answer = api.get(address, headers={"accept-language": lang})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == lang
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["instance"] == address.split("?")[0]
    fault = next(error for error in problem["errors"] if error["parameter"] == parameter)
    assert fault["allowed"]
    assert (
        any("\u4e00" <= letter <= "\u9fff" for letter in fault["message"].replace("唐口镇", ""))
        or lang == "en"
    )
    assert api.get("/readyz").json()["version"] == before


@pytest.mark.parametrize(
    "address", ["/api/sites/99-9-99", "/api/sites/x", "/api/items/0", "/api/items/23", "/api/nothing"]
)
def test_what_does_not_exist_is_told_in_the_language_asked_for(api, address):
    zh, en = (api.get(address, headers={"accept-language": lang}).json() for lang in ("zh-CN", "en-GB"))
    assert zh["status"] == en["status"] == 404
    assert zh["detail"] != en["detail"]


@pytest.mark.parametrize(
    "address", ["/", "/ledger", "/api/sites", "/api/sites?limit=0", "/healthz", "/readyz", "/openapi.json"]
)
def test_head_is_get_without_the_body(api, address):
    """Monitors and proxies ask with HEAD."""
    get, head = api.get(address), api.head(address)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert get.content
    assert head.headers == get.headers


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("address", ["/api/sites", "/sites/20-1-01", "/healthz"])
def test_a_wrong_method_is_a_problem_that_names_the_right_ones(api, address, lang):
    answer = api.post(address, headers={"accept-language": lang})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    problem = answer.json()
    assert problem["type"] == "/problems/wrong-method"
    assert problem["instance"] == address
    assert ("POST" in problem["detail"], problem["title"] == "Wrong method") == (True, lang == "en")


def test_a_client_that_has_the_answer_is_told_so(api):
    first = api.get("/api/sites")
    again = api.get("/api/sites", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = api.get("/api/sites?lang=en", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


def test_every_answer_carries_the_security_headers(api):
    for address in ("/api/sites", "/api/sites/x", "/healthz"):
        policy = api.get(address).headers["content-security-policy"]
        scripts = next(part for part in policy.split(";") if "script-src" in part)
        assert "unsafe" not in scripts
        assert scripts.split()[1:] == ["'self'"]


def test_openapi_documents_every_parameter_that_is_read(api):
    document = api.get("/openapi.json").json()
    named = {p["name"] for p in document["paths"]["/api/sites"]["get"]["parameters"]}
    assert named == {
        "bbox",
        "status",
        "item",
        "town",
        "unit",
        "kind",
        "q",
        "week",
        "limit",
        "after",
        "crs",
        "lang",
    }
    assert {"/api/sites", "/api/sites/{code}", "/api/nearby", "/api/items", "/api/towns"} <= set(
        document["paths"]
    )
