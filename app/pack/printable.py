"""Texts as they can be printed: whatever turns, hides or breaks the line is taken out, nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

# Blanks of any kind but the one that keeps a number and its unit together.
_BLANKS = re.compile("[\t-\r\x1c-\x20\x85\u1680\u2000-\u200a\u2028\u2029\u205f]+")
# Halves of surrogate pairs, and what Unicode keeps from ever being a character.
_NONE = re.compile(
    "[\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
# Variation selectors ask for another form of the sign before them, which the font does not have.
_FORMS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_UNSEEN = frozenset({"Cc", "Cf"})
"""Controls; signs that turn the direction of writing, join, or have no width."""


def printable(text: str) -> str:
    """One line without controls; what is no character becomes U+FFFD, which is seen."""
    if text.isascii() and text.isprintable():
        return text
    plain = _FORMS.sub("", _NONE.sub("\ufffd", _BLANKS.sub(" ", text)))
    return "".join(one for one in plain if unicodedata.category(one) not in _UNSEEN)


def all_printable(value: Any) -> Any:
    """The same of every text in lists and mappings."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: all_printable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [all_printable(one) for one in value]
    return value


def texts(value: Any) -> Iterator[str]:
    """Every text in lists and mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)
