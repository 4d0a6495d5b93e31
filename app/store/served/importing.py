"""Replace a layer of places to be served by a file: judge every row first, then save all or nothing.

A file holds its whole layer. Places that are in the database and not in the file are gone from it; somebody
has to say whether they are removed or kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, func, insert, select

from app.domain.reached import NAMES, Layer
from app.errors import Refused
from app.store import tables as t
from app.store.served.rows import PlaceRow, far_off
from app.store.writing import Writer
from geo.errors import Message
from geo.ground import objects, prepared
from geo.measure import GEOD

Verdict = Literal["new", "changed", "unchanged", "outside", "double", "refused"]
LEFT_OUT: tuple[Verdict, ...] = ("outside", "double")
"""Rows that are neither saved nor a mistake: beyond the towns, or the same geometry once more."""
Gone = Literal["replace", "keep"]

BATCH = 5_000
FARTHEST_DEG = 1.0
"""Nothing that is one place reaches farther beyond the zone (about 100 km)."""

COMPARED = ("name", "name_en", "town_code", "inhabitants", "inhabitants_as_of", "position")
"""What is compared, beside the geometry, to tell whether a place has changed."""


@dataclass
class Judged:
    """One row: what would become of it, why not, and what would be saved."""

    row: PlaceRow
    verdict: Verdict = "refused"
    reasons: list[Message] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def refuse(self, zh: str, en: str) -> None:
        """Note a reason against the row, in both languages."""
        self.reasons.append(Message(zh, en))


@dataclass(frozen=True)
class Judgement:
    """All rows of a file, and the codes of the layer that are not in it."""

    layer: Layer
    rows: list[Judged]
    gone: list[str]
    counts: Counter[Verdict]


def judge(connection: Connection, rows: Sequence[PlaceRow], layer: Layer) -> Judgement:
    """Judge rows against the database; changes nothing."""
    context = _Context(connection, layer)
    judged = context.judge(rows)
    present = {one.row.code for one in judged if one.verdict != "outside"}
    gone = sorted(context.old.keys() - present)
    return Judgement(layer, judged, gone, Counter(one.verdict for one in judged))


def save(writer: Writer, judgement: Judgement, source: str, gone: Gone | None = None) -> int:
    """Save every new and changed place in the writer's transaction, and remove or keep those that are gone;
    the number of places that changed is returned.

    Errors: Refused when any row was refused, nothing would be left, or places are gone and nobody said what
    becomes of them.
    """
    _refuse(judgement, gone)
    chosen = [one for one in judgement.rows if one.verdict in ("new", "changed")]
    removed = judgement.gone if gone == "replace" else []
    if not chosen and not removed:
        return 0
    connection, layer = writer.connection, judgement.layer
    before = totals(connection, layer)
    changed = [one.row.code for one in chosen if one.verdict == "changed"]
    remove(connection, layer, [*removed, *changed])
    left = totals(connection, layer)
    after = {
        "added": judgement.counts["new"],
        "altered": judgement.counts["changed"],
        "removed": len(removed),
        "left_out": sum(judgement.counts[verdict] for verdict in LEFT_OUT),
        "source": source,
        "position": sorted({one.row.position for one in chosen}),
        NAMES[layer]: left[NAMES[layer]] + len(chosen),
        "inhabitants": (left["inhabitants"] or 0) + sum(one.row.inhabitants or 0 for one in chosen) or None,
    }
    number = writer.record("places", before=before, after=after)
    add(connection, layer, chosen, {"source": source, "change_id": number, "entered_at": writer.moment})
    return len(chosen) + len(removed)


def totals(connection: Connection, layer: Layer) -> dict[str, int | None]:
    """How many places a layer has, and how many inhabitants in all of them (None: unknown)."""
    c = t.served_place.c
    query = select(func.count(), func.sum(c.inhabitants)).where(c.layer == layer.value)
    places, people = connection.execute(query).one()
    return {NAMES[layer]: places, "inhabitants": people}


def remove(connection: Connection, layer: Layer, codes: Sequence[str]) -> None:
    """Remove places by code."""
    c = t.served_place.c
    statement = delete(t.served_place).where(c.layer == layer.value, c.code == bindparam("gone"))
    for start in range(0, len(codes), BATCH):
        connection.execute(statement, [{"gone": code} for code in codes[start : start + BATCH]])


def add(connection: Connection, layer: Layer, rows: Sequence[Judged], about: dict[str, Any]) -> None:
    """Insert places; `about` are the columns that all of them share."""
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        values = [one.values | about | {"layer": layer.value, "code": one.row.code} for one in some]
        connection.execute(insert(t.served_place), values)


def _refuse(judgement: Judgement, gone: Gone | None) -> None:
    refused = judgement.counts["refused"]
    if refused:
        raise Refused(
            f"有 {refused} 行不合格，未保存任何内容；请改正后重新导入。",
            f"{refused} rows were refused and nothing was saved; mend them and import again.",
        )
    if judgement.counts["outside"] == len(judgement.rows):
        raise Refused(
            "文件中没有一行在两镇范围内，未保存任何内容；请检查坐标系。",
            "No row of the file lies in the zone, and nothing was saved; check the coordinate system.",
        )
    if judgement.gone and gone is None:
        some = "、".join(judgement.gone[:10])
        raise Refused(
            f"库中有 {len(judgement.gone)} 处不在文件里（{some}…），未保存任何内容："
            "--replace 删去它们，--keep 保留它们。",
            f"{len(judgement.gone)} places of this layer are not in the file ({some}…); nothing was saved: "
            "--replace removes them, --keep leaves them.",
        )


class _Context:
    """What rows are judged against."""

    def __init__(self, connection: Connection, layer: Layer) -> None:
        self.layer = layer
        self.towns = connection.execute(select(t.town).order_by(t.town.c.code)).all()
        self.zone = shapely.union_all([town.geom for town in self.towns])
        self.surveyed = all(town.position == "surveyed" for town in self.towns)
        villages = connection.execute(select(t.village)) if layer is Layer.VILLAGE else ()
        self.villages = {row.code: row for row in villages}
        query = select(t.served_place).where(t.served_place.c.layer == layer.value)
        self.old = {row.code: row for row in connection.execute(query)}
        self.seen: dict[str, int] = {}

    def judge(self, rows: Sequence[PlaceRow]) -> list[Judged]:
        """All rows at once, as geometry is quicker so."""
        judged = [Judged(row, reasons=list(row.problems), notes=list(row.notes)) for row in rows]
        geoms = objects([row.geom for row in rows])
        held, far = self._held(geoms), far_off(geoms, self.zone, FARTHEST_DEG)
        for index, one in enumerate(judged):
            town = self._town(one, held[index])
            if far[index] and held[index] is not None:
                one.refuse("图形远远超出区域，不会是一处地方", "the geometry reaches far beyond the zone")
            again = self.seen.setdefault(one.row.code, one.row.number)
            if again != one.row.number and one.row.code:
                self._twice(one, again)
            if one.reasons or one.verdict in LEFT_OUT or town is None:
                continue
            one.values = {
                "name": one.row.name,
                "name_en": one.row.name_en or one.row.name,
                "town_code": town,
                "inhabitants": one.row.inhabitants,
                "inhabitants_as_of": one.row.as_of,
                "position": one.row.position,
                "geom": one.row.geom,
            }
            one.verdict = self._verdict(one)
        return judged

    def _held(self, geoms: NDArray[np.object_]) -> list[int | None]:
        """The town that holds most of each geometry; None of what lies outside all of them, or is missing."""
        size = np.zeros((len(self.towns), len(geoms)))
        for index, town in enumerate(self.towns):
            shape = prepared(town.geom)
            size[index, shapely.covers(shape, geoms)] = np.inf
            cut = np.flatnonzero(shapely.intersects(shape, geoms) & (size[index] == 0.0))
            part = shapely.intersection(geoms[cut], town.geom)
            spots = shapely.get_dimensions(geoms[cut]) == 0
            size[index, cut] = np.where(spots, 1.0, shapely.area(part))
        most = size.argmax(axis=0)
        return [int(town) if size[town, row] > 0.0 else None for row, town in enumerate(most)]

    def _town(self, one: Judged, held: int | None) -> str | None:
        """The code of a place's town; None where it cannot be taken, or is left out."""
        listed = self._listed(one) if self.layer is Layer.VILLAGE else None
        if one.row.geom is None:
            return None
        if held is None:
            self._outside(one)
            return None
        town = self.towns[held]
        if listed is None or listed.town_code == town.code:
            return town.code
        own = next(row for row in self.towns if row.code == listed.town_code)
        zh = f"名录中属{own.name}，位置却在{town.name}"
        en = f"it belongs to {own.name_en} by the list, but lies in {town.name_en}"
        if self.surveyed:
            one.refuse(zh, en)
        else:
            note = Message(
                f"{zh}；镇界为示意，按名录记", f"{en}; borders are illustrative, the list is followed"
            )
            one.notes.append(note)
        return own.code

    def _listed(self, one: Judged) -> Any:
        """The village of a row's code, by which it is also named; None, with the reason, if there is none."""
        found = self.villages.get(one.row.code)
        if found is None:
            if one.row.code:
                one.refuse(
                    f"villages.csv 中没有代码 {one.row.code}，应为 12 位村代码",
                    f"villages.csv has no code {one.row.code}; it should be a village's 12 digits",
                )
            return None
        if not found.in_2023:
            one.refuse(
                f"{found.name}（{found.code}）在 2019 年名录中有，2023 年已无",
                f"{found.name} ({found.code}) is on the list of 2019 and gone from that of 2023",
            )
        if one.row.name and one.row.name not in (found.name, *found.aliases):
            one.notes.append(
                Message(
                    f"文件中名为“{one.row.name}”，按代码记为{found.name}",
                    f"named “{one.row.name}” in the file; by its code it is {found.name}",
                )
            )
        one.row.name = found.name
        return found

    def _outside(self, one: Judged) -> None:
        """Villages are refused, of the others a county's file has many."""
        if self.layer is not Layer.VILLAGE:
            one.verdict = "outside"
            one.notes.append(Message("在两镇范围之外", "it lies outside the zone"))
            return
        spot, border = (point.coords[0] for point in shapely.ops.nearest_points(one.row.geom, self.zone))
        metres = GEOD.inv(*spot, *border)[2]
        zh, en = f"在两镇范围之外 {metres:,.0f} 米", f"it lies {metres:,.0f} m outside the zone"
        if not self.surveyed:
            zh += "；镇界为示意，若位置无误，请先载入实测镇界"
            en += "; borders are illustrative: if the place is right, load surveyed borders first"
        one.refuse(zh, en)

    @staticmethod
    def _twice(one: Judged, first: int) -> None:
        """The same place twice counts once; the same code for two places is a mistake."""
        if one.row.made_up:
            one.verdict = "double"
            one.notes.append(Message(f"与第 {first} 行图形相同", f"same geometry as row {first}"))
        else:
            one.refuse(f"与第 {first} 行代码重复", f"same code as row {first}")

    def _verdict(self, one: Judged) -> Verdict:
        old = self.old.get(one.row.code)
        if old is None:
            return "new"
        same = all(getattr(old, name) == one.values[name] for name in COMPARED)
        return "unchanged" if same and old.geom.equals_exact(one.row.geom) else "changed"
