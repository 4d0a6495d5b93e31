"""`python -m app import`: judged first, all or nothing, old geometry kept, every common file form."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import geopandas
import pytest
import shapely
from sqlalchemy import func, select

from app.store import tables as t
from app.store.database import Database
from app.store.live import Live
from geo.crs import from_wgs84
from tests.support.databases import Storage
from tests.support.generated import DAY
from tests.support.server import clean_environment
from tests.support.warm import warm
from tests.support.zones import prepared, settings_for

ROAD = shapely.LineString([(116.4238, 35.4213), (116.4300001, 35.4216), (116.4437, 35.4215)])
ROADS = ("--kind", "road")
OTHER = shapely.LineString([(116.4150, 35.4203), (116.4152, 35.4100)])


def run(place: Storage, *words: object, **env: str) -> subprocess.CompletedProcess[str]:
    wide = {"COLUMNS": "200", "MINSHENG_TODAY": DAY.isoformat(), **env}
    environment = {**clean_environment(), **place.env, **wide}
    return warm().run(["import", *map(str, words)], environment)


def geojson(path: Path, *features: tuple[dict, shapely.Geometry | None]) -> Path:
    rows = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": geom and json.loads(shapely.to_geojson(geom)),
        }
        for properties, geom in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=False), "utf-8")
    return path


def state(place: Storage) -> list[tuple]:
    """Everything an import may change."""
    database = Database(settings_for(place))
    with database.read() as connection:
        sites = connection.execute(select(t.site).order_by(t.site.c.code)).all()
        versions = connection.execute(select(func.count()).select_from(t.site_version)).scalar()
        version = connection.execute(select(t.zone.c.version)).scalar()
    database.close()
    return [versions, version, *[(s.code, s.geom.wkb, s.position, s.geom_version) for s in sites]]


@pytest.fixture
def zone(both_engines) -> Storage:
    with prepared(both_engines, today=DAY) as (database, settings):
        Live(database, settings)  # publishes, so that only imports change anything from here on
    return both_engines


def test_a_surveyed_road_replaces_the_illustrative_one(zone, tmp_path):
    file = geojson(tmp_path / "roads.geojson", ({"code": "20-1-01"}, ROAD))
    before = state(zone)
    dry = run(zone, file, "--kind", "road", "--dry-run")
    assert (dry.returncode, "变更 changed 1" in dry.stdout) == (0, True), dry.stdout + dry.stderr
    assert state(zone) == before
    real = run(zone, file, "--kind", "road")
    assert real.returncode == 0, real.stdout + real.stderr
    assert "已保存 1 个点位" in real.stdout
    with prepared(zone, today=DAY) as (database, _), database.read() as connection:
        site = connection.execute(select(t.site).where(t.site.c.code == "20-1-01")).one()
        assert shapely.equals_exact(site.geom, ROAD, 1e-7)
        assert (site.position, site.geom_version) == ("surveyed", 2)
        kept = connection.execute(select(t.site_version).where(t.site_version.c.site_code == "20-1-01")).all()
        assert [row.version for row in kept] == [1, 2]
        assert kept[0].position == "illustrative"
        assert kept[1].source.startswith("roads.geojson sha256:")
        shown = connection.execute(select(t.published_site).where(t.published_site.c.code == "20-1-01")).one()
        assert '"position":"surveyed"' in shown.common_text
    again = run(zone, file, "--kind", "road")
    assert "不变 unchanged 1" in again.stdout
    assert "已保存 0 个点位" in again.stdout


def test_one_bad_row_means_that_nothing_is_saved(zone, tmp_path):
    far = shapely.LineString([(117.4, 35.4), (117.41, 35.4)])
    file = geojson(
        tmp_path / "roads.geojson",
        ({"code": "20-1-01"}, ROAD),
        ({"code": "20-1-02"}, far),
        ({"code": "20-1-01"}, ROAD),
        ({"code": "road 7"}, ROAD),
        ({"code": "06-1-01", "title": "某户"}, ROAD),
        ({"code": "20-1-09"}, ROAD),
        ({"code": "20-9-01", "title": "无此任务"}, ROAD),
        ({"code": "20-3-01"}, OTHER),
        ({"code": "20-1-10", "title": "点"}, shapely.Point(116.42, 35.42)),
        ({"code": "20-1-11", "title": "空"}, None),
        ({"code": "20-1-12", "title": "写反"}, shapely.LineString([(35.42, 116.42), (35.43, 116.43)])),
    )
    before = state(zone)
    done = run(zone, file, "--kind", "road")
    assert done.returncode == 1
    assert "拒绝 refused 10" in done.stdout
    for words in ("重复", "不合规", "不得细于镇", "须有名称", "没有第 20 项任务 9", "heating_main"):
        assert words in done.stdout, words
    assert "未保存任何内容" in done.stderr
    assert state(zone) == before


def test_a_new_site_gets_its_town_from_where_it_lies(zone, tmp_path):
    file = geojson(tmp_path / "new.geojson", ({"code": "20-1-03", "title": "新路<img src=x>[red]"}, OTHER))
    done = run(zone, file, "--kind", "road", "--position", "approximate")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "新路<img src=x>[red]" in done.stdout
    with prepared(zone, today=DAY) as (database, _), database.read() as connection:
        site = connection.execute(select(t.site).where(t.site.c.code == "20-1-03")).one()
        assert (site.town_code, site.lead_unit, site.position) == ("370829104", "jianshe", "approximate")


@pytest.mark.parametrize("form", ["gpkg", "zip", "zip without prj"])
def test_geopackage_and_zipped_shapefile_in_gauss_kruger(fresh_database, tmp_path, form):
    place = fresh_database("sqlite")
    with prepared(place):
        pass
    frame = geopandas.GeoDataFrame(
        {"code": ["20-1-01"], "名称": ["文祥路"]}, geometry=[from_wgs84(ROAD, "EPSG:4527")], crs="EPSG:4527"
    )
    if form == "gpkg":
        file = tmp_path / "roads.gpkg"
        frame.to_file(file)
    else:
        folder = tmp_path / "roads"
        folder.mkdir()
        frame.to_file(folder / "roads.shp", encoding="GBK")
        if form == "zip without prj":
            (folder / "roads.prj").unlink()
        file = Path(shutil.make_archive(str(tmp_path / "roads"), "zip", folder))
    done = run(place, file, "--kind", "road")
    if form == "zip without prj":
        assert done.returncode == 1
        assert "--crs" in done.stderr
        done = run(place, file, "--kind", "road", "--crs", "EPSG:4527")
    assert done.returncode == 0, done.stdout + done.stderr
    with prepared(place, today=DAY) as (database, _), database.read() as connection:
        geom = connection.execute(select(t.site.c.geom).where(t.site.c.code == "20-1-01")).scalar_one()
        assert shapely.hausdorff_distance(geom, ROAD) < 2e-7


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "GeoPackage"),
        (b"not a map", "GeoJSON"),
        (b'{"type":"FeatureCollection","features":[{"type":', "JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_so(fresh_database, tmp_path, content, words):
    place = fresh_database("sqlite")
    file = tmp_path / "x.geojson"
    file.write_bytes(content)
    done = run(place, file, "--kind", "road")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert any("\u4e00" <= letter <= "\u9fff" for letter in done.stderr)
    assert words in done.stderr


def test_an_unknown_kind_lists_the_kinds(fresh_database, tmp_path):
    file = geojson(tmp_path / "x.geojson", ({"code": "20-1-01"}, ROAD))
    done = run(fresh_database("sqlite"), file, "--kind", "bridge")
    assert done.returncode == 1
    assert "gas_main" in done.stderr


def test_a_line_just_outside_an_illustrative_border_is_taken_with_a_remark(fresh_database, tmp_path):
    """The towns' borders are illustrative: only a surveyed border may refuse a surveyed line."""
    place = fresh_database("sqlite")
    maji = shapely.LineString([(116.41, 35.36), (116.41, 35.35)])
    file = geojson(tmp_path / "road.geojson", ({"code": "20-1-01"}, maji))
    with prepared(place) as (database, _), database.write() as connection:
        connection.execute(t.town.update().values(position="surveyed"))
    assert "不在疃里镇的镇界内" in run(place, file, "--kind", "road", "--dry-run").stdout
    assert run(place, file, "--kind", "road", "--dry-run").returncode == 1
    with prepared(place) as (database, _), database.write() as connection:
        connection.execute(t.town.update().values(position="illustrative"))
    done = run(place, file, "--kind", "road", "--dry-run")
    assert (done.returncode, "镇界为示意，请核对" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    "title", ["a\x00b", "red\x1b[31m", "two\nlines", "turned\u202eround", "很" * 201], ids=ascii
)
def test_a_title_that_no_screen_can_show_is_refused(zone, tmp_path, title):
    before = state(zone)
    done = run(zone, geojson(tmp_path / "new.geojson", ({"code": "20-1-03", "title": title}, OTHER)), *ROADS)
    assert (done.returncode, "拒绝 refused 1" in done.stdout) == (1, True), done.stdout + done.stderr
    assert not any(letter in done.stdout for letter in "\x00\x1b\u202e")
    assert "Traceback" not in done.stderr
    assert state(zone) == before


def test_a_code_is_known_however_its_serial_is_padded(zone, tmp_path):
    file = geojson(tmp_path / "roads.geojson", ({"code": "20-1-001", "title": "x"}, ROAD))
    assert "变更 changed 1" in run(zone, file, *ROADS, "--dry-run").stdout
    assert run(zone, file, *ROADS).returncode == 0
    assert "20-1-001" not in [row[0] for row in state(zone)[2:]]
    twice = [({"code": code, "title": "x"}, OTHER) for code in ("20-1-07", "20-1-007")]
    assert "重复" in run(zone, geojson(tmp_path / "twice.geojson", *twice), *ROADS).stdout


def test_a_file_without_rows_is_refused(fresh_database, tmp_path):
    done = run(fresh_database("sqlite"), geojson(tmp_path / "empty.geojson"), *ROADS)
    assert (done.returncode, "没有任何一行" in done.stderr) == (1, True)
