"""The one palette: its values, and that nobody has to tell two statuses apart by hue alone."""

from __future__ import annotations

from itertools import combinations

import pytest

from app.domain.status import StatusCode
from app.i18n import catalogue
from maps.palette import DARK, GRAPHICS_CONTRAST, LIGHT, STATUSES, Status, as_json, contrast, status
from tests.maps.vision import distance, linear, ucs

# The agreed table: fill, point, line. A change here is a change of what people have learnt to read.
AGREED = {
    "unscheduled": ("#A3ABB5", "hollow", "dotted"),
    "not_started": ("#59616C", "ring", "short dash"),
    "on_track": ("#00996B", "disc", "solid"),
    "lagging": ("#F0A818", "triangle", "long dash"),
    "overdue": ("#B71C1C", "square", "dash-dot, wider"),
    "completed": ("#4FB3E8", "diamond", "solid, thin"),
    "accepted": ("#123E8C", "star", "double"),
    "suspended": ("#A04BC0", "cross", "wide dots"),
}
# Smallest CAM02-UCS distance between any two fills; the palette was chosen for these.
SMALLEST = {"normal": 19.9, "deuteranopia": 17.7, "protanopia": 15.2}
PAIRS = list(combinations(STATUSES, 2))


def pattern(one: Status) -> str:
    """The line of a status in words, read off its numbers."""
    line, ordinary = one.line, status("on_track").line.width
    if line.double:
        return "double"
    if not line.dash:
        return "solid, thin" if line.width < ordinary else "solid"
    drawn, empty = line.dash[:2]
    if drawn < 1:
        return "wide dots" if empty > 2 * line.width else "dotted"
    if len(line.dash) == 4:
        return "dash-dot, wider" if line.width > ordinary else "dash-dot"
    return "long dash" if drawn > 10 else "short dash"


def test_values_are_those_agreed_on() -> None:
    assert {one.code: (one.fill, one.shape, pattern(one)) for one in STATUSES} == AGREED


def test_order_is_that_of_the_rules() -> None:
    assert [one.code for one in STATUSES] == [code.value for code in StatusCode]


@pytest.mark.parametrize("sight", SMALLEST)
def test_any_two_fills_stay_apart(sight: str) -> None:
    nearest, pair = min((distance(a.fill, b.fill, sight), (a.code, b.code)) for a, b in PAIRS)
    assert nearest >= SMALLEST[sight] - 0.05, pair


def test_the_measure_itself_is_right() -> None:
    """White is 100 light, black 0, and the two are 100 apart; a colour has no distance to itself."""
    assert ucs(linear("#FFFFFF"))[0] == pytest.approx(100, abs=0.01)
    assert ucs(linear("#000000"))[0] == pytest.approx(0, abs=0.01)
    assert distance("#A3ABB5", "#A3ABB5") == 0
    # Red and green are far apart for normal sight and much nearer without the middle cones.
    assert distance("#D00000", "#009000") > 2 * distance("#D00000", "#009000", "deuteranopia")


def test_shape_and_line_say_the_same_as_the_hue() -> None:
    """In grey print and for any sight: shape and pattern alone are enough."""
    assert len({one.shape for one in STATUSES}) == len(STATUSES)
    assert len({pattern(one) for one in STATUSES}) == len(STATUSES)


def test_marks_stand_out_from_the_ground() -> None:
    for one in STATUSES:
        assert contrast(one.edge_light, LIGHT.land) >= GRAPHICS_CONTRAST, one.code
        assert contrast(one.edge_light, LIGHT.casing) >= GRAPHICS_CONTRAST, one.code
        assert contrast(one.edge_dark, DARK.land) >= GRAPHICS_CONTRAST, one.code
        assert contrast(one.line_dark, DARK.casing) >= GRAPHICS_CONTRAST, one.code


def test_pictograms_can_be_read_on_their_marks() -> None:
    for one in STATUSES:
        paper = "#FFFFFF" if one.shape in ("hollow", "ring") else one.fill
        assert contrast(one.ink, paper) >= GRAPHICS_CONTRAST, one.code


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)  # the textbook near miss


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_words_are_those_of_the_catalogue(lang: str) -> None:
    assert {one.code: one.label(lang) for one in STATUSES} == dict(catalogue(lang)["status"])


def test_urgency_ranks_all_differently_and_late_first() -> None:
    ranked = sorted(STATUSES, key=lambda one: one.urgency)
    assert [one.code for one in ranked[:2]] == ["overdue", "lagging"]
    assert len({one.urgency for one in STATUSES}) == len(STATUSES)


def test_the_browser_gets_every_status_whole() -> None:
    sent = as_json("en")["statuses"]
    assert [one["code"] for one in sent] == [one.code for one in STATUSES]
    assert all(one["path"].startswith("M") and one["path"].endswith("Z") for one in sent)
    assert {one["code"] for one in sent if one["hole"]} == {"unscheduled", "not_started"}
    rims = {one["code"] for one in sent if one["line"]["rim"]}
    assert rims == {one.code for one in STATUSES if contrast(one.fill, "#FFFFFF") < GRAPHICS_CONTRAST}
