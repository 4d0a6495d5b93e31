"""What asks for attention on the board, the next milestone, and who may read what was written."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.board import Concern, concerns, may_read_words, next_milestone
from app.domain.progress import Plan
from app.domain.roles import About, Actor, Role
from app.domain.status import StatusCode


def test_the_next_milestone_is_the_first_of_today_or_later():
    plan = Plan(date(2023, 5, 1), date(2023, 9, 30), ((date(2023, 6, 30), 40.0), (date(2023, 7, 31), 80.0)))
    assert next_milestone(plan, date(2023, 6, 30)) == (date(2023, 6, 30), 40.0, 0)
    assert next_milestone(plan, date(2023, 7, 1)) == (date(2023, 7, 31), 80.0, 30)
    assert next_milestone(plan, date(2023, 8, 1)) == (date(2023, 9, 30), 100.0, 60)
    assert next_milestone(plan, date(2023, 10, 1)) is None
    assert next_milestone(None, date(2023, 10, 1)) is None


def test_what_a_row_asks_for():
    day = date(2023, 7, 14)
    found = {code: concerns(code, False, (), (), day) for code in StatusCode}
    assert {code.value: one for code, one in found.items() if one} == {
        "lagging": {Concern.LAGGING},
        "overdue": {Concern.OVERDUE},
        "suspended": {Concern.SUSPENDED},
        "completed": {Concern.TO_ACCEPT},
    }
    assert concerns(StatusCode.ON_TRACK, True, (), (), day) == {Concern.MISSING}
    assert concerns(None, False, (), (), day) == frozenset()


@pytest.mark.parametrize(
    ("role", "unit", "open_item", "homes"),
    [
        (Role.ADMINISTRATOR, None, True, True),
        (Role.SUPERVISION, None, True, True),
        (Role.LEADER, None, True, True),
        (Role.LEAD_UNIT, "a", True, True),
        (Role.SUPPORTING_UNIT, "b", True, True),
        (Role.LEAD_UNIT, "c", True, False),
        (Role.INSPECTOR, None, True, True),
        (Role.VIEWER, None, True, False),
    ],
)
def test_who_may_read_what_was_written(role, unit, open_item, homes):
    actor = Actor(1, "x", "x", role, unit)
    assert may_read_words(actor, About(20, frozenset("a"), frozenset("b"))) is open_item
    assert may_read_words(actor, About(6, frozenset("a"), frozenset("b"))) is homes
    assert not may_read_words(None, About(20))
