"""The application in this process, on a prepared zone, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient

from app.main import create_app
from tests.support.databases import Storage
from tests.support.zones import prepared


@contextmanager
def client(storage: Storage, demo: bool = False, **settings: object) -> Iterator[TestClient]:
    """A client of the real application; `demo` puts the demonstration data in first."""
    with prepared(storage, demo, **settings) as (_, chosen):
        with TestClient(create_app(chosen), raise_server_exceptions=False) as made:
            yield made
