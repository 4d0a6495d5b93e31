"""The weekly meeting: the same codes and totals on the page, in the workbook and in /api/ledger."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from app.domain.status import StatusCode
from app.i18n import catalogue
from tests.routes.html import Element, parse
from tests.support.databases import Storage
from tests.support.people import signed_in, staffed

PAGE = {"accept": "text/html"}
STATUSES = [code.value for code in StatusCode]
KEYS = ["subjects", *STATUSES, "missing", "blockages"]


@pytest.fixture(scope="module")
def client(both_engines_module: Storage) -> Iterator[TestClient]:
    with staffed(both_engines_module, demo=True) as made:
        yield made


def shown(person: TestClient, address: str) -> Element:
    answer = person.get(address, headers=PAGE)
    assert answer.status_code == 200, answer.text[:500]
    return parse(answer.text)


def sheets(page: Element) -> dict[str, Element]:
    return {one.attributes["data-page"]: one for one in page.all("section") if "data-page" in one.attributes}


def sums(sheet: Element) -> dict[str, int]:
    return {one.attributes["data-count"]: int(one.text) for one in sheet.all("ul", "mt-sums")[0].all("b")}


def codes(sheet: Element) -> list[str]:
    found = [one.attributes["data-row"] for one in sheet.all("tr") if "data-row" in one.attributes]
    return [code for code in found if code != "sum"]


def ledger(person: TestClient, week: str) -> dict[str, Any]:
    """What /api/ledger says: status by code of every site and of every task that is reported itself."""
    found = {}
    for item in person.get(f"/api/ledger?week={week}").json()["items"]:
        for task in item["tasks"]:
            found |= {site["code"]: site["status_label"] for site in task["sites"]}
            if task["subject"] and task["subject"]["reported"]:
                found[task["code"]] = task["subject"]["status_label"]
    return found


@pytest.mark.parametrize("week", ["2023-W28", "2023-W20"])
def test_page_workbook_and_api_agree(client: TestClient, week: str) -> None:
    person = signed_in(client, "supervision")
    pages = sheets(shown(person, f"/meeting?week={week}"))
    workbook = openpyxl.load_workbook(io.BytesIO(person.get(f"/meeting.xlsx?week={week}").content))
    known = ledger(person, week)
    labels = catalogue("zh")["status"]
    zone = pages.pop("zone")
    assert len(workbook.worksheets) == len(pages) + 1
    every: list[str] = []
    total: Counter[str] = Counter()
    for page, sheet in zip(pages.values(), workbook.worksheets[1:], strict=True):
        assert page.all("h2")[0].text == sheet.title
        rows = {row[0].value: row for row in sheet.iter_rows(min_row=8) if row[0].value in known}
        assert codes(page) == list(rows)
        assert {code: row[6].value for code, row in rows.items()} == {code: known[code] for code in rows}
        for code, row in rows.items():
            (line,) = [one for one in page.all("tr") if one.attributes.get("data-row") == code]
            assert known[code] in line.text and row[1].value in line.text
        counted = sums(page)
        assert [sheet.cell(5, at).value for at in range(1, 12)] == [counted[key] for key in KEYS]
        assert counted["subjects"] == len(rows) == sum(counted[status] for status in STATUSES)
        assert counted["subjects"] == len(codes(page))
        every += codes(page)
        total.update(counted)
    assert sorted(every) == sorted(known)
    assert sums(zone) == dict(total)
    assert {status: total[status] for status in STATUSES} == {
        status: list(known.values()).count(labels[status]) for status in STATUSES
    }
    both = [row for row in zone.all("tr") if row.attributes.get("data-row") == "sum"]
    for row in both:
        cells = {one.attributes["data-count"]: int(one.text) for one in row.all("td")}
        assert cells == dict(total)


def test_a_past_week_knows_nothing_of_later(client: TestClient) -> None:
    person = signed_in(client, "leader")
    page = shown(person, "/meeting?week=2023-W20&unit=jianshe")
    text = page.all("main")[0].text
    assert "2023-05-15 至 2023-05-21，截至 2023-05-21" in text and "演示数据" in text
    days = re.findall(r"2023 年第 (\d+) 周上报", text)
    assert days and max(map(int, days)) <= 20


def test_a_lead_unit_sees_its_own_page_only(client: TestClient) -> None:
    lead = signed_in(client, "lead_unit")
    assert list(sheets(shown(lead, "/meeting"))) == ["jianshe"]
    assert list(sheets(shown(lead, "/meeting?unit=jianshe"))) == ["jianshe"]
    for unit in ("zone", "jiaoyu"):
        assert lead.get(f"/meeting?unit={unit}").status_code == 403
        assert lead.get(f"/meeting.xlsx?unit={unit}").status_code == 403
    workbook = openpyxl.load_workbook(io.BytesIO(lead.get("/meeting.xlsx").content))
    assert workbook.sheetnames == ["区城乡建设和交通局"]
    for role in ("viewer", "inspector", "supporting_unit"):
        assert signed_in(client, role).get("/meeting").status_code == 403
    assert client.get("/meeting").status_code == 401


def test_what_is_asked_wrongly_is_told(client: TestClient) -> None:
    person = signed_in(client, "administrator")
    for query in ("week=2023-W29", "week=x", "unit=nobody", "town=1"):
        assert person.get(f"/meeting?{query}").status_code == 400
    assert list(sheets(shown(person, "/meeting?unit=zone"))) == ["zone"]
    assert "Weekly meeting" in shown(person, "/meeting?lang=en").text


def test_a_week_without_a_report_is_no_change_of_zero(client: TestClient) -> None:
    """The demonstration's newest week has few reports: the others say so, on the page and in the workbook."""
    person = signed_in(client, "supervision")
    week = "2023-W28"
    workbook = openpyxl.load_workbook(io.BytesIO(person.get(f"/meeting.xlsx?week={week}").content))
    cells = {row[0].value: row for sheet in workbook.worksheets[1:] for row in sheet.iter_rows(min_row=8)}
    said: Counter[str] = Counter()
    for page in sheets(shown(person, f"/meeting?week={week}")).values():
        for line in page.all("tr"):
            code = line.attributes.get("data-row", "")
            change = line.all("td", "mt-change")
            if not change:
                continue
            last = person.get(f"/api/subjects/{code}").json()["report"]
            filed = last is not None and last["week"] == week
            text = change[0].text
            said["filed" if filed else text] += 1
            assert filed or text in ("本周未报", "—"), (code, text)
            assert (cells[code][5].value is None) != filed, code
    assert said["filed"] and said["本周未报"] and said["—"]
