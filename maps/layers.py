"""What lies on the map, as folium elements: base maps, the ground, the sites, layer control and scale.

Every element only names what the browser shall build and where it shall fetch from; no coordinate, title or
status stands in the output. The builders called here are exported by `app/static/js/live.js`.
"""

from __future__ import annotations

from dataclasses import asdict

from branca.element import MacroElement
from folium.map import Layer, LayerControl
from folium.template import Template
from folium.utilities import camelize

from maps.basemaps import BaseMap


def camel(options: dict) -> dict:
    """The same options under the names JavaScript expects (`min_zoom` → `minZoom`)."""
    return {camelize(key): value for key, value in options.items()}


class _Built(Layer):
    """A layer made by one of our builders from one object of options."""

    builder = ""

    _template = Template(
        """
        {%- macro script(this, kwargs) -%}
        const {{ this.get_name() }} = minsheng.{{ this.builder }}({{ this.options|tojson }});
        {%- endmacro -%}
        """
    )

    def __init__(
        self, name: str, options: dict, *, overlay: bool, control: bool = True, show: bool = True
    ) -> None:
        super().__init__(name=name, overlay=overlay, control=control, show=show)
        self.options = options


class NoBaseMap(_Built):
    """The plain ground as a choice in the layer control."""

    builder = "noBaseMap"

    def __init__(self, *, show: bool) -> None:
        super().__init__("none", {}, overlay=False, show=show)
        self._name = "base"


class Tiles(_Built):
    """A base map from the settings, with its labels if it has any."""

    builder = "baseMap"

    def __init__(self, base: BaseMap, key: str, *, show: bool) -> None:
        super().__init__(key, camel(asdict(base)), overlay=False, show=show)
        self._name = "base"


class Ground(_Built):
    """Zone, towns and context roads with their names, fetched from `towns_url` and `ground_url`."""

    builder = "ground"

    def __init__(self, towns_url: str, ground_url: str) -> None:
        super().__init__("ground", {"townsUrl": towns_url, "groundUrl": ground_url}, overlay=True)
        self._name = "ground"


class Sites(_Built):
    """The sites by status, fetched page by page from `url` and filtered in the browser."""

    builder = "sites"

    def __init__(self, url: str, *, most: int = 20_000) -> None:
        super().__init__("sites", {"url": url, "most": most}, overlay=True)
        self._name = "sites"


class Layers(LayerControl):
    """Our layer control: folium collects the layers, our panel names them in the page's language."""

    _template = Template(
        """
        {%- macro script(this, kwargs) -%}
        minsheng.layerControl({{ this._parent.get_name() }}, {
          bases: {
            {%- for key, name in this.base_layers.items() %}{{ key|tojson }}: {{ name }}, {% endfor -%}
          },
          overlays: {
            {%- for key, name in this.overlays.items() %}{{ key|tojson }}: {{ name }}, {% endfor -%}
          },
        });
        {%- endmacro -%}
        """
    )


class Scale(MacroElement):
    """A metric scale bar with units in words."""

    _template = Template(
        """
        {%- macro script(this, kwargs) -%}
        minsheng.scale({{ this._parent.get_name() }});
        {%- endmacro -%}
        """
    )


class Start(MacroElement):
    """Last of all: hand map, ground and sites to the page, which fetches and draws."""

    _template = Template(
        """
        {%- macro script(this, kwargs) -%}
        {%- set map = this._parent.get_name() %}
        minsheng.start({{ map }}, {{ this.ground.get_name() }}, {{ this.sites.get_name() }});
        {%- endmacro -%}
        """
    )

    def __init__(self, ground: Ground, sites: Sites) -> None:
        super().__init__()
        self.ground = ground
        self.sites = sites
