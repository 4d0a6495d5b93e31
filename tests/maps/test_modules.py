"""The browser's small modules against independent references, in a real browser."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import shapely
from playwright.sync_api import Page
from pyproj import Geod

from geo.crs import xy_from_wgs84
from tests.support.fixtures import NewPage
from tests.support.server import Server

Run = Callable[..., Any]
CHANCE = random.Random(20230714)


@pytest.fixture(scope="module")
def address(demo: Server) -> str:
    return demo.url


@pytest.fixture
def run(new_page: NewPage, address: str) -> Run:
    """`run("gcj02", "toGcj(...input)", [116, 35])` → the value; the module's names are in reach."""
    page: Page = new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready]")

    def call(module: str, expression: str, value: Any) -> Any:
        names = page.evaluate(f"async () => Object.keys(await import('/static/js/{module}.js'))")
        taken = f"const {{ {', '.join(names)} }} = await import('/static/js/{module}.js')"
        return page.evaluate(f"async (input) => {{ {taken}; return {expression}; }}", value)

    return call


def points(count: int) -> list[list[float]]:
    return [[CHANCE.uniform(116.3, 116.6), CHANCE.uniform(35.2, 35.6)] for _ in range(count)]


def test_gcj02_agrees_with_the_server_s_converter(run: Run) -> None:
    given = points(200)
    there = run("gcj02", "input.map(([x, y]) => toGcj(x, y))", given)
    expected = xy_from_wgs84(given, "GCJ02")
    back = run("gcj02", "input.map(([x, y]) => fromGcj(x, y))", there)
    for one, want, again, start in zip(there, expected, back, given, strict=True):
        assert one == pytest.approx(list(want), abs=1e-9)  # 0.1 mm
        assert again == pytest.approx(start, abs=1e-9)


def test_gcj02_is_the_identity_abroad(run: Run) -> None:
    assert run("gcj02", "toGcj(...input)", [2.35, 48.85]) == [2.35, 48.85]


def test_measuring_agrees_with_pyproj(run: Run) -> None:
    geod = Geod(ellps="WGS84")
    for count in (2, 3, 7):
        given = sorted(points(count))
        if count > 3:  # a star around the middle, so that the ring does not cross itself
            given = list(shapely.MultiPoint(given).convex_hull.exterior.coords)[:-1]
        found = run(
            "geodesic",
            "measure(await geodesic(), input.map(([lng, lat]) => ({ lat, lng })))",
            [list(p) for p in given],
        )
        lons, lats = zip(*given, strict=True)
        assert found["length"] == pytest.approx(geod.line_length(lons, lats), abs=0.001)
        if count > 2:
            area, perimeter = geod.polygon_area_perimeter(lons, lats)
            assert found["area"] == pytest.approx(abs(area), rel=1e-9)
            assert found["perimeter"] == pytest.approx(perimeter, abs=0.001)


def test_weeks_are_iso_weeks(run: Run) -> None:
    days = [date(2018, 12, 28) + timedelta(days=n) for n in range(0, 3000, 3)]
    found = run("week", "input.map(weekOf)", [day.isoformat() for day in days])
    assert found == ["{}-W{:02d}".format(*day.isocalendar()) for day in days]
    steps = [-60, -1, 0, 1, 53]
    weeks = ["2020-W53", "2021-W01", "2023-W28", "2026-W01"]
    moved = run("week", "input[0].map((w) => input[1].map((n) => weekAfter(w, n)))", [weeks, steps])
    for week, row in zip(weeks, moved, strict=True):
        monday = date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
        expected = [(monday + timedelta(weeks=n)).isocalendar() for n in steps]
        assert row == [f"{e.year}-W{e.week:02d}" for e in expected]


def test_positions_in_the_hash(run: Run) -> None:
    good = run("position", "input.map(parse)", ["#13.25/35.3954/116.4204", "#12/-35/-116.5"])
    assert good == [{"zoom": 13.25, "centre": [35.3954, 116.4204]}, {"zoom": 12, "centre": [-35, -116.5]}]
    bad = ["", "#", "#content", "#13/35", "#99/35/116", "#13/95/116", "#13/35/216", "#13/35/116/2", "#a/b/c"]
    assert run("position", "input.map(parse)", bad) == [None] * len(bad)


def test_hits_and_anchors_agree_with_shapely(run: Run) -> None:
    corners = [[0, 0], [8, 0], [8, 2], [2, 2], [2, 8], [0, 8], [0, 0]]  # an L: its centroid lies outside
    polygon = shapely.Polygon(corners)
    flat = [n for corner in corners for n in corner]
    tried = [[CHANCE.uniform(-1, 9), CHANCE.uniform(-1, 9)] for _ in range(300)]
    inside = run("geometry", "input[1].map(([x, y]) => contains([input[0]], x, y))", [flat, tried])
    assert inside == [polygon.contains(shapely.Point(p)) for p in tried]
    away = run("geometry", "input[1].map(([x, y]) => distanceTo(input[0], x, y))", [flat, tried])
    assert away == pytest.approx([polygon.exterior.distance(shapely.Point(p)) for p in tried])
    lonlat = [[116.4 + x / 1000, 35.4 + y / 1000] for x, y in corners]
    anchor = run("geometry", "shapeOf(input).anchor", {"type": "Polygon", "coordinates": [lonlat]})
    ring = run("geometry", "[...shapeOf(input).areas[0][0]]", {"type": "Polygon", "coordinates": [lonlat]})
    projected = shapely.Polygon(list(zip(ring[::2], ring[1::2], strict=True)))
    assert projected.contains(shapely.Point(anchor))


def test_a_line_s_anchor_is_its_middle_and_empty_geometry_has_none(run: Run) -> None:
    line = {"type": "LineString", "coordinates": [[116, 35], [116.001, 35], [116.004, 35]]}
    anchor = run("geometry", "shapeOf(input).anchor[0] * 360 - 180", line)
    assert anchor == pytest.approx(116.002, abs=1e-9)
    assert run("geometry", "shapeOf(input)", None) is None
    assert run("geometry", "shapeOf(input)", {"type": "GeometryCollection", "geometries": []}) is None
