"""Wrong folders, addresses and variables are told in a sentence, without secrets, without a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.settings import ROOT, Settings
from tests.support.server import clean_environment


def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", *words]
    environment = {**clean_environment(), **env}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3c@r3t:pw@127.0.0.1:abc/x",
        "postgresql://u:s3cr3tpw@127.0.0.1:port/x",
        "mysql://u:s3cr3tpw@h/x",
        "postgresql://u:s3cr3tpw@127.0.0.1:1/x",
    ],
)
def test_a_wrong_database_address_never_shows_the_password(url):
    told = run("init", DATABASE_URL=url)
    assert told.returncode == 1
    assert "DATABASE_URL" in told.stderr
    for secret in ("s3c", "r3t", "pw@", "Traceback"):
        assert secret not in told.stdout + told.stderr


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:"])
def test_a_database_that_would_be_gone_at_once_is_refused(url):
    told = run("init", DATABASE_URL=url)
    assert (told.returncode, "DATABASE_URL" in told.stderr) == (1, True)


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    file = tmp_path / "file"
    file.write_text("no folder")
    for place in (file, file / "zone"):
        told = run("init", MINSHENG_DATA=str(place))
        assert (told.returncode, "Traceback" in told.stderr) == (1, False)
        assert str(file) in told.stderr
        assert "MINSHENG_DATA" in told.stderr
    assert file.read_text() == "no folder"


def test_empty_variables_are_as_if_unset(monkeypatch):
    for name in ("DATABASE_URL", "PORT", "MINSHENG_DATA", "MINSHENG_TODAY", "MINSHENG_OSM"):
        monkeypatch.setenv(name, "")
    chosen = Settings()
    assert (chosen.port, chosen.today, chosen.osm, chosen.database_url) == (8000, None, False, None)
    assert chosen.data == ROOT / "var" / "zone"
