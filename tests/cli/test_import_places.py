"""`python -m app import-places`: every common file form, all or nothing, and what the screen says."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import geopandas
import pytest
import shapely
from sqlalchemy import select

from app.store import tables as t
from app.store.database import Database
from app.store.live import Live
from geo.crs import from_wgs84
from tests.support.databases import Storage
from tests.support.generated import DAY
from tests.support.server import clean_environment
from tests.support.warm import warm
from tests.support.zones import prepared, settings_for

HOUSES = [shapely.box(116.42, 35.42, 116.4203, 35.4202), shapely.box(116.41, 35.35, 116.4102, 35.3503)]


def run(place: Storage, *words: object) -> subprocess.CompletedProcess[str]:
    environment = {**clean_environment(), **place.env, "COLUMNS": "200", "MINSHENG_TODAY": DAY.isoformat()}
    return warm().run(["import-places", *map(str, words)], environment)


def geojson(path: Path, *features: tuple[dict, shapely.Geometry]) -> Path:
    rows = [
        {"type": "Feature", "properties": values, "geometry": json.loads(shapely.to_geojson(geom))}
        for values, geom in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}, ensure_ascii=False), "utf-8")
    return path


def kept(place: Storage) -> tuple[int, dict[str, object]]:
    """The zone's version, and every place by code."""
    database = Database(settings_for(place))
    with database.read() as connection:
        rows = {row.code: row for row in connection.execute(select(t.served_place))}
        version = connection.execute(select(t.zone.c.version)).scalar_one()
    database.close()
    return version, rows


@pytest.fixture
def zone(fresh_database) -> Storage:
    place = fresh_database("sqlite")
    with prepared(place, today=DAY) as (database, settings):
        Live(database, settings)  # publishes, so that only imports change anything from here on
    return place


def test_checked_saved_and_asked_what_becomes_of_the_rest(zone, tmp_path):
    village = {"code": 370829108243, "name": "河东村<img src=x>[red]", "人口": "1,200"}
    file = geojson(tmp_path / "villages.geojson", (village, shapely.Point(116.41, 35.35)))
    before = kept(zone)
    dry = run(zone, "village", file, "--dry-run")
    assert (dry.returncode, "新增 new 1" in dry.stdout) == (0, True), dry.stdout + dry.stderr
    assert "按代码记为河东村" in dry.stdout
    assert kept(zone) == before
    done = run(zone, "village", file, "--as-of", "2020-11-01", "--position", "approximate")
    assert (done.returncode, "已保存 1 处" in done.stdout) == (0, True), done.stdout + done.stderr
    version, rows = kept(zone)
    assert version == before[0] + 1
    one = rows["370829108243"]
    assert (one.name, one.inhabitants, one.inhabitants_as_of) == ("河东村", 1200, "2020-11-01")
    assert one.position == "approximate"

    other = geojson(tmp_path / "b.geojson", ({"code": "370829104274"}, shapely.Point(116.42, 35.42)))
    refused = run(zone, "village", other)
    assert (refused.returncode, "--replace" in refused.stderr) == (1, True)
    assert "370829108243" in refused.stderr
    assert run(zone, "village", other, "--keep", "--replace").returncode == 1
    assert kept(zone) == (version, rows)
    assert run(zone, "village", other, "--keep").returncode == 0
    assert sorted(kept(zone)[1]) == ["370829104274", "370829108243"]
    assert run(zone, "village", other, "--replace").returncode == 0
    assert sorted(kept(zone)[1]) == ["370829104274"]


@pytest.mark.parametrize("form", ["gpkg", "zip without prj"])
def test_houses_in_gauss_kruger_without_codes(zone, tmp_path, form):
    away = shapely.box(116.9, 35.4, 116.901, 35.401)
    shapes = [from_wgs84(house, "EPSG:4527") for house in [*HOUSES, away]]
    frame = geopandas.GeoDataFrame({"名称": ["一号楼", "二号楼", "三号楼"]}, geometry=shapes, crs="EPSG:4527")
    if form == "gpkg":
        file = tmp_path / "houses.gpkg"
        frame.to_file(file, layer="楼")
        frame.to_file(file, layer="other")
        extra = ["--layer", "楼"]
    else:
        folder = tmp_path / "houses"
        folder.mkdir()
        frame.to_file(folder / "houses.shp", encoding="GBK")
        (folder / "houses.prj").unlink()
        file = Path(shutil.make_archive(str(tmp_path / "houses"), "zip", folder))
        extra = ["--crs", "EPSG:4527"]
        assert "--crs" in run(zone, "building", file).stderr
    done = run(zone, "building", file, *extra)
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("新增 new 2", "区外略过 outside 1", "已保存 2 处"):
        assert words in done.stdout
    _, rows = kept(zone)
    assert sorted(row.name for row in rows.values()) == ["一号楼", "二号楼"]
    for code, row in rows.items():
        assert code.startswith("g-")
        assert min(shapely.hausdorff_distance(row.geom, house) for house in HOUSES) < 3e-7


def test_a_bad_row_saves_nothing_and_comes_first(zone, tmp_path):
    crossed = shapely.Polygon([(116.42, 35.42), (116.43, 35.43), (116.43, 35.42), (116.42, 35.43)])
    good = [({"code": f"u{n}"}, HOUSES[0]) for n in range(70)]
    file = geojson(tmp_path / "land.geojson", *good, ({"code": "坏的"}, crossed))
    before = kept(zone)
    done = run(zone, "built_up", file)
    assert done.returncode == 1
    assert "未保存任何内容" in done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("│")]
    assert "坏的" in lines[0]
    assert "只列出前 60 行" in done.stdout
    assert kept(zone) == before
    assert "Traceback" not in done.stderr
