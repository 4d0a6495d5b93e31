"""The check of browser code finds what the oldest browsers that we promise cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.checks.browsers import ALLOWED, FOLDER, SCRIPTS, problems_of, script_problems, sheet_problems

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("const THOUSANDS = /(?<=[0-9]),/g;", "lookbehind needs Safari 16.4"),
        ("  signal.throwIfAborted();", "throwIfAborted needs Chromium 100"),
        ("if (Object.hasOwn(a, b)) go();", "hasOwn needs Chromium 93"),
        ("fetch(x, { signal: AbortSignal.timeout(1) });", "Chromium 103 and Safari 16"),
        ("window.requestIdleCallback(run);", "more than Safari has"),
    ],
)
def test_what_is_too_new_in_scripts_is_found(line: str, words: str) -> None:
    (problem,) = script_problems("js/one.js", f"// a comment\n{line}\n")
    assert problem.startswith("js/one.js:2: ")
    assert words in problem


def test_old_enough_scripts_pass() -> None:
    text = (
        "// structuredClone( in a comment\n/* a.toSorted( */ const at = [1].at(-1) ?? list?.first;\n"
        "const named = /(?<km>[0-9]+)/.exec(text)?.groups; a ??= b.replaceAll(',', '');\n"
        "const url = 'https://example.org/x.with';\n"
    )
    assert script_problems("js/one.js", text) == []


@pytest.mark.parametrize(
    ("sheet", "problems"),
    [
        (".a { height: 100vh; height: 100dvh; }", 0),
        (".a { height: 100dvh; }", 1),
        (".a { background: color-mix(in srgb, red 5%, blue); background: red; }", 1),
        (".a:has(b), .c:not(:has(d)) { color: red; }", 0),
        ("@media print { .a, .b:has(c) { color: red; } }", 1),
        (".a:not(.b, .c), .d { color: red; } /* .e, .f:has(g) {} */", 0),
        ("@container (width > 1px) { .a { color: red; } }", 1),
        ("@media (width >= 720px) { .a { color: red; } }", 1),
    ],
)
def test_what_older_browsers_would_drop_in_style_sheets_is_found(sheet: str, problems: int) -> None:
    assert len(sheet_problems("css/one.css", sheet)) == problems


def test_every_exception_is_still_needed() -> None:
    assert problems_of(ROOT) == []
    for name, what in ALLOWED:
        assert what in SCRIPTS
        text = (ROOT / FOLDER / name).read_text("utf-8")
        other = script_problems(f"other/{name}", text)
        assert any(f": {what} needs" in problem for problem in other), (name, what)
