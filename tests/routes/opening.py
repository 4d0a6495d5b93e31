"""Opening pages of the application in this process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient

from tests.routes.html import Element, parse
from tests.support.clients import client
from tests.support.databases import storage

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PUBLIC = "https://minsheng.example/map"


@contextmanager
def demonstration(engine: str, folder: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The application with the sample data, on a database of its own."""
    with storage(engine, folder.mktemp("pages")) as place, client(place, demo=True) as made:
        yield made


@contextmanager
def untouched(folder: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The application as `make run` has it, without any plan or report, known outside as PUBLIC."""
    with (
        storage("sqlite", folder.mktemp("plain")) as place,
        client(place, public_url=f"{PUBLIC}/") as made,
    ):
        yield made


def opened(pages: TestClient, path: str, status: int = 200) -> Element:
    pages.cookies.clear()  # a language of an earlier page must not linger
    answer = pages.get(path, headers=HTML)
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return parse(answer.text)


def in_language(path: str, lang: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={lang}"


def api(pages: TestClient, path: str, lang: str = "zh") -> dict:
    answer = pages.get(in_language(path, lang))
    assert answer.status_code == 200, answer.text
    return answer.json()


def squeezed(text: object) -> str:
    return re.sub(r"\s+", " ", str(text)).strip()


def name(row: dict, lang: str, key: str = "title") -> str:
    return row[f"{key}_en"] if lang == "en" else row[key]


def links(page: Element) -> list[str]:
    return [element.attributes["href"] for element in page.all("a") if "href" in element.attributes]
