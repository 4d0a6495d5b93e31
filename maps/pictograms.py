"""Pictograms of the kinds of site as SVG path data, own drawings, filled by the even-odd rule.

Each is drawn in a box of -8…8 in both directions and stands inside the status mark. They carry the kind; the
colour belongs to the status alone. `data/sites/kinds.toml` names the pictogram of every kind; a kind whose
pictogram is not here gets the plain dot, so that new kinds work before somebody has drawn for them.
"""

from __future__ import annotations

from maps.shapes import circle

_LEAF_BOOK = "M-7.5-5C-5-6.2-2.4-5.8-.6-4.4V6.2C-2.4 4.9-5 4.6-7.5 5.6Z"

PICTOGRAMS: dict[str, str] = {
    "dot": circle(3),
    "road": (
        "M-3.4-7H-1.8L-4.2 7H-6.6ZM1.8-7H3.4L6.6 7H4.2Z"
        "M-.7-6.6H.7V-3.2H-.7ZM-.8-1.4H.8V2H-.8ZM-.9 3.8H.9V7H-.9Z"
    ),
    "greening": "M-5.2-2.4A5.2 5.2 0 1 1 5.2-2.4A5.2 5.2 0 1 1-5.2-2.4ZM-1 2.8H1V7.6H-1Z",
    "pocket_park": ("M-7.2-4.4H7.2V-2.2H-7.2ZM-7.2-1H7.2V1.2H-7.2ZM-5.8 1.2H-3.8V6H-5.8ZM3.8 1.2H5.8V6H3.8Z"),
    "heating_main": (
        "M-6.8-6H-4.4V6H-6.8ZM-3.1-6H-.7V6H-3.1ZM.7-6H3.1V6H.7ZM4.4-6H6.8V6H4.4Z"
        "M-4.4-4H-3.1V-2.2H-4.4ZM-.7-4H.7V-2.2H-.7ZM3.1-4H4.4V-2.2H3.1Z"
        "M-4.4 2.2H-3.1V4H-4.4ZM-.7 2.2H.7V4H-.7ZM3.1 2.2H4.4V4H3.1Z"
    ),
    "gas_main": (
        "M.4-7.9C1.6-4.6 5.7-2.6 5.7 2.1A5.7 5.7 0 0 1-5.7 2.1C-5.7-.6-4.1-2-3.4-4.2C-2.2-3.5-1.6-2.5-1.3-1.3"
        "C.1-2.9.9-5.1.4-7.9ZM0 1.2C1.2 2.2 2.3 3 2.3 4.4A2.3 2.3 0 0 1-2.3 4.4C-2.3 3-1 2.6 0 1.2Z"
    ),
    "transfer_station": (
        "M-6.2-5.4H-2.2V-7H2.2V-5.4H6.2V-3.4H-6.2ZM-5.2-2.2H5.2L4.3 7.2H-4.3Z"
        "M-2.5-.4H-1.1V5.4H-2.5ZM1.1-.4H2.5V5.4H1.1Z"
    ),
    "reading_room": _LEAF_BOOK + "M7.5-5C5-6.2 2.4-5.8.6-4.4V6.2C2.4 4.9 5 4.6 7.5 5.6Z",
    "kindergarten": "M-7.1.8H-.7V7.2H-7.1ZM.7.8H7.1V7.2H.7ZM0-7.4L4-.5H-4Z",
    "culture_centre": (
        "M0-7.6L7.6-3.5V-1.8H-7.6V-3.5ZM-6.1-.6H-4V4.2H-6.1ZM-1.05-.6H1.05V4.2H-1.05Z"
        "M4-.6H6.1V4.2H4ZM-7.6 5.2H7.6V7.2H-7.6Z"
    ),
    "counselling_room": (
        "M-5-7.2H5A2.6 2.6 0 0 1 7.6-4.6V1.4A2.6 2.6 0 0 1 5 4H0L-4 7.6V4H-5A2.6 2.6 0 0 1-7.6 1.4V-4.6"
        "A2.6 2.6 0 0 1-5-7.2ZM0 2.2L-3.1-1A1.95 1.95 0 0 1 0-3.5A1.95 1.95 0 0 1 3.1-1Z"
    ),
}
"""Path data by pictogram name."""


def pictogram(name: str) -> str:
    """Path data for a pictogram; the plain dot when nobody has drawn it yet."""
    return PICTOGRAMS.get(name, PICTOGRAMS["dot"])
