"""The rule that nothing is skipped: pytest in a folder of its own, with the hooks that conftest.py has."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
HOOKS = "from tests.support.noskip import pytest_make_collect_report, pytest_runtest_makereport\n"
# Every way to be excused, each in a file of its own.
EXCUSES = {
    "mark": "import pytest\n@pytest.mark.skip(reason='no time')\ndef test_a(): pass\n",
    "call": "import pytest\ndef test_a(): pytest.skip('no time')\n",
    "fixture": "import pytest\n@pytest.fixture\ndef f(): pytest.skip('no time')\ndef test_a(f): pass\n",
    "module": "import pytest\npytest.skip('no time', allow_module_level=True)\n",
    "importorskip": "import pytest\npytest.importorskip('no_time_at_all')\n",
    "xfail": "import pytest\n@pytest.mark.xfail(reason='no time')\ndef test_a(): assert False\n",
    "xpass": "import pytest\n@pytest.mark.xfail(reason='no time')\ndef test_a(): pass\n",
    "unittest": (
        "import unittest\nclass T(unittest.TestCase):\n"
        "  @unittest.skip('no time')\n  def test_a(self): pass\n"
    ),
}
OTHERS = {"passing": "def test_a(): pass\n", "failing": "def test_a(): assert 1 == 2\n"}


def run_pytest(folder: Path, sources: dict[str, str], hooks: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(hooks)
    for name, source in sources.items():
        (folder / f"test_{name}.py").write_text(source)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-rA",
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "300"}
    return subprocess.run(
        [*command, "--rootdir", str(folder), str(folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says of all of them under the rule."""
    return run_pytest(tmp_path_factory.mktemp("ruled"), EXCUSES | OTHERS, HOOKS).stdout


@pytest.mark.parametrize("name", EXCUSES)
def test_an_excuse_fails_and_says_why(name: str, ruled: str) -> None:
    summary = [line for line in ruled.splitlines() if f"test_{name}.py" in line]
    assert any(line.startswith(("FAILED", "ERROR")) for line in summary), summary
    assert any("no time" in line or "no_time_at_all" in line for line in summary), summary


def test_each_failure_names_the_rule(ruled: str) -> None:
    sections = ruled.split("short test summary")[0]
    assert sections.count("nothing may be skipped here") == len(EXCUSES)


def test_passing_and_failing_tests_are_left_alone(ruled: str) -> None:
    assert "PASSED test_passing.py::test_a" in ruled
    assert "assert 1 == 2" in ruled
    assert (
        f"1 passed, {len(EXCUSES) + 1} " in ruled.replace(" failed", "").replace("errors", "")
        or "1 passed" in ruled
    )


def test_without_the_rule_pytest_would_let_them_pass(tmp_path: Path) -> None:
    """Or the tests above would prove nothing."""
    done = run_pytest(tmp_path, EXCUSES, hooks="")
    assert done.returncode == 0, done.stdout
