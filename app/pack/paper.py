"""A pack as PDF (A4) and as PNG pictures for slides, set by Typst with the fonts that the set-up fetched.

Typst gets the words and rows as JSON and the maps as SVG; it reads no other file and nothing from a network.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import orjson

from app.domain.services import Method, State
from app.errors import Unavailable
from app.pack.boxes import FAMILY, boxes
from app.pack.contents import Pack
from app.pack.curves import ON_SLIDES, curve_svg
from app.pack.drawings import SWATCHES, cover_map, mark, since_map, swatch, town_map, zone_map
from app.pack.glyphs import missing
from app.pack.members import pack_members
from app.pack.press import press
from app.pack.printable import all_printable, printable, texts
from app.pack.rows import STATUSES
from app.store.coverage.coverages import Coverages
from app.store.live import View
from app.views.coverage.questions import usual_question
from app.views.overviews import zone_ground
from maps.overview import Ground

HERE = Path(__file__).parent
FONTS = HERE.parent / "fonts"
FONT = "Noto Sans SC"
TEMPLATES = ("pack.typ", "slides.typ", "parts.typ", "cover.typ", "since.typ")
SLIDE_PPI = 144.0
"""960 × 540 points make 1920 × 1080 pixels."""
_ENDLESS = re.compile("[\x21-\u2e7f]{28}")
"""A word without a place to break; `parts.typ` looks for the same."""
STANDARD = "ua-1"
"""PDF/UA-1 (ISO 14289-1): tagged, titled, in reading order, with words for every picture."""


class Paper:
    """A pack ready to be set: its files by name."""

    def __init__(self, pack: Pack, view: View, counted: Coverages) -> None:
        self.pack, self.view, self.counted = pack, view, counted
        towns, roads = zone_ground(counted.source, view, pack.lang)
        self.towns, self.roads = _printable(towns), _printable(roads)
        self.files: dict[str, bytes] = {name: (HERE / name).read_bytes() for name in TEMPLATES}
        self._draw()

    def pdf(self) -> bytes:
        """The pack on A4. Errors: Unavailable when its fonts are not there."""
        return press("pack.typ", self.files, FONTS, "pdf", pdf_standards=[STANDARD])[0]

    def slides(self) -> list[bytes]:
        """Pictures of 1920 × 1080 pixels (PNG)."""
        return press("slides.typ", self.files, FONTS, "png", ppi=SLIDE_PPI)

    def _draw(self) -> None:
        pack, lang = self.pack, self.pack.lang
        self._file("zone.svg", zone_map(pack.sites, self.towns, self.roads, lang))
        for code in STATUSES:
            self._file(f"marks/{code}.svg", mark(code))
        for name in SWATCHES:
            self._file(f"swatches/{name}.svg", swatch(name))
        for town in pack.towns:
            own = [site for site in pack.sites if site.town_code == town.code]
            if own:
                self._file(f"town-{town.code}.svg", town_map(own, self.towns, self.roads, lang))
        for row in pack.coverage:
            question = usual_question(self.counted.rules, row.kind["code"], Method(row.asked["method"]))
            areas = {
                state: self.counted.ask(self.view, question._replace(state=state)).service.lonlat
                for state in State
            }
            self._file(f"cover-{row.kind['code']}.svg", cover_map(self.towns, areas, lang))
        for code, curve in pack.curves.items():
            self._file(f"curve-{code}.svg", curve_svg(curve, lang))
            self._file(f"curve-{code}-slide.svg", curve_svg(curve, lang, ON_SLIDES))
        for kind in pack.since.kinds if pack.since else ():
            self._file(f"since-{kind.kind['code']}.svg", since_map(self.towns, kind, lang))
        members = all_printable(pack_members(pack))
        names = [ground.name for ground in (*self.towns, *self.roads)]
        unknown = missing([*texts(members), *names], _font())
        if unknown:
            self.files["boxes.ttf"] = boxes(unknown)
        members["endless"] = any(_ENDLESS.search(text) for text in texts(members))
        members["fonts"] = [FONT, FAMILY] if unknown else [FONT]
        self.files["data.json"] = orjson.dumps(members)

    def _file(self, name: str, text: str) -> None:
        self.files[name] = text.encode()


def _printable(ground: list[Ground]) -> list[Ground]:
    return [replace(one, name=printable(one.name)) for one in ground]


@cache
def _font() -> Path:
    """The regular font; the bold one has the same characters."""
    found = sorted(FONTS.rglob("*Regular.ttf"))
    if not found:
        raise Unavailable(
            "没有排版用的字体；请在服务器上运行 scripts/vendor 后再试。",
            "The fonts for printing are not there; run scripts/vendor on the server and try again.",
        )
    return found[0]
