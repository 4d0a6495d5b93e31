"""Makes the shared fixtures and rules known to every test. What they do stands in tests/support."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.support.fixtures import (
    axe,
    both_engines,
    both_engines_module,
    browser,
    fresh_database,
    new_page,
    page,
    pg_url,
    server,
    watch,
)
from tests.support.noskip import pytest_make_collect_report, pytest_runtest_makereport

__all__ = [
    "axe",
    "both_engines",
    "both_engines_module",
    "browser",
    "fresh_database",
    "new_page",
    "page",
    "pg_url",
    "pytest_make_collect_report",
    "pytest_runtest_makereport",
    "server",
    "watch",
]

# A slow machine is no failure of the code; an example that fails is printed so that it can be repeated.
settings.register_profile(
    "project", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that drive a browser come first: the slow ones must not be what all wait for at the end."""
    slow = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path not in slow)
