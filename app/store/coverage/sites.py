"""The located sites that coverage is counted from, and which of them count for a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from app.domain.services import COUNTED
from app.store import tables as t
from app.store.coverage.answers import Objects, Question
from geo.ground import objects
from geo.network import built_parts


@dataclass(frozen=True)
class Places:
    """The located sites of one moment, in order of code."""

    codes: list[str]
    kinds: Objects
    statuses: Objects
    towns: Objects
    geoms: Objects


@dataclass(frozen=True)
class Mains:
    """The lines of a network: rows of the sites, metres of each, and by row the shares reported built."""

    rows: NDArray[np.intp]
    metres: NDArray[np.float64]
    built: Mapping[int, list[tuple[float, float]]]


def read_published(connection: Connection) -> Places:
    """The sites as readers are shown them."""
    names = ("code", "kind", "status", "town_code", "geom")
    query = select(*(t.published_site.c[name] for name in names)).order_by(t.published_site.c.code)
    rows = connection.execute(query).all()
    codes, *columns = ([row[n] for row in rows] for n in range(len(names)))
    return Places(codes, *(objects(column) for column in columns))


def counting(
    places: Places, question: Question, mains: Mains | None = None
) -> tuple[list[str], Objects, tuple[float, float] | None]:
    """Codes and geometries that count for a question; of a network (`mains`) also metres built and in all."""
    of_state = [str(code) for code in COUNTED[question.state]]
    counts = (places.kinds == question.kind) & np.isin(places.statuses, of_state)
    if mains is None:
        rows = np.flatnonzero(counts)
        return [places.codes[row] for row in rows], places.geoms[rows], None
    rows, geoms, metres = _laid(places, mains, counts)
    return [places.codes[row] for row in rows], geoms, metres


def _laid(
    places: Places, mains: Mains, counts: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], Objects, tuple[float, float]]:
    """What is laid of a network: whole lines that count, of the others the sections reported built.

    Rows of the sites, a geometry for each part, and metres counted and in all. A line whose report gives only
    a percentage says nothing about *where*, so it serves nothing until it is complete.
    """
    whole = counts[mains.rows]
    sections = [
        [] if counted else [(start * long, to * long) for start, to in mains.built.get(row, ())]
        for row, long, counted in zip(mains.rows.tolist(), mains.metres.tolist(), whole, strict=True)
    ]
    parts = built_parts(list(places.geoms[mains.rows]), sections)
    owners = np.repeat(mains.rows, [len(some) for some in sections])
    rows = np.append(mains.rows[whole], owners)
    geoms = np.append(places.geoms[mains.rows[whole]], objects(parts))
    order = np.argsort(rows, kind="stable")
    laid = float(mains.metres[whole].sum()) + sum(to - start for some in sections for start, to in some)
    return rows[order], geoms[order], (laid, float(mains.metres.sum()))
