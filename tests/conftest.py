"""Makes the shared fixtures and rules known to every test. What they do stands in tests/support."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.support.fixtures import (
    axe,
    both_engines,
    both_engines_module,
    browser,
    demo,
    fresh_database,
    new_page,
    page,
    pg_url,
    quick_passwords,
    server,
    watch,
)
from tests.support.noskip import pytest_make_collect_report, pytest_runtest_makereport

__all__ = [
    "axe",
    "both_engines",
    "both_engines_module",
    "browser",
    "demo",
    "fresh_database",
    "new_page",
    "page",
    "pg_url",
    "pytest_make_collect_report",
    "pytest_runtest_makereport",
    "quick_passwords",
    "server",
    "watch",
]

# A slow machine is no failure of the code; an example that fails is printed so that it can be repeated.
settings.register_profile(
    "project", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that drive a browser are spread over the others, none near the end: where files run side by side,
    two browsers seldom meet, and no slow file is what all wait for last."""
    slow = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    files = list(dict.fromkeys(item.path for item in items))
    place = {}
    for some, share in (([f for f in files if f in slow], 0.8), ([f for f in files if f not in slow], 1.0)):
        place |= {path: share * (number + 0.5) / len(some) for number, path in enumerate(some)}
    items.sort(key=lambda item: place[item.path])
