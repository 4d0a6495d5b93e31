"""The weekly template: which columns it has, what a row holds, and how a row tells that nobody touched it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.domain.weeks import Week
from app.sheets.texts import tidy

FORM = "minsheng-weekly-1"
TITLE_ROW, HINT_ROW, HEAD_ROW, FIRST_ROW = 1, 2, 3, 4
MOST_ROWS = 20_000
"""Rows that are looked at; a zone of 1,000 sites has a twentieth of it."""
KEYS_OF_SUBJECT = ("sections", "stop", "text", "reason")
"""What belongs to the subject as a whole; written on its first row."""


class Column(NamedTuple):
    """A column: its key (``town:CODE`` for a town), width in characters, whether it is to be filled in,
    whether people see it."""

    key: str
    width: float
    open: bool = False
    seen: bool = True


def columns(towns: Iterable[str]) -> list[Column]:
    """The columns in order; one for each town between the week's figure and the sections."""
    return [
        Column("code", 11),
        Column("ordinal", 5, seen=False),
        Column("title", 30),
        Column("target", 30),
        Column("unit", 6),
        Column("planned", 9),
        Column("last", 9),
        Column("value", 11, open=True),
        *(Column(f"town:{code}", 9, open=True) for code in towns),
        Column("sections", 20, open=True),
        Column("stop", 18, open=True),
        Column("text", 40, open=True),
        Column("reason", 20, open=True),
        Column("base", 20, seen=False),
    ]


@dataclass(frozen=True)
class Values:
    """What is filled in on one row. Empty texts are nothing; sections as text, in metres."""

    value: float | None = None
    towns: Mapping[str, float] = field(default_factory=dict)
    sections: str = ""
    stop: str = ""
    text: str = ""
    reason: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing at all is filled in."""
        return self == Values()


@dataclass(frozen=True)
class TemplateRow:
    """One figure to fill in. `ordinal` is its target's, None for a site; `first` of its subject's rows.

    `most` bounds the figure (100 for a percentage); `line` rows take sections, `by_town` rows the towns.
    `version` is the subject's when the template was made.
    """

    code: str
    ordinal: int | None
    title: str
    target: str
    unit: str
    planned: float | None
    last: float | None
    values: Values
    version: int
    most: float
    whole: bool = False
    line: bool = False
    by_town: bool = False
    first: bool = True

    @property
    def base(self) -> str:
        """The hidden mark that lets an untouched row be told from an edited one."""
        return f"{self.version}.{digest(plain_values(self.values))}"


def plain_values(values: Values) -> list[Any]:
    """The values in one spelling, as they are compared."""
    towns = {code: number_text(number) for code, number in values.towns.items() if number is not None}
    texts = (values.sections, values.stop, values.text, values.reason)
    return [number_text(values.value), sorted(towns.items()), *(tidy(text) for text in texts)]


def digest(plain: Sequence[Any]) -> str:
    """Twelve hexadecimal digits for a row's values."""
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def number_text(number: Any) -> str:
    """A number in one spelling, whether it is whole or not; other things as the text they are."""
    if number is None:
        return ""
    if isinstance(number, int | float):
        return f"{number:.12g}"
    return str(number)


def section_text(sections: Iterable[Sequence[float]] | None) -> str:
    """Sections as people write them: ``0-1200; 1500-1800.5``."""
    return "; ".join(f"{number_text(start)}-{number_text(to)}" for start, to in sections or ())


def fingerprint(week: Week, unit: str) -> str:
    """The mark on the instructions' sheet that tells whether week and unit are those it was made for."""
    return hashlib.sha256(f"{FORM}|{week}|{unit}".encode()).hexdigest()[:16]
