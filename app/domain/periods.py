"""Ten-day periods (旬) of a month: the 1st to the 10th, the 11th to the 20th, the 21st to the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

_PARTS_ZH = ("上旬", "中旬", "下旬")
# Not from strftime: that follows the locale of the machine.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Label(NamedTuple):
    """A period's name in both languages: ``2023年7月中旬``, ``11–20 July 2023``."""

    zh: str
    en: str


@dataclass(frozen=True, order=True)
class Period:
    """A ten-day period: year, month 1–12, number 1–3. Orders by time.

    Raises ValueError when there is no such period.
    """

    year: int
    month: int
    number: int

    def __post_init__(self) -> None:
        if self.number not in (1, 2, 3):
            raise ValueError(f"a month has three ten-day periods, not a number {self.number}")
        date(self.year, self.month, 1)

    @classmethod
    def of(cls, day: date) -> Period:
        """The period that `day` lies in; the 31st is in the third."""
        return cls(day.year, day.month, min((day.day - 1) // 10, 2) + 1)

    @property
    def first(self) -> date:
        """First day."""
        return date(self.year, self.month, 10 * self.number - 9)

    @property
    def last(self) -> date:
        """Last day; in the third period the last of the month, eight to eleven days from its first."""
        if self.number < 3:
            return date(self.year, self.month, 10 * self.number)
        # The 28th and four days lie in the next month whichever month it is.
        month_after = date(self.year, self.month, 28) + timedelta(days=4)
        return month_after - timedelta(days=month_after.day)

    @property
    def next(self) -> Period:
        """The period that begins on the day after the last."""
        return Period.of(self.last + timedelta(days=1))

    @property
    def previous(self) -> Period:
        """The period that ends on the day before the first."""
        return Period.of(self.first - timedelta(days=1))

    @property
    def label(self) -> Label:
        """The period's name in Chinese and English."""
        return Label(
            f"{self.year}年{self.month}月{_PARTS_ZH[self.number - 1]}",
            f"{self.first.day}–{self.last.day} {_MONTHS[self.month - 1]} {self.year}",
        )
