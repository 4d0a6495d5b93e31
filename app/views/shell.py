"""The phone's application shell: every file that `/m` is made of, and the service worker that keeps them.

The list is read from the sources: what the page links, what modules import (at once or later) and name, what
style sheets show. Each file stands with the SHA-256 of its content; a digest over all is the version.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePosixPath

import orjson

from app.settings import STATIC

WORKER = "js/phone/worker.js"
ICONS = ("icons/192.png", "icons/512.png", "icons/maskable-512.png", "icons/apple-touch-180.png")

_LINKED = re.compile(r"[\"'(]/static/(?P<path>[\w./-]+?\.\w+)(?P<pinned>\?v=)?[#\"')\w]")
# import … from "x", export … from "x", import "x", import("x"), new URL("x", import.meta.url)
_IMPORTED = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\bnew\s+URL\(\s*)["'](?P<path>\.{1,2}/[\w./-]+|/static/[\w./-]+)["']"""
)
_SHOWN = re.compile(r"url\(\s*[\"']?(?P<path>(?!data:)[\w./-]+)")
_COMMENT = re.compile(r"/\*.*?\*/|(?:^|\n)\s*//[^\n]*", re.DOTALL)


def worker_script(pages: Mapping[str, str]) -> tuple[str, str]:
    """The service worker and its version. `pages`: address → HTML, one for every language."""
    html = "\n".join(pages.values())
    pinned = {match["path"] for match in _LINKED.finditer(html) if match["pinned"]}
    paths = shell_paths(html)
    files = {f"/static/{path}": _digest(path) for path in paths}
    files |= {address: hashlib.sha256(text.encode()).hexdigest() for address, text in pages.items()}
    source = (STATIC / WORKER).read_text("utf-8")
    plain = [f"/static/{path}" for path in paths if path not in pinned]
    key = orjson.dumps([files, plain, source], option=orjson.OPT_SORT_KEYS)
    version = hashlib.sha256(key).hexdigest()[:12]
    shell = {"version": version, "files": files, "plain": plain}
    return f"const SHELL = {orjson.dumps(shell).decode()};\n{source}", version


def shell_paths(html: str) -> list[str]:
    """All files that a page needs, as paths below the static folder, in order.

    Errors: FileNotFoundError for a file that is named and not there: the worker could not be installed.
    """
    found: set[str] = set(ICONS)
    waiting = [match["path"] for match in _LINKED.finditer(html)]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _needed_by(path)
    return sorted(found)


@cache
def _needed_by(path: str) -> tuple[str, ...]:
    """What one file names: modules their imports, style sheets their pictures."""
    if not path.endswith((".js", ".mjs", ".css")):
        return ()
    text = (STATIC / path).read_text("utf-8")
    if path.endswith(".css"):
        return tuple(_resolved(path, match["path"]) for match in _SHOWN.finditer(text))
    if "/vendor/" in f"/{path}":
        # a library's own words must not be taken for our addresses: only what it imports
        return tuple(_imports(path, text))
    text = _COMMENT.sub("", text)
    named = [match["path"] for match in _LINKED.finditer(text)]
    return tuple(dict.fromkeys([*_imports(path, text), *named]))


def _imports(path: str, text: str) -> Iterator[str]:
    for match in _IMPORTED.finditer(text):
        yield _resolved(path, match["path"])


def _resolved(path: str, wanted: str) -> str:
    """An address in a file at `path` as a path below the static folder."""
    parts = [] if wanted.startswith("/") else list(PurePosixPath(path).parent.parts)
    for part in PurePosixPath(wanted.removeprefix("/static/")).parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


@cache
def _digest(path: str) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()
