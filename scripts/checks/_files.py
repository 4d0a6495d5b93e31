"""Which files a check looks at, and how it reports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Where there is no git (an unpacked archive), folders that are made, not written.
MADE = {".git", ".venv", ".cache", "node_modules", "vendor", "var", "__pycache__", ".hypothesis"}
MADE |= {".pytest_cache", ".ruff_cache", ".mypy_cache"}


def source_files(root: Path = ROOT, suffixes: tuple[str, ...] = ()) -> Iterator[Path]:
    """Every file that is or would be committed, in order of path; with suffixes only such."""
    for path in sorted(_listed(root)):
        if path.is_file() and not path.is_symlink() and (not suffixes or path.suffix in suffixes):
            yield path


def _listed(root: Path) -> list[Path]:
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        answer = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return [path for path in root.rglob("*") if not MADE.intersection(path.relative_to(root).parts)]
    return [root / name for name in answer.split("\0") if name]


def text_of(path: Path) -> str | None:
    """A file's text; None when it is not UTF-8 text."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def report(problems: list[str]) -> int:
    """Prints the problems, one a line; the exit code."""
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def finish(problems: list[str]) -> None:
    """Prints the problems and ends the process with 1 when there are any."""
    sys.exit(report(problems))
