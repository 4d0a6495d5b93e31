"""Reports and corrections: who may, what is refused, and that nothing is lost, doubled or overwritten."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import func, select

from app.domain.weeks import Week
from app.errors import AppError, BadParameter, Changed, Forbidden, NeedsMatch, NotFound, Refused
from app.store import tables as t
from app.store.asof import AsOf
from tests.support.desk import COMMAND, HEALTH, ROADS, SOCIAL, Desk
from tests.support.zones import prepared

JULY = Week(2023, 28)


@pytest.fixture
def desk(both_engines) -> Iterator[Desk]:
    with prepared(both_engines) as (database, _):
        yield Desk(database)


def count(desk: Desk, table) -> int:
    with desk.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def refused(desk: Desk, error: type[AppError], *arguments, **more) -> AppError:
    """The error of a report that must leave nothing behind."""
    before = count(desk, t.report), count(desk, t.change)
    with pytest.raises(error) as caught:
        desk.report(*arguments, **more)
    assert (count(desk, t.report), count(desk, t.change)) == before
    return caught.value


def test_a_report_moves_the_site_and_leaves_its_trace(desk):
    desk.plan(ROADS, "20-1-01", date(2023, 3, 1), date(2023, 12, 1))
    receipt = desk.report(ROADS, "20-1-01", percent=45.5, text="路基完成")
    line = desk.book().lines["20-1-01"]
    assert (line.percent, line.status.code, line.version) == (45.5, "on_track", receipt["change"])
    with desk.database.read() as connection:
        change = connection.execute(select(t.change).where(t.change.c.id == receipt["change"])).one()
        shown = connection.execute(
            select(t.published_site.c.status).where(t.published_site.c.code == "20-1-01")
        ).scalar_one()
    assert (change.action, change.by, change.role, change.subject_code) == (
        "report",
        "区城乡建设和交通局",
        "lead_unit",
        "20-1-01",
    )
    assert change.before is None
    assert change.after["percent"] == 45.5
    assert change.entered_at == desk.moment
    assert shown == "on_track"


def test_the_same_request_twice_is_one_report(desk):
    request = str(uuid.uuid4())
    first = desk.report(ROADS, "20-1-01", percent=10, id=request)
    again = desk.report(ROADS, "20-1-01", percent=10, id=request)
    assert again == first
    assert count(desk, t.report) == 1
    assert count(desk, t.change) == 1


def test_a_uuid_is_not_used_for_something_else(desk):
    request = str(uuid.uuid4())
    desk.report(ROADS, "20-1-01", percent=10, id=request)
    refused(desk, Refused, ROADS, "20-1-01", percent=11, id=request)


def test_a_second_report_of_a_week_is_a_correction_with_a_reason(desk):
    first = desk.report(ROADS, "20-1-01", percent=10)
    assert refused(desk, NeedsMatch, ROADS, "20-1-01", percent=12, reason="更正").status == 428
    missing = refused(desk, BadParameter, ROADS, "20-1-01", percent=12, match=first["change"])
    assert missing.faults[0].parameter == "reason"
    second = desk.report(ROADS, "20-1-01", percent=12, match=first["change"], reason="漏计一段")
    assert second["corrects"] == first["id"]
    assert desk.book().lines["20-1-01"].percent == 12
    with desk.database.read() as connection:
        change = connection.execute(select(t.change).where(t.change.c.id == second["change"])).one()
    assert (change.action, change.before["percent"], change.after["percent"]) == ("correction", 10, 12)
    assert count(desk, t.report) == 2


def test_who_comes_second_gets_both_versions(desk):
    first = desk.report(ROADS, "20-1-01", percent=10)
    desk.report(ROADS, "20-1-01", percent=12, match=first["change"], reason="甲")
    error = refused(desk, Changed, ROADS, "20-1-01", percent=15, match=first["change"], reason="乙")
    assert isinstance(error, Changed)
    assert (error.yours["percent"], error.theirs["percent"], error.theirs["by"]) == (15, 12, ROADS.display)
    assert error.version == desk.version("20-1-01")
    desk.report(ROADS, "20-1-01", percent=15, match=error.version, reason="核对后")
    assert desk.book().lines["20-1-01"].percent == 15


def test_an_earlier_week_is_corrected_without_changing_what_was_shown(desk):
    desk.plan(ROADS, "20-1-01", date(2023, 3, 1), date(2023, 12, 1))
    first = desk.report(ROADS, "20-1-01", percent=40)
    before = desk.book(AsOf.week(JULY)).lines["20-1-01"]
    desk.pass_days(14)
    desk.report(ROADS, "20-1-01", JULY, percent=30, match=first["change"], reason="测量有误")
    after = desk.book(AsOf.week(JULY)).lines["20-1-01"]
    assert (after.percent, after.status) == (before.percent, before.status)
    assert desk.book().lines["20-1-01"].percent == 30


def test_only_the_lead_unit_reports_and_only_its_own(desk):
    refused(desk, Forbidden, HEALTH, "20-1-01", percent=1)
    refused(desk, Forbidden, COMMAND, "20-1-01", percent=1)
    refused(desk, NotFound, ROADS, "99-1-01", percent=1)


@pytest.mark.parametrize("week", [Week(2023, 29), Week(2022, 52), Week(2031, 1)])
def test_only_weeks_of_the_programme_that_have_begun(desk, week):
    assert refused(desk, BadParameter, ROADS, "20-1-01", week, percent=1).faults[0].parameter == "week"


@pytest.mark.parametrize(
    ("subject", "measure"),
    [
        ("20-1-01", {}),
        ("20-1-01", {"percent": 1, "sections": [[0, 1]]}),
        ("20-1-01", {"figures": {"1": {"percent": 1}}}),
        ("20-2-03", {"sections": [[0, 10]]}),
        ("20-1-01", {"sections": [[0, 1e9]]}),
        ("20-1-01", {"sections": [[-5, 10]]}),
        ("20-1-01", {"sections": [["a", 10]]}),
        ("20-1-01", {"sections": [[True, 10]]}),
        ("20-1-01", {"sections": [[float("nan"), 10]]}),
        ("20-1-01", {"sections": "第三段"}),
        ("20-1-01", {"percent": 100.1}),
        ("20-1-01", {"percent": -0.1}),
        ("20-3", {"percent": 5}),
        ("20-3", {"figures": {"0": {"quantity": 3}}}),
        ("20-3", {"figures": {"9": {"percent": 3}}}),
    ],
)
def test_what_cannot_be_is_refused(desk, subject, measure):
    refused(desk, BadParameter, ROADS, subject, **measure)


def test_metres_built_count_once(desk):
    line = desk.book().lines["20-3-01"]
    whole = line.length_m
    receipt = desk.report(ROADS, "20-3-01", sections=[[0, 120], [100, 180]])
    assert receipt["sections"] == [[0.0, 180.0]]
    assert receipt["percent"] == pytest.approx(180 / whole * 100, abs=0.05)
    assert desk.book().lines["20-3-01"].built_m == 180


def test_figures_of_a_task_roll_up(desk):
    receipt = desk.report(HEALTH, "03-2", figures={"0": {"quantity": 3}, "1": {"quantity": 4}})
    book = desk.book()
    assert book.tasks[3, 2].percent == receipt["percent"] == 75.0
    assert not book.tasks[3, 2].complete
    assert [target.done for target in book.tasks[3, 2].targets] == [3, 4]


def test_figures_by_town_add_up(desk):
    towns = {"370829104": 12, "370829108": 9}
    receipt = desk.report(SOCIAL, "06-1", figures={"0": {"towns": towns}})
    assert receipt["figures"]["0"]["quantity"] == 21
    assert receipt["percent"] == 70.0
    refused(desk, BadParameter, SOCIAL, "07-1", figures={"0": {"quantity": 5, "towns": {"370829104": 4}}})


def test_a_task_made_by_sites_is_reported_on_its_sites(desk):
    refused(desk, Refused, HEALTH, "03-1", figures={"0": {"quantity": 1}})


def test_what_is_accepted_is_reported_no_more_and_what_is_sent_back_is(desk):
    desk.plan(ROADS, "20-1-01", date(2023, 3, 1), date(2023, 12, 1))
    first = desk.report(ROADS, "20-1-01", percent=100)
    assert desk.book().lines["20-1-01"].status.code == "completed"
    desk.verdict(COMMAND, "20-1-01", accepted=False, reason="路灯未亮")
    line = desk.book().lines["20-1-01"]
    assert (line.status.code, line.status.rule) == ("lagging", "sent_back")
    match = desk.version("20-1-01")
    assert match > first["change"]
    desk.report(ROADS, "20-1-01", percent=100, match=match, reason="已整改")
    assert desk.book().lines["20-1-01"].status.code == "completed"
    desk.verdict(COMMAND, "20-1-01", accepted=True)
    line = desk.book().lines["20-1-01"]
    assert (line.status.code, line.status.inputs["accepted_by"]) == ("accepted", COMMAND.display)
    refused(desk, Refused, ROADS, "20-1-01", percent=90, match=desk.version("20-1-01"), reason="再改")


def test_only_what_is_completed_is_judged_and_only_by_the_supervision_command(desk):
    desk.report(ROADS, "20-1-01", percent=99)
    with pytest.raises(Refused):
        desk.verdict(COMMAND, "20-1-01", accepted=True)
    with pytest.raises(Forbidden):
        desk.verdict(ROADS, "20-1-01", accepted=True)
    desk.report(ROADS, "20-1-02", percent=100)
    with pytest.raises(BadParameter):
        desk.verdict(COMMAND, "20-1-02", accepted=False)
    with pytest.raises(NeedsMatch):
        desk.verdict(COMMAND, "20-1-02", accepted=True, match=None)
    assert count(desk, t.acceptance) == 0


def test_two_people_at_the_same_moment_never_overwrite_each_other(desk):
    """Both file the first report of a week: one is filed, the other is told."""
    told: list[object] = []
    gate = threading.Barrier(2)

    def file(percent: float) -> None:
        gate.wait()
        try:
            told.append(desk.report(ROADS, "20-1-01", percent=percent))
        except AppError as error:
            told.append(type(error))

    threads = [threading.Thread(target=file, args=(percent,)) for percent in (10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(desk, t.report) == 1
    assert [one for one in told if isinstance(one, type)] == [NeedsMatch]


def test_the_clock_never_runs_backwards(desk):
    desk.report(ROADS, "20-1-01", percent=10)
    early = desk.moment
    desk.pass_days(-30)
    refused(desk, Refused, ROADS, "20-1-02", percent=10)
    desk.pass_days(30)
    desk.hour = desk.hour.replace(hour=9)
    receipt = desk.report(ROADS, "20-1-02", percent=10)
    with desk.database.read() as connection:
        entered = connection.execute(
            select(t.report.c.entered_at).where(t.report.c.id == receipt["id"])
        ).scalar_one()
    assert entered == early
