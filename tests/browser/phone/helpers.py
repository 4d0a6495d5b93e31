"""What browser tests of the phone share: a telephone with a position, and its pages opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

from tests.browser.helpers import PHONE, TIMEOUT

HERE = {"latitude": 35.4100, "longitude": 116.4150, "accuracy": 8}
"""Within the zone, south of its streets."""

LOCATED: dict[str, Any] = {**PHONE, "permissions": ["geolocation"], "geolocation": HERE}
"""Options of `new_page` for a telephone that is allowed to say where it is."""


def open_phone(page: Page, server_url: str, hash_: str = "", query: str = "", *, drawn: bool = False) -> Page:
    """Open /m and wait until the list can be used; `drawn`: until the map behind it is there, too."""
    page.goto(f"{server_url}/m{query}{hash_}")
    page.wait_for_selector('html[data-ready="yes"]', timeout=TIMEOUT)
    if drawn:
        page.wait_for_selector('html[data-map="yes"]', timeout=TIMEOUT)
    return page


def put_at(page: Page, lon: float, lat: float, accuracy: float = 8) -> None:
    """Move the telephone."""
    page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy})


def call(page: Page, module: str, work: str, argument: Any = None) -> Any:
    """`work` is a function's text of (module's exports, argument), run in the page, as
    `call(page, "phone/nearest.js", "({nearest}, [g, x, y]) => nearest(g, x, y)", [geometry, 116, 35])`.
    """
    return page.evaluate(
        f"async (argument) => ({work})(await import('/static/js/{module}'), argument)", argument
    )


def codes(page: Page) -> list[str]:
    """The codes of all listed projects, in their order."""
    return call(page, "phone/nearby.js", "({listed}) => listed().map((project) => project.code)")


def kept(page: Page, key: str) -> Any:
    """A value of the store `kept`, as it lies in the telephone's database."""
    return page.evaluate(
        """async (key) => (await (await import('/static/js/phone/db.js')).db()).get('kept', key)""", key
    )


def sites_of(page: Page) -> Mapping[str, Any]:
    """Code → feature of the data that the page has taken along."""
    return call(
        page, "phone/zone.js", "({zone}) => Object.fromEntries(zone.data.sites.map((one) => [one.id, one]))"
    )
