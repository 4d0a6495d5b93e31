"""Locks: every package with its hash, no index, no download address, nothing left out that is asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from scripts.checks._files import ROOT, finish

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)")
ASKED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}(?= |$)")
INTEGRITY = re.compile(r"sha512-[A-Za-z0-9+/]{86}==")
LOCKS = ("requirements", "requirements-dev", "requirements-node")


def normal(name: str) -> str:
    """A package's name as indexes compare it: lower case, one dash for `-`, `_` and `.`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement_problems(text: str, file: str) -> list[str]:
    """What is wrong with a requirements lock."""
    problems = []
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if "://" in line or re.match(r"(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", line):
            problems.append(f"{file}: names an index or an address: {line[:80]}")
        elif not PIN.match(line):
            problems.append(f"{file}: not pinned to one version: {line[:80]}")
        elif not HASH.search(line):
            problems.append(f"{file}: no sha256 hash: {line.split(' ')[0]}")
    return problems


def missing_pins(asked: str, lock: str, file: str) -> list[str]:
    """Packages of a .in file that its lock does not pin: someone forgot scripts/lock."""
    pinned = {normal(match["name"]) for line in lock.splitlines() if (match := PIN.match(line))}
    wanted = [match[1] for line in asked.splitlines() if (match := ASKED.match(line.strip()))]
    return [
        f"{file}.txt: {name} of {file}.in is missing: run scripts/lock"
        for name in wanted
        if normal(name) not in pinned
    ]


def package_lock_problems(lock: dict[str, Any], package: dict[str, Any]) -> list[str]:
    """What is wrong with a package-lock.json, beside what its package.json asks for."""
    problems = []
    if lock.get("lockfileVersion") != 3:
        problems.append(f"package-lock.json: lockfileVersion {lock.get('lockfileVersion')}, 3 is wanted")
    packages = dict(lock.get("packages", {}))
    top = packages.pop("", {})
    if not packages:
        problems.append("package-lock.json: holds no package")
    for place, entry in sorted(packages.items()):
        if not INTEGRITY.fullmatch(entry.get("integrity", "")):
            problems.append(f"package-lock.json: {place} has no sha512 integrity")
        if "resolved" in entry:
            problems.append(f"package-lock.json: {place} names a download address")
    for kind in ("dependencies", "devDependencies"):
        if top.get(kind, {}) != package.get(kind, {}):
            problems.append(f"package-lock.json: other {kind} than in package.json: run scripts/lock")
        for name, version in package.get(kind, {}).items():
            if not re.fullmatch(r"\d+\.\d+\.\d+", version):
                problems.append(f"package.json: {name} {version} is not one exact version")
            elif packages.get(f"node_modules/{name}", {}).get("version") != version:
                problems.append(f"package-lock.json: {name} is not locked to {version}: run scripts/lock")
    return problems


def unlisted_packages(vendor: dict[str, dict[str, list[str]]], package: dict[str, Any]) -> list[str]:
    """Packages of scripts/vendor.json that package.json does not ask for in the same role."""
    needed, for_tests = package.get("dependencies", {}), package.get("devDependencies", {})
    roles = {"server": needed, "fonts": needed, "tests": for_tests}
    return [
        f"scripts/vendor.json: {name} ({part}) is not in package.json"
        for part, files in vendor.items()
        for name in files
        if name not in roles.get(part, {})
    ]


def problems_of(root: Path) -> list[str]:
    """All lock files of the project."""
    problems = []
    for name in LOCKS:
        lock = (root / f"{name}.txt").read_text("utf-8")
        problems += requirement_problems(lock, f"{name}.txt")
        problems += missing_pins((root / f"{name}.in").read_text("utf-8"), lock, name)
    package = json.loads((root / "package.json").read_text("utf-8"))
    problems += package_lock_problems(json.loads((root / "package-lock.json").read_text("utf-8")), package)
    return problems + unlisted_packages(
        json.loads((root / "scripts/vendor.json").read_text("utf-8")), package
    )


if __name__ == "__main__":
    finish(problems_of(ROOT))
