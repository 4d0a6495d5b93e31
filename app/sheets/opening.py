"""Opening an uploaded workbook: what may harm is refused before anything is parsed.

An XLSX file is a ZIP archive of XML. Sizes in its directory are upper bounds (Python's zipfile reads no
more than they say), so a bomb is told from the directory alone; entities in the XML are refused by
defusedxml, which openpyxl takes by itself.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from app.errors import BadParameter, Fault
from app.sheets.texts import from_xlsx

MOST_BYTES = 8 * 1024 * 1024
MOST_UNPACKED = 64 * 1024 * 1024
MOST_RATIO = 120
"""How many times larger a part may be than packed; a template of 5,000 rows comes to about 20."""
MOST_PARTS = 300
PARAMETER = "file"
_SMALL = 1024 * 1024
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_WORKBOOK = "xl/workbook.xml"


@dataclass(frozen=True)
class Found:
    """A cell as it was found: its address, its value (texts tidied, empty ones None), whether it holds a
    formula or an error, and whether its number is shown as a percentage (0.45 as 45 %)."""

    where: str
    value: str | int | float | bool | date | time | timedelta | None = None
    formula: bool = False
    error: bool = False
    percent: bool = False


class Opened:
    """A workbook that can be read. Close it when done (it is a context manager)."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self._workbook.close()

    @property
    def titles(self) -> list[str]:
        """Titles of its sheets."""
        return [sheet.title for sheet in self._workbook.worksheets]

    def rows(self, title: str, columns: int, most: int) -> Iterator[tuple[int, list[Found]]]:
        """``(number, cells)`` of the rows of a sheet that hold anything, at most up to row `most`.

        Errors: BadParameter when the sheet cannot be read.
        """
        sheet = self._workbook[title]
        sheet.reset_dimensions()  # what the file says of its size need not be true
        letters = [get_column_letter(column) for column in range(1, columns + 1)]
        try:
            for number, row in enumerate(sheet.iter_rows(max_row=most, max_col=columns), start=1):
                if any(cell.value is not None for cell in row):
                    yield number, [_found(cell, f"{letters[i]}{number}") for i, cell in enumerate(row)]
        except BadParameter:
            raise
        except Exception as error:  # openpyxl's errors on damaged files have no common root
            raise unreadable() from error


def open_workbook(data: bytes) -> Opened:
    """Open an uploaded file. Errors: BadParameter, saying what it is and what to do, unless it is an XLSX
    workbook without macros, links to other files, or more than it should hold."""
    if len(data) > MOST_BYTES:
        raise _wrong(
            f"文件大于 {MOST_BYTES >> 20} 兆字节。请从本页下载模板重新填写，不要插入图片。",
            f"The file is larger than {MOST_BYTES >> 20} MB. Fill in the template from this page again, "
            "without pictures.",
        )
    if data.startswith(_OLE):
        raise _old_or_encrypted(data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _wrong(
            "这不是 Excel 工作簿（.xlsx）。请上传从本页下载、填好后另存为 .xlsx 的模板。",
            "This is not an Excel workbook (.xlsx). Upload the template from this page, saved as .xlsx.",
        ) from None
    with archive:
        _check(archive)
    try:
        return Opened(openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False))
    except Exception as error:  # see Opened.rows
        raise unreadable() from error


def unreadable() -> BadParameter:
    """The file is damaged, or not what it says."""
    return _wrong(
        "文件已损坏或内容不合规，无法读取。请在 Excel 中打开并另存为 .xlsx 后再上传。",
        "The file is damaged or malformed and cannot be read. Open it in Excel and save it as .xlsx again.",
    )


def _check(archive: zipfile.ZipFile) -> None:
    parts = {part.filename: part for part in archive.infolist()}
    if len(archive.infolist()) > MOST_PARTS or _is_bomb(archive):
        raise _wrong(
            "文件解压后过大，已拒绝读取。请重新下载模板，只填写数据。",
            "Unpacked, the file is too large and was not read. Download the template again and fill in only "
            "figures.",
        )
    if any(part.flag_bits & 0x1 for part in parts.values()):
        raise _encrypted()
    if "mimetype" in parts:
        raise _wrong(
            "这是 OpenDocument 表格（.ods）。请另存为 .xlsx 后再上传。",
            "This is an OpenDocument spreadsheet (.ods). Save it as .xlsx and upload that.",
        )
    if "xl/workbook.bin" in parts:
        raise _wrong(
            "这是二进制工作簿（.xlsb）。请另存为 .xlsx 后再上传。",
            "This is a binary workbook (.xlsb). Save it as .xlsx and upload that.",
        )
    if _WORKBOOK not in parts or "[Content_Types].xml" not in parts:
        raise _wrong(
            "压缩包里没有 Excel 工作簿。请上传从本页下载的模板（.xlsx）。",
            "There is no Excel workbook in this archive. Upload the template from this page (.xlsx).",
        )
    names = [name.lower() for name in parts]
    if any("vbaproject" in name for name in names) or b"macroEnabled" in _types(archive):
        raise _wrong(
            "文件带有宏（.xlsm），不予接收。请另存为不带宏的 .xlsx 后再上传。",
            "The file holds macros (.xlsm) and is not taken. Save it as .xlsx without macros.",
        )
    linked = ("xl/externallinks/", "xl/connections", "xl/querytables/", "xl/embeddings/", "xl/activex/")
    if any(name.startswith(linked) for name in names):
        raise _wrong(
            "文件链接了其他文件或数据源，不予接收。请从本页重新下载模板，粘贴时选“只粘贴数值”。",
            "The file links to other files or data sources and is not taken. Download the template again and "
            "paste values only.",
        )


def _is_bomb(archive: zipfile.ZipFile) -> bool:
    parts = archive.infolist()
    return sum(part.file_size for part in parts) > MOST_UNPACKED or any(
        part.file_size > _SMALL and part.file_size > MOST_RATIO * max(part.compress_size, 1) for part in parts
    )


def _types(archive: zipfile.ZipFile) -> bytes:
    try:
        return archive.read("[Content_Types].xml")
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, ValueError):
        raise unreadable() from None


def _found(cell: Any, where: str) -> Found:
    value = cell.value
    if value is None:
        return Found(where)
    if cell.data_type == "f":
        return Found(where, formula=True)
    if cell.data_type == "e":
        return Found(where, str(value), error=True)
    if isinstance(value, str):
        return Found(where, from_xlsx(value) or None)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Found(where, value, percent="%" in _outside_quotes(cell.number_format))
    if isinstance(value, bool | datetime | date | time | timedelta):
        return Found(where, value)
    return Found(where, formula=True)  # array formulas, data tables: anything else that is computed


def _outside_quotes(number_format: str | None) -> str:
    """A number format without its literal texts: ``0"%"`` writes the sign and multiplies nothing."""
    return "".join((number_format or "").split('"')[::2]).replace("\\%", "")


def _old_or_encrypted(data: bytes) -> BadParameter:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return _encrypted()
    return _wrong(
        "这是旧版 Excel 文件（.xls）。请在 Excel 中另存为 .xlsx 后再上传。",
        "This is an old Excel file (.xls). Save it as .xlsx in Excel and upload that.",
    )


def _encrypted() -> BadParameter:
    return _wrong(
        "文件设有打开密码，无法读取。请去掉密码后再上传。",
        "The file is protected by a password and cannot be read. Remove the password and upload it again.",
    )


def _wrong(zh: str, en: str) -> BadParameter:
    return BadParameter(Fault(PARAMETER, None, ".xlsx", zh, en))
