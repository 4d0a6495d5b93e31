"""The back-off: its numbers, and that two processes count together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.auth.backoff import FREE_BY_ADDRESS, FREE_BY_NAME, counted, wait_after
from app.store import attempts
from app.store.database import Database
from tests.support.zones import prepared

START = datetime(2023, 7, 14, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(both_engines_module) -> Iterator[Database]:
    """One for the module; every test has addresses of its own."""
    with prepared(both_engines_module) as (made, _):
        yield made


def seconds(failures: int, free: int) -> float:
    return wait_after(failures, free).total_seconds()


def test_the_waits_double_up_to_a_quarter_of_an_hour():
    waits = [seconds(failures, FREE_BY_NAME) for failures in range(1, 14)]
    assert waits == [0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900]
    assert seconds(10**9, FREE_BY_NAME) == 900
    assert [seconds(n, FREE_BY_ADDRESS) for n in (29, 30, 31)] == [0, 15, 30]


def test_failures_are_forgotten_after_an_hour_without_another():
    assert counted(7, START, START + timedelta(minutes=59)) == 7
    assert counted(7, START, START + timedelta(minutes=61)) == 0


def attempt(database, name: str, address: str, now: datetime) -> float:
    with database.write() as connection:
        return attempts.begin(connection, name, address, now).total_seconds()


def test_the_sixth_attempt_waits_and_others_do_not(database):
    for _ in range(5):
        assert attempt(database, "li", "10.0.1.1", START) == 0
    assert attempt(database, "li", "10.0.1.1", START + timedelta(seconds=1)) == 14
    assert attempt(database, "li", "10.0.1.2", START) == 0, "somebody else must not lock Li out"
    assert attempt(database, "wang", "10.0.1.1", START) == 0
    assert attempt(database, "li", "10.0.1.1", START + timedelta(seconds=15)) == 0
    assert attempt(database, "li", "10.0.1.1", START + timedelta(seconds=16)) == 29


def test_refused_attempts_do_not_prolong_the_wait(database):
    for _ in range(5):
        attempt(database, "li", "10.0.2.1", START)
    for second in range(1, 15):
        assert attempt(database, "li", "10.0.2.1", START + timedelta(seconds=second)) == 15 - second
    assert attempt(database, "li", "10.0.2.1", START + timedelta(seconds=15)) == 0


def test_an_address_that_tries_many_names_waits_too(database):
    for number in range(30):
        assert attempt(database, f"name{number}", "10.0.3.1", START) == 0
    assert attempt(database, "one more", "10.0.3.1", START) == 15
    assert attempt(database, "one more", "10.0.3.2", START) == 0


def test_success_clears_the_name(database):
    for _ in range(4):
        attempt(database, "li", "10.0.4.1", START)
    assert attempt(database, "li", "10.0.4.1", START) == 0
    with database.write() as connection:
        attempts.succeeded(connection, "li", "10.0.4.1")
    for _ in range(5):
        assert attempt(database, "li", "10.0.4.1", START) == 0
    assert attempt(database, "li", "10.0.4.1", START) > 0


def test_long_names_are_no_fault(database):
    assert attempt(database, "长" * 500, "2001:db8::" + "f" * 200, START) == 0
