"""What one subject's upload would change, cell by cell: old and new, each with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.figures import is_counted
from app.sheets.filled import cell_of
from app.sheets.weekly import Values
from app.store.subjects import Subject
from app.store.weekly import values_of
from app.store.writing import plain

PERCENT = {"zh": "%", "en": "%"}


def changes(
    subject: Subject,
    towns: Mapping[str, dict[str, str]],
    before: Mapping[int | None, Values],
    row: Mapping[str, Any],
    filed: Any,
    numbers: Mapping[int | None, int],
) -> list[dict[str, Any]]:
    """Differences between what is filed (`before`; `filed` is its row or None) and the `row` that would be.

    `numbers` are the rows of the template by target. Each difference has ``key``, ``cell``, ``town``,
    ``target``, ``unit``, ``old`` and ``new``; a task's overall percentage comes last, without a cell.
    """
    after = values_of(subject, _Stored(row))
    targets = {target.ord: target for target in subject.targets}
    found: list[dict[str, Any]] = []

    def note(ordinal: int | None, key: str, old: Any, new: Any) -> None:
        if old == new or (old in (None, "") and new in (None, "")):
            return
        figure = key.startswith(("value", "town"))
        target = targets.get(ordinal) if figure and ordinal is not None else None
        found.append(
            {
                "key": key.partition(":")[0],
                "cell": cell_of(numbers[ordinal], key, towns),
                "town": towns.get(key.partition(":")[2]),
                "target": {"zh": target.title, "en": target.title_en} if target else None,
                "unit": _unit(target) if figure else None,
                "old": old,
                "new": new,
            }
        )

    for ordinal, new in after.items():
        old = before[ordinal]
        note(ordinal, "value", old.value, new.value)
        for town in towns:
            note(ordinal, f"town:{town}", old.towns.get(town), new.towns.get(town))
        for key in ("sections", "stop", "text"):
            note(ordinal, key, getattr(old, key), getattr(new, key))
    percent = filed.percent if filed is not None else None
    if not subject.site and percent != row["percent"]:
        nowhere = {"cell": None, "town": None, "target": None}
        found.append({"key": "percent", **nowhere, "unit": PERCENT, "old": percent, "new": row["percent"]})
    return plain(found)


@dataclass(frozen=True)
class _Stored:
    """A row that would be written, read like one that was."""

    members: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        return self.members[name]


def _unit(target: Any) -> dict[str, str]:
    if target is None or not is_counted(target):
        return PERCENT
    return {"zh": target.unit or "", "en": target.unit_en or target.unit or ""}
