"""Places to be served from ``data/boundaries``: optional files, one for a layer.

A layer that somebody has imported is left as it is, like a site's surveyed geometry.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy import Connection, select

from app.domain.reached import NAMES, Layer
from app.store import tables as t
from app.store.moments import now
from app.store.served.importing import add, judge, remove
from app.store.served.rows import Fields, place_rows

MOST_TOLD = 5
"""Rows named when a file is refused."""


class BadPlaces(ValueError):
    """A file of places contradicts the rules; the text says which rows and why."""


def load_places(connection: Connection, data: Path) -> None:
    """Load the files that are there. Errors: BadPlaces; GeoError for a file that cannot be read."""
    for layer in Layer:
        path = data / "boundaries" / f"{NAMES[layer]}.geojson"
        if path.is_file() and not _imported(connection, layer):
            _load(connection, layer, path)


def _imported(connection: Connection, layer: Layer) -> bool:
    """Whether any place of the layer came by an import."""
    c = t.served_place.c
    return (
        connection.execute(select(c.code).where(c.layer == layer.value, c.change_id.is_not(None))).first()
        is not None
    )


def _load(connection: Connection, layer: Layer, path: Path) -> None:
    from geo.reading import read_rows

    rows = place_rows(read_rows(path), layer, Fields(position=None))
    judged = judge(connection, rows, layer)
    bad = [one for one in judged.rows if one.verdict == "refused"]
    if bad:
        told = "; ".join(
            f"{one.row.number} {one.row.code}: {', '.join(map(str, one.reasons))}" for one in bad[:MOST_TOLD]
        )
        raise BadPlaces(f"{path.name}: {len(bad)} rows refused · {len(bad)} 行不合格: {told}")
    chosen = [one for one in judged.rows if one.verdict in ("new", "changed")]
    altered = [one.row.code for one in chosen if one.verdict == "changed"]
    remove(connection, layer, [*judged.gone, *altered])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    source = f"data/boundaries/{path.name} sha256:{digest}"
    add(connection, layer, chosen, {"source": source, "change_id": None, "entered_at": now()})
