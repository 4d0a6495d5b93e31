"""How cells look: a few named looks, with status fills from the one palette."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.styles.cell_style import StyleArray

from maps import palette

FONT = "Microsoft YaHei"
ACCENT = "123E8C"
ACCENT_SOFT = "E7EDF8"
INK = "1B2430"
INK_3 = "5D6774"
LINE = "C4C9D0"
PAPER_2 = "F5F5F2"
NUMBER = "#,##0.##"
PERCENT = '0.#"%"'
"""Percentages are kept as they are spoken of: 45 is 45 %."""
DATE = "yyyy-mm-dd"
TEXT = "@"


@dataclass(frozen=True)
class Look:
    """One way a cell can look. Colours are ``RRGGBB``; `open` cells may be edited on a protected sheet."""

    bold: bool = False
    size: float = 10
    ink: str = INK
    fill: str | None = None
    across: str = "general"
    wrap: bool = False
    format: str = "General"
    open: bool = False
    box: bool = True
    text: bool = False


PLAIN = Look(wrap=True)
CODE = Look(ink=INK_3)
HEAD = Look(bold=True, ink=ACCENT, fill=ACCENT_SOFT, across="center", wrap=True)
TITLE = Look(bold=True, size=16, box=False)
NOTE = Look(ink=INK_3, box=False, wrap=True)
FACT = Look(box=False)
NUMERIC = Look(format=NUMBER, across="right")
SHARE = Look(format=PERCENT, across="right")
DAY = Look(format=DATE, across="center")
SUM = Look(bold=True, fill=PAPER_2, format=NUMBER)


def status_look(code: str) -> Look:
    """The fill of a status; the ink on it is black or white, whichever is read better."""
    fill = palette.status(code).fill
    ink = max(("#FFFFFF", "#000000"), key=lambda colour: palette.contrast(colour, fill))
    return Look(bold=True, ink=ink[1:], fill=fill[1:], across="center")


class Styles:
    """The styles of one workbook: each look is worked out once and then copied."""

    def __init__(self, workbook: Workbook) -> None:
        self._scratch = Cell(workbook.active, row=1, column=1)
        self._made: dict[Look, StyleArray] = {}

    def apply(self, cell: Cell, look: Look, text: bool = False) -> None:
        """Give a cell its look; `text` marks it as a text that is never a formula (quotePrefix)."""
        key = replace(look, text=text)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(key)
        cell._style = copy(made)

    def _make(self, look: Look) -> StyleArray:
        side = Side(style="thin", color=LINE)
        cell = self._scratch
        cell._style = StyleArray()
        cell.font = Font(name=FONT, size=look.size, bold=look.bold, color=look.ink)
        cell.alignment = Alignment(horizontal=look.across, vertical="center", wrap_text=look.wrap)
        cell.protection = Protection(locked=not look.open)
        cell.number_format = look.format
        if look.fill:
            cell.fill = PatternFill("solid", fgColor=look.fill)
        if look.box:
            cell.border = Border(side, side, side, side)
        cell.quotePrefix = look.text
        return copy(cell._style)
