"""What a telephone never sends, and somebody with an account might: nothing breaks, nothing leaks."""

from __future__ import annotations

import base64
import json
import struct
import uuid
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.domain.accounts import Account
from app.domain.photos import LONGEST_SIDE_PX, NotTaken, picture
from app.domain.privacy import WITHHELD_ITEMS
from app.domain.roles import Role
from app.errors import TooManyPixels
from app.store import photouploads
from app.store import tables as t
from tests.routes.uploading import SITE, TUS, UPLOADS, announced, begin, check_in, jpeg, noisy, send, sha
from tests.support.people import add_people, signed_in, staffed

ELSEWHERE = Account("elsewhere", "巡查 壬", Role.INSPECTOR, towns=frozenset({"370829106"}))
HTML = {"accept": "text/html"}
SECRET = 116.4321987
"""A longitude that stands nowhere else."""
ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 1e308, 2**31, 2**53, 2**63, "", "x" * 3000, "a\0b", "\u202e", "NaN", "1e999"),
    *("../../etc/passwd", "<img src=x onerror=alert(1)>", [], [[]], {}, {"a": 1}, [None], ["x"] * 20),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", "2023-07-14T25:00Z"),
    *("0-1e9;0-1", "nan-nan", "0-1;" * 400, "1200-0"),
)


@pytest.fixture(scope="module")
def desk(both_engines_module) -> Iterator[TestClient]:
    with staffed(both_engines_module) as client:
        add_people(client.app.state.live.database, ELSEWHERE)
        yield client


@pytest.fixture(autouse=True)
def room(monkeypatch):
    """All that is begun here is more than one person may have open."""
    monkeypatch.setattr(photouploads, "MOST_OPEN", 10_000)


@pytest.fixture
def inspector(desk):
    return signed_in(desk, "inspector")


@pytest.fixture
def supervision(desk):
    return signed_in(desk, "supervision")


def body(**more: Any) -> dict[str, Any]:
    moment = datetime.now(UTC).isoformat()
    told = {"id": str(uuid.uuid4()), "subject": SITE, "made_at": moment, "sent_at": moment}
    return told | {"verdict": "problem", "finding": "路面破损", "sections": "0-100"} | more


PLACED = {"lon": 116.42384, "lat": 35.421275, "accuracy_m": 5, "position_source": "device"}
MEMBERS = (
    *("id", "subject", "made_at", "sent_at", "verdict", "finding", "sections", "geom_version", "lon", "lat"),
    *("accuracy_m", "position_source", "position_at", "seen_version", "photos", "via"),
    *("blockage_title", "blockage_unit", "blockage_due"),
)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_check_in_with_an_odd_member_is_refused_or_can_be_read(inspector, supervision, name):
    taken = {}
    for value in ODD:
        answer = inspector.post("/api/inspections", json=body(**(PLACED | {name: value})))
        assert answer.status_code in (201, 400, 403, 404, 409), (value, answer.text)
        if answer.status_code == 201:
            taken[answer.text.replace(answer.json()["id"], "").partition('"change"')[0]] = answer.json()["id"]
    for ident in list(taken.values())[-8:]:
        assert supervision.get(f"/inspections/{ident}", headers=HTML).status_code == 200, ident


def test_what_nothing_was_entered_about_can_be_checked_into(inspector, supervision):
    """In a new zone every subject's version is 0, and that is what the telephone has seen."""
    seen = supervision.get("/api/phone/data").json()["subjects"]["20-1-02"]["version"]
    told = body(subject="20-1-02", sections=None, via="phone", seen_version=seen, photos=[])
    assert seen == 0
    answer = supervision.post("/api/inspections", json=told)
    assert answer.status_code == 201, answer.text


def test_the_lists_still_open(supervision):
    for path in ("/inspections", "/api/inspections", "/api/inspections.geojson", "/api/phone/data", "/audit"):
        assert supervision.get(path, headers=HTML).status_code == 200, path


def test_odd_members_of_a_mending_are_taken_or_refused(inspector, supervision):
    receipt = inspector.post("/api/inspections", json=body()).json()
    ident, version = receipt["id"], receipt["version"]
    for name in ("id", "version", "changes", "verdict", "finding", "sections", "geom_version", "lon"):
        for value in ODD:
            sent = {"id": str(uuid.uuid4()), "version": version, "changes": {"sections": "0-90"}}
            if name in sent:
                sent[name] = value
            else:
                sent["changes"][name] = value
            answer = inspector.post(f"/api/inspections/{ident}/revisions", json=sent)
            assert answer.status_code in (201, 400), (name, value, answer.text)
            version = answer.json().get("version", version)
    assert supervision.get(f"/api/inspections/{ident}").json()["version"] == version
    assert supervision.get(f"/inspections/{ident}", headers=HTML).status_code == 200


def told_of(raw: bytes, visit: str, **about: Any) -> dict[str, str]:
    """An announcement in which any member may be replaced, `id` as well."""
    told = {"id": str(uuid.uuid4()), "inspection": visit, "sha256": sha(raw)} | about
    text = base64.b64encode(json.dumps(told).encode()).decode()
    return TUS | {"upload-length": str(len(raw)), "upload-metadata": f"about {text}"}


@pytest.mark.parametrize("name", ["id", "inspection", "sha256", "original_sha256", "name", "device_at"])
def test_odd_members_of_an_announcement(inspector, name):
    raw, visit = jpeg(), check_in(inspector)
    for value in ODD:
        answer = inspector.post(UPLOADS, headers=told_of(raw, visit, **{name: value}))
        assert answer.status_code in (201, 400, 404, 409), (value, answer.text)


@pytest.mark.parametrize(
    ("part", "name"),
    [("position", name) for name in ("lon", "lat", "accuracy_m", "at", "source")]
    + [("exif", name) for name in ("taken_at", "offset", "lon", "lat", "camera")],
)
def test_odd_words_about_a_photo_are_left_out(inspector, part, name):
    usual = {
        "position": {"lon": 116.42384, "lat": 35.421275, "accuracy_m": 5, "at": "2023-07-14T01:00:00Z"},
        "exif": {"taken_at": "2023-07-14T09:00:00", "offset": "+08:00", "lon": 116.4, "lat": 35.4},
    }[part]
    raw, visit = jpeg(), check_in(inspector)
    for value in ODD:
        answer = inspector.post(UPLOADS, headers=told_of(raw, visit, **{part: usual | {name: value}}))
        assert answer.status_code == 201, (value, answer.text)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"])
def test_a_photo_from_the_edge_of_time_can_be_looked_at(inspector, supervision, at):
    raw, visit = noisy(80, 60, seed=zlib.crc32(at.encode())), check_in(inspector)
    exif = {"taken_at": "2200-12-31T23:59:59", "offset": "-23:59"}
    position = {"lon": 116.42384, "lat": 35.421275, "accuracy_m": 5, "source": "device", "at": at}
    address = begin(inspector, raw, visit, device_at=at, position=position, exif=exif)
    assert send(inspector, address, raw, 0).status_code == 204
    assert inspector.get(address).json()["photo"]["device_at"] is None
    for path in (f"/inspections/{visit}", f"/api/inspections/{visit}", "/inspections", "/api/inspections"):
        assert supervision.get(path, headers=HTML).status_code == 200, path


@pytest.mark.parametrize("value", ["-1", "1e5", "", "+5", "5;", "9" * 13, "9" * 400, "NaN", "0x10", "٣"])
def test_lengths_and_offsets_are_plain_numbers(inspector, value):
    raw, visit = jpeg(), check_in(inspector)
    headers = {key.encode(): text.encode() for key, text in announced(raw, visit).items()}
    answer = inspector.post(UPLOADS, headers=headers | {b"upload-length": value.encode()})
    assert answer.status_code == 400, answer.text
    address = begin(inspector, raw, visit)
    kind = {b"tus-resumable": b"1.0.0", b"content-type": b"application/offset+octet-stream"}
    answer = inspector.patch(address, content=b"x", headers=kind | {b"upload-offset": value.encode()})
    assert answer.status_code == 400, answer.text
    assert inspector.get(address).json()["offset"] == 0


@pytest.mark.parametrize(
    "said",
    [
        "",
        "about",
        "about !!!",
        "about " + base64.b64encode(b"[]").decode(),
        "about " + "A" * 20_000,
        "x y,about e30=",
        "about " + base64.b64encode(b"[" * 9_000).decode(),
        "about " + base64.b64encode(b'{"id": 1e400, "sha256": "\\ud800"}').decode(),
    ],
)
def test_metadata_that_is_none_is_refused(inspector, said):
    answer = inspector.post(UPLOADS, headers=TUS | {"upload-length": "5", "upload-metadata": said})
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/bad-parameter"


def test_uploads_belong_to_who_began_them(desk, inspector, supervision):
    raw, visit = noisy(200, 100), check_in(inspector)
    address = begin(inspector, raw, visit)
    other = signed_in(desk, "elsewhere")
    for person in (other, supervision):
        for answer in (person.get(address), person.head(address), send(person, address, raw, 0)):
            assert answer.status_code == 404
    assert inspector.get(address).json()["offset"] == 0
    ident = address.rsplit("/", 1)[1]
    assert supervision.post(UPLOADS, headers=announced(raw, visit, ident)).status_code == 409
    assert other.post(UPLOADS, headers=announced(raw, visit)).status_code == 403
    assert other.post("/api/inspections", json=body()).status_code == 403
    mended = {"id": str(uuid.uuid4()), "version": 1, "changes": {"finding": "x"}}
    assert other.post(f"/api/inspections/{visit}/revisions", json=mended).status_code == 403
    assert other.get(f"/api/inspections/{visit}").status_code == 403


def test_nobody_ends_what_somebody_else_is_sending(desk, inspector):
    """A newer request about an upload ends an older one: only if it is the same person's."""
    address = begin(inspector, noisy(200, 100), check_in(inspector))
    turns, ident = desk.app.state.turns, address.rsplit("/", 1)[1]
    other = signed_in(desk, "elsewhere")

    async def while_sending() -> bool:
        async with turns.take(f"{inspector.account_id}/{ident}") as stop:
            await anyio.to_thread.run_sync(other.head, address)
            return stop.is_set()

    assert desk.portal.call(while_sending) is False


def test_whoever_announces_and_never_sends_comes_to_an_end(desk, inspector, monkeypatch):
    other = signed_in(desk, "supervision")  # who has begun none in the tests before
    monkeypatch.setattr(photouploads, "MOST_OPEN", 3)
    raws = [noisy(40, 40, seed) for seed in range(4)]
    addresses = [begin(other, raw, check_in(other)) for raw in raws[:3]]
    more = announced(raws[3], check_in(other))
    answer = other.post(UPLOADS, headers=more)
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0
    assert inspector.post(UPLOADS, headers=announced(raws[0], check_in(inspector))).status_code != 500
    assert send(other, addresses[0], raws[0], 0).status_code == 204
    assert other.post(UPLOADS, headers=more).status_code == 201


def test_nothing_is_done_in_somebodys_name(inspector):
    """Without the token, and from another site, with it."""
    raw, visit = noisy(200, 100), check_in(inspector)
    address = begin(inspector, raw, visit)
    version = inspector.get(f"/api/inspections/{visit}").json()["version"]
    mended = {"id": str(uuid.uuid4()), "version": version, "changes": {"finding": "改"}}
    for bad in ({"x-csrf-token": ""}, {"x-csrf-token": "x"}, {"origin": "https://example.org"}):
        answers = (
            inspector.post("/api/inspections", json=body(), headers=bad),
            inspector.post(f"/api/inspections/{visit}/revisions", json=mended, headers=bad),
            inspector.post(f"/api/disputes/{uuid.uuid4()}", json={}, headers=bad),
            inspector.post(UPLOADS, headers=announced(raw, visit) | bad),
            inspector.patch(
                address,
                content=raw,
                headers=TUS | {"upload-offset": "0", "content-type": "application/offset+octet-stream"} | bad,
            ),
        )
        assert [answer.status_code for answer in answers] == [403] * len(answers), bad
    assert inspector.get(address).json()["offset"] == 0
    assert inspector.get(f"/api/inspections/{visit}").json()["version"] == version


def homes(desk) -> list[str]:
    """Subjects of items that concern homes and persons."""
    with desk.app.state.live.database.read() as connection:
        query = select(t.subject.c.code).where(t.subject.c.item_no.in_(WITHHELD_ITEMS))
        return list(connection.execute(query).scalars())


def everything(desk) -> str:
    """All that is kept about check-ins and in the audit, as text."""
    tables = (t.change, t.inspection, t.inspection_revision, t.dispute, t.photo, t.photo_upload, t.blockage)
    with desk.app.state.live.database.read() as connection:
        return str([connection.execute(select(table)).all() for table in tables])


def test_no_place_of_a_home_is_kept_wherever_it_is_hidden(desk, inspector):
    raw, codes = noisy(90, 90), homes(desk)
    assert {int(code[:2]) for code in codes} == set(WITHHELD_ITEMS)
    place = {"lon": SECRET, "lat": 35.42, "accuracy_m": 5.0}
    for code in codes:
        told = body(subject=code, sections=None)
        for more in (place, {"photos": [str(uuid.uuid4())]}, {"sections": "0-100"}, {"lon": SECRET}):
            assert inspector.post("/api/inspections", json=told | more).status_code == 400, (code, more)
        # beside a place that is missing nothing of one is kept, either
        rest = {"accuracy_m": SECRET, "position_source": "device", "position_at": "2023-07-14T01:00:00Z"}
        visit = inspector.post("/api/inspections", json=told | rest)
        assert visit.status_code == 201, visit.text
        assert visit.json()["presence"] is None
        ident = visit.json()["id"]
        about = {"position": place, "exif": {"lon": SECRET, "lat": 35.4}, "name": str(SECRET)}
        assert inspector.post(UPLOADS, headers=announced(raw, ident, **about)).status_code == 409
        sent = {
            "files": {"photo": ("a.jpg", raw, "image/jpeg")},
            "data": inspector.form(id=str(uuid.uuid4())),
        }
        assert inspector.post(f"/api/inspections/{ident}/photos", **sent).status_code == 409
        changes = {"sections": "0-100"}
        mended = {"id": str(uuid.uuid4()), "version": visit.json()["version"], "changes": changes}
        assert inspector.post(f"/api/inspections/{ident}/revisions", json=mended).status_code == 400
    assert str(SECRET) not in everything(desk)
    with desk.app.state.live.database.read() as connection:
        kept = select(t.inspection).where(t.inspection.c.subject_code.in_(codes))
        for row in connection.execute(kept):
            assert (row.lon, row.lat, row.accuracy_m, row.position_at, row.presence) == (None,) * 5
        uploads = select(func.count()).select_from(t.photo_upload)
        assert connection.execute(uploads.where(t.photo_upload.c.sha256 == sha(raw))).scalar() == 0


def test_what_is_a_person_s_own_is_kept_by_no_cache(desk, inspector):
    raw, visit = jpeg("blue"), check_in(inspector)
    address = begin(inspector, raw, visit)
    assert send(inspector, address, raw, 0).status_code == 204
    photo = inspector.get(address).json()["photo"]
    paths = ("/api/phone/me", "/api/phone/data", "/api/inspections", f"/api/inspections/{visit}", address)
    for path in (*paths, f"/inspections/{visit}", "/inspections", photo["photo"], photo["small"]):
        said = inspector.get(path).headers["cache-control"]
        assert "no-store" in said or "private" in said, (path, said)
        assert "public" not in said, (path, said)
    answer = inspector.get("/api/phone/data")
    again = inspector.get("/api/phone/data", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304 and "private" in again.headers["cache-control"]
    assert desk.get("/api/phone/data", headers={"if-none-match": answer.headers["etag"]}).status_code == 200
    assert "no-store" in desk.get("/api/phone/me").headers["cache-control"]
    assert desk.get(photo["photo"]).status_code in (401, 403)


def test_the_shell_is_the_same_for_everybody(desk, inspector, supervision):
    shells = {person.get("/m").content for person in (desk, inspector, supervision)}
    assert len(shells) == 1
    text = shells.pop().decode()
    assert (inspector.csrf not in text and "巡查" not in text.replace("巡查员", "")) or "巡查 己" not in text
    for path in ("/m", "/sw.js", "/manifest.webmanifest"):
        assert "set-cookie" not in desk.get(path).headers, path


def column(height: int) -> bytes:
    """A PNG of one column, which unpacks to a hundred times the memory of its pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(4 * height), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def test_a_picture_that_is_all_one_column_is_refused_before_it_is_unpacked():
    assert picture(column(3_000), "a.png").height == 2560
    with pytest.raises(NotTaken) as refused:
        picture(column(LONGEST_SIDE_PX + 1), "a.png")
    assert isinstance(refused.value.alone, TooManyPixels)
