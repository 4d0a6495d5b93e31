"""The QR code on a site's label leads to the site's page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import segno
from starlette.testclient import TestClient

from tests.routes.opening import PUBLIC, demonstration, opened, untouched


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Iterator[TestClient]:
    with demonstration("sqlite", tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Iterator[TestClient]:
    with untouched(tmp_path_factory) as made:
        yield made


def modules_of(svg: str) -> set[tuple[int, int]]:
    """Dark modules (row, column) of a QR code drawn by horizontal strokes, the quiet zone counted."""
    path = max(re.findall(r'd="([^"]+)"', svg), key=len)
    found, x, y = set(), 0.0, 0.0
    for command, numbers in re.findall(r"([MmHhVv])([^MmHhVv]*)", path):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        elif command == "h":
            found |= {(int(y), column) for column in range(round(x), round(x + values[0]))}
            x += values[0]
        else:
            raise AssertionError(f"unexpected {command} in a QR code")
    return found


def qr_matrix(address: str) -> set[tuple[int, int]]:
    made = segno.make(address, error="q")
    border = 4
    return {
        (row + border, column + border)
        for row, line in enumerate(made.matrix)
        for column, dark in enumerate(line)
        if dark
    }


@pytest.mark.parametrize("fixture", ["pages", "plain"])
def test_the_qr_code_holds_the_pages_address(request, fixture):
    served = request.getfixturevalue(fixture)
    base = PUBLIC if fixture == "plain" else "http://testserver"
    for code in ("03-1-01", "20-1-02", "22-1-03"):
        answer = served.get(f"/sites/{code}/qr.svg")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/svg+xml"
        modules = modules_of(answer.text)
        assert modules == qr_matrix(f"{base}/sites/{code}")
        assert modules != qr_matrix(f"{base}/sites/20-1-01")
        label = opened(served, f"/sites/{code}").by_id("label")
        assert f"{base}/sites/{code}" in label.text
        assert label.all("img")[0].attributes["src"] == f"/sites/{code}/qr.svg"
    assert served.get("/sites/20-1-99/qr.svg").status_code == 404


def test_a_host_name_too_long_for_a_qr_code_is_refused(pages):
    answer = pages.get("/sites/20-1-01/qr.svg", headers={"host": "x" * 3000})
    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert (fault["parameter"], bool(fault["allowed"])) == ("Host", True)
