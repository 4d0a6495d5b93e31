"""The pages of the upload, on both databases: template, preview, confirmation, and whose they are."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from urllib.parse import unquote

import openpyxl
import pytest
from starlette.testclient import TestClient

from tests.routes.html import parse
from tests.support.databases import Storage
from tests.support.people import Person, signed_in, staffed

PAGE = {"accept": "text/html"}
ROAD = "20-1-01"


@pytest.fixture(scope="module")
def client(both_engines_module: Storage) -> Iterator[TestClient]:
    with staffed(both_engines_module, today="2023-07-14") as made:
        yield made


@pytest.fixture
def lead(client: TestClient) -> Person:
    return signed_in(client, "lead_unit")


def filled(person: Person, week: str = "2023-W28", code: str = ROAD, **cells: object) -> bytes:
    """The template with cells of one row filled in: ``H=45``."""
    answer = person.get(f"/template.xlsx?week={week}")
    workbook = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = workbook.worksheets[0]
    row = next(row[0].row for row in sheet.iter_rows(min_row=4) if row[0].value == code)
    for column, value in cells.items():
        sheet[f"{column}{row}"].value = value
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def send(person: Person, body: bytes, id: str | None = None, **headers: str):
    data = person.form(id=id or str(uuid.uuid4()))
    return person.post("/upload", data=data, files={"file": ("周报.xlsx", body)}, headers=headers or PAGE)


def test_the_template_is_a_workbook_under_a_chinese_name(lead: Person) -> None:
    answer = lead.get("/template.xlsx?week=2023-W27")
    disposition = answer.headers["content-disposition"]
    assert answer.status_code == 200 and "周报-2023-W27-jianshe.xlsx" in unquote(disposition)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    codes = {row[0].value for row in sheet.iter_rows(min_row=4)}
    assert ROAD in codes and "19-1" in codes and not any(str(code).startswith("01") for code in codes)
    assert lead.get("/template.xlsx?week=2023-W29").status_code == 400


def test_upload_preview_and_confirmation_without_scripts(lead: Person) -> None:
    assert lead.get("/upload", headers=PAGE).status_code == 200
    sent = send(lead, filled(lead, "2023-W26", H=45, M="<b>路基</b> =1"))
    assert sent.status_code == 303
    address = sent.headers["location"]
    shown = lead.get(address, headers=PAGE)
    assert shown.status_code == 200 and "确认保存 1 项" in shown.text
    assert "&lt;b&gt;路基&lt;/b&gt; =1" in shown.text and "<b>路基" not in shown.text
    state = lead.get(f"/api/uploads/{address.rsplit('/', 1)[1]}").json()
    assert state["state"] == "ready" and state["counts"]["new"] == 1
    assert lead.get(f"/api/subjects/{ROAD}").json()["report"] is None
    for _ in range(2):
        saved = lead.post(f"{address}/confirm", data=lead.form())
        assert saved.status_code == 303 and saved.headers["location"] == address
    assert "已保存 1 项" in lead.get(address, headers=PAGE).text
    report = lead.get(f"/api/subjects/{ROAD}").json()["report"]
    assert (report["percent"], report["text"], report["week"]) == (45.0, "<b>路基</b> =1", "2023-W26")


def test_a_task_s_figures_are_shown_by_their_targets(lead: Person) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(filled(lead, "2023-W24", "19-1", H=40, M="开展培训")))
    sheet = workbook.worksheets[0]
    row = next(
        row[0].row for row in sheet.iter_rows(min_row=4) if (row[0].value, row[1].value) == ("19-1", 1)
    )
    sheet.cell(row, 8).value = 60
    out = io.BytesIO()
    workbook.save(out)
    address = send(lead, out.getvalue()).headers["location"]
    text = parse(lead.get(address, headers=PAGE).text).all("main")[0].text
    assert f"H{row} 物业人员“全员素质教育培训”开展 原为 未填 → 改为 60 %" in text
    assert "本周情况 原为 未填 → 改为 开展培训" in text and "折算总进度 原为 未填 → 改为 50 %" in text


def test_scripts_get_json(lead: Person) -> None:
    id = str(uuid.uuid4())
    body = filled(lead, "2023-W20", H=10)
    for _ in range(2):
        answer = send(lead, body, id, accept="application/json")
        assert answer.status_code == 201 and answer.json() == {"id": id, "location": f"/upload/{id}"}
    wrong = send(lead, b"no workbook", accept="application/json")
    assert wrong.status_code == 400 and wrong.json()["errors"][0]["parameter"] == "file"


@pytest.mark.parametrize(("body", "told"), [(b"", "文件是空的"), (b"a;b", "不是 Excel 工作簿")])
def test_a_file_that_is_none_shows_the_form_again(lead: Person, body: bytes, told: str) -> None:
    answer = send(lead, body)
    assert answer.status_code == 400 and told in answer.text and "没有保存任何内容" in answer.text
    assert told not in lead.get("/upload", headers=PAGE).text


def test_no_file_and_no_id_are_told(lead: Person) -> None:
    nothing = lead.post("/upload", data=lead.form(id=str(uuid.uuid4())), headers=PAGE)
    assert nothing.status_code == 400 and "请选择要上传的文件" in nothing.text
    assert send(lead, b"x", "1; DROP TABLE").status_code == 400
    assert lead.get("/upload/nonsense").status_code == 400
    assert lead.get(f"/upload/{uuid.uuid4()}").status_code == 404


def test_a_broken_cell_is_named_and_cannot_be_confirmed(lead: Person) -> None:
    address = send(lead, filled(lead, "2023-W21", H="=1+1")).headers["location"]
    shown = lead.get(address, headers=PAGE).text
    assert "这里是公式" in shown and 'class="up-cell">H' in shown and "确认保存" not in shown
    assert lead.post(f"{address}/confirm", data=lead.form(), headers=PAGE).status_code == 409


def test_what_changed_meanwhile_is_shown_anew(lead: Person) -> None:
    address = send(lead, filled(lead, "2023-W22", H=30)).headers["location"]
    members = {"id": str(uuid.uuid4()), "subject": ROAD, "week": "2023-W22", "percent": 28}
    assert lead.post("/api/reports", json=members).status_code == 201
    moved = lead.post(f"{address}/confirm", data=lead.form())
    assert moved.status_code == 303 and moved.headers["location"].endswith("?moved=1")
    shown = lead.get(moved.headers["location"], headers=PAGE).text
    assert "台账有了变化" in shown and "本周已经上报，改动须写更正理由" in shown
    report = lead.get(f"/api/subjects/{ROAD}").json()["report"]
    assert report["week"] != "2023-W22" or report["percent"] == 28


def test_uploads_are_for_lead_units_and_their_owner(client: TestClient, lead: Person) -> None:
    address = send(lead, filled(lead, "2023-W23", H=31)).headers["location"]
    other = signed_in(client, "other_unit")
    assert other.get(address).status_code == 404
    state = f"/api/uploads/{address.rsplit('/', 1)[1]}"
    assert (other.get(state).json()["state"], lead.get(state).json()["state"]) == ("unknown", "ready")
    assert other.post(f"{address}/confirm", data=other.form()).status_code == 404
    assert "不是本单位的" in send(other, filled(lead, "2023-W23", H=31)).text
    assert signed_in(client, "supervision").get("/upload").status_code == 403
    assert client.get("/template.xlsx").status_code == 401
    assert lead.post("/upload", data={"csrf": "x"}, headers={"x-csrf-token": "x"}).status_code == 403
