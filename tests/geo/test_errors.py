"""geo.errors and geo.types."""

from __future__ import annotations

import pytest

from geo.errors import BadCoordinates, BadFile, BadGeometry, GeoError, Message, MissingCrs, UnknownCrs
from geo.types import Box


@pytest.mark.parametrize("kind", [MissingCrs, UnknownCrs, BadGeometry, BadFile, BadCoordinates])
def test_every_error_tells_itself_in_both_languages(kind: type[GeoError]) -> None:
    """With what the interfaces need to say more."""
    error = kind("坏了。", "Broken.", parameter="crs", value=7, allowed=["a", "b"])
    assert isinstance(error, GeoError)
    assert (error.zh, error.en, error.parameter, error.value, error.allowed) == (
        "坏了。",
        "Broken.",
        "crs",
        7,
        ("a", "b"),
    )
    assert str(error) == "坏了。 / Broken."
    assert error.message == Message("坏了。", "Broken.")
    bare = kind("坏了。", "Broken.")
    assert (bare.parameter, bare.value, bare.allowed) == (None, None, ())


def test_boxes_hold_their_edges_and_may_cross_the_antimeridian() -> None:
    """West above east means across 180°."""
    box = Box(1, 2, 3, 4)
    assert [box.contains(*place) for place in [(1, 2), (3, 4), (2, 3), (0.9, 3), (2, 4.1)]] == [True] * 3 + [
        False
    ] * 2
    across = Box(170, -10, -170, 10)
    assert [across.contains(lon, 0) for lon in (175, -175, 180, -180, 170, 0)] == [True] * 5 + [False]
    assert Box(-180.0, -90.0, 180.0, 90.0).contains(180.0, -90.0)
