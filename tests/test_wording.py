"""Numbers, measures and names as pages write them."""

from __future__ import annotations

import pytest

from app.wording import circled, enumeration, figure, local, metres, percent, square_metres


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (4.0, 2, "4"),
        (15.6, 2, "15.6"),
        (1200, 2, "1,200"),
        (0, 2, "0"),
        (3333.4, 0, "3,333"),
        (100, 2, "100"),
    ],
)
def test_figures(value, digits, text):
    assert figure(value, digits) == text


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0.0, "0 米", "0 m"),
        (12.34, "12.3 米", "12.3 m"),
        (999.4, "999 米", "999 m"),
        (1000, "1 千米", "1 km"),
        (3333.4, "3.33 千米", "3.33 km"),
        (123_456, "123 千米", "123 km"),
    ],
)
def test_lengths(value, zh, en):
    assert metres("zh", value).replace("\u00a0", " ") == zh
    assert metres("en", value).replace("\u00a0", " ") == en


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [(14_276.4, "14,276 平方米", "14,276 m²"), (44_900_000, "44.9 平方千米", "44.9 km²")],
)
def test_areas(value, zh, en):
    assert square_metres("zh", value).replace("\u00a0", " ") == zh
    assert square_metres("en", value).replace("\u00a0", " ") == en


def test_percentages():
    assert (percent("zh", 60.8), percent("en", 60.8)) == ("60.8%", "60.8 %")
    assert percent("zh", 42.0) == "42%"


def test_task_numbers():
    assert [circled(number) for number in (1, 4, 20, 21)] == ["①", "④", "⑳", "（21）"]


def test_names():
    row = {"title": "文祥路", "title_en": "Wenxiang Road", "note": "注", "note_en": None}
    assert (local("zh", row), local("en", row)) == ("文祥路", "Wenxiang Road")
    assert local("en", row, "note") == "注"
    assert local("zh", {"title": None}) == ""
    assert enumeration("zh", ["甲", "乙"]) == "甲、乙"
    assert enumeration("en", iter(["A", "B"])) == "A; B"
