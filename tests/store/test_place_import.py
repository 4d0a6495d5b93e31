"""Loading places to be served: each refusal, all or nothing, the same again, and what the audit tells."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import shapely
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from app.domain.reached import Layer
from app.errors import BadParameter, Refused
from app.store import tables as t
from app.store.database import Database
from app.store.live import Live
from app.store.served.places import editions
from app.store.served.rows import Fields, place_rows
from tests.store.handed_places import (
    CROSSED,
    GONE,
    HEDONG,
    HOUSE,
    IN_MAJI,
    IN_TUANLI,
    MAJI,
    NOWHERE,
    OTHER_HEDONG,
    TUANLI,
    judged,
    rows,
    saved,
    table,
)
from tests.support.databases import Storage, storage
from tests.support.generated import DAY
from tests.support.zones import prepared, settings_for


@pytest.fixture(scope="module")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A zone that no test of these changes."""
    with storage("sqlite", tmp_path_factory.mktemp("zone")) as place, prepared(place, today=DAY) as (made, _):
        yield made


@pytest.mark.parametrize(
    ("layer", "values", "geom", "words"),
    [
        (Layer.VILLAGE, {"code": "370829104999"}, IN_TUANLI, "没有代码 370829104999"),
        (Layer.VILLAGE, {"code": "河东村"}, IN_TUANLI, "12 位村代码"),
        (Layer.VILLAGE, {"code": GONE}, IN_TUANLI, "2023 年已无"),
        (Layer.VILLAGE, {"code": HEDONG}, NOWHERE, "在两镇范围之外"),
        (Layer.VILLAGE, {"code": ""}, IN_TUANLI, "没有代码"),
        (Layer.VILLAGE, {"code": HEDONG}, None, "没有图形"),
        (Layer.VILLAGE, {"code": HEDONG}, shapely.MultiPoint([(116.42, 35.42), (116.43, 35.42)]), "一个点"),
        (
            Layer.VILLAGE,
            {"code": HEDONG},
            shapely.LineString([(116.42, 35.42), (116.43, 35.42)]),
            "LineString",
        ),
        (Layer.VILLAGE, {"code": HEDONG, "inhabitants": -3}, IN_TUANLI, "人口"),
        (Layer.VILLAGE, {"code": HEDONG, "inhabitants": "1.5"}, IN_TUANLI, "人口"),
        (Layer.VILLAGE, {"code": HEDONG, "inhabitants": "约三百"}, IN_TUANLI, "人口"),
        (Layer.VILLAGE, {"code": HEDONG, "inhabitants": 3_000_000}, IN_TUANLI, "人口"),
        (Layer.COMMUNITY, {"code": "c", "inhabitants": 4}, IN_TUANLI, "会指到人家"),
        (Layer.COMMUNITY, {"code": "c" * 65}, IN_TUANLI, "最多 64 个字符"),
        (Layer.COMMUNITY, {"code": "c\x00"}, IN_TUANLI, "控制字符"),
        (Layer.COMMUNITY, {"code": "c", "name": "a\u202eb"}, IN_TUANLI, "控制字符"),
        (Layer.BUILDING, {"code": "b"}, CROSSED, "自相交"),
        (Layer.BUILDING, {"code": "b"}, shapely.Point(500_000, 3_920_000), "投影坐标"),
        (Layer.BUILDING, {"code": "b"}, shapely.box(110, 30, 120, 40), "远远超出"),
        (Layer.BUILT_UP, {"code": "u"}, IN_TUANLI, "应为面"),
    ],
)
def test_a_row_is_refused_with_its_reason(zone, layer, values, geom, words):
    (one,) = judged(zone, layer, (values, geom)).rows
    assert one.verdict == "refused"
    assert words in "; ".join(map(str, one.reasons)), one.reasons
    assert all(reason.zh != reason.en for reason in one.reasons)


def test_the_same_code_twice_is_refused_and_the_same_house_twice_is_one(zone):
    found = judged(zone, Layer.VILLAGE, ({"code": HEDONG}, IN_TUANLI), ({"code": HEDONG}, IN_TUANLI))
    assert [one.verdict for one in found.rows] == ["new", "refused"]
    turned = shapely.Polygon(HOUSE.exterior.coords[2:-1] + HOUSE.exterior.coords[:3])
    houses = judged(zone, Layer.BUILDING, ({}, HOUSE), ({}, turned), ({}, IN_MAJI), ({}, NOWHERE))
    assert [one.verdict for one in houses.rows] == ["new", "double", "new", "outside"]
    codes = [one.row.code for one in houses.rows]
    assert codes[0] == codes[1] != codes[2]
    assert codes[0].startswith("g-")


def test_a_village_goes_by_its_code_never_by_its_name(zone):
    found = judged(
        zone,
        Layer.VILLAGE,
        ({"code": float(HEDONG), "name": "河东村"}, IN_TUANLI),
        ({"code": OTHER_HEDONG, "name": "河东村委会"}, IN_MAJI),
        ({"code": "370829104207", "name": "别的名字"}, IN_TUANLI),
    ).rows
    assert [(one.verdict, one.values["town_code"]) for one in found] == [
        ("new", TUANLI),
        ("new", MAJI),
        ("new", TUANLI),
    ]
    assert [one.row.name for one in found[:2]] == ["河东村", "河东村"]
    assert [len(one.notes) for one in found] == [0, 0, 1]
    assert "别的名字" in found[2].notes[0].zh


def test_the_list_knows_a_villages_town_better_than_illustrative_borders(zone, tmp_path):
    (one,) = judged(zone, Layer.VILLAGE, ({"code": OTHER_HEDONG}, IN_TUANLI)).rows
    assert (one.verdict, one.values["town_code"]) == ("new", MAJI)
    assert "镇界为示意" in one.notes[0].zh
    with storage("sqlite", tmp_path) as place, prepared(place, today=DAY) as (made, _):
        with made.write() as connection:
            connection.execute(t.town.update().values(position="surveyed"))
        (other,) = judged(made, Layer.VILLAGE, ({"code": OTHER_HEDONG}, IN_TUANLI)).rows
        assert other.verdict == "refused"
        assert "名录中属马集镇，位置却在疃里镇" in str(other.reasons[0])


def test_fields_that_are_not_there_and_people_of_buildings_are_told(zone):
    for layer, given, fields, parameter in (
        (Layer.COMMUNITY, {"代码": "c"}, Fields(name="名"), "--name-field"),
        (Layer.COMMUNITY, {"code": "c"}, Fields(code="id"), "--code-field"),
        (Layer.VILLAGE, {"name": "河东村"}, Fields(), "--code-field"),
        (Layer.BUILDING, {"people": 40}, Fields(inhabitants="people"), "--inhabitants-field"),
    ):
        with pytest.raises(BadParameter) as told:
            place_rows(rows((given, IN_TUANLI)), layer, fields)
        assert told.value.faults[0].parameter == parameter
    (house,) = place_rows(rows(({"inhabitants": 40}, HOUSE)), Layer.BUILDING, Fields())
    assert house.inhabitants is None
    (other,) = place_rows(
        rows(({"代码": "c7", "名称": "一号小区", "人口": "1,200"}, HOUSE)),
        Layer.COMMUNITY,
        Fields(as_of="2022"),
    )
    assert (other.code, other.name, other.inhabitants, other.as_of) == ("c7", "一号小区", 1200, "2022")


def test_what_is_broken_harmlessly_is_mended(zone):
    corners = list(HOUSE.exterior.coords)
    spiked = shapely.Polygon([*corners[:3], (116.42, 35.4203), *corners[3:]])
    found = judged(
        zone,
        Layer.BUILDING,
        ({}, shapely.MultiPolygon([HOUSE])),
        ({}, shapely.force_3d(HOUSE, 30)),
        ({}, spiked),
    )
    assert [one.verdict for one in found.rows] == ["new", "double", "double"]
    assert all(one.row.geom.is_valid and not one.row.geom.has_z for one in found.rows)


def test_a_file_is_its_layer_on_both_engines(both_engines):
    with prepared(both_engines, today=DAY) as (database, settings):
        live = Live(database, settings)
        version = live.view.version
        one = ({"code": "c1", "name": "甲", "inhabitants": 1200}, HOUSE)
        two = ({"code": "c2", "name": "乙"}, shapely.box(116.41, 35.35, 116.412, 35.351))
        assert saved(live, Layer.COMMUNITY, one, two) == 2
        assert live.refresh().version == version + 1
        first = table(database)
        assert {key: (row.town_code, row.inhabitants, row.position) for key, row in first.items()} == {
            ("community", "c1"): (TUANLI, 1200, "surveyed"),
            ("community", "c2"): (MAJI, None, "surveyed"),
        }
        assert shapely.equals_exact(first["community", "c1"].geom.normalize(), HOUSE.normalize(), 1e-7)
        assert saved(live, Layer.COMMUNITY, one, two, source="again.geojson") == 0
        assert table(database) == first
        assert live.refresh().version == version + 1

        with pytest.raises(Refused) as told:
            saved(live, Layer.COMMUNITY, one)
        assert "c2" in told.value.zh
        assert "--keep" in told.value.en
        assert table(database) == first
        assert (
            saved(live, Layer.COMMUNITY, ({**one[0], "inhabitants": 1300}, HOUSE), gone="keep", source="b")
            == 1
        )
        kept = table(database)
        assert (kept["community", "c1"].inhabitants, kept["community", "c1"].source) == (1300, "b")
        assert kept["community", "c2"] == first["community", "c2"]
        with database.read() as connection:
            before = editions(connection)
        assert saved(live, Layer.COMMUNITY, ({**one[0], "inhabitants": 1300}, HOUSE), gone="replace") == 1
        assert list(table(database)) == [("community", "c1")]
        with database.read() as connection:
            assert editions(connection) != before
            told_last = connection.execute(
                select(t.change).where(t.change.c.action == "places").order_by(t.change.c.id)
            ).all()
        assert [row.before for row in told_last][-1] == {"communities": 2, "inhabitants": 1300}
        assert told_last[0].after == {
            "added": 2,
            "altered": 0,
            "removed": 0,
            "left_out": 0,
            "source": "x.geojson",
            "position": ["surveyed"],
            "communities": 2,
            "inhabitants": 1200,
        }
        assert told_last[-1].after["removed"] == 1
        for bad in ({"layer": "school"}, {"inhabitants": -1}, {"layer": "building"}):
            row = kept["community", "c1"]._asdict() | {"code": "c9"} | bad
            with database.engine.connect() as connection, pytest.raises(IntegrityError):
                connection.execute(insert(t.served_place).values(row))


def test_one_bad_row_or_none_in_the_zone_saves_nothing(zone, tmp_path):
    live = Live(zone, settings_for(Storage("sqlite", str(zone.url), tmp_path), today=DAY))
    for layer, given in (
        (Layer.BUILDING, [({}, HOUSE), ({}, CROSSED)]),
        (Layer.BUILT_UP, [({}, shapely.box(116.9, 35.4, 116.91, 35.41))]),
    ):
        with pytest.raises(Refused) as told:
            saved(live, layer, *given)
        assert "未保存任何内容" in told.value.zh
    assert table(zone) == {}
