"""Coverage week by week: the contract, weeks that stay as they were, and two weeks compared on the board."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import shapely
from sqlalchemy import func, insert, select, update
from starlette.testclient import TestClient

from app.domain.weeks import Week
from app.i18n import catalogue
from app.store import tables as t
from app.store.coverage.past import Past, read_past
from app.store.moments import ZONE_TIME
from app.store.publish import publish
from tests.routes.html import Element
from tests.routes.opening import demonstration, links, opened
from tests.support.served import put_places

NUMBERS = ("covered_km2", "share", "sites")
NETWORKS = ("heating_main", "gas_main")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with demonstration("postgis", tmp_path_factory) as made:
        yield made


def ask(client: TestClient, path: str, **params: Any) -> dict[str, Any]:
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text[:500]
    return answer.json()


def weeks_told(client: TestClient, **params: Any) -> dict[str, Any]:
    return ask(client, "/api/coverage/timeline", **params)


def same_as_asked_by_week(client: TestClient, told: dict[str, Any], weeks: list[str], **params: Any) -> None:
    """The columns of a timeline hold what ``/api/coverage`` says of those weeks."""
    names = [week["week"] for week in told["weeks"]]
    for kind in told["kinds"]:
        for week in weeks:
            one = ask(client, "/api/coverage", kind=kind["kind"], week=week, gaps=0, **params)
            at = names.index(week)
            rows = [*zip(kind["towns"], one["towns"], strict=True), (kind["zone"], one["zone"])]
            for column, row in rows:
                found = {name: column[name][at] for name in NUMBERS}
                assert found == pytest.approx({name: row[name] for name in NUMBERS}, abs=1e-9)
                for name in ("villages", "population"):
                    assert (column[name] and column[name][at]) == row[name]


def renewed(client: TestClient, connection: Any) -> None:
    source = client.app.state.live  # type: ignore[attr-defined]
    publish(connection, source.view.as_of, source.settings.tolerance)


def finished(connection: Any, code: str, entered: datetime, monday: date) -> None:
    """A report of 100 % is entered, after everything that was entered before."""
    connection.execute(
        insert(t.report).values(
            id=str(uuid.uuid4()),
            change_id=select(func.max(t.change.c.id)).scalar_subquery(),
            subject_code=code,
            week_monday=monday,
            percent=100.0,
            entered_at=entered,
            sample=True,
        )
    )


def test_every_week_is_told_as_the_api_tells_it(pages):
    told = weeks_told(pages)
    weeks = [Week.parse(week["week"]) for week in told["weeks"]]
    assert [str(week) for week in weeks[:: len(weeks) - 1]] == ["2023-W03", "2023-W28"]
    steps = {later.monday - one.monday for one, later in pairwise(weeks)}
    assert steps == {timedelta(weeks=1)}
    assert [week["sunday"] for week in told["weeks"]] == [week.sunday.isoformat() for week in weeks]
    assert told["week"] == "2023-W28"
    assert {kind["kind"] for kind in told["kinds"]} == {
        row["kind"] for row in ask(pages, "/api/coverage/board")["kinds"]
    }
    for kind in told["kinds"]:
        assert kind["state"] == "done"
        for row in [*kind["towns"], kind["zone"]]:
            assert {len(row[name]) for name in NUMBERS} == {len(weeks)}
    same_as_asked_by_week(pages, told, ["2023-W05", "2023-W24", "2023-W28"])


@pytest.mark.parametrize(
    "params",
    [
        {"kind": "gas_main", "state": "started", "radius": "250"},
        {"kind": "culture_centre", "state": "all", "method": "walk"},
    ],
)
def test_states_radii_and_ways_on_foot(pages, params):
    told = weeks_told(pages, week="2023-W25", **params)
    assert told["weeks"][-1]["week"] == told["week"] == "2023-W25"
    asked = {name: value for name, value in params.items() if name != "kind"}
    same_as_asked_by_week(pages, told, ["2023-W10", "2023-W22", "2023-W25"], **asked)


@pytest.mark.parametrize(
    ("path", "params", "named"),
    [
        ("/api/coverage/timeline", {"radius": "500"}, "radius"),
        ("/api/coverage/timeline", {"kind": "school"}, "kind"),
        ("/api/coverage/timeline", {"week": "2024-W01"}, "week"),
        ("/coverage/timeline", {"state": "built"}, "state"),
        ("/coverage", {"against": "2023-W99"}, "against"),
        ("/coverage", {"against": "2024-W10"}, "against"),
    ],
)
def test_what_cannot_be_asked_is_told(pages, path, params, named):
    answer = pages.get(path, params=params, headers={"accept": "application/json"})
    assert answer.status_code == 400
    assert named in {fault["parameter"] for fault in answer.json()["errors"]}


def test_what_is_entered_later_changes_no_week_before(pages, monkeypatch):
    source, times = pages.app.state.live, pages.app.state.cover_times
    before = weeks_told(pages)
    read: list[Week] = []

    def reading(connection: Any, week: Week, *rest: Any) -> Past:
        read.append(week)
        return read_past(connection, week, *rest)

    monkeypatch.setattr("app.store.coverage.times.read_past", reading)
    today = datetime(2023, 7, 14, 10, tzinfo=ZONE_TIME)
    with source.database.owning() as connection:
        # A library is reported finished for a week long past, and a room is drawn elsewhere.
        finished(connection, "09-1-01", today, date(2023, 3, 6))
        finished(connection, "09-1-01", today, date(2023, 7, 10))
        room = (
            connection.execute(select(t.site).where(t.site.c.kind == "counselling_room")).mappings().first()
        )
        moved = shapely.Point(116.40, 35.34)
        version = {"site_code": room["code"], "version": room["geom_version"] + 1, "position": "surveyed"}
        connection.execute(
            insert(t.site_version).values(**version, source="survey", geom=moved, entered_at=today)
        )
        drawn = {"geom": moved, "geom_version": version["version"]}
        connection.execute(update(t.site).where(t.site.c.code == room["code"]).values(**drawn))
        renewed(pages, connection)
    source.refresh()
    after = weeks_told(pages)
    assert read == []  # not even read again
    assert after["version"] > before["version"]
    changed = set()
    for one, other in zip(before["kinds"], after["kinds"], strict=True):
        for row, since in zip([*one["towns"], one["zone"]], [*other["towns"], other["zone"]], strict=True):
            for name in NUMBERS:
                assert since[name][:-1] == row[name][:-1]
            if since["covered_km2"][-1] != row["covered_km2"][-1]:
                changed.add(one["kind"])
    assert changed == {"reading_room", "counselling_room"}
    same_as_asked_by_week(pages, weeks_told(pages, kind="counselling_room"), ["2023-W27", "2023-W28"])
    # A row that was entered on a week's last evening and is seen only now belongs to that week.
    with source.database.owning() as connection:
        finished(connection, "09-1-02", datetime(2023, 6, 18, 23, 59, tzinfo=ZONE_TIME), date(2023, 6, 12))
        renewed(pages, connection)
    source.refresh()
    told = weeks_told(pages, kind="reading_room")
    assert min(read) == Week(2023, 24)
    column = dict(
        zip((week["week"] for week in told["weeks"]), told["kinds"][0]["zone"]["sites"], strict=True)
    )
    assert (column["2023-W23"], column["2023-W24"]) == (0, 1)
    same_as_asked_by_week(pages, told, ["2023-W23", "2023-W24", "2023-W28"])
    assert times.timeline(source.view, []).weeks[0] == Week(2023, 3)


def numbers(element: Element) -> list[float]:
    return [float(text.replace("−", "-")) for text in re.findall(r"[+−]?\d+(?:\.\d+)?", element.text)]


def test_two_weeks_compared_on_the_board_and_in_large(pages):
    plain = opened(pages, "/coverage")
    assert not plain.all(cls="cv-since")
    assert opened(pages, "/coverage?against=2023-W28").all(cls="cv-since") == []
    board = opened(pages, "/coverage?against=2023-W24&week=2023-W27")
    told = {kind["kind"]: kind for kind in weeks_told(pages, week="2023-W27")["kinds"]}
    rows = {links(row)[0]: row for row in board.all("tr") if row.all("a", "cv-kind")}
    for address, row in rows.items():
        assert "against=2023-W24" in address
        assert "week=2023-W27" in address
        share = told[re.search(r"kind=(\w+)", address)[1]]["zone"]["share"]
        points = (share[-1] - share[-4]) * 100
        since = row.all(cls="cv-since")[-1]
        assert (
            "不变" in since.text
            if abs(points) < 0.05
            else numbers(since) == [pytest.approx(points, abs=0.051)]
        )

    large = opened(pages, "/coverage?kind=gas_main&against=2023-W24&week=2023-W27")
    change = ask(
        pages,
        "/api/coverage/change.geojson",
        kind="gas_main",
        from_week="2023-W24",
        to_week="2023-W27",
        from_state="done",
        to_state="done",
    )
    table = large.all("table", "cv-changes")[0]
    gained = [numbers(cell) for cell in table.all("tr")[3].all("td")]
    area = [row["area_km2"] for row in (*told["gas_main"]["towns"], told["gas_main"]["zone"])]
    for cell, row, whole in zip(gained, [*change["towns"], change["zone"]], area, strict=True):
        if row["gained_km2"]:
            assert cell[0] == pytest.approx(100 * row["gained_km2"] / whole, abs=0.051)
    assert large.by_id("coverage-map").attributes["aria-label"].count("斜纹") == 1
    assert large.all("path", "cv-change-gained")
    options = large.by_id("against-large").all("option")
    assert [one.attributes["value"] for one in options if "selected" in one.attributes] == ["2023-W24"]
    values = [one.attributes["value"] for one in options]
    assert values[:2] == ["", "2023-W26"]
    assert values[-1] == "2023-W03"


def test_curves_stand_in_the_board_or_are_fetched(pages, monkeypatch):
    board = opened(pages, "/coverage")
    curves = board.by_id("curves").all("svg", "ct-small")
    empty = {link.text for link in board.by_id("curves").all(cls="ct-empty")[0].all("a")}
    kinds = weeks_told(pages)["kinds"]
    assert empty == {kind["label"] for kind in kinds if not any(kind["zone"]["share"])}
    assert 0 < len(curves) == len(kinds) - len(empty) < len(kinds)
    assert all("2023 年第 3 周" in one.attributes["aria-label"] for one in curves)
    table = opened(pages, "/coverage?kind=heating_main").by_id("curves").all("table")[0]
    told = weeks_told(pages, kind="heating_main")
    assert len(table.all("tr")) == 1 + len(told["weeks"])
    assert numbers(table.all("tr")[1].all("td")[-1])[0] == pytest.approx(
        told["kinds"][0]["zone"]["share"][-1] * 100, abs=0.051
    )
    monkeypatch.setattr("app.store.coverage.times.SOON", 0)
    box = opened(pages, "/coverage?kind=heating_main&radius=333").by_id("curves")
    assert not box.all("svg")
    assert box.attributes["data-from"] == "/coverage/timeline?kind=heating_main&radius=333"
    assert box.all("a")[0].attributes["href"] == box.attributes["data-from"]
    assert len(opened(pages, box.attributes["data-from"]).by_id("curves").all("svg", "ct-wide")) == 1
    assert opened(pages, "/coverage?kind=heating_main&radius=333").by_id("curves").all("svg")


def test_served_places_are_told_once_they_are_loaded(tmp_path_factory):
    with demonstration("sqlite", tmp_path_factory) as pages:
        note = catalogue("zh")["coverage"]["note_people"]
        before = opened(pages, "/coverage")
        assert note in before.text
        assert not before.all(cls="cv-served")
        source = pages.app.state.live  # type: ignore[attr-defined]
        with source.database.owning() as connection:
            put_places(connection, buildings=400)
            nurseries = t.site.c.kind == "kindergarten"
            connection.execute(update(t.site).where(nurseries).values(kind="culture_centre"))
            renewed(pages, connection)
        source.refresh()
        board = opened(pages, "/coverage")
        assert note not in board.text
        assert "已载入村庄 60 处，其中 60 处有人口数" in board.text
        assert "尚未载入：小区、建成区" in board.text
        rows = {row["kind"]: row for row in ask(pages, "/api/coverage/board")["kinds"]}
        assert board.all(cls="cv-nowhere")[0].text.endswith("幼儿园")
        shown = [row for row in board.all("tr") if row.all("a", "cv-kind")]
        assert len(shown) == len(rows) - 1
        for row in shown:
            kind, zone = re.search(r"kind=(\w+)", links(row)[0])[1], row.all("td")[-1]
            done = rows[kind]["zone"]["states"]["done"]
            served = [one.text for one in zone.all(cls="cv-served")]
            assert served[0] == f"{done['villages']['covered']} / {done['villages']['count']} 个村"
            assert numbers(zone.all(cls="cv-served")[1]) == [
                pytest.approx(done["population"]["share"] * 100, abs=0.051)
            ]
            head = done["buildings"]["share"] if kind in NETWORKS else done["share"]
            assert numbers(zone.all(cls="cv-number")[0]) == [pytest.approx(head * 100, abs=0.051)]
            assert ("占建筑物数" in row.text) == (kind in NETWORKS)
            if kind in NETWORKS:
                assert served[2] == f"{done['buildings']['covered']} / {done['buildings']['count']} 处建筑物"
        same_as_asked_by_week(pages, weeks_told(pages, kind="gas_main"), ["2023-W20", "2023-W28"])

        large = opened(pages, "/coverage?kind=reading_room&state=all&against=2023-W20")
        one = ask(pages, "/api/coverage", kind="reading_room", state="all")
        dots = large.by_id("coverage-map").all("circle", "cv-village")
        covered = [dot for dot in dots if "is-covered" in dot.attributes["class"].split()]
        assert (len(dots), len(covered)) == (60, one["villages"]["covered"])
        listed = large.all("section", "cv-uncovered")[0]
        first = one["uncovered_villages"][0]
        assert len(listed.all("li")) == len(one["uncovered_villages"])
        assert first["name"] in listed.all("li")[0].text
        assert first["nearest"]["code"] in listed.all("li")[0].text
        assert "几乎没有覆盖" in large.text
        spot = f"{first['lon']},{first['lat']}"
        tried = ask(pages, "/api/coverage.geojson", kind="reading_room", state="all", gaps=0, add=spot)
        assert tried["zone"]["villages"]["covered"] > tried["before"]["zone"]["villages"]["covered"]
