"""geo.nearest.NearestIndex against asking every geometry."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import geo.nearest
from geo.errors import BadCoordinates, GeoError
from geo.nearest import NearestIndex, nearest_on
from geo.types import Box
from tests.geo.shapes import as_array, geometries, layers

LON, LAT = 116.42, 35.40


@pytest.fixture(scope="module", params=[(0, 4), (0, 16384), (4096, 16384)], autouse=True)
def _search(request: pytest.FixtureRequest) -> Iterator[None]:
    """Small layers are answered without the tree; the tree must be right on them too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(geo.nearest, "_FEW", request.param[0])
        patch.setattr(geo.nearest, "_MANY", request.param[1])
        yield


def by_asking_all(
    layer: np.ndarray, lon: float, lat: float, k: int, radius_m: float | None, mask: np.ndarray | None
) -> tuple[list[int], list[float]]:
    """The k nearest, by sorting all."""
    distances = nearest_on(layer, lon, lat).distance_m
    chosen = ~np.isnan(distances)
    if mask is not None:
        chosen &= mask
    if radius_m is not None:
        chosen &= distances <= radius_m
    indices = np.flatnonzero(chosen)
    order = np.lexsort((indices, distances[indices]))[:k]
    return indices[order].tolist(), distances[indices][order].tolist()


@lru_cache
def scattered(n: int, seed: int, spread: float = 0.1) -> np.ndarray:
    """Points, lines and polygons, evenly over a square of 2 × spread degrees."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform((LON - spread, LAT - spread), (LON + spread, LAT + spread), (n, 2))
    out = []
    for i, centre in enumerate(centres):
        path = centre + np.cumsum(rng.normal(0.0, spread / 300.0, (4, 2)), axis=0)
        shape = (
            shapely.Point(centre),
            shapely.LineString(path),
            shapely.convex_hull(shapely.MultiPoint(path)),
        )
        out.append(shape[i % 3])
    return as_array(out)


@settings(deadline=None, max_examples=60)
@given(
    layers(),
    st.floats(116.40, 116.44),
    st.floats(35.38, 35.42),
    st.integers(0, 50),
    st.one_of(st.none(), st.just(0.0), st.floats(0.0, 3000.0)),
    st.one_of(st.none(), st.integers(0, 2**40)),
)
def test_the_same_as_asking_all(
    layer: np.ndarray, lon: float, lat: float, k: int, radius_m: float | None, bits: int | None
) -> None:
    """Any layer, count, radius and mask; the mask's booleans are the bits of a number."""
    mask = None if bits is None else np.array([bits >> i & 1 for i in range(len(layer))], dtype=bool)
    hits = NearestIndex(layer).query(lon, lat, k, radius_m, mask)
    assert (hits.indices.tolist(), hits.distances.tolist()) == by_asking_all(
        layer, lon, lat, k, radius_m, mask
    )
    every = nearest_on(layer, lon, lat)
    assert hits.bearings.tolist() == pytest.approx(every.bearing_deg[hits.indices].tolist(), abs=1e-3)
    assert hits.points == pytest.approx(np.column_stack([every.lon, every.lat])[hits.indices], abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(layers(largest=20), st.tuples(st.integers(-12, 12), st.integers(-12, 12)), st.integers(1, 25))
def test_ties_on_a_grid_break_by_index(layer: np.ndarray, place: tuple[int, int], k: int) -> None:
    """From grid positions many geometries are equally far; each layer is given twice over."""
    double = np.concatenate([layer, layer])
    lon, lat = LON + place[0] * 0.001, LAT + place[1] * 0.001
    hits = NearestIndex(double).query(lon, lat, k)
    assert (hits.indices.tolist(), hits.distances.tolist()) == by_asking_all(double, lon, lat, k, None, None)


@pytest.mark.parametrize("away_deg", [0.0, 0.3, 2.0, 15.0, 60.0, 90.0, -115.0, 150.0])
@pytest.mark.parametrize("k", [1, 20])
def test_far_away_from_everything(away_deg: float, k: int) -> None:
    """From the next county to the other side of the world."""
    layer = scattered(4500, seed=1)
    lon = (LON + away_deg + 180.0) % 360.0 - 180.0
    for lat in (LAT + 0.05, LAT - away_deg / 3.0):
        hits = NearestIndex(layer).query(lon, lat, k)
        assert (hits.indices.tolist(), hits.distances.tolist()) == by_asking_all(
            layer, lon, lat, k, None, None
        )


def test_two_clusters_and_a_position_between() -> None:
    """The search must grow past the empty middle and still be exact."""
    layer = np.concatenate(
        [scattered(1500, 2, 0.05), shapely.transform(scattered(1500, 3, 0.05), lambda xy: xy + 1)]
    )
    index = NearestIndex(layer)
    for lon, lat in [
        (LON + 0.5, LAT + 0.5),
        (LON + 0.49, LAT + 0.5),
        (LON + 0.2, LAT + 0.9),
        (LON, LAT),
        (LON, 36),
    ]:
        hits = index.query(lon, lat, 20)
        assert (hits.indices.tolist(), hits.distances.tolist()) == by_asking_all(
            layer, lon, lat, 20, None, None
        )


@pytest.mark.parametrize("share", [0.5, 0.02, 0.001])
def test_masks_that_leave_few(share: float) -> None:
    """Exact whether most or nearly none are allowed, evenly or only far away."""
    layer = scattered(5000, seed=4)
    index = NearestIndex(layer)
    rng = np.random.default_rng(6)
    for mask in (rng.random(len(layer)) < share, shapely.bounds(layer)[:, 0] > LON + 0.2 * (0.5 - share)):
        for lon, lat in rng.uniform((LON - 0.1, LAT - 0.1), (LON + 0.1, LAT + 0.1), (10, 2)).tolist():
            hits = index.query(lon, lat, 15, None, mask)
            assert hits.indices.tolist() == by_asking_all(layer, lon, lat, 15, None, mask)[0]


def test_large_geometries_among_small() -> None:
    """A town's outline and a motorway are near where their edge is, not where their middle is."""
    town = shapely.Point(LON, LAT).buffer(0.2).exterior
    road = shapely.LineString([(LON - 5, LAT - 3), (LON + 5, LAT + 3.1)])
    layer = np.concatenate([scattered(800, 7), as_array([town, road, shapely.box(116, 35, 117, 36)])])
    index = NearestIndex(layer)
    for lon, lat in np.random.default_rng(8).uniform((115.9, 34.9), (117.1, 36.1), (60, 2)).tolist():
        hits = index.query(lon, lat, 5)
        assert (hits.indices.tolist(), hits.distances.tolist()) == by_asking_all(
            layer, lon, lat, 5, None, None
        )


def test_across_the_antimeridian_and_at_the_poles() -> None:
    """The search box wraps, and opens to all longitudes around a pole."""
    rng = np.random.default_rng(9)
    east, west = rng.uniform((179, -3), (180, 3), (300, 2)), rng.uniform((-180, -3), (-179, 3), (300, 2))
    north = np.column_stack([rng.uniform(-180, 180, 300), rng.uniform(88, 90, 300)])
    layer = shapely.points(np.concatenate([east, west, north]))
    index = NearestIndex(layer)
    for lon, lat in [
        (179.95, 0.5),
        (-179.95, -1.0),
        (180.0, 0.0),
        (-180.0, 0.0),
        (0.0, 90.0),
        (30.0, 89.5),
        (0.0, 0.0),
    ]:
        for radius in (None, 30000.0, 150000.0):
            hits = index.query(lon, lat, 12, radius)
            assert hits.indices.tolist() == by_asking_all(layer, lon, lat, 12, radius, None)[0]


def test_more_asked_for_than_there_are() -> None:
    """All are given, in order."""
    layer = as_array([shapely.Point(LON, LAT + 0.01), None, shapely.Point(LON, LAT)])
    hits = NearestIndex(layer).query(LON, LAT, 1000)
    assert hits.indices.tolist() == [2, 0]
    assert hits.points.tolist() == [[LON, LAT], [LON, LAT + 0.01]]


@pytest.mark.parametrize("layer", [as_array([]), as_array([None, shapely.Polygon()])])
def test_an_index_of_nothing(layer: np.ndarray) -> None:
    """Empty answers of the right shapes."""
    index = NearestIndex(layer)
    hits = index.query(LON, LAT, 5)
    assert [column.shape for column in hits] == [(0,), (0,), (0,), (0, 2)]
    assert index.at(LON, LAT, 100.0).tolist() == []
    assert index.intersecting(Box(-180, -90, 180, 90)).tolist() == []
    assert len(index) == len(layer)


def test_radius_zero_finds_what_covers_the_position() -> None:
    """A polygon around it, a line's vertex and a point on it; not the one a millimetre off."""
    layer = as_array(
        [
            shapely.Point(LON, LAT),
            shapely.Point(LON + 1e-8, LAT),
            shapely.LineString([(LON - 0.1, LAT), (LON, LAT), (LON, LAT + 0.1)]),
            shapely.box(LON - 1, LAT - 1, LON + 1, LAT + 1),
            shapely.box(LON, LAT, LON + 1, LAT + 1),
            shapely.box(LON + 0.001, LAT, LON + 1, LAT + 1),
        ]
    )
    hits = NearestIndex(layer).query(LON, LAT, 10, 0.0)
    assert hits.indices.tolist() == [0, 2, 3, 4]
    assert hits.distances.tolist() == hits.bearings.tolist() == [0.0] * 4


def test_points_and_lines_right_here_tie_with_polygons_around() -> None:
    """All are at 0 m: the index decides, also when the polygons alone would fill the answer."""
    box = shapely.box(LON - 1, LAT - 1, LON + 1, LAT + 1)
    line = shapely.LineString([(LON, LAT), (LON, LAT + 1)])
    layer = as_array([shapely.Point(LON, LAT), box, line, box, shapely.Point(LON, LAT), box])
    index = NearestIndex(layer)
    for k in range(1, 7):
        assert index.query(LON, LAT, k).indices.tolist() == list(range(k))


def test_radius_is_inclusive() -> None:
    """A geometry exactly at the radius is found, one micrometre less leaves it out."""
    index = NearestIndex(as_array([shapely.Point(LON, LAT + 0.01)]))
    distance = float(index.query(LON, LAT, 1).distances[0])
    assert index.query(LON, LAT, 1, distance).indices.tolist() == [0]
    assert index.query(LON, LAT, 1, distance - 1e-6).indices.tolist() == []


def test_at_orders_by_distance_then_index() -> None:
    """Everything that covers the position first, then what is within the tolerance."""
    layer = as_array(
        [
            shapely.Point(LON, LAT + 0.0002),
            shapely.box(LON - 1, LAT - 1, LON + 1, LAT + 1),
            shapely.LineString([(LON - 0.1, LAT + 0.0001), (LON + 0.1, LAT + 0.0001)]),
            shapely.Point(LON, LAT + 0.0002),
            shapely.Point(LON, LAT),
            shapely.Point(LON + 0.01, LAT),
        ]
    )
    index = NearestIndex(layer)
    assert index.at(LON, LAT, 25.0).tolist() == [1, 4, 2, 0, 3]
    assert index.at(LON, LAT, 12.0).tolist() == [1, 4, 2]
    assert index.at(LON, LAT, 0.0).tolist() == [1, 4]


@settings(deadline=None, max_examples=60)
@given(layers(), *[st.integers(-14, 14)] * 4)
def test_intersecting_is_exact(layer: np.ndarray, x1: int, y1: int, x2: int, y2: int) -> None:
    """The same as asking GEOS one by one, also for boxes without width or height.

    Valid geometry only: about lines of a single spot GEOS contradicts itself.
    """
    layer = layer[shapely.is_valid(layer) | shapely.is_missing(layer)]
    west, east = sorted((LON + x1 * 0.001, LON + x2 * 0.001))
    south, north = sorted((LAT + y1 * 0.001, LAT + y2 * 0.001))
    if west == east or south == north:
        area = (
            shapely.Point(west, south)
            if (west, south) == (east, north)
            else shapely.LineString([(west, south), (east, north)])
        )
    else:
        area = shapely.Polygon([(west, south), (east, south), (east, north), (west, north)])
    expected = [i for i, geom in enumerate(layer) if geom is not None and geom.intersects(area)]
    assert NearestIndex(layer).intersecting(Box(west, south, east, north)).tolist() == expected


def test_intersecting_goes_by_the_geometry_not_its_box() -> None:
    """A diagonal line passes a corner of its own box."""
    index = NearestIndex(as_array([shapely.LineString([(116, 35), (117, 36)]), shapely.Point(116.9, 35.1)]))
    assert index.intersecting(Box(116.8, 35.0, 117.0, 35.2)).tolist() == [1]


def test_intersecting_across_the_antimeridian() -> None:
    """West above east means across 180° (RFC 7946 §5.2)."""
    index = NearestIndex(shapely.points([(179.5, 0), (-179.5, 0), (0, 0)]))
    assert index.intersecting(Box(179.0, -1.0, -179.0, 1.0)).tolist() == [0, 1]


@pytest.mark.parametrize("box", [Box(0, 1, 1, 0), Box(float("nan"), 0, 1, 1), Box(0, 0, float("inf"), 1)])
def test_boxes_that_are_none_are_refused(box: Box) -> None:
    """South above north, or not numbers."""
    with pytest.raises(BadCoordinates) as caught:
        NearestIndex(as_array([])).intersecting(box)
    assert caught.value.parameter == "bbox"


@pytest.mark.parametrize(
    ("arguments", "parameter"),
    [
        ((LON, LAT, -1), "limit"),
        ((LON, LAT, 1, -1.0), "radius"),
        ((LON, LAT, 1, float("nan")), "radius"),
        ((LON, LAT, 1, None, np.array([True, False])), "mask"),
        ((LON, 91.0, 1), "lat"),
    ],
)
def test_bad_questions_are_refused(arguments: tuple, parameter: str) -> None:
    """The error names the argument."""
    with pytest.raises(GeoError) as caught:
        NearestIndex(as_array([shapely.Point(LON, LAT)])).query(*arguments)
    assert caught.value.parameter == parameter


@settings(deadline=None, max_examples=20)
@given(st.lists(geometries(), max_size=10))
def test_the_index_keeps_its_own_array(geoms: list) -> None:
    """Changing the array given afterwards changes nothing; the tree is over the same array."""
    layer = as_array(geoms)
    index = NearestIndex(layer)
    layer[:] = None
    assert list(index.geoms) == geoms
    assert len(index.tree) == len(geoms)


def test_few_are_looked_at_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty nearest of 30,000: one question must not look at all of them."""
    layer = shapely.points(np.random.default_rng(3).uniform((116.3, 35.3), (116.5, 35.5), (30_000, 2)))
    index = NearestIndex(layer)
    looked: list[int] = []
    within = NearestIndex._within

    def counting(self: NearestIndex, place: Any, near: Any, *more: Any) -> Any:
        looked.append(len(near))
        return within(self, place, near, *more)

    monkeypatch.setattr(NearestIndex, "_within", counting)
    for lon, lat in np.random.default_rng(4).uniform((116.3, 35.3), (116.5, 35.5), (60, 2)).tolist():
        assert len(index.query(lon, lat, 20).indices) == 20
    assert len(looked) == 60
    assert np.median(looked) < 200
