"""The report form without scripts: filing, what is refused, photos, blockages and stops."""

from __future__ import annotations

import re
import uuid

import pytest

from app.domain.accounts import Account
from app.domain.roles import Role
from app.forms.report import request_id
from app.store import tables as t
from tests.routes.html import parse
from tests.routes.reporting import (
    HTML,
    MAIN,
    MONDAY,
    PARK,
    TASK,
    WEEK,
    count,
    count_reports,
    faults,
    fields,
    opened,
    photo,
    rows,
    send,
)
from tests.support.databases import storage
from tests.support.people import add_people, signed_in, staffed


@pytest.fixture
def desk(both_engines):
    with staffed(both_engines, demo=True) as client:
        yield client


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """One application for tests that save nothing."""
    with storage("sqlite", tmp_path_factory.mktemp("report")) as place, staffed(place, demo=True) as client:
        yield client


def test_a_percentage_is_filed_and_the_next_subject_opens(desk):
    lead = signed_in(desk, "lead_unit")
    answer = send(lead, PARK, percent="９０%", text="绿化收尾。", then="next")
    assert answer.status_code == 303
    assert re.fullmatch(rf"/report/20-3\?week={WEEK}&saved={PARK}", answer.headers["location"])
    (row,) = rows(desk, t.report, subject_code=PARK, week_monday=MONDAY)
    assert (row.percent, row.text, row.sample, row.corrects) == (90.0, "绿化收尾。", True, None)
    following = opened(lead, answer.headers["location"])
    assert "已保存：星祥大道（中云）北侧绿化提档升级" in following.text
    work = opened(lead, "/work")
    assert "duty-filed" in work.by_id(f"duty-{PARK}").attributes["class"]


def test_the_form_shows_what_was_before_and_what_is_planned(plain):
    lead = signed_in(plain, "lead_unit")
    page = opened(lead, f"/report/{PARK}?week={WEEK}")
    beside = page.all("p", "beside")[0].text
    assert beside == "上次上报 86% 计划到该周末 100%"
    assert fields(page)["percent"] == ""
    filled = opened(lead, f"/report/{PARK}?week={WEEK}&fill=previous")
    assert fields(filled)["percent"] == "86"


def test_pressing_twice_saves_once_and_changing_something_is_another_save(desk):
    lead = signed_in(desk, "lead_unit")
    page = opened(lead, f"/report/{PARK}?week={WEEK}")
    for _ in range(2):
        assert send(lead, PARK, page, percent="90").status_code == 303
    assert len(rows(desk, t.report, subject_code=PARK, week_monday=MONDAY)) == 1
    again = send(lead, PARK, page, percent="91")  # the form is still that of before the save
    assert again.status_code == 412
    assert len(rows(desk, t.report, subject_code=PARK, week_monday=MONDAY)) == 1


def test_sections_are_merged_measured_and_saved_with_their_drawing(desk):
    lead = signed_in(desk, "lead_unit")
    whole = lead.get(f"/api/sites/{MAIN}/built").json()["length_m"]
    checked = send(lead, MAIN, sections="0-1,200; 1000-1500", then="check")
    assert checked.status_code == 200
    told = parse(checked.text).by_id("sections-told").text
    assert told.startswith("合计已建 1,500 米") and "0-1500" in told
    assert count_reports(desk, MAIN) == 0
    # the mark of pages that renew themselves: what was typed here must not be renewed away
    assert not [one for one in parse(checked.text).all("meta") if one.attributes.get("id") == "live"]
    assert send(lead, MAIN, sections="0-1,200; 1000-1500").status_code == 303
    (row,) = rows(desk, t.report, subject_code=MAIN, week_monday=MONDAY)
    assert row.sections == [[0.0, 1500.0]] and row.geom_version == 1
    assert row.percent == pytest.approx(100 * 1500 / whole, abs=0.06)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"sections": "0-99999"}, "超出范围"),
        ({"sections": "500-100"}, "终点应大于起点"),
        ({"sections": "some"}, "看不懂"),
        ({"sections": "", "percent": ""}, "请填写已建成的区段"),
        ({"sections": "0-100", "percent": "5"}, "只填一种"),
        ({"sections": "", "percent": "101"}, "0 到 100"),
        ({"sections": "", "percent": "nan"}, "0 到 100"),
        ({"sections": "", "percent": "40", "stopped": "1"}, "请填写停工原因"),
        ({"sections": "", "percent": "40", "blocked": "1", "blockage.title": "管线"}, "请填写堵点的具体情况"),
        ({"sections": "", "percent": "40", "text": "长" * 2001}, "2000"),
        ({"sections": "", "percent": "40", "text": "a\0b"}, "控制字符"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(plain, typed, told):
    lead = signed_in(plain, "lead_unit")
    before = count(plain, t.change)
    page = opened(lead, f"/report/{MAIN}?week={WEEK}")
    data = fields(page) | {"text": "保留这句"} | typed
    answer = lead.post(f"/report/{MAIN}?week={WEEK}", data=data, headers=HTML)
    assert answer.status_code == 400
    assert any(told in fault for fault in faults(answer)), faults(answer)
    kept = fields(parse(answer.text))
    assert kept["sections"] == data["sections"]
    assert kept["id"] == data["id"]
    if "text" not in typed:
        assert kept["text"] == "保留这句"
    assert count(plain, t.change) == before


def test_figures_per_town_add_up_and_lesser_figures_are_asked_about(desk):
    lead = signed_in(desk, "other_unit")
    page = opened(lead, f"/report/{TASK}?week={WEEK}")
    names = [name for name in fields(page) if name.startswith("figures.0.towns.")]
    assert len(names) == 2
    first, second = names
    wrong = lead.post(
        f"/report/{TASK}?week={WEEK}",
        data=fields(page) | {first: "60", second: "60", "figures.0.quantity": "100"},
        headers=HTML,
    )
    assert wrong.status_code == 400 and "合计 120" in faults(wrong)[0]
    assert fields(parse(wrong.text))[first] == "60"
    typed = fields(page) | {first: "70", second: "70", "figures.0.quantity": "", "reason": "复核"}
    assert lead.post(f"/report/{TASK}?week={WEEK}", data=typed, headers=HTML).status_code == 303
    row = max(rows(desk, t.report, subject_code=TASK, week_monday=MONDAY), key=lambda row: row.change_id)
    assert row.figures["0"]["quantity"] == 140
    assert row.figures["0"]["towns"] == {name.rsplit(".", 1)[1]: 70 for name in names}


@pytest.mark.parametrize("week", ["2023-W29", "2023-W99", "x", "2023-28", "9999-W01"])
def test_weeks_that_cannot_be_reported_are_refused(plain, week):
    lead = signed_in(plain, "lead_unit")
    answer = lead.get(f"/report/{PARK}?week={week}", headers=HTML)
    assert answer.status_code == 400 and "2023-W28" in answer.text


def test_photos_and_a_blockage_come_in_the_same_save(desk):
    lead = signed_in(desk, "lead_unit")
    page = opened(lead, f"/report/{PARK}?week={WEEK}")
    files = [("photos", ("a.jpg", photo("red"), "image/jpeg")), ("photos", ("b.png", photo("blue"), "x/y"))]
    typed = {
        "percent": "90",
        "blocked": "1",
        "blockage__title": "管线未迁",
        "blockage__text": "需电力部门配合",
        "blockage__owner": "ziran",
    }
    for _ in range(2):  # pressed twice
        assert send(lead, PARK, page, files=files, **typed).status_code == 303
    (row,) = rows(desk, t.report, subject_code=PARK, week_monday=MONDAY)
    kept = rows(desk, t.photo, report_id=row.id)
    assert len(kept) == 2
    (blockage,) = rows(desk, t.blockage, title="管线未迁")
    (step,) = rows(desk, t.blockage_step, blockage_id=blockage.id)
    assert (step.owner_unit, step.text) == ("ziran", "需电力部门配合")
    shown = opened(lead, f"/report/{PARK}?week={WEEK}").all("ul", "photos")
    links = [a.attributes["href"] for ul in shown for a in ul.all("a")]
    assert links == [f"/photos/{one.id}.jpg" for one in sorted(kept, key=lambda one: one.change_id)]


def test_a_bad_photo_saves_nothing_at_all(desk):
    lead = signed_in(desk, "lead_unit")
    before = count(desk, t.change)
    files = [
        ("photos", ("a.jpg", photo(), "image/jpeg")),
        ("photos", ("../../坏.jpg", b"no picture", "image/jpeg")),
    ]
    answer = send(lead, PARK, files=files, percent="90")
    assert answer.status_code == 400
    assert faults(answer) == ["“坏.jpg”不是完整的 JPEG、PNG、WebP 或 HEIC 图片，请换一张或重新拍摄。"]
    assert "请重新选择" in parse(answer.text).by_id("f-photos").text
    assert count(desk, t.change) == before
    many = [("photos", (f"{n}.jpg", photo(size=8 + n), "image/jpeg")) for n in range(13)]
    assert send(lead, PARK, files=many, percent="90").status_code == 409
    assert count(desk, t.change) == before


def test_a_stop_is_declared_with_its_reason(desk):
    lead = signed_in(desk, "lead_unit")
    assert send(lead, PARK, percent="90", stopped="1", suspended_reason="汛期停工").status_code == 303
    assert rows(desk, t.report, subject_code=PARK, week_monday=MONDAY)[0].suspended_reason == "汛期停工"
    assert "停工" in opened(lead, "/work").by_id(f"duty-{PARK}").text


def test_what_a_stranger_may_not(plain):
    lead, other = signed_in(plain, "lead_unit"), signed_in(plain, "other_unit")
    assert other.get(f"/report/{PARK}", headers=HTML).status_code == 403
    page = opened(lead, f"/report/{PARK}?week={WEEK}")
    data = fields(page) | {"percent": "90", "csrf": other.csrf}
    assert other.post(f"/report/{PARK}?week={WEEK}", data=data, headers=HTML).status_code == 403
    for name in ("supporting_unit", "viewer", "inspector", "leader", "administrator", "supervision"):
        assert signed_in(plain, name).get(f"/report/{PARK}", headers=HTML).status_code == 403, name
    assert plain.get(f"/report/{PARK}", headers=HTML).status_code == 303  # to the sign-in page
    assert lead.get("/report/99-1-01", headers=HTML).status_code == 404
    assert lead.get("/report/20-2", headers=HTML).status_code == 409  # reported through its sites
    bare = lead.post(
        f"/report/{PARK}", data=fields(page) | {"csrf": "x"}, headers=HTML | {"x-csrf-token": ""}
    )
    assert bare.status_code == 403


def test_an_accepted_subject_has_no_form(plain):
    page = opened(signed_in(plain, "lead_unit"), "/report/20-2-01")
    assert "不再填报" in page.text
    assert not [one for one in page.all("form") if one.attributes.get("id") == "report-form"]


def test_protected_items_have_no_photos(tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("withheld")) as place, staffed(place, demo=True) as client:
        add_people(client.app.state.live.database, Account("social", "社会", Role.LEAD_UNIT, unit="shehui"))
        lead = signed_in(client, "social")
        page = opened(lead, f"/report/06-1?week={WEEK}")
        before = count(client, t.change)
        assert not [one for one in page.all("input") if one.attributes.get("type") == "file"]
        assert "不要写姓名、住址" in page.text
        names = [name for name in fields(page) if name.startswith("figures.0.towns.")]
        assert len(names) == 2
        typed = dict.fromkeys(names, "1") | {"figures.0.quantity": "", "fall": "1", "reason": "x"}
        files = {"photos": ("a.jpg", photo(), "image/jpeg")}
        answer = lead.post(f"/report/06-1?week={WEEK}", data=fields(page) | typed, files=files, headers=HTML)
        assert answer.status_code == 409 and "不接收照片" in answer.text
        assert count(client, t.change) == before


def test_a_page_without_its_number_is_out_of_date(plain):
    lead = signed_in(plain, "lead_unit")
    page = opened(lead, f"/report/{PARK}?week={WEEK}")
    for ident in ("", "x", "1" * 400):
        answer = send(lead, PARK, page, percent="90", id=ident)
        assert answer.status_code == 400 and "刷新" in answer.text


def test_measures_along_a_line(plain):
    whole = plain.get(f"/api/sites/{MAIN}/built?sections=").json()
    assert (whole["built_m"], whole["percent"], whole["sections"]) == (0, 0, [])
    geometry = plain.get(f"/api/sites/{MAIN}").json()["geometry"]["coordinates"]
    for (lon, lat), at in ((geometry[0], 0), (geometry[-1], whole["length_m"])):
        found = plain.get(f"/api/sites/{MAIN}/locate?lon={lon}&lat={lat}").json()
        assert found["measure_m"] == pytest.approx(at, abs=0.05)
        assert found["off_m"] < 0.05
    assert plain.get(f"/api/sites/{PARK}/locate?lon=116.4&lat=35.4").status_code == 404
    assert plain.get("/api/sites/99-9-99/locate?lon=116.4&lat=35.4").status_code == 404
    assert plain.get(f"/api/sites/{MAIN}/locate?lon=1").status_code == 400
    wrong = plain.get(f"/api/sites/{MAIN}/built?sections=0-99999")
    assert wrong.status_code == 400 and "超出范围" in wrong.json()["detail"]


def test_the_number_of_a_save_belongs_to_its_content():
    ident = str(uuid.uuid4())
    first = request_id(ident, {"percent": "1", "then": "next", "csrf": "a"})
    assert first == request_id(ident, {"percent": "1", "then": "work", "csrf": "b"})
    assert first != request_id(ident, {"percent": "2", "then": "next"})
    assert first != request_id(str(uuid.uuid4()), {"percent": "1"})
    assert request_id("x", {}) is None
