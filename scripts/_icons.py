"""Draws the phone's icons from app/static/favicon.svg: `python -m scripts._icons`, when that has changed.

The pictures are committed, since drawing them needs a browser, which the server has not.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.support.browser import launch

STATIC = Path(__file__).resolve().parent.parent / "app/static"
GROUND = "#123E8C"
# name → edge in pixels, and the share of it that the drawing takes: a maskable icon may lose all beyond a
# circle of 80 %, and iOS rounds the corners by itself; neither has transparent corners.
ICONS = {
    "192.png": (192, None),
    "512.png": (512, None),
    "maskable-512.png": (512, 0.95),
    "apple-touch-180.png": (180, 1.0),
}
PAGE = """<style>* {{ margin: 0 }} body {{ background: {ground}; width: {edge}px; height: {edge}px;
display: grid; place-items: center; overflow: hidden }} svg {{ width: {drawn}px; height: {drawn}px }}</style>
{svg}"""


def main() -> int:
    """Write all icons."""
    svg = (STATIC / "favicon.svg").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name, (edge, share) in ICONS.items():
            page = browser.new_page(viewport={"width": edge, "height": edge})
            ground = "transparent" if share is None else GROUND
            page.set_content(PAGE.format(ground=ground, edge=edge, drawn=edge * (share or 1), svg=svg))
            picture = Image.open(io.BytesIO(page.screenshot(omit_background=share is None)))
            few = picture.quantize(64, method=Image.Quantize.FASTOCTREE)  # five flat colours and their edges
            few.save(STATIC / "icons" / name, optimize=True)
            page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
