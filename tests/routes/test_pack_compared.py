"""The pack with an earlier week beside it, the weeks between, and the places that are served."""

from __future__ import annotations

import io
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from app.i18n import catalogue, translate
from app.store.publish import publish
from tests.routes.opening import demonstration
from tests.support.people import Person, signed_in
from tests.support.served import put_places

WEEK = "2023-W20"
LATE, DONE = {"overdue", "suspended", "lagging"}, {"completed", "accepted"}
WORDS = catalogue("zh")["pack"]["words"]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    with demonstration("sqlite", tmp_path_factory) as pages:
        _load_places(pages)
        yield signed_in(pages, "supervision")


def _load_places(pages: TestClient) -> None:
    live: Any = pages.app.state.live  # type: ignore[attr-defined]
    with live.database.write() as connection:
        put_places(connection, buildings=60, communities=10, built_up=6)
        publish(connection, live.view.as_of, live.settings.tolerance, [])
    live.refresh()


@pytest.fixture(scope="module")
def book(reader: Person) -> openpyxl.Workbook:
    answer = reader.get(f"/pack.xlsx?against={WEEK}")
    assert answer.status_code == 200, answer.text[:300]
    assert answer.content == reader.get(f"/pack.xlsx?against={WEEK}").content, "the same data, the same file"
    return openpyxl.load_workbook(io.BytesIO(answer.content))


@pytest.fixture(scope="module")
def text(reader: Person, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("pdf") / "pack.pdf"
    file.write_bytes(reader.get(f"/pack.pdf?against={WEEK}").content)
    said = subprocess.run(
        ["pdftotext", "-raw", str(file), "-"], check=True, capture_output=True, text=True
    ).stdout
    return re.sub(r"\s+", "", said)


def rows(book: openpyxl.Workbook, sheet: str) -> list[list[Any]]:
    return [list(row) for row in book[sheet].iter_rows(min_row=2, values_only=True)]


def since(name: str) -> str:
    return translate("zh", f"pack.since_sheets.{name}", week=WEEK)


def on_paper(text: str, said: str) -> bool:
    return re.sub(r"\s+", "", said) in text


def test_coverage_then_and_now_is_that_of_the_page(reader, book, text):
    told = rows(book, since("coverage"))
    kinds = {kind: code for code, kind in _kinds(reader).items()}
    assert {row[0] for row in told} <= set(kinds)
    changed = [row for row in told if row[1] == "全区" and row[7]]
    assert len(changed) >= 3
    for row in changed:
        path = f"/api/coverage/change.geojson?kind={kinds[row[0]]}&from_week={WEEK}&to_state=done"
        zone = reader.get(path).json()["zone"]
        _, _, then, then_share, now, now_share, points, gained, lost = row
        assert then == pytest.approx(zone["both_km2"] + zone["lost_km2"], abs=2e-4)
        assert now == pytest.approx(zone["both_km2"] + zone["gained_km2"], abs=2e-4)
        assert (gained, lost) == (
            pytest.approx(zone["gained_km2"], abs=2e-4),
            pytest.approx(zone["lost_km2"], abs=2e-4),
        )
        assert points == pytest.approx(now_share - then_share, abs=0.011)
        assert on_paper(text, f"+{points:.1f}".rstrip("0").rstrip(".") + "个百分点")
    for row in told:  # per town as well: then and gained less lost make up now
        assert row[4] == pytest.approx(row[2] + row[7] - row[8], abs=3e-4)


def test_sites_and_items_then_and_now_are_those_of_the_ledger(reader, book, text):
    then, now = (_statuses(reader, week) for week in (f"?week={WEEK}", ""))
    changed = {code: (then.get(code), status) for code, status in now.items() if then.get(code) != status}
    labels = {code: translate("zh", f"status.{code}") for code in set(then.values()) | set(now.values())}
    assert {row[1]: (row[3], row[4]) for row in rows(book, since("sites"))} == {
        code: (labels[old], labels[new]) for code, (old, new) in changed.items()
    }
    moves = Counter(changed.values())
    totals = {
        "done": sum(n for (old, new), n in moves.items() if new in DONE and old not in DONE),
        "late": sum(n for (old, new), n in moves.items() if new in LATE and old not in LATE),
        "recovered": sum(n for (old, new), n in moves.items() if old in LATE and new not in LATE),
        "same": len(now) - len(changed),
    }
    for name, count in totals.items():
        assert on_paper(text, f"{count}{translate('zh', f'pack.since_totals.{name}')}"), name
    before, after = (
        {item["no"]: item["percent"] for item in reader.get(f"/api/ledger{week}").json()["items"]}
        for week in (f"?week={WEEK}", "")
    )
    assert {row[0]: (row[2], row[3]) for row in rows(book, since("items"))} == {
        no: (before[no], after[no]) for no in after
    }


def test_the_weeks_between_are_those_of_coverage(reader, book, text):
    head = [cell.value for cell in book[WORDS["curves"]][1]]
    told = {row[0]: row[1:] for row in rows(book, WORDS["curves"])}
    assert list(told)[-1] == "2023-W28"
    column = head.index("燃气管网 疃里镇") - 1
    for week in ("2023-W12", WEEK, "2023-W27"):
        towns = reader.get(f"/api/coverage?kind=gas_main&week={week}&gaps=0").json()["towns"]
        share = next(town["buildings"]["share"] for town in towns if town["town"] == "疃里镇")
        assert told[week][column] == pytest.approx(share * 100, abs=0.006)
    assert told["2023-W12"][column] < told["2023-W27"][column]
    assert on_paper(text, translate("zh", "pack.share_of.building")), "a network's figure is of buildings"


def test_places_served_are_those_of_coverage(reader, book, text):
    told = {tuple(row[:3]): row[3:] for row in rows(book, WORDS["served"])}
    for kind, label in (("gas_main", "燃气管网"), ("counselling_room", "心理咨询室")):
        zone = reader.get(f"/api/coverage?kind={kind}&gaps=0").json()["zone"]
        places, covered, _, _, share = told[label, "全区", "村庄"][:5]
        villages = zone["villages"]
        assert (places, covered) == (villages["count"], villages["covered"])
        assert share == pytest.approx(villages["share"] * 100, abs=0.006)
        *_, known, living, living_share = told[label, "全区", "人口"]
        people = zone["population"]
        assert (known, living) == (people["known"], pytest.approx(people["covered"], abs=0.6))
        assert living_share == pytest.approx(people["share"] * 100, abs=0.006)
        assert on_paper(text, f"{covered}/{places}（{_percent(share)}）")
        assert on_paper(text, f"{known:,}人的{_percent(living_share)}")
    networks = {key[0] for key in told if key[2] == "建筑"}
    assert networks == {"供热管道", "燃气管网"} & networks and "燃气管网" in networks
    listed = rows(book, WORDS["villages"])
    head = [cell.value for cell in book[WORDS["villages"]][1]]
    column = head.index("心理咨询室")
    missed = [row[1] for row in listed if row[column] == "未覆盖"]
    assert len(listed) - len(missed) == told["心理咨询室", "全区", "村庄"][1] > 0
    assert on_paper(text, f"未覆盖的村（{len(missed)} 个）：{'、'.join(missed[:30])}")
    assert on_paper(text, translate("zh", "pack.note_places"))
    assert not on_paper(text, translate("zh", "coverage.note_people"))


@pytest.mark.parametrize("week", ["2023-W28", "2023-W40", "2022-W01", "2023-W60", "yesterday"])
def test_a_week_that_cannot_be_compared_is_refused(reader, week):
    for path in ("/pack.pdf", "/pack.xlsx", "/pack-slides.zip"):
        answer = reader.get(f"{path}?against={week}", headers={"accept": "application/json"})
        assert answer.status_code == 400
        fault = answer.json()["errors"][0]
        assert fault["parameter"] == "against"
        assert "2023-W" in fault["message"] or "2000-W01" in fault["message"]


def test_slides_tell_the_change_and_the_file_says_so(reader):
    answer = reader.get(f"/pack-slides.zip?against={WEEK}")
    assert f"pack-2023-W28-against-{WEEK}" in answer.headers["content-disposition"]
    assert answer.content.count(b".png") > reader.get("/pack-slides.zip").content.count(b".png")


def _statuses(reader: Person, query: str) -> dict[str, str]:
    features = reader.get(f"/api/sites{query}").json()["features"]
    return {one["id"]: one["properties"]["status"] for one in features}


def _kinds(reader: Person) -> dict[str, str]:
    board = reader.get("/api/coverage/board").json()["kinds"]
    return {row["kind"]: row["label"] for row in board}


def _percent(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") + "%"
