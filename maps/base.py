"""Our folium map: own assets only, no inline style or script, and the same output every time.

folium's own `Map` links four content delivery networks, writes `<style>` and `<script>` into the page's head
and names every element by a random number. Here the class carries its own lists of assets (a subclass,
because `add_js_link` would change folium's list for the whole process), its own template, and `number` names
the elements in tree order, so that two builds are the same bytes and an ETag holds.
"""

from __future__ import annotations

import folium
from branca.element import Element, Figure
from folium.template import Template

LEAFLET_JS = "vendor/leaflet/leaflet.js"
LEAFLET_CSS = "vendor/leaflet/leaflet.css"
MAP_CSS = ("css/map.css", "css/panels.css", "css/phone.css", "css/print.css")

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees (WGS 84)."""


class LiveMap(folium.Map):
    """A folium map that is a part of our page instead of a page of its own.

    `bounds` is what the map shows at first. Colours, sizes and words are not set here: they live in the style
    sheets, the palette and the page's strings.
    """

    default_js = [("leaflet", f"/static/{LEAFLET_JS}")]
    default_css = [("leaflet_css", f"/static/{LEAFLET_CSS}")] + [(p, f"/static/{p}") for p in MAP_CSS]

    _template = Template(
        """
        {%- macro html(this, kwargs) -%}
        <div class="folium-map" id="{{ this.get_name() }}"></div>
        {%- endmacro -%}
        {%- macro script(this, kwargs) -%}
        const {{ this.get_name() }} =
          minsheng.createMap({{ this.get_name()|tojson }}, {{ this.view|tojson }});
        {%- endmacro -%}
        """
    )

    def __init__(self, bounds: Bounds, *, min_zoom: int = 9, max_zoom: int = 19) -> None:
        west, south, east, north = bounds
        super().__init__(location=[(south + north) / 2, (west + east) / 2], tiles=None, zoom_control=False)
        self._name = "map"
        self.view = {
            "bounds": [[south, west], [north, east]],
            "minZoom": min_zoom,
            "maxZoom": max_zoom,
        }


def number(figure: Figure) -> None:
    """Name all elements below `figure` by their place in the tree (depth first), instead of at random."""
    counter = 0

    def walk(element: Element) -> None:
        nonlocal counter
        element._id = str(counter)
        counter += 1
        for child in element._children.values():
            walk(child)

    walk(figure)
