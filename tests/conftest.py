"""Makes the shared fixtures and rules known to every test. What they do stands in tests/support."""

from __future__ import annotations

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
