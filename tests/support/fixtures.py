"""Fixtures over databases.py, server.py and browser.py. conftest.py makes them known to all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from app.auth import passwords
from tests.support.axe import Axe
from tests.support.browser import PATIENCE_MS, Watch, launch
from tests.support.databases import ENGINES, FreshDatabase, Storage, storage
from tests.support.people import QUICK
from tests.support.server import Server, running_server
from tests.support.zones import fill

StartServer = Callable[..., Server]
NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def pg_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """SQLAlchemy's address of an empty PostGIS database, one for the module."""
    with storage("postgis", tmp_path_factory.mktemp("postgis")) as made:
        yield made.url


@pytest.fixture
def fresh_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshDatabase]:
    """`fresh_database("sqlite" | "postgis")` → Storage, as often as a test wants, gone after it."""
    with ExitStack() as stack:
        yield lambda engine: stack.enter_context(storage(engine, tmp_path_factory.mktemp(engine)))


@pytest.fixture(params=ENGINES)
def both_engines(request: pytest.FixtureRequest, fresh_database: FreshDatabase) -> Storage:
    """The test runs twice, each time with an empty database of its own."""
    return fresh_database(request.param)


@pytest.fixture(scope="module", params=ENGINES)
def both_engines_module(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Storage]:
    """The same with one database for all tests of a module: for what takes long to fill."""
    with storage(request.param, tmp_path_factory.mktemp(request.param)) as made:
        yield made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """`server()` starts `python -m app serve --prepare` on a free port and waits until it is ready.

    `server("serve")` starts another command, `server(demo=True)` serves the demonstration,
    `server(on=storage)` takes a Storage (default: an SQLite of its own),
    `server(MINSHENG_TODAY="2023-07-14")` sets its environment. What the storage lacks is copied into it
    first. All end with the module.
    """
    with ExitStack() as stack:

        def start(*command: str, on: Storage | None = None, demo: bool = False, **env: str) -> Server:
            place = on or stack.enter_context(storage("sqlite", tmp_path_factory.mktemp("server")))
            if place.is_untouched:
                fill(place, demo)
            command = command or (("serve",) if demo else ())
            return stack.enter_context(running_server(command, {**place.env, **env}))

        yield start


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the demonstration for tests that only look at it: one for all of them."""
    with storage("sqlite", tmp_path_factory.mktemp("demo")) as place:
        fill(place, demo=True)
        with running_server(("serve",), place.env) as made:
            yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium. One per module: Playwright's event loop must not live on beside other tests' loops."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What the pages of this test did wrong; asked after the test, and it fails when there is anything.

    `watch.allow("404")` excuses console messages that match a pattern.
    """
    made = Watch()
    yield made
    made.verify()


@pytest.fixture
def new_page(browser: Browser, watch: Watch) -> Iterator[NewPage]:
    """`new_page(viewport={"width": 390, "height": 844}, color_scheme="dark", …)` → Page, watched.

    Arguments are those of Playwright's `browser.new_context`; default: 1280 × 800, Chinese, light.
    """
    contexts = []

    def make(**options: Any) -> Page:
        chosen: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "zh-CN", **options}
        context = browser.new_context(**chosen)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        watch.follow(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """One watched page: requests to other hosts, console errors and CSP violations fail the test."""
    return new_page()


@pytest.fixture(scope="session")
def axe() -> Axe:
    """`axe(page)` → axe-core's violations of the page as it stands, each a dict; see tests/support/axe.py."""
    return Axe()


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing takes next to no time, for tests of who gets in and not of how well passwords are kept."""
    nobodys = QUICK.hash("nobody")
    monkeypatch.setattr(passwords, "_hasher", lambda: QUICK)
    monkeypatch.setattr(passwords, "_nobodys_hash", lambda: nobodys)
