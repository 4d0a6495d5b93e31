"""The lock checks find every kind of hole in a lock, and have nothing to say about a whole one."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from scripts.checks._files import ROOT
from scripts.checks.locks import (
    missing_pins,
    package_lock_problems,
    problems_of,
    requirement_problems,
    unlisted_packages,
)

HASH = "--hash=sha256:" + "0a" * 32
GOOD = f"alembic==1.2.3 \\\n    {HASH} \\\n    {HASH}\nuvloop==0.2 ; sys_platform != 'win32' \\\n    {HASH}\n"
INTEGRITY = "sha512-" + "A" * 86 + "=="
PACKAGE: dict[str, Any] = {"dependencies": {"leaflet": "1.9.4"}, "devDependencies": {"axe-core": "4.14.1"}}
LOCK: dict[str, Any] = {
    "lockfileVersion": 3,
    "packages": {
        "": PACKAGE,
        "node_modules/leaflet": {"version": "1.9.4", "integrity": INTEGRITY},
        "node_modules/axe-core": {"version": "4.14.1", "integrity": INTEGRITY, "dev": True},
    },
}


def test_this_project_has_whole_locks() -> None:
    assert problems_of(ROOT) == []


def test_a_whole_requirements_lock_passes() -> None:
    assert requirement_problems(GOOD, "r.txt") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("alembic==1.2.3\n", "no sha256 hash: alembic==1.2.3"),
        (GOOD + "mako==1.0\n", "no sha256 hash: mako==1.0"),
        ("alembic==1.2.3 --hash=sha256:abc\n", "no sha256 hash"),
        (f"alembic>=1.2 {HASH}\n", "not pinned"),
        (f"alembic {HASH}\n", "not pinned"),
        (f"--index-url https://packages.test/simple\n{GOOD}", "names an index"),
        (f"-i packages.test\n{GOOD}", "names an index"),
        (f"--find-links=/opt/wheels\n{GOOD}", "names an index"),
        (f"alembic @ https://example.org/alembic.whl {HASH}\n", "names an index"),
    ],
)
def test_a_hole_in_a_requirements_lock_is_found(text: str, words: str) -> None:
    problems = requirement_problems(text, "r.txt")
    assert len(problems) == 1
    assert words in problems[0]


def test_what_is_asked_for_must_be_pinned() -> None:
    asked = "# comment\n-c other.txt\nAlembic\nuvloop; sys_platform != 'win32'\npsycopg[binary]>=3\n"
    assert missing_pins(asked, GOOD + f"psycopg==3.1 {HASH}\n", "r") == []
    assert missing_pins(asked, GOOD, "r") == ["r.txt: psycopg of r.in is missing: run scripts/lock"]


def test_a_whole_package_lock_passes() -> None:
    assert package_lock_problems(LOCK, PACKAGE) == []


def spoilt(change: Any) -> dict[str, Any]:
    lock = copy.deepcopy(LOCK)
    change(lock["packages"]["node_modules/leaflet"], lock)
    return lock


@pytest.mark.parametrize(
    ("lock", "words"),
    [
        (spoilt(lambda leaflet, _: leaflet.pop("integrity")), "leaflet has no sha512 integrity"),
        (spoilt(lambda leaflet, _: leaflet.update(integrity="sha1-abc=")), "leaflet has no sha512 integrity"),
        (spoilt(lambda leaflet, _: leaflet.update(resolved="https://example.org/l.tgz")), "download address"),
        (spoilt(lambda leaflet, _: leaflet.update(version="1.9.3")), "leaflet is not locked to 1.9.4"),
        (spoilt(lambda _, lock: lock["packages"].pop("node_modules/axe-core")), "axe-core is not locked"),
        (spoilt(lambda _, lock: lock.update(lockfileVersion=2)), "lockfileVersion 2"),
        (spoilt(lambda _, lock: lock["packages"][""].update(devDependencies={})), "other devDependencies"),
    ],
)
def test_a_hole_in_a_package_lock_is_found(lock: dict[str, Any], words: str) -> None:
    assert any(words in problem for problem in package_lock_problems(lock, PACKAGE))


def test_a_range_instead_of_a_version_is_found() -> None:
    package = {"dependencies": {"leaflet": "^1.9.4"}, "devDependencies": PACKAGE["devDependencies"]}
    assert any("not one exact version" in problem for problem in package_lock_problems(LOCK, package))


def test_vendored_packages_come_from_package_json() -> None:
    assert unlisted_packages({"server": {"leaflet": []}, "tests": {"axe-core": []}}, PACKAGE) == []
    assert unlisted_packages({"server": {"axe-core": []}}, PACKAGE)
