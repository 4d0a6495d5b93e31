"""The live map's parts: the same bytes every time, everything from ourselves, nothing embedded."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import folium
import pytest

from maps.base import LiveMap
from maps.basemaps import osm, tianditu
from maps.live import LiveConfig, MapParts, boot, live_map

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "app/static"
PRINT = """
import sys
from maps.live import LiveConfig, live_map
from maps.basemaps import osm, tianditu
parts = live_map(LiveConfig(basemaps=(*tianditu("token"), osm())))
live_map()  # a second map in the process must not change the first one's names
again = live_map(LiveConfig(basemaps=(*tianditu("token"), osm())))
assert parts == again
sys.stdout.write(repr(parts))
"""


@pytest.fixture(scope="module")
def parts() -> MapParts:
    return live_map()


def built_elsewhere(seed: str) -> bytes:
    env = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", PRINT]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=True).stdout


def test_two_processes_build_the_same_bytes() -> None:
    assert built_elsewhere("1") == built_elsewhere("2025")


def test_digest_follows_the_content() -> None:
    plain, with_osm = live_map(), live_map(LiveConfig(basemaps=(osm(),)))
    assert plain.digest == live_map(LiveConfig()).digest
    assert plain.digest != with_osm.digest
    assert re.fullmatch(r"[0-9a-f]{16}", plain.digest)


def test_without_base_maps_no_other_host_is_named(parts: MapParts) -> None:
    everything = "\n".join([parts.html, parts.script, *parts.css, *parts.js])
    assert not re.search(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", everything, re.IGNORECASE)


def test_base_maps_are_named_only_when_set() -> None:
    script = live_map(LiveConfig(basemaps=tianditu("secret-token"))).script
    assert script.count("secret-token") == 4  # map and imagery, each with its labels
    assert "openstreetmap" not in script


def test_markup_passes_a_strict_policy(parts: MapParts) -> None:
    assert not re.search(r"<(script|style|link|iframe)\b", parts.html, re.IGNORECASE)
    assert not re.search(r"\s(style|on[a-z]+)\s*=", parts.html, re.IGNORECASE)


def test_script_needs_no_eval_and_embeds_no_data(parts: MapParts) -> None:
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", parts.script)
    assert "coordinates" not in parts.script
    assert "FeatureCollection" not in parts.script
    assert len(parts.script) < 2_000
    for address in ("/api/sites", "/api/towns", "/api/ground"):
        assert f'"{address}"' in parts.script


def test_addresses_are_settings() -> None:
    script = live_map(LiveConfig(static_url="/zone/static", sites_url="/zone/api/sites")).script
    assert script.startswith('import * as minsheng from "/zone/static/js/live.js";')
    assert '"/zone/api/sites"' in script


def test_assets_are_ours_and_exist(parts: MapParts) -> None:
    assert parts.js == ["vendor/leaflet/leaflet.js"]
    assert parts.css[0] == "vendor/leaflet/leaflet.css"
    for path in parts.css[1:]:
        assert (STATIC / path).is_file(), path


def test_what_the_script_calls_is_exported(parts: MapParts) -> None:
    exports = (STATIC / "js/live.js").read_text("utf-8")
    script = live_map(LiveConfig(basemaps=(osm(),))).script
    called = set(re.findall(r"minsheng\.(\w+)\(", parts.script + script))
    assert called
    for name in called:
        assert re.search(rf"export (?:function|const) {name}\b|export {{[^}}]*\b{name}\b[^}}]*}}", exports), (
            name
        )


def test_folium_s_own_lists_are_left_alone(parts: MapParts) -> None:
    """Our lists belong to our class: another folium map in the process still has folium's."""
    assert LiveMap.default_js is not folium.Map.default_js
    assert any("cdn" in url for _, url in folium.Map.default_js)
    assert all(url.startswith("/static/") for _, url in LiveMap.default_js + LiveMap.default_css)


@pytest.mark.parametrize(("lang", "label", "status"), [("zh", "道路", "滞后"), ("en", "Road", "Lagging")])
def test_boot_speaks_the_page_s_language(lang: str, label: str, status: str) -> None:
    kinds = [
        {"code": "road", "zh": "道路", "en": "Road", "pictogram": "road"},
        {"code": "well", "zh": "水井", "en": "Well", "pictogram": "nobody drew it"},
    ]
    values = boot(lang=lang, strings={"a": "b"}, kinds=kinds, urls={}, sample=False, year=2023, zone="x")
    assert values["kinds"][0]["label"] == label
    assert values["kinds"][0]["path"] != values["kinds"][1]["path"]
    assert status in {one["label"] for one in values["palette"]["statuses"]}
