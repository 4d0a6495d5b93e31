"""Nothing is skipped silently: a skipped, excused or unexpectedly passing test fails the run.

A test that cannot run here says so by failing with the line that installs what it needs. conftest.py imports
these hooks.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

# Node ids that may be skipped, each with its reason. Empty, and meant to stay so.
ALLOWED: dict[str, str] = {}
RULE = "nothing may be skipped here (tests/support/noskip.py): make it run, or delete it"


def reason_of(longrepr: Any) -> str:
    """Why pytest says a test was skipped."""
    if isinstance(longrepr, tuple) and len(longrepr) == 3:
        return str(longrepr[2])
    return str(longrepr)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    excused = hasattr(report, "wasxfail")
    if (report.skipped or excused) and report.nodeid not in ALLOWED:
        reason = f"xfail: {report.wasxfail}" if excused else reason_of(report.longrepr)
        if excused:
            del report.wasxfail
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: {reason}\n{RULE}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    # A module that skips itself as a whole (importorskip at its top).
    report = yield
    if report.outcome == "skipped" and report.nodeid not in ALLOWED:
        reason = reason_of(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: {reason}\n{RULE}"
    return report
