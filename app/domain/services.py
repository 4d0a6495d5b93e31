"""What the sites of a kind serve, how far, and what counts as being there: rules of the coverage board.

Radii and walking times are data with a basis (``data/sites/services.toml``); a reader may ask for others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.status import StatusCode

S = StatusCode


class State(StrEnum):
    """Which sites count: what is there today, what is being built as well, or all that is promised."""

    DONE = "done"
    STARTED = "started"
    ALL = "all"


_DONE = frozenset({S.COMPLETED, S.ACCEPTED})
_STARTED = _DONE | {S.ON_TRACK, S.LAGGING, S.OVERDUE, S.SUSPENDED}
COUNTED: Mapping[State, frozenset[StatusCode]] = {
    State.DONE: _DONE,
    State.STARTED: _STARTED,
    State.ALL: frozenset(StatusCode),
}
"""Statuses that count in each state. An overdue or suspended site counts as started although it may not be:
its own line says so."""


class Method(StrEnum):
    """How far a place reaches: as the crow flies, or on foot along the streets."""

    CIRCLE = "circle"
    WALK = "walk"


class Manner(StrEnum):
    """What a kind is: places people go to, networks they are connected to, streets they live along."""

    PLACE = "place"
    NETWORK = "network"
    STREET = "street"


LEAST_M, MOST_M = 10.0, 20_000.0
MOST_MINUTES = 120.0


@dataclass(frozen=True)
class Rule:
    """How far a kind serves unless asked otherwise: metres, minutes on foot (places only), and the basis.

    `assumed` where no standard's figure stands behind it.
    """

    kind: str
    manner: Manner
    radius_m: float
    minutes: float | None
    assumed: bool
    basis_zh: str
    basis_en: str


@dataclass(frozen=True)
class Rules:
    """The rules by kind, in the order of the file, and the speed of walking with its basis."""

    by_kind: Mapping[str, Rule]
    metres_per_minute: float
    walking_zh: str
    walking_en: str


def read_rules(tree: Mapping[str, Any]) -> Rules:
    """Rules from the parsed file. Errors: ValueError that names the kind and what is wrong with it."""
    rules: dict[str, Rule] = {}
    for row in tree.get("service", ()):
        rule = _rule(row)
        if rule.kind in rules:
            raise ValueError(f"{rule.kind}: is there twice · 重复")
        rules[rule.kind] = rule
    walking = tree.get("walking", {})
    speed = walking.get("metres_per_minute", 0)
    if not 20 <= speed <= 200:
        raise ValueError("walking.metres_per_minute: from 20 to 200 · 步行速度应为每分钟 20 至 200 米")
    return Rules(rules, float(speed), str(walking.get("basis_zh", "")), str(walking.get("basis_en", "")))


def _rule(row: Mapping[str, Any]) -> Rule:
    kind = str(row.get("kind", "?"))
    try:
        manner = Manner(row["manner"])
        radius, minutes = float(row["radius_m"]), row.get("minutes")
        basis = str(row["basis_zh"]), str(row["basis_en"])
        assumed = row["assumed"]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{kind}: {error} is missing or wrong · 缺少或有误") from None
    if not LEAST_M <= radius <= MOST_M:
        raise ValueError(f"{kind}: radius_m is from {LEAST_M:g} to {MOST_M:g} · 半径超出范围")
    if minutes is not None and (manner is not Manner.PLACE or not 0 < minutes <= MOST_MINUTES):
        raise ValueError(f"{kind}: minutes are for places, up to {MOST_MINUTES:g} · 步行时间仅用于场所")
    if not isinstance(assumed, bool) or not all(basis):
        raise ValueError(f"{kind}: say what it rests on, and whether it is assumed · 须写明依据")
    return Rule(kind, manner, radius, None if minutes is None else float(minutes), assumed, *basis)


FEWEST = 5
"""A count of protected households or persons below this is not told per town, as it might name them."""


def told_by_town(counts: Mapping[str, float]) -> dict[str, float] | None:
    """Counts of a protected item per town as they may be shown; None when they are held back.

    One small count holds back all of them: the total is known, and the rest would give it away. Nought is
    told, for there is nobody to be named.
    """
    return None if any(0 < count < FEWEST for count in counts.values()) else dict(counts)


def told_figures(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a protected report as they may be shown: no towns where a count is held back."""
    told = {}
    for target, members in figures.items():
        towns = members.get("towns") if isinstance(members, Mapping) else None
        held = towns is not None and told_by_town(towns) is None
        told[target] = {name: n for name, n in members.items() if name != "towns"} if held else members
    return told
