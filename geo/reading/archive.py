"""Zip archives: unpacked with limits, and under names of our own."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from geo.errors import BadFile
from geo.reading.table import check_size

# An archive's table of contents is read whole before anything else can be judged.
_MAX_CONTENTS_BYTES = 4_000_000
_CHUNK = 1 << 20

_NEEDED = (".shp", ".shx", ".dbf")
_WELCOME = (".prj", ".cpg")
_OTHERS = (".gpkg", ".geojson", ".json")

Member = tuple[PurePosixPath, zipfile.ZipInfo]


def unpack(path: Path, folder: Path, layer: str | None) -> tuple[Path, str | None]:
    """Unpack the one data set of an archive into an empty folder; give its main file and the layer left to
    choose.

    A Shapefile becomes `data.shp` with its companions. Several Shapefiles are told apart by `layer`, their
    name without `.shp`. Raises BadFile: damaged, locked, too large, nothing usable, more than one.
    """
    try:
        _check_contents(path)
        with zipfile.ZipFile(path) as archive:
            members = [(_name(info), info) for info in archive.infolist() if not info.is_dir()]
            members = [(name, info) for name, info in members if not _is_clutter(name)]
            main, layer = _choose(members, layer)
            wanted = _companions(members, main) if main[0].suffix.lower() == ".shp" else [main]
            check_size(sum(info.file_size for _, info in wanted))
            for name, info in wanted:
                _extract(archive, info, folder / f"data{name.suffix.lower()}")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise BadFile(
            f"压缩包“{path.name}”已损坏或用了不支持的压缩方式。请重新打包为普通 zip。",
            f"The archive “{path.name}” is damaged or packed in an unusual way. Pack it again as plain zip.",
            parameter="file",
            value=path.name,
        ) from error
    return folder / f"data{main[0].suffix.lower()}", layer


def _check_contents(path: Path) -> None:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")  # the end record; bytes 12–15 give the size of the table of contents
    if end >= 0 and int.from_bytes(tail[end + 12 : end + 16], "little") > _MAX_CONTENTS_BYTES:
        raise BadFile(
            "压缩包里的文件太多。请只打包一个数据集。",
            "There are too many files in the archive. Pack one data set only.",
            parameter="file",
        )


def _name(info: zipfile.ZipInfo) -> PurePosixPath:
    """The member's name; without the UTF-8 flag Chinese programs write GBK, which zipfile takes for code
    page 437."""
    name = info.filename
    if not info.flag_bits & 0x800:
        name = name.encode("cp437", "replace").decode("gb18030", "replace")
    return PurePosixPath(name.replace("\\", "/"))


def _is_clutter(name: PurePosixPath) -> bool:
    return "__MACOSX" in name.parts or name.name.startswith(".")


def _choose(members: list[Member], layer: str | None) -> tuple[Member, str | None]:
    shapefiles = [member for member in members if member[0].suffix.lower() == ".shp"]
    if shapefiles:
        if layer is None and len(shapefiles) == 1:
            return shapefiles[0], None
        named = [member for member in shapefiles if layer is not None and member[0].stem == layer]
        if len(named) == 1:
            return named[0], None
        raise _several([name.stem for name, _ in shapefiles], layer)
    others = [member for member in members if member[0].suffix.lower() in _OTHERS]
    if len(others) == 1:
        return others[0], layer
    if others:
        raise _several([name.name for name, _ in others], layer)
    raise BadFile(
        "压缩包里没有 Shapefile（.shp）、GeoPackage 或 GeoJSON。",
        "There is no Shapefile (.shp), GeoPackage or GeoJSON in the archive.",
        parameter="file",
    )


def _several(names: list[str], layer: str | None) -> BadFile:
    names = sorted(names)
    return BadFile(
        f"压缩包里有：{'、'.join(names)}。请指明其中一个图层，或只打包一个。",
        f"The archive holds: {', '.join(names)}. Name one of them as the layer, or pack one only.",
        parameter="layer",
        value=layer,
        allowed=names,
    )


def _companions(members: list[Member], main: Member) -> list[Member]:
    stem = main[0].with_suffix("").as_posix().lower()
    found = {
        name.suffix.lower(): (name, info)
        for name, info in members
        if name.with_suffix("").as_posix().lower() == stem and name.suffix.lower() in (*_NEEDED, *_WELCOME)
    }
    missing = [suffix for suffix in _NEEDED if suffix not in found]
    if missing:
        raise BadFile(
            f"Shapefile 不全，缺少 {' '.join(missing)}。请把 .shp .shx .dbf .prj 一起打包。",
            f"The Shapefile is incomplete, {' '.join(missing)} is missing. Pack .shp .shx .dbf .prj as one.",
            parameter="file",
            allowed=_NEEDED,
        )
    return list(found.values())


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    if info.flag_bits & 0x1:
        raise BadFile(
            "压缩包有密码。请去掉密码重新打包。",
            "The archive has a password. Pack it again without.",
            parameter="file",
        )
    written = 0
    with archive.open(info) as source, target.open("xb") as sink:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            check_size(written)  # the sizes in the contents may lie
            sink.write(chunk)
