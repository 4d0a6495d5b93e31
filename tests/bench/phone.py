"""`python -m tests.bench.phone`: the telephone's page on a mid-range telephone with a 4G connection.

A real Chromium with a network of 9 Mbit/s and 170 ms and a processor four times slower: first and repeated
visit, scrolling 1,000 sites, preparing a photo. Lighthouse, from a lock of its own, as a second opinion.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from scripts._vendor import environment_for, find_npm
from tests.bench.machine import busy, facts
from tests.bench.zone import generated
from tests.browser.phone.helpers import LOCATED
from tests.support.browser import FLAGS, find_chromium
from tests.support.server import ROOT, running_server

SITES = 1_000
MBIT, LATENCY_MS, SLOWER = 9, 170, 4
FIRST_S, REPEAT_S, FIRST_KB, LONG_TASK_MS, LEAST_SCORE = 3.5, 1.0, 350, 100, 95
ROUNDS = 5
PHOTO = (4000, 3000)
LIGHTHOUSE = Path(__file__).with_name("lighthouse")
TOLD = (
    "first-contentful-paint",
    "largest-contentful-paint",
    "total-blocking-time",
    "cumulative-layout-shift",
)
CATEGORIES = ("performance", "accessibility", "best-practices")

# When the list can be used, and what blocks the page, as the page itself sees it.
OBSERVE = """
globalThis.__bench = {ready: null, tasks: []};
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) __bench.tasks.push([one.startTime, one.duration]);
}).observe({type: "longtask", buffered: true});
const seen = new MutationObserver(() => {
  if (document.documentElement?.dataset.ready !== "yes" || __bench.ready !== null) return;
  requestAnimationFrame(() => (__bench.ready ??= performance.now()));
});
seen.observe(document, {attributes: true, subtree: true, attributeFilter: ["data-ready"]});
"""


def main() -> int:
    """Prints the figures; a missed target does not change the exit code."""
    parser = argparse.ArgumentParser(prog="make bench ARGS='phone …'")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="每项重复次数 · times that each is measured"
    )
    parser.add_argument("--without-lighthouse", action="store_true")
    options = parser.parse_args()
    if warning := busy():
        print(f"! {warning}", file=sys.stderr)
    print(", ".join(f"{name}: {value}" for name, value in facts(None).items()))
    print(f"network {MBIT} Mbit/s, {LATENCY_MS} ms; processor {SLOWER} × slower; {SITES:,} sites", flush=True)
    with generated("sqlite", SITES) as zone, running_server(("serve",), zone.env) as server:
        with sync_playwright() as playwright:
            flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
            browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=flags)
            chromium = find_chromium(playwright)
            try:
                _visits(browser, server.url, options.rounds)
                _scrolling(browser, server.url)
                _photo(browser, server.url, options.rounds)
            finally:
                browser.close()
        if not options.without_lighthouse:
            _lighthouse(chromium, server.url, flags)
    return 0


def _told(what: str, value: str, met: bool, target: str) -> None:
    print(f"{what}: {value} {'✓' if met else '✗'} (target {target})", flush=True)


def _slow(page: Page) -> CDPSession:
    """The page with a telephone's network and processor."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    throughput = MBIT * 1_000_000 / 8
    conditions = {
        "offline": False,
        "latency": LATENCY_MS,
        "downloadThroughput": throughput,
        "uploadThroughput": throughput,
    }
    session.send("Network.emulateNetworkConditions", conditions)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return session


def _context(browser: Browser) -> BrowserContext:
    context = browser.new_context(locale="zh-CN", **LOCATED)
    context.add_init_script(OBSERVE)
    return context


def _until(page: Page, work: str, seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := page.evaluate(work)):
        assert time.monotonic() < deadline, work
        time.sleep(0.05)
    return found


def _ready_s(page: Page) -> float:
    """Seconds from the navigation's start until the list could be used, and no long task went on."""
    ready = _until(page, "() => __bench.ready")
    tasks = page.evaluate("() => __bench.tasks")
    during = [start + length for start, length in tasks if start <= ready <= start + length]
    return max([ready, *during]) / 1000


def _visits(browser: Browser, url: str, rounds: int) -> None:
    first, again, kilobytes, whole = [], [], [], []
    for _ in range(rounds):
        context = _context(browser)
        page = context.new_page()
        session = _slow(page)
        got = {"bytes": 0}

        def count(event: dict[str, Any], got: dict[str, int] = got) -> None:
            got["bytes"] += event["encodedDataLength"]

        session.on("Network.loadingFinished", count)
        page.goto(f"{url}/m")
        first.append(_ready_s(page))
        kilobytes.append(got["bytes"] / 1000)
        _until(page, "() => Boolean(navigator.serviceWorker.controller)")
        page.wait_for_timeout(1_000)
        whole.append(got["bytes"] / 1000)
        page.close()
        page = context.new_page()
        _slow(page)
        page.goto(f"{url}/m")
        again.append(_ready_s(page))
        context.close()
    median = statistics.median
    value = f"{median(first):.2f} s (slowest {max(first):.2f})"
    _told("first visit, interactive", value, median(first) < FIRST_S, f"{FIRST_S:g} s")
    value = (
        f"{max(kilobytes):.0f} kB (and {max(whole) - max(kilobytes):.0f} kB afterwards: map, other screens)"
    )
    _told("first visit, transferred until then", value, max(kilobytes) < FIRST_KB, f"{FIRST_KB} kB")
    value = f"{median(again):.2f} s (slowest {max(again):.2f})"
    _told("repeated visit, interactive", value, median(again) < REPEAT_S, f"{REPEAT_S:g} s")


def _scrolling(browser: Browser, url: str) -> None:
    context = _context(browser)
    page = context.new_page()
    session = _slow(page)
    page.goto(f"{url}/m")
    _ready_s(page)
    page.wait_for_timeout(6_000)
    box = page.locator("#nearby-list").bounding_box()
    assert box is not None
    page.evaluate("() => (__bench.tasks.length = 0)")
    middle = {"x": box["x"] + box["width"] / 2, "y": min(box["y"] + 60, 700)}
    for _ in range(12):
        # a flick of the thumb: 2,400 px at 2,400 px/s
        gesture = {**middle, "yDistance": -2_400, "speed": 2_400, "gestureSourceType": "mouse"}
        session.send("Input.synthesizeScrollGesture", gesture)
    far = page.evaluate(
        "() => Math.max(...[...document.querySelectorAll('#screen-nearby *')].map((one) => one.scrollTop))"
    )
    assert far > 5_000, f"the list has not scrolled: {far} px"
    tasks = [length for _, length in page.evaluate("() => __bench.tasks")]
    longest = max(tasks, default=0)
    value = f"longest task {longest:.0f} ms, {len(tasks)} over 50 ms, {far:,.0f} px of the list scrolled"
    _told(f"scrolling {SITES:,} nearby sites", value, longest <= LONG_TASK_MS, f"{LONG_TASK_MS} ms")
    context.close()


def _photo(browser: Browser, url: str, rounds: int) -> None:
    context = _context(browser)
    page = context.new_page()
    _slow(page)
    page.goto(f"{url}/m")
    _ready_s(page)
    picture = _noisy()
    page.evaluate(
        """async (text) => {
            const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
            globalThis.__file = new File([bytes], "a.jpg", {type: "image/jpeg"});
            globalThis.__photos = await import("/static/js/phone/photos.js");
        }""",
        base64.b64encode(picture).decode(),
    )
    found = []
    for _ in range(rounds):
        took, size = page.evaluate(
            """async () => {
                const begin = performance.now();
                const {bytes} = await __photos.prepare(__file, {position: null, longest: 2048});
                return [performance.now() - begin, bytes.byteLength];
            }"""
        )
        found.append(took / 1000)
    megapixels = PHOTO[0] * PHOTO[1] / 1e6
    print(
        f"photo of {megapixels:.0f} megapixels ({len(picture) / 1e6:.1f} MB) prepared in "
        f"{statistics.median(found):.2f} s (slowest {max(found):.2f}), {size / 1e6:.2f} MB to send",
        flush=True,
    )
    context.close()


def _noisy() -> bytes:
    """A picture as hard to compress as a photo: shades with some grain."""
    random = np.random.default_rng(20230714)
    width, height = PHOTO
    shade = np.linspace(0, 180, width)[None, :, None] + np.linspace(0, 60, height)[:, None, None]
    grain = random.normal(0, 10, (height, width, 3))
    out = io.BytesIO()
    picture = np.clip(shade + grain, 0, 255).astype(np.uint8)
    Image.fromarray(picture).save(out, "JPEG", quality=90)
    return out.getvalue()


def _lighthouse(chromium: str, url: str, flags: list[str]) -> None:
    program = _lighthouse_program()
    if program is None:
        return
    node = shutil.which("node", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    with tempfile.TemporaryDirectory(prefix="minsheng-lighthouse-") as folder:
        report = Path(folder) / "report.json"
        command = [
            *(
                node or "node",
                str(program),
                f"{url}/m",
                "--quiet",
                "--output=json",
                f"--output-path={report}",
            ),
            f"--only-categories={','.join(CATEGORIES)}",
            "--throttling-method=devtools",
            f"--throttling.requestLatencyMs={LATENCY_MS}",
            f"--throttling.downloadThroughputKbps={MBIT * 1000}",
            f"--throttling.uploadThroughputKbps={MBIT * 1000}",
            f"--throttling.cpuSlowdownMultiplier={SLOWER}",
            f"--chrome-flags={' '.join(['--headless=new', *_shell_safe(flags)])}",
        ]
        settings = {**os.environ, "CHROME_PATH": chromium}
        done = subprocess.run(command, check=False, env=settings, capture_output=True, text=True, timeout=300)
        if done.returncode or not report.exists():
            print(f"✗ Lighthouse failed: {done.stderr.strip()[-500:]}", file=sys.stderr)
            return
        found = json.loads(report.read_text("utf-8"))
    for name in CATEGORIES:
        score = round(found["categories"][name]["score"] * 100)
        what = f"Lighthouse {found['lighthouseVersion']}, {name}"
        _told(what, str(score), score >= LEAST_SCORE, str(LEAST_SCORE))
    for name in TOLD:
        print(f"  {name}: {found['audits'][name]['displayValue']}")
    for audit in found["audits"].values():
        weighed = audit["scoreDisplayMode"] in ("binary", "numeric", "metricSavings")
        if weighed and audit["score"] is not None and audit["score"] < 0.9:
            print(f"  {audit['id']}: {audit['title']} {audit.get('displayValue', '')}")


def _shell_safe(flags: list[str]) -> list[str]:
    """Lighthouse splits its flags at spaces."""
    return [f'"{flag}"' if " " in flag else flag for flag in flags]


def _lighthouse_program() -> Path | None:
    """Its command, fetched once into .cache; None, and told, where it cannot be fetched."""
    place = ROOT / ".cache/lighthouse"
    lock = (LIGHTHOUSE / "package-lock.json").read_bytes()
    program = place / "node_modules/lighthouse/cli/index.js"
    if program.exists() and (place / "package-lock.json").read_bytes() == lock:
        return program
    npm = find_npm()
    if npm is None:
        print("✗ no npm for Lighthouse: scripts/vendor sees to one", file=sys.stderr)
        return None
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(LIGHTHOUSE / name, place)
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    fetched = subprocess.run(command, check=False, cwd=place, env=environment_for(npm), stdout=sys.stderr)
    if fetched.returncode:
        print("✗ Lighthouse could not be fetched", file=sys.stderr)
        return None
    return program


if __name__ == "__main__":
    sys.exit(main())
