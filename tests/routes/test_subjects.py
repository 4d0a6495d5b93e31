"""Pages of tasks, curves, and timelines by reader: internal matters and words stay where they may be."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.domain.privacy import WITHHELD_ITEMS
from app.i18n import LANGUAGES
from tests.routes.html import Element
from tests.routes.opening import HTML, api, demonstration, in_language, links, name, opened, squeezed
from tests.support.people import PEOPLE, Person, signed_in

TASKS = ["01-1", "07-1", "08-1", "12-1", "14-1", "18-1", "20-3", "20-2", "21-1"]
# Sentences of data/demo/2023.toml that somebody wrote.
FINDING = "实际完成少于上报，三处电杆未迁。"
PROTECTED_TEXT = "部分材料到货晚于计划，七月下旬集中安装。"
PROTECTED_BLOCKAGE = "改造材料供货晚于计划"


@pytest.fixture(scope="module", params=["sqlite", "postgis"])
def pages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with demonstration(request.param, tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def people(pages: TestClient) -> dict[str, Person]:
    return {who: signed_in(pages, who) for who in PEOPLE}


def text_of(client: TestClient, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text[:300]
    return answer.text


def entries(page: Element) -> list[Element]:
    return [entry for ordered in page.all("ol", "history") for entry in ordered.all("li")]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", TASKS)
def test_a_tasks_page(pages, code, lang):
    page = opened(pages, in_language(f"/subjects/{code}", lang))
    members = api(pages, f"/api/subjects/{code}", lang)
    assert page.all("h1")[0].text == squeezed(name(members, lang))
    item = api(pages, f"/api/items/{members['item']}", lang)
    task = next(task for task in item["tasks"] if task["code"] == code)
    text = page.by_id("content").text
    for target in task["targets"]:
        assert squeezed(name(target, lang)) in text
    if members["reported"]:
        standing = page.all("div", "standing")[0]
        assert members["status_label"] in standing.text
        assert squeezed(task["subject"]["why"]) in standing.text
        drawn = page.all("svg", "curve")
        assert len(drawn) == 2  # one for the desktop and paper, one for the telephone
        for svg in drawn:
            assert svg.attributes["role"] == "img"
            assert f"{members['reported_percent']:g}" in svg.attributes["aria-label"]
    else:
        assert not page.all("svg", "curve")


def test_a_sites_code_leads_to_the_site_with_its_week(pages):
    answer = pages.get("/subjects/20-1-02?week=2023-W20", headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "/sites/20-1-02?week=2023-W20")


@pytest.mark.parametrize("code", ["99-1", "20-9", "x", "20-1-99", "%3Cscript%3E"])
def test_what_is_no_subject_is_told(pages, code):
    opened(pages, f"/subjects/{code}", 404)


def test_a_past_week_has_the_figures_and_the_curve_of_then(pages):
    then, now = (opened(pages, f"/subjects/12-1{query}") for query in ("?week=2023-W20", ""))
    done = [re.search(r"(\d+) / 149 口", page.by_id("content").text)[1] for page in (then, now)]
    assert int(done[0]) < int(done[1])
    assert "2023-05-21" in then.all("svg", "curve")[0].attributes["aria-label"]
    assert all(entry.all("time")[0].text <= "2023-05-21" for entry in entries(then))


def test_the_public_reads_figures_and_no_internal_matters(pages):
    for path in ("/sites/20-1-02", "/items/20", "/subjects/16-1"):
        page = opened(pages, path)
        assert not page.all("b", "event-internal")
        assert not page.all("q", "event-words")
        assert not page.all("small", "event-by")
        assert "登录后可见" in page.text
    events = {entry["event"] for entry in api(pages, "/api/sites/20-1-02")["properties"]["history"]}
    assert events == {"planned", "replanned", "reported", "corrected"}
    assert FINDING not in text_of(pages, "/sites/20-1-02")


def test_people_who_are_signed_in_read_what_was_written(people):
    for who in ("supervision", "leader", "viewer", "other_unit"):
        text = text_of(people[who], "/sites/20-1-02")
        assert FINDING in text
        assert "按实测更正" in text
    history = people["supervision"].get("/api/sites/20-1-02").json()["properties"]["history"]
    steps = [entry for entry in history if entry["event"].startswith("blockage_")]
    assert [entry["event"] for entry in reversed(steps)] == [
        "blockage_open",
        "blockage_escalate",
        "blockage_assign",
        "blockage_answer",
    ]
    assert all(entry["internal"] and entry["words"] and entry["by"] for entry in steps)
    assert all(entry["page"].startswith("/blockages/") for entry in steps)


def test_an_answer_for_one_reader_is_no_answer_for_another(pages, people):
    """A browser that kept the public answer asks again after signing in, and the other way round."""
    address = "/api/sites/20-1-02"
    public = pages.get(address)
    again = people["supervision"].get(address, headers={"if-none-match": public.headers["etag"]})
    assert again.status_code == 200
    assert "private" in again.headers["cache-control"]
    assert pages.get(address, headers={"if-none-match": again.headers["etag"]}).status_code == 200
    assert pages.get(address, headers={"if-none-match": public.headers["etag"]}).status_code == 304


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        (None, False),
        ("viewer", False),
        ("other_unit", False),
        ("supporting_unit", False),
        ("supervision", True),
        ("leader", False),
        ("administrator", True),
    ],
)
def test_words_about_homes_and_persons_are_for_those_concerned(pages, people, who, reads):
    client = people[who] if who else pages
    for path in ("/subjects/07-1", "/items/7"):
        text = text_of(client, path)
        assert (PROTECTED_BLOCKAGE in text) == reads, path
    assert (PROTECTED_TEXT in text_of(client, "/subjects/07-1")) == reads


def test_protected_items_lead_to_no_place(pages):
    for no in sorted(WITHHELD_ITEMS):
        page = opened(pages, f"/subjects/{no:02d}-1")
        assert not [link for link in links(page.by_id("content")) if link.startswith(("/sites/", "/?"))]


def test_who_may_report_or_plan_finds_the_way(people):
    expected = {"other_unit": True, "lead_unit": False, "supervision": False, "viewer": False}
    for who, may in expected.items():
        text = text_of(people[who], "/subjects/12-1")
        assert ('href="/report/12-1"' in text) == may, who
        assert ('href="/plan/12-1"' in text) == may, who


def test_an_items_timeline_names_its_subjects_and_leaves_the_routine_out(people):
    text = text_of(people["supervision"], "/items/20")
    assert 'class="event-subject" href="/sites/20-4-03"' in text
    assert "event-stopped" in text
    assert "event-resumed" in text
    assert "event-reported" not in text
    assert "event-directive_give" in text
