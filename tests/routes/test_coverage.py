"""Coverage through the API: the contract, the states, what if, networks, comparisons; PostGIS's opinion."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from geoalchemy2 import Geography, Geometry
from sqlalchemy import cast, func, select, true, update
from starlette.testclient import TestClient

from app.domain.services import Method, State
from app.i18n import catalogue
from app.store import tables as t
from app.store.coverage.coverages import Coverages
from app.store.publish import publish
from app.views.coverage.board import board_rows
from app.views.coverage.questions import kinds_shown, usual_question
from geo.service import served
from tests.routes.opening import demonstration

PLACES = ["reading_room", "pocket_park", "kindergarten", "culture_centre", "transfer_station"]
LINES = ["heating_main", "gas_main", "road", "greening"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with demonstration("postgis", tmp_path_factory) as made:
        yield made


def ask(client: TestClient, path: str = "", **params: Any) -> dict[str, Any]:
    answer = client.get(f"/api/coverage{path}", params=params)
    assert answer.status_code == 200, answer.text[:500]
    return answer.json()


def sums(rows: list[dict[str, Any]], name: str) -> float:
    return sum(row[name] for row in rows)


@pytest.mark.parametrize("kind", [*PLACES, *LINES])
def test_towns_add_up_and_more_sites_cover_no_less(pages, kind):
    found = [ask(pages, kind=kind, state=state) for state in ("done", "started", "all")]
    for one in found:
        assert one["kind"] == kind
        assert one["basis"]
        assert one["villages"] is None
        assert one["population"] is None
        assert [town["town"] for town in one["towns"]] == ["疃里镇", "马集镇"]
        assert sums(one["towns"], "area_km2") == pytest.approx(one["zone"]["area_km2"], rel=1e-3)
        assert sums(one["towns"], "covered_km2") == pytest.approx(one["zone"]["covered_km2"], rel=1e-3)
        for row in [*one["towns"], one["zone"]]:
            assert row["share"] == pytest.approx(row["covered_km2"] / row["area_km2"], abs=2e-6)
        uncovered = one["zone"]["area_km2"] - one["zone"]["covered_km2"]
        gaps = one["gaps"]
        told = sums(gaps["largest"], "km2") + gaps["more_km2"] + gaps["sliver_km2"]
        assert told == pytest.approx(uncovered, abs=0.002)
    areas = [one["zone"]["covered_km2"] for one in found]
    assert areas == sorted(areas)
    assert areas[-1] > 0


@pytest.mark.parametrize("kind", [*PLACES, *LINES])
def test_postgis_counts_the_same_within_half_a_percent(pages, kind):
    one = ask(pages, kind=kind, state="all")
    disc = func.ST_Buffer(cast(t.published_site.c.geom, Geography), one["radius_m"], "quad_segs=32")
    served = func.ST_Union(cast(disc, Geometry))
    covered = func.ST_Area(cast(func.ST_Intersection(t.town.c.geom, served), Geography)) / 1e6
    query = (
        select(t.town.c.name, covered)
        .join_from(t.town, t.published_site, true())
        .where(t.published_site.c.kind == kind)
        .group_by(t.town.c.name, t.town.c.geom)
    )
    with pages.app.state.live.database.read() as connection:  # type: ignore[attr-defined]
        theirs = dict(connection.execute(query).all())
    for town in one["towns"]:
        assert town["covered_km2"] == pytest.approx(theirs[town["town"]], rel=0.005, abs=0.001)


def test_a_network_serves_where_it_is_built(pages):
    done, everything = (ask(pages, kind="heating_main", state=state) for state in ("done", "all"))
    sites = pages.get("/api/sites", params={"kind": "heating_main"}).json()["features"]
    built = sum(
        site["properties"]["length_m"]
        if site["properties"]["status"] in ("completed", "accepted")
        else site["properties"].get("built_m", 0)
        for site in sites
    )
    assert done["metres"]["built"] == pytest.approx(built, abs=0.5)
    assert 0 < done["metres"]["built"] < done["metres"]["all"] == pytest.approx(4_000, abs=0.5)
    assert everything["metres"]["built"] == everything["metres"]["all"]
    assert done["sites"] <= len(sites) == everything["sites"]


def test_what_if_changes_nothing_but_the_answer(pages):
    before = ask(pages, kind="pocket_park")
    tried = ask(pages, kind="pocket_park", add=["116.40,35.34", "116.43,35.43"])
    assert tried["before"]["zone"] == before["zone"]
    gained = tried["zone"]["covered_km2"] - before["zone"]["covered_km2"]
    assert gained == pytest.approx(2 * 3.141593 * 0.3**2, rel=2e-3)
    assert tried["sites"] == before["sites"] + 2
    assert ask(pages, kind="pocket_park") == before


def test_on_foot_reaches_less_than_as_the_crow_flies(pages):
    walk = ask(pages, kind="culture_centre", method="walk", state="all")
    circle = ask(pages, kind="culture_centre", state="all", radius=walk["radius_m"])
    assert walk["minutes"] == 15
    assert 0 < walk["zone"]["covered_km2"] < circle["zone"]["covered_km2"]
    ten = ask(pages, kind="culture_centre", method="walk", state="all", minutes=10)
    assert ten["zone"]["covered_km2"] < walk["zone"]["covered_km2"]
    assert ten["basis"] is None  # somebody's own number rests on nothing
    assert ten["assumed"]


def test_areas_and_gaps_as_geojson(pages):
    found = ask(pages, ".geojson", kind="transfer_station", state="all", gaps=3)
    layers = [feature["properties"]["layer"] for feature in found["features"]]
    assert set(layers) == {"covered", "gap"}
    assert layers.count("gap") <= 3
    rows = ask(pages, kind="transfer_station", state="all")["towns"]
    for feature in found["features"]:
        if feature["properties"]["layer"] == "covered":
            row = next(row for row in rows if row["town"] == feature["properties"]["town"])
            assert feature["properties"]["covered_km2"] == row["covered_km2"]


def test_the_board_has_every_kind_in_every_state(pages):
    board = ask(pages, "/board")
    assert {row["kind"] for row in board["kinds"]} == {
        *PLACES,
        *LINES,
        "counselling_room",
    }
    for row in board["kinds"]:
        one = ask(pages, kind=row["kind"], state="all")
        assert row["zone"]["states"]["all"]["share"] == one["zone"]["share"]
        assert [town["town_code"] for town in row["towns"]] == [town["town_code"] for town in one["towns"]]


def test_many_who_ask_first_make_it_be_counted_once(pages, monkeypatch):
    state = pages.app.state
    counted, view = Coverages(state.live, state.coverages.rules), state.live.view
    questions = [
        usual_question(counted.rules, kind, Method.CIRCLE)._replace(state=one)
        for kind in kinds_shown(counted.rules, view)
        for one in State
    ]
    calls: list[float] = []
    monkeypatch.setattr(
        "app.store.coverage.coverages.served", lambda *asked: calls.append(asked[-1]) or served(*asked)
    )
    with ThreadPoolExecutor(6) as people:
        found = list(people.map(lambda _: counted.ask_all(view, questions), range(6)))
    assert len(calls) == len(questions)
    for answers in found:
        assert list(answers) == questions
        assert all(answers[one] is found[0][one] for one in questions)
    # The order in which threads came does not matter.
    for one in questions:
        assert found[0][one].service.area.equals_exact(state.coverages.ask(view, one).service.area)


def test_of_crowded_dots_one_stands_for_all_and_for_today(pages, monkeypatch):
    state = pages.app.state
    counted, view = state.coverages, state.live.view
    questions = {"reading_room": usual_question(counted.rules, "reading_room", Method.CIRCLE)}

    def dots() -> list[tuple[tuple[float, float, bool], ...]]:
        return [cell.dots for cell in board_rows(counted, view, "zh", questions)[0].towns]

    everyone = dots()
    monkeypatch.setattr("app.views.coverage.board.MOST_DOTS", 1)
    assert [sorted(town) for town in dots()] == [sorted(set(town)) for town in everyone]
    monkeypatch.setattr("app.views.coverage.board.DOT", 1000.0)
    for few, town in zip(dots(), everyone, strict=True):
        assert len(few) == min(len(town), 1)
        assert [there for *_, there in few] == ([any(there for *_, there in town)] if town else [])


def test_a_comparison_keeps_gains_and_loses(pages):
    found = ask(pages, "/change.geojson", kind="heating_main")
    done, everything = (ask(pages, kind="heating_main", state=state)["zone"] for state in ("done", "all"))
    assert found["zone"]["both_km2"] + found["zone"]["lost_km2"] == pytest.approx(
        done["covered_km2"], abs=2e-4
    )
    assert found["zone"]["both_km2"] + found["zone"]["gained_km2"] == pytest.approx(
        everything["covered_km2"], abs=2e-4
    )
    weeks = ask(
        pages,
        "/change.geojson",
        kind="heating_main",
        from_week="2023-W05",
        from_state="done",
        to_state="done",
    )
    assert weeks["from"] == {"week": "2023-W05", "state": "done"}
    assert weeks["zone"]["both_km2"] == 0
    assert weeks["zone"]["gained_km2"] == pytest.approx(done["covered_km2"], abs=2e-4)


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({}, "kind"),
        ({"kind": "school"}, "kind"),
        ({"kind": "road", "radius": "0"}, "radius"),
        ({"kind": "road", "radius": "NaN"}, "radius"),
        ({"kind": "road", "minutes": "5"}, "minutes"),
        ({"kind": "road", "state": "built"}, "state"),
        ({"kind": "road", "add": "35.4"}, "add"),
        ({"kind": "road", "add": "400,35.4"}, "add"),
        ({"kind": "road", "add": ["116.4,35.4"] * 11}, "add"),
        ({"kind": "road", "gaps": "51"}, "gaps"),
    ],
)
def test_what_cannot_be_asked_is_told(pages, params, named):
    answer = pages.get("/api/coverage", params=params)
    assert answer.status_code == 400
    assert named in {fault["parameter"] for fault in answer.json()["errors"]}


def test_a_known_answer_is_not_sent_again(pages):
    first = pages.get("/api/coverage", params={"kind": "road"})
    again = pages.get(
        "/api/coverage", params={"kind": "road"}, headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304


def test_what_is_drawn_by_hand_is_said_until_it_is_surveyed(tmp_path_factory):
    with demonstration("sqlite", tmp_path_factory) as pages:
        note = catalogue("zh")["coverage"]["note_position"]
        assert note in pages.get("/coverage").text
        assert note in pages.get("/snapshot.html").text
        source = pages.app.state.live  # type: ignore[attr-defined]
        with source.database.owning() as connection:
            for table in (t.town, t.site):
                connection.execute(update(table).values(position="surveyed"))
            publish(connection, source.view.as_of, source.settings.tolerance)
        source.refresh()
        assert note not in pages.get("/coverage").text
        assert note not in pages.get("/snapshot.html").text
