"""CSV files: RFC 4180, UTF-8 with a byte order mark so that Excel reads Chinese, texts that stay texts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from app.sheets.texts import csv_text

BOM = "\ufeff"
MEDIA_TYPE = "text/csv; charset=utf-8"


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV file. Numbers stay numbers; texts are quoted, and harmless where they look like formulas."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([csv_text(title) for title in header])
    for row in rows:
        writer.writerow([csv_value(value) for value in row])
    return (BOM + out.getvalue()).encode("utf-8")


def csv_value(value: Any) -> str | int | float:
    """One value: None is empty, a date ISO, a moment ISO with its zone, everything else that is no number
    a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return csv_text(str(value))
