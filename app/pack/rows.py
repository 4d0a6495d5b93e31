"""The rows of a pack: sites, items, what is late, blockages, towns. Plain words and numbers, one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import shapely

from app.domain.status import StatusCode

LATE = (StatusCode.OVERDUE, StatusCode.SUSPENDED, StatusCode.LAGGING)
"""What the late list tells, the most urgent first."""
DONE = (StatusCode.COMPLETED, StatusCode.ACCEPTED)
STATUSES = [code.value for code in StatusCode]


@dataclass(frozen=True)
class SiteRow:
    """A site: `number` stands on the maps and in the tables alike."""

    number: int
    code: str
    title: str
    item: int
    kind: str
    pictogram: str
    town_code: str
    town: str
    unit: str
    status: str
    status_label: str
    why: str
    planned: float | None
    reported: float | None
    length_m: float | None
    area_m2: float | None
    position: str
    geometry: shapely.Geometry


@dataclass(frozen=True)
class ItemRow:
    """An item with its lead units, how far it is, its sites by status, and the sentence that explains it."""

    no: int
    title: str
    units: str
    on_map: str
    percent: float | None
    complete: bool
    statuses: Mapping[str, int]
    worst: str | None
    worst_label: str
    why: str


@dataclass(frozen=True)
class LateRow:
    """A subject that is late or stands still, whose it is, and why."""

    code: str
    title: str
    item: int
    unit: str
    status: str
    status_label: str
    why: str
    planned: float | None
    reported: float | None
    next_day: str | None


@dataclass(frozen=True)
class BlockageRow:
    """An open blockage that the reader may see."""

    subject: str
    subject_title: str
    title: str
    owner: str
    level: int
    days: int
    due: str | None
    late: bool


@dataclass(frozen=True)
class TownRow:
    """A town, or the zone (`code` None): its sites by status."""

    code: str | None
    name: str
    area_km2: float
    sites: int
    statuses: Mapping[str, int]
