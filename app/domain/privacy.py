"""Which items touch private homes or persons, and how precisely they may ever be shown.

Items 5, 6, 7 and 13 of the programme serve disabled children, disabled people's and poor old
people's homes, and people in need of care. Nothing of theirs is located more precisely than the
town, whatever anybody tries to import.
"""

from __future__ import annotations

WITHHELD_ITEMS = frozenset({5, 6, 7, 13})


def is_withheld(item_no: int) -> bool:
    """True when the item's places must never be more precise than the town."""
    return item_no in WITHHELD_ITEMS
