"""Texts on their way into cells and back: nothing that starts a formula, nothing that a file cannot hold.

A cell of a spreadsheet that begins with ``=``, ``+``, ``-``, ``@`` or a control character is taken for a
formula when a CSV file is opened (OWASP, "CSV Injection"); some versions fold full-width forms first.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 32_767
"""Characters that a cell of an XLSX file can hold (ECMA-376, limits of SpreadsheetML applications)."""

_STARTS = "=+\\-@|%\t\r\n＝＋－﹣−＠﹦﹢﹫"
# What programs skip before they look for a formula: blanks, a byte order mark, invisible characters.
_SKIPPED = "\\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\x00"
_DANGEROUS = re.compile(f"[{_SKIPPED}]*[{_STARTS}]")
# Where the list separator is a semicolon or a tab, quotes in the middle of a line protect nothing.
_INSIDE = re.compile(f"([;\t\n])(?=[{_SKIPPED}]*[{_STARTS}])")
# XML 1.0, production 2 (Char), and halves of surrogate pairs.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# DEL and C1 controls, and signs that turn the direction of writing: forms refuse them.
_UNKEPT = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# ECMA-376 Part 1, 22.9.2.19 (ST_Xstring): _x000D_ stands for a character, so that text is escaped.
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile("_x005[Ff]_(?=x[0-9A-Fa-f]{4}_)|_x000[Dd]_")


def tidy(text: str) -> str:
    """A text as the ledger keeps it: line breaks as LF, no control characters, no blanks around it."""
    plain = _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _UNKEPT.sub("", plain).strip()


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet might take this text for a formula."""
    return _DANGEROUS.match(text) is not None


def csv_text(text: str) -> str:
    """A text for a cell of a CSV file: an apostrophe before whatever could start a formula."""
    plain = _UNFIT.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    plain = _INSIDE.sub(r"\1'", plain)
    return "'" + plain if is_dangerous(plain) else plain


def xlsx_text(text: str) -> str:
    """A text for a cell of an XLSX file, whose type says that it is one; the characters stay."""
    plain = _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _ESCAPE.sub("_x005F_", plain)[:LONGEST]


def from_xlsx(text: str) -> str:
    """What a cell's text means, tidied: escapes undone."""
    return tidy(_ESCAPED.sub(lambda match: "\r" if match[0][-2] in "Dd" else "_", text))


def plain_digits(text: str) -> str:
    """Full-width digits and signs as plain ones, blanks removed: ``１，２００　％`` → ``1,200%``."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
