"""geo.reading: what people hand in, whole."""

from __future__ import annotations

import datetime
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from geo.crs import CRS_NAMES, from_wgs84
from geo.errors import BadFile, MissingCrs, UnknownCrs
from geo.reading import read_rows
from tests.geo.handed_in import NAMES, PLACES, close, collection, frame, shapefile_zip, written


class TestShapefile:
    @pytest.mark.parametrize(
        ("encoding", "without"),
        [("GBK", (".cpg",)), ("GBK", ()), ("UTF-8", ()), ("UTF-8", (".cpg",)), ("GB18030", (".cpg",))],
    )
    def test_chinese_attributes(self, tmp_path: Path, encoding: str, without: tuple[str, ...]) -> None:
        """Field names and values, with and without a file that says the encoding."""
        rows = read_rows(shapefile_zip(tmp_path, frame(), encoding, without))
        assert [row.attributes for row in rows] == [
            {"编号": "20-1-01", "名称": NAMES[0]},
            {"编号": "20-1-02", "名称": NAMES[1]},
        ]
        assert [row.number for row in rows] == [1, 2]
        assert close(rows[0].geometry, PLACES[0])
        assert all(row.problems == () for row in rows)

    def test_a_cpg_that_lies(self, tmp_path: Path) -> None:
        """GBK bytes beside a file that says UTF-8: the bytes are believed."""
        path = shapefile_zip(tmp_path, frame(), "GBK", (".cpg",))
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("数据/道路.cpg", "UTF-8")
        assert read_rows(path)[0].attributes["名称"] == NAMES[0]

    @pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
    def test_text_cut_by_the_width_of_its_field(self, tmp_path: Path, encoding: str) -> None:
        """254 bytes end in the middle of a character: that one is left out, the rest stays readable."""
        long = "a" + "长" * 200
        rows = read_rows(shapefile_zip(tmp_path, frame(说明=[long, ""]), encoding, (".cpg",)))
        text = rows[0].attributes["说明"]
        assert len(text) > 80
        assert long.startswith(text)
        assert rows[0].attributes["名称"] == NAMES[0]

    def test_values_are_plain(self, tmp_path: Path) -> None:
        """Numbers, dates as ISO text, None where nothing is."""
        table = frame(
            长度=[1.5, None], 数量=[1, 2], 日期=[datetime.date(2023, 7, 14), None], 可=[True, False]
        )
        first, second = read_rows(shapefile_zip(tmp_path, table))
        expected = {"长度": 1.5, "数量": 1, "日期": "2023-07-14", "可": True}
        assert {name: first.attributes[name] for name in expected} == expected
        assert second.attributes["长度"] is None
        assert second.attributes["日期"] is None
        assert json.loads(json.dumps(first.attributes)) == first.attributes

    def test_without_prj(self, tmp_path: Path) -> None:
        """Nothing is assumed; the system that is named is taken."""
        path = shapefile_zip(tmp_path, frame(), without=(".prj",))
        with pytest.raises(MissingCrs) as caught:
            read_rows(path)
        assert caught.value.parameter == "crs"
        assert caught.value.allowed == CRS_NAMES
        assert close(read_rows(path, crs="epsg:4527")[0].geometry, PLACES[0])
        assert close(
            read_rows(path, crs="+proj=tmerc +lon_0=117 +x_0=39500000 +ellps=GRS80")[0].geometry, PLACES[0]
        )

    def test_the_named_system_must_not_contradict(self, tmp_path: Path) -> None:
        """The same system is welcome in any spelling; another is an error that names both."""
        path = shapefile_zip(tmp_path, frame())
        assert close(read_rows(path, crs="4527")[0].geometry, PLACES[0])
        with pytest.raises(BadFile, match=r"EPSG:4527.*EPSG:4548") as caught:
            read_rows(path, crs="EPSG:4548")
        assert (caught.value.parameter, caught.value.value) == ("crs", "EPSG:4548")
        with pytest.raises(UnknownCrs):
            read_rows(path, crs="no such system")

    def test_the_wrong_system_shows_in_the_rows(self, tmp_path: Path) -> None:
        """Metres taken for degrees: every row says so, none has a geometry."""
        rows = read_rows(shapefile_zip(tmp_path, frame(), without=(".prj",)), crs="EPSG:4326")
        assert [row.geometry for row in rows] == [None, None]
        assert all("经纬度" in row.problems[0].zh for row in rows)

    @pytest.mark.parametrize("part", [".shx", ".dbf"])
    def test_a_part_is_missing(self, tmp_path: Path, part: str) -> None:
        """Named in the error."""
        with pytest.raises(BadFile, match=part):
            read_rows(shapefile_zip(tmp_path, frame(), without=(part,)))

    def test_several_in_one_archive(self, tmp_path: Path) -> None:
        """The layer says which."""
        first = shapefile_zip(tmp_path, frame(), stem="道路")
        second = shapefile_zip(tmp_path, frame(geometry=PLACES[:1] * 2), stem="管网")
        both = tmp_path / "both.zip"
        with zipfile.ZipFile(both, "w") as archive:
            for path in (first, second):
                with zipfile.ZipFile(path) as part:
                    for name in part.namelist():
                        archive.writestr(name, part.read(name))
        with pytest.raises(BadFile) as caught:
            read_rows(both)
        assert (caught.value.parameter, caught.value.allowed) == ("layer", ("管网", "道路"))
        assert close(read_rows(both, layer="管网")[1].geometry, PLACES[0])

    def test_names_in_gbk_inside_the_archive(self, tmp_path: Path) -> None:
        """As Windows' own packing writes them, without the UTF-8 flag."""
        good = shapefile_zip(tmp_path, frame())
        path = tmp_path / "gbk.zip"
        with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
            for name in source.namelist():
                info = zipfile.ZipInfo(f"xxxx{Path(name).suffix}")
                target.writestr(info, source.read(name))
        path.write_bytes(path.read_bytes().replace(b"xxxx.", "道路".encode("gbk") + b"."))
        assert read_rows(path)[0].attributes["名称"] == NAMES[0]
        assert read_rows(path, layer="道路")[0].attributes["名称"] == NAMES[0]

    def test_a_row_without_geometry(self, tmp_path: Path) -> None:
        """Keeps its number and attributes, and says what is wrong."""
        rows = read_rows(shapefile_zip(tmp_path, frame(geometry=[None, PLACES[0]])))
        assert rows[0].geometry is None
        assert rows[0].attributes["编号"] == "20-1-01"
        assert "没有图形" in rows[0].problems[0].zh
        assert close(rows[1].geometry, PLACES[0])

    def test_heights_are_dropped(self, tmp_path: Path) -> None:
        """Z is nobody's business here."""
        rows = read_rows(
            shapefile_zip(tmp_path, frame(geometry=[shapely.force_3d(line, 9) for line in PLACES[:1]] * 2))
        )
        assert not rows[0].geometry.has_z


class TestGeoPackage:
    def test_one_layer(self, tmp_path: Path) -> None:
        """Read and reprojected; the file itself is not touched, whatever it is called."""
        path = tmp_path / "没有后缀"
        frame("EPSG:4548", geometry=[PLACES[0], None]).to_file(tmp_path / "a.gpkg", layer="道路")
        (tmp_path / "a.gpkg").rename(path)
        before = path.read_bytes()
        rows = read_rows(path)
        assert close(rows[0].geometry, PLACES[0])
        assert rows[0].attributes == {"编号": "20-1-01", "名称": NAMES[0]}
        assert rows[1].problems
        assert path.read_bytes() == before
        assert sorted(item.name for item in tmp_path.iterdir()) == [path.name]

    def test_several_layers(self, tmp_path: Path) -> None:
        """The error lists them."""
        path = tmp_path / "a.gpkg"
        frame().to_file(path, layer="道路")
        frame("EPSG:4326", geometry=PLACES).to_file(path, layer="其他", mode="a")
        for layer in (None, "没有"):
            with pytest.raises(BadFile) as caught:
                read_rows(path, layer=layer)
            assert caught.value.parameter == "layer"
            assert sorted(caught.value.allowed) == ["其他", "道路"]
        assert [
            close(row.geometry, place)
            for row, place in zip(read_rows(path, layer="其他"), PLACES, strict=True)
        ] == [
            True,
            True,
        ]

    @pytest.mark.parametrize("number", [-1, 0])
    def test_an_undefined_system_is_a_missing_one(self, tmp_path: Path, number: int) -> None:
        """The format's two ways of not saying."""
        path = tmp_path / "a.gpkg"
        frame().to_file(path)
        database = sqlite3.connect(path)
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        for table in ("gpkg_contents", "gpkg_geometry_columns"):
            database.execute(f"UPDATE {table} SET srs_id = {number}")
        database.commit()
        database.close()
        with pytest.raises(MissingCrs):
            read_rows(path)
        assert close(read_rows(path, crs="EPSG:4527")[0].geometry, PLACES[0])

    def test_in_a_zip(self, tmp_path: Path) -> None:
        """Packed like the others."""
        frame().to_file(tmp_path / "a.gpkg")
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.write(tmp_path / "a.gpkg", "a.gpkg")
        assert close(read_rows(tmp_path / "a.zip")[0].geometry, PLACES[0])

    def test_damaged(self, tmp_path: Path) -> None:
        """Another database, and half a GeoPackage."""
        other = tmp_path / "other.gpkg"
        database = sqlite3.connect(other)
        database.execute("CREATE TABLE t (a)")
        database.commit()
        database.close()
        whole = tmp_path / "a.gpkg"
        frame().to_file(whole)
        half = written(tmp_path / "half.gpkg", whole.read_bytes()[:9000])
        for path in (other, half):
            with pytest.raises(BadFile):
                read_rows(path)


class TestGeoJson:
    def test_like_geopandas(self, tmp_path: Path) -> None:
        """The second opinion on an ordinary file."""
        path = tmp_path / "a.geojson"
        frame("EPSG:4326", geometry=PLACES, 长度=[1.5, 2.0], 数量=[3, 4]).to_file(path)
        expected = geopandas.read_file(path)
        rows = read_rows(path)
        assert [row.geometry for row in rows] == list(expected.geometry)
        attributes = expected.drop(columns="geometry").to_dict("records")
        assert [row.attributes for row in rows] == attributes

    def test_crs_member(self, tmp_path: Path) -> None:
        """Honoured, in every way it is written; without one the file is WGS 84 unless a system is named."""
        shifted = shapely.geometry.mapping(from_wgs84(PLACES[0], "EPSG:4527"))
        for name in ("EPSG:4527", "urn:ogc:def:crs:EPSG::4527", "http://www.opengis.net/def/crs/EPSG/0/4527"):
            member = {"type": "name", "properties": {"name": name}}
            path = written(tmp_path / "a.json", collection(shifted, crs=member))
            assert close(read_rows(path)[0].geometry, PLACES[0])
            with pytest.raises(BadFile, match="EPSG:4326"):
                read_rows(path, crs="EPSG:4326")
        plain = written(tmp_path / "b.json", collection(shifted, crs=None))
        assert "经纬度" in read_rows(plain)[0].problems[0].zh
        assert close(read_rows(plain, crs="4527")[0].geometry, PLACES[0])

    def test_gcj02_by_name(self, tmp_path: Path) -> None:
        """Points picked on an Amap page."""
        shifted = from_wgs84(PLACES[1], "GCJ02")
        path = written(tmp_path / "a.json", collection(shapely.geometry.mapping(shifted)))
        assert close(read_rows(path, crs="gcj-02")[0].geometry, PLACES[1])
        assert read_rows(path)[0].geometry == shifted

    @pytest.mark.parametrize(
        "member", [{"type": "link"}, {"properties": {"name": 4527}}, "EPSG:4527", {"properties": []}]
    )
    def test_a_crs_member_that_says_nothing(self, tmp_path: Path, member: Any) -> None:
        """Not guessed at."""
        with pytest.raises(UnknownCrs):
            read_rows(written(tmp_path / "a.json", collection(None, crs=member)))

    def test_one_broken_row_does_not_hide_the_others(self, tmp_path: Path) -> None:
        """Null, an open ring, an unknown type, words for numbers, no feature at all."""
        good = shapely.geometry.mapping(PLACES[1])
        broken = [
            None,
            {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]},
            {"type": "Circle", "coordinates": [1, 2]},
            {"type": "Point", "coordinates": ["a", "b"]},
            {"type": "LineString", "coordinates": [[1, 2]]},
            "POINT (1 2)",
            {"type": "Point", "coordinates": [116.4, 95.0]},
        ]
        document = collection(good, *broken, good)
        document["features"].insert(1, [1, 2])
        rows = read_rows(written(tmp_path / "a.json", document))
        assert [row.number for row in rows] == list(range(1, 11))
        assert [bool(row.problems) for row in rows] == [False] + [True] * 8 + [False]
        assert [row.geometry is None for row in rows] == [False] + [True] * 8 + [False]

    def test_ids_nested_values_and_missing_properties(self, tmp_path: Path) -> None:
        """An id becomes an attribute where there is no such property."""
        point = {"type": "Point", "coordinates": [116.4, 35.4, 12]}
        features = [
            {"type": "Feature", "id": "20-1-01", "properties": {"a": {"b": [1]}}, "geometry": point},
            {"type": "Feature", "id": "x", "properties": {"id": "own"}, "geometry": point},
            {"type": "Feature", "properties": None, "geometry": point},
        ]
        rows = read_rows(written(tmp_path / "a.json", {"type": "FeatureCollection", "features": features}))
        assert [row.attributes for row in rows] == [{"a": {"b": [1]}, "id": "20-1-01"}, {"id": "own"}, {}]
        assert not rows[0].geometry.has_z

    def test_a_feature_and_a_geometry_alone(self, tmp_path: Path) -> None:
        """RFC 7946 §3 allows both as a document."""
        point = {"type": "Point", "coordinates": [116.4, 35.4]}
        single = {"type": "Feature", "properties": {"a": 1}, "geometry": point}
        assert read_rows(written(tmp_path / "a.json", single))[0].attributes == {"a": 1}
        assert read_rows(written(tmp_path / "b.json", point))[0].geometry == shapely.Point(116.4, 35.4)
        assert read_rows(written(tmp_path / "c.json", collection())) == []

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
    def test_text_encodings(self, tmp_path: Path, encoding: str) -> None:
        """UTF-8 is the rule, but Chinese programs write what their system speaks."""
        text = json.dumps(collection(shapely.geometry.mapping(PLACES[1])), ensure_ascii=False)
        rows = read_rows(written(tmp_path / "a.json", text.encode(encoding)))
        assert rows[0].attributes["名称"] == "文祥路"

    @pytest.mark.parametrize(
        "content",
        [
            '{"type": "FeatureCollection", "features": [',
            '{"type": "Topology", "objects": {}}',
            '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read other.gpkg"}',
            '{"type": "FeatureCollection", "features": {}}',
            '{"type": ["Point"]}',
            '{"type": "Point", "coordinates": [NaN, 1]}',
            "[1, 2]",
            b'{"a": "\xff\xff"}',
        ],
    )
    def test_what_is_no_geojson(self, tmp_path: Path, content: Any) -> None:
        """Cut off, another dialect, another language, a recipe that GDAL would run."""
        with pytest.raises(BadFile):
            read_rows(written(tmp_path / "a.geojson", content))

    def test_a_syntax_error_is_located(self, tmp_path: Path) -> None:
        """Line and column."""
        with pytest.raises(BadFile, match="第 3 行") as caught:
            read_rows(written(tmp_path / "a.geojson", '{"type": "Point",\n"coordinates":\n[116.4, 35.4,,]}'))
        assert "line 3" in caught.value.en
