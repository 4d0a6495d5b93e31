"""Ten-day periods: every day lies in one, they follow each other without a gap, and are called by name."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.periods import Period

days = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2023, 7, 1), date(2023, 7, 1), date(2023, 7, 10)),
        (date(2023, 7, 10), date(2023, 7, 1), date(2023, 7, 10)),
        (date(2023, 7, 11), date(2023, 7, 11), date(2023, 7, 20)),
        (date(2023, 7, 20), date(2023, 7, 11), date(2023, 7, 20)),
        (date(2023, 7, 21), date(2023, 7, 21), date(2023, 7, 31)),
        (date(2023, 7, 31), date(2023, 7, 21), date(2023, 7, 31)),
        (date(2023, 6, 30), date(2023, 6, 21), date(2023, 6, 30)),
        (date(2023, 2, 28), date(2023, 2, 21), date(2023, 2, 28)),
        (date(2024, 2, 28), date(2024, 2, 21), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 2, 21), date(2024, 2, 29)),
        (date(2000, 2, 21), date(2000, 2, 21), date(2000, 2, 29)),
        (date(2100, 2, 21), date(2100, 2, 21), date(2100, 2, 28)),
        (date(2023, 12, 31), date(2023, 12, 21), date(2023, 12, 31)),
    ],
)
def test_first_and_last_day(day, first, last):
    period = Period.of(day)
    assert (period.first, period.last) == (first, last)


@given(days)
def test_a_day_lies_in_its_period_and_in_no_other(day):
    period = Period.of(day)
    assert period.first <= day <= period.last
    assert period.previous.last < period.first
    assert period.last < period.next.first
    assert period.first.day in {1, 11, 21}
    assert period.last.day in {10, 20, calendar.monthrange(day.year, day.month)[1]}


@given(days)
def test_periods_follow_each_other_without_a_gap(day):
    period = Period.of(day)
    assert period.next.first - period.last == timedelta(days=1)
    assert period.first - period.previous.last == timedelta(days=1)
    assert period.next.previous == period == period.previous.next
    assert period.previous < period < period.next


@given(days, days)
def test_periods_order_as_their_days_do(one, other):
    assert (Period.of(one) < Period.of(other)) == (Period.of(one).last < Period.of(other).first)


def test_a_year_has_thirty_six_across_its_ends():
    period, seen = Period.of(date(2023, 12, 31)).next, []
    while period.year == 2024:
        seen.append(period)
        period = period.next
    assert len(seen) == 36
    assert (seen[0], period) == (Period(2024, 1, 1), Period(2025, 1, 1))
    assert Period(2024, 1, 1).previous == Period(2023, 12, 3)


def test_names():
    assert Period(2023, 7, 1).label == ("2023年7月上旬", "1–10 July 2023")
    assert Period(2023, 7, 2).label.zh == "2023年7月中旬"
    assert Period(2024, 2, 3).label == ("2024年2月下旬", "21–29 February 2024")
    assert Period(2023, 12, 3).label.en == "21–31 December 2023"


@pytest.mark.parametrize("wrong", [(2023, 7, 0), (2023, 7, 4), (2023, 13, 1), (2023, 0, 1), (0, 1, 1)])
def test_there_is_no_other(wrong):
    with pytest.raises(ValueError):
        Period(*wrong)
