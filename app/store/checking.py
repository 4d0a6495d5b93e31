"""Whether all that the database names is there and unharmed: asked after a restore, or now and then."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from PIL import Image
from sqlalchemy import Connection, func, select

from app.store import tables as t
from app.store.blobs import Blobs, photo_name
from app.store.database import Database


@dataclass(frozen=True)
class Checked:
    """What was found: `entries` of the ledger, the moment of the `newest`, and how many pictures rows name.

    `missing` and `damaged` are names of photos and thumbnails that are not there, or are not what they should
    be; `faults` are the database's own words.
    """

    entries: int
    newest: datetime | None
    photos: int
    missing: tuple[str, ...]
    damaged: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Nothing is missing or damaged."""
        return not (self.missing or self.damaged or self.faults)


def check(database: Database, blobs: Blobs) -> Checked:
    """Read every photo once, and let an embedded database look through its file. Errors: Unavailable, from
    a store of photos that is away; the database's own."""
    with database.read() as connection:
        entries, newest = connection.execute(select(func.count(t.change.c.id), func.max(t.change.c.at))).one()
        pictures = connection.execute(select(t.photo.c.sha256).distinct()).scalars().all()
        faults = () if database.is_postgres else tuple(_faults(connection))
    missing, damaged = [], []
    for name in (photo_name(sha256, small) for sha256 in sorted(pictures) for small in (False, True)):
        raw = blobs.read(name)
        if raw is None:
            missing.append(name)
        elif not _is_sound(name, raw):
            damaged.append(name)
    return Checked(entries, newest, len(pictures), tuple(missing), tuple(damaged), faults)


def _is_sound(name: str, raw: bytes) -> bool:
    """A photo is named by its own hash; a thumbnail by its photo's, and has to be a whole picture."""
    stem = PurePosixPath(name).stem
    if not stem.endswith("-small"):
        return hashlib.sha256(raw).hexdigest() == stem
    try:
        with Image.open(io.BytesIO(raw), formats=("JPEG",)) as found:
            found.load()
    except (OSError, SyntaxError):
        return False
    return True


def _faults(connection: Connection) -> Iterator[str]:
    """What SQLite finds wrong with the file, and rows that point at nothing."""
    for words in connection.exec_driver_sql("PRAGMA integrity_check").scalars():
        if words != "ok":
            yield words
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"{table} {row} → {parent}"
