"""Uploaded files that are not what they should be: refused in a sentence, before anything is parsed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from app.errors import BadParameter
from app.sheets import opening
from app.sheets.opening import open_workbook

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def workbook() -> bytes:
    made = openpyxl.Workbook()
    made.active.append(["编号", 0.45, "=1+1", "#N/A", True])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A workbook whose parts were changed."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


def with_part(name: str, body: bytes = b"x") -> bytes:
    return changed(lambda parts: parts.update({name: body}))


def without(name: str) -> bytes:
    return changed(lambda parts: parts.pop(name))


def encrypted_zip() -> bytes:
    """A ZIP whose entries say that they are encrypted."""
    body = bytearray(workbook())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := body.find(mark, start)) >= 0:
            body[start + at] |= 1
            start += 4
    return bytes(body)


def macro_types(parts: dict[str, bytes]) -> None:
    name = "[Content_Types].xml"
    parts[name] = parts[name].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )


REFUSED = {
    "text": (b"a,b,c\n1,2,3\n", "不是 Excel", "not an Excel"),
    "empty zip": (b"PK\x05\x06" + bytes(18), "没有 Excel 工作簿", "no Excel workbook"),
    "old": (OLE + bytes(600), "旧版 Excel", r"old Excel file \(.xls\)"),
    "encrypted": (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "打开密码", "password"),
    "encrypted zip": (encrypted_zip(), "打开密码", "password"),
    "macros": (with_part("xl/vbaProject.bin"), "宏", "macros"),
    "macro type": (changed(macro_types), "宏", "macros"),
    "links": (with_part("xl/externalLinks/externalLink1.xml"), "链接了其他文件", "links to other files"),
    "connection": (with_part("xl/connections.xml"), "数据源", "data sources"),
    "object": (with_part("xl/embeddings/oleObject1.bin"), "数据源", "data sources"),
    "binary": (with_part("xl/workbook.bin"), "二进制", "binary"),
    "ods": (with_part("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument", "ods"),
    "no workbook": (without("xl/workbook.xml"), "没有 Excel 工作簿", "no Excel workbook"),
    "damaged": (with_part("xl/workbook.xml", b"<workbook"), "已损坏", "damaged"),
    "bomb": (with_part("xl/worksheets/sheet9.xml", b" " * 12_000_000), "解压后过大", "too large"),
    "large": (bytes(opening.MOST_BYTES + 1), "大于", "larger than"),
    "cut off": (workbook()[:-200], "不是 Excel", "not an Excel"),
}


@pytest.mark.parametrize(("body", "zh", "en"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_what_to_do(body: bytes, zh: str, en: str) -> None:
    with pytest.raises(BadParameter, match=en) as told:
        open_workbook(body)
    assert zh in told.value.zh and told.value.faults[0].parameter == "file"


def test_too_much_in_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MOST_UNPACKED", 1_000)
    with pytest.raises(BadParameter, match="too large"):
        open_workbook(workbook())
    monkeypatch.undo()
    monkeypatch.setattr(opening, "MOST_PARTS", 3)
    with pytest.raises(BadParameter, match="too large"):
        open_workbook(workbook())


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_entities_are_not_expanded(part: str) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'

    def spoil(parts: dict[str, bytes]) -> None:
        body = parts[part]
        start = body.index(b"?>") + 2 if body.startswith(b"<?xml") else 0
        parts[part] = bomb + body[start:].replace(b"</", b"&b;</", 1)

    with pytest.raises(BadParameter, match="damaged"), open_workbook(changed(spoil)) as opened:
        list(opened.rows(opened.titles[0], 5, 10))


def test_cells_come_as_they_are() -> None:
    with open_workbook(workbook()) as opened:
        ((number, cells),) = opened.rows(opened.titles[0], 6, 10)
    assert number == 1 and [cell.where for cell in cells] == ["A1", "B1", "C1", "D1", "E1", "F1"]
    text, figure, formula, error, truth, empty = cells
    assert (text.value, figure.value, truth.value, empty.value) == ("编号", 0.45, True, None)
    assert formula.formula and formula.value is None and error.error
    assert not (text.formula or text.error or figure.percent)
