"""Where somebody may be sent after signing in: to this server and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.auth.origin import local_path


@pytest.mark.parametrize(
    "path", ["/", "/ledger", "/sites/20-1-01?lang=en", "/?item=20&status=lagging", "/items/%E6%96%87"]
)
def test_local_paths_are_kept(path):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "ledger",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "https://evil.example",
        "https:/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://[::1",
        "/x\r\nset-cookie: a=b",
        "/" + "x" * 3_000,
    ],
)
def test_everything_else_leads_home(text):
    assert local_path(text) == "/"


@given(st.text(alphabet="/\\:.@?#[] \t\r\nahtps%0", max_size=12))
def test_what_is_let_through_starts_with_one_slash(text):
    found = local_path(text)
    assert found[0] == "/" and found[1:2] not in ("/", "\\")
    assert "\\" not in found and not any(ord(character) <= 32 for character in found)
