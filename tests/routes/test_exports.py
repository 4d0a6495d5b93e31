"""Files of the ledger and the audit: the rows and totals of the page, and no text that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl

import openpyxl
import pytest
from starlette.testclient import TestClient

from app.i18n import catalogue
from app.sheets.texts import is_dangerous, tidy
from tests.sheets.attacks import FORMULAS, INSIDE
from tests.support.databases import Storage
from tests.support.people import signed_in, staffed

ATTACKS = [text for text in (*FORMULAS, *INSIDE) if tidy(text)]
ROAD = "20-1-01"


@pytest.fixture(scope="module")
def client(both_engines_module: Storage) -> Iterator[TestClient]:
    with staffed(both_engines_module, demo=True) as made:
        yield made


def rows(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "query", ["", "?week=2023-W20", "?unit=jianshe", "?map=town", "?q=文祥路", "?q=没有这个词"]
)
def test_the_ledger_s_files_hold_what_the_page_shows(client: TestClient, query: str) -> None:
    week = query if query.startswith("?week") else ""
    items = client.get(f"/api/ledger{week}").json()["items"]
    page = client.get(f"/ledger{query}", headers={"accept": "text/html"}).text
    articles = re.findall(r'<article class="item" id="item-(\d+)"[^>]*?( hidden)?>', page)
    kept = {int(no) for no, hidden in articles if not hidden}
    table = rows(client.get(f"/ledger.csv{query}"))
    if not week:
        assert {int(row["项目序号"]) for row in table} == kept
    wanted = []
    for item in items:
        if item["no"] not in kept and not week:
            continue
        for task in item["tasks"]:
            wanted += [
                ("目标", task["code"], target["title"], target["percent"]) for target in task["targets"]
            ]
            wanted += [
                ("点位", site["code"], site["title"], site["reported_percent"]) for site in task["sites"]
            ]
    found = [
        (row["类型"], row["编号"], row["目标或点位"], float(row["完成百分比"]) if row["完成百分比"] else None)
        for row in table
    ]
    assert found == wanted
    workbook = openpyxl.load_workbook(io.BytesIO(client.get(f"/ledger.xlsx{query}").content))
    sheet, totals = workbook.worksheets
    assert [
        (row[0].value, row[1].value, row[6].value, row[11].value) for row in sheet.iter_rows(min_row=5)
    ] == wanted
    shown = {row[0].value: row[1].value for row in totals.iter_rows(min_row=5, max_row=12)}
    statuses = Counter(row["状态"] for row in table if row["类型"] == "点位")
    assert shown == {label: statuses[label] for label in catalogue("zh")["status"].values() if label in shown}
    assert len(shown) == 8 and totals.cell(13, 2).value == sum(statuses.values())


def test_files_are_open_to_all_and_the_audit_is_not(client: TestClient) -> None:
    assert client.get("/ledger.csv?lang=en").text.startswith('\ufeff"Kind of row"')
    assert client.get("/ledger.csv?town=1").status_code == 400
    assert client.get("/audit.csv").status_code == 401
    assert signed_in(client, "lead_unit").get("/audit.csv").status_code == 403


def test_no_text_of_the_ledger_reaches_a_file_as_a_formula(client: TestClient) -> None:
    """Sentences, reasons and blockages are whatever people (or attackers) write."""
    lead, supervision = signed_in(client, "lead_unit"), signed_in(client, "supervision")
    taken = 0
    for number, text in enumerate(ATTACKS):
        version = lead.get(f"/api/subjects/{ROAD}").json()["version"]
        members = {"id": str(uuid.uuid4()), "subject": ROAD, "week": "2023-W28", "percent": 20 + number % 50}
        members |= {"text": text, "reason": text, "suspended_reason": text}
        answer = lead.post("/api/reports", json=members, headers={"if-match": f'"{version}"'})
        assert answer.status_code in (201, 400), answer.text
        taken += answer.status_code == 201
    assert taken > 20, "what the interface itself refuses tells nothing about the files"
    blockage = {
        "id": str(uuid.uuid4()),
        "subject": ROAD,
        "title": "=1+1",
        "text": "@SUM(1)",
        "unit": "jianshe",
    }
    assert supervision.post("/api/blockages", json=blockage).status_code == 201
    for row in rows(supervision.get("/audit.csv")):
        for value in row.values():
            assert not any(is_dangerous(cell) for cell in re.split(r"[;\t\n]", value)), value
    for person, address in (
        (lead, "/template.xlsx"),
        (lead, "/meeting.xlsx"),
        (supervision, "/meeting.xlsx"),
        (client, "/ledger.xlsx"),
    ):
        body = person.get(address).content
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                if name.startswith("xl/worksheets/"):
                    assert b"<f>" not in archive.read(name) and b"<f " not in archive.read(name)
        for sheet in openpyxl.load_workbook(io.BytesIO(body)).worksheets:
            for cells in sheet.iter_rows():
                assert not [cell.coordinate for cell in cells if cell.data_type in ("f", "e")]
                assert not [c.coordinate for c in cells if isinstance(c.value, str) and not c.quotePrefix]


def test_the_audit_s_file_takes_the_page_s_filters(client: TestClient) -> None:
    supervision = signed_in(client, "supervision")
    every = rows(supervision.get("/audit.csv"))
    assert [int(row["记录号"]) for row in every] == sorted(
        (int(row["记录号"]) for row in every), reverse=True
    )
    some = rows(supervision.get(f"/audit.csv?subject={ROAD}&week=2023-W28"))
    assert some and {row["编号"] for row in some} == {ROAD} and len(some) < len(every)
    assert all(row["时间"].endswith("+08:00") for row in every)
    assert supervision.get("/audit.csv?before=3").status_code == 400


def test_the_page_links_to_files_of_what_it_shows(client: TestClient) -> None:
    for query in ("", "?unit=jianshe", "?week=2023-W20&q=%E8%B7%AF&map=located"):
        page = client.get(f"/ledger{query}", headers={"accept": "text/html"}).text
        links = [unescape(one) for one in re.findall(r'<a class="button" data-export href="([^"]+)"', page)]
        assert [one.partition("?")[0] for one in links] == ["/ledger.xlsx", "/ledger.csv"]
        asked = dict(parse_qsl(query.lstrip("?")))
        assert [dict(parse_qsl(one.partition("?")[2])) for one in links] == [asked, asked]
        assert all(client.get(one).status_code == 200 for one in links)
