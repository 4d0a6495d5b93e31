"""Which characters a TrueType file can print (ISO/IEC 14496-22, table `cmap`, format 12)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import cache
from pathlib import Path


def missing(texts: Iterable[str], font: Path) -> list[str]:
    """The characters of `texts` for which the file has no glyph, in order."""
    return sorted(set().union(*texts) - characters(font))


@cache
def characters(font: Path) -> frozenset[str]:
    """Every character of a TrueType file that has a glyph. ValueError when the file has no full table."""
    data = font.read_bytes()
    start = _table(data, b"cmap")
    (count,) = struct.unpack_from(">H", data, start + 2)
    for n in range(count):
        (offset,) = struct.unpack_from(">I", data, start + 8 + 8 * n)
        form, _, _, _, groups = struct.unpack_from(">HHIII", data, start + offset)
        if form == 12:
            first = start + offset + 16
            return frozenset(
                chr(code)
                for low, high, glyph in struct.iter_unpack(">III", data[first : first + 12 * groups])
                for code in range(low, high + 1)
                if glyph + code - low
            )
    raise ValueError("no cmap subtable of format 12")


def _table(data: bytes, wanted: bytes) -> int:
    (count,) = struct.unpack_from(">H", data, 4)
    for n in range(count):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * n)
        if tag == wanted:
            return offset
    raise ValueError(f"no {wanted.decode()} table")
