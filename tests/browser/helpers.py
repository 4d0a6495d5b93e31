"""What browser tests of the map share.

Whatever a tap, a key or an answer changes is waited for: by `expect`, or by `until` and `soon` below.
Playwright's `wait_for_function` will not do: a page's policy keeps it from evaluating an expression twice,
and it takes every promise for true.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.support.axe import settled
from tests.support.browser import PATIENCE_MS

__all__ = [
    "PHONE",
    "PROJECTOR",
    "TIMEOUT",
    "at_rest",
    "legend",
    "open_map",
    "settled",
    "soon",
    "until",
    "wait_shown",
]

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
}
PROJECTOR = {"viewport": {"width": 1920, "height": 1080}}
TIMEOUT = PATIENCE_MS
AGAIN_SECONDS = 0.05


def until(page: Page, work: str, argument: Any = None) -> Any:
    """Wait until a function in the page, which may be async, says something true; what it says."""
    deadline = time.monotonic() + TIMEOUT / 1000
    while not (found := page.evaluate(work, argument)):
        assert time.monotonic() < deadline, work
        time.sleep(AGAIN_SECONDS)
    return found


def soon(read: Callable[[], object], wanted: object) -> None:
    """Wait until `read()`, which asks the page, gives what is wanted. (`page.url` is only told meanwhile.)"""
    deadline = time.monotonic() + TIMEOUT / 1000
    while (found := read()) != wanted and time.monotonic() < deadline:
        time.sleep(AGAIN_SECONDS)
    assert found == wanted


def at_rest(page: Page) -> None:
    """Wait until the map has ended its flight, which begins with the panel or message that tells why."""
    page.wait_for_selector("html:not([data-moving])", timeout=TIMEOUT)


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
