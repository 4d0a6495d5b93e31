"""While the database is away: a clear 503; what is in memory goes on; then all is well again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.support.clients import client
from tests.support.databases import server_url, storage

READ = ("/api/items", "/api/sites/20-1-01", "/api/towns", "/api/items?week=2023-W20")
SPATIAL = ("/api/sites", "/api/nearby?lon=116.4&lat=35.4")


@contextmanager
def away(url: str) -> Iterator[None]:
    """Nobody gets into the database, and those inside are thrown out."""
    name = url.rsplit("/", 1)[1]
    with psycopg.connect(server_url(), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@pytest.mark.parametrize("spatial", ["memory", "postgis"])
def test_the_database_goes_away_and_comes_back(tmp_path, spatial):
    with storage("postgis", tmp_path) as place, client(place, demo=True, spatial=spatial) as api:
        before = {address: api.get(address).content for address in READ}
        with away(place.url):
            for address in READ if spatial == "memory" else READ + SPATIAL:
                answer = api.get(address)
                assert answer.status_code == 503, address
                assert answer.headers["content-type"] == "application/problem+json"
                assert int(answer.headers["retry-after"]) > 0
                assert "Traceback" not in answer.text
                assert place.url.rsplit("/", 1)[1] not in answer.text
            assert api.get("/ledger", headers={"accept": "text/html"}).status_code == 503
            assert api.get("/readyz").status_code == 503
            assert api.get("/healthz").status_code == 200
            if spatial == "memory":
                assert [api.get(address).status_code for address in SPATIAL] == [200, 200]
        assert {address: api.get(address).content for address in READ} == before
        assert [api.get(address).status_code for address in SPATIAL] == [200, 200]


def test_a_connection_that_was_cut_is_not_noticed(tmp_path):
    with storage("postgis", tmp_path) as place, client(place, demo=True, spatial="postgis") as api:
        for address in READ + SPATIAL:
            assert api.get(address).status_code == 200
        with away(place.url):
            pass
        for address in READ + SPATIAL:
            assert api.get(address).status_code == 200, address
