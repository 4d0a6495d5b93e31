"""The host check finds addresses however they are written, and lets the listed ones through."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.checks.hosts import allowed, host_problems, hosts_in, problems_of

ROOT = Path(__file__).resolve().parent.parent.parent
LIST = allowed("# comment\n127.0.0.1\nexample.org\n*.tiles.test  maps/basemaps.py docs/*\n")
# Names in .test belong to nobody and are allowed here; these two are written in halves.
NETWORK = "js" + "delivr.net"
REGISTRY = "registry" + ".packages.net"


def test_no_file_of_this_project_names_a_foreign_host() -> None:
    assert problems_of(ROOT) == []


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("<script src='https://a.evil.test/x.js'>", "a.evil.test"),
        ('<script src="//a.evil.test/x.js">', "a.evil.test"),
        ("url(//a.evil.test/font.woff2)", "a.evil.test"),
        ("new WebSocket('wss://a.evil.test')", "a.evil.test"),
        ("`https://${name}.evil.test/`", "evil.test"),
        ("https://{s}.tiles.evil.test/{z}", "tiles.evil.test"),
        ("https://user:word@a.evil.test/simple", "a.evil.test"),
        (f"cdn.{NETWORK}/npm/leaflet", f"cdn.{NETWORK}"),
        (f"see {NETWORK}", NETWORK),
        (f"registry = {REGISTRY}/", REGISTRY),
    ],
)
def test_a_host_is_found(text: str, host: str) -> None:
    assert host in [found for _, found in hosts_in(text)]
    assert host_problems(text, "app/x.html", LIST)


@pytest.mark.parametrize(
    "text",
    [
        "// a comment",
        "a cdn, a registry, pypi",
        "registry.get(name)",
        "x = 1 // 2.5",
        "http://127.0.0.1:8000/",
        "https://example.org/a",
        "`${scheme}://${host}/`",
        "https://host/{z}/{x}/{y}.png",
        "path = a['//b']",
    ],
)
def test_what_is_no_foreign_host_passes(text: str) -> None:
    assert host_problems(text, "app/x.py", LIST) == []


def test_a_host_may_be_allowed_in_some_files_only() -> None:
    text = "https://a.tiles.test/1/2/3.png"
    assert host_problems(text, "maps/basemaps.py", LIST) == []
    assert host_problems(text, "docs/maps.md", LIST) == []
    assert host_problems(text, "app/templates/base.html", LIST)
