"""The ten-day review: what changed, what is to be cleared and followed, in which order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import blockages as b
from app.domain import directives as d
from app.domain.periods import Period
from app.domain.review import Standing, differences, movements, to_clear, to_follow
from app.domain.status import StatusCode as S

DAY = date(2023, 7, 20)


def blockage(ident: str, *acts: str, level: int = 1, due: date | None = None, age: int = 0) -> b.Blockage:
    day = DAY - timedelta(days=age)
    steps = tuple(b.Step(b.Act(act), "jianshe", level, due, "x", "y", day) for act in acts)
    return b.Blockage(ident, "20-1-01", 20, ident, steps)


def directive(ident: str, *acts: str, due: date, day: date = DAY) -> d.Directive:
    steps = tuple(d.Step(d.Act(act), due, "x", "y", day) for act in acts)
    return d.Directive(ident, 20, None, "jianshe", "x", "y", steps)


def test_only_what_changed_is_told_and_how() -> None:
    before = {
        "20-1-01": Standing(S.ON_TRACK, 40.0),
        "20-1-02": Standing(S.ON_TRACK, 60.2),
        "20-1-03": Standing(S.COMPLETED, 100.0),
        "20-1-04": Standing(S.COMPLETED, 100.0),
        "20-1-05": Standing(S.ON_TRACK, 80.0),
    }
    after = {
        "20-1-01": Standing(S.LAGGING, 40.0),
        "20-1-02": Standing(S.ON_TRACK, 75.5),
        "20-1-03": Standing(S.ACCEPTED, 100.0),
        "20-1-04": Standing(S.LAGGING, 100.0, DAY),
        "20-1-05": Standing(S.ON_TRACK, 80.0),
        "20-1-06": Standing(S.UNSCHEDULED),
    }
    found = {one.code: one for one in differences(before, after)}
    assert list(found) == ["20-1-01", "20-1-02", "20-1-03", "20-1-04", "20-1-06"]
    assert found["20-1-01"].status_changed and found["20-1-01"].points == 0
    assert not found["20-1-02"].status_changed and found["20-1-02"].points == 15.3
    assert found["20-1-03"].accepted and not found["20-1-03"].sent_back
    assert found["20-1-04"].sent_back and not found["20-1-04"].accepted
    assert found["20-1-06"].before is None and found["20-1-06"].status_changed


def test_a_figure_corrected_downwards_is_told() -> None:
    (one,) = differences({"x": Standing(S.ON_TRACK, 50.0)}, {"x": Standing(S.ON_TRACK, 45.0)})
    assert one.points == -5.0


def test_sent_back_for_a_second_time_is_told_again() -> None:
    first, second = DAY - timedelta(days=9), DAY
    (one,) = differences({"x": Standing(S.LAGGING, 100.0, first)}, {"x": Standing(S.LAGGING, 100.0, second)})
    assert one.sent_back
    assert not differences({"x": Standing(S.LAGGING, 1.0, first)}, {"x": Standing(S.LAGGING, 1.0, first)})


standings = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.builds(Standing, st.sampled_from(S), st.one_of(st.none(), st.integers(0, 1000).map(lambda n: n / 10))),
)


@given(standings, standings)
def test_differences_lead_from_before_to_after(before: dict, after: dict) -> None:
    """What is told, taken together with what was, is what is (nothing reported counts as 0 %)."""
    assert not differences(after, after)
    told = {one.code: one for one in differences(before, after)}
    for code, standing in after.items():
        was = before.get(code)
        if code in told:
            base = (was.percent if was else None) or 0.0
            assert base + told[code].points == pytest.approx(standing.percent or 0.0)
        else:
            assert was is not None and was.status is standing.status
            assert (was.percent or 0.0) == (standing.percent or 0.0)


def test_blockages_that_came_went_and_came_back() -> None:
    before = [blockage("stays", "open"), blockage("goes", "open"), blockage("returns", "open", "close")]
    after = [
        blockage("stays", "open", "answer"),
        blockage("goes", "open", "close"),
        blockage("returns", "open", "close", "reopen"),
        blockage("new", "open"),
        blockage("both", "open", "close"),
    ]
    found = movements(before, after)
    assert [one.id for one in found.opened] == ["new", "both"]
    assert [one.id for one in found.closed] == ["goes", "both"]
    assert [one.id for one in found.reopened] == ["returns"]


def test_what_leaders_were_asked_for_comes_first_then_the_late_then_the_old() -> None:
    late = DAY - timedelta(days=1)
    some = [
        blockage("young", "open", age=1),
        blockage("old", "open", age=30),
        blockage("late", "open", age=2, due=late),
        blockage("leaders", "open", level=3),
        blockage("closed", "open", "close", level=3, age=99),
    ]
    assert [one.id for one in to_clear(some, DAY)] == ["leaders", "late", "old", "young"]


def test_directives_are_followed_until_the_period_in_which_they_are_confirmed() -> None:
    soon, late = DAY + timedelta(days=3), DAY - timedelta(days=1)
    some = [
        directive("open", "give", due=soon),
        directive("late", "give", due=late),
        directive("said", "give", "done", due=late),
        directive("now", "give", "done", "confirm", due=soon),
        directive("long ago", "give", "done", "confirm", due=soon, day=DAY - timedelta(days=20)),
    ]
    assert [one.id for one in to_follow(some, DAY, Period.of(DAY))] == ["late", "said", "open", "now"]
