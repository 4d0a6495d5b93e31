"""What the large figure of a kind is a share of: of a network what is connected, else the ground.

"Full coverage" of mains means that whoever lives there is connected. So where buildings, communities or
built-up land are loaded, a network's figure is their share; a share of fields says little about mains.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.reached import Layer, Reached
from app.domain.services import Manner

Found = Mapping[Layer, Reached]

OF_NETWORKS = (Layer.BUILDING, Layer.COMMUNITY, Layer.BUILT_UP)
"""The first of these that is loaded."""


def head_layer(manner: Manner, found: Mapping[Layer, object]) -> Layer | None:
    """What a kind's figure is a share of; None for the ground."""
    if manner is not Manner.NETWORK:
        return None
    return next((layer for layer in OF_NETWORKS if layer in found), None)


def head_share(layer: Layer | None, found: Found, row: int, ground: float) -> float | None:
    """The share (0 to 1) of a town's row, or the zone's; None of a town that has none of it."""
    return ground if layer is None else found[layer].share(found[layer].rows[row])
