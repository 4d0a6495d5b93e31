"""Signing in as a browser does it, through the form and its cookies."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def csrf_in(text: str) -> str:
    """The token in a page's form."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', text)
    assert found, text[:500]
    return found[1]


def sent_form(client: TestClient, name: str, password: str, onward: str = "/", **headers: str):
    """Open the sign-in page and send its form; the answer, not followed."""
    token = csrf_in(client.get("/sign-in", headers=HTML).text)
    fields = {"csrf": token, "name": name, "password": password, "next": onward}
    return client.post("/sign-in", data=fields, headers=HTML | headers, follow_redirects=False)
