"""What can go wrong with geometry, told in Chinese and English.

GeoError
├── MissingCrs       nothing says which coordinate reference system the numbers are in
├── UnknownCrs       the named system does not exist here, or no safe way leads from it to WGS 84
├── BadGeometry      the shape cannot be used: empty, broken, of the wrong type
├── BadFile          the file cannot be read: format, size, encoding, missing parts
└── BadCoordinates   numbers that are no position: not finite, outside the globe, wrong count
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Message(NamedTuple):
    """One sentence in both languages; `str()` gives both, for logs and terminals."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"


class GeoError(Exception):
    """Root of all errors of this package.

    `zh` and `en` say what is wrong and what to do; `parameter` names the argument at fault, `value` is what
    was given, `allowed` lists what would have been accepted (empty when that is no list).
    """

    def __init__(
        self,
        zh: str,
        en: str,
        parameter: str | None = None,
        value: object = None,
        allowed: Sequence[str] | None = None,
    ) -> None:
        super().__init__(zh, en)
        self.message = Message(zh, en)
        self.parameter = parameter
        self.value = value
        self.allowed: tuple[str, ...] = tuple(allowed or ())

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return self.message.zh

    @property
    def en(self) -> str:
        """The sentence in English."""
        return self.message.en

    def __str__(self) -> str:
        return str(self.message)


class MissingCrs(GeoError):
    """Nothing says which coordinate reference system the numbers are in."""


class UnknownCrs(GeoError):
    """The system is not known here, or no safe way leads from it to WGS 84."""


class BadGeometry(GeoError):
    """The shape cannot be used: empty, broken or of the wrong type."""


class BadFile(GeoError):
    """The file cannot be read."""


class BadCoordinates(GeoError):
    """Numbers that are no position on the globe."""
