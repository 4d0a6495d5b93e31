"""Was the inspector there? What position, accuracy and picture say: at the site, doubtful, no position. Pure.

===========  ================================================================================================
at_site      the device's position lies within its own accuracy + 100 m of the site's geometry
doubtful     it lies farther off; or a picture's EXIF place or time disagrees, or the picture was used before
no_position  no position of the device, one without accuracy or coarser than 1,000 m, or a pin put by hand
===========  ================================================================================================

What is positively doubtful stays doubtful, position or none. A verdict asks supervision to look; it is no
proof and nothing is refused for it. Its facts hold every number that it rests on, and `reasons` in the order
in which they weigh; `sketched`, `old` and `clock` are notes that change no verdict.

Nothing is judged (None) where there is no geometry: of tasks, and of what concerns homes and persons.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.distance import inverse, nearest_on

ALLOWANCE_M = 100.0
"""Beside the fix's own accuracy: a site is seen from the pavement across the street or from the end of a
fence, its line is drawn with some metres of error, and browsers state the 68 % radius, which one fix in three
exceeds."""
COARSEST_M = 1_000.0
"""A fix by mobile cells alone says in which part of a town somebody is, not at which site."""
EXIF_ACCURACY_M = 100.0
"""Taken for a picture's EXIF place, which rarely states its own accuracy: cameras stamp the first fix they
get."""
TAKEN_WITHIN = timedelta(minutes=30)
"""Between a picture's EXIF time and the moment it was added, both by the telephone's clock: somebody may walk
a site, taking pictures, before he writes. Yesterday's picture is not of today."""
OLD_AFTER = timedelta(minutes=15)
"""A fix older than this was not taken while the check-in was written; noted, not judged."""

_ZONE = ZoneInfo("Asia/Shanghai")
_DECIMALS = 6
_SKETCHED = "illustrative"


class Presence(StrEnum):
    """What a check-in's or a picture's position says."""

    AT_SITE = "at_site"
    DOUBTFUL = "doubtful"
    NO_POSITION = "no_position"


class Source(StrEnum):
    """Who says where somebody stood: the telephone, or a hand on the map."""

    DEVICE = "device"
    PIN = "pin"


@dataclass(frozen=True)
class Fix:
    """A position in WGS 84 degrees: its accuracy as a radius in metres, its source (None: not said), and when
    it was taken by the telephone's clock."""

    lon: float
    lat: float
    accuracy_m: float | None = None
    source: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Taken:
    """What a picture's EXIF says: when (without a time zone: the zone's own time), and where in degrees."""

    at: datetime | None = None
    lon: float | None = None
    lat: float | None = None

    @property
    def place(self) -> tuple[float, float] | None:
        """Longitude and latitude; None without them, off the globe, or at 0, 0, which is how cameras say
        so."""
        if self.lon is None or self.lat is None or (self.lon == 0 and self.lat == 0):
            return None
        return (self.lon, self.lat) if abs(self.lon) <= 180 and abs(self.lat) <= 90 else None


@dataclass(frozen=True)
class Used:
    """Another record that shows the same picture: its id, the subject's code, and the day."""

    record: str
    subject: str
    day: date


@dataclass(frozen=True)
class Judgement:
    """A verdict with its facts: ``{distance_m, accuracy_m, limit_m, near: [lon, lat], reasons: [{code, …}]}``
    as JSON has them; None where there is no such number."""

    presence: Presence
    facts: dict[str, Any]


def judge_check_in(
    geom: BaseGeometry | None,
    fix: Fix | None,
    *,
    drawn: str | None = None,
    device_at: datetime | None = None,
) -> Judgement | None:
    """Whether somebody at `fix` was at `geom` (WGS 84); None when there is nothing to judge by.

    `drawn` is how well the site's place is known (``illustrative | approximate | surveyed``), `device_at`
    when the check-in was made by the telephone's clock.
    """
    case = _Case.of(geom, fix, drawn, device_at)
    return case.judgement() if case else None


def judge_photo(
    geom: BaseGeometry | None,
    fix: Fix | None,
    *,
    taken: Taken | None = None,
    device_at: datetime | None = None,
    used: Used | None = None,
    drawn: str | None = None,
) -> Judgement | None:
    """The same of a picture: `fix` where the telephone was when it was taken or added, `device_at` when that
    was by its clock, `taken` the EXIF, `used` another record whose picture has the same hash (None: there is
    none).

    Further facts: `exif_distance_m`, from the EXIF place to the site.
    """
    case = _Case.of(geom, fix, drawn, device_at)
    if case is None:
        return None
    if used is not None:
        case.doubt("reused", record=used.record, subject=used.subject, day=used.day.isoformat())
    if taken is not None:
        case.compare_place(taken)
        case.compare_time(taken)
    return case.judgement()


def overall(own: str | None, photos: Iterable[str | None]) -> str | None:
    """The verdict on a check-in as a whole: its own, unless one of its pictures is doubtful."""
    return Presence.DOUBTFUL.value if Presence.DOUBTFUL in photos else own


def exif_moment(text: str | None, offset: str | None = None) -> datetime | None:
    """An EXIF time (``2023:07:14 09:30:00`` or ISO 8601) with its offset (``+08:00``); without any, the
    zone's time. None for what is no time, as many cameras write ``0000:00:00 00:00:00``."""
    found = _moment(text)
    if found is None or found.tzinfo is not None:
        return found
    shift = _moment(f"2000-01-01T00:00:00{offset.strip()}") if offset else None
    return found.replace(tzinfo=shift.tzinfo if shift is not None and shift.tzinfo else _ZONE)


@dataclass
class _Case:
    """What is known of one check-in or picture while it is judged."""

    geom: BaseGeometry
    fix: Fix | None
    device_at: datetime | None
    facts: dict[str, Any]
    doubts: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(
        cls, geom: BaseGeometry | None, fix: Fix | None, drawn: str | None, device_at: datetime | None
    ) -> _Case | None:
        if geom is None or geom.is_empty:
            return None
        facts = dict.fromkeys(("distance_m", "accuracy_m", "limit_m", "near"))
        case = cls(geom, fix, device_at, facts)
        case.look_at_fix()
        if drawn == _SKETCHED:
            case.notes.append({"code": "sketched"})
        return case

    def look_at_fix(self) -> None:
        fix = self.fix
        if fix is None:
            self.gaps.append({"code": "none"})
            return
        distance, near = _nearest(self.geom, fix.lon, fix.lat)
        self.facts |= {"distance_m": distance, "accuracy_m": fix.accuracy_m, "near": near}
        if fix.source != Source.DEVICE:
            # Whoever puts a pin means a place; that says neither that he was there nor that he was not.
            self.gaps.append({"code": "pin" if fix.source == Source.PIN else "source"})
            return
        if fix.accuracy_m is None:
            self.gaps.append({"code": "accuracy"})
            return
        limit = self.facts["limit_m"] = _metres(fix.accuracy_m + ALLOWANCE_M)
        if fix.accuracy_m > COARSEST_M:
            self.gaps.append(
                {"code": "coarse", "accuracy_m": _metres(fix.accuracy_m), "coarsest_m": COARSEST_M}
            )
        if distance > limit:
            self.doubt("far", distance_m=distance, limit_m=limit)
        if fix.at is not None and self.device_at is not None:
            age = self.device_at - fix.at
            if abs(age) > OLD_AFTER:
                self.notes.append({"code": "old", "apart_s": _seconds(age)})

    def compare_place(self, taken: Taken) -> None:
        """EXIF place against the site, and against where the telephone was."""
        if taken.place is None:
            return
        lon, lat = taken.place
        distance, _ = _nearest(self.geom, lon, lat)
        self.facts["exif_distance_m"] = distance
        limit = EXIF_ACCURACY_M + ALLOWANCE_M
        if distance > limit:
            self.doubt("exif_far", distance_m=distance, limit_m=limit)
        fix = self.fix
        if fix is None or fix.source != Source.DEVICE or fix.accuracy_m is None:
            return
        apart = _metres(float(inverse(lon, lat, np.array([[fix.lon, fix.lat]]))[0][0]))
        limit = _metres(limit + fix.accuracy_m)
        if apart > limit:
            self.doubt("exif_apart", distance_m=apart, limit_m=limit)

    def compare_time(self, taken: Taken) -> None:
        """EXIF time against the telephone's clock."""
        if taken.at is None or self.device_at is None:
            return
        at = taken.at if taken.at.tzinfo else taken.at.replace(tzinfo=_ZONE)
        apart = self.device_at - at
        if abs(apart) > TAKEN_WITHIN:
            self.doubt(
                "exif_time",
                taken_at=at.isoformat(timespec="seconds"),
                apart_s=_seconds(apart),
                limit_s=_seconds(TAKEN_WITHIN),
            )

    def doubt(self, code: str, **numbers: Any) -> None:
        self.doubts.append({"code": code, **numbers})

    def judgement(self) -> Judgement:
        presence = (
            Presence.DOUBTFUL if self.doubts else Presence.NO_POSITION if self.gaps else Presence.AT_SITE
        )
        return Judgement(presence, {**self.facts, "reasons": [*self.doubts, *self.gaps, *self.notes]})


def _nearest(geom: BaseGeometry, lon: float, lat: float) -> tuple[float, list[float]]:
    """Geodesic metres to a geometry, and the nearest position on it."""
    found = nearest_on(np.array([geom], dtype=object), lon, lat)
    near = [round(float(one[0]), _DECIMALS) for one in (found.lon, found.lat)]
    return _metres(float(found.distance_m[0])), near


def _metres(value: float) -> float:
    """To the decimetre: finer than any fix, and the limit is compared as it is shown."""
    return round(value, 1)


def _seconds(value: timedelta) -> int:
    return round(value.total_seconds())


def _moment(text: str | None) -> datetime | None:
    if not isinstance(text, str):
        return None
    text = text.strip()
    if text[4:5] == ":" and text[7:8] == ":":
        text = f"{text[:4]}-{text[5:7]}-{text[8:]}"
    try:
        found = datetime.fromisoformat(text)
        # what cannot be told in UTC is of the year 1 or 9999, and no time at which anybody took a picture
        (found if found.tzinfo else found.replace(tzinfo=_ZONE)).astimezone(UTC)
        return found
    except (ValueError, OverflowError):
        return None
