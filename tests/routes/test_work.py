"""A unit's own work: what is to be filed, what others ask, and the order in which it is gone through."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from app.domain.status import StatusCode
from app.domain.weeks import Week
from app.store.asof import AsOf
from app.views.work import Duty, duty_of
from tests.routes.html import parse
from tests.routes.test_report_page import opened, send
from tests.support.databases import storage
from tests.support.people import signed_in, staffed

NOW, BEFORE = Week(2023, 28), Week(2023, 27)


@pytest.fixture
def desk(both_engines):
    with staffed(both_engines, demo=True) as client:
        yield client


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("work")) as place, staffed(place, demo=True) as client:
        yield client


@pytest.mark.parametrize(
    ("status", "rule", "reported", "duty"),
    [
        (StatusCode.ON_TRACK, "on_plan", BEFORE, Duty.DUE),
        (StatusCode.ON_TRACK, "on_plan", NOW, Duty.FILED),
        (StatusCode.OVERDUE, "past_end_unreported", None, Duty.DUE),
        (StatusCode.UNSCHEDULED, "no_plan", None, Duty.DUE),
        (StatusCode.SUSPENDED, "suspended", BEFORE, Duty.DUE),
        (StatusCode.NOT_STARTED, "before_start", None, Duty.LATER),
        (StatusCode.COMPLETED, "completed", BEFORE, Duty.COMPLETED),
        (StatusCode.COMPLETED, "completed", NOW, Duty.FILED),
        (StatusCode.ACCEPTED, "accepted", NOW, Duty.ACCEPTED),
        (StatusCode.LAGGING, "sent_back", NOW, Duty.SENT_BACK),
        (StatusCode.OVERDUE, "sent_back_past_end", BEFORE, Duty.SENT_BACK),
    ],
)
def test_what_a_subject_asks_for(status, rule, reported, duty):
    assert duty_of(status, rule, reported, NOW) is duty


def test_the_list_holds_every_subject_of_the_unit_and_no_other(plain):
    lead = signed_in(plain, "lead_unit")
    page = opened(lead, "/work")
    shown = [one.attributes["id"].removeprefix("duty-") for one in page.all("li", "duty")]
    book = plain.app.state.live.book(AsOf(plain.app.state.live.view.as_of))
    led = [line for line in book.reported if "jianshe" in line.subject.lead_units]
    assert sorted(shown) == sorted(line.code for line in led)
    for line in led:
        text = page.by_id(f"duty-{line.code}").text
        assert line.subject.title in text
        if line.report is not None:
            assert f"{line.percent:g}%" in text
    waiting = page.all("li", "duty-due")
    assert page.all("b", "work-left")[0].text == str(len(waiting))
    assert page.all("a", "button-large")[0].attributes["href"] == "/report/" + waiting[0].attributes[
        "id"
    ].removeprefix("duty-")


def test_saving_and_going_on_comes_round_to_everything_once(desk):
    lead = signed_in(desk, "lead_unit")
    waiting = [one.attributes["id"][5:] for one in opened(lead, "/work").all("li", "duty-due")]
    assert len(waiting) > 5
    at, visited = waiting[3], []
    for _ in waiting:
        visited.append(at)
        page = opened(lead, f"/report/{at}?fill=previous")
        answer = send(lead, at, page, fall="1", then="next")
        assert answer.status_code == 303, (at, answer.text[:2000])
        at = answer.headers["location"].split("?")[0].removeprefix("/report/")
    assert visited == waiting[3:] + waiting[:3]
    assert answer.headers["location"] == f"/work?saved={visited[-1]}"
    done = opened(lead, answer.headers["location"])
    assert "本周已全部填报" in done.text
    assert not done.all("li", "duty-due")


def test_what_was_sent_back_comes_first(desk):
    lead, supervision = signed_in(desk, "lead_unit"), signed_in(desk, "supervision")
    complete = opened(lead, "/work").all("li", "duty-completed")[0].attributes["id"][5:]
    version = supervision.get(f"/api/subjects/{complete}").headers["etag"]
    body = {"id": str(uuid.uuid4()), "subject": complete, "accepted": False, "reason": "路灯未亮"}
    answer = supervision.post("/api/acceptances", json=body, headers={"if-match": version})
    assert answer.status_code == 201, answer.text
    page = opened(lead, "/work")
    duties = [one.attributes["class"] for one in page.all("li", "duty")]
    assert duties[0] == "duty duty-sent_back"
    assert "路灯未亮" in page.by_id(f"duty-{complete}").text
    assert page.all("a", "button-large")


def test_a_supporting_unit_sees_where_it_is_asked(desk):
    lead, asked = signed_in(desk, "lead_unit"), signed_in(desk, "supporting_unit")
    typed = {"blocked": "1", "blockage__title": "苗木运输受阻", "blockage__text": "需办理通行手续"}
    answer = send(lead, "20-2-02", percent="90", blockage__owner="ziran", **typed)
    assert answer.status_code == 303
    page = opened(asked, "/work")
    (ask,) = [one for one in page.all("li", "ask") if "苗木运输受阻" in one.text]
    assert "需办理通行手续" in ask.text and "星祥大道" in ask.text
    assert [a.text.split()[0] for a in ask.all("a", "button")] == ["去答复"]
    assert ask.all("a")[0].attributes["href"].startswith("/blockages/")
    assert not page.all("li", "duty") and not page.all("a", "button-large")
    assert "苗木运输受阻" in opened(lead, "/work").text  # with whom it is
    assert asked.get(ask.all("a")[0].attributes["href"], headers={"accept": "text/html"}).status_code == 200


def test_a_directive_is_listed_until_it_is_confirmed(desk):
    leader, lead = signed_in(desk, "leader"), signed_in(desk, "lead_unit")
    body = {
        "id": str(uuid.uuid4()),
        "item": 20,
        "unit": "jianshe",
        "due": date(2023, 7, 20).isoformat(),
        "text": "本旬打通断头路",
    }
    answer = leader.post("/api/directives", json=body)
    assert answer.status_code == 201, answer.text
    assert "本旬打通断头路" in opened(lead, "/work").text
    assert "本旬打通断头路" not in opened(signed_in(desk, "other_unit"), "/work").text


@pytest.mark.parametrize("name", ["viewer", "inspector", "leader", "administrator", "supervision"])
def test_others_have_no_list(plain, name):
    assert signed_in(plain, name).get("/work", headers={"accept": "text/html"}).status_code == 403
    assert plain.get("/work", headers={"accept": "text/html"}).status_code == 303


def test_both_languages(plain):
    lead = signed_in(plain, "lead_unit")
    english = parse(lead.get("/work?lang=en", headers={"accept": "text/html"}).text)
    assert english.all("h1")[0].text == "My work"
    for address in ("/report/20-3-01?lang=en", "/plan/20-3-01?lang=en"):
        page = opened(lead, address)
        assert page.all("html")[0].attributes["lang"] == "en"
