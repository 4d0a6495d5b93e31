"""What tests of checking in share: a phone in a real browser, signed in, somewhere on the map."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.settings import Settings
from app.store import tables as t
from app.store.database import Database
from tests.browser.helpers import PHONE
from tests.support.databases import Storage
from tests.support.people import add_people, browser_cookie
from tests.support.server import Server

LINE = "20-1-01"
"""A road of 1.8 km in Tuanli Town; `ON_IT` lies on it, `METRES` from its start."""
ON_IT = (116.4280059, 35.4213665)
OFFLINE = r"ERR_INTERNET_DISCONNECTED|when fetching the script"


@dataclass(frozen=True)
class Zone:
    """A server with the demonstration, where its data are, and the accounts of `people` in it."""

    server: Server
    place: Storage

    @property
    def url(self) -> str:
        return self.server.url

    def cookie(self, name: str) -> Any:
        return browser_cookie(self.place, name, self.url)

    @contextmanager
    def reading(self) -> Iterator[Any]:
        database = Database(Settings(database_url=self.place.url, data=self.place.data))  # type: ignore[call-arg]
        try:
            with database.read() as connection:
                yield connection
        finally:
            database.close()

    def inspections(self, finding: str) -> list[dict[str, Any]]:
        """Check-ins with this finding as they were sent."""
        with self.reading() as connection:
            query = select(t.inspection).where(t.inspection.c.finding == finding)
            return [dict(row) for row in connection.execute(query).mappings()]

    def photos(self, inspection: str) -> list[dict[str, Any]]:
        with self.reading() as connection:
            query = select(t.photo).where(t.photo.c.inspection_id == inspection)
            return [dict(row) for row in connection.execute(query).mappings()]


@contextmanager
def demonstration(server: Any, place: Storage) -> Iterator[Zone]:
    """The demonstration with all PEOPLE."""
    running = server(demo=True, on=place)
    database = Database(Settings(database_url=place.url, data=place.data))  # type: ignore[call-arg]
    try:
        add_people(database)
    finally:
        database.close()
    yield Zone(running, place)


def phone(new_page: Any, zone: Zone, name: str | None = "supervision", **options: Any) -> Page:
    """A phone on the road, with a good fix, signed in."""
    lon, lat = ON_IT
    here = {"longitude": lon, "latitude": lat, "accuracy": 8}
    page: Page = new_page(**{**PHONE, "permissions": ["geolocation"], "geolocation": here, **options})
    if name:
        page.context.add_cookies([zone.cookie(name)])
    return page


def stand(page: Page, lon: float, lat: float, accuracy: float = 5) -> None:
    """The phone is somewhere else now."""
    page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": accuracy})


def open_form(page: Page, zone: Zone, code: str = LINE) -> None:
    page.goto(f"{zone.url}/m#check/{code}")
    expect(page.locator("#check-form")).to_be_visible()


def picture(colour: tuple[int, int, int], size: tuple[int, int] = (640, 480)) -> dict[str, Any]:
    """A file for a file input: a JPEG in one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    name = "-".join(map(str, colour))
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def fill(page: Page, verdict: str, finding: str) -> None:
    page.locator(f"label[data-verdict={verdict}]").click()
    page.locator("#finding").fill(finding)


def submit(page: Page) -> None:
    page.locator(".c-submit").click()
    expect(page.locator("#check-done")).to_be_visible()


def sent(page: Page) -> None:
    """Wait until the server has all of it."""
    expect(page.locator("#done-title")).to_have_text("已上报")
