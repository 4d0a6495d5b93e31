"""Two people changed the same record, each without knowing of the other: field by field, nothing is lost.
Pure.

======================  ====================================================================================
changed by              what stands
======================  ====================================================================================
me alone                my value; it replaces what I had seen
the others alone        theirs; what I sent unchanged is no change
both, to the same       that
both, to two values     theirs, which is there already, and a conflict that keeps both for somebody to decide
======================  ====================================================================================

Clearing a field is a change like any other: None and "" are values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Conflict:
    """A field with two new values: `kept` stands, `other` came later, both changed `base`."""

    field: str
    base: Any
    kept: Any
    other: Any


@dataclass(frozen=True)
class Merged:
    """Every field as it stands now, the names of those `taken` from me, and what is left to decide."""

    values: dict[str, Any]
    taken: tuple[str, ...]
    conflicts: tuple[Conflict, ...]


def merge(base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> Merged:
    """`base` is what I had seen, `theirs` what is there now, `mine` the fields that I send (any of them).

    KeyError when I send a field that the record does not have.
    """
    values = dict(theirs)
    taken, conflicts = [], []
    for name, value in mine.items():
        seen, there = base[name], theirs[name]
        if value in (seen, there):
            continue
        if there == seen:
            values[name] = value
            taken.append(name)
        else:
            conflicts.append(Conflict(name, seen, there, value))
    return Merged(values, tuple(taken), tuple(conflicts))
