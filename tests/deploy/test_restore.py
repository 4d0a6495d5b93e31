"""deploy/backup.sh and deploy/restore.sh as an administrator runs them.

All that was acknowledged is there again, in a database made anew; nothing is overwritten, and what is missing
or damaged is told.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from starlette.testclient import TestClient

from app.main import create_app
from app.store.migrate import unguarded
from tests.routes.uploading import check_in, noisy, upload
from tests.support import pgroles
from tests.support.databases import Storage, storage
from tests.support.people import signed_in, staffed
from tests.support.server import ROOT, clean_environment
from tests.support.warm import warm
from tests.support.zones import settings_for

MORNING = "2023-07-14T08:00:00+08:00"  # of the demonstration's day
ANSWERS = ("/api/sites", "/api/items", "/api/subjects/20-1-01", "/api/coverage")


@dataclass(frozen=True)
class Kept:
    """A backup's folder, what the service answered when it was made, and its photo's address."""

    folder: Path
    storage: Storage
    answers: dict[str, object]
    photo: str
    picture: bytes


def run(script: str, place: Storage, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One of our scripts with the settings of a place; `more` are settings, too."""
    settings = {"MINSHENG_DATA": str(place.data)}
    if place.engine == "postgis":
        settings["MINSHENG_BACKUP_URL"] = pgroles.address(place)
    command = [str(ROOT / "deploy" / script), *words]
    environment = {**clean_environment(), "MINSHENG_PYTHON": sys.executable, **settings, **more}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def backup(place: Storage, target: Path) -> Path:
    """One more backup; its folder."""
    done = run("backup.sh", place, MINSHENG_BACKUP=str(target))
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def command(place: Storage, *words: str) -> subprocess.CompletedProcess[str]:
    return warm().run(words, {**clean_environment(), **place.env})


def answers_of(client: TestClient) -> dict[str, object]:
    reader = signed_in(client, "supervision")
    return {path: reader.get(path).json() for path in ANSWERS}


@pytest.fixture(scope="module", params=["sqlite", "postgis"])
def kept(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A backup made while the service runs, of a zone with a check-in and its photo."""
    target = tmp_path_factory.mktemp("backups")
    with (
        storage(request.param, tmp_path_factory.mktemp("before")) as place,
        staffed(place, demo=True) as client,
    ):
        inspector = signed_in(client, "inspector")
        photo = upload(inspector, noisy(), check_in(inspector, made_at=MORNING))["photo"]["photo"]
        yield Kept(backup(place, target), place, answers_of(client), photo, inspector.get(photo).content)


@contextmanager
def new_place(engine: str, folder: Path) -> Iterator[tuple[Storage, Storage]]:
    """An empty place as the guide makes it: reached by the owner of its tables, and by the service."""
    folder.mkdir()
    with storage(engine, folder) as place:
        if engine == "sqlite":
            yield place, place
            return
        assert place.url
        with pgroles.login(place, of="minsheng_app") as owner, pgroles.login(place, of="minsheng_app") as web:
            with psycopg.connect(pgroles.address(place), autocommit=True) as admin:
                name = sql.Identifier(pgroles.name_of(owner))
                admin.execute(sql.SQL("CREATE SCHEMA minsheng AUTHORIZATION {}").format(name))
            yield owner, web


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def restored(kept: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Storage, Storage]]:
    """A new place after restore.sh."""
    with new_place(kept.storage.engine, tmp_path_factory.mktemp("after") / "data") as (owner, web):
        done = run("restore.sh", owner, str(kept.folder), **web.env)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 photos, all there and unharmed" in done.stdout
        yield owner, web


def test_all_that_was_acknowledged_is_there_again(kept, restored):
    _, web = restored
    with TestClient(create_app(settings_for(web)), follow_redirects=False) as client:
        assert unguarded(client.app.state.live.database) is None
        assert answers_of(client) == kept.answers
        inspector = signed_in(client, "inspector")
        assert inspector.get(kept.photo).content == kept.picture
        upload(inspector, noisy(seed=2), check_in(inspector, made_at=MORNING))  # and it goes on
    told = command(web, "check")
    assert (told.returncode, "2 photos, all there" in told.stdout) == (0, True), told.stdout + told.stderr


def test_nothing_is_overwritten(kept, restored):
    owner, web = restored
    shown = command(web, "check").stdout
    before = files(owner.data)
    again = run("restore.sh", owner, str(kept.folder), **web.env)
    assert (again.returncode, "未改动任何内容" in again.stderr) == (1, True), again.stderr
    assert files(owner.data) == before
    assert command(web, "check").stdout == shown


def test_a_folder_that_is_no_backup_changes_nothing(kept, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with new_place(kept.storage.engine, tmp_path / "after") as (owner, _):
        told = run("restore.sh", owner, str(empty))
        assert (told.returncode, "未改动任何内容" in told.stderr) == (1, True), told.stderr
        assert files(owner.data) == []
        assert run("restore.sh", owner).returncode == 1


def test_what_is_missing_or_damaged_is_told(kept, restored):
    _, web = restored
    photo = next(path for path in (web.data / "photos").rglob("*.jpg") if not path.stem.endswith("-small"))
    thumbnail = photo.with_name(f"{photo.stem}-small.jpg")
    whole = {path: path.read_bytes() for path in (photo, thumbnail)}
    photo.write_bytes(whole[photo][:-9] + bytes(9))
    thumbnail.write_bytes(whole[thumbnail][:500])
    damaged = command(web, "check")
    photo.unlink()
    missing = command(web, "check")
    for path, raw in whole.items():
        path.write_bytes(raw)
    assert (damaged.returncode, missing.returncode, command(web, "check").returncode) == (1, 1, 0)
    assert "损坏的照片文件 · photo files damaged: 2" in damaged.stderr
    assert damaged.stderr.count(photo.stem) == 2
    assert "缺少的照片文件 · photo files missing: 1" in missing.stderr


def test_the_next_backup_links_the_photos_and_old_ones_go(kept, tmp_path):
    target = tmp_path / "backups"
    first = backup(kept.storage, target)
    first = first.rename(target / "20010101T000000")
    second = backup(kept.storage, target)
    photos = [next((folder / "photos").rglob("*-small.jpg")) for folder in (first, second)]
    assert photos[0].stat().st_ino == photos[1].stat().st_ino
    os.utime(first, (0, 0))
    second = second.rename(target / "20010102T000000")
    third = backup(kept.storage, target)
    assert sorted(path.name for path in target.iterdir() if path.is_dir()) == [second.name, third.name]
