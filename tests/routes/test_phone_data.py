"""``/api/phone/me``, ``/api/phone/data``, ``/sw.js``, ``/manifest.webmanifest``."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import struct
import uuid
from datetime import datetime

import pytest
from sqlalchemy import update

from app.settings import STATIC
from app.store import tables as t
from app.views.shell import shell_paths
from tests.support.databases import storage
from tests.support.people import PEOPLE, signed_in, staffed, visitor

ROAD, WITHHELD = "20-1-02", "13-1"
PRIVATE = {"units", "latest_sections", "may_inspect"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("phone")) as place, staffed(place, demo=True) as made:
        yield made


def listed(client) -> dict:
    """What the service worker keeps: address → SHA-256."""
    first = client.get("/sw.js").text.split("\n", 1)[0]
    return json.loads(re.fullmatch(r"const SHELL = (.*);", first)[1])


def test_me_says_who_and_when(client):
    nobody = visitor(client).get("/api/phone/me")
    assert nobody.json()["account"] is None and nobody.json()["csrf"] == ""
    assert nobody.headers["cache-control"] == "no-store"
    ledger, wall = (datetime.fromisoformat(nobody.json()[name]) for name in ("now", "server_now"))
    assert ledger.year == 2023 and (wall - ledger).total_seconds() % 60 < 2  # the demonstration's clock
    for name, account in PEOPLE.items():
        person = signed_in(client, name)
        said = person.get("/api/phone/me").json()
        assert said["csrf"] == person.csrf
        assert said["account"] == {
            "id": person.account_id,
            "name": name,
            "display": account.display,
            "role": account.role.value,
            "may_inspect": name in ("supervision", "inspector"),
            "towns": sorted(account.towns),
            "must_change": False,
        }


def test_who_has_not_changed_the_first_password_may_do_nothing_yet(client):
    person = signed_in(client, "inspector")
    change = update(t.account).where(t.account.c.id == person.account_id)
    try:
        with client.app.state.live.database.write() as connection:
            connection.execute(change.values(must_change=True))
        said = person.get("/api/phone/me").json()["account"]
        assert (said["must_change"], said["may_inspect"]) == (True, False)
        data = person.get("/api/phone/data").json()
        assert data["account"] is None and not PRIVATE & set(data["subjects"][ROAD])
    finally:
        with client.app.state.live.database.write() as connection:
            connection.execute(change.values(must_change=False))


def test_data_are_those_of_the_map(client):
    anybody = visitor(client)
    answer = anybody.get("/api/phone/data")
    data = answer.json()
    sites = {lang: anybody.get("/api/sites", params={"lang": lang}).json() for lang in ("zh", "en")}
    assert (data["version"], data["as_of"], data["week"]) == (
        sites["zh"]["version"],
        sites["zh"]["as_of"],
        sites["zh"]["week"],
    )
    assert data["sample"] is True and data["year"] == 2023 and data["partial"] is False
    assert [one["id"] for one in data["sites"]] == [one["id"] for one in sites["zh"]["features"]]
    for own, zh, en in zip(data["sites"], sites["zh"]["features"], sites["en"]["features"], strict=True):
        assert own["geometry"] == zh["geometry"]
        words = {"why": zh["properties"]["why"], "why_en": en["properties"]["why"]}
        known = own["properties"]
        assert known | words == known and known.items() <= (zh["properties"] | words).items()
    towns = anybody.get("/api/towns").json()["features"]
    assert [one["geometry"] for one in data["towns"]["features"]] == [one["geometry"] for one in towns]
    assert {one["properties"]["layer"] for one in data["ground"]["features"]} == {"zone", "road"}
    assert set(data["subjects"]) >= {ROAD, "20-1", WITHHELD}
    road = anybody.get(f"/api/subjects/{ROAD}").json()
    assert data["subjects"][ROAD]["version"] == road["version"]
    assert data["subjects"][ROAD]["length_m"] == pytest.approx(3_300, rel=0.2)
    assert not any(PRIVATE & set(one) for one in data["subjects"].values())
    # the same for whoever reads it in whichever language, and nothing when nothing has changed
    english = anybody.get("/api/phone/data", headers={"accept-language": "en"})
    assert english.headers["etag"] == answer.headers["etag"] and english.content == answer.content
    again = anybody.get("/api/phone/data", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304 and not again.content
    assert answer.headers["content-encoding"] == "gzip"


def test_data_name_no_place_of_homes_and_persons(client):
    data = signed_in(client, "supervision").get("/api/phone/data").json()
    assert data["subjects"][WITHHELD]["withheld"] is True
    assert data["subjects"][WITHHELD]["site"] is False and data["subjects"][WITHHELD]["length_m"] is None
    assert not {5, 6, 7, 13} & {one["properties"]["item"] for one in data["sites"]}


def test_data_of_who_is_signed_in(client):
    inspector, supervision = signed_in(client, "inspector"), signed_in(client, "supervision")
    checked = {
        "id": str(uuid.uuid4()),
        "subject": ROAD,
        "made_at": "2023-07-13T09:00:00+08:00",
        "verdict": "ok",
        "finding": "路基已成形",
        "sections": "0-1200",
        "geom_version": 1,
    }
    before = supervision.get("/api/phone/data")
    made = supervision.post("/api/inspections", json=checked)
    assert made.status_code == 201, made.text
    unchanged = supervision.get("/api/phone/data", headers={"if-none-match": before.headers["etag"]})
    assert unchanged.status_code == 200
    data = unchanged.json()
    assert data["account"] == supervision.account_id
    road = data["subjects"][ROAD]
    assert road["latest_sections"]["sections"] == [[0.0, 1200.0]]
    assert road["latest_sections"]["by"] == PEOPLE["supervision"].display
    assert road["units"][0] == "jianshe" and set(road["units"]) <= set(data["units"])
    assert all(one["may_inspect"] for one in data["subjects"].values())
    assert "private" in unchanged.headers["cache-control"]

    # an inspector of one town checks in there, and at what belongs to no town
    own = inspector.get("/api/phone/data").json()
    town = {one["id"]: one["properties"]["town_code"] for one in own["sites"]}
    for code, subject in own["subjects"].items():
        assert subject["may_inspect"] == (town.get(code, "370829104") == "370829104"), code
    viewer = signed_in(client, "viewer").get("/api/phone/data").json()["subjects"]
    assert not any(one["may_inspect"] for one in viewer.values())
    assert viewer[WITHHELD]["latest_sections"] is None
    # one person's answer is no other's
    tags = {person.get("/api/phone/data").headers["etag"] for person in (inspector, supervision)}
    assert len(tags) == 2


def test_the_worker_keeps_exactly_what_the_server_serves(client):
    anybody = visitor(client)
    answer = anybody.get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    shell = listed(anybody)
    files = shell["files"]
    for address, sha256 in files.items():
        served = anybody.get(address)
        assert served.status_code == 200, address
        assert hashlib.sha256(served.content).hexdigest() == sha256, address
    assert {"/m?lang=zh", "/m?lang=en", "/static/js/phone/app.js", "/static/icons.svg"} <= set(files)
    assert not [address for address in files if address.startswith("/api/")]
    # every module of the telephone, and what it loads later; the worker itself is no file of the page
    modules = {f"/static/{path.relative_to(STATIC)}" for path in (STATIC / "js/phone").glob("*.js")}
    assert modules - set(files) == {"/static/js/phone/worker.js"}
    assert {"/static/vendor/leaflet/leaflet.js", "/static/vendor/exifreader/exif-reader.js"} <= set(files)
    assert listed(anybody)["version"] == shell["version"]
    assert anybody.get("/sw.js", headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    # the page is the same for everybody: what is kept tells nothing of who fetched it
    inspector = signed_in(client, "inspector")
    assert inspector.get("/m?lang=zh").content == anybody.get("/m?lang=zh").content
    assert listed(inspector) == shell
    packed = sum(len(gzip.compress(anybody.get(address).content)) for address in files)
    assert packed < 350_000


def test_a_file_that_is_named_and_missing_is_told(client):
    with pytest.raises(FileNotFoundError):
        shell_paths('<script src="/static/js/phone/none.js"></script>')


def test_the_manifest_makes_it_installable(client):
    anybody = visitor(client)
    names = set()
    for lang in ("zh", "en"):
        answer = anybody.get("/manifest.webmanifest", params={"lang": lang})
        assert answer.headers["content-type"].startswith("application/manifest+json")
        said = answer.json()
        names.add(said["name"])
        assert (said["id"], said["start_url"], said["scope"], said["display"]) == (
            "/m",
            "/m",
            "/m",
            "standalone",
        )
        for icon in said["icons"]:
            picture = anybody.get(icon["src"])
            assert picture.headers["content-type"] == "image/png"
            assert icon["sizes"] == "{}x{}".format(*struct.unpack(">II", picture.content[16:24]))
        assert {"any", "maskable"} == {icon.get("purpose", "any") for icon in said["icons"]}
    assert len(names) == 2
