"""Directives: every step from every state by every role; due days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.directives import (
    TRANSITIONS,
    Act,
    Directive,
    Form,
    State,
    Step,
    next_step,
    state_after,
    steps_open_to,
)
from app.domain.roles import About, Actor, Role
from app.errors import BadParameter, Forbidden, Refused

DAY, DUE = date(2023, 7, 14), date(2023, 7, 20)
ABOUT = About(20, frozenset({"jianshe"}), frozenset({"chengjian"}))
PATHS = {
    State.OPEN: (Act.GIVE,),
    State.DONE: (Act.GIVE, Act.DONE),
    State.CONFIRMED: (Act.GIVE, Act.DONE, Act.CONFIRM),
}
POSSIBLE = {
    (Act.PROGRESS, State.OPEN): State.OPEN,
    (Act.DONE, State.OPEN): State.DONE,
    (Act.EXTEND, State.OPEN): State.OPEN,
    (Act.CONFIRM, State.DONE): State.CONFIRMED,
    (Act.REOPEN, State.DONE): State.OPEN,
    (Act.REOPEN, State.CONFIRMED): State.OPEN,
}


def actor(role: Role, unit: str | None = None, **more) -> Actor:
    return Actor(1, role.value, role.value, role, unit, **more)


PEOPLE = {
    "asked unit": actor(Role.LEAD_UNIT, "jianshe"),
    "asked unit supporting": actor(Role.SUPPORTING_UNIT, "jianshe"),
    "other unit": actor(Role.LEAD_UNIT, "chengjian"),
    "leader": actor(Role.LEADER),
    "leader of it": actor(Role.LEADER, items=frozenset({20, 21})),
    "leader of another": actor(Role.LEADER, items=frozenset({3})),
    "supervision": actor(Role.SUPERVISION),
    "administrator": actor(Role.ADMINISTRATOR),
    "inspector": actor(Role.INSPECTOR),
    "viewer": actor(Role.VIEWER),
}


def directive(state: State = State.OPEN, due: date = DUE) -> Directive:
    steps = tuple(
        Step(act, due, "x", "y", DAY + timedelta(days=n), change=5 + n) for n, act in enumerate(PATHS[state])
    )
    return Directive("d1", 20, None, "jianshe", "加快进度", "分管领导", steps)


def take(one: Directive, act: Act | str, who: Actor, day: date = DAY, **written) -> Step:
    form = Form(str(act), **{"text": "正在办理", "due": date(2023, 8, 1)} | written)
    return next_step(one, form, who, ABOUT, Step(Act.GIVE, DUE, "", "某人", day))


def allowed_to(name: str, act: Act) -> bool:
    if name.startswith("asked unit"):
        return act in (Act.PROGRESS, Act.DONE)
    return name in ("leader", "leader of it") and act in (Act.EXTEND, Act.CONFIRM, Act.REOPEN)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", PEOPLE)
def test_every_step_from_every_state_by_everybody(state: State, name: str) -> None:
    one, who = directive(state), PEOPLE[name]
    for act in TRANSITIONS:
        offered = act in steps_open_to(one, who, ABOUT)
        if not allowed_to(name, act):
            with pytest.raises(Forbidden):
                take(one, act, who)
            assert not offered
        elif (act, state) not in POSSIBLE:
            with pytest.raises(Refused):
                take(one, act, who)
            assert not offered
        else:
            after = Directive("d1", 20, None, "jianshe", "x", "y", (*one.steps, take(one, act, who)))
            assert after.state is POSSIBLE[act, state]
            assert offered


def test_only_extending_and_reopening_move_the_day() -> None:
    leader, unit = PEOPLE["leader"], PEOPLE["asked unit"]
    assert take(directive(), Act.PROGRESS, unit).due == DUE
    assert take(directive(), Act.DONE, unit).due == DUE
    assert take(directive(), Act.EXTEND, leader).due == date(2023, 8, 1)
    assert take(directive(State.DONE), Act.CONFIRM, leader).due == DUE
    assert take(directive(State.DONE), Act.REOPEN, leader, due=None).due == DUE
    assert take(directive(State.DONE), Act.REOPEN, leader).due == date(2023, 8, 1)


@pytest.mark.parametrize(
    ("state", "act", "written", "parameter"),
    [
        (State.OPEN, "give", {}, "action"),
        (State.OPEN, "drop", {}, "action"),
        (State.OPEN, "extend", {"due": DUE}, "due"),
        (State.OPEN, "extend", {"due": None}, "due"),
        (State.OPEN, "extend", {"text": ""}, "text"),
        (State.DONE, "confirm", {"text": None}, "text"),
    ],
)
def test_what_is_written_wrong_is_named(state: State, act: str, written: dict, parameter: str) -> None:
    with pytest.raises(BadParameter) as bad:
        take(directive(state), act, PEOPLE["leader"], **written)
    assert bad.value.faults[0].parameter == parameter


def test_sent_back_after_its_day_it_needs_a_new_one() -> None:
    late = DUE + timedelta(days=3)
    with pytest.raises(BadParameter):
        take(directive(State.DONE), Act.REOPEN, PEOPLE["leader"], day=late, due=None)
    assert take(directive(State.DONE), Act.REOPEN, PEOPLE["leader"], day=late).due == date(2023, 8, 1)


def test_late_after_the_day_unless_it_is_said_to_be_done() -> None:
    after = DUE + timedelta(days=1)
    assert not directive().overdue(DUE)
    assert directive().overdue(after)
    assert directive().days_left(after) == -1
    assert not directive(State.DONE).overdue(after)
    assert not directive(State.CONFIRMED).overdue(after)


def test_it_is_followed_until_it_is_confirmed() -> None:
    assert [directive(state).undone for state in State] == [True, True, False]
    assert directive(State.DONE).version == 6
    assert directive(State.DONE).given == DAY


@given(st.lists(st.sampled_from(Act), max_size=7))
def test_a_story_is_told_or_refused_as_the_table_says(acts: list[Act]) -> None:
    expected: State | None = None
    for n, act in enumerate(acts):
        expected = State.OPEN if n == 0 and act is Act.GIVE else POSSIBLE.get((act, expected))
        if expected is None:
            break
    if expected is None:
        with pytest.raises(ValueError):
            state_after(acts)
    else:
        assert state_after(acts) is expected
