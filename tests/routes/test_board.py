"""The board: figures, lights with reasons, filters, past weeks, who may open it."""

from __future__ import annotations

from collections import Counter

import pytest

from app.domain.board import Concern
from tests.routes.supervising import SITE, given, opened, people, read
from tests.support.people import signed_in, staffed


@pytest.fixture(scope="module")
def client(both_engines_module):
    with staffed(both_engines_module, demo=True) as made:
        yield made


def board(person, query=""):
    answer = person.get(f"/api/board?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_figures_and_rows_tell_the_same(client):
    supervision = signed_in(client, "supervision")
    found = board(supervision)
    by_status = Counter(row["status"] for row in found["rows"])
    figures = found["figures"]
    assert figures["lagging"] == by_status["lagging"] > 0
    assert figures["overdue"] == by_status["overdue"] > 0
    assert figures["suspended"] == by_status["suspended"] > 0
    assert figures["to_accept"] == by_status["completed"] > 0
    assert figures["missing"] == sum(row["missing"] for row in found["rows"]) > 0
    assert figures["blocked"] == sum(row["blockages"] for row in found["rows"])
    oldest = [row["oldest_blockage"]["days"] for row in found["rows"] if row["oldest_blockage"]]
    assert found["oldest_blockage_days"] == max(oldest)
    for row in found["rows"]:
        assert row["status"] is None or row["why"], row["code"]
        if row["planned_percent"] is not None and row["status"] != "accepted":
            gap = round((row["reported_percent"] or 0) - row["planned_percent"], 1)
            assert row["gap"] == gap


def test_the_lights_are_those_of_the_ledger(client):
    """A second way to the same: what the public interface says of every site."""
    supervision = signed_in(client, "supervision")
    rows = {row["code"]: row for row in board(supervision)["rows"]}
    features = client.get("/api/sites?limit=10000").json()["features"]
    assert features
    for feature in features:
        properties = feature["properties"]
        row = rows[feature["id"]]
        assert (row["status"], row["why"]) == (properties["status"], properties["why"])


def test_filters_leave_what_they_say(client):
    supervision = signed_in(client, "supervision")
    everything = board(supervision)["rows"]

    def codes(query):
        return {row["code"] for row in board(supervision, query)["rows"]}

    def those(keep):
        return {row["code"] for row in everything if keep(row)}

    assert codes("status=lagging") == those(lambda row: row["status"] == "lagging")
    assert codes("unit=jianshe") == those(lambda row: row["lead_unit"]["code"] == "jianshe") != set()
    assert codes("item=20&item=21") == those(lambda row: row["item"] in (20, 21))
    assert codes("town=370829104") == those(lambda row: row["town"] == "疃里镇") != set()
    for concern in Concern:
        assert codes(f"only={concern}") == those(lambda row, one=concern: one.value in row["concerns"])
    assert codes("problems=1") == those(lambda row: set(row["concerns"]) - {"to_accept"})
    figures = board(supervision, "unit=jianshe&only=lagging")["figures"]
    assert figures == board(supervision, "unit=jianshe")["figures"], (
        "figures count what can be filtered further"
    )
    for query in ("only=bad", "status=bad", "unit=bad", "town=bad", "problems=2", "week=2031-W01", "x=1"):
        assert supervision.get(f"/api/board?{query}").status_code == 400, query


def test_a_past_week_is_shown_as_it_was(client):
    supervision = signed_in(client, "supervision")
    opened(supervision, title="今天才有")
    past = board(supervision, "week=2023-W27")
    assert past["as_of"] == "2023-07-09"
    row = next(one for one in past["rows"] if one["code"] == SITE)
    now = next(one for one in board(supervision)["rows"] if one["code"] == SITE)
    assert now["blockages"] == row["blockages"] + 1
    statuses = {
        f["id"]: f["properties"]["status"] for f in client.get("/api/sites?week=2023-W27").json()["features"]
    }
    assert statuses == {one["code"]: one["status"] for one in past["rows"] if one["code"] in statuses}


def test_a_leader_sees_the_own_portfolio(client):
    leader, supervision, administrator = people(client, "leader", "supervision", "administrator")
    assert {row["item"] for row in board(leader)["rows"]} == {19, 20, 21}
    assert len(board(supervision)["rows"]) == len(board(administrator)["rows"]) > len(board(leader)["rows"])
    for name in ("lead_unit", "supporting_unit", "inspector", "viewer"):
        person = signed_in(client, name)
        assert person.get("/api/board").status_code == person.get("/board").status_code == 403
    assert client.get("/api/board").status_code == 401


def test_a_task_that_its_sites_make_up_stands_there_while_it_is_blocked(client):
    supervision = signed_in(client, "supervision")
    before = {row["code"] for row in board(supervision)["rows"]}
    book = client.app.state.live.book_of(client.app.state.live.view)
    code = next(c for c, line in book.lines.items() if not line.subject.reported and c not in before)
    opened(supervision, subject=code)
    row = next(one for one in board(supervision)["rows"] if one["code"] == code)
    assert (row["status"], row["blockages"], row["concerns"]) == (None, 1, ["blocked"])
    page = read(supervision, f"/board?item={row['item']}")
    assert "由点位完成，不单独填报" in page.by_id(f"row-{code}").text


def test_the_page_says_why_every_light_is_lit(client):
    supervision = signed_in(client, "supervision")
    found = board(supervision)
    page = read(supervision, "/board")
    shown = {one.attributes["id"].removeprefix("row-"): one for one in page.all("li", "row")}
    assert set(shown) == {row["code"] for row in found["rows"]}
    for row in found["rows"]:
        if row["why"]:
            assert row["why"] in shown[row["code"]].text
            assert shown[row["code"]].all("svg", "mark")
    figures = [int(one.text) for one in page.all("b", "figure-number")]
    assert figures == list(found["figures"].values())


def test_figures_are_addresses_that_filter_and_can_be_sent_on(client):
    supervision = signed_in(client, "supervision")
    page = read(supervision, "/board?unit=jianshe")
    links = {one.attributes["href"] for one in page.all("a", "figure")}
    assert "/board?unit=jianshe&only=lagging" in links
    filtered = read(supervision, "/board?unit=jianshe&only=lagging")
    current = [one for one in filtered.all("a", "figure") if "aria-current" in one.attributes]
    assert len(current) == 1 and current[0].attributes["href"] == "/board?unit=jianshe"
    expected = {row["code"] for row in board(supervision, "unit=jianshe&only=lagging")["rows"]}
    assert {one.attributes["id"].removeprefix("row-") for one in filtered.all("li", "row")} == expected
    by_unit = read(supervision, "/board?group=unit")
    assert "区城乡建设和交通局" in [one.text for one in by_unit.all("h2")]
    assert "没有需要处理的事项" in read(supervision, "/board?only=missing&unit=jingji").text
    assert supervision.get("/board?group=town", headers={"accept": "text/html"}).status_code == 400


def test_an_overdue_directive_is_counted_and_leads_to_its_rows(client):
    supervision, leader = people(client, "supervision", "leader")
    before = board(supervision)["figures"]["directed"]
    given(leader, item=19)
    assert board(supervision)["figures"]["directed"] == before, "due in a week"
    listed = supervision.get("/api/directives").json()["directives"]
    assert before == sum(one["overdue"] for one in listed)
    rows = board(supervision, "only=directed")["rows"]
    late = [one for one in listed if one["overdue"]]
    assert {row["item"] for row in rows} == {one["item"] for one in late}


def test_a_past_week_page_takes_no_steps(client):
    supervision = signed_in(client, "supervision")
    page = read(supervision, "/board?week=2023-W27")
    assert not page.all("p", "row-acts")
    assert "2023 年第 27 周结束时" in page.text
    assert [one.text for one in page.all("a", "button") if one.attributes["href"] == "/board"] == ["回到本周"]
