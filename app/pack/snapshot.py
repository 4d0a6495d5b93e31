"""The snapshot: one HTML file with map, legend, filters, list and coverage, for people without the server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from app.domain.services import Method
from app.i18n import catalogue, show, translate
from app.settings import STATIC
from app.store.coverage.coverages import Coverages
from app.store.live import Live, View
from app.store.places import read_ground, read_towns
from app.store.spatial.protocol import Filters
from app.views.coverage.board import board_rows
from app.views.coverage.questions import kinds_shown, usual_question
from app.web import environment
from app.wording import enumeration, local, metres, percent, square_metres
from maps.live import boot, live_map
from maps.snapshot import import_map, inline, modules, packed, styles

MOST_SITES = 20_000
ENTRIES = ("js/live.js", "js/theme.js")
SHEETS = ("css/tokens.css", "css/base.css", "css/menu.css", "css/live.css")
OWN_SHEETS = ("css/week.css", "css/coverage.css", "css/snapshot.css")


@dataclass(frozen=True)
class Snapshot:
    """What a snapshot is made of: a view, a filter and a language. Only what everybody may see is in it."""

    source: Live
    counted: Coverages
    view: View
    filters: Filters
    lang: str
    said: str = ""
    """The filter in words."""

    def html(self) -> str:
        """The file. The same data give the same bytes."""
        view, lang = self.view, self.lang
        parts = live_map()
        named = modules(STATIC, ENTRIES)
        values = {
            "lang": lang,
            "t": lambda key, **more: translate(lang, key, **more),
            "show": lambda value: show(lang, value),
            "metres": lambda value: metres(lang, value),
            "square_metres": lambda value: square_metres(lang, value),
            "percent": lambda value: percent(lang, value),
            "listed": partial(enumeration, lang),
            "local": partial(local, lang),
            "year": view.words.programme["year"],
            "zone": view.words.zone["name" if lang == "zh" else "name_en"],
            "week": translate(lang, "week.label", year=str(view.week.year), number=str(view.week.number)),
            "as_of": view.as_of.isoformat(),
            "sample": view.sample,
            "filters": self.said,
            "styles": styles(STATIC, (*SHEETS, *parts.css, *OWN_SHEETS)),
            "scripts": [inline((STATIC / path).read_text("utf-8")) for path in self._classic(parts.js)],
            "theme_boot": inline((STATIC / "js/theme-boot.js").read_text("utf-8")),
            "too_old": inline((STATIC / "js/too-old.js").read_text("utf-8")),
            "icons": _icons(),
            "html": parts.html,
            "start": parts.script.replace('"/static/js/live.js"', '"js/live.js"'),
            "imports": orjson.dumps(import_map(named)).decode(),
            "boot": self._boot(),
            "embedded": packed(self._answers()),
            "illustrative": self.counted.illustrative(view),
            "loaded": self.counted.served_places(view),
            "rows": board_rows(
                self.counted,
                view,
                lang,
                {
                    kind: usual_question(self.counted.rules, kind, Method.CIRCLE)
                    for kind in kinds_shown(self.counted.rules, view)
                },
            ),
        }
        return environment().get_template("snapshot.html").render(values)

    @staticmethod
    def _classic(paths: list[str]) -> list[str]:
        return [*paths, "vendor/geographiclib-geodesic/geographiclib-geodesic.min.js"]

    def _boot(self) -> dict[str, Any]:
        view, lang = self.view, self.lang
        return boot(
            lang=lang,
            strings=catalogue(lang)["map"],
            kinds=view.words.kinds.values(),
            urls={
                "items": "",
                "sites": "",
                "ledger": "",
                "api_sites": "/api/sites/",
                "api_items": "/api/items",
                "static": "",
            },
            sample=view.sample,
            year=view.words.programme["year"],
            zone=view.words.zone["name" if lang == "zh" else "name_en"],
        )

    def _answers(self) -> bytes:
        """Answers of the server by path, as JSON."""
        view = self.view
        page = view.reads.page(None, self.filters, MOST_SITES, None, self.lang, "EPSG:4326")
        with self.source.database.read() as connection:
            towns = read_towns(connection, view.statuses)
            ground = read_ground(connection)
        items = [
            {name: item[name] for name in ("no", "title", "title_en")} for item in view.words.items.values()
        ]
        week = str(view.week)
        rest = {
            "/api/towns": towns,
            "/api/ground": ground,
            "/api/items": {"items": items},
            "/api/weeks": {"first": week, "current": week, "as_of": view.as_of.isoformat(), "version": 1},
        }
        head = {"type": "FeatureCollection", "numberMatched": page.matched, "next": None, "version": 1}
        sites = orjson.dumps(head)[:-1] + b',"features":[' + page.features + b"]}"
        return b'{"/api/sites":' + sites + b"," + orjson.dumps(rest)[1:]


def _icons() -> str:
    """The icons, to be drawn from within the page."""
    text = (STATIC / "icons.svg").read_text("utf-8")
    inside = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", text, flags=re.DOTALL)
    return inside.replace(' id="', ' id="icon-')  # the page has elements called search, close and so on
