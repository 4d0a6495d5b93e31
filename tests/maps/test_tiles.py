"""Base maps in the browser: in their place whatever their datum, and missed by nobody when they are down."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page, expect

from geo.crs import xy_from_wgs84
from scripts._pg import free_port
from tests.support.browser import Watch
from tests.support.fixtures import NewPage, StartServer

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
# For every tile on the screen: how far its corner lies from where the corner's position is drawn, in pixels.
OFFSETS = """(shift) => {
  const { map } = minsheng, frame = map.getContainer().getBoundingClientRect();
  return [...document.querySelectorAll(".leaflet-tile-loaded")].map((tile) => {
    const [z, x, y] = tile.src.match(/(\\d+)\\/(\\d+)\\/(\\d+)\\.png/).slice(1).map(Number);
    const corner = map.unproject([x * 256, y * 256], z);
    const at = map.latLngToContainerPoint([corner.lat - shift[1], corner.lng - shift[0]]);
    const box = tile.getBoundingClientRect();
    return Math.max(Math.abs(box.left - frame.left - at.x), Math.abs(box.top - frame.top - at.y));
  });
}"""


class Picture(BaseHTTPRequestHandler):
    """Answers every tile with one grey pixel."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "image/png")
        self.end_headers()
        self.wfile.write(PIXEL)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def tiles() -> Iterator[str]:
    """Address of a tile server of our own."""
    service = ThreadingHTTPServer(("127.0.0.1", 0), Picture)
    thread = threading.Thread(target=service.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{service.server_port}"
    service.shutdown()
    thread.join()
    service.server_close()


@pytest.fixture(scope="module")
def address(server: StartServer, tiles: str) -> str:
    path = "{z}/{x}/{y}.png"
    dead = f"http://127.0.0.1:{free_port()}"
    sources = [
        f"区图/District|{tiles}/a/{path}|区自然资源局",
        f"导航图/Roads|{tiles}/b/{path}|导航公司|GCJ02",
        f"旧图/Old|{dead}/{path}|无人",
    ]
    return server(MINSHENG_XYZ=";".join(sources)).url


def choose(page: Page, name: str) -> None:
    page.click("#tool-layers")
    page.click(f".popover .choice:has-text('{name}')")
    page.keyboard.press("Escape")


def open_map(page: Page, address: str) -> None:
    page.goto(f"{address}/#14/35.4/116.42")
    page.wait_for_selector("html[data-ready=yes][data-ground=yes]")


def test_tiles_lie_where_they_belong_in_both_datums(page: Page, address: str) -> None:
    open_map(page, address)
    page.wait_for_selector(".leaflet-tile-loaded")
    assert max(page.evaluate(OFFSETS, [0, 0])) < 1
    expect(page.locator(".attribution")).to_have_text("区自然资源局")
    site = page.evaluate("() => minsheng.pixelOf('20-1-01')")
    choose(page, "导航图")
    expect(page.locator(".attribution")).to_have_text("导航公司")
    page.wait_for_selector(".leaflet-tile-loaded[src*='/b/']")
    ((lon, lat),) = xy_from_wgs84([[116.42, 35.4]], "GCJ02")
    shift = [lon - 116.42, lat - 35.4]
    # The offset changes by some metres over the screen; a pixel is 7.8 m here.
    assert max(page.evaluate(OFFSETS, shift)) < 3
    assert max(page.evaluate(OFFSETS, [0, 0])) > 60  # 518 m
    assert page.evaluate("() => minsheng.pixelOf('20-1-01')") == site  # overlays stay where they are


def test_the_ground_is_there_without_a_base_map(page: Page, address: str) -> None:
    open_map(page, address)
    choose(page, "无底图")
    expect(page.locator(".leaflet-tile")).to_have_count(0)
    expect(page.locator(".attribution")).to_have_count(0)
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    expect(page.locator(".leaflet-tile")).to_have_count(0)  # the choice is remembered


def test_an_unreachable_base_map_is_told_and_left(new_page: NewPage, watch: Watch, address: str) -> None:
    watch.allow("ERR_CONNECTION_REFUSED")
    page = new_page()
    open_map(page, address)
    choose(page, "旧图")
    expect(page.locator(".message")).to_contain_text("旧图")
    expect(page.locator(".leaflet-tile")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("data-shown", "24")
