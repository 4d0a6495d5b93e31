"""Uploaded templates on both databases: differences first, and nothing before the confirmation."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import event, func, insert, select, update

from app.domain.roles import Actor, Role
from app.domain.weeks import Week
from app.errors import BadParameter, NotFound, Refused
from app.sheets.template import Template, template_bytes
from app.sheets.weekly import columns
from app.store import tables as t
from app.store.live import Live
from app.store.moments import now
from app.store.reports import ReportForm, file_report
from app.store.uploads import Moved, Upload, confirm, judge_again, read_upload, receive
from app.store.weekly import read_unit_week, template_rows
from app.store.writing import Asked
from app.writes import write_as
from tests.support.databases import Storage
from tests.support.generated import put_sites
from tests.support.zones import prepared

DAY = date(2023, 7, 14)
WEEK = Week.of(DAY)
ROAD, MAIN, TASK, GREEN = "20-1-01", "20-3-01", "20-1", "20-2-01"
KEYS = [column.key for column in columns(["370829104", "370829108"])]


@dataclass
class Office:
    """A unit's office: its account, its template, what it uploads."""

    source: Live
    actor: Actor

    def template(self, week: Week = WEEK, lang: str = "zh") -> openpyxl.Workbook:
        return openpyxl.load_workbook(io.BytesIO(self.template_bytes(week, lang)))

    def template_bytes(self, week: Week = WEEK, lang: str = "zh") -> bytes:
        with self.source.database.read() as connection:
            known = read_unit_week(connection, self.actor, week)
        towns = {code: names[lang] for code, names in known.towns.items()}
        rows = template_rows(known, DAY, lang)
        return template_bytes(Template(week, self.actor.unit or "", "单位", towns, rows), lang)

    def upload(self, workbook: openpyxl.Workbook | bytes, id: str | None = None) -> Upload:
        if not isinstance(workbook, bytes):
            out = io.BytesIO()
            workbook.save(out)
            workbook = out.getvalue()
        return receive(self.source, self.actor, id or str(uuid.uuid4()), "周报.xlsx", workbook)

    def confirm(self, upload: Upload) -> Upload:
        return write_as(self.source, self.actor, lambda writer: confirm(writer, upload.id))

    def file(self, subject: str, match: int | None = None, **more: Any) -> dict[str, Any]:
        form = ReportForm(subject, more.pop("week", WEEK), **more)
        asked = Asked.of(str(uuid.uuid4()), more, match)
        return write_as(self.source, self.actor, lambda writer: file_report(writer, form, asked))

    def count(self, table: Any = t.report) -> int:
        with self.source.database.read() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    def reports(self, subject: str) -> list[Any]:
        with self.source.database.read() as connection:
            query = select(t.report).where(t.report.c.subject_code == subject).order_by(t.report.c.change_id)
            return list(connection.execute(query))


def account(source: Live, name: str, unit: str, **more: Any) -> Actor:
    row = {
        "name": name,
        "display": name,
        "role": "lead_unit",
        "unit_code": unit,
        "towns": [],
        "items": [],
        "created_at": now(),
    }
    with source.database.write() as connection:
        number = connection.execute(insert(t.account).values(row).returning(t.account.c.id)).scalar_one()
    return Actor(number, name, name, Role.LEAD_UNIT, unit, **more)


@pytest.fixture
def office(both_engines: Storage) -> Iterator[Office]:
    with prepared(both_engines, today=DAY) as (database, settings):
        source = Live(database, settings)
        yield Office(source, account(source, "jianshe", "jianshe"))


def row_of(workbook: openpyxl.Workbook, code: str, ordinal: int | None = None) -> int:
    """The row of a figure in the template."""
    sheet = workbook.worksheets[0]
    for row in sheet.iter_rows(min_row=4):
        if row[0].value == code and row[1].value == ordinal:
            return row[0].row
    raise AssertionError(f"no row {code} {ordinal}")


def put(workbook: openpyxl.Workbook, code: str, ordinal: int | None = None, **values: Any) -> int:
    """Fill cells of a row; its number is returned."""
    row = row_of(workbook, code, ordinal)
    for key, value in values.items():
        name = key.replace("town_", "town:")
        workbook.worksheets[0].cell(row, KEYS.index(name) + 1).value = value
    return row


def faults(upload: Upload) -> dict[str, str]:
    return {fault["cell"]: fault["zh"] for item in upload.items for fault in item["faults"]}


def test_an_untouched_template_changes_nothing(office: Office) -> None:
    office.file(ROAD, percent=40.0, text="=1+1 路基")
    office.file(MAIN, sections=[[0, 300]])
    for lang in ("zh", "en"):
        upload = office.upload(office.template(lang=lang))
        assert upload.state == "ready" and upload.items == [] and not upload.confirmable
        assert upload.counts == {"new": 0, "correction": 0, "same": upload.counts["same"], "broken": 0}
        assert upload.counts["same"] > 5
        with pytest.raises(Refused):
            office.confirm(upload)
    assert office.count() == 2


def test_figures_are_shown_as_differences_and_saved_when_confirmed(office: Office) -> None:
    workbook = office.template()
    put(workbook, ROAD, value=45, text="路基完成")
    put(workbook, MAIN, sections="0-300; 200-450")
    upload = office.upload(workbook)
    assert upload.confirmable and upload.counts["new"] == 2 and office.count() == 0
    shown = {
        item["code"]: {one["key"]: (one["old"], one["new"]) for one in item["changes"]}
        for item in upload.items
    }
    assert shown[ROAD] == {"value": (None, 45.0), "text": ("", "路基完成")}
    assert shown[MAIN]["sections"] == ("", "0-450")
    assert office.confirm(upload).state == "confirmed"
    (road,), (main,) = office.reports(ROAD), office.reports(MAIN)
    assert (road.percent, road.text) == (45.0, "路基完成")
    assert main.sections == [[0.0, 450.0]] and main.percent == shown[MAIN]["value"][1]
    office.confirm(upload)
    assert office.count() == 2


def test_a_task_is_filed_with_all_its_figures(office: Office) -> None:
    health = replace(office, actor=account(office.source, "weijian", "weijian"))
    workbook = health.template()
    put(workbook, "01-1", 0, **{"town_370829104": 70, "town_370829108": 50}, text="增加托位")
    put(workbook, "01-1", 1, value=400)
    row = put(workbook, "01-1", 2, value=None)
    upload = health.upload(workbook)
    assert list(faults(upload)) == [f"H{row}"] and "公办幼托" in faults(upload)[f"H{row}"]
    put(workbook, "01-1", 2, value=0.5)
    workbook.worksheets[0].cell(row, KEYS.index("value") + 1).number_format = "0%"
    upload = health.upload(workbook)
    assert not faults(upload)
    health.confirm(upload)
    (report,) = health.reports("01-1")
    towns = {"370829104": 70, "370829108": 50}
    assert report.figures == {
        "0": {"quantity": 120, "towns": towns},
        "1": {"quantity": 400},
        "2": {"percent": 50},
    }


def test_a_correction_needs_a_reason_at_its_cell(office: Office) -> None:
    office.file(ROAD, percent=40.0)
    workbook = office.template()
    row = put(workbook, ROAD, value=42)
    upload = office.upload(workbook)
    assert list(faults(upload)) == [f"N{row}"] and not upload.confirmable
    put(workbook, ROAD, reason="漏报两处")
    upload = office.upload(workbook)
    assert upload.counts["correction"] == 1
    office.confirm(upload)
    first, second = office.reports(ROAD)
    assert second.corrects == first.id and (second.percent, second.reason) == (42.0, "漏报两处")


def test_a_broken_row_names_its_cell_and_the_rest_still_shows(office: Office) -> None:
    workbook = office.template()
    put(workbook, ROAD, value=45)
    broken = {
        "20-1-02": {"value": "=1+1"},
        "20-2-01": {"value": 101},
        "20-2-02": {"value": "四成"},
        "20-2-03": {"sections": "0-100", "value": 3},
        MAIN: {"sections": "0-99999"},
        "20-4-01": {"text": "字" * 2001, "value": 5},
    }
    cells = {}
    for code, values in broken.items():
        row = put(workbook, code, **values)
        key = next(iter(values))
        cells[f"{'HIJKLMN'[KEYS.index(key) - 7]}{row}"] = code
    upload = office.upload(workbook)
    assert {fault["cell"]: item["code"] for item in upload.items for fault in item["faults"]} == cells
    assert upload.counts == {"new": 1, "correction": 0, "same": upload.counts["same"], "broken": 6}
    assert [item["changes"][0]["new"] for item in upload.items if item["code"] == ROAD] == [45]
    with pytest.raises(Refused):
        office.confirm(upload)
    assert office.count() == 0


def test_what_others_filed_meanwhile_is_never_overwritten_unseen(office: Office) -> None:
    first = office.file(ROAD, percent=40.0)
    workbook = office.template()
    office.file(ROAD, match=first["change"], percent=50.0, reason="复测")
    put(workbook, GREEN, value=10)
    upload = office.upload(workbook)
    assert [item["code"] for item in upload.items] == [GREEN], "the old 40 % of an untouched row comes back"
    put(workbook, ROAD, value=45, reason="漏报")
    upload = office.upload(workbook)
    road = next(item for item in upload.items if item["code"] == ROAD)
    assert road["meanwhile"] and (road["changes"][0]["old"], road["changes"][0]["new"]) == (50.0, 45.0)
    version = office.reports(ROAD)[-1].change_id
    office.file(ROAD, match=version, percent=55.0, reason="再测")
    before = office.count()
    with pytest.raises(Moved):
        office.confirm(upload)
    assert office.count() == before and not office.reports(GREEN), "all or nothing"
    again = judge_again(office.source, office.actor, upload.id)
    road = next(item for item in again.items if item["code"] == ROAD)
    assert (road["changes"][0]["old"], road["changes"][0]["new"]) == (55.0, 45.0)
    assert again.counts["same"] == upload.counts["same"]
    office.confirm(again)
    assert office.reports(ROAD)[-1].percent == 45.0 and office.reports(GREEN)


def test_only_its_owner_sees_it_for_a_day(office: Office) -> None:
    workbook = office.template()
    put(workbook, ROAD, value=45)
    upload = office.upload(workbook)
    other = replace(office, actor=account(office.source, "jianshe2", "jianshe"))
    with pytest.raises(NotFound):
        read_upload(office.source, other.actor, upload.id)
    with pytest.raises(NotFound):
        other.confirm(upload)
    with pytest.raises(Refused):
        other.upload(workbook, upload.id)
    with office.source.database.write() as connection:
        connection.execute(update(t.upload).values(created_at=now() - timedelta(days=1, minutes=1)))
    with pytest.raises(NotFound):
        read_upload(office.source, office.actor, upload.id)
    with pytest.raises(NotFound):
        office.confirm(upload)
    office.upload(office.template())
    assert office.count(t.upload) == 1


def test_the_same_upload_again_is_the_same_preview(office: Office) -> None:
    workbook = office.template()
    put(workbook, ROAD, value=45)
    out = io.BytesIO()
    workbook.save(out)
    one = office.upload(out.getvalue())
    assert office.upload(out.getvalue(), one.id) == one
    with pytest.raises(Refused):
        office.upload(office.template_bytes(), one.id)


def test_templates_of_others_or_of_the_future_are_refused(office: Office) -> None:
    social = replace(office, actor=account(office.source, "shehui", "shehui"))
    with pytest.raises(BadParameter, match="城乡建设"):
        social.upload(office.template_bytes())
    with pytest.raises(BadParameter, match="2023-W29"):
        office.upload(office.template_bytes(Week(2023, 29)))
    workbook = office.template()
    cell = next(c for row in workbook.worksheets[1].iter_rows() for c in row if c.value == str(WEEK))
    cell.value = "2023-W27"
    with pytest.raises(BadParameter, match="check mark"):
        office.upload(workbook)
    assert office.count(t.upload) == 0, "a file that cannot be read leaves nothing behind"


def test_rows_of_other_units_and_copied_rows_are_refused(office: Office) -> None:
    workbook = office.template()
    sheet = workbook.worksheets[0]
    last = sheet.max_row + 1
    sheet.cell(last, 1).value, sheet.cell(last, 8).value = "03-1-01", 50
    sheet.cell(last + 1, 8).value = 5
    for column in range(1, len(KEYS) + 1):
        sheet.cell(last + 2, column).value = sheet.cell(row_of(workbook, ROAD), column).value
    put(workbook, ROAD, value=45)
    assert set(faults(office.upload(workbook))) == {f"A{last}", f"A{last + 1}", f"A{last + 2}"}


def test_accepted_subjects_are_filed_no_more(office: Office) -> None:
    workbook = office.template()
    row = put(workbook, ROAD, value=100)
    with office.source.database.write() as connection:
        values = {"accepted_on": DAY, "accepted_by": "督查", "entered_at": now(), "accepted": True}
        connection.execute(insert(t.acceptance).values(subject_code=ROAD, **values))
    assert list(faults(office.upload(workbook))) == [f"A{row}"]
    with pytest.raises(AssertionError):
        row_of(office.template(), ROAD)


def test_many_rows_need_no_more_statements_than_few(both_engines: Storage) -> None:
    """What keeps thousands of rows within seconds: nothing is asked or written row by row."""
    counts: dict[tuple[str, int], int] = {}
    with prepared(both_engines, today=DAY) as (database, settings):
        with database.owning() as connection:
            put_sites(connection, 1_100)
        source = Live(database, settings)
        office = Office(source, account(source, "jianshe", "jianshe"))
        stage = ("before", 0)

        def count(*_: Any) -> None:
            counts[stage] = counts.get(stage, 0) + 1

        event.listen(database.engine, "before_cursor_execute", count)
        for rows in (20, 600):
            workbook = office.template()
            sheet = workbook.worksheets[0]
            sites = [row[0].row for row in sheet.iter_rows(min_row=4) if row[1].value is None]
            for row in sites[:rows]:
                sheet.cell(row, KEYS.index("value") + 1).value = rows / 10
                sheet.cell(row, KEYS.index("reason") + 1).value = "复核"
            stage = ("check", rows)
            upload = office.upload(workbook)
            assert upload.counts["new"] + upload.counts["correction"] == rows
            stage = ("confirm", rows)
            assert office.confirm(upload).state == "confirmed"
            stage = ("between", rows)
    assert counts["check", 600] <= counts["check", 20] + 10, "progress is told now and then"
    # SQLite gives ids back in no order, so its audit goes in row by row; it is no round trip there
    audit = 580 if both_engines.engine == "sqlite" else 0
    assert counts["confirm", 600] <= counts["confirm", 20] + audit + 40, "rows are written in batches"
