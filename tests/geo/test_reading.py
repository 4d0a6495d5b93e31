"""geo.reading: what people hand in, whole and broken."""

from __future__ import annotations

import datetime
import json
import sqlite3
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

import geo.reading.table
from geo.crs import CRS_NAMES, from_wgs84
from geo.errors import BadFile, GeoError, MissingCrs, UnknownCrs
from geo.reading import read_rows

PLACES = [shapely.LineString([(116.42, 35.40), (116.43, 35.40)]), shapely.Point(116.43, 35.41)]
NAMES = ["文祥路（嘉瑞路以东）", "嘉德路"]


def frame(crs: str = "EPSG:4527", geometry: list | None = None, **columns: list) -> geopandas.GeoDataFrame:
    """Two rows with Chinese names, given in some system."""
    lines = geometry or [PLACES[0], shapely.LineString([(116.43, 35.40), (116.43, 35.41)])]
    data = {"编号": ["20-1-01", "20-1-02"], "名称": NAMES, **columns}
    shapes = [None if line is None else from_wgs84(line, crs) for line in lines]
    return geopandas.GeoDataFrame(data, geometry=shapes, crs=crs)


def shapefile_zip(
    folder: Path,
    table: geopandas.GeoDataFrame,
    encoding: str = "GBK",
    without: tuple[str, ...] = (),
    stem: str = "道路",
) -> Path:
    """A zipped Shapefile as GIS programs make them."""
    loose = folder / f"loose-{stem}"
    loose.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table.to_file(loose / f"{stem}.shp", encoding=encoding)
    path = folder / f"{stem}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(loose.iterdir()):
            if part.suffix not in without:
                archive.write(part, f"数据/{part.name}")
    return path


def written(path: Path, content: Any) -> Path:
    """A file of bytes, text, or an object as JSON."""
    raw = content if isinstance(content, bytes) else None
    if raw is None:
        raw = (content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)).encode()
    path.write_bytes(raw)
    return path


def collection(*geometries: Any, **more: Any) -> dict:
    """A FeatureCollection of mappings; features are numbered."""
    features = [
        {"type": "Feature", "id": f"20-1-{i:02d}", "properties": {"名称": "文祥路"}, "geometry": geometry}
        for i, geometry in enumerate(geometries, 1)
    ]
    return {"type": "FeatureCollection", "features": features, **more}


def close(geom: shapely.Geometry | None, other: shapely.Geometry) -> bool:
    """Equal to a tenth of a millimetre."""
    return geom is not None and geom.equals_exact(other, 1e-9)


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


class TestRefusals:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\0" * 200,
            "编号,名称",
            '<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>',
            "%PDF-1.7",
            "PK",
        ],
    )
    def test_other_formats(self, tmp_path: Path, content: Any) -> None:
        """Told by content, whatever the name; above all GDAL's virtual files, which open others."""
        for name in ("a.geojson", "a.gpkg", "a.zip", "a.shp"):
            with pytest.raises(BadFile) as caught:
                read_rows(written(tmp_path / name, content))
            assert caught.value.zh
            assert caught.value.en

    def test_no_file(self, tmp_path: Path) -> None:
        """Missing, or a folder."""
        for path in (tmp_path / "none.zip", tmp_path):
            with pytest.raises(BadFile):
                read_rows(path)

    def test_archives_without_data(self, tmp_path: Path) -> None:
        """Other things, two data sets, and what macOS leaves behind."""
        cases = {
            "empty": [],
            "other": ["readme.txt", "a.docx"],
            "two": ["a.geojson", "b.geojson"],
            "mac": ["__MACOSX/a.shp", "._a.shp"],
        }
        for case, names in cases.items():
            path = tmp_path / f"{case}.zip"
            with zipfile.ZipFile(path, "w") as archive:
                for name in names:
                    archive.writestr(name, "{}")
            with pytest.raises(BadFile):
                read_rows(path)

    def test_members_stay_in_their_folder(self, tmp_path: Path) -> None:
        """A member that climbs out is unpacked under a name of ours, like every other."""
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(
                "../../evil.geojson", json.dumps(collection(shapely.geometry.mapping(PLACES[1])))
            )
        assert len(read_rows(path)) == 1
        assert [item.name for item in tmp_path.iterdir()] == ["a.zip"]
        assert not (tmp_path.parent / "evil.geojson").exists()
        assert not (tmp_path.parent.parent / "evil.geojson").exists()

    def test_a_bomb(self, tmp_path: Path) -> None:
        """300 MB of spaces in 300 kB are refused before they are unpacked."""
        path = tmp_path / "bomb.zip"
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
            archive.open("a.geojson", "w") as member,
        ):
            for _ in range(60):
                member.write(b" " * 5_000_000)
        assert path.stat().st_size < 1_000_000
        with pytest.raises(BadFile, match="200 MB"):
            read_rows(path)

    def test_a_bomb_that_lies_about_its_size(self, tmp_path: Path) -> None:
        """The sizes in the table of contents are never trusted."""
        path = tmp_path / "liar.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.geojson", b" " * 3_000_000)
        path.write_bytes(path.read_bytes().replace(struct.pack("<I", 3_000_000), struct.pack("<I", 10)))
        with pytest.raises(BadFile):
            read_rows(path)

    def test_too_large(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A plain file beyond the limit; the message names the limit."""
        monkeypatch.setattr(geo.reading.table, "MAX_BYTES", 1_000_000)
        path = written(tmp_path / "a.geojson", b"{" + b" " * 1_000_000)
        with pytest.raises(BadFile, match="1 MB"):
            read_rows(path)

    def test_the_parts_of_a_shapefile_count_together(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each is below the limit, their sum is not."""
        path = shapefile_zip(tmp_path, frame())
        with zipfile.ZipFile(path) as archive:
            sizes = [info.file_size for info in archive.infolist()]
        monkeypatch.setattr(geo.reading.table, "MAX_BYTES", max(sizes))
        with pytest.raises(BadFile):
            read_rows(path)
        monkeypatch.setattr(geo.reading.table, "MAX_BYTES", max(sum(sizes), path.stat().st_size))
        assert len(read_rows(path)) == 2

    def test_too_many_rows(self, tmp_path: Path) -> None:
        """100,001 features; 100,000 are read."""
        feature = '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[116,35]}}'
        for count, fits in ((100_000, True), (100_001, False)):
            text = '{"type":"FeatureCollection","features":[' + ",".join([feature] * count) + "]}"
            path = written(tmp_path / "a.geojson", text)
            if fits:
                assert len(read_rows(path)) == count
            else:
                with pytest.raises(BadFile, match="100000"):
                    read_rows(path)

    def test_a_contents_table_of_millions(self, tmp_path: Path) -> None:
        """Refused by its size, before it is read into memory."""
        path = tmp_path / "a.zip"
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, 150_000_000, 0, 0)
        path.write_bytes(b"PK\x01\x02" + b"\0" * 1000 + end)
        with pytest.raises(BadFile, match="太多"):
            read_rows(path)

    def test_a_locked_archive(self, tmp_path: Path) -> None:
        """The password bit is set."""
        path = shapefile_zip(tmp_path, frame())
        raw = bytearray(path.read_bytes())
        for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            at = raw.find(signature)
            while at >= 0:
                raw[at + offset] |= 1
                at = raw.find(signature, at + 4)
        path.write_bytes(raw)
        with pytest.raises(BadFile, match="password"):
            read_rows(path)

    def test_a_damaged_archive(self, tmp_path: Path) -> None:
        """Cut short, or with flipped bytes in the middle."""
        raw = shapefile_zip(tmp_path, frame()).read_bytes()
        cut = written(tmp_path / "cut.zip", raw[: len(raw) // 2])
        flipped = bytearray(raw)
        flipped[60:120] = bytes(60)
        for path in (cut, written(tmp_path / "flipped.zip", bytes(flipped))):
            with pytest.raises(BadFile):
                read_rows(path)

    def test_errors_never_carry_other_programs_words(self, tmp_path: Path) -> None:
        """What GDAL says may name paths; it stays in the log as the cause."""
        path = written(tmp_path / "a.gpkg", b"SQLite format 3\0" + b"\0" * 500)
        with pytest.raises(GeoError) as caught:
            read_rows(path)
        assert str(tmp_path) not in str(caught.value)
        assert caught.value.__cause__ is not None
