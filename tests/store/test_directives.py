"""Directives in the ledger: given and followed once, on a version, by whom it may be."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.domain.directives import Form, State
from app.errors import BadParameter, Changed, Forbidden, NeedsMatch, NotFound, Refused
from app.store import tables as t
from app.store.asof import AsOf
from app.store.database import Database
from app.store.directives import (
    NewDirective,
    directives_of,
    give_directive,
    read_directive,
    step_directive,
)
from tests.support.ledgers import (
    ADMINISTRATOR,
    DAY,
    INSPECTOR,
    LEAD,
    LEADER,
    SUPERVISION,
    SUPPORT,
    asked,
    by,
    days,
)
from tests.support.zones import prepared


@pytest.fixture
def database(both_engines) -> Iterator[Database]:
    with prepared(both_engines) as (made, _):
        yield made


def new(**more) -> NewDirective:
    words = {"item": 20, "unit": "jianshe", "due": days(7), "text": "月底前完成管线迁改。"}
    return NewDirective(**{"id": str(uuid.uuid4()), **words, **more})


def given(database: Database, actor=LEADER, day=DAY, **more) -> dict:
    form = new(**more)
    return by(database, actor, lambda writer: give_directive(writer, form, asked(form, ident=form.id)), day)


def step(database: Database, ident: str, act: str, actor, match=None, day=DAY, request=None, **more) -> dict:
    form = Form(act, **{"text": "情况说明", **more})
    request = request or asked([ident, act, str(more)], match)
    return by(database, actor, lambda writer: step_directive(writer, ident, form, request), day)


def rows(database: Database) -> tuple[int, ...]:
    with database.read() as connection:
        tables = (t.directive, t.directive_step, t.change)
        return tuple(
            connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables
        )


def story(database: Database, ident: str):
    with database.read() as connection:
        return read_directive(connection, ident)


def test_given_about_an_item_or_a_subject_of_it(database) -> None:
    receipt = given(database)
    assert (receipt["state"], receipt["unit"], receipt["subject"]) == ("open", "jianshe", None)
    found = story(database, receipt["id"])
    assert (found.text, found.by, found.due) == ("月底前完成管线迁改。", "分管领导", days(7))
    about = given(database, subject="20-1-01", unit="zhifa")
    assert (about["subject"], about["unit"]) == ("20-1-01", "zhifa")
    assert given(database, subject="20-1")["subject"] == "20-1"


@pytest.mark.parametrize(
    ("more", "parameter"),
    [
        ({"text": " "}, "text"),
        ({"due": days(-1)}, "due"),
        ({"due": None}, "due"),
        ({"unit": None}, "unit"),
        ({"unit": "weijian"}, "unit"),
        ({"item": 99}, "item"),
        ({"subject": "21-1"}, "subject"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(database, more, parameter) -> None:
    with pytest.raises(BadParameter) as bad:
        given(database, **more)
    assert bad.value.faults[0].parameter == parameter
    assert rows(database) == (0, 0, 0)


def test_only_a_leader_gives_one_and_within_the_portfolio(database) -> None:
    elsewhere = replace(LEADER, items=frozenset({1, 2}))
    for actor in (SUPERVISION, ADMINISTRATOR, LEAD, SUPPORT, INSPECTOR, elsewhere):
        with pytest.raises(Forbidden):
            given(database, actor)
    with pytest.raises(NotFound):
        given(database, subject="20-9-99")
    assert rows(database) == (0, 0, 0)
    assert given(database, replace(LEADER, items=frozenset({20})))["state"] == "open"


def test_followed_until_it_is_done(database) -> None:
    ident = (receipt := given(database))["id"]
    receipt = step(database, ident, "progress", LEAD, receipt["version"], days(2))
    receipt = step(database, ident, "extend", LEADER, receipt["version"], days(3), due=days(10))
    assert receipt["due"] == days(10).isoformat()
    receipt = step(database, ident, "done", LEAD, receipt["version"], days(4))
    receipt = step(database, ident, "reopen", LEADER, receipt["version"], days(5))
    receipt = step(database, ident, "done", LEAD, receipt["version"], days(6))
    receipt = step(database, ident, "confirm", LEADER, receipt["version"], days(8))
    found = story(database, ident)
    assert found.state is State.CONFIRMED
    assert [one.act for one in found.steps] == [
        "give",
        "progress",
        "extend",
        "done",
        "reopen",
        "done",
        "confirm",
    ]
    with database.read() as connection:
        known = [directives_of(connection, AsOf.end_of(days(n))) for n in (-1, 0, 4, 8)]
        assert len(directives_of(connection, AsOf.end_of(days(8)), unit="jianshe", item=20)) == 1
        assert not directives_of(connection, AsOf.end_of(days(8)), unit="zhifa")
    assert [[one.state.value for one in some] for some in known] == [[], ["open"], ["done"], ["confirmed"]]


def test_a_repeat_changes_nothing_and_answers_the_same(database) -> None:
    form = new()
    request = asked("body", ident=form.id)
    first = by(database, LEADER, lambda writer: give_directive(writer, form, request))
    assert by(database, LEADER, lambda writer: give_directive(writer, form, request)) == first
    request = asked("done", match=first["version"])
    done = step(database, first["id"], "done", LEAD, request=request)
    assert step(database, first["id"], "done", LEAD, request=request) == done
    assert rows(database) == (1, 2, 2)
    with pytest.raises(Refused):
        by(database, LEADER, lambda writer: give_directive(writer, form, asked("other", ident=form.id)))
    assert rows(database) == (1, 2, 2)


def test_the_second_of_two_sees_both_versions_and_overwrites_nothing(database) -> None:
    receipt = given(database)
    ident, seen = receipt["id"], receipt["version"]
    step(database, ident, "progress", LEAD, seen)
    before = rows(database)
    with pytest.raises(Changed) as changed:
        step(database, ident, "extend", LEADER, seen, due=days(9))
    assert changed.value.yours["due"] == days(9).isoformat()
    assert changed.value.theirs["last"]["action"] == "progress"
    with pytest.raises(NeedsMatch):
        step(database, ident, "extend", LEADER, None, due=days(9))
    assert rows(database) == before
    step(database, ident, "extend", LEADER, changed.value.version, due=days(9))


def test_steps_that_are_not_theirs_or_not_from_here_save_nothing(database) -> None:
    receipt = given(database)
    ident, seen = receipt["id"], receipt["version"]
    before = rows(database)
    for actor, act in ((SUPPORT, "done"), (SUPERVISION, "confirm"), (LEAD, "confirm"), (LEADER, "done")):
        with pytest.raises(Forbidden):
            step(database, ident, act, actor, seen)
    with pytest.raises(Refused):
        step(database, ident, "confirm", LEADER, seen)
    assert rows(database) == before
