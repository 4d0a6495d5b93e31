"""What is to be served, read from the database and put on the ground of the towns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from app.domain.reached import Layer
from app.store import tables as t
from geo.ground import Ground, objects
from geo.reach import Land, Targets


class Edition(NamedTuple):
    """What tells one state of a layer from another: how many places, and the newest import and moment."""

    places: int
    change: int | None
    entered_at: datetime


@dataclass(frozen=True, eq=False)
class ServedPlaces:
    """The places of one layer that lie in the zone, in order of code: what is known of them, and `geoms` in
    WGS 84. `outside` are those that do not, which the towns' borders of today leave out."""

    layer: Layer
    codes: list[str]
    names: list[str]
    names_en: list[str]
    towns: list[str]
    inhabitants: list[int | None]
    positions: list[str]
    as_of: list[str | None]
    geoms: NDArray[np.object_]
    targets: Targets
    outside: int

    @cached_property
    def town_rows(self) -> NDArray[np.intp]:
        """The index of each place's town in the ground's."""
        rows = {code: row for row, code in enumerate(self.targets.ground.codes)}
        return np.array([rows[code] for code in self.towns], dtype=np.intp)

    @cached_property
    def people(self) -> NDArray[np.float64]:
        """Inhabitants, NaN where unknown."""
        return np.array([np.nan if one is None else one for one in self.inhabitants], dtype=np.float64)

    @cached_property
    def land(self) -> Land:
        """The same ground, each spot once."""
        return Land.of(self.targets.ground, self.geoms)


def editions(connection: Connection) -> dict[Layer, Edition]:
    """The state of every layer that is loaded, in the order of layers."""
    c = t.served_place.c
    query = select(c.layer, func.count(), func.max(c.change_id), func.max(c.entered_at)).group_by(c.layer)
    found = {row[0]: Edition(*row[1:]) for row in connection.execute(query)}
    return {layer: found[layer] for layer in Layer if layer in found}


def read_places(connection: Connection, layer: Layer, ground: Ground) -> ServedPlaces:
    """One layer on the ground. Errors: BadGeometry where something broken got into the table."""
    c = t.served_place.c
    columns = (c.code, c.name, c.name_en, c.town_code, c.inhabitants, c.position, c.inhabitants_as_of, c.geom)
    query = select(*columns).where(c.layer == layer.value).order_by(c.code)
    rows = [tuple(row) for row in connection.execute(query)]
    targets = Targets.of(ground, objects([row[-1] for row in rows]))
    if not targets.inside.all():
        rows = [row for row, inside in zip(rows, targets.inside.tolist(), strict=True) if inside]
        outside = int((~targets.inside).sum())
        targets = Targets.flat(ground, targets.shapes[targets.inside])
    else:
        outside = 0
    listed = [[row[n] for row in rows] for n in range(len(columns))]
    return ServedPlaces(layer, *listed[:-1], objects(listed[-1]), targets, outside)
