"""The same pages without us: the statement of a 1,000-feature page, run by PostgreSQL's own pgbench.

The statement and its parameters are caught on their way from app.store.spatial.postgis to the database:
they are the very same. pgbench runs it prepared, as psycopg does, with as many clients and, like ours, on
one thread; each transaction first fetches a random page's parameters from a small table (0.02 ms). pgbench
can ask for text only, where bytes come as hex, twice as long: so the features are left as text for it,
byte for byte what the service receives. That is checked for every page.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from app.settings import Settings
from app.store.database import Database
from app.store.spatial.postgis import PostgisReads
from app.store.spatial.protocol import WGS84, Filters
from scripts._cluster import find_binaries
from tests.bench import plan
from tests.bench.client import BenchError
from tests.bench.questions import Question
from tests.bench.zone import address
from tests.support.databases import Storage

SPARE_S = 60
TABLE = sql.Identifier("minsheng_bench_page")
TYPES = {bytes: "bytea", str: "text", int: "bigint", float: "double precision"}
PARAMETER = re.compile(r"%\((\w+)\)s")
PROGRESS = re.compile(r"^progress: ([\d.]+) s, ([\d.]+) tps", re.MULTILINE)


class _Listener(PostgisReads):
    """The engine itself, noting what it asks the database."""

    def _rows(self, statement: str, values: dict[str, Any], *more: Any, **options: Any) -> list[tuple]:
        self.asked = statement, dict(values)
        return super()._rows(statement, values, *more, **options)


class Pgbench:
    """pgbench on one database, ready to run; `pages` are questions of a page workload."""

    def __init__(self, storage: Storage, pages: Sequence[Question], bodies: Sequence[bytes]) -> None:
        """Raises BenchError when a page through SQL is not what the service answered (`bodies`)."""
        self._url = make_url(storage.url)
        self._program = Path(os.environ.get("MINSHENG_PG_BIN") or find_binaries()) / "pgbench"
        if not self._program.exists():
            raise BenchError(f"no pgbench beside PostgreSQL: {self._program}")
        self._statement, parameters = _catch(storage, pages)
        with psycopg.connect(address(storage), autocommit=True) as connection:
            connection.execute("SET client_encoding TO 'UTF8'")
            for values, body in zip(parameters, bodies, strict=True):
                _compare(connection, self._statement, values, body)
            _keep(connection, parameters)
        self._names, self._last = list(parameters[0]), len(parameters) - 1

    def per_second(self, seconds: float) -> float:
        """Pages per second, after a warm-up like that of the clients. Raises BenchError."""
        warm_up = round(plan.WARM_UP_S)
        url, whole = self._url, round(seconds)
        with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as script:
            script.write(self._script())
            script.flush()
            words = [str(self._program), "-h", str(url.host), "-p", str(url.port), "-U", str(url.username)]
            words += ["--no-vacuum", "--protocol=prepared", "--file", script.name, "--progress=1"]
            words += [f"--client={plan.CLIENTS}", "--jobs=1", f"--time={warm_up + whole}"]
            words += [f"--random-seed={plan.SEED}", str(url.database)]
            environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
            environment["PGPASSWORD"] = str(url.password or "")
            try:
                done = subprocess.run(
                    words,
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=warm_up + whole + SPARE_S,
                )
            except subprocess.TimeoutExpired as error:
                raise BenchError("pgbench did not end") from error
        if done.returncode or "number of failed transactions: 0 " not in done.stdout:
            raise BenchError(f"pgbench failed: {done.stderr.strip()[-1000:]}")
        rates = [float(rate) for at, rate in PROGRESS.findall(done.stderr) if float(at) > warm_up + 0.5]
        if not rates:
            raise BenchError(f"pgbench told no rate: {done.stderr.strip()[-1000:]}")
        return sum(rates) / len(rates)

    def _script(self) -> str:
        names = ", ".join(f'"{name}"' for name in self._names)
        page = PARAMETER.sub(r":\1", self._statement).replace("%%", "%")
        table = TABLE.as_string()
        return f"\\set n random(0, {self._last})\nSELECT {names} FROM {table} WHERE n = :n \\gset\n{page};\n"


def _catch(storage: Storage, pages: Sequence[Question]) -> tuple[str, list[dict[str, Any]]]:
    """The statement, features as text, and its parameters for each page."""
    database = Database(Settings(database_url=storage.url, data=storage.data))
    statements, parameters = set(), []
    try:
        engine = _Listener(database)
        for page in pages:
            engine.page(page.box, Filters(), page.count, None, "zh", WGS84)
            statement, values = engine.asked
            statements.add(statement)
            parameters.append(values)
    finally:
        database.close()
    if len(statements) != 1:
        raise BenchError(f"one statement was expected for all pages, not {len(statements)}")
    return re.sub(r"convert_to\((.*), 'UTF8'\)", r"(\1)", statements.pop(), flags=re.DOTALL), parameters


def _compare(connection: psycopg.Connection, statement: str, values: dict[str, Any], body: bytes) -> None:
    (row,) = connection.execute(statement, values).fetchall()
    texts = [value for value in row if isinstance(value, str) and value.startswith('{"type":"Feature"')]
    if len(texts) != 1 or not body.endswith(b'"features":[' + texts[0].encode() + b"]}"):
        raise BenchError("a page through SQL is not the one that the service answers")


def _keep(connection: psycopg.Connection, parameters: Sequence[dict[str, Any]]) -> None:
    """The parameters as a table; pgbench's script reads them from it."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(TYPES[type(value)]))
        for name, value in parameters[0].items()
    )
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(TABLE))
    connection.execute(sql.SQL("CREATE TABLE {} (n int PRIMARY KEY, {})").format(TABLE, columns))
    marks = sql.SQL(", ").join([sql.Placeholder()] * (len(parameters[0]) + 1))
    insert = sql.SQL("INSERT INTO {} VALUES ({})").format(TABLE, marks)
    for number, values in enumerate(parameters):
        connection.execute(insert, [number, *values.values()])
    connection.execute(sql.SQL("ANALYZE {}").format(TABLE))
