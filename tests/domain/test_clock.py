"""When somebody was there by the ledger's clock: any telephone's clock will do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import EARLIEST, SLACK, told_by, within_reason

NOW = datetime(2023, 7, 14, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
clocks = st.datetimes(timezones=st.just(UTC)) | st.datetimes(
    timezones=st.sampled_from([timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])
)


@pytest.mark.parametrize(
    "skew", [timedelta(), timedelta(days=-3 * 365), timedelta(days=400), timedelta(minutes=-7)]
)
def test_a_wrong_clock_tells_how_long_ago(skew):
    made, sent = NOW + skew - 5 * HOUR, NOW + skew
    told = told_by(made, sent, NOW)
    assert told.made_at == NOW - 5 * HOUR
    assert (told.device_at, told.off_s, told.moved) == (made, -skew.total_seconds(), False)
    assert told.reasons == []


def test_clocks_that_agree_are_left_alone():
    made = NOW - HOUR
    for off in (timedelta(), SLACK, -SLACK):
        assert told_by(made, NOW + off, NOW).made_at == made
    late = SLACK + timedelta(seconds=1)
    assert told_by(made, NOW - late, NOW).made_at == made + late
    # just pressed, on a telephone that is a minute ahead: now, and no word about it
    ahead = told_by(NOW + timedelta(seconds=60), NOW + timedelta(seconds=61), NOW)
    assert (ahead.made_at, ahead.moved) == (NOW, False)


def test_what_cannot_be_is_put_into_what_can_and_said():
    old = told_by(NOW - 3 * EARLIEST, NOW, NOW)
    assert (old.made_at, old.moved) == (NOW - EARLIEST, True)
    turned_back = told_by(NOW + HOUR, NOW, NOW)  # the clock was set between making and sending
    assert (turned_back.made_at, turned_back.moved) == (NOW, True)
    assert turned_back.reasons == [{"code": "clock", "off_s": 0.0}]


def test_without_the_time_of_sending_the_clock_counts():
    told = told_by(NOW - 2 * EARLIEST, None, NOW)
    assert (told.made_at, told.off_s, told.reasons) == (NOW - 2 * EARLIEST, None, [])


@given(clocks, clocks, st.timedeltas(timedelta(), timedelta(days=25_000)))
def test_no_clock_makes_a_report_unacceptable(made, sent, later):
    now = NOW + later
    told = told_by(made, sent, now)
    assert now - EARLIEST <= told.made_at <= now
    assert 1970 <= told.device_at.year <= 2100
    assert told.device_at == within_reason(made)
    age = sent - made if abs(now - sent) > SLACK else now - made
    if timedelta() <= age <= EARLIEST:
        assert told.made_at == now - age and not told.moved
