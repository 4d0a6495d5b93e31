"""geo.reading: what people hand in, broken, misnamed or too large."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely

import geo.reading.table
from geo.errors import BadFile, GeoError
from geo.reading import read_rows
from tests.geo.handed_in import PLACES, collection, frame, shapefile_zip, written


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
