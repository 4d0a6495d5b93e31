"""Files longer than a newcomer can survey: a remark, no failure."""

from __future__ import annotations

from pathlib import Path

from scripts.checks._files import ROOT, source_files

LIMIT = 400
SUFFIXES = (".py", ".js", ".css", ".html", ".sh")


def long_files(root: Path) -> list[str]:
    """One line for every source file over the limit."""
    counts = [(path, len(path.read_text("utf-8").splitlines())) for path in source_files(root, SUFFIXES)]
    return [
        f"注意 {path.relative_to(root)}：{count} 行，超过 {LIMIT} 行 · over {LIMIT} lines"
        for path, count in counts
        if count > LIMIT
    ]


if __name__ == "__main__":
    for line in long_files(ROOT):
        print(line)
