"""A real Chromium, and a watch over what its pages do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Playwright,
    Request,
    WebError,
    WebSocket,
    expect,
)

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
# A busy machine is no failure of the page: what is waited for may take longer than Playwright's 5 s and 30 s.
EXPECT_MS = 30_000
PATIENCE_MS = 60_000
OWN_HOSTS = {"127.0.0.1", "localhost"}
HOSTLESS = {"data", "blob", "about"}
MARK = "CSP violation:"
# Told by the page itself, since a violation inside a frame or worker need not reach the console.
TELL_VIOLATIONS = f"""
addEventListener("securitypolicyviolation", (event) => console.error(
  "{MARK} " + event.effectiveDirective + " " + (event.blockedURI || "") + " " + (event.sample || "") +
  " at " + event.sourceFile + ":" + event.lineNumber));
"""
# `html[data-moving]` for as long as one of Leaflet's maps is on its way: nothing else tells a flight's end.
TELL_MOVES = """
(() => {
  const moving = new Set();
  const tell = (map, on) => {
    moving[on ? "add" : "delete"](map);
    document.documentElement.toggleAttribute("data-moving", moving.size > 0);
  };
  let leaflet;
  Object.defineProperty(window, "L", { configurable: true, enumerable: true, get: () => leaflet, set(made) {
    leaflet = made;
    made?.Map?.addInitHook(function () {
      this.on("movestart zoomstart", () => tell(this, true)).on("moveend unload", () => tell(this, false));
    });
  } });
})();
"""
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    # Even a request that should not be there leads nowhere, and is seen all the same.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]


def find_chromium(playwright: Playwright) -> str:
    """A Chromium that runs: MINSHENG_CHROMIUM, the system's or Playwright's own; none fails the test."""
    for name in filter(None, (os.environ.get("MINSHENG_CHROMIUM"), *NAMES)):
        path = shutil.which(name)
        # Ubuntu's chromium-browser is a stand-in that only tells where to find a snap.
        if path and subprocess.run([path, "--version"], check=False, capture_output=True).returncode == 0:
            return path
    if Path(playwright.chromium.executable_path).exists():
        return playwright.chromium.executable_path
    pytest.fail(
        "no Chromium: scripts/test installs it, or apt-get install chromium; MINSHENG_CHROMIUM names another",
        pytrace=False,
    )


def launch(playwright: Playwright) -> Browser:
    """Chromium without a window."""
    expect.set_options(timeout=EXPECT_MS)
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    return playwright.chromium.launch(executable_path=find_chromium(playwright), args=flags)


class Watch:
    """Collects what pages must not do: ask other hosts, break the security policy, fail in a script."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.requests: list[str] = []
        self._allowed: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        """Excuses faults in which the pattern (a regular expression) is found."""
        self._allowed.append(re.compile(pattern))

    def follow(self, context: BrowserContext) -> None:
        """Watches every page of a context from now on."""
        context.add_init_script(TELL_VIOLATIONS)
        context.add_init_script(TELL_MOVES)
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._web_error)
        context.on("page", lambda page: page.on("websocket", self._websocket))

    def verify(self) -> None:
        """Fails the test when there is a fault that is not excused."""
        left = [fault for fault in self.faults if not any(pattern.search(fault) for pattern in self._allowed)]
        if left:
            pytest.fail("the browser saw:\n  " + "\n  ".join(dict.fromkeys(left)), pytrace=False)

    def _address(self, url: str, what: str) -> None:
        self.requests.append(url)
        parts = urlsplit(url)
        if parts.scheme not in HOSTLESS and parts.hostname not in OWN_HOSTS:
            self.faults.append(f"{what} to another host: {url[:200]}")

    def _request(self, request: Request) -> None:
        self._address(request.url, "request")

    def _websocket(self, socket: WebSocket) -> None:
        self._address(socket.url, "websocket")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            place = message.location
            self.faults.append(
                f"console: {message.text} ({place.get('url', '')}:{place.get('lineNumber', '')})"
            )

    def _web_error(self, error: WebError) -> None:
        self.faults.append(f"uncaught: {error.error.stack or error.error}")
