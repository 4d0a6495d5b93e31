"""Writing XLSX files: every text is stored as a text, whatever it begins with; numbers stay numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from app.sheets import looks
from app.sheets.looks import Look, Styles
from app.sheets.texts import xlsx_text

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
A4 = 9
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_TITLE = 31


class Book:
    """A workbook in the making."""

    def __init__(self, title: str, lang: str = "zh") -> None:
        self._workbook = openpyxl.Workbook()
        self._workbook.properties.creator = "Minsheng Map"
        self._workbook.properties.title = xlsx_text(title)
        self._workbook.properties.language = "zh-CN" if lang == "zh" else "en"
        self._styles = Styles(self._workbook)
        self._workbook.remove(self._workbook.active)

    def sheet(self, title: str) -> Sheet:
        """A new sheet at the end; its title is shortened to what Excel takes, and made unlike the others'."""
        taken = {name.casefold() for name in self._workbook.sheetnames}
        return Sheet(self._workbook.create_sheet(sheet_title(title, taken)), self._styles)

    def bytes(self) -> bytes:
        """The file."""
        out = io.BytesIO()
        self._workbook.save(out)
        return out.getvalue()


class Sheet:
    """A sheet in the making; rows and columns count from 1."""

    def __init__(self, worksheet: Worksheet, styles: Styles) -> None:
        self.worksheet, self._styles = worksheet, styles
        worksheet.sheet_view.showGridLines = False

    def put(self, row: int, column: int, value: Any, look: Look = looks.PLAIN) -> None:
        """One cell. None leaves it empty."""
        cell = self.worksheet.cell(row, column)
        if isinstance(value, bool):
            raise TypeError("a truth value needs a word of its own")
        if isinstance(value, str):
            cell.value = xlsx_text(value)
            cell.data_type = "s"  # openpyxl would make a formula of "=1", an error of "#N/A"
            self._styles.apply(cell, look, text=True)
            return
        if value is not None and not isinstance(value, int | float | date):
            raise TypeError(f"not for a cell: {type(value).__name__}")
        cell.value = value
        self._styles.apply(cell, look)

    def line(self, row: int, values: Sequence[Any], looks_: Sequence[Look] | Look = looks.PLAIN) -> None:
        """A row of cells from column A on, with one look or one each."""
        for column, value in enumerate(values, start=1):
            self.put(row, column, value, looks_ if isinstance(looks_, Look) else looks_[column - 1])

    def widths(self, widths: Sequence[float], hidden: Sequence[int] = ()) -> None:
        """Column widths in characters; `hidden` columns count from 1."""
        for column, width in enumerate(widths, start=1):
            dimension = self.worksheet.column_dimensions[get_column_letter(column)]
            dimension.width = width
            dimension.hidden = column in hidden

    def heights(self, heights: Mapping[int, float]) -> None:
        """Heights of rows in points."""
        for row, height in heights.items():
            self.worksheet.row_dimensions[row].height = height

    def join(self, row: int, first: int, last: int) -> None:
        """Make the cells of a row from column `first` to `last` one."""
        if last > first:
            self.worksheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)

    def paper(self, landscape: bool = True, one_page: bool = False, head: int | None = None) -> None:
        """Print on A4, as wide as one page; `one_page` also as high; `head` repeats rows up to it."""
        sheet = self.worksheet
        sheet.page_setup.paperSize = A4
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 1 if one_page else 0
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top = sheet.page_margins.bottom = 0.5
        sheet.print_options.horizontalCentered = True
        sheet.oddFooter.center.text = "&P / &N"
        if head:
            sheet.print_title_rows = f"1:{head}"

    def freeze(self, cell: str) -> None:
        """Keep what is above and left of a cell in sight."""
        self.worksheet.freeze_panes = cell

    def filters(self, head: int, last: int, columns: int) -> None:
        """Let readers filter the rows below the headings."""
        self.worksheet.auto_filter.ref = f"A{head}:{get_column_letter(columns)}{max(last, head)}"

    def protect(self) -> None:
        """Only open cells can be edited. No password: it keeps from slips, not from intent."""
        protection = self.worksheet.protection
        protection.sheet = True
        protection.formatColumns = False
        protection.formatRows = False


def sheet_title(text: str, taken: set[str]) -> str:
    """A title that Excel takes: no ``[]:*?/\\``, no apostrophe at its ends, at most 31 characters, not in
    `taken` (case-folded)."""
    plain = _FORBIDDEN.sub(" ", xlsx_text(text)).strip("' ") or "–"
    for number in range(1, len(taken) + 2):
        mark = "" if number == 1 else f" ({number})"
        title = plain[: _LONGEST_TITLE - len(mark)].rstrip("' ") + mark
        if title.casefold() not in taken:
            return title
    raise AssertionError("one more title than taken ones is always free")
