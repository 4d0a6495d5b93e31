"""The live map as parts for our own page: markup, one script file, and the assets it needs.

folium renders a figure of three streams (header, html, script). We take them apart: the markup goes into the
Jinja page, the script is served as an ES module under `script-src 'self'`, and the asset lists become the
page's links. Nothing in them depends on data, user or language, so they are built once per process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from branca.element import CssLink, JavascriptLink

from maps import palette
from maps.base import Bounds, LiveMap, number
from maps.basemaps import BaseMap
from maps.layers import Ground, Layers, NoBaseMap, Scale, Sites, Start, Tiles
from maps.pictograms import pictogram

ZONE_BOUNDS: Bounds = (116.365, 35.318, 116.466, 35.468)
"""Where the zone lies, for the first view only; the outline itself is fetched."""


@dataclass(frozen=True, slots=True)
class LiveConfig:
    """What the live map depends on: base maps from the settings, and addresses of this very server."""

    bounds: Bounds = ZONE_BOUNDS
    basemaps: tuple[BaseMap, ...] = ()
    static_url: str = "/static"
    sites_url: str = "/api/sites"
    towns_url: str = "/api/towns"
    ground_url: str = "/api/ground"


@dataclass(frozen=True, slots=True)
class MapParts:
    """The live map, ready for the page.

    `html` is markup for the body (no script, no style attribute); `script` the text of an ES module, to be
    served as `text/javascript`; `css` and `js` are paths below the static folder, in order; `digest` changes
    whenever html or script does, and makes a good part of the script's address.
    """

    html: str
    script: str
    css: list[str]
    js: list[str]
    digest: str


def live_map(config: LiveConfig | None = None) -> MapParts:
    """Build the parts of the live map. The same configuration gives the same bytes in every process."""
    config = config or LiveConfig()
    live = LiveMap(config.bounds)
    NoBaseMap(show=not config.basemaps).add_to(live)
    for index, base in enumerate(config.basemaps):
        Tiles(base, f"base-{index + 1}", show=index == 0).add_to(live)
    ground = Ground(config.towns_url, config.ground_url).add_to(live)
    sites = Sites(config.sites_url).add_to(live)
    Layers().add_to(live)
    Scale().add_to(live)
    Start(ground, sites).add_to(live)

    figure = live.get_root()
    number(figure)
    live.render()
    links = [
        child.url.removeprefix("/static/")
        for child in figure.header._children.values()
        if isinstance(child, CssLink | JavascriptLink)
    ]
    html = figure.html.render().strip() + "\n"
    script = f'import * as minsheng from "{config.static_url}/js/live.js";\n' + _tidy(figure.script.render())
    return MapParts(
        html=html,
        script=script,
        css=[path for path in links if path.endswith(".css")],
        js=[path for path in links if path.endswith(".js")],
        digest=sha256((html + script).encode()).hexdigest()[:16],
    )


def _tidy(script: str) -> str:
    """folium's script without the indentation and empty lines that nested templates leave."""
    return "".join(f"{line.strip()}\n" for line in script.splitlines() if line.strip())


def boot(
    *,
    lang: str,
    strings: Mapping,
    kinds: Iterable[Mapping],
    urls: Mapping[str, str],
    sample: bool,
    year: int,
    zone: str,
) -> dict:
    """The values the page hands to the browser in its `<script type="application/json" id="boot">` block.

    `strings` is the table `[map]` of the language's catalogue; `kinds` are rows of `data/sites/kinds.toml`
    (`code`, `zh`, `en`, `pictogram`); `urls` has the addresses `items`, `sites`, `api_sites` (these without
    the trailing code), `api_items`, `ledger` and `static`. No site, town or item is in it.
    """
    return {
        "lang": lang,
        "year": year,
        "zone": zone,
        "sample": sample,
        "strings": dict(strings),
        "palette": palette.as_json(lang),
        "kinds": [
            {
                "code": kind["code"],
                "label": kind["en" if lang == "en" else "zh"],
                "path": pictogram(kind.get("pictogram") or kind["code"]),
            }
            for kind in kinds
        ],
        "urls": dict(urls),
    }
