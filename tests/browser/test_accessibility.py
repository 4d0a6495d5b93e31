"""axe-core finds no serious violation on any page: light on the desktop, dark on the phone.

Colours come from the same tokens on both screens, so the other two pairs would find nothing else.
"""

from __future__ import annotations

import pytest

from tests.browser.helpers import PHONE, open_map

SETTLED = """async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await Promise.allSettled(document.getAnimations().map((one) => one.finished));
}"""


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
    else:
        page.goto(demo.url + path)
    if path == "/docs":
        page.wait_for_selector(".opblock")
    page.evaluate(SETTLED)  # panels fade in; contrast is judged when they have
    violations = axe(page)
    assert not violations, axe.text(violations)
