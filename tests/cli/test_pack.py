"""`python -m app pack`: the same files as from the page, and a sentence for what cannot be compared."""

from __future__ import annotations

import subprocess

from starlette.testclient import TestClient

from tests.support.clients import client
from tests.support.databases import Storage, storage
from tests.support.people import signed_in
from tests.support.server import clean_environment
from tests.support.warm import warm

WEEK = "2023-W20"


def run(place: Storage, *words: object) -> subprocess.CompletedProcess[str]:
    environment = {**clean_environment(), **place.env, "COLUMNS": "200"}
    return warm().run(["pack", *map(str, words)], environment)


def test_the_command_makes_what_the_page_gives(tmp_path):
    with storage("sqlite", tmp_path) as place, client(place, demo=True) as page:
        out, name = tmp_path / "out", f"pack-2023-W28-against-{WEEK}"
        done = run(place, out, "--against", WEEK, "--town", "疃里镇")
        assert done.returncode == 0, done.stderr
        files = {file.name: file.read_bytes() for file in out.iterdir()}
        assert sorted(files)[-2:] == [f"{name}.pdf", f"{name}.xlsx"]
        assert f"{name}-01.png" in files
        assert f"{len(files)} " in done.stdout
        _same_as_page(page, files, name)
        for week, told in (("2023-W28", "2023-W27"), ("2022-W50", "2023-W"), ("last", "2023-W27")):
            refused = run(place, tmp_path / "no", "--against", week)
            assert refused.returncode != 0
            assert told in refused.stderr and "Traceback" not in refused.stderr
        assert not (tmp_path / "no").exists()


def _same_as_page(page: TestClient, files: dict[str, bytes], name: str) -> None:
    """Another process, the same data: the same bytes."""
    reader = signed_in(page, "supervision")
    for suffix in ("pdf", "xlsx"):
        assert reader.get(f"/pack.{suffix}?against={WEEK}&town=疃里镇").content == files[f"{name}.{suffix}"]
