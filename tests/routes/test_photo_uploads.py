"""Photos in parts: announced, sent, repeated, cut off, refused; what is then in the ledger and on disk."""

from __future__ import annotations

import errno
import io
import os
import threading
import uuid
from collections import namedtuple
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select, update

from app.domain.photos import MOST_BYTES, MOST_OF_CHECK_IN
from app.errors import Unavailable
from app.store import tables as t
from app.store.moments import now
from app.store.photouploads import KEPT, sweep
from tests.domain.test_photos import png_of
from tests.routes.uploading import (
    PART,
    SITE,
    TUS,
    UPLOADS,
    announced,
    begin,
    check_in,
    jpeg,
    noisy,
    send,
    sha,
    upload,
)
from tests.support.people import signed_in, staffed

HOMES = "06-1"
NEAR = {"lon": 116.42384, "lat": 35.421275, "accuracy_m": 8, "source": "device"}


@pytest.fixture(scope="module")
def desk(both_engines_module):
    with staffed(both_engines_module) as client:
        client.data = both_engines_module.data
        yield client


@pytest.fixture
def inspector(desk):
    return signed_in(desk, "inspector")


@pytest.fixture
def visit(inspector) -> str:
    return check_in(inspector)


def photos_of(desk, inspection: str) -> list:
    with desk.app.state.live.database.read() as connection:
        query = select(t.photo).where(t.photo.c.inspection_id == inspection).order_by(t.photo.c.change_id)
        return connection.execute(query).all()


def row_of(desk, ident: str):
    with desk.app.state.live.database.read() as connection:
        return connection.execute(select(t.photo_upload).where(t.photo_upload.c.id == ident)).first()


def parts_of(desk, ident: str) -> list[str]:
    folder = desk.data / "incoming" / ident
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_photo_in_parts_each_sent_twice(desk, inspector, visit):
    raw, ident = noisy(), str(uuid.uuid4())
    taken = now()
    told = {
        "original_sha256": sha(b"the original"),
        "exif": {
            "taken_at": "2023:07:14 09:30:00",
            "offset": "+08:00",
            "lon": 1,
            "lat": "?",
            "camera": "C\0",
        },
        "position": NEAR | {"at": taken.isoformat()},
        "device_at": taken.isoformat(),
    }
    headers = announced(raw, visit, ident, **told)
    first, again = inspector.post(UPLOADS, headers=headers), inspector.post(UPLOADS, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    address = f"{UPLOADS}/{ident}"
    for one in (first, again):
        assert one.headers["location"] == address and one.headers["tus-resumable"] == "1.0.0"
        assert one.headers["upload-offset"] == "0" and one.json()["state"] == "partial"
    third = len(raw) // 3
    for start, end in ((0, third), (third, 2 * third)):
        sent = send(inspector, address, raw[start:end], start)
        assert (sent.status_code, sent.headers["upload-offset"]) == (204, str(end))
        twice = send(inspector, address, raw[start:end], start)
        assert (twice.status_code, twice.headers["upload-offset"]) == (409, str(end))
        assert twice.json()["detail"].startswith(f"服务器已有前 {end} 字节")
        asked = inspector.head(address, headers=TUS)
        assert (asked.status_code, asked.headers["upload-offset"]) == (200, str(end))
        assert (asked.headers["upload-length"], asked.headers["cache-control"]) == (str(len(raw)), "no-store")
    assert photos_of(desk, visit) == [] and len(parts_of(desk, ident)) == 2
    for _ in range(2):  # the answer to the last part may be lost, too
        last = send(inspector, address, raw[2 * third :], 2 * third)
        assert (last.status_code, last.headers["upload-state"]) == (204, "complete")
        assert last.headers["upload-offset"] == str(len(raw))
    assert inspector.post(UPLOADS, headers=headers).json()["state"] == "complete"
    (row,) = photos_of(desk, visit)
    assert (row.id, row.sent_sha256, row.original_sha256) == (ident, sha(raw), sha(b"the original"))
    assert (row.lon, row.accuracy_m, row.position_source) == (NEAR["lon"], 8, "device")
    assert row.device_at == row.position_at == taken
    said = {"taken_at": "2023-07-14T09:30:00", "offset": "+08:00", "lon": None, "lat": None, "camera": "C"}
    assert row.exif == said | {"source": "phone"}
    assert row.verdict == "doubtful"
    assert [one["code"] for one in row.verdict_facts["reasons"]] == ["exif_time", "sketched"]
    told = inspector.get(address).json()
    assert (told["state"], told["sha256"], told["offset"]) == ("complete", sha(raw), len(raw))
    assert (told["photo"]["verdict"], told["photo"]["presence_label"]) == ("doubtful", "存疑")
    assert told["photo"]["taken_at"] == "2023-07-14T09:30:00+08:00"
    shown = inspector.get(told["photo"]["photo"])
    assert Image.open(io.BytesIO(shown.content)).size == (1200, 900)
    assert parts_of(desk, ident) == []
    listed = inspector.get(f"/api/inspections?subject={SITE}").json()["inspections"]
    assert next(one for one in listed if one["id"] == visit)["photos"][0]["id"] == ident


def test_the_files_own_exif_counts_and_the_place_decides(desk, inspector, visit):
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = 6, "K40"
    taken = now()
    local = taken.astimezone().strftime("%Y:%m:%d %H:%M:%S")
    offset = taken.astimezone().isoformat()[-6:]
    exif.get_ifd(0x8769).update({0x9003: local, 0x9011: offset})
    degrees = ((116.0, 25.0, 25.8), (35.0, 25.0, 16.6))
    exif.get_ifd(0x8825).update({1: "N", 2: degrees[1], 3: "E", 4: degrees[0]})
    raw = jpeg(size=(400, 300), exif=exif)
    said = {"taken_at": "2001-01-01T00:00:00", "lon": 1.0, "lat": 1.0}
    upload(inspector, raw, visit, position=NEAR, device_at=taken.isoformat(), exif=said)
    (row,) = photos_of(desk, visit)
    assert row.exif["source"] == "file" and row.exif["camera"] == "K40"
    assert (round(row.exif["lon"], 5), round(row.exif["lat"], 5)) == (116.42383, 35.42128)
    assert (row.width, row.height) == (300, 400)
    assert row.verdict == "at_site" and row.verdict_facts["exif_distance_m"] < 20
    image = Image.open(io.BytesIO(inspector.get(f"/photos/{row.id}.jpg").content))
    assert not dict(image.getexif()) and "exif" not in image.info
    upload(inspector, jpeg("white"), visit)
    assert photos_of(desk, visit)[1].verdict == "no_position"


def test_a_picture_used_before_is_doubtful(desk, inspector, visit):
    raw, place = jpeg("yellow"), {"position": NEAR, "device_at": now().isoformat()}
    upload(inspector, raw, visit, original_sha256=sha(b"gallery"), **place)
    twice = upload(inspector, raw, visit, **place)  # the same check-in: one photo, and no doubt
    assert [one.verdict for one in photos_of(desk, visit)] == ["at_site"]
    assert twice["photo"]["id"] == photos_of(desk, visit)[0].id and twice["state"] == "complete"
    other = check_in(inspector)
    upload(inspector, raw, other, **place)
    upload(inspector, jpeg("ivory"), other, original_sha256=sha(b"gallery"), **place)
    upload(inspector, jpeg("plum"), other, original_sha256=sha(b"camera"), **place)
    same, scaled, fresh = photos_of(desk, other)
    assert (same.verdict, scaled.verdict, fresh.verdict) == ("doubtful", "doubtful", "at_site")
    for one in (same, scaled):
        (reason,) = [found for found in one.verdict_facts["reasons"] if found["code"] == "reused"]
        assert (reason["record"], reason["subject"]) == (visit, SITE)


def test_who_may_and_what_must_be_said(desk, inspector, visit):
    raw = jpeg("navy")
    headers = announced(raw, visit)
    address = begin(inspector, raw, visit)
    assert desk.post(UPLOADS, headers=headers).status_code == 401
    assert desk.get(address).status_code == 401
    assert signed_in(desk, "lead_unit").post(UPLOADS, headers=headers).status_code == 403
    other = signed_in(desk, "supervision")
    assert other.get(address).status_code == send(other, address, raw, 0).status_code == 404
    ident = address.rpartition("/")[2]
    assert other.post(UPLOADS, headers=announced(raw, visit, ident)).status_code == 409
    assert inspector.post(UPLOADS, headers=announced(jpeg("teal"), visit, ident)).status_code == 409
    bare = signed_in(desk, "inspector")
    bare.headers.pop("x-csrf-token")
    assert bare.post(UPLOADS, headers=headers).status_code == 403
    assert send(bare, address, raw, 0).status_code == 403
    assert inspector.post(UPLOADS, headers=announced(raw, str(uuid.uuid4()))).status_code == 404
    assert inspector.get(f"{UPLOADS}/{uuid.uuid4()}").status_code == 404
    assert inspector.get(f"{UPLOADS}/..%2f..").status_code == 404
    homes = check_in(other, HOMES)
    protected = other.post(UPLOADS, headers=announced(raw, homes))
    assert protected.status_code == 409 and "不接收照片" in protected.json()["detail"]
    old = inspector.post(UPLOADS, headers=headers | {"tus-resumable": "0.2.2"})
    assert (old.status_code, old.headers["tus-version"]) == (412, "1.0.0")
    heavy = inspector.post(UPLOADS, headers=headers | {"upload-length": str(MOST_BYTES + 1)})
    assert heavy.status_code == 413 and "25 MB" in heavy.json()["detail"]
    for wrong in ({"upload-length": "x"}, {"upload-length": "0"}, {"upload-metadata": "about !"}):
        assert inspector.post(UPLOADS, headers=headers | wrong).status_code == 400
    faulty = inspector.post(UPLOADS, headers=announced(raw, "x", "y", sha256="z"))
    assert {one["parameter"] for one in faulty.json()["errors"]} == {"id", "inspection", "sha256"}
    odd = inspector.patch(address, content=raw, headers=TUS | {"upload-offset": "0"})
    assert odd.status_code == 415
    odd = inspector.patch(address, content=raw, headers=TUS | {"upload-offset": "-1", "content-type": PART})
    assert odd.status_code == 400
    over = send(inspector, address, raw + b"x", 0)
    assert (over.status_code, over.headers["upload-offset"]) == (413, "0")
    understood = inspector.options(UPLOADS)
    assert (understood.status_code, understood.headers["tus-extension"]) == (204, "creation")
    assert understood.headers["tus-max-size"] == str(MOST_BYTES)
    assert photos_of(desk, visit) == []
    assert send(inspector, address, raw, 0).status_code == 204


def test_what_arrived_wrong_is_sent_again(desk, inspector, visit):
    raw = jpeg("olive")
    address = begin(inspector, raw, visit)
    wrong = send(inspector, address, b"\0" * len(raw), 0)
    assert (wrong.status_code, wrong.headers["upload-offset"]) == (460, "0")
    assert wrong.json()["type"] == "/problems/wrong-checksum"
    assert photos_of(desk, visit) == []
    assert send(inspector, address, raw, 0).status_code == 204
    assert len(photos_of(desk, visit)) == 1


@pytest.mark.parametrize(
    ("raw", "status", "kind"),
    [
        (b"<svg onload='alert(1)'/>", 415, "no-picture"),
        (jpeg("lime")[:-200], 415, "no-picture"),
        (png_of(7746, 7746), 422, "too-many-pixels"),
    ],
    ids=["no picture", "truncated", "bomb"],
)
def test_what_is_no_photo_is_refused_for_good(desk, inspector, visit, raw, status, kind):
    ident = str(uuid.uuid4())
    address = begin(inspector, raw, visit, ident, name="IMG_1.jpg")
    answers = [send(inspector, address, raw, 0) for _ in range(2)]
    answers.append(inspector.post(UPLOADS, headers=announced(raw, visit, ident)))
    for one in answers:
        assert (one.status_code, one.headers["upload-state"]) == (status, "refused")
        assert one.headers["content-type"] == "application/problem+json"
        assert one.json()["type"] == f"/problems/{kind}" and "IMG_1.jpg" in one.json()["detail"]
    told = inspector.get(address, headers={"accept-language": "en"}).json()
    assert (told["state"], told["photo"], told["problem"]["status"]) == ("refused", None, status)
    assert told["problem"]["detail"].startswith("“IMG_1.jpg” ")
    assert photos_of(desk, visit) == [] and parts_of(desk, ident) == []


def test_a_check_in_has_nine(desk, inspector, visit):
    waiting = begin(inspector, jpeg("black"), visit)
    for n in range(MOST_OF_CHECK_IN):
        upload(inspector, jpeg(size=(50 + n, 40)), visit)
    tenth = inspector.post(UPLOADS, headers=announced(jpeg("pink"), visit))
    assert tenth.status_code == 409 and "最多 9 张" in tenth.json()["detail"]
    late = send(inspector, waiting, jpeg("black"), 0)
    assert (late.status_code, late.headers["upload-state"]) == (409, "refused")
    assert len(photos_of(desk, visit)) == MOST_OF_CHECK_IN


def test_the_other_way_in_is_the_same_photo(desk, inspector, visit):
    raw, ident = jpeg("cyan"), str(uuid.uuid4())
    files = {"photo": ("a.jpg", raw, "image/jpeg")}
    by_form = inspector.post(f"/api/inspections/{visit}/photos", data={"id": ident}, files=files)
    assert by_form.status_code == 201, by_form.text
    known = inspector.post(UPLOADS, headers=announced(raw, visit, ident))
    assert (known.status_code, known.json()["state"]) == (201, "complete")
    other = str(uuid.uuid4())
    assert upload(inspector, jpeg("gold"), visit, other)["state"] == "complete"
    files = {"photo": ("b.jpg", jpeg("gold"), "image/jpeg")}
    again = inspector.post(f"/api/inspections/{visit}/photos", data={"id": other}, files=files)
    assert (again.status_code, again.json()["id"]) == (201, other)
    assert len(photos_of(desk, visit)) == 2
    taken = inspector.post(UPLOADS, headers=announced(jpeg("gold"), check_in(inspector), other))
    assert taken.status_code == 409


def test_two_at_once_make_one_photo(desk, inspector, visit):
    raw, ident = noisy(400, 300), str(uuid.uuid4())
    address = begin(inspector, raw, visit, ident)
    answers = []

    def go() -> None:
        person = signed_in(desk, "inspector")
        answers.append(send(person, address, raw, 0).status_code)
        answers.append(person.get(address).json()["state"])

    threads = [threading.Thread(target=go) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert set(answers) <= {204, 409, "partial", "complete"} and 204 in answers
    assert inspector.get(address).json()["state"] == "complete"
    assert len(photos_of(desk, visit)) == 1 and parts_of(desk, ident) == []


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_everything_as_it_was(desk, inspector, visit, monkeypatch):
    raw, ident = jpeg("brown"), str(uuid.uuid4())
    address = begin(inspector, raw, visit, ident)
    half = len(raw) // 2
    assert send(inspector, address, raw[:half], 0).status_code == 204
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        no = send(inspector, address, raw[half:], half)
        assert (no.status_code, no.headers["upload-offset"], no.headers["retry-after"]) == (
            507,
            str(half),
            "5",
        )
        assert no.json()["type"] == "/problems/full" and "已满" in no.json()["detail"]
    assert parts_of(desk, ident) == ["0000000000"]
    with monkeypatch.context() as broken:  # the parts are there, and then there is no room for the photo
        broken.setattr("app.store.blobs.write_whole", full)
        assert send(inspector, address, raw[half:], half).status_code == 507
        assert inspector.get(address).status_code == 507
    assert photos_of(desk, visit) == []
    assert inspector.get(address).json()["state"] == "complete"
    assert len(photos_of(desk, visit)) == 1
    usage = namedtuple("usage", "total used free")(10, 10, 0)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    other = str(uuid.uuid4())
    assert inspector.post(UPLOADS, headers=announced(jpeg("tan"), visit, other)).status_code == 507
    assert row_of(desk, other) is None


@pytest.mark.parametrize("asked", ["get", "head", "post", "patch"])
def test_what_was_cut_off_before_the_commit_is_made_up_for(desk, inspector, asked, monkeypatch):
    visit = check_in(inspector)
    raw, ident = jpeg("gray"), str(uuid.uuid4())
    address = begin(inspector, raw, visit, ident)
    with monkeypatch.context() as broken:
        broken.setattr("app.routes.photouploads.write_as", full)
        assert send(inspector, address, raw, 0).status_code == 500
        assert inspector.head(address).status_code == 500
    assert photos_of(desk, visit) == [] and row_of(desk, ident).photo_id is None
    if asked == "post":
        answer = inspector.post(UPLOADS, headers=announced(raw, visit, ident))
    elif asked == "patch":
        answer = send(inspector, address, b"", len(raw))
    else:
        answer = inspector.request(asked, address)
    assert answer.headers["upload-state"] == "complete"
    assert len(photos_of(desk, visit)) == 1 and parts_of(desk, ident) == []


def test_while_the_store_is_away_nothing_is_acknowledged(desk, inspector, visit, monkeypatch):
    raw = jpeg("khaki")
    address = begin(inspector, raw, visit)

    def away(*_: object) -> None:
        raise Unavailable("照片存储暂时无法访问。", "The store is away.")

    with monkeypatch.context() as broken:
        broken.setattr(desk.app.state.live.blobs, "put", away)
        answer = send(inspector, address, raw, 0)
        assert (answer.status_code, answer.headers["upload-state"]) == (503, "partial")
        assert answer.headers["upload-offset"] == str(len(raw))
    assert photos_of(desk, visit) == []
    assert send(inspector, address, b"", len(raw)).status_code == 204
    assert len(photos_of(desk, visit)) == 1


def test_only_what_nobody_needs_is_swept(desk, inspector, visit):
    source = desk.app.state.live
    raw, old = jpeg("maroon"), (now() - KEPT - timedelta(days=1))
    half = raw[: len(raw) // 2]
    kept, stale, lively, whole = (str(uuid.uuid4()) for _ in range(4))
    for ident in (kept, stale, lively, whole):
        address = begin(inspector, raw, visit, ident)
        send(inspector, address, half, 0)
    rest = desk.data / "incoming" / whole / f"{len(half):010d}"  # all there, and the server died
    rest.write_bytes(raw[len(half) :])
    with source.database.write() as connection:
        aged = t.photo_upload.c.id.in_([stale, lively, whole])
        connection.execute(update(t.photo_upload).where(aged).values(created_at=old))
    for ident in (kept, stale, whole):
        for path in (desk.data / "incoming" / ident).iterdir():
            os.utime(path, (old.timestamp(), old.timestamp()))
    assert sweep(source) == 1
    assert [bool(parts_of(desk, one)) for one in (kept, stale, lively, whole)] == [True, False, True, True]
    assert inspector.get(f"{UPLOADS}/{whole}").json()["state"] == "complete"
    again = send(inspector, f"{UPLOADS}/{stale}", raw, 0)  # who comes back after all begins anew
    assert again.status_code == 204
