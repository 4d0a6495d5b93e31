"""A pack's sites, numbered as on its maps, and its towns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import shapely

from app.i18n import translate
from app.pack.rows import SiteRow, TownRow
from app.store.coverage.coverages import Coverages
from app.store.live import View
from app.store.spatial.protocol import Filters
from app.views.overviews import parse
from app.wording import local

MOST_SITES = 10_000
"""Sites of one pack; more would be no pack."""


def site_rows(view: View, filters: Filters, lang: str) -> tuple[SiteRow, ...]:
    """The sites that the filter keeps, in order of code."""
    page = view.reads.page(None, filters, MOST_SITES, None, lang, "EPSG:4326")
    return tuple(_row(number, one, view, lang) for number, one in enumerate(parse(page.features), start=1))


def _row(number: int, feature: Mapping[str, Any], view: View, lang: str) -> SiteRow:
    p = feature["properties"]
    return SiteRow(
        number=number,
        code=p["code"],
        title=local(lang, p),
        item=p["item"],
        kind=p["kind_label"],
        pictogram=view.words.kinds[p["kind"]]["pictogram"],
        town_code=p["town_code"],
        town=local(lang, p, "town"),
        unit=local(lang, p, "lead_unit"),
        status=p["status"],
        status_label=p["status_label"],
        why=p["why"],
        planned=p["planned_percent"],
        reported=p["reported_percent"],
        length_m=p.get("length_m"),
        area_m2=p.get("area_m2"),
        position=p["position"],
        geometry=shapely.geometry.shape(feature["geometry"]),
    )


def town_rows(
    view: View, counted: Coverages, sites: tuple[SiteRow, ...], filters: Filters, lang: str
) -> Iterator[TownRow]:
    """The towns that the filter keeps, and last the zone."""
    ground = counted.ground(view)
    for code, m2 in zip(ground.codes, ground.area_m2, strict=True):
        if filters.towns and code not in filters.towns:
            continue
        own = [site for site in sites if site.town_code == code]
        name = local(lang, view.words.towns[code], "name")
        yield TownRow(code, name, float(m2) / 1e6, len(own), Counter(site.status for site in own))
    yield TownRow(
        None,
        translate(lang, "coverage.zone"),
        ground.zone_m2 / 1e6,
        len(sites),
        Counter(site.status for site in sites),
    )
