"""Pages for what goes wrong, the explanation of every kind of problem, and the API documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.errors import AppError
from app.i18n import LANGUAGES, catalogue
from tests.routes.opening import demonstration, in_language, links, opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Iterator[TestClient]:
    with demonstration("sqlite", tmp_path_factory) as made:
        yield made


@pytest.mark.parametrize(
    "path",
    ["/items/23", "/items/0", "/items/x", "/items/２０", "/sites/99-9-99", "/sites/<img src=x>", "/nowhere"],
)
def test_what_is_not_there_is_a_page_with_what_to_do(pages, path):
    page = opened(pages, path, 404)
    assert page.all("h1")[0].text == "没有找到"
    assert {"/ledger", "/", "/problems/not-found"} <= set(links(page.by_id("content")))
    assert not page.all("img", "x")
    assert opened(pages, in_language(path, "en"), 404).all("h1")[0].text == "Not found"
    plain = pages.get(path, headers={"accept": "application/json"})
    assert plain.status_code == 404
    assert plain.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("error", AppError.__subclasses__(), ids=lambda error: error.kind)
def test_every_kind_of_problem_is_explained(pages, error, lang):
    page = opened(pages, in_language(f"/problems/{error.kind}", lang))
    assert page.all("h1")[0].text == (error.title_zh if lang == "zh" else error.title_en)
    text = page.by_id("content").text
    words = catalogue(lang)["problem"][error.kind]
    assert words["means"] in text
    assert words["do"] in text
    example = json.loads("".join(page.all("pre")[0].all("code")[0].children))
    assert example["type"] == f"/problems/{error.kind}"
    assert example["status"] == error.status


def test_the_documentation_lists_every_address_without_scripts(pages):
    page = opened(pages, "/docs")
    spec = page.by_id("api").attributes["data-spec"]
    paths = pages.get(spec).json()["paths"]
    listed = {row.all("td")[1].text for row in page.by_id("api").all("tbody")[0].all("tr")}
    assert listed == set(paths)
    assert "/api/sites" in listed
