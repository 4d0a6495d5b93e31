"""The watch over pages: one that asks another host, breaks its policy or fails in a script is found out."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser

from tests.support.axe import Axe
from tests.support.browser import Watch
from tests.support.fixtures import NewPage

POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' http://elsewhere.test"
HEAD = "<!doctype html><html lang=en><title>t</title><link rel=icon href=/icon>"
PAGES = {
    "/good": HEAD + "<h1>good</h1><script src=/good.js></script>",
    "/good.js": "document.body.dataset.done = 1;",
    "/icon": "",
    "/other-host": HEAD + "<img alt='' src=http://elsewhere.test/x.png>",
    "/inline": HEAD + "<script>1</script>",
    "/style": HEAD + "<p style='color:red'>x</p>",
    "/eval": HEAD + "<script src=/eval.js></script>",
    "/eval.js": "try { eval('1') } catch (e) {}",
    "/throws": HEAD + "<script src=/throws.js></script>",
    "/throws.js": "throw new Error('broken on purpose')",
    "/missing": HEAD + "<script src=/nowhere.js></script>",
    "/logs": HEAD + "<script src=/logs.js></script>",
    "/logs.js": "console.error('said on purpose')",
    "/unlabelled": HEAD + "<main><h1>x</h1><img src=/icon><input></main>",
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGES.get(self.path)
        self.send_response(404 if body is None else 200)
        kind = "text/javascript" if self.path.endswith(".js") else "text/html"
        self.send_header("content-type", "image/svg+xml" if self.path == "/icon" else kind)
        self.send_header("content-security-policy", POLICY)
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}"
        made.shutdown()
        thread.join()


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator:
    """Opens an address in a watched page and gives the watch, which is not asked after the test."""
    contexts = []

    def open_page(path: str) -> Watch:
        watch = Watch()
        context = browser.new_context()
        contexts.append(context)
        watch.follow(context)
        page = context.new_page()
        page.goto(site + path, wait_until="networkidle")
        return watch

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/other-host", "request to another host: http://elsewhere.test/x.png"),
        ("/inline", "CSP violation: script-src-elem"),
        ("/style", "CSP violation: style-src-attr"),
        ("/eval", "CSP violation: script-src"),
        ("/throws", "broken on purpose"),
        ("/missing", "404"),
        ("/logs", "said on purpose"),
    ],
)
def test_a_faulty_page_is_found_out(path: str, words: str, visit) -> None:
    watch = visit(path)
    assert any(words in fault for fault in watch.faults), watch.faults
    with pytest.raises(pytest.fail.Exception, match="the browser saw"):
        watch.verify()
    for fault in list(watch.faults):
        watch.allow(re.escape(fault))
    watch.verify()


def test_a_good_page_passes(new_page: NewPage, watch: Watch, site: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto(f"{site}/good", wait_until="networkidle")
    assert page.locator("body").get_attribute("data-done") == "1"
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert page.evaluate("navigator.language") == "zh-CN"
    assert {url.removeprefix(site) for url in watch.requests} >= {"/good", "/good.js"}


def test_axe_works_under_the_policy_and_finds_what_is_wrong(page, axe: Axe, site: str) -> None:
    page.goto(f"{site}/unlabelled")
    found = axe(page)
    assert {violation["id"] for violation in found} >= {"image-alt", "label"}
    assert "image-alt (critical)" in axe.text(found)
    page.goto(f"{site}/good")
    assert axe(page) == []
