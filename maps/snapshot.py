"""One file that is the whole map: modules, styles and data inside, nothing asked of anybody.

Browsers do not let a page that was opened from a disk load modules beside it, so each module becomes a
``data:`` address under a name of its own in an import map, and the modules import each other by these names.
The same code as on the live page runs, only where its data come from is another matter.
"""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

_IMPORT = re.compile(
    r"(?P<before>(?:^|[;\n])\s*(?:(?:import|export)\s+[\w$*{}\s,]+?\s*from|import)\s*)"
    r"(?P<quote>[\"'])(?P<path>\.{1,2}/[^\"']+)(?P=quote)"
)
_ADDRESS = re.compile(r"url\((?P<quote>[\"']?)(?!data:|#)[^)]*(?P=quote)\)")
_CLOSING = re.compile(r"</(?=script|style)", re.IGNORECASE)


def modules(static: Path, entries: Iterable[str]) -> dict[str, str]:
    """Modules below the static folder, and all that they import at once: name → text, in order of name.

    Relative imports are rewritten to names. Raises FileNotFoundError for an import that leads nowhere.
    """
    found: dict[str, str] = {}
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name], imported = _renamed((static / name).read_text("utf-8"), PurePosixPath(name).parent)
            waiting += imported
    return dict(sorted(found.items()))


def _renamed(text: str, folder: PurePosixPath) -> tuple[str, list[str]]:
    """A module's text with names for relative imports, and those names."""
    imported: list[str] = []

    def name(match: re.Match[str]) -> str:
        imported.append(_joined(folder, match["path"]))
        return f'{match["before"]}"{imported[-1]}"'

    return _IMPORT.sub(name, text), imported


def import_map(named: dict[str, str]) -> dict[str, dict[str, str]]:
    """An import map of modules as ``data:`` addresses."""
    return {
        "imports": {
            name: "data:text/javascript;base64," + base64.b64encode(text.encode()).decode()
            for name, text in named.items()
        }
    }


def styles(static: Path, paths: Iterable[str]) -> str:
    """Style sheets one after the other, without what they would load."""
    texts = ((static / path).read_text("utf-8") for path in paths)
    return inline("\n".join(_ADDRESS.sub("none", text) for text in texts))


def inline(text: str) -> str:
    """A script or style sheet as it may stand between its tags."""
    return _CLOSING.sub(r"<\\/", text)


def packed(data: bytes) -> str:
    """Data as text: gzip, base64. The same data give the same text."""
    return base64.b64encode(gzip.compress(data, compresslevel=6, mtime=0)).decode()


def _joined(folder: PurePosixPath, path: str) -> str:
    parts = list(folder.parts)
    for part in path.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
