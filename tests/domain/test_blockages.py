"""Blockages: every step from every state by every role, whose they are, how old and how late."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.blockages import (
    TRANSITIONS,
    Act,
    Blockage,
    Form,
    State,
    Step,
    may_take,
    next_step,
    state_after,
    steps_open_to,
    unit_given,
)
from app.domain.roles import About, Actor, Role
from app.errors import BadParameter, Forbidden, Refused

DAY = date(2023, 7, 14)
LEAD, ASKED, OTHER = "jianshe", "chengjian", "jinrong"
UNITS = frozenset({LEAD, ASKED})
ABOUT = About(20, frozenset({LEAD}), frozenset({ASKED}), "370829104")
PATHS = {
    State.OPEN: (Act.OPEN,),
    State.ANSWERED: (Act.OPEN, Act.ANSWER),
    State.CLOSED: (Act.OPEN, Act.CLOSE),
}
# From the table in the notice of how blockages go: written out, not computed from the code under test.
POSSIBLE = {
    (Act.ASSIGN, State.OPEN): State.OPEN,
    (Act.ASSIGN, State.ANSWERED): State.OPEN,
    (Act.ANSWER, State.OPEN): State.ANSWERED,
    (Act.ANSWER, State.ANSWERED): State.ANSWERED,
    (Act.ESCALATE, State.OPEN): State.OPEN,
    (Act.ESCALATE, State.ANSWERED): State.OPEN,
    (Act.CLOSE, State.OPEN): State.CLOSED,
    (Act.CLOSE, State.ANSWERED): State.CLOSED,
    (Act.REOPEN, State.ANSWERED): State.OPEN,
    (Act.REOPEN, State.CLOSED): State.OPEN,
}


def actor(role: Role, unit: str | None = None, **more) -> Actor:
    return Actor(1, role.value, role.value, role, unit, **more)


def blockage(state: State = State.OPEN, level: int = 1, due: date | None = None) -> Blockage:
    steps = tuple(
        Step(act, ASKED, level, due, "x", "y", DAY + timedelta(days=n), change=10 + n)
        for n, act in enumerate(PATHS[state])
    )
    return Blockage("b1", "20-1-01", 20, "管线未迁改", steps)


def now(day: date = DAY) -> Step:
    return Step(Act.OPEN, "", 1, None, "", "某人", day)


def take(one: Blockage, act: Act | str, who: Actor, **written) -> Step:
    form = Form(str(act), **{"text": "已协调", "unit": LEAD, "due": date(2023, 7, 20)} | written)
    return next_step(one, form, who, ABOUT, UNITS, now())


PEOPLE = {
    "asked unit": actor(Role.SUPPORTING_UNIT, ASKED),
    "asked unit leads elsewhere": actor(Role.LEAD_UNIT, ASKED),
    "lead unit": actor(Role.LEAD_UNIT, LEAD),
    "other unit": actor(Role.SUPPORTING_UNIT, OTHER),
    "supervision": actor(Role.SUPERVISION),
    "leader": actor(Role.LEADER),
    "leader of it": actor(Role.LEADER, items=frozenset({20})),
    "leader of another": actor(Role.LEADER, items=frozenset({3})),
    "inspector": actor(Role.INSPECTOR),
    "viewer": actor(Role.VIEWER),
    "administrator": actor(Role.ADMINISTRATOR),
}


def allowed_to(name: str, act: Act, level: int) -> bool:
    if name == "supervision":
        return act is not Act.ANSWER
    if name in ("leader", "leader of it"):
        return act is not Act.ANSWER and level == 3
    if name.startswith("asked unit"):
        return act is Act.ANSWER or (act is Act.ESCALATE and level == 1)
    return False


@pytest.mark.parametrize(("state", "level"), list(product(State, (1, 2, 3))))
@pytest.mark.parametrize("name", PEOPLE)
def test_every_step_from_every_state_by_everybody(state: State, level: int, name: str) -> None:
    one, who = blockage(state, level), PEOPLE[name]
    for act in TRANSITIONS:
        possible = (act, state) in POSSIBLE and not (act is Act.ESCALATE and level == 3)
        if not allowed_to(name, act, level):
            with pytest.raises(Forbidden):
                take(one, act, who)
            assert not may_take(one, act, who, ABOUT)
        elif not possible:
            with pytest.raises(Refused) as refused:
                take(one, act, who)
            assert refused.value.zh
            assert not may_take(one, act, who, ABOUT)
        else:
            step = take(one, act, who)
            assert may_take(one, act, who, ABOUT)
            after = Blockage(one.id, one.subject, one.item_no, one.title, (*one.steps, step))
            assert after.state is POSSIBLE[act, state]
            assert after.level == level + (act is Act.ESCALATE)


def test_nobody_signed_in_takes_no_step() -> None:
    assert steps_open_to(blockage(), None, ABOUT) == ()


def test_the_steps_a_person_is_offered_are_those_that_work() -> None:
    assert steps_open_to(blockage(), PEOPLE["supervision"], ABOUT) == (Act.ASSIGN, Act.ESCALATE, Act.CLOSE)
    assert steps_open_to(blockage(), PEOPLE["asked unit"], ABOUT) == (Act.ANSWER, Act.ESCALATE)
    assert steps_open_to(blockage(State.CLOSED), PEOPLE["supervision"], ABOUT) == (Act.REOPEN,)
    assert steps_open_to(blockage(level=3), PEOPLE["leader"], ABOUT) == (Act.ASSIGN, Act.CLOSE)


def test_a_step_changes_only_what_it_is_for() -> None:
    one = blockage(due=date(2023, 7, 18))
    supervision = PEOPLE["supervision"]
    assigned = take(one, Act.ASSIGN, supervision)
    assert (assigned.owner, assigned.due, assigned.level) == (LEAD, date(2023, 7, 20), 1)
    answered = take(one, Act.ANSWER, PEOPLE["asked unit"], due=None, unit=LEAD)
    assert (answered.owner, answered.due) == (ASKED, date(2023, 7, 18))
    escalated = take(one, Act.ESCALATE, supervision, due=None)
    assert (escalated.owner, escalated.due, escalated.level) == (ASKED, date(2023, 7, 18), 2)
    assert take(one, Act.ESCALATE, supervision).due == date(2023, 7, 20)
    closed = take(one, Act.CLOSE, supervision, due=date(2000, 1, 1))
    assert (closed.due, closed.by, closed.day) == (date(2023, 7, 18), "某人", DAY)


@pytest.mark.parametrize(
    ("act", "written", "parameter"),
    [
        ("open", {}, "action"),
        ("delete", {}, "action"),
        ("", {}, "action"),
        ("assign", {"unit": "nobody"}, "unit"),
        ("assign", {"unit": None}, "unit"),
        ("assign", {"unit": OTHER}, "unit"),
        ("assign", {"due": None}, "due"),
        ("assign", {"due": date(2023, 7, 13)}, "due"),
        ("escalate", {"due": date(2023, 2, 28)}, "due"),
        ("close", {"text": ""}, "text"),
        ("close", {"text": " \n "}, "text"),
        ("close", {"text": None}, "text"),
        ("close", {"text": "字" * 2001}, "text"),
        ("close", {"text": "a\x00b"}, "text"),
    ],
)
def test_what_is_written_wrong_is_named(act: str, written: dict, parameter: str) -> None:
    with pytest.raises(BadParameter) as bad:
        take(blockage(), act, PEOPLE["supervision"], **written)
    assert [fault.parameter for fault in bad.value.faults] == [parameter]


def test_a_due_day_may_be_today() -> None:
    assert take(blockage(), Act.ASSIGN, PEOPLE["supervision"], due=DAY).due == DAY


def test_the_first_unit_asked_is_the_lead_unit_unless_another_is_named() -> None:
    assert unit_given(None, UNITS, LEAD) == LEAD
    assert unit_given("", UNITS, LEAD) == LEAD
    assert unit_given(ASKED, UNITS, LEAD) == ASKED
    with pytest.raises(BadParameter):
        unit_given(OTHER, UNITS, LEAD)


def test_age_counts_days_until_it_is_closed() -> None:
    assert blockage().age(DAY) == 0
    assert blockage().age(DAY + timedelta(days=9)) == 9
    assert blockage(State.ANSWERED).age(DAY + timedelta(days=9)) == 9
    assert blockage(State.CLOSED).age(DAY + timedelta(days=9)) == 1


def test_late_is_the_unit_after_the_day_while_it_is_asked() -> None:
    due = date(2023, 7, 20)
    assert not blockage(due=due).overdue(due)
    assert blockage(due=due).overdue(due + timedelta(days=1))
    assert not blockage(State.ANSWERED, due=due).overdue(due + timedelta(days=1))
    assert not blockage(State.CLOSED, due=due).overdue(due + timedelta(days=1))
    assert not blockage().overdue(date(2099, 1, 1))


def test_the_version_is_the_newest_entry() -> None:
    assert blockage(State.ANSWERED).version == 11


@given(st.lists(st.sampled_from(Act), max_size=7))
def test_a_story_is_told_or_refused_as_the_table_says(acts: list[Act]) -> None:
    """A second way to read the table: walk it by hand."""
    expected: State | None = None
    for n, act in enumerate(acts):
        expected = State.OPEN if n == 0 and act is Act.OPEN else POSSIBLE.get((act, expected))
        if expected is None:
            break
    if expected is None:
        with pytest.raises(ValueError):
            state_after(acts)
    else:
        assert state_after(acts) is expected
