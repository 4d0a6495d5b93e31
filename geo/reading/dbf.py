"""The text encoding of a Shapefile's attribute table, which the format itself hardly ever states rightly."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

# Language driver byte of the dBASE header: simplified Chinese. (0x57 and 0 mean "whatever the writer used".)
_CHINESE_DRIVERS = frozenset({0x4D, 0x7A})
# Enough to tell: the encodings differ in nearly every character.
_SAMPLE_BYTES = 4_000_000


def encoding_of(dbf: Path, cpg: Path | None) -> str:
    """The Python codec of a .dbf: what its .cpg says where that is true, else UTF-8 if all text is valid
    UTF-8, else GB18030 (which holds GBK and GB 2312). Chinese text is almost never valid in both.
    """
    header, texts = _texts(dbf)
    named = _named(cpg)
    if named and all(_decodes(text, named) for text in texts):
        return named
    if len(header) > 29 and header[29] in _CHINESE_DRIVERS:
        return "gb18030"
    return "utf-8" if all(_decodes(text, "utf-8") for text in texts) else "gb18030"


def decoded(text: str, codec: str) -> str:
    """Text read as ISO 8859-1 in its true encoding; a character cut in half by the field's width is left
    out."""
    return codecs.getincrementaldecoder(codec)("replace").decode(text.encode("iso-8859-1"), final=False)


def _named(cpg: Path | None) -> str | None:
    if cpg is None:
        return None
    name = cpg.read_bytes()[:40].decode("ascii", "ignore").strip().lower().replace("ansi ", "")
    name = {"936": "gb18030", "cp936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"}.get(name, name)
    name = f"cp{name}" if name.isdigit() else name
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _decodes(text: bytes, codec: str) -> bool:
    try:
        # Not final: the field's width may have cut the last character.
        codecs.getincrementaldecoder(codec)().decode(text, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _texts(dbf: Path) -> tuple[bytes, list[bytes]]:
    """The header, and every field name and text value of a sample that is not plain ASCII."""
    with dbf.open("rb") as file:
        header = file.read(32)
        if len(header) < 32:
            return header, []
        header_size = int.from_bytes(header[8:10], "little")
        record_size = int.from_bytes(header[10:12], "little")
        descriptors = file.read(max(0, header_size - 32))
        sample = file.read(_SAMPLE_BYTES)
    found = [text.rstrip(b" \0") for text in _fields(descriptors, sample, record_size)]
    return header, [text for text in found if not text.isascii()]


def _fields(descriptors: bytes, sample: bytes, record_size: int) -> Iterator[bytes]:
    columns, position = [], 1  # byte 0 of a record marks it as deleted
    for at in range(0, len(descriptors) - 31, 32):
        if descriptors[at] == 0x0D:
            break
        yield descriptors[at : at + 11].split(b"\0")[0]
        width = descriptors[at + 16]
        if descriptors[at + 11 : at + 12] == b"C":
            columns.append((position, position + width))
        position += width
    if record_size < position or not columns:
        return
    for at in range(0, len(sample) - record_size + 1, record_size):
        for begin, end in columns:
            yield sample[at + begin : at + end]
