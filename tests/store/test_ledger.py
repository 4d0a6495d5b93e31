"""The ledger's items with how far they are: rolled up once, as of any day, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from app.store import tables as t
from app.store.asof import AsOf
from app.store.book import read_book
from app.store.ledger import read_items
from tests.support.databases import Storage
from tests.support.zones import prepared

TODAY = AsOf(date(2023, 7, 14))


@pytest.fixture(scope="module")
def connection(both_engines_module: Storage) -> Iterator:
    with prepared(both_engines_module, demo=True) as (database, _):
        with database.read() as connection:
            yield connection


def items(connection, as_of: AsOf = TODAY, lang: str = "zh") -> dict[int, dict]:
    return {item["no"]: item for item in read_items(connection, read_book(connection, as_of, 5), lang)}


def test_the_ledger_says_what_the_book_says(connection):
    book = read_book(connection, TODAY, 5)
    found = items(connection)
    for no, rolled in book.items.items():
        assert found[no]["percent"] == rolled.percent
        for task in found[no]["tasks"]:
            own = book.tasks[no, task["no"]]
            assert task["percent"] == own.percent
            for target, progress in zip(task["targets"], own.targets, strict=True):
                assert (target["percent"], target["complete"]) == (progress.percent, progress.complete)
                assert target["done"] == (
                    None if progress.done is None else pytest.approx(progress.done, abs=5e-4)
                )
            line = book.lines[task["code"]]
            assert task["subject"]["status"] == line.status.code.value


def test_quantities_per_town_add_up_to_what_is_done(connection):
    split = 0
    for item in items(connection).values():
        for target in (target for task in item["tasks"] for target in task["targets"]):
            if target["by_town"]:
                split += 1
                assert sum(one["quantity"] for one in target["by_town"]) == target["done"], target["title"]
    assert split >= 7


def test_what_nobody_reported_per_town_is_not_invented(connection):
    training = items(connection)[4]["tasks"][0]
    assert training["town_counts"] == []
    early = items(connection, AsOf.end_of(date(2023, 1, 31)))[1]["tasks"][0]
    assert {count["done"] for count in early["town_counts"]} == {None}
    assert not any(target["reported"] for target in early["targets"])


def test_more_than_at_least_is_shown_as_a_surplus(connection):
    shows = items(connection)[17]
    target = shows["tasks"][0]["targets"][0]
    assert (target["done"], target["quantity"], target["surplus"]) == (12, 10, 2)
    assert target["surplus_is_fine"]
    assert (target["percent"], shows["percent"], shows["complete"]) == (120, 100, True)


def test_what_was_sent_back_is_not_complete_although_its_figures_are(connection):
    days = (date(2023, 4, 10), date(2023, 4, 12), date(2023, 4, 22))
    insured = [items(connection, AsOf.end_of(day))[18] for day in days]
    assert [item["percent"] for item in insured] == [100, 99.9, 100]
    assert [item["complete"] for item in insured] == [True, False, True]
    assert "退回" in insured[1]["tasks"][0]["subject"]["why"]


@pytest.mark.parametrize(("code", "told"), [("07-1", False), ("12-1", True)])
def test_reasons_about_homes_and_persons_are_not_told(both_engines, code, told):
    """A stop's reason is part of why a status is what it is; where persons are concerned it is left out."""
    with prepared(both_engines) as (database, _):
        with database.write() as connection:
            connection.execute(
                t.report.insert().values(
                    id="6f2d0c1e-0000-4000-8000-000000000001",
                    subject_code=code,
                    week_monday=date(2023, 7, 10),
                    percent=10.0,
                    suspended_reason="某户的情况",
                    entered_at=AsOf.end_of(date(2023, 7, 13)).before,
                )
            )
        with database.read() as connection:
            subject = items(connection)[int(code[:2])]["tasks"][0]["subject"]
    assert subject["status"] == "suspended"
    assert ("某户的情况" in subject["why"]) == told
    assert ("原因不公开" in subject["why"]) != told


def test_sites_stand_as_they_stood_then(connection):
    then = items(connection, AsOf.end_of(date(2023, 2, 1)))
    assert [site["code"] for site in then[20]["tasks"][0]["sites"]] == ["20-1-01", "20-1-02"]
    assert {site["status"] for site in then[20]["tasks"][0]["sites"]} == {"not_started"}
