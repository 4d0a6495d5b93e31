"""The ten-day review: what changed, what is to be cleared, the form to give a directive."""

from __future__ import annotations

import pytest

from app.domain.periods import Period
from app.store.asof import AsOf
from tests.routes.html import parse
from tests.routes.supervising import PAGE, days, hidden_fields, match, new_id, opened, people, read
from tests.support.people import signed_in, staffed

PERIOD = Period(2023, 7, 2)


@pytest.fixture(scope="module")
def client(both_engines_module):
    with staffed(both_engines_module, demo=True) as made:
        yield made


def test_it_shows_the_portfolio_and_only_that(client):
    leader, supervision = people(client, "leader", "supervision")
    page = read(leader, "/review")
    shown = {
        one.attributes["id"]
        for one in page.all("section")
        if one.attributes.get("id", "").startswith("item-")
    }
    assert shown == {"item-19", "item-20", "item-21"}
    everything = read(supervision, "/review")
    numbers = [one for one in everything.all("section") if one.attributes.get("id", "").startswith("item-")]
    assert len(numbers) == 22
    assert not everything.all("details", "give"), "supervision reads, leaders direct"
    for name in ("lead_unit", "supporting_unit", "inspector", "viewer"):
        assert signed_in(client, name).get("/review").status_code == 403, name


def test_what_changed_is_what_differs_between_two_moments(client):
    """Compared with two readings of the ledger that the page does not make."""
    supervision = signed_in(client, "supervision")
    live = client.app.state.live
    before, after = live.book(AsOf.end_of(PERIOD.previous.last)), live.book(AsOf.end_of(live.view.as_of))
    expected = set()
    for code, line in after.lines.items():
        was = before.lines.get(code)
        if line.subject.reported and (
            was is None or was.status.code != line.status.code or was.percent != line.percent
        ):
            expected.add(code)
    page = read(supervision, "/review?period=2023-07-2")
    shown = {one.all("span", "row-code")[0].text for one in page.all("li", "change")}
    assert shown == expected and expected


def test_blockages_and_accepted_work_of_the_period_are_told(client):
    leader, supervision = people(client, "leader", "supervision")
    receipt = opened(supervision, title="本旬新增的堵点")
    page = read(leader, "/review")
    assert "本旬新增的堵点" in page.by_id("blockages").text
    assert "本旬新增的堵点" in page.by_id("item-20").text
    body = {"id": new_id(), "action": "close", "text": "已解决"}
    path = f"/api/blockages/{receipt['id']}/steps"
    assert supervision.post(path, json=body, headers=match(receipt["version"])).status_code == 201
    page = read(leader, "/review")
    assert "本旬新增的堵点" not in page.by_id("blockages").text
    assert "销号堵点" in page.by_id("item-20").text
    earlier = read(leader, "/review?period=2023-07-1")
    assert "本旬新增的堵点" not in earlier.text, "it was not known then"


def test_a_period_is_stepped_through_up_to_the_present_one(client):
    leader = signed_in(client, "leader")
    page = read(leader, "/review?period=2023-06-3")
    steps = {one.attributes.get("rel"): one.attributes["href"] for one in page.all("a", "icon-button")}
    assert steps == {"prev": "/review?period=2023-06-2", "next": "/review?period=2023-07-1"}
    assert "2023年6月下旬" in page.text and not page.all("details", "give")
    newest = read(leader, "/review")
    assert [one.attributes["rel"] for one in newest.all("a", "icon-button")] == ["prev"]
    for period in ("2023-07-3", "2023-13-1", "2023-07-4", "2023-07", "now", "0000-01-1"):
        assert leader.get(f"/review?period={period}").status_code == 400, period


def test_a_directive_is_given_from_the_page(client):
    leader = signed_in(client, "leader")
    page = read(leader, "/review")
    form = page.by_id("item-20").all("form")[0]
    assert form.attributes["action"] == "/review?period=2023-07-2"
    fields = hidden_fields(form) | {"unit": "jianshe", "subject": "", "due": days(5), "text": "三天一报。"}
    wrong = leader.post("/review?period=2023-07-2", data=fields | {"text": "", "due": days(-3)}, headers=PAGE)
    assert wrong.status_code == 400
    again = parse(wrong.text).by_id("item-20")
    assert again.all("div", "form-error") and "open" in again.all("details", "give")[0].attributes
    done = leader.post("/review?period=2023-07-2", data=fields)
    assert done.status_code == 303
    page = read(leader, done.headers["location"].partition("#")[0])
    assert "三天一报。" in page.by_id("directives").text and "调度意见已发出" in page.text
    beyond = leader.post("/review", data=fields | {"id": new_id(), "item": "1", "unit": "weijian"})
    assert beyond.status_code == 403
    assert signed_in(client, "supervision").post("/review", data=fields).status_code == 403


def test_every_form_of_the_page_has_an_id_of_its_own(client):
    page = read(signed_in(client, "leader"), "/review")
    ids = [hidden_fields(form)["id"] for form in page.all("form", "give-form")]
    assert len(ids) == len(set(ids)) == 3


def test_in_english(client):
    text = read(signed_in(client, "leader"), "/review?lang=en").text
    assert "Review of 11–20 July 2023" in text and "Blockages to clear" in text
