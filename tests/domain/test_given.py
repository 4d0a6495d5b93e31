"""Sentences and days as people give them; what may be recorded of an inspection."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from app.domain.built import Interval
from app.domain.given import day_given, text_given, title_given
from app.domain.inspections import Position, Verdict, check_finding
from app.errors import BadParameter

NOW = datetime(2023, 7, 14, 10, tzinfo=timezone(timedelta(hours=8)))


def test_a_text_is_trimmed_and_keeps_its_lines() -> None:
    assert text_given("  第一行  \r\n第二行\t x \n", "text") == "第一行\n第二行\t x"
    assert title_given("  管线 \n 未迁改 ", "title") == "管线 未迁改"
    assert text_given("字" * 2000, "text") == "字" * 2000


@pytest.mark.parametrize(
    "value",
    [None, "", " \n\t ", "字" * 2001, "a\x00b", "a\x1bb", "a\x9fb", "a\u202eb", "a\ud800", "\u200b\ufeff"],
)
def test_a_text_that_is_none_is_refused(value: str | None) -> None:
    with pytest.raises(BadParameter) as bad:
        text_given(value, "text")
    assert bad.value.faults[0].parameter == "text"
    assert bad.value.zh and bad.value.en


def test_a_day_is_of_today_or_later() -> None:
    day = date(2023, 7, 14)
    assert day_given(day, "due", day) == day
    for wrong in (None, date(2023, 7, 13), date(2034, 1, 1), date.max):
        with pytest.raises(BadParameter):
            day_given(wrong, "due", day)


def test_a_finding_keeps_what_was_seen() -> None:
    sections = (Interval(0, 100), Interval(50, 200))
    place = Position(116.4, 35.4, 5.0)
    found = check_finding(NOW, "problem", " 积水 ", NOW, sections=sections, length_m=300.0, position=place)
    assert (found.verdict, found.text, found.position) == (Verdict.PROBLEM, "积水", place)
    assert found.sections == (Interval(0, 200),)


@pytest.mark.parametrize("late", [timedelta(minutes=11), -timedelta(days=367)])
def test_an_inspection_is_made_in_the_year_before_now(late: timedelta) -> None:
    with pytest.raises(BadParameter):
        check_finding(NOW + late, "ok", "x", NOW)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(BadParameter) as bad:
        check_finding(NOW + timedelta(days=1), "problem", "", NOW, position=Position(1, 1), withheld=True)
    assert [fault.parameter for fault in bad.value.faults] == ["made_at", "position", "finding"]
