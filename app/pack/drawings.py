"""Maps and marks of a pack as SVG: vectors on paper, with the row numbers of its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.services import State
from app.pack.contents import SiteRow
from app.web import environment
from app.wording import metres
from maps import palette
from maps.frame import Frame
from maps.lettering import Room
from maps.overview import Ground, Overview, Place, framed, overview
from maps.palette import status
from maps.pictograms import pictogram
from maps.shapes import SHAPES

ZONE = (600.0, 860.0)
TOWN = (640.0, 500.0)
LEAST_M = 2_400.0


def zone_map(sites: Sequence[SiteRow], towns: Sequence[Ground], roads: Sequence[Ground], lang: str) -> str:
    """All sites over the whole zone."""
    frame = Frame.around([town.geometry for town in towns], *ZONE, 0, margin=0.03)
    return _svg(framed(_places(sites), towns, roads, frame, Room(*ZONE)), lang)


def town_map(sites: Sequence[SiteRow], towns: Sequence[Ground], roads: Sequence[Ground], lang: str) -> str:
    """The sites of one town as large as they fit, with the zone small in a corner."""
    drawing = overview(_places(sites), towns, roads, width=TOWN[0], height=TOWN[1], least_m=LEAST_M)
    return _svg(drawing, lang)


def cover_map(towns: Sequence[Ground], areas: Mapping[State, Any], lang: str) -> str:
    """What a kind covers of the zone: solid where it is built, dotted when all is."""
    frame = Frame.around([town.geometry for town in towns], 300.0, 430.0, 0, margin=0.03)
    paths = {
        name: "" if areas[state].is_empty else frame.path(areas[state])
        for name, state in (("done", State.DONE), ("all", State.ALL))
    }
    return _svg(framed([], towns, [], frame, Room(300.0, 430.0)), lang, paths)


def mark(code: str, size: int = 20) -> str:
    """The mark of a status."""
    look, half = status(code), 18
    shape = SHAPES[look.shape]
    hole = f'<path d="{shape.hole}" fill="#FFFFFF"/>' if shape.hole else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" '
        f'viewBox="{-half} {-half} {2 * half} {2 * half}"><path d="{shape.outline}" fill="{look.fill}" '
        f'stroke="{look.edge_light}" stroke-width="1.4" stroke-linejoin="round"/>{hole}</svg>'
    )


def sign(name: str) -> str:
    """The pictogram of a kind."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="-12 -12 24 24">'
        f'<path d="{pictogram(name)}" fill="#434D5A" fill-rule="evenodd"/></svg>'
    )


def _places(sites: Sequence[SiteRow]) -> list[Place]:
    return [Place(site.code, site.status, site.pictogram, site.geometry, str(site.number)) for site in sites]


def _svg(drawing: Overview, lang: str, cover: Mapping[str, str] | None = None) -> str:
    return (
        environment()
        .get_template("pack_map.svg")
        .render(
            drawing=drawing,
            cover=cover,
            palette=palette,
            shapes=SHAPES,
            scale=metres(lang, drawing.scale_m),
        )
    )
