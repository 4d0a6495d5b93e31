"""One contract for every way of reading: memory on SQLite, memory on PostGIS, SQL in PostGIS.

2,000 generated sites; every answer must be the same to the byte, and right by a slow second opinion.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from app.store import tables as t
from app.store.live import Live
from app.store.publish import publish, search_text, search_words
from app.store.spatial.postgis import PostgisReads
from app.store.spatial.protocol import Filters, SpatialReads
from geo.crs import CRS_NAMES
from geo.types import Box
from tests.support.databases import storage
from tests.support.generated import DAY, EAST, KINDS, NORTH, SOUTH, TOWNS, WEST, put_sites
from tests.support.zones import prepared

COUNT = 2_000
GEOD = Geod(ellps="WGS84")
STEP_DEG = 0.00005
HALF_STEP_M = 2.8  # no place on a sampled line is farther from a sample (111.2 km to a degree)


@pytest.fixture(scope="module")
def readers(tmp_path_factory) -> Iterator[dict[str, SpatialReads]]:
    with ExitStack() as stack:
        found: dict[str, SpatialReads] = {}
        for engine in ("sqlite", "postgis"):
            place = stack.enter_context(storage(engine, tmp_path_factory.mktemp(engine)))
            database, chosen = stack.enter_context(prepared(place, today=DAY, spatial="memory"))
            with database.owning() as connection:
                put_sites(connection, COUNT)
                publish(connection, DAY, chosen.tolerance)
            found[f"memory/{engine}"] = Live(database, chosen).view.reads
            if engine == "postgis":
                found["postgis"] = PostgisReads(database)
        yield found


@pytest.fixture(scope="module")
def sites(readers) -> list[dict]:
    """Every site as one reader tells it, for second opinions."""
    page = readers["memory/sqlite"].page(None, Filters(), COUNT, None, "zh", "EPSG:4326")
    return json.loads(b"[" + page.features + b"]")


lons, lats = st.floats(WEST - 0.02, EAST + 0.02), st.floats(SOUTH - 0.02, NORTH + 0.02)
grid = st.tuples(
    st.integers(0, 10).map(lambda n: round(WEST + n / 100, 2)),
    st.integers(0, 14).map(lambda n: round(SOUTH + n / 100, 2)),
)
points = st.tuples(lons, lats) | grid
boxes = st.builds(
    lambda a, b: Box(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])), points, points
)
filters = st.builds(
    Filters,
    statuses=st.frozensets(
        st.sampled_from(["lagging", "overdue", "on_track", "unscheduled", "completed"]), max_size=2
    ),
    items=st.frozensets(st.sampled_from([20, 21, 9, 3, 1]), max_size=2),
    towns=st.frozensets(st.sampled_from(TOWNS), max_size=1),
    units=st.frozensets(st.sampled_from(["jianshe", "zhifa"]), max_size=1),
    kinds=st.frozensets(st.sampled_from([kind for _, _, kind, _ in KINDS]), max_size=2),
    words=st.sampled_from(
        ["", "", "文祥路", "site 1", "呈祥 生成", "20-1-000", "%", "_", "'", "\\", "Ｇenerated SITE"]
    ).map(search_words),
)
languages = st.sampled_from(["zh", "en"])


def same(readers: dict[str, SpatialReads], ask) -> object:
    """The answer of every reader, which must be one."""
    answers = {name: ask(reader) for name, reader in readers.items()}
    first = answers["memory/sqlite"]
    for name, answer in answers.items():
        assert answer == first, name
    return first


@settings(max_examples=150, deadline=None)
@given(box=st.none() | boxes, wanted=filters, limit=st.integers(1, 300), lang=languages, data=st.data())
def test_pages_are_the_same(readers, sites, box, wanted, limit, lang, data):
    after = data.draw(st.none() | st.sampled_from([site["id"] for site in sites[::37]]) | st.just("zz"))
    page = same(readers, lambda r: r.page(box, wanted, limit, after, lang, "EPSG:4326"))
    expected = [site["id"] for site in sites if _passes(site, box, wanted)]
    rest = [code for code in expected if after is None or code > after]
    got = [site["id"] for site in json.loads(b"[" + page.features + b"]")]
    assert got == rest[:limit]
    assert (page.matched, page.more) == (len(expected), len(rest) > limit)


@settings(max_examples=100, deadline=None)
@given(
    point=points,
    radius=st.none() | st.floats(0, 5_000),
    limit=st.integers(1, 60),
    wanted=filters,
    lang=languages,
)
def test_nearby_is_the_same(readers, point, radius, limit, wanted, lang):
    found = same(readers, lambda r: r.nearby(*point, radius, limit, wanted, lang, "EPSG:4326"))
    distances = [near.distance_m for near in found]
    assert distances == sorted(distances)
    assert len(found) <= limit
    assert radius is None or all(distance <= radius for distance in distances)


@settings(max_examples=25, deadline=None)
@given(point=points, limit=st.integers(1, 30))
def test_nearby_is_right(readers, sites, point, limit):
    """Second opinion: pyproj's geodesic to densely sampled points of every geometry."""
    found = readers["memory/sqlite"].nearby(*point, None, limit, Filters(), "zh", "EPSG:4326")
    sampled = sorted(_sampled_distance(site, point) for site in sites)[: len(found)]
    assert len(found) == limit  # without a radius nothing is too far
    for near, second in zip(found, sampled, strict=True):
        assert near.distance_m <= second + 1e-4
        assert second <= np.hypot(near.distance_m, HALF_STEP_M) + 1e-4


@settings(max_examples=60, deadline=None)
@given(point=points, tolerance=st.sampled_from([0.0, 1.0, 25.0, 400.0]), wanted=filters)
def test_at_a_point_is_the_same(readers, sites, point, tolerance, wanted):
    found = same(readers, lambda r: r.at(*point, tolerance, wanted, "zh", "EPSG:4326"))
    if tolerance == 0:
        here = shapely.Point(point)
        inside = {s["id"] for s in sites if _passes(s, None, wanted) and shapely.intersects(_shape(s), here)}
        assert inside <= {near.code for near in found}


@settings(max_examples=30, deadline=None)
@given(box=boxes, crs=st.sampled_from(CRS_NAMES), limit=st.integers(1, 50))
def test_other_coordinate_systems_are_the_same(readers, box, crs, limit):
    same(readers, lambda r: r.page(box, Filters(), limit, None, "zh", crs))


@pytest.mark.parametrize("direction", ["west-east", "south-north", "diagonal"])
def test_a_point_30_m_beside_the_middle_of_a_3_km_road(tmp_path_factory, direction):
    """The distance is to the geometry, on every reader, and pyproj agrees."""
    azimuth = {"west-east": 90.0, "south-north": 0.0, "diagonal": 45.0}[direction]
    middle = (116.42, 35.40)
    ends = [GEOD.fwd(*middle, azimuth + turn, 1_500)[:2] for turn in (180, 0)]
    road = shapely.LineString([ends[0], ends[1]])
    on_road = road.interpolate(0.5, normalized=True)
    lon, lat, _ = GEOD.fwd(on_road.x, on_road.y, azimuth + 90, 30)
    for engine in ("sqlite", "postgis"):
        with (
            storage(engine, tmp_path_factory.mktemp(engine)) as place,
            prepared(place, today=DAY) as (database, chosen),
        ):
            with database.write() as connection:
                wenxiang = t.site.c.code == "20-1-01"
                connection.execute(t.site.update().where(wenxiang).values(geom=road))
            view = Live(database, chosen).view
            readers = [view.reads] + ([PostgisReads(database)] if engine == "postgis" else [])
            for reader in readers:
                asked = Filters(codes=frozenset({"20-1-01"}))
                (near,) = reader.nearby(lon, lat, 100, 1, asked, "zh", "EPSG:4326")
                assert near.distance_m == pytest.approx(30, abs=0.1)
                assert GEOD.inv(lon, lat, near.lon, near.lat)[2] == pytest.approx(near.distance_m, abs=0.001)


def _shape(site: dict) -> shapely.Geometry:
    return shapely.geometry.shape(site["geometry"])


def _passes(site: dict, box: Box | None, wanted: Filters) -> bool:
    p = site["properties"]
    text = [
        p["code"],
        p["title"],
        p["title_en"],
        p["road"],
        p["item_title"],
        p["item_title_en"],
        p["lead_unit"],
    ]
    text += [p["lead_unit_en"], p["town"], p["town_en"]]
    return (
        (not wanted.statuses or p["status"] in wanted.statuses)
        and (not wanted.items or p["item"] in wanted.items)
        and (not wanted.towns or p["town_code"] in wanted.towns)
        and (not wanted.units or p["lead_unit_code"] in wanted.units)
        and (not wanted.kinds or p["kind"] in wanted.kinds)
        and all(word in search_text(text) for word in wanted.words)
        and (box is None or shapely.intersects(shapely.box(*box), _shape(site)))
    )


def _sampled_distance(site: dict, point: tuple[float, float]) -> float:
    shape = _shape(site)
    if shape.geom_type == "Polygon" and shapely.intersects(shape, shapely.Point(point)):
        return 0.0
    coords = shapely.get_coordinates(shapely.segmentize(shape, STEP_DEG))
    here = np.full(len(coords), point[0]), np.full(len(coords), point[1])
    return float(np.min(GEOD.inv(*here, coords[:, 0], coords[:, 1])[2]))
