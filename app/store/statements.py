"""Statements that only read, straight through libpq: prepared, one round trip each, results as they come.

psycopg's cursor looks after each 8 kB that PostgreSQL sends and takes Python's lock every time; a page of
1,000 features comes in 120 such pieces. Here libpq waits for the whole result by itself, without it. And
what only reads needs no BEGIN and ROLLBACK around it, nor a question whether the connection still works.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
from psycopg import pq

_PARAMETER = re.compile(r"%\((\w+)\)s")
_KEPT = 16  # idle connections
_PREPARED = 64  # statements kept on each; filters make many more, of which few are common

Row = tuple[Any, ...]


class Statements:
    """Runs statements on connections of its own, from any thread. `connect` opens one in autocommit mode."""

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        self._connect = connect
        self._idle: deque[_Session] = deque()

    def rows(self, sql: str, values: Mapping[str, Any], binary: bool = False) -> list[Row]:
        """All rows; columns as PostgreSQL sends them: bytes of UTF-8 text, or its binary forms, or None.

        `sql` names its parameters ``%(name)s``; values are bytes, text, numbers, or lists of text or numbers.
        What fails on a connection kept from before is tried once more on a new one. Raises psycopg's errors.
        """
        try:
            session = self._idle.pop()
        except IndexError:
            return self._run(_Session(self._connect()), sql, values, binary)
        try:
            return self._run(session, sql, values, binary)
        except psycopg.Error:  # lost while idle, or a prepared statement is stale after a migration
            return self._run(_Session(self._connect()), sql, values, binary)

    def close(self) -> None:
        """Close idle connections."""
        while self._idle:
            self._idle.pop().connection.close()

    def _run(self, session: _Session, sql: str, values: Mapping[str, Any], binary: bool) -> list[Row]:
        try:
            found = session.rows(sql, values, binary)
        except BaseException:
            session.connection.close()
            raise
        if len(self._idle) < _KEPT:
            self._idle.append(session)
        else:
            session.connection.close()
        return found


class _Session:
    """A connection and the statements prepared on it, by their text."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self._prepared: dict[str, bytes] = {}

    def rows(self, sql: str, values: Mapping[str, Any], binary: bool) -> list[Row]:
        statement, name = _numbered(sql), self._name(sql)
        given = [values[key] for key in statement.parameters]
        texts = [_text(value) for value in given]
        formats = [pq.Format.BINARY if isinstance(value, bytes) else pq.Format.TEXT for value in given]
        link = self.connection.pgconn
        if name:
            result = link.exec_prepared(name, texts, formats, pq.Format(binary))
        else:
            result = link.exec_params(statement.sql, texts, None, formats, pq.Format(binary))
        _check(result)
        columns = range(result.nfields)
        return [tuple(result.get_value(row, column) for column in columns) for row in range(result.ntuples)]

    def _name(self, sql: str) -> bytes | None:
        name = self._prepared.get(sql)
        if name is None and len(self._prepared) < _PREPARED:
            name = b"minsheng_%d" % len(self._prepared)
            _check(self.connection.pgconn.prepare(name, _numbered(sql).sql))
            self._prepared[sql] = name
        return name


class _Numbered(NamedTuple):
    """A statement with ``$1`` for its first parameter, and the parameters' names in that order."""

    sql: bytes
    parameters: tuple[str, ...]


@lru_cache(maxsize=512)
def _numbered(sql: str) -> _Numbered:
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        names.append(match.group(1))
        return f"${len(names)}"

    numbered = _PARAMETER.sub(number, sql).replace("%%", "%")
    return _Numbered(numbered.encode(), tuple(names))


def _check(result: pq.abc.PGresult) -> None:
    if result.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
        raise psycopg.errors.error_from_result(result)


def _text(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, list):
        return b"{%b}" % b",".join(_quoted(str(one)) for one in value)
    return str(value).encode()


def _quoted(text: str) -> bytes:
    return b'"%b"' % text.replace("\\", "\\\\").replace('"', '\\"').encode()
