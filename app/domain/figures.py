"""From what is reported to how far targets, tasks and items are; the arithmetic itself is in `targets`.

A task's targets come about in one of three ways:

=========  ==============================================================================================
own        reported on the task itself, week by week: a quantity where something is counted, else a percentage
by sites   its `kinds` name kinds of site: the sites of the task make it up and nobody reports it twice
a total    its parts are targets of the same task (`part_of`): it is their sum
=========  ==============================================================================================

How much of a target each of its sites is: a place is a place (one road of two is 1 of 2, whatever its
length). Of a length, each line is a share by the plan's weights, and without such by its own length, so that
a drawing that only illustrates never changes the length promised; once all its lines are surveyed, real
metres count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from app.domain.figurecheck import check_figures, parse_number
from app.domain.targetfacts import (
    TargetFacts,
    comparator_of,
    is_counted,
    metres_in,
    own_targets,
    total_of,
)
from app.domain.targets import (
    MORE_IS_FINE,
    ItemProgress,
    Number,
    Part,
    Target,
    exact,
    item_progress,
)

__all__ = [
    "Figures",
    "SitePart",
    "TargetFacts",
    "TaskFigures",
    "check_figures",
    "is_counted",
    "item_rollup",
    "own_targets",
    "parse_number",
    "report_percent",
    "task_percent",
    "task_rollup",
    "task_targets",
]

Figures = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class SitePart:
    """How far one site is: percent (0–100, None: not reported), for a line also its length and metres built.

    `weight` is that of its plan, None without one.
    """

    code: str
    kind: str
    percent: float | None = None
    position: str = "illustrative"
    length_m: float | None = None
    built_m: float | None = None
    weight: float | None = None


@dataclass(frozen=True)
class TaskFigures:
    """All that a task's progress is computed from. `target_weights` by ordinal ("0") are shares within the
    task, `weight` is the task's share of its item; both 1 where the plan says nothing."""

    targets: Sequence[TargetFacts]
    figures: Figures | None = None
    sites: Sequence[SitePart] = ()
    target_weights: Mapping[str, float] = field(default_factory=dict)
    weight: float = 1


def task_targets(
    targets: Sequence[TargetFacts],
    figures: Figures | None,
    sites: Sequence[SitePart],
    weights: Mapping[str, float] | None = None,
) -> list[Target]:
    """A task's targets with the parts that make them up, in order."""
    own = set(own_targets(targets))
    makers = _makers(targets, sites)
    names = _names(targets)
    found = []
    for target in targets:
        if target.ord in own:
            parts = _reported(target, (figures or {}).get(str(target.ord)))
        else:
            parts = _made(target, makers[target.ord])
        weight, total = (weights or {}).get(str(target.ord), 1), total_of(target, targets)
        part_of = None if total is None else names[total]
        found.append(
            Target(names[target.ord], comparator_of(target), target.quantity, parts, weight, part_of)
        )
    return found


def task_rollup(task: TaskFigures) -> ItemProgress:
    """How far a task is, with each of its targets in order."""
    return item_progress(task_targets(task.targets, task.figures, task.sites, task.target_weights))


def task_percent(task: TaskFigures) -> float:
    """The task's percentage (0–100, one decimal; 100 only when all its targets are complete)."""
    return task_rollup(task).percent


def item_rollup(tasks: Sequence[TaskFigures]) -> ItemProgress:
    """How far an item is: its percentage is the mean of its tasks' by their weights.

    `targets` are those of all tasks in order, under the titles that they have within their tasks.
    """
    found: list[Target] = []
    for number, task in enumerate(tasks):
        own = task_targets(task.targets, task.figures, task.sites, task.target_weights)
        totals = {target.part_of for target in own if target.part_of}
        whole = sum((exact(target.weight) for target in own if target.title not in totals), Fraction(0))
        for target in own:
            found.append(
                replace(
                    target,
                    title=f"{number}:{target.title}",
                    part_of=f"{number}:{target.part_of}" if target.part_of else None,
                    weight=exact(task.weight) * exact(target.weight) / whole,
                )
            )
    rolled = item_progress(found)
    return replace(
        rolled, targets=tuple(replace(one, target=_as_in_task(one.target)) for one in rolled.targets)
    )


def report_percent(
    targets: Sequence[TargetFacts], figures: Figures, weights: Mapping[str, float] | None = None
) -> float:
    """The percentage of a task's own report: of its own targets alone, by the plan's weights (0–100).

    0 for a task that has no targets of its own, which is not reported at all.
    """
    own = set(own_targets(targets))
    mine = [
        replace(target, part_of=None)
        for facts, target in zip(targets, task_targets(targets, figures, (), weights), strict=True)
        if facts.ord in own
    ]
    return item_progress(mine).percent if mine else 0.0


def _as_in_task(target: Target) -> Target:
    """A target of an item under the titles that it has in its task."""
    total = target.part_of.partition(":")[2] if target.part_of else None
    return replace(target, title=target.title.partition(":")[2], part_of=total)


def _names(targets: Sequence[TargetFacts]) -> dict[int, str]:
    """Titles by ordinal, the second of its kind told apart by its number."""
    found: dict[int, str] = {}
    for target in targets:
        taken = target.title in found.values()
        found[target.ord] = f"{target.title} ({target.ord + 1})" if taken else target.title
    return found


def _reported(target: TargetFacts, figure: Mapping[str, Any] | None) -> tuple[Part, ...]:
    """A stored figure as the one part of its target; none when the target has changed meanwhile."""
    if not figure:
        return ()
    name = "quantity" if is_counted(target) else "percent"
    number = figure.get(name)
    return () if number is None else (Part(**{name: number}),)


def _makers(targets: Sequence[TargetFacts], sites: Sequence[SitePart]) -> dict[int, list[SitePart]]:
    """Which sites make up which target, by ordinal.

    Where several targets name the same kind of site (two city reading rooms, one rural), the sites in order
    of their codes fill them in turn, each with as many as it counts and the last with all that are left.
    """
    found: dict[int, list[SitePart]] = {target.ord: [] for target in targets}
    for kind in sorted({site.kind for site in sites}):
        waiting = sorted((site for site in sites if site.kind == kind), key=lambda site: site.code)
        takers = [target for target in targets if kind in target.kinds]
        for target in takers[:-1]:
            most = int(target.quantity) if target.quantity and not metres_in(target) else len(waiting)
            found[target.ord] += waiting[:most]
            waiting = waiting[most:]
        if takers:
            found[takers[-1].ord] += waiting
    return found


def _made(target: TargetFacts, sites: Sequence[SitePart]) -> tuple[Part, ...]:
    """The parts of a target that sites make up (none for a total, or as long as there are no sites)."""
    if not sites:
        return ()
    if not is_counted(target):
        return tuple(Part(percent=site.percent, weight=site.weight or 1) for site in sites)
    quantity = exact(target.quantity or 0)
    metres = metres_in(target)
    if not metres:
        share = Fraction(1)
        if len(sites) > quantity and comparator_of(target) not in MORE_IS_FINE:
            share = quantity / len(sites)
        return tuple(Part(percent=site.percent, weight=share) for site in sites)
    if all(site.position == "surveyed" and site.length_m for site in sites):
        return tuple(Part(quantity=_whole_metres(site, metres)) for site in sites)
    weights = _shares(sites)
    whole = sum(weights, Fraction(0))
    return tuple(
        Part(percent=site.percent, weight=quantity * weight / whole)
        for site, weight in zip(sites, weights, strict=True)
    )


def _shares(sites: Sequence[SitePart]) -> list[Fraction]:
    """How the plan weighs lines against each other; without differing weights, by their lengths."""
    weights: list[Number] = [site.weight or 1 for site in sites]
    if len(set(weights)) == 1 and all(site.length_m for site in sites):
        weights = [site.length_m or 1 for site in sites]
    return [exact(weight) for weight in weights]


def _whole_metres(site: SitePart, metres: int) -> Fraction | None:
    """What is built of a surveyed line, in the target's unit and to the metre, as it is shown.

    None when nothing is reported. A line that is not finished never rounds up to its length.
    """
    if site.percent is None and site.built_m is None:
        return None
    length = round(site.length_m or 0)
    if (site.percent or 0) >= 100:
        return Fraction(length, metres)
    built = site.built_m if site.built_m is not None else (site.length_m or 0) * (site.percent or 0) / 100
    return Fraction(max(min(int(built), length - 1), 0), metres)
