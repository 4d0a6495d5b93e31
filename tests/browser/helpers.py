"""What browser tests of the map share."""

from __future__ import annotations

from playwright.sync_api import Page

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
}
PROJECTOR = {"viewport": {"width": 1920, "height": 1080}}
TIMEOUT = 20_000


def open_map(page: Page, address: str) -> Page:
    """Open a map page and wait until sites and ground are drawn."""
    page.goto(address)
    page.wait_for_selector('html[data-ready="yes"][data-ground="yes"]', timeout=TIMEOUT)
    return page


def wait_shown(page: Page, count: int) -> None:
    """Wait until map and list both show `count` sites."""
    page.wait_for_selector(f'html[data-shown="{count}"][data-listed="{count}"]', timeout=TIMEOUT)


def legend(page: Page) -> dict[str, int]:
    """The legend's counts by status code."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("#legend [data-status]")].map(
            (row) => [row.dataset.status, Number(row.querySelector(".legend-count").textContent)]))"""
    )
