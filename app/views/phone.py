"""What the phone's page carries: its words, looks and settings, and the modules of its first screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import PurePosixPath

from app.i18n import catalogue
from app.settings import STATIC, Settings
from app.store.live import View
from maps.basemaps import BaseMap
from maps.layers import camel
from maps.live import ZONE_BOUNDS, boot

ENTRY = "js/phone/app.js"
REUSED = ("label", "tools", "layers", "load", "error", "unit", "status_line", "hits", "quality")
"""Tables of the map's words that modules shared with the desktop ask for."""

URLS = {
    "sites": "/sites/",
    "items": "/items/",
    "api_sites": "/api/sites/",
    "ledger": "/ledger",
    "static": "/static",
    "sign_in": "/sign-in?next=/m",
}

_IMPORT = re.compile(
    r"(?:^|[;\n])\s*(?:(?:import|export)\s+[\w$*{}\s,]+?\s*from|import)\s*[\"'](?P<from>[^\"']+)[\"']"
)
_COMMENT = re.compile(r"^[ \t]*(?:/\*.*?\*/|//[^\n]*)", re.DOTALL | re.MULTILINE)


def phone_boot(settings: Settings, basemaps: tuple[BaseMap, ...], view: View, lang: str) -> dict:
    """The values of the page's ``boot`` block. The same for every reader: the page is kept on the phone, and
    may be read by the next person."""
    words = catalogue(lang)
    made = boot(
        lang=lang,
        strings={name: words["map"][name] for name in REUSED} | {"phone": words["phone"]},
        kinds=view.words.kinds.values(),
        urls=URLS,
        sample=view.sample,
        year=view.words.programme["year"],
        zone=view.words.zone["name" if lang == "zh" else "name_en"],
    )
    west, south, east, north = ZONE_BOUNDS
    return made | {
        "basemaps": [camel(asdict(base)) for base in basemaps],
        "map": {"bounds": [[south, west], [north, east]], "minZoom": 9, "maxZoom": 19},
        "phone": {"longest_px": settings.photo_longest},
    }


@cache
def first_modules() -> tuple[str, ...]:
    """What the entry imports at once, directly or through others, as paths below the static folder.

    The page links all of them, so that the browser asks for them together and not one after another, each
    import only being known when the module before it has been read. In the order of the imports, entry first.
    """
    found: dict[str, None] = {}
    waiting = [ENTRY]
    while waiting:
        path = waiting.pop(0)
        if path not in found:
            found[path] = None
            waiting += imports_of(path)
    return tuple(found)


def imports_of(path: str) -> Iterator[str]:
    """What a module below the static folder imports at once, as paths below that folder."""
    text = _COMMENT.sub("", (STATIC / path).read_text("utf-8"))
    for match in _IMPORT.finditer(text):
        wanted = match["from"]
        parts = [] if wanted.startswith("/") else list(PurePosixPath(path).parent.parts)
        for part in PurePosixPath(wanted.removeprefix("/static/")).parts:
            if part == "..":
                parts.pop()
            elif part != ".":
                parts.append(part)
        yield "/".join(parts)
