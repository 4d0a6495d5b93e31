"""What was mended in a check-in after it was sent. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

MENDABLE = ("verdict", "finding", "sections")
"""What may be mended, in the order of the page."""


class Mended(NamedTuple):
    """A field before and after."""

    field: str
    before: Any
    after: Any


def mendings(states: Sequence[dict[str, Any]]) -> list[tuple[Mended, ...]]:
    """What each state after the first changed. A state has the members of :data:`MENDABLE`."""
    found = []
    for before, after in pairwise(states):
        fields = (Mended(name, before[name] or None, after[name] or None) for name in MENDABLE)
        found.append(tuple(one for one in fields if one.before != one.after))
    return found
