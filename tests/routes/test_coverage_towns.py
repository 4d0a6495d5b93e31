"""Items without a place, on the coverage page: the numbers of the ledger, read without reading a site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.wording import figure
from tests.routes.html import Element
from tests.routes.opening import api, demonstration, in_language, name, opened
from tests.support.databases import ENGINES

WEEKS = ("2023-W28", "2023-W20", "2023-W02")


@pytest.fixture(scope="module", params=ENGINES)
def pages(request, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with demonstration(request.param, tmp_path_factory) as made:
        yield made


def targets(pages: TestClient, week: str, lang: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Those that the programme counts per town: number of the item, title, what the ledger tells."""
    return [
        (item["no"], name(target, lang), target)
        for item in api(pages, f"/api/items?week={week}", lang)["items"]
        for task in item["tasks"]
        if task["on_map"] == "town"
        for target in task["targets"]
    ]


def told(page: Element) -> dict[tuple[int, str], list[str]]:
    """Of each target what stands beside it: of those with numbers the towns', the whole and the progress."""
    (block,) = page.all("div", "cv-by-town")
    rows = [(row.all("th")[0], row.all("td")) for row in block.all("tr")[1:]]
    steps = [(row.all("span")[0], row.all("b")) for row in block.all("li")]
    found = {}
    for head, cells in [*rows, *steps]:
        number, title = head.text.split(" ", 1)
        for unit in head.all("span", "muted"):
            title = title.removesuffix(unit.text).strip()
        found[int(number), title] = [cell.text for cell in cells]
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("week", WEEKS)
def test_the_page_tells_what_the_ledger_tells(pages, week, lang):
    seen = told(opened(pages, in_language(f"/coverage?week={week}", lang)))
    known = targets(pages, week, lang)
    assert set(seen) == {(no, title) for no, title, _ in known}
    for no, title, target in known:
        *towns, whole, progress = [*[None] * 3, *seen[no, title]][-4:]
        if target.get("done") is not None:
            assert whole is not None and whole.startswith(figure(target["done"]))
        for row, cell in zip(target.get("by_town", []), towns, strict=bool(target.get("by_town"))):
            assert cell == figure(row["quantity"])
        if target.get("percent") is not None:
            assert progress.replace(" ", "").startswith(f"{target['percent']:g}")


def test_tasks_without_sites_are_told_as_in_the_whole_ledger(pages):
    live = pages.app.state.live
    some, whole = live.siteless(live.view), live.book_of(live.view)
    assert some.tasks
    assert not [code for code, line in some.lines.items() if line.subject.site]
    assert some.tasks == {key: whole.tasks[key] for key in some.tasks}
    assert some.lines == {code: whole.lines[code] for code in some.lines}


def test_the_page_does_not_read_the_whole_ledger(pages, monkeypatch):
    """Or it would take the longer the more sites there are."""
    whole: list[object] = []
    live = pages.app.state.live
    monkeypatch.setattr(live, "book", lambda *asked: whole.append(asked) or pytest.fail("the whole ledger"))
    assert told(opened(pages, "/coverage?week=2023-W27"))
    assert not whole
