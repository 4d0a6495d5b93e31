"""Inspections mended and disputed, on both engines: nothing lost, past weeks as they were, one at a time."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from app.domain.roles import Actor
from app.domain.timeline import Kind
from app.errors import BadParameter, Forbidden, NotFound, Refused
from app.store import tables as t
from app.store.asof import AsOf
from app.store.checkin import read_checkin
from app.store.database import Database
from app.store.disputes import decide
from app.store.inspections import NewInspection, inspections_of, latest_sections, record_inspection
from app.store.revisions import Revision, revise
from app.store.subjects import read_subject
from app.store.timeline import read_timeline
from tests.support.ledgers import DAY, INSPECTOR, LEAD, SUPERVISION, asked, at, by, days
from tests.support.zones import prepared

LINE, HOMES = "20-3-01", "06-1"
ANNA, BERND = (replace(INSPECTOR, account_id=n, display=f"巡查员{n}") for n in (1, 2))


@pytest.fixture
def database(both_engines) -> Iterator[Database]:
    with prepared(both_engines) as (made, _):
        row = {"display": "x", "role": "inspector", "towns": [], "items": [], "created_at": at()}
        with made.write() as connection:
            for actor in (ANNA, BERND):
                named = row | {"id": actor.account_id, "name": f"inspector{actor.account_id}"}
                connection.execute(insert(t.account).values(named))
        yield made


def recorded(database: Database, actor: Actor = ANNA, **more) -> dict:
    words = {"subject": LINE, "made_at": at(DAY, 9), "verdict": "ok", "finding": "沟槽已回填。"}
    form = NewInspection(**{"id": str(uuid.uuid4()), **words, **more})
    return by(database, actor, lambda writer: record_inspection(writer, form, asked(form, ident=form.id)))


def mended(
    database: Database, one: dict, actor: Actor = ANNA, day=DAY, version=None, request=None, **changes
):
    form = Revision(str(uuid.uuid4()), one["id"], version or one["version"], changes)
    request = request or asked(changes, ident=form.id)
    return by(database, actor, lambda writer: revise(writer, replace(form, id=request.id), request), day)


def decided(
    database: Database, dispute: str, chosen: str, actor=SUPERVISION, day=DAY, text=None, request=None
):
    request = request or asked(chosen)
    return by(database, actor, lambda writer: decide(writer, dispute, chosen, text, request), day)


def stands(database: Database, one: dict, as_of: AsOf | None = None) -> tuple:
    with database.read() as connection:
        rows = {row["id"]: row for row in inspections_of(connection, as_of or AsOf(DAY))}
    row = rows[one["id"]]
    return row["verdict"], row["finding"], row["sections"], row["disputed"]


def rows(database: Database) -> list[int]:
    tables = (t.change, t.inspection_revision, t.dispute, t.dispute_decision)
    with database.read() as connection:
        return [len(connection.execute(select(table.c.id)).all()) for table in tables]


def test_two_people_mend_different_fields(database) -> None:
    one = recorded(database, sections="0-100")
    first = mended(database, one, finding="沟槽未回填。")
    assert (first["merged"], first["disputed"], first["version"]) == (["finding"], [], first["change"])
    second = mended(database, one, SUPERVISION, verdict="problem", finding="沟槽已回填。")
    assert second["merged"] == ["verdict"], "an unchanged field sent along is no change"
    third = mended(database, one, sections="")
    assert third["inspection"] == {
        "id": one["id"],
        "subject": LINE,
        "verdict": "problem",
        "finding": "沟槽未回填。",
        "sections": None,
        "geom_version": None,
        "version": third["version"],
    }
    assert stands(database, one) == ("problem", "沟槽未回填。", None, 0)
    with database.read() as connection:
        kept = read_checkin(connection, one["id"], AsOf(DAY))
        assert latest_sections(connection, LINE, AsOf(DAY)) is None, "cleared"
    assert kept.row["finding"] == "沟槽已回填。", "as it was sent"
    assert [row["changed"] for row in kept.revisions] == [["finding"], ["verdict"], ["sections"]]
    assert kept.version == third["version"]


def test_the_same_field_twice_keeps_both_and_supervision_decides(database) -> None:
    one = recorded(database, sections="0-100")
    mended(database, one, SUPERVISION, finding="一侧未回填。", sections="0-90")
    late = mended(database, one, finding="", sections="0-80", verdict="ok")
    assert (late["merged"], late["version"]) == ([], late["inspection"]["version"])
    words, sections = late["disputed"]
    with database.read() as connection:
        version = read_subject(connection, LINE).geom_version
    assert (words["field"], words["base"], words["kept"], words["other"]) == (
        "finding",
        "沟槽已回填。",
        "一侧未回填。",
        "",
    )
    assert (words["kept_by"], words["other_by"]) == ("督查考核指挥部", "巡查员1")
    assert sections["other"] == {"sections": [[0.0, 80.0]], "geom_version": version}
    assert stands(database, one) == ("ok", "一侧未回填。", [[0.0, 90.0]], 2)

    receipt = decided(database, sections["id"], "other", text=" 以后到的为准 ")
    assert (receipt["inspection"], receipt["version"], receipt["text"]) == (
        one["id"],
        receipt["change"],
        "以后到的为准",
    )
    assert stands(database, one) == ("ok", "一侧未回填。", [[0.0, 80.0]], 1)
    kept = decided(database, words["id"], "kept")
    assert kept["version"] == receipt["version"], "nothing was mended"
    assert stands(database, one) == ("ok", "一侧未回填。", [[0.0, 80.0]], 0)
    with pytest.raises(Refused):
        decided(database, words["id"], "other")
    with database.read() as connection:
        found = read_checkin(connection, one["id"], AsOf(DAY))
    assert {row["field"]: row["decision"]["chosen"] for row in found.disputes} == {
        "finding": "kept",
        "sections": "other",
    }


def test_a_field_changed_once_more_is_not_replaced_unseen(database) -> None:
    one = recorded(database)
    mended(database, one, SUPERVISION, finding="甲")
    disputes = [mended(database, one, finding=word)["disputed"][0]["id"] for word in ("乙", "丙")]
    current = stands(database, one)
    with database.read() as connection:
        version = read_checkin(connection, one["id"], AsOf(DAY)).version
    fourth = mended(database, one, version=version, finding="丁")["version"]
    before = rows(database)
    with pytest.raises(Refused):
        decided(database, disputes[0], "other")
    assert rows(database) == before and stands(database, one)[1] == "丁" != current[1]
    decided(database, disputes[0], "kept")
    mended(database, one, SUPERVISION, version=fourth, finding="甲")
    decided(database, disputes[1], "other")
    assert stands(database, one) == ("ok", "丙", None, 0)


def test_of_two_disputes_about_one_field_the_last_decision_holds(database) -> None:
    one = recorded(database)
    mended(database, one, SUPERVISION, finding="甲")
    disputes = [mended(database, one, finding=word)["disputed"][0]["id"] for word in ("乙", "丙")]
    for ident in disputes:
        decided(database, ident, "other")
    assert stands(database, one) == ("ok", "丙", None, 0)


def test_a_decision_does_not_leave_trouble_without_words(database) -> None:
    one = recorded(database)
    mended(database, one, SUPERVISION, verdict="stopped")
    (words,) = mended(database, one, finding="")["disputed"]
    assert stands(database, one)[:2] == ("stopped", "沟槽已回填。")
    with pytest.raises(Refused):
        decided(database, words["id"], "other")
    decided(database, words["id"], "kept")


def test_a_repeat_answers_the_same_and_changes_nothing(database) -> None:
    one = recorded(database)
    mended(database, one, SUPERVISION, finding="甲")
    request = asked("body")
    first = mended(database, one, request=request, finding="乙", verdict="problem")
    before = rows(database)
    mended(database, one, SUPERVISION, version=first["version"], verdict="stopped")
    assert mended(database, one, request=request, finding="乙", verdict="problem") == first
    deciding = asked("decide")
    receipt = decided(database, first["disputed"][0]["id"], "other", request=deciding)
    assert decided(database, first["disputed"][0]["id"], "other", request=deciding) == receipt
    assert [b - a for a, b in zip(before, rows(database), strict=True)] == [2, 2, 0, 1]
    with pytest.raises(Refused):
        mended(database, one, BERND, request=request, finding="乙", verdict="problem")


def test_who_may_mend_and_decide(database) -> None:
    one, nobodys = recorded(database), recorded(database, INSPECTOR)
    mended(database, one, SUPERVISION, finding="甲")
    (dispute,) = mended(database, one, finding="乙")["disputed"]
    before = rows(database)
    for actor in (BERND, INSPECTOR, LEAD, replace(ANNA, towns=frozenset({"370829999"}))):
        with pytest.raises(Forbidden):
            mended(database, one, actor, finding="丙")
        with pytest.raises(Forbidden):
            decided(database, dispute["id"], "kept", actor)
    for actor in (ANNA, INSPECTOR):  # entered without an account, as by the demonstration
        with pytest.raises(Forbidden):
            mended(database, nobodys, actor, finding="丙")
    with pytest.raises(NotFound):
        mended(database, {"id": str(uuid.uuid4()), "version": 1}, finding="丙")
    with pytest.raises(NotFound):
        decided(database, str(uuid.uuid4()), "kept")
    with pytest.raises(BadParameter):
        decided(database, dispute["id"], "mine")
    assert rows(database) == before


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"verdict": "problem", "finding": ""}, "finding"),
        ({"sections": "0-999999"}, "sections"),
        ({"sections": "0-10", "geom_version": 9}, "geom_version"),
        ({"version": 1_000_000, "finding": "甲"}, "version"),
        ({"version": 1, "finding": "甲"}, "version"),  # an entry before it was made
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(database, changes, parameter) -> None:
    recorded(database)
    one = recorded(database)
    before = rows(database)
    with pytest.raises(BadParameter) as bad:
        mended(database, one, **changes)
    assert bad.value.faults[0].parameter == parameter
    assert rows(database) == before


def test_homes_get_no_sections_by_mending(database) -> None:
    one = recorded(database, subject=HOMES)
    with pytest.raises(BadParameter):
        mended(database, one, sections="0-10")
    mended(database, one, finding="已入户核实。")


def test_a_past_week_shows_what_was_known_then(database) -> None:
    one = recorded(database, sections="0-100")
    mended(database, one, SUPERVISION, days(2), finding="甲", sections="0-60")
    (dispute,) = mended(database, one, day=days(4), finding="乙")["disputed"]
    decided(database, dispute["id"], "other", day=days(6))
    shown = [stands(database, one, AsOf.end_of(days(n)))[1:] for n in (1, 3, 5, 7)]
    assert shown == [
        ("沟槽已回填。", [[0.0, 100.0]], 0),
        ("甲", [[0.0, 60.0]], 0),
        ("甲", [[0.0, 60.0]], 1),
        ("乙", [[0.0, 60.0]], 0),
    ]
    with database.read() as connection:
        assert latest_sections(connection, LINE, AsOf.end_of(days(1)))["sections"] == [[0.0, 100.0]]
        assert latest_sections(connection, LINE, AsOf.end_of(days(3)))["sections"] == [[0.0, 60.0]]
        told = [read_timeline(connection, AsOf.end_of(days(n)), [LINE]) for n in (1, 7)]
    counts = [[event.kind for event in events].count(Kind.MENDED) for events in told]
    assert counts == [0, 2]
    (sent,) = [event for event in told[1] if event.kind is Kind.INSPECTED]
    assert (sent.words, sent.values["built_m"]) == ("沟槽已回填。", 100.0)


def test_every_write_is_in_the_audit_with_before_and_after(database) -> None:
    one = recorded(database)
    mended(database, one, SUPERVISION, finding="甲")
    (dispute,) = mended(database, one, finding="乙")["disputed"]
    decided(database, dispute["id"], "other")
    with database.read() as connection:
        audit = connection.execute(select(t.change).order_by(t.change.c.id)).all()
    assert [row.action for row in audit] == ["inspection", *["inspection_revision"] * 2, "dispute_decision"]
    assert {(row.subject_code, row.item_no) for row in audit} == {(LINE, 20)}
    assert [(row.before["finding"], row.after["finding"]) for row in audit[1:]] == [
        ("沟槽已回填。", "甲"),
        ("甲", "甲"),
        ("甲", "乙"),
    ]
    assert [one["field"] for one in audit[2].after["disputed"]] == ["finding"]


def test_of_two_at_once_neither_overwrites_the_other(database) -> None:
    """Both have seen the same version and send at the same moment."""
    one = recorded(database)
    start = threading.Barrier(2)
    found = {}

    def mend(actor: Actor) -> None:
        start.wait()
        found[actor.display] = mended(database, one, actor, finding=actor.display)

    threads = [threading.Thread(target=mend, args=(actor,)) for actor in (ANNA, SUPERVISION)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    taken = [name for name, receipt in found.items() if receipt["merged"] == ["finding"]]
    (dispute,) = [dispute for receipt in found.values() for dispute in receipt["disputed"]]
    assert [dispute["kept"]] == taken
    assert {dispute["kept"], dispute["other"]} == set(found)
    assert stands(database, one)[1] == dispute["kept"]
