"""Accessibility: axe-core, fetched by scripts/vendor --dev, run in a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parent.parent.parent / ".cache/vendor/axe-core/axe.min.js"
SERIOUS = ("serious", "critical")
# What fades in is judged when it has: two frames begin what is due, and what never ends is not waited for.
SETTLED = """async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const ends = (one) => one.effect?.getComputedTiming().endTime < Infinity;
    await Promise.allSettled(document.getAnimations().filter(ends).map((one) => one.finished));
}"""


def settled(page: Page) -> None:
    """Wait until the page is loaded and all its transitions and animations have ended."""
    page.wait_for_load_state()
    page.evaluate(SETTLED)


class Axe:
    """Calls axe-core and gives back its violations, the serious ones by default.

    It judges the page when it is loaded and nothing moves any more. The script comes in through the browser's
    debugger, so that the page's own policy stays as it is.
    """

    def __init__(self) -> None:
        if not SCRIPT.exists():
            pytest.fail("axe-core is missing: scripts/vendor --dev", pytrace=False)
        self._source = SCRIPT.read_text("utf-8")

    def __call__(self, page: Page, impacts: tuple[str, ...] = SERIOUS) -> list[dict[str, Any]]:
        settled(page)
        session = page.context.new_cdp_session(page)
        session.send("Runtime.evaluate", {"expression": self._source})
        session.detach()
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [violation for violation in found["violations"] if violation["impact"] in impacts]

    @staticmethod
    def text(violations: list[dict[str, Any]]) -> str:
        """The violations as lines for an assertion's message: rule, what it is about, the first elements."""
        return "\n".join(
            f"{violation['id']} ({violation['impact']}): {violation['help']}: "
            + "; ".join(node["html"][:120] for node in violation["nodes"][:3])
            for violation in violations
        )
