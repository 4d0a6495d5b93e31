"""Photos: uploaded, kept without metadata, shown to people who are signed in, and nobody else."""

from __future__ import annotations

import hashlib
import io
import os
import uuid
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from app.domain.photos import MOST_PHOTOS
from app.store import tables as t
from app.store.photos import photo_file
from tests.support.people import signed_in, staffed

SITE = "20-2-02"


def jpeg(colour: str = "red", size: tuple[int, int] = (640, 400), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", **options)
    return out.getvalue()


@pytest.fixture
def desk(both_engines):
    with staffed(both_engines, demo=True) as client:
        client.data = both_engines.data
        yield client


@pytest.fixture
def report(desk) -> str:
    """A report of this week, filed through the API."""
    lead = signed_in(desk, "lead_unit")
    body = {"id": str(uuid.uuid4()), "subject": SITE, "week": "2023-W28", "percent": 90}
    answer = lead.post("/api/reports", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def add(person, report: str, raw: bytes, ident: str | None = None, name: str = "a.jpg"):
    files = {"photo": (name, raw, "application/octet-stream")}
    data = {"id": ident or str(uuid.uuid4())}
    return person.post(f"/api/reports/{report}/photos", data=data, files=files)


def rows(client) -> list:
    with client.app.state.live.database.read() as connection:
        return connection.execute(select(t.photo).order_by(t.photo.c.change_id)).all()


def files_of(client) -> list[Path]:
    return sorted(path for path in (client.data / "photos").rglob("*") if path.is_file())


def test_a_photo_is_kept_small_upright_and_bare(desk, report):
    lead = signed_in(desk, "lead_unit")
    exif = Image.Exif()
    exif[0x0112] = 6  # held sideways
    exif.get_ifd(0x8825).update({1: "N", 2: (35.0, 24.0, 0.0), 3: "E", 4: (116.0, 25.0, 0.0)})
    answer = add(lead, report, jpeg(size=(4000, 3000), exif=exif), name="C:\\Users\\某人\\现场.JPG")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["width"], told["height"], told["report"]) == (1920, 2560, report)
    (row,) = rows(desk)
    assert row.id == told["id"] and row.report_id == report and row.sample
    whole, small = lead.get(told["photo"]), lead.get(told["small"])
    for shown, longest in ((whole, 2560), (small, 480)):
        assert shown.status_code == 200
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert shown.headers["cache-control"].startswith("private, max-age=31536000")
        image = Image.open(io.BytesIO(shown.content))
        assert max(image.size) == longest and not dict(image.getexif())
    assert hashlib.sha256(whole.content).hexdigest() == row.sha256
    assert row.size_bytes == len(whole.content)
    names = {path.relative_to(desk.data / "photos").as_posix() for path in files_of(desk)}
    assert names == {f"{row.sha256[:2]}/{row.sha256}{end}.jpg" for end in ("", "-small")}


def test_only_people_who_are_signed_in_see_photos(desk, report):
    lead = signed_in(desk, "lead_unit")
    told = add(lead, report, jpeg()).json()
    for address in (told["photo"], told["small"]):
        assert desk.get(address).status_code == 401
        for name in ("viewer", "supervision", "leader", "inspector", "other_unit", "supporting_unit"):
            assert signed_in(desk, name).get(address).status_code == 200
    for address in ("/photos/x.jpg", f"/photos/{uuid.uuid4()}.jpg", "/photos/..%2f..%2fminsheng.sqlite.jpg"):
        assert lead.get(address).status_code == 404
    photo_file(desk.data, rows(desk)[0].sha256).unlink()
    gone = lead.get(told["photo"])
    assert gone.status_code == 404 and "照片文件不在" in gone.json()["detail"]


def test_only_the_unit_that_leads_adds_photos(desk, report):
    for name in ("other_unit", "viewer", "supporting_unit", "supervision", "administrator"):
        assert add(signed_in(desk, name), report, jpeg()).status_code == 403, name
    lead = signed_in(desk, "lead_unit")
    lead.headers.pop("x-csrf-token")
    assert add(lead, report, jpeg()).status_code == 403
    assert add(signed_in(desk, "lead_unit"), str(uuid.uuid4()), jpeg()).status_code == 404
    assert rows(desk) == []


def test_sent_again_it_is_one_photo(desk, report):
    lead, ident = signed_in(desk, "lead_unit"), str(uuid.uuid4())
    first, second = add(lead, report, jpeg(), ident), add(lead, report, jpeg(), ident)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert first.json()["id"] == ident
    assert add(lead, report, jpeg(), str(uuid.uuid4())).json()["id"] == ident  # the very same picture
    assert len(rows(desk)) == 1
    used = add(lead, report, jpeg("blue"), ident)
    assert used.status_code == 409
    assert len(rows(desk)) == 1


def test_a_report_has_room_for_a_dozen(desk, report):
    lead = signed_in(desk, "lead_unit")
    for n in range(MOST_PHOTOS):
        assert add(lead, report, jpeg(size=(40 + n, 30))).status_code == 201
    answer = add(lead, report, jpeg("green"))
    assert answer.status_code == 409 and "12" in answer.json()["detail"]
    assert len(rows(desk)) == MOST_PHOTOS


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<script>alert(1)</script>",
        jpeg()[:300],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        b"GIF89a" + b"\0" * 50,
    ],
    ids=["empty", "script", "truncated", "no png", "gif"],
)
def test_what_is_no_picture_leaves_nothing(desk, report, raw):
    answer = add(signed_in(desk, "lead_unit"), report, raw, name="../../../etc/passwd.jpg")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["value"] == "passwd.jpg" and error["allowed"]["formats"] == ["JPEG", "PNG", "WEBP", "HEIF"]
    assert rows(desk) == []
    assert not (desk.data / "photos").exists()


def test_forms_without_a_photo_or_number_are_told_so(desk, report):
    lead = signed_in(desk, "lead_unit")
    answer = lead.post(f"/api/reports/{report}/photos", data={"id": "x"})
    assert answer.status_code == 400
    assert {error["parameter"] for error in answer.json()["errors"]} == {"id", "photo"}
    assert lead.post(f"/api/reports/{report}/photos", json={"id": "x"}).status_code == 400


def test_the_file_is_there_before_the_row(desk, report, monkeypatch):
    """When the disk refuses, nothing is committed; when the database does, the file is no harm."""
    lead = signed_in(desk, "lead_unit")
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", _refuse)
        answer = add(lead, report, jpeg())
        assert answer.status_code == 503 and "未保存" in answer.json()["detail"]
    assert rows(desk) == []
    assert files_of(desk) == []  # not even half of one
    with monkeypatch.context() as broken:
        broken.setattr("app.store.photos.insert", _refuse)
        assert add(lead, report, jpeg()).status_code == 500
    assert rows(desk) == []
    assert len(files_of(desk)) == 2
    assert add(lead, report, jpeg()).status_code == 201
    assert len(files_of(desk)) == 2


def _refuse(*_: object) -> None:
    raise OSError("No space left on device")


def test_the_audit_says_who_added_it(desk, report):
    lead = signed_in(desk, "lead_unit")
    ident = add(lead, report, jpeg()).json()["id"]
    database = desk.app.state.live.database
    with database.read() as connection:
        row = connection.execute(select(t.change).where(t.change.c.request_id == ident)).one()
    assert (row.action, row.by, row.subject_code) == ("photo", "建设 丁", SITE)
    assert row.after["report"] == report
    version = lead.get(f"/api/subjects/{SITE}").headers["etag"]
    add(lead, report, jpeg("blue"))
    assert lead.get(f"/api/subjects/{SITE}").headers["etag"] == version  # a photo is no new version


def test_where_a_reports_photo_was_taken_is_not_kept(desk, report):
    """The form says so; its hash is, so that the same picture is known when a check-in brings it."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (35.0, 24.0, 0.0), 3: "E", 4: (116.0, 25.0, 0.0)})
    raw = jpeg(exif=exif)
    told = add(signed_in(desk, "lead_unit"), report, raw).json()
    (row,) = rows(desk)
    assert (row.exif, row.lon, row.verdict, told["verdict"]) == (None, None, None, None)
    assert row.sent_sha256 == hashlib.sha256(raw).hexdigest()
