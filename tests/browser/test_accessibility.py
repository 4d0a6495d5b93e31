"""axe-core finds no serious violation on any page, light and dark, on the desktop and on the phone."""

from __future__ import annotations

import pytest

from tests.browser.helpers import PHONE, open_map


@pytest.fixture(scope="module")
def demo(server):
    return server("demo", "--serve")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?site=20-1-02",
        "/ledger",
        "/items/20",
        "/items/6",
        "/sites/20-1-02",
        "/sites/none",
        "/docs",
        "/subjects/12-1",
        "/ledger?week=2023-W20",
    ],
)
def test_axe(new_page, axe, watch, demo, path, screen, scheme):
    page = new_page(color_scheme=scheme, **screen)
    watch.allow("404")
    if path.startswith("/?") or path == "/":
        open_map(page, demo.url + path)
    else:
        page.goto(demo.url + path)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)  # panels fade in; contrast is judged when they have
    violations = axe(page)
    assert not violations, axe.text(violations)
