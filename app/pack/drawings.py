"""Maps and marks of a pack as SVG: vectors on paper, with the row numbers of its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shapely.geometry.base import BaseGeometry

from app.domain.services import State
from app.pack.rows import SiteRow
from app.pack.since import KindSince
from app.web import environment
from app.wording import metres
from maps import palette
from maps.frame import Frame
from maps.lettering import Room
from maps.overview import Ground, Overview, Place, framed, overview
from maps.palette import status
from maps.shapes import SHAPES

ZONE = (600.0, 860.0)
TOWN = (640.0, 500.0)
LEAST_M = 2_400.0
SMALL = (300.0, 430.0)
SWATCHES = ("done", "all", "gained", "lost")


def zone_map(sites: Sequence[SiteRow], towns: Sequence[Ground], roads: Sequence[Ground], lang: str) -> str:
    """All sites over the whole zone."""
    frame = Frame.around([town.geometry for town in towns], *ZONE, 0, margin=0.03)
    return _svg(framed(_places(sites), towns, roads, frame, Room(*ZONE)), lang)


def town_map(sites: Sequence[SiteRow], towns: Sequence[Ground], roads: Sequence[Ground], lang: str) -> str:
    """The sites of one town as large as they fit, with the zone small in a corner."""
    drawing = overview(_places(sites), towns, roads, width=TOWN[0], height=TOWN[1], least_m=LEAST_M)
    return _svg(drawing, lang)


def cover_map(towns: Sequence[Ground], areas: Mapping[State, BaseGeometry], lang: str) -> str:
    """What a kind covers of the zone: solid where it is built, dotted when all is."""
    return _covered(towns, {"done": areas[State.DONE], "all": areas[State.ALL]}, lang)


def since_map(towns: Sequence[Ground], kind: KindSince, lang: str) -> str:
    """What a kind covers since an earlier week: solid where it did before, hatched where it does now, dotted
    where it no longer does; as on the page."""
    return _covered(towns, {"done": kind.both, "gained": kind.gained, "lost": kind.lost}, lang)


def _covered(towns: Sequence[Ground], areas: Mapping[str, BaseGeometry], lang: str) -> str:
    frame = Frame.around([town.geometry for town in towns], *SMALL, 0, margin=0.03)
    paths = {name: "" if area.is_empty else frame.path(area) for name, area in areas.items()}
    return _svg(framed([], towns, [], frame, Room(*SMALL)), lang, paths)


def swatch(name: str) -> str:
    """A sample of a fill of these maps, for their legend: one of `SWATCHES`."""
    return environment().get_template("pack_swatch.svg").render(name=name)


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
