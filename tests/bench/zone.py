"""A generated zone of any size in a database of its own, published and settled, as a service finds it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psycopg
from sqlalchemy import select

from app.store import tables as t
from app.store.publish import publish
from tests.support.databases import Storage, storage
from tests.support.generated import DAY, put_sites
from tests.support.zones import prepared


@dataclass(frozen=True)
class Zone:
    """Where it is kept; its `codes` (N strings, in order) and `geoms` (N shapely geometries, WGS 84)."""

    storage: Storage
    codes: list[str]
    geoms: np.ndarray

    @property
    def env(self) -> dict[str, str]:
        """Settings of a server on it; with the day of its statuses, so that none is published anew."""
        return {**self.storage.env, "MINSHENG_TODAY": DAY.isoformat()}


@contextmanager
def generated(database: str, size: int) -> Iterator[Zone]:
    """A zone of `size` sites, the same for the same size on every database; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="minsheng-bench-") as folder:
        with storage(database, Path(folder)) as place:
            with prepared(place, today=DAY) as (made, settings):
                with made.owning() as connection:
                    put_sites(connection, size)
                    publish(connection, DAY, settings.tolerance)
                with made.read() as connection:
                    columns = t.published_site.c.code, t.published_site.c.geom
                    rows = connection.execute(select(*columns).order_by(columns[0])).all()
            if database == "postgis":
                _settle(place)
            geoms = np.empty(len(rows), dtype=object)
            geoms[:] = [row.geom for row in rows]
            yield Zone(place, [row.code for row in rows], geoms)


def _settle(place: Storage) -> None:
    """What a server does by itself within minutes: statistics, visibility map, dirty pages written."""
    with psycopg.connect(address(place), autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def address(place: Storage) -> str:
    """libpq's address of a PostgreSQL storage."""
    return place.url.replace("postgresql+psycopg://", "postgresql://", 1)
