"""A table on a sheet of a pack: headings that stay in sight, filters, status colours."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

from app.sheets import looks
from app.sheets.workbook import Sheet

LINE = 14.5
"""Height of a line in points. Not every program makes room for wrapped texts by itself."""
MOST_LINES = 28
"""A row is at most 409 points high."""


def table(
    sheet: Sheet,
    head: Sequence[str],
    rows: Sequence[Sequence[Any]],
    widths: Sequence[float],
    shares: Sequence[int] = (),
) -> None:
    """Headings and rows; (status code, word) pairs get the status's look; columns of `shares` are %."""
    sheet.line(1, head, looks.HEAD)
    heights = {1: row_height(head, widths)}
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row):
            if isinstance(value, tuple):
                code, text = value
                sheet.put(number, column + 1, text, looks.status_look(code) if code else looks.PLAIN)
            elif isinstance(value, int | float):
                sheet.put(number, column + 1, value, looks.SHARE if column in shares else looks.NUMERIC)
            else:
                sheet.put(number, column + 1, value, looks.PLAIN)
        heights[number] = row_height(row, widths)
    sheet.heights({row: height for row, height in heights.items() if height > LINE})
    sheet.widths(widths)
    sheet.freeze("A2")
    sheet.filters(1, len(rows) + 1, len(head))
    sheet.paper(head=1)


def row_height(row: Sequence[Any], widths: Sequence[float]) -> float:
    """Room for the cell that needs most lines; a Chinese character is as wide as two digits."""
    lines = (
        ceil(sum(1 if ord(letter) < 0x2E80 else 2 for letter in value) / (width - 1.5))
        for value, width in zip(row, widths, strict=True)
        if isinstance(value, str) and value
    )
    return min(max(lines, default=1), MOST_LINES) * LINE
