"""A table on a sheet of a pack: headings that stay in sight, filters, status colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.sheets import looks
from app.sheets.heights import LINE, row_height
from app.sheets.workbook import Sheet


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
        heights[number] = row_height([one[1] if isinstance(one, tuple) else one for one in row], widths)
    sheet.heights({row: height for row, height in heights.items() if height > LINE})
    sheet.widths(widths)
    sheet.freeze("A2")
    sheet.filters(1, len(rows) + 1, len(head))
    sheet.paper(head=1)
