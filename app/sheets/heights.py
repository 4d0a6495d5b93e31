"""Heights of rows whose texts wrap. Excel makes room for them when it opens a file; LibreOffice does not."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

LINE = 15.0
"""Points of a line."""
MOST_LINES = 27
"""A row is at most 409 points high."""
LETTERS = 1.05
"""Letters of our size for one of the size that columns are measured in."""


def row_height(values: Sequence[Any], widths: Sequence[float], least: int = 1) -> float:
    """Points for the cell that needs most lines, at least `least` of them; `widths` are the columns' in
    characters. A Chinese character is as wide as two digits."""
    lines = (
        sum(max(ceil(_wide(part) / (width * LETTERS - 1)), 1) for part in value.split("\n"))
        for value, width in zip(values, widths, strict=True)
        if isinstance(value, str)
    )
    return min(max([least, *lines]), MOST_LINES) * LINE


def _wide(text: str) -> int:
    return sum(1 if ord(letter) < 0x2E80 else 2 for letter in text)
