"""axe-core finds no serious violation on any page: light on the desktop, dark on the phone.

Colours come from the same tokens on both screens, so the other two pairs would find nothing else.
"""

from __future__ import annotations

import pytest

from tests.browser.helpers import PHONE, TIMEOUT, open_map


@pytest.mark.parametrize(
    ("screen", "scheme"), [({}, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"]
)
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
        if "site=" in path:
            page.wait_for_selector("#detail .targets", timeout=TIMEOUT)
    else:
        page.goto(demo.url + path)
    if path == "/docs":
        page.wait_for_selector(".opblock")
    violations = axe(page)
    assert not violations, axe.text(violations)
