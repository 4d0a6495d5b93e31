"""Villages, inhabitants, communities, buildings and built-up land as coverage's answers have them.

Null is what is not loaded; a share is null where there is nothing that it could be a share of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from app.domain.reached import NAMES, Count, Layer, Reached, is_covered, people
from app.store.coverage.places import Uncovered
from app.store.served.places import ServedPlaces

MOST_VILLAGES = 200
"""Uncovered villages listed."""

OF_EVERY_KIND = (Layer.VILLAGE,)
"""Layers that are told of every kind; the others too of networks."""

Found = Mapping[Layer, Reached]
Titles = Mapping[str, Mapping[str, Any]]
"""What is known of sites by code."""
DIGITS = 6
"""Decimals of degrees: a decimetre."""


def served_rows(found: Found, rows: int, layers: Collection[Layer] = tuple(Layer)) -> list[dict[str, Any]]:
    """Members per town, and last the zone's; `rows` in all."""
    living = people(found)
    return [
        {NAMES[layer]: _amount(found.get(layer), row) for layer in layers}
        | {"population": _people(living, row)}
        for row in range(rows)
    ]


def _amount(found: Reached | None, row: int) -> dict[str, Any] | None:
    if found is None:
        return None
    told = found.rows[row]
    share = _rounded(found.share(told), 6)
    if found.layer is Layer.BUILT_UP:
        return {"km2": round(told.area_km2, 4), "covered_km2": round(told.covered_km2, 4), "share": share}
    return {"count": told.places, "covered": told.covered, "share": share}


def _people(found: Reached | None, row: int) -> dict[str, Any] | None:
    """Inhabitants that are known, of how many places, and those covered; null where nobody is known."""
    told: Count | None = None if found is None else found.rows[row]
    if found is None or told is None or told.inhabitants is None:
        return None
    return {
        "known": told.inhabitants,
        "covered": _rounded(told.covered_inhabitants, 1),
        "share": _rounded(told.people_share, 6),
        "places": told.counted,
        "of": NAMES[found.layer],
    }


def loaded_members(places: Mapping[Layer, ServedPlaces]) -> dict[str, Any] | None:
    """What is known of each loaded layer: how exact, as of when, and how many lie outside of the towns."""
    if not places:
        return None
    return {
        NAMES[layer]: {
            "count": len(one.codes),
            "outside": one.outside,
            "positions": dict(sorted(Counter(one.positions).items())),
            "with_inhabitants": sum(number is not None for number in one.inhabitants),
            "inhabitants_as_of": sorted({text for text in one.as_of if text}),
        }
        for layer, one in places.items()
    }


def uncovered_members(
    rows: list[Uncovered] | None,
    places: Mapping[Layer, ServedPlaces],
    found: Found,
    sites: list[str],
    known: Titles,
) -> list[dict[str, Any]] | None:
    """Villages that are not covered, farthest from the nearest of `sites` (codes) first. A site that is only
    tried out has no title."""
    if rows is None:
        return None
    villages, shares = places[Layer.VILLAGE], found[Layer.VILLAGE].shares
    told = []
    for one in rows:
        nearest = None
        if one.nearest is not None:
            code = sites[one.nearest]
            titles = {name: known.get(code, {}).get(name) for name in ("title", "title_en")}
            nearest = {"code": code, **titles, "distance_m": round(one.distance_m or 0.0, 1)}
        told.append(
            _village(villages, one.row)
            | {
                "lon": round(one.lon, DIGITS),
                "lat": round(one.lat, DIGITS),
                "share": round(float(shares[one.row]), 6),
                "nearest": nearest,
            }
        )
    return told


def uncovered_codes(rows: list[Uncovered] | None, sites: list[str]) -> set[str]:
    """The sites that a list of uncovered villages names."""
    return {sites[one.nearest] for one in rows or () if one.nearest is not None}


def village_rows(places: Mapping[Layer, ServedPlaces], found: Found) -> Iterable[tuple[Any, dict[str, Any]]]:
    """The geometry (WGS 84) of every village, and its members for a map."""
    villages = places.get(Layer.VILLAGE)
    if villages is None:
        return
    shares = found[Layer.VILLAGE].shares
    covered = is_covered(shares)
    for row, geom in enumerate(villages.geoms):
        yield (
            geom,
            {
                "layer": "village",
                **_village(villages, row),
                "position": villages.positions[row],
                "covered": bool(covered[row]),
                "share": round(float(shares[row]), 6),
            },
        )


def _village(villages: ServedPlaces, row: int) -> dict[str, Any]:
    return {
        "code": villages.codes[row],
        "name": villages.names[row],
        "name_en": villages.names_en[row],
        "town_code": villages.towns[row],
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
