"""Query parameters: declared once, parsed and bounded once, explained when wrong.

Every fault names the parameter, what was sent and what is allowed; all faults of a request are
told together. A parameter that does not exist is a fault too (a misspelt filter would otherwise
show everything).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.datastructures import QueryParams

from app.domain.weeks import Week
from app.errors import BadParameter, Fault
from geo.errors import GeoError
from geo.types import Box

T = TypeVar("T")
EMPTY: frozenset = frozenset()
FIRST_WEEK = Week(2000, 1)
"""Nothing is older; pages also look at the weeks before the one that is asked for."""
EXAMPLE_BOX = "116.36,35.31,116.47,35.47"


@dataclass(frozen=True)
class Param:
    """A parameter for the OpenAPI document: name, JSON schema and description (English · Chinese)."""

    name: str
    schema: dict[str, Any]
    description: str
    required: bool = False

    def openapi(self) -> dict[str, Any]:
        """The parameter object."""
        return {
            "name": self.name,
            "in": "query",
            "required": self.required,
            "schema": self.schema,
            "description": self.description,
        }


class Query:
    """Reads one request's parameters and collects faults; :meth:`done` raises them all."""

    def __init__(self, raw: QueryParams, known: Sequence[Param]) -> None:
        self._raw = raw
        self._faults: list[Fault] = []
        names = [param.name for param in known]
        for name in dict.fromkeys(key for key in raw if key not in names):
            self.fault(
                name,
                raw[name],
                names,
                f"没有名为 {name} 的参数，可用的有：{'、'.join(names)}。",
                f"There is no parameter {name}; there are: {', '.join(names)}.",
            )

    def fault(self, name: str, value: Any, allowed: Any, zh: str, en: str) -> None:
        """Note a fault."""
        self._faults.append(Fault(name, value, allowed, zh, en))

    def done(self) -> None:
        """Raise BadParameter when anything was wrong."""
        if self._faults:
            raise BadParameter(*self._faults)

    def text(self, name: str, longest: int = 200) -> str | None:
        """A short text; empty counts as absent."""
        value = self._one(name)
        if value is not None and (len(value) > longest or any(ord(c) < 32 for c in value)):
            self.fault(
                name,
                value[:50],
                {"maxLength": longest},
                f"{name} 最多 {longest} 个字符，不含控制字符。",
                f"{name} has at most {longest} characters and no control characters.",
            )
            return None
        return value or None

    def number(
        self, name: str, low: float, high: float, default: float | None, required: bool = False
    ) -> float | None:
        """A finite number from `low` to `high`."""
        return self._bounded(name, float, low, high, default, required)

    def integer(self, name: str, low: int, high: int, default: int) -> int:
        """A whole number from `low` to `high`."""
        value = self._bounded(name, int, low, high, default, False)
        return default if value is None else value

    def lon_lat(self) -> tuple[float, float]:
        """`lon` and `lat` in degrees, WGS 84; says so when they look swapped."""
        raw_lon, raw_lat = self._float("lon"), self._float("lat")
        if raw_lon is not None and raw_lat is not None and abs(raw_lat) > 90 >= abs(raw_lon):
            self.fault(
                "lat",
                raw_lat,
                {"minimum": -90, "maximum": 90},
                f"lat={raw_lat:g} 超出 ±90：lon 与 lat 似乎写反了，应为 lon={raw_lat:g}&lat={raw_lon:g}。",
                f"lat={raw_lat:g} is beyond ±90: lon and lat look swapped, "
                f"try lon={raw_lat:g}&lat={raw_lon:g}.",
            )
            return 0.0, 0.0
        lon = self.number("lon", -180, 180, None, required=True)
        lat = self.number("lat", -90, 90, None, required=True)
        return lon or 0.0, lat or 0.0

    def box(self, name: str = "bbox") -> Box | None:
        """``minx,miny,maxx,maxy`` in degrees, WGS 84 lon/lat."""
        value = self._one(name)
        if not value:
            return None
        allowed = "minx,miny,maxx,maxy"
        try:
            numbers = [float(part) for part in value.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
            self.fault(
                name,
                value[:100],
                allowed,
                f"{name} 应为四个有限的数：最小经度,最小纬度,最大经度,最大纬度（WGS 84），"
                f"例如 {EXAMPLE_BOX}。",
                f"{name} takes four finite numbers: minx,miny,maxx,maxy in lon/lat (WGS 84), "
                f"e.g. {EXAMPLE_BOX}.",
            )
            return None
        box = Box(*numbers)
        if (abs(box.miny) > 90 or abs(box.maxy) > 90) and max(abs(box.minx), abs(box.maxx)) <= 90:
            self.fault(
                name,
                value[:100],
                allowed,
                f"{name} 的纬度超出 ±90：经纬度似乎写反了，经度在前。",
                f"{name} has latitudes beyond ±90: lon and lat look swapped, longitude comes first.",
            )
            return None
        outside = abs(box.minx) > 180 or abs(box.maxx) > 180 or abs(box.miny) > 90 or abs(box.maxy) > 90
        if outside or box.minx > box.maxx or box.miny > box.maxy:
            self.fault(
                name,
                value[:100],
                allowed,
                f"{name} 应满足 -180 ≤ minx ≤ maxx ≤ 180、-90 ≤ miny ≤ maxy ≤ 90。",
                f"{name} must satisfy -180 ≤ minx ≤ maxx ≤ 180 and -90 ≤ miny ≤ maxy ≤ 90.",
            )
            return None
        return box

    def choices(self, name: str, allowed: dict[str, T], shown: Sequence[Any] | None = None) -> frozenset[T]:
        """Any number of values out of `allowed` (spelling → meaning); repeated or comma-separated."""
        texts = [
            part.strip() for value in self._raw.getlist(name) for part in value.split(",") if part.strip()
        ]
        if not texts:
            return EMPTY
        options = list(shown if shown is not None else allowed)
        found = set()
        for text in texts:
            if text in allowed:
                found.add(allowed[text])
                continue
            listed = "、".join(map(str, options)), ", ".join(map(str, options))
            self.fault(
                name,
                text[:100],
                options,
                f"{name} 没有 {text[:100]} 这个取值，可用的有：{listed[0]}。",
                f"{name} has no value {text[:100]}; there are: {listed[1]}.",
            )
        return frozenset(found)

    def choice(self, name: str, parse: Callable[[str], T], default: T, allowed: Sequence[str]) -> T:
        """One value that `parse` understands (ValueError or a geo error otherwise)."""
        value = self._one(name)
        if not value:
            return default
        try:
            return parse(value)
        except (ValueError, GeoError):
            self.fault(
                name,
                value[:100],
                list(allowed),
                f"{name} 没有 {value[:100]} 这个取值，可用的有：{'、'.join(allowed)}。",
                f"{name} has no value {value[:100]}; there are: {', '.join(allowed)}.",
            )
            return default

    def week(self, latest: Week, name: str = "week") -> Week | None:
        """An ISO week from :data:`FIRST_WEEK` up to `latest`."""
        value = self._one(name)
        if not value:
            return None
        try:
            week = Week.parse(value)
        except ValueError:
            week = None
        if week is None or not FIRST_WEEK <= week <= latest:
            self.fault(
                name,
                value[:50],
                {"format": "YYYY-Www", "minimum": str(FIRST_WEEK), "maximum": str(latest)},
                f"{name} 应写作 2023-W28 这样的 ISO 周，自 {FIRST_WEEK} 起，且不晚于 {latest}。",
                f"{name} is an ISO week such as 2023-W28, from {FIRST_WEEK}, not after {latest}.",
            )
            return None
        return week

    def _one(self, name: str) -> str | None:
        values = self._raw.getlist(name)
        if len(values) > 1:
            self.fault(
                name,
                [one[:50] for one in values[:5]],
                1,
                f"{name} 只能写一次。",
                f"{name} may be given once only.",
            )
        return values[0].strip() if values else None

    def _float(self, name: str) -> float | None:
        try:
            return float(self._raw.get(name, ""))
        except ValueError:
            return None

    def _bounded(self, name: str, kind: Callable, low, high, default, required: bool):
        value = self._one(name)
        if not value and not required:
            return default
        try:
            number = kind(value or "")
        except ValueError:
            number = math.nan
        # compared as it is: a whole number of 400 digits has no float; NaN is within nothing
        if low <= number <= high and "_" not in (value or ""):
            return number
        whole = kind is int
        self.fault(
            name,
            value if value is None else value[:50],
            {"minimum": low, "maximum": high},
            f"{name} 应为 {low:g} 到 {high:g} 之间的{'整数' if whole else '数'}"
            + ("（必填）。" if required else "。"),
            f"{name} must be a {'whole ' if whole else ''}number from {low:g} to {high:g}"
            + (" (required)." if required else "."),
        )
        return default
