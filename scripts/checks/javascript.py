"""Browser modules: each parses as a module, and what it imports exists and exports the names asked for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.checks._files import ROOT, finish, source_files

FOLDER = Path("app/static")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"`])//[^\n]*", re.DOTALL)
STATIC_IMPORT = re.compile(
    r"(?:^|[;\n])\s*(?:import|export)\s+(?P<what>[\w$*{}\s,]+?)\s*from\s*[\"'](?P<from>[^\"']+)[\"']"
)
BARE_IMPORT = re.compile(r"(?:^|[;\n])\s*import\s*[\"'](?P<from>[^\"']+)[\"']")
DYNAMIC_IMPORT = re.compile(r"\bimport\(\s*[\"'](?P<from>[^\"']+)[\"']\s*\)")
EXPORTED = re.compile(r"\bexport\s+(?:async\s+)?(?:function\s*\*?|class|const|let|var)\s+([\w$]+)")
EXPORT_LIST = re.compile(r"\bexport\s*\{([^}]*)\}")
# Parses each file given and names those that are no modules.
PARSE = """
const { SourceTextModule } = require("node:vm"), { readFileSync } = require("node:fs");
for (const path of process.argv.slice(1)) {
  try { new SourceTextModule(readFileSync(path, "utf8")); }
  catch { console.log(path); }
}
"""


def imports_of(source: str) -> Iterator[tuple[str, set[str]]]:
    """(module as written, names asked for) of every import in a module; `*` and bare imports ask for none."""
    text = COMMENT.sub("", source)
    for match in STATIC_IMPORT.finditer(text):
        names = re.search(r"\{([^}]*)\}", match["what"])
        asked = {part.split(" as ")[0].strip() for part in names[1].split(",")} if names else set()
        before = match["what"].split("{")[0].strip().rstrip(",").strip()
        if re.fullmatch(r"[\w$]+", before):
            asked.add("default")
        yield match["from"], asked - {""}
    for pattern in (BARE_IMPORT, DYNAMIC_IMPORT):
        for match in pattern.finditer(text):
            yield match["from"], set()


def exports_of(source: str) -> set[str] | None:
    """Names a module exports; None when it passes on everything of another (`export * from`)."""
    text = COMMENT.sub("", source)
    if re.search(r"\bexport\s*\*\s*from", text):
        return None
    names = set(EXPORTED.findall(text))
    for group in EXPORT_LIST.findall(text):
        names |= {part.split(" as ")[-1].strip() for part in group.split(",")} - {""}
    if re.search(r"\bexport\s+default\b", text):
        names.add("default")
    return names


def import_problems(modules: dict[Path, str], exists: set[Path], static: Path) -> list[str]:
    """Imports of the modules (path → text) that lead nowhere, or ask for names that are not exported.

    `exists` are further files that may be imported; `static` is the folder that the server shows as /static.
    """
    problems = []
    for path, source in modules.items():
        for wanted, names in imports_of(source):
            if wanted.startswith("/static/"):
                target = static / wanted.removeprefix("/static/")
            elif wanted.startswith(("./", "../")):
                target = Path(*_resolved(path.parent / wanted))
            else:
                problems.append(f"{path}: import from '{wanted}' is neither relative nor below /static/")
                continue
            if target not in modules and target not in exists:
                problems.append(f"{path}: import from '{wanted}': there is no {target}")
                continue
            exported = exports_of(modules[target]) if target in modules else None
            if exported is not None:
                problems += [f"{path}: '{wanted}' exports no {name}" for name in sorted(names - exported)]
    return problems


def _resolved(path: Path) -> list[str]:
    """The parts of a path with `..` and `.` worked out, without asking the disk."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return parts


def find_node() -> str | None:
    """Node from this environment (scripts/check sees to one if need be), else from the person's PATH."""
    own = Path(sys.executable).with_name("node")
    return str(own) if own.exists() else shutil.which("node")


def syntax_problems(node: str, paths: list[Path]) -> list[str]:
    """What Node says about files read as modules; nothing of them is run.

    One process reads all, since each start costs 50 ms; where and why is asked for the faulty ones alone.
    """
    command = [node, "--experimental-vm-modules", "--no-warnings", "-e", PARSE, *map(str, paths)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        return [f"node failed: {done.stderr.strip()[:500]}"]
    problems = []
    for name in done.stdout.splitlines():
        with Path(name).open("rb") as source:
            told = subprocess.run(
                [node, "--check", "--input-type=module", "-"],
                check=False,
                stdin=source,
                capture_output=True,
                text=True,
            ).stderr
        lines = [line.strip() for line in told.splitlines() if line.strip()]
        problems.append(f"{name}: " + " | ".join(lines[:4]))
    return problems


def vendored(root: Path) -> set[Path]:
    """The libraries' files that set-up puts below app/static: they may be imported before they are there."""
    listing = root / "scripts/vendor.json"
    if not listing.is_file():
        return set()
    packages: dict[str, list[str]] = json.loads(listing.read_text("utf-8"))["server"]
    place = root / FOLDER / "vendor"
    return {
        place / package / name.removeprefix("dist/") for package, names in packages.items() for name in names
    }


def problems_of(root: Path) -> list[str]:
    """All modules below app/static, without the vendored libraries."""
    folder = root / FOLDER
    if not folder.is_dir():
        return [f"{FOLDER} is missing"]
    files = [path for path in source_files(root, (".js", ".mjs")) if folder in path.parents]
    problems = import_problems({path: path.read_text("utf-8") for path in files}, vendored(root), folder)
    node = find_node()
    if node is None:
        return [*problems, "no node to check the syntax with: install requirements-node.txt"]
    problems += syntax_problems(node, files)
    return [problem.replace(f"{root}/", "") for problem in problems]


if __name__ == "__main__":
    finish(problems_of(ROOT))
