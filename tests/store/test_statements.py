"""Statements straight through libpq: parameters, prepared reuse, lost connections, errors."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.store.database import Database
from tests.support.databases import storage
from tests.support.zones import settings_for


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with storage("postgis", tmp_path_factory.mktemp("statements")) as place:
        made = Database(settings_for(place))
        yield made
        made.close()


texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=60, deadline=None)
@given(
    one=texts,
    many=st.lists(texts, max_size=5),
    number=st.integers(-(2**31), 2**31 - 1),
    data=st.binary(max_size=40),
)
def test_values_arrive_as_they_were_given(database, one, many, number, data):
    sql = (
        "SELECT %(one)s::text, array_to_json(%(many)s::text[])::text, %(number)s::int, %(data)s::bytea, NULL"
    )
    ((text, listed, whole, raw, nothing),) = database.statements.rows(
        sql, {"one": one, "many": many, "number": number, "data": data}, binary=True
    )
    assert text.decode() == one
    assert json.loads(listed) == many
    assert int.from_bytes(whole, "big", signed=True) == number
    assert raw == data
    assert nothing is None


def test_a_parameter_is_never_part_of_the_statement(database):
    hostile = "'; DROP TABLE pg_class; --"
    assert database.statements.rows("SELECT %(q)s::text", {"q": hostile}) == [(hostile.encode(),)]


def test_a_lost_connection_is_replaced(database):
    (pid,) = database.statements.rows("SELECT pg_backend_pid()", {})[0]
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [int(pid)])
    (next_pid,) = database.statements.rows("SELECT pg_backend_pid()", {})[0]
    assert next_pid != pid


def test_an_error_is_raised_and_the_next_statement_works(database):
    with pytest.raises(psycopg.errors.DivisionByZero):
        database.statements.rows("SELECT 1 / %(zero)s::int", {"zero": 0})
    assert database.statements.rows("SELECT 1", {}) == [(b"1",)]


def test_more_statements_than_are_kept_prepared_and_from_many_threads(database):
    def ask(number: int) -> bytes:
        return database.statements.rows(f"SELECT {number} + %(n)s::int", {"n": number})[0][0]

    with ThreadPoolExecutor(12) as pool:
        assert list(pool.map(ask, range(200))) == [str(2 * n).encode() for n in range(200)]
