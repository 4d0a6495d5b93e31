"""Where photos are kept: one contract for files and for objects, and what happens while they are away.

The S3 side talks to a server of its own, made by other people (localbucket), over real connections.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from localbucket import S3Handler
from pydantic import ValidationError

from app.errors import Full, Refused, Unavailable
from app.settings import Settings
from app.store.blobs import Blobs, DiskBlobs, blobs_of, photo_name
from app.store.s3 import PROBE, S3Blobs
from tests.routes.uploading import UPLOADS, begin, check_in, jpeg, send, sha, upload
from tests.support.databases import storage
from tests.support.people import signed_in, staffed

NAME = photo_name(hashlib.sha256(b"x").hexdigest())
SECRET = "a secret that is never told"


class Objects:
    """An S3 server over a folder, which can go away and come back at the same port."""

    def __init__(self, root: Path) -> None:
        self.root, self.port, self.asked = root, 0, []
        (root / "photos").mkdir()
        self.start()

    def start(self) -> None:
        asked = self.asked

        open_ones = self.open_ones = set()

        class Handler(S3Handler):
            data_root = self.root

            def setup(self) -> None:
                super().setup()
                open_ones.add(self.connection)

            def finish(self) -> None:
                open_ones.discard(self.connection)
                with suppress(OSError):
                    super().finish()

            def log_message(self, *_: object) -> None:
                asked.append((self.command, self.path, self.headers.get("authorization") or ""))

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        for connection in list(self.open_ones):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def settings(self, **more: object) -> dict[str, object]:
        return {
            "photo_store": "s3",
            "s3_endpoint": f"http://127.0.0.1:{self.port}",
            "s3_bucket": "photos",
            "s3_key": "KEY",
            "s3_secret": SECRET,
            **more,
        }


@pytest.fixture
def objects(tmp_path) -> Iterator[Objects]:
    (tmp_path / "s3").mkdir()
    made = Objects(tmp_path / "s3")
    yield made
    made.stop()


@pytest.fixture(params=["disk", "s3"])
def blobs(request, tmp_path) -> Blobs:
    more = request.getfixturevalue("objects").settings() if request.param == "s3" else {}
    return blobs_of(Settings(data=tmp_path / "zone", **more))


def test_kept_read_kept_again_and_missing(blobs):
    blobs.check()
    assert blobs.read(NAME) is None
    blobs.put(NAME, b"a picture")
    blobs.put(NAME, b"a picture")
    assert blobs.read(NAME) == b"a picture"
    large = os.urandom(3_000_000)
    blobs.put("photos/large.jpg", large)
    assert blobs.read("photos/large.jpg") == large
    assert blobs.read("photos/other.jpg") is None


def test_files_are_whole_or_not_there(tmp_path, monkeypatch):
    disk = DiskBlobs(tmp_path)
    for number, error in ((errno.ENOSPC, Full), (errno.EDQUOT, Full), (errno.EIO, Unavailable)):
        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", _raises(OSError(number, "told by the system")))
            with pytest.raises(error, match="未保存"):
                disk.put(NAME, b"a picture")
        assert disk.read(NAME) is None
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    (tmp_path / "photos").rename(tmp_path / "gone")
    (tmp_path / "photos").write_bytes(b"")
    with pytest.raises(Unavailable):
        disk.put(NAME, b"a picture")


def _raises(error: Exception):
    def run(*_: object) -> None:
        raise error

    return run


def test_objects_are_signed_for_and_the_secret_is_not_told(objects, caplog):
    store = blobs_of(Settings(**objects.settings(s3_region="cn-north-1")))
    store.put(NAME, b"a picture")
    command, path, signed = objects.asked[-1]
    assert (command, path) == ("PUT", f"/photos/{NAME}")
    assert signed.startswith("AWS4-HMAC-SHA256 Credential=KEY/") and "/cn-north-1/s3/" in signed
    objects.stop()
    with caplog.at_level(logging.ERROR):
        for ask in (lambda: store.put(NAME, b"a picture"), lambda: store.read(NAME)):
            with pytest.raises(Unavailable, match="照片存储暂时无法访问"):
                ask()
        store.check()  # away for the moment: noted, and the service starts
    assert caplog.text.count(f"127.0.0.1:{objects.port}") >= 3 and SECRET not in caplog.text
    objects.start()
    assert store.read(NAME) == b"a picture"


def test_a_wrong_bucket_is_told_at_the_start(objects):
    store = blobs_of(Settings(**objects.settings(s3_bucket="other")))
    with pytest.raises(Refused, match="MINSHENG_S3_BUCKET") as refused:
        store.check()
    assert "NoSuchBucket" in refused.value.en and SECRET not in str(refused.value)
    with pytest.raises(Unavailable):  # not: there is no such photo
        store.read(NAME)
    good = S3Blobs.of(Settings(**objects.settings()))
    good.check()
    assert (objects.root / PROBE.replace("photos/", "photos/photos/")).is_file()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"s3_bucket": None, "s3_secret": None}, "MINSHENG_S3_BUCKET, MINSHENG_S3_SECRET"),
        ({"s3_endpoint": "127.0.0.1:9000"}, "MINSHENG_S3_ENDPOINT must be"),
        ({"s3_endpoint": "https://user:word@example.org"}, "MINSHENG_S3_ENDPOINT must be"),
        ({"photo_store": "ftp"}, "disk"),
    ],
)
def test_settings_that_cannot_work_are_refused(wrong, told):
    good = {"photo_store": "s3", "s3_endpoint": "https://example.org", "s3_bucket": "b"}
    good |= {"s3_key": "k", "s3_secret": SECRET}
    assert Settings(**good).s3_region == "us-east-1"
    with pytest.raises(ValidationError, match=told) as refused:
        Settings(**(good | wrong))
    assert SECRET not in str(refused.value)


@contextmanager
def service(engine: str, folder: Path, objects: Objects):
    """The application with its photos in the bucket."""
    with storage(engine, folder) as place, staffed(place, **objects.settings()) as client:
        client.data = place.data
        yield client


@pytest.mark.parametrize("engine", ["sqlite", "postgis"])
def test_photos_of_check_ins_in_a_bucket(engine, tmp_path, objects):
    (tmp_path / "zone").mkdir()
    with service(engine, tmp_path / "zone", objects) as desk:
        inspector = signed_in(desk, "inspector")
        visit, raw = check_in(inspector), jpeg()
        told = upload(inspector, raw, visit)["photo"]
        kept = sorted(path.name for path in (objects.root / "photos").rglob("*.jpg"))
        assert len(kept) == 2 and kept[0].endswith("-small.jpg")
        assert not (desk.data / "photos").exists()
        shown = inspector.get(told["photo"])
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
        assert sha(shown.content) + ".jpg" in kept
        assert desk.get(told["photo"]).status_code == 401
        objects.stop()  # while it is away nothing is acknowledged, and nothing is lost
        assert inspector.get(told["photo"]).status_code == 503
        blue = jpeg("blue")
        address = begin(inspector, blue, visit)
        answer = send(inspector, address, blue, 0)
        assert (answer.status_code, answer.headers["upload-state"]) == (503, "partial")
        assert inspector.head(address).status_code == 503
        form = {"photo": ("a.jpg", jpeg("green"), "image/jpeg")}
        by_form = inspector.post(
            f"/api/inspections/{visit}/photos", data={"id": address.rpartition("/")[2]}, files=form
        )
        assert by_form.status_code == 503
        objects.start()
        assert inspector.get(f"{UPLOADS}/{told['id']}").json()["state"] == "complete"
        assert inspector.get(address).json()["sha256"] == sha(blue)
        assert len(list((objects.root / "photos").rglob("*.jpg"))) == 4
