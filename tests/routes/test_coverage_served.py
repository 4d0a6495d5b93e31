"""Villages, inhabitants, communities, buildings and built-up land through the API; PostGIS's opinion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from geoalchemy2 import Geography, Geometry
from sqlalchemy import case, cast, func, select, true
from starlette.testclient import TestClient

from app.domain.privacy import is_withheld
from app.domain.reached import NAMES, Layer
from app.domain.services import Method, State
from app.store import tables as t
from app.store.coverage.answers import Question
from app.store.publish import publish
from tests.routes.opening import demonstration
from tests.support.served import put_places

AMOUNTS = ("villages", "communities", "buildings")
KINDS = ("reading_room", "heating_main", "pocket_park", "road")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with demonstration("postgis", tmp_path_factory) as made:
        fill(made, 2_000, 60, 40)
        yield made


def fill(pages: TestClient, *numbers: int) -> None:
    source = pages.app.state.live  # type: ignore[attr-defined]
    with source.database.write() as connection:
        put_places(connection, *numbers)
        publish(connection, source.view.as_of, source.settings.tolerance, [])
    source.refresh()


def ask(client: TestClient, path: str = "", **params: Any) -> dict[str, Any]:
    answer = client.get(f"/api/coverage{path}", params=params)
    assert answer.status_code == 200, answer.text[:500]
    return answer.json()


@pytest.mark.parametrize("kind", KINDS)
def test_towns_add_up_to_the_zone_in_every_layer(pages, kind):
    for state in ("done", "all"):
        one = ask(pages, kind=kind, state=state, radius=1500)
        *towns, zone = [*one["towns"], one["zone"]]
        for name in AMOUNTS:
            for part in ("count", "covered"):
                assert sum(town[name][part] for town in towns) == zone[name][part]
            assert zone[name]["share"] == pytest.approx(zone[name]["covered"] / zone[name]["count"], abs=1e-6)
        assert [zone[name]["count"] for name in AMOUNTS] == [60, 60, 2000]
        for part in ("km2", "covered_km2"):
            assert sum(town["built_up"][part] for town in towns) == pytest.approx(
                zone["built_up"][part], abs=2e-4
            )
        assert 0 < zone["built_up"]["km2"] < 40 * 0.64
        for part in ("known", "covered", "places"):
            assert sum(town["population"][part] for town in towns) == zone["population"][part]
        assert (zone["population"]["places"], zone["population"]["of"]) == (60, "villages")
        assert (one["villages"], one["population"]) == (zone["villages"], zone["population"])
        assert one["places"]["villages"]["inhabitants_as_of"] == ["2020-11-01"]


@pytest.mark.parametrize("kind", KINDS)
def test_postgis_counts_the_same_within_half_a_percent(pages, kind):
    one = ask(pages, kind=kind, state="all", radius=1200)["zone"]
    with pages.app.state.live.database.read() as connection:  # type: ignore[attr-defined]
        theirs = {row.layer: row for row in connection.execute(_counted_by_postgis(kind, 1200))}
        land, covered = connection.execute(_land_by_postgis(kind, 1200)).one()
    for layer in (Layer.VILLAGE, Layer.COMMUNITY, Layer.BUILDING):
        # a house on the border may differ, as PostGIS's discs are up to 0.2 % smaller
        assert one[NAMES[layer]]["covered"] == pytest.approx(theirs[layer].covered, rel=0.005, abs=1), layer
    assert one["population"]["covered"] == pytest.approx(float(theirs["village"].people), rel=0.005)
    assert one["built_up"]["km2"] == pytest.approx(land / 1e6, rel=0.005)
    assert one["built_up"]["covered_km2"] == pytest.approx(covered / 1e6, rel=0.005, abs=0.001)


def _size(geom: Any) -> Any:
    """Square metres on the ellipsoid."""
    return func.ST_Area(cast(geom, Geography))


def _area(kind: str, radius_m: float) -> Any:
    """The service area of a kind, and the zone."""
    site = t.published_site.c
    disc = func.ST_Buffer(cast(site.geom, Geography), radius_m, "quad_segs=32")
    zone = select(func.ST_Union(t.town.c.geom)).scalar_subquery()
    union = func.ST_Union(cast(disc, Geometry))
    return select(union.label("geom"), zone.label("zone")).where(site.kind == kind).subquery()


def _counted_by_postgis(kind: str, radius_m: float) -> Any:
    """Per layer: places covered, and inhabitants."""
    area, place = _area(kind, radius_m), t.served_place.c
    there = func.ST_Intersection(place.geom, area.c.zone)
    touching = case((func.ST_Intersects(place.geom, area.c.geom), 1.0), else_=0.0)
    part = _size(func.ST_Intersection(there, area.c.geom)) / func.nullif(_size(there), 0.0)
    share = case((func.ST_Dimension(place.geom) == 0, touching), else_=part).label("share")
    each = select(place.layer, place.inhabitants, share).join_from(t.served_place, area, true()).subquery().c
    covered = func.count().filter(each.share >= 0.5).label("covered")
    people = func.sum(each.inhabitants * each.share).label("people")
    return select(each.layer, covered, people).group_by(each.layer)


def _land_by_postgis(kind: str, radius_m: float) -> Any:
    """Square metres of built-up land in the zone, and of it those covered."""
    area, place = _area(kind, radius_m), t.served_place.c
    union = select(func.ST_Union(place.geom)).where(place.layer == "built_up").scalar_subquery()
    land = func.ST_Intersection(union, area.c.zone)
    return select(_size(land), _size(func.ST_Intersection(land, area.c.geom)))


def test_what_if_counts_as_if_it_were_there(pages):
    """Only what lies near the points is looked at again; the result is that of counting everything."""
    state = pages.app.state  # type: ignore[attr-defined]
    counted, view = state.coverages, state.live.view
    village = counted.served_places(view)[Layer.VILLAGE].geoms[7]
    places = counted.places(view)
    street = places.geoms[places.kinds == "road"][0].coords[0]  # from elsewhere nobody walks anywhere
    added = ((village.x, village.y), street)
    for method in Method:
        question = Question("culture_centre", State.ALL, method, 900.0)
        answer = counted.ask(view, question, added)
        found, everything = counted.reached(view, answer), counted.count_reached(view, answer.service)
        before = counted.reached(view, counted.ask(view, question))
        for layer in Layer:
            assert found[layer].shares == pytest.approx(everything[layer].shares, abs=1e-9)
            assert found[layer].rows[-1].covered == everything[layer].rows[-1].covered
            assert found[layer].rows[-1].covered_km2 == pytest.approx(everything[layer].rows[-1].covered_km2)
        assert sum(found[layer].shares.sum() - before[layer].shares.sum() for layer in Layer) > 0
    tried = ask(pages, kind="pocket_park", add=f"{village.x},{village.y}")
    assert tried["villages"]["covered"] > tried["before"]["villages"]["covered"]
    assert tried["population"]["covered"] > tried["before"]["population"]["covered"]
    assert tried["before"]["zone"] == ask(pages, kind="pocket_park")["zone"]


def test_uncovered_villages_are_told_farthest_first(pages):
    one = ask(pages, kind="culture_centre", state="all")
    told = one["uncovered_villages"]
    assert len(told) == one["villages"]["count"] - one["villages"]["covered"]
    distances = [village["nearest"]["distance_m"] for village in told]
    assert distances == sorted(distances, reverse=True)
    for village in (told[0], told[-1]):
        params = {"lon": village["lon"], "lat": village["lat"], "limit": 60, "radius": 50_000}
        near = pages.get("/api/nearby", params=params).json()["features"]
        own = next(site["properties"] for site in near if site["properties"]["kind"] == "culture_centre")
        assert village["nearest"]["code"] == own["code"]
        assert village["nearest"]["title"] == own["title"]
        assert village["nearest"]["distance_m"] == pytest.approx(own["distance_m"], abs=0.2)
        assert village["share"] < 0.5
    nothing = ask(pages, kind="culture_centre", state="done", week="2023-W02")["uncovered_villages"]
    assert len(nothing) == 60
    assert {village["nearest"] for village in nothing} == {None}


def test_maps_get_villages_and_never_houses(pages):
    found = ask(pages, ".geojson", kind="culture_centre", state="all", gaps=2)
    villages = [feature for feature in found["features"] if feature["properties"]["layer"] == "village"]
    assert len(villages) == 60
    assert sum(one["properties"]["covered"] for one in villages) == found["villages"]["covered"]
    assert {one["geometry"]["type"] for one in villages} == {"Point"}
    assert {one["properties"]["layer"] for one in found["features"]} == {"covered", "gap", "village"}
    area = shapely.union_all(
        [
            shapely.geometry.shape(one["geometry"])
            for one in found["features"]
            if one["properties"]["layer"] == "covered"
        ]
    )
    for one in villages:
        assert area.intersects(shapely.geometry.shape(one["geometry"])) == one["properties"]["covered"]
    assert "inhabitants" not in villages[0]["properties"]


def test_the_board_tells_the_same_in_every_state(pages):
    for row in ask(pages, "/board")["kinds"]:
        network = row["manner"] == "network"
        for state in ("done", "all"):
            one = ask(pages, kind=row["kind"], state=state)
            for told, asked in zip([*row["towns"], row["zone"]], [*one["towns"], one["zone"]], strict=True):
                for name in ("villages", "population"):
                    assert told["states"][state][name] == asked[name]
                for name in ("communities", "buildings", "built_up"):
                    assert told["states"][state].get(name, "none") == (asked[name] if network else "none")


def test_what_is_withheld_covers_nothing_and_is_nowhere(pages):
    """Items of homes and persons have no place, whatever villages and houses are loaded."""
    state = pages.app.state  # type: ignore[attr-defined]
    places = state.coverages.places(state.live.view)
    assert not {code for code in places.codes if is_withheld(int(code[:2]))}
    told = [ask(pages, path, **more) for path, more in (("/board", {}), (".geojson", {"kind": "road"}))]
    for text in map(str, told):
        assert "inhabitants" not in text.replace("inhabitants_as_of", "")
        assert "'bu-" not in text  # no house by its code


def test_nothing_loaded_is_null_everywhere(tmp_path_factory):
    with demonstration("sqlite", tmp_path_factory) as bare:
        one = ask(bare, kind="heating_main")
        for row in [*one["towns"], one["zone"]]:
            for name in ("villages", "communities", "buildings", "built_up", "population"):
                assert row[name] is None
        for name in ("villages", "population", "uncovered_villages", "places"):
            assert one[name] is None
        fill(bare)
        loaded = ask(bare, kind="heating_main")
        assert loaded["zone"]["villages"]["count"] == 60
        assert loaded["zone"]["buildings"] is None
        assert [town["villages"]["count"] for town in loaded["towns"]] == [36, 24]
        towns = bare.get("/api/towns").json()["features"]
        assert [town["properties"]["villages"] for town in towns] == [36, 24]
