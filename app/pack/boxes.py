"""A font for characters that the packaged one lacks: each is a box with the character's number in it.

Printed, an unknown character is seen and can be looked up; searched and copied it is itself. The font is made
for the characters of one pack, as TrueType (ISO/IEC 14496-22): ten tables, straight outlines only.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

FAMILY = "Minsheng Boxes"
EM, ASCENT, DESCENT = 1000, 880, -120
STROKE = 44
MADE = 3_755_376_000
"""1 January 2023, in seconds since 1904."""
# Strokes of a digit, as on a calculator: top; upper left and right; middle; lower left and right; bottom.
_DIGITS = {
    "0": "1110111",
    "1": "0010010",
    "2": "1011101",
    "3": "1011011",
    "4": "0111010",
    "5": "1101011",
    "6": "1101111",
    "7": "1010010",
    "8": "1111111",
    "9": "1111011",
    "A": "1111110",
    "B": "0101111",
    "C": "1100101",
    "D": "0011111",
    "E": "1101101",
    "F": "1101100",
}
Rectangle = tuple[int, int, int, int]


def boxes(characters: Iterable[str]) -> bytes:
    """A font file with a numbered box for each character."""
    codes = sorted({ord(one) for one in characters})
    outlines = [_frame()] + [_frame() + _number(code) for code in codes]
    glyphs = [_glyph(rectangles) for rectangles in outlines]
    places = [sum(len(one) for one in glyphs[:n]) for n in range(len(glyphs) + 1)]
    count = len(glyphs)
    points = max(4 * len(rectangles) for rectangles in outlines)
    tables = {
        b"OS/2": _os2(codes),
        b"cmap": _cmap(codes),
        b"glyf": b"".join(glyphs),
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh",
            *(0x10000, 0x10000, 0, 0x5F0F3CF5, 3, EM, MADE, MADE),
            *(0, DESCENT, EM, ASCENT, 0, 8, 2, 1, 0),
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhh8xhH", 0x10000, ASCENT, DESCENT, 0, EM, 60, 60, EM - 60, 1, 0, 0, 0, count
        ),
        b"hmtx": struct.pack(">Hh", EM, 60) * count,
        b"loca": struct.pack(f">{count + 1}I", *places),
        b"maxp": struct.pack(
            ">IHHH22x", 0x10000, count, points, max(len(rectangles) for rectangles in outlines)
        ),
        b"name": _names(),
        b"post": struct.pack(">IIhhI16x", 0x30000, 0, -75, 50, 0),
    }
    return _file(tables)


def _number(code: int) -> list[Rectangle]:
    """The strokes of a character's number, in two rows."""
    text = f"{code:04X}" if code < 0x10000 else f"{code:06X}"
    columns = len(text) // 2
    wide, high = (230, 280) if columns == 2 else (170, 280)
    left = (EM - columns * wide - (columns - 1) * 90) // 2
    strokes = []
    for place, digit in enumerate(text):
        row, column = divmod(place, columns)
        strokes += _digit(digit, left + column * (wide + 90), 440 - row * 390, wide, high)
    return strokes


def _digit(digit: str, x: int, y: int, wide: int, high: int) -> list[Rectangle]:
    """Strokes of a digit whose lower left corner is (x, y); they touch at their ends and never overlap."""
    s, half = STROKE, high // 2
    low, mid, top = y, y + half - s // 2, y + high - s
    every: list[Rectangle] = [
        (x + s, top, x + wide - s, top + s),
        (x, mid + s, x + s, top + s),
        (x + wide - s, mid + s, x + wide, top + s),
        (x + s, mid, x + wide - s, mid + s),
        (x, low, x + s, mid + s),
        (x + wide - s, low, x + wide, mid + s),
        (x + s, low, x + wide - s, low + s),
    ]
    return [stroke for stroke, drawn in zip(every, _DIGITS[digit], strict=True) if drawn == "1"]


def _frame() -> list[Rectangle]:
    left, bottom, right, top, s = 60, DESCENT + 60, EM - 60, ASCENT - 60, STROKE
    return [
        (left, top - s, right, top),
        (left, bottom, right, bottom + s),
        (left, bottom + s, left + s, top - s),
        (right - s, bottom + s, right, top - s),
    ]


def _glyph(rectangles: list[Rectangle]) -> bytes:
    """A simple glyph (`glyf`), its length a multiple of four."""
    corners = [
        corner
        for left, bottom, right, top in rectangles
        for corner in ((left, bottom), (left, top), (right, top), (right, bottom))
    ]
    ends = [4 * n + 3 for n in range(len(rectangles))]
    steps = [(x - w, y - v) for (x, y), (w, v) in zip(corners, [(0, 0), *corners[:-1]], strict=True)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    made = struct.pack(">hhhhh", len(rectangles), min(xs), min(ys), max(xs), max(ys))
    made += struct.pack(f">{len(ends)}HH", *ends, 0) + b"\x01" * len(corners)
    made += struct.pack(f">{len(steps)}h", *(x for x, _ in steps))
    made += struct.pack(f">{len(steps)}h", *(y for _, y in steps))
    return made + bytes(-len(made) % 4)


def _cmap(codes: list[int]) -> bytes:
    groups = b"".join(struct.pack(">III", code, code, glyph) for glyph, code in enumerate(codes, start=1))
    return struct.pack(">HHHHIHHIII", 0, 1, 3, 10, 12, 12, 0, 16 + len(groups), 0, len(codes)) + groups


def _os2(codes: list[int]) -> bytes:
    """Version 4; no style, may be embedded."""
    first, last = (min(code, 0xFFFF) for code in (codes[0], codes[-1])) if codes else (0, 0)
    return (
        struct.pack(">HhHHH", 4, EM, 400, 5, 0)
        + struct.pack(">10hh", *(650, 600, 0, 75, 650, 600, 0, 350, 50, 300), 0)
        + bytes(10)
        + struct.pack(">IIII4s", 0, 0, 0, 0, b"NONE")
        + struct.pack(">HHHhhhHH", 0x40, first, last, ASCENT, DESCENT, 0, ASCENT, -DESCENT)
        + struct.pack(">IIhhHHH", 1, 0, 500, 700, 0, 32, 1)
    )


def _names() -> bytes:
    words = {
        1: FAMILY,
        2: "Regular",
        3: f"{FAMILY} 1",
        4: FAMILY,
        5: "Version 1.0",
        6: FAMILY.replace(" ", ""),
    }
    texts, records = b"", b""
    for number, word in words.items():
        encoded = word.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, number, len(encoded), len(texts))
        texts += encoded
    return struct.pack(">HHH", 0, len(words), 6 + len(records)) + records + texts


def _file(tables: Mapping[bytes, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(">IHHHH", 0x10000, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    at = len(head) + 16 * count
    records, body = b"", b""
    for tag, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        records += struct.pack(">4sIII", tag, _sum(padded), at + len(body), len(data))
        body += padded
    made = head + records + body
    adjusted = (0xB1B0AFBA - _sum(made)) % 2**32  # `head`.checkSumAdjustment
    place = at + sum(len(data) + -len(data) % 4 for tag, data in sorted(tables.items()) if tag < b"head") + 8
    return made[:place] + struct.pack(">I", adjusted) + made[place + 4 :]


def _sum(data: bytes) -> int:
    return sum(struct.unpack(f">{len(data) // 4}I", data)) % 2**32
