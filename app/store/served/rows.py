"""Rows of a file of places to be served, judged by themselves: code, name, inhabitants and geometry.

What needs the database (is it in the zone, which town is it in, what was there before) is judged by
:mod:`app.store.served.importing`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import category

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.domain.reached import FEWEST_PEOPLE, MOST_PEOPLE, Layer
from app.errors import BadParameter, Fault
from app.store.importing import LONGEST_TITLE, UNPRINTABLE, shown
from app.store.tables.served import LONGEST_CODE
from geo.errors import Message
from geo.ground import objects
from geo.reading import Row
from geo.repair import mend_all

POSITIONS = ("surveyed", "approximate", "illustrative")
SHAPES: Mapping[Layer, tuple[str, ...]] = {
    Layer.VILLAGE: ("spot", "polygon"),
    Layer.COMMUNITY: ("spot", "polygon"),
    Layer.BUILDING: ("spot", "polygon"),
    Layer.BUILT_UP: ("polygon",),
}
CODE_FIELDS, PEOPLE_FIELDS = ("code", "代码", "编号"), ("inhabitants", "人口")
NAME_FIELDS, ENGLISH_FIELDS = ("name", "名称"), ("name_en",)
LONGEST_AS_OF = 40


@dataclass(frozen=True)
class Fields:
    """Which fields of a file hold what; None takes the usual names where the file has them.

    `position` and `as_of` are those of all rows, or with None stand in the rows (`position`,
    `inhabitants_as_of`)."""

    code: str | None = None
    name: str | None = None
    inhabitants: str | None = None
    as_of: str | None = None
    position: str | None = "surveyed"


@dataclass
class PlaceRow:
    """One row; `problems` say why it cannot be taken. `made_up`: the code was derived from the geometry."""

    number: int
    code: str
    name: str
    name_en: str
    geom: BaseGeometry | None
    inhabitants: int | None = None
    as_of: str | None = None
    position: str = ""
    made_up: bool = False
    problems: list[Message] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)

    def refuse(self, zh: str, en: str) -> None:
        """Note a reason against the row, in both languages."""
        self.problems.append(Message(zh, en))


def place_rows(rows: Sequence[Row], layer: Layer, fields: Fields) -> list[PlaceRow]:
    """Rows as they would be saved. Errors: BadParameter for a field that the file does not have, and for
    inhabitants of buildings."""
    there = {name for row in rows for name in row.attributes}
    code = _field("--code-field", fields.code, CODE_FIELDS, there)
    name = _field("--name-field", fields.name, NAME_FIELDS, there)
    people = _field("--inhabitants-field", fields.inhabitants, PEOPLE_FIELDS, there)
    if layer is Layer.BUILDING and fields.inhabitants:
        _no_people_of_buildings(fields.inhabitants)
    if layer is Layer.VILLAGE and code is None:
        _needs_codes(there)
    english = _field("", None, ENGLISH_FIELDS, there)
    mended = mend_all(objects([row.geometry for row in rows]), SHAPES[layer])
    derived = [None] * len(rows) if code else _derived(mended.geometries)
    found = []
    for index, row in enumerate(rows):
        values = row.attributes
        made = PlaceRow(
            row.number,
            derived[index] or _text(values.get(code or "")),
            _text(values.get(name or "")),
            _text(values.get(english or "")),
            mended.geometries[index],
            made_up=code is None,
            problems=list(row.problems) or mended.problems.get(index, []),
            notes=mended.notes.get(index, []),
        )
        _texts(made, code)
        if layer is not Layer.BUILDING:
            _people(made, values.get(people or ""), people)
        _about(made, values, fields)
        found.append(made)
    return found


def _field(option: str, asked: str | None, usual: tuple[str, ...], there: set[str]) -> str | None:
    if asked is None:
        return next((name for name in usual if name in there), None)
    if asked not in there:
        listed = sorted(there)
        raise BadParameter(
            Fault(
                option,
                asked,
                listed,
                f"文件中没有字段“{asked}”（{option}），有：{'、'.join(listed) or '无'}。",
                f"The file has no field “{asked}” ({option}); it has: {', '.join(listed) or 'none'}.",
            )
        )
    return asked


def _no_people_of_buildings(asked: str) -> None:
    zh = "人口按村或小区载入，不按楼栋：一栋楼住多少人涉及家庭，假设新建点位时会被逐栋问出来。"
    en = (
        "Inhabitants are loaded by village or community, not by building: how many live in one house "
        "concerns homes, and places tried out could ask house by house."
    )
    raise BadParameter(Fault("--inhabitants-field", asked, None, zh, en))


def _needs_codes(there: set[str]) -> None:
    zh = "村庄按 12 位代码对应 villages.csv，不按名称；请用 --code-field 指明代码字段。"
    en = (
        "Villages are matched with villages.csv by their 12-digit code, never by name; say with "
        "--code-field where it is."
    )
    raise BadParameter(Fault("--code-field", None, sorted(there), zh, en))


def _derived(geoms: Any) -> list[str | None]:
    """Codes that stay the same as long as the geometry does, wherever its outline begins."""
    kept = shapely.normalize(geoms)
    digests = (
        None if wkb is None else hashlib.blake2b(wkb, digest_size=10).hexdigest()
        for wkb in shapely.to_wkb(kept, byte_order=1)
    )
    return [digest and f"g-{digest}" for digest in digests]


def _text(value: Any) -> str:
    """Text of a cell; whole numbers without their point, as spreadsheets and Shapefiles give codes."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _texts(row: PlaceRow, code_field: str | None) -> None:
    if not row.code and not (row.made_up and row.geom is None):
        row.refuse(f"没有代码（字段 {code_field}）", f"there is no code (field {code_field})")
    for text, longest, zh, en in (
        (row.code, LONGEST_CODE, "代码", "a code"),
        (row.name, LONGEST_TITLE, "名称", "a name"),
        (row.name_en, LONGEST_TITLE, "英文名称", "an English name"),
    ):
        if not _printable(text, longest):
            row.refuse(
                f"{zh}最多 {longest} 个字符，不含控制字符",
                f"{en} has at most {longest} characters and no control characters",
            )
    row.code, row.name, row.name_en = shown(row.code), shown(row.name), shown(row.name_en)


def _printable(text: str, longest: int) -> bool:
    return len(text) <= longest and not any(category(c) in UNPRINTABLE for c in text)


def _people(row: PlaceRow, value: Any, field: str | None) -> None:
    """Inhabitants: a whole number, or nothing, which is unknown."""
    text = _text(value).replace(",", "").replace("，", "")
    if not text:
        return
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) <= MOST_PEOPLE):
        row.refuse(
            f"人口（字段 {field}）应为 0 至 {MOST_PEOPLE} 的整数，不知道就留空，却是“{shown(text)[:30]}”",
            f"inhabitants (field {field}) are a whole number from 0 to {MOST_PEOPLE}, empty where unknown; "
            f"this is “{shown(text)[:30]}”",
        )
        return
    row.inhabitants = int(text)
    if 0 < row.inhabitants < FEWEST_PEOPLE:
        row.refuse(
            f"人口不足 {FEWEST_PEOPLE} 人，会指到人家；请留空或并入邻近的一处",
            f"fewer than {FEWEST_PEOPLE} inhabitants would point at homes; leave it empty or join places",
        )


def _about(row: PlaceRow, values: Mapping[str, Any], fields: Fields) -> None:
    """Position quality, and as of when the inhabitants are."""
    row.position = fields.position or _text(values.get("position"))
    if row.position not in POSITIONS:
        row.refuse(f"位置质量应为 {'、'.join(POSITIONS)} 之一", f"position is one of {', '.join(POSITIONS)}")
    as_of = fields.as_of or _text(values.get("inhabitants_as_of"))
    if not _printable(as_of, LONGEST_AS_OF):
        row.refuse(
            f"截至日期最多 {LONGEST_AS_OF} 个字符",
            f"as of when: at most {LONGEST_AS_OF} characters, none of them control characters",
        )
    row.as_of = as_of if as_of and row.inhabitants is not None else None


def far_off(geoms: NDArray[np.object_], zone: BaseGeometry, most_deg: float) -> NDArray[np.bool_]:
    """Which geometries reach so far (degrees) beyond the zone on some side that they cannot be meant."""
    low, high = np.array(zone.bounds[:2]) - most_deg, np.array(zone.bounds[2:]) + most_deg
    bounds = shapely.bounds(geoms)
    with np.errstate(invalid="ignore"):
        return (bounds[:, :2] < low).any(axis=1) | (bounds[:, 2:] > high).any(axis=1)
