"""Blockages in the ledger: taken step by step, on a version, by whom it may be; read as of any moment."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from app.domain.blockages import Form, State
from app.errors import BadParameter, Changed, Forbidden, NeedsMatch, NotFound, Refused
from app.store import tables as t
from app.store.asof import AsOf
from app.store.blockages import (
    NewBlockage,
    blockages_of,
    open_blockage,
    read_blockage,
    step_blockage,
    units_of,
)
from app.store.database import Database
from app.store.subjects import read_subject
from tests.support.ledgers import (
    DAY,
    INSPECTOR,
    LEAD,
    LEADER,
    SUPERVISION,
    SUPPORT,
    VIEWER,
    asked,
    by,
    days,
)
from tests.support.zones import prepared

SITE = "20-1-01"


@pytest.fixture
def database(both_engines) -> Iterator[Database]:
    with prepared(both_engines) as (made, _):
        yield made


def new(**more) -> NewBlockage:
    words = {"title": "管线迁改受阻", "text": "燃气管线权属单位尚未确认方案。"}
    return NewBlockage(**{"id": str(uuid.uuid4()), "subject": SITE, **words, **more})


def opened(database: Database, actor=SUPERVISION, day=DAY, **more) -> dict:
    form = new(**more)
    return by(database, actor, lambda writer: open_blockage(writer, form, asked(form, ident=form.id)), day)


def step(
    database: Database, ident: str, act: str, actor=SUPERVISION, match=None, day=DAY, request=None, **more
):
    form = Form(act, **{"text": "情况说明", **more})
    request = request or asked([ident, act, str(more)], match)
    return by(database, actor, lambda writer: step_blockage(writer, ident, form, request), day)


def rows(database: Database) -> tuple[int, ...]:
    with database.read() as connection:
        tables = (t.blockage, t.blockage_step, t.change)
        return tuple(
            connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables
        )


def story(database: Database, ident: str, as_of: AsOf | None = None):
    with database.read() as connection:
        return read_blockage(connection, ident, as_of)


def test_opened_it_is_put_to_the_lead_unit_unless_another_unit_of_the_item_is_named(database) -> None:
    receipt = opened(database)
    assert (receipt["owner"], receipt["level"], receipt["state"], receipt["due"]) == (
        "jianshe",
        1,
        "open",
        None,
    )
    with database.read() as connection:
        units = units_of(read_subject(connection, SITE))
    assert units[0] == "jianshe" and "zhifa" in units
    other = opened(database, unit="zhifa", due=days(5))
    assert (other["owner"], other["due"]) == ("zhifa", days(5).isoformat())
    found = story(database, other["id"])
    assert (found.title, found.subject, found.item_no, found.version) == (
        "管线迁改受阻",
        SITE,
        20,
        other["version"],
    )
    assert (found.last.by, found.last.day, found.last.text) == (
        "督查考核指挥部",
        DAY,
        "燃气管线权属单位尚未确认方案。",
    )


@pytest.mark.parametrize(
    ("more", "parameter"),
    [
        ({"title": ""}, "title"),
        ({"title": "字" * 81}, "title"),
        ({"text": None}, "text"),
        ({"unit": "weijian"}, "unit"),
        ({"due": days(-1)}, "due"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(database, more, parameter) -> None:
    before = rows(database)
    with pytest.raises(BadParameter) as bad:
        opened(database, **more)
    assert bad.value.faults[0].parameter == parameter
    assert rows(database) == before


def test_who_may_open_one(database) -> None:
    for actor in (SUPERVISION, INSPECTOR, LEAD):
        opened(database, actor)
    before = rows(database)
    for actor in (SUPPORT, LEADER, VIEWER):
        with pytest.raises(Forbidden):
            opened(database, actor)
    with pytest.raises(Forbidden):
        opened(database, LEAD, subject="01-1")  # another unit's item
    with pytest.raises(NotFound):
        opened(database, subject="99-9-99")
    assert rows(database) == before


def test_the_whole_story_from_opening_to_reopening(database) -> None:
    ident = (receipt := opened(database))["id"]
    receipt = step(database, ident, "assign", match=receipt["version"], unit="zhifa", due=days(3))
    assert (receipt["owner"], receipt["due"]) == ("zhifa", days(3).isoformat())
    receipt = step(database, ident, "answer", SUPPORT, receipt["version"], days(1))
    assert receipt["state"] == "answered"
    receipt = step(database, ident, "escalate", match=receipt["version"], day=days(4))
    receipt = step(database, ident, "escalate", match=receipt["version"], day=days(5))
    assert (receipt["level"], receipt["state"]) == (3, "open")
    receipt = step(database, ident, "close", LEADER, receipt["version"], days(8))
    assert receipt["state"] == "closed"
    receipt = step(database, ident, "reopen", match=receipt["version"], day=days(9))
    found = story(database, ident)
    assert [one.act for one in found.steps] == [
        "open",
        "assign",
        "answer",
        "escalate",
        "escalate",
        "close",
        "reopen",
    ]
    assert (found.state, found.age(days(9)), found.owner) == (State.OPEN, 9, "zhifa")
    assert found.overdue(days(9))
    assert found.version == receipt["version"]


def test_a_past_week_shows_blockages_as_they_were_then(database) -> None:
    ident = (receipt := opened(database))["id"]
    receipt = step(database, ident, "escalate", match=receipt["version"], day=days(3))
    step(database, ident, "close", match=receipt["version"], day=days(10))
    with database.read() as connection:
        assert blockages_of(connection, AsOf.end_of(days(-1))) == []
        (first,) = blockages_of(connection, AsOf.end_of(DAY))
        (second,) = blockages_of(connection, AsOf.end_of(days(9)))
        (third,) = blockages_of(connection, AsOf.end_of(days(10)), subject=SITE)
        assert blockages_of(connection, AsOf.end_of(days(10)), subject="20-1-02") == []
        assert blockages_of(connection, AsOf.end_of(days(10)), item=1) == []
        assert len(blockages_of(connection, AsOf.end_of(days(10)), item=20)) == 1
    assert [(one.state.value, one.level) for one in (first, second, third)] == [
        ("open", 1),
        ("open", 2),
        ("closed", 2),
    ]
    with pytest.raises(NotFound):
        story(database, ident, AsOf.end_of(days(-1)))


def test_a_repeat_changes_nothing_and_answers_the_same(database) -> None:
    form = new()
    request = asked("body", ident=form.id)
    first = by(database, SUPERVISION, lambda writer: open_blockage(writer, form, request))
    after = rows(database)
    assert by(database, SUPERVISION, lambda writer: open_blockage(writer, form, request)) == first
    request = asked("close", match=first["version"])
    closed = step(database, first["id"], "close", request=request)
    assert step(database, first["id"], "close", request=request) == closed
    assert [b - a for a, b in zip(after, rows(database), strict=True)] == [0, 1, 1]


def test_an_id_used_for_something_else_is_refused(database) -> None:
    form = new()
    by(database, SUPERVISION, lambda writer: open_blockage(writer, form, asked("one", ident=form.id)))
    before = rows(database)
    with pytest.raises(Refused):
        by(database, SUPERVISION, lambda writer: open_blockage(writer, form, asked("two", ident=form.id)))
    assert rows(database) == before


def test_the_second_of_two_sees_both_versions_and_overwrites_nothing(database) -> None:
    receipt = opened(database)
    ident, seen = receipt["id"], receipt["version"]
    step(database, ident, "escalate", match=seen)
    before = rows(database)
    with pytest.raises(Changed) as changed:
        step(database, ident, "close", match=seen)
    assert changed.value.yours["act"] == "close"
    assert (changed.value.theirs["level"], changed.value.theirs["last"]["action"]) == (2, "escalate")
    assert changed.value.version == story(database, ident).version
    with pytest.raises(NeedsMatch):
        step(database, ident, "close", match=None)
    assert rows(database) == before
    step(database, ident, "close", match=changed.value.version)


def test_steps_that_are_not_theirs_or_not_from_here_save_nothing(database) -> None:
    receipt = opened(database)
    ident, seen = receipt["id"], receipt["version"]
    before = rows(database)
    for actor, act in (
        (SUPPORT, "answer"),
        (LEAD, "close"),
        (LEADER, "close"),
        (INSPECTOR, "answer"),
        (VIEWER, "close"),
    ):
        with pytest.raises(Forbidden):
            step(database, ident, act, actor, seen)
    with pytest.raises(Refused):
        step(database, ident, "reopen", match=seen)
    with pytest.raises(NotFound):
        step(database, str(uuid.uuid4()), "close", match=seen)
    assert rows(database) == before


def test_every_step_is_in_the_audit_with_before_and_after(database) -> None:
    receipt = opened(database)
    step(database, receipt["id"], "close", match=receipt["version"])
    with database.read() as connection:
        audit = connection.execute(select(t.change).order_by(t.change.c.id)).all()
    assert [row.action for row in audit] == ["blockage_open", "blockage_close"]
    assert (audit[0].before, audit[0].after["state"]) == (None, "open")
    assert (audit[1].before["state"], audit[1].after["state"]) == ("open", "closed")
    assert {row.subject_code for row in audit} == {SITE}
    assert {row.item_no for row in audit} == {20}
