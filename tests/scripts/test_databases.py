"""The empty databases that other tests start from."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest

from tests.support.databases import URL_VARIABLE, FreshDatabase, Storage, server_url


def connect(storage: Storage) -> psycopg.Connection:
    return psycopg.connect(storage.url.replace("+psycopg", ""), autocommit=True)


def test_both_engines_are_empty_and_usable(both_engines: Storage) -> None:
    assert list(both_engines.data.iterdir()) == []
    if both_engines.engine == "sqlite":
        path = both_engines.url.removeprefix("sqlite:///")
        with sqlite3.connect(path) as connection:
            assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
    else:
        with connect(both_engines) as connection:
            (version,) = connection.execute("SELECT postgis_lib_version()").fetchone()
            assert version.startswith("3.")


def test_each_database_is_one_of_its_own(fresh_database: FreshDatabase) -> None:
    first, second = fresh_database("postgis"), fresh_database("postgis")
    with connect(first) as connection:
        connection.execute("CREATE TABLE mine (id int)")
    with connect(second) as connection:
        assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)
    assert first.data != second.data
    assert fresh_database("sqlite").url != fresh_database("sqlite").url


def test_an_unknown_engine_is_refused(fresh_database: FreshDatabase) -> None:
    with pytest.raises(ValueError, match="sqlite"):
        fresh_database("oracle")


def test_without_a_server_the_test_fails_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    with pytest.raises(pytest.fail.Exception, match=r"scripts/test"):
        server_url()
