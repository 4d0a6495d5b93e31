"""Reports that others came before: falls, corrections, earlier weeks, and two people at once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.store import tables as t
from tests.routes.html import parse
from tests.routes.reporting import MONDAY, PARK, WEEK, count_reports, faults, fields, opened, rows, send
from tests.support.people import signed_in, staffed


@pytest.fixture
def desk(both_engines):
    with staffed(both_engines, demo=True) as client:
        yield client


def test_progress_that_falls_is_saved_only_when_confirmed(desk):
    lead = signed_in(desk, "lead_unit")
    page = opened(lead, f"/report/{PARK}?week={WEEK}")
    answer = send(lead, PARK, page, percent="80")
    assert answer.status_code == 409
    ask = parse(answer.text).by_id("f-fall").text
    assert "86 → 80 %" in ask
    assert count_reports(desk, PARK) == 0
    assert send(lead, PARK, parse(answer.text), fall="1").status_code == 303
    assert rows(desk, t.report, subject_code=PARK, week_monday=MONDAY)[0].percent == 80


def test_a_second_report_is_a_correction_with_its_reason_and_history(desk):
    lead = signed_in(desk, "lead_unit")
    assert send(lead, PARK, percent="90", text="第一次").status_code == 303
    page = opened(lead, f"/report/{PARK}?week={WEEK}")
    assert fields(page)["percent"] == "90" and fields(page)["text"] == "第一次"
    assert "90%" in page.by_id("rows-title").parent.text
    without = send(lead, PARK, page, percent="92")
    assert without.status_code == 400
    assert any("请填写更正理由" in fault for fault in faults(without))
    done = send(lead, PARK, page, percent="92", reason="漏计一段", then="stay")
    assert done.status_code == 303 and done.headers["location"].startswith(f"/report/{PARK}?")
    first, second = sorted(
        rows(desk, t.report, subject_code=PARK, week_monday=MONDAY), key=lambda row: row.change_id
    )
    assert (second.corrects, second.reason, second.percent) == (first.id, "漏计一段", 92.0)
    history = opened(lead, f"/report/{PARK}?week={WEEK}").all("ol", "corrections")[0].all("li")
    assert "92%" in history[0].text and "漏计一段" in history[0].text and "建设 丁" in history[0].text
    assert "90%" in history[1].text


def test_an_earlier_week_is_reported_late_or_corrected(desk):
    lead = signed_in(desk, "lead_unit")
    page = opened(lead, f"/report/{PARK}?week=2023-W27")
    assert fields(page)["percent"] == "86"
    answer = send(lead, PARK, page, week="2023-W27", percent="85", reason="复核后更正", fall="1")
    assert answer.status_code == 303
    with desk.app.state.live.database.read() as connection:
        newest = connection.execute(select(t.report).where(t.report.c.reason == "复核后更正")).one()
    assert newest.corrects is not None and newest.percent == 85


def test_two_people_at_once_see_both_versions_and_choose(desk):
    first, second = signed_in(desk, "lead_unit"), signed_in(desk, "lead_unit")
    mine = opened(second, f"/report/{PARK}?week={WEEK}")
    assert send(first, PARK, percent="88", text="甲的说明").status_code == 303
    answer = send(second, PARK, mine, percent="91", text="乙的说明")
    assert answer.status_code == 412
    page = parse(answer.text)
    theirs, yours = page.by_id("conflict").all("div", "version")
    assert "88%" in theirs.text and "甲的说明" in theirs.text and "建设 丁" in theirs.text
    assert "91%" in yours.text and "乙的说明" in yours.text
    assert [one.all("dt")[0].text for one in yours.all("div", "differs")] == ["完成百分比", "一句话说明"]
    assert fields(page)["text"] == "乙的说明"
    # every usual way to save meets the other version again
    assert send(second, PARK, page, reason="再试").status_code == 412
    (button,) = [one for one in page.all("button") if one.attributes.get("name") == "overwrite"]
    version = button.attributes["value"]
    unfounded = send(second, PARK, page, overwrite=version)
    assert unfounded.status_code == 400  # a correction needs its reason
    done = send(second, PARK, page, overwrite=version, reason="以现场复核为准")
    assert done.status_code == 303
    newest = max(rows(desk, t.report, subject_code=PARK, week_monday=MONDAY), key=lambda row: row.change_id)
    assert (newest.percent, newest.reason) == (91.0, "以现场复核为准")
    assert newest.corrects is not None
