"""Vendoring: only listed files, stamps and hashes that notice every change, and no half-made folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from scripts import _vendor
from scripts._vendor import VendorError, assemble, cleaned, is_current, listing, target_name, wanted

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = {"leaflet": ["dist/leaflet.js", "dist/images/layers.png", "LICENSE"]}


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """A node_modules with one package."""
    package = tmp_path / "node_modules/leaflet"
    (package / "dist/images").mkdir(parents=True)
    (package / "package.json").write_text('{"version": "1.9.4", "license": "BSD-2-Clause"}')
    (package / "dist/leaflet.js").write_text("var L = 1;\n//# sourceMappingURL=leaflet.js.map\n")
    (package / "dist/leaflet.js.map").write_text("{}")
    (package / "dist/images/layers.png").write_bytes(b"\x89PNG\r\n//# sourceMappingURL=x")
    (package / "LICENSE").write_text("BSD")
    return package.parent


def names_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_listed_files_and_no_others_are_copied(modules: Path, tmp_path: Path) -> None:
    place = tmp_path / "static/vendor"
    assemble(modules, FILES, place, "stamp")
    assert names_in(place) == [
        "leaflet/LICENSE",
        "leaflet/images/layers.png",
        "leaflet/leaflet.js",
        "manifest.json",
    ]
    assert names_in(tmp_path / "static") == [f"vendor/{name}" for name in names_in(place)]
    manifest = json.loads((place / "manifest.json").read_text())
    assert manifest["packages"] == {"leaflet": {"version": "1.9.4", "license": "BSD-2-Clause"}}
    assert manifest["files"]["leaflet/leaflet.js"] == hashlib.sha256(b"var L = 1;\n").hexdigest()


def test_the_old_folder_is_replaced_as_a_whole(modules: Path, tmp_path: Path) -> None:
    place = tmp_path / "vendor"
    (place / "gone").mkdir(parents=True)
    (place / "gone/old.js").write_text("old")
    assemble(modules, FILES, place, "stamp")
    assert "gone/old.js" not in names_in(place)
    assert is_current(place, "stamp")


def test_a_missing_file_leaves_the_old_folder_alone(modules: Path, tmp_path: Path) -> None:
    place = tmp_path / "vendor"
    assemble(modules, FILES, place, "first")
    with pytest.raises(VendorError, match=r"leaflet 1\.9\.4 has no file dist/none\.js"):
        assemble(modules, {"leaflet": ["LICENSE", "dist/none.js"]}, place, "second")
    assert is_current(place, "first")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".vendor-")] == []


def test_every_kind_of_change_is_noticed(modules: Path, tmp_path: Path) -> None:
    place = tmp_path / "vendor"
    assert not is_current(place, "stamp")
    assemble(modules, FILES, place, "stamp")
    assert is_current(place, "stamp")
    assert not is_current(place, "another stamp")
    script = place / "leaflet/leaflet.js"
    content = script.read_bytes()
    script.write_bytes(content + b" ")
    assert not is_current(place, "stamp")
    script.unlink()
    assert not is_current(place, "stamp")
    script.write_bytes(content)
    assert is_current(place, "stamp")
    (place / "manifest.json").write_text("[")
    assert not is_current(place, "stamp")
    (place / "manifest.json").write_text("[]")
    assert not is_current(place, "stamp")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("a.js", b"f();\n//# sourceMappingURL=a.js.map", b"f();\n"),
        ("a.js", b"f();//# sourceMappingURL=a.js.map\n", b"f();\n"),
        ("a.css", b"a{}\n\n/*# sourceMappingURL=a.css.map*/\n", b"a{}\n"),
        ("a.js", b"x='//# sourceMappingURL=a';\nf();\n", b"x='//# sourceMappingURL=a';\nf();\n"),
        ("LICENSE", b"see\n//# sourceMappingURL=a", b"see\n//# sourceMappingURL=a"),
    ],
)
def test_only_the_closing_reference_to_a_source_map_goes(name: str, before: bytes, after: bytes) -> None:
    assert cleaned(name, before) == after


def test_the_stamp_follows_the_lock_and_the_list(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    names = ("package.json", "package-lock.json", "scripts/vendor.json", "scripts/_vendor.py")
    for name in names:
        (tmp_path / name).write_text(name)
    stamps = {wanted(tmp_path)}
    for name in names:
        (tmp_path / name).write_text(name + " changed")
        stamps.add(wanted(tmp_path))
    assert len(stamps) == 5


def test_the_list_of_this_project_names_each_target_once() -> None:
    for part in ("server", "tests"):
        for package, names in listing(ROOT, part).items():
            targets = [target_name(name) for name in names]
            assert len(targets) == len(set(targets)), package
            assert any("LICENSE" in name for name in names), f"{package} comes without its licence"


@pytest.mark.parametrize(
    ("version", "usable"), [("11.19.1", True), ("9.2.0", True), ("8.5.1", False), ("?", False)]
)
def test_an_old_or_broken_npm_is_not_used(
    version: str, usable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = tmp_path / "npm"
    npm.write_text(f"#!/bin/sh\necho '{version}'\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (_vendor.npm_on_path() is not None) is usable


def test_npm_that_fails_is_told_and_nothing_is_replaced(
    modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "project"
    (root / "scripts").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "scripts/vendor.json", "scripts/_vendor.py"):
        (root / name).write_bytes((ROOT / name).read_bytes())
    assemble(modules, FILES, root / "app/static/vendor", "old")
    monkeypatch.setattr(_vendor, "find_npm", lambda: ["false"])
    with pytest.raises(VendorError, match="npm ended with code 1"):
        _vendor.fetch(root, ["server"])
    assert is_current(root / "app/static/vendor", "old")
