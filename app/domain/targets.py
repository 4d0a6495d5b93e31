"""How far targets are: what is reported for their parts rolled up to targets, and targets to items.

A target is made up of parts: sites, towns, units, steps of work. Counted targets (so many places, so many
kilometres) add quantities up; all others average percentages by the weights of the plan. The percentage of
a counted target is worked out from its number and never entered beside it, so the two cannot disagree.

==========  ========  =======================================================================
comparator  counted   complete when
==========  ========  =======================================================================
exact       yes       the quantity is reached; more is shown and not expected
at_least    yes       the quantity is reached; more is fine and shown
total       yes       the quantity is reached, by itself or by the targets that are part of it
full        no        every part is at 100 %
rate        no        every part is at 100 % (a standard such as "one a day" is kept, not added up)
milestone   no        every part is at 100 %: a step is reached (100) or not yet (0)
==========  ========  =======================================================================
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

Number = int | float | Decimal | Fraction


class Comparator(StrEnum):
    """How a target's quantity is meant."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    TOTAL = "total"
    FULL = "full"
    RATE = "rate"
    MILESTONE = "milestone"


COUNTED = frozenset({Comparator.EXACT, Comparator.AT_LEAST, Comparator.TOTAL})
MORE_IS_FINE = frozenset({Comparator.AT_LEAST, Comparator.TOTAL})


@dataclass(frozen=True)
class Part:
    """What one line of the plan contributes: a quantity in the target's unit, or a percentage (0–100).

    `weight` is its share of the plan. In a counted target a percentage is one of that share, which is then
    in the target's unit (60 % of a main planned with 2.5 km are 1.5 km). Neither number: not reported yet.
    """

    quantity: Number | None = None
    percent: Number | None = None
    weight: Number = 1

    def __post_init__(self) -> None:
        if self.quantity is not None and self.percent is not None:
            raise ValueError("a part reports a quantity or a percentage, not both")
        if self.quantity is not None and exact(self.quantity) < 0:
            raise ValueError(f"a quantity cannot be negative: {self.quantity}")
        if self.percent is not None and not 0 <= exact(self.percent) <= 100:
            raise ValueError(f"a part's percentage is between 0 and 100, not {self.percent}")
        if exact(self.weight) <= 0:
            raise ValueError(f"a weight is above 0, not {self.weight}")

    @property
    def reported(self) -> bool:
        """Whether a number has come in."""
        return self.quantity is not None or self.percent is not None


@dataclass(frozen=True)
class Target:
    """A target of one task and its parts. `title` is its name within the task, `weight` its share of the
    item's plan, `part_of` the title of the total that it belongs to."""

    title: str
    comparator: Comparator
    quantity: Number | None = None
    parts: tuple[Part, ...] = ()
    weight: Number = 1
    part_of: str | None = None

    def __post_init__(self) -> None:
        if self.counted and (self.quantity is None or exact(self.quantity) <= 0):
            raise ValueError(f"{self.title}: a target that is counted needs a quantity above 0")
        if not self.counted and any(part.quantity is not None for part in self.parts):
            raise ValueError(f"{self.title}: quantities of a {self.comparator} target do not add up")
        if exact(self.weight) <= 0:
            raise ValueError(f"{self.title}: a weight is above 0, not {self.weight}")

    @property
    def counted(self) -> bool:
        """Whether quantities make it up."""
        return self.comparator in COUNTED


@dataclass(frozen=True)
class TargetProgress:
    """How far a target is.

    `done` and `surplus` (what is done beyond the quantity) are in the target's unit, None where nothing is
    counted. `percent` has one decimal and exceeds 100 where more than the quantity is done. `surplus_is_fine`
    is false where more than the quantity was not asked for. `reported`: a number has come in for some part.
    """

    target: Target
    done: float | None
    percent: float
    complete: bool
    reported: bool
    surplus: float | None
    surplus_is_fine: bool


@dataclass(frozen=True)
class ItemProgress:
    """How far an item (or one of its tasks) is: `percent` (0–100, one decimal) is 100 only when it is
    complete, and it is complete only when all its targets are."""

    targets: tuple[TargetProgress, ...]
    percent: float
    complete: bool


def exact(number: Number) -> Fraction:
    """A number as it is written: 0.1 is a tenth. Raises ValueError when it is not finite."""
    if isinstance(number, float | Decimal) and not math.isfinite(number):
        raise ValueError(f"not a finite number: {number}")
    return Fraction(str(number)) if isinstance(number, float) else Fraction(number)


def percent_of(done: Number, whole: Number) -> float:
    """What share of the whole is done, in percent to one decimal, halves rounded up; may exceed 100.

    Rounding never tells another story than the numbers: less than the whole is at most 99.9, the
    slightest beginning at least 0.1. Raises ValueError unless done ≥ 0 and whole > 0.
    """
    part, all_of_it = exact(done), exact(whole)
    if part < 0 or all_of_it <= 0:
        raise ValueError(f"no share: {done} of {whole}")
    tenths = math.floor(part / all_of_it * 1000 + Fraction(1, 2))
    if 0 < part < all_of_it:
        tenths = min(max(tenths, 1), 999)
    return tenths / 10


def target_progress(target: Target, belonging: Sequence[Target] = ()) -> TargetProgress:
    """Roll a target's parts up. `belonging` are the targets that are part of it (for a total).

    Raises ValueError when a total is reported both by itself and by the targets that are part of it, or
    when anything but counted targets belongs to it.
    """
    if belonging and (target.comparator != Comparator.TOTAL or not all(one.counted for one in belonging)):
        raise ValueError(f"{target.title}: only a total has parts, and only counted targets are such")
    if belonging and any(part.reported for part in target.parts):
        raise ValueError(f"{target.title}: what makes it up is reported, so it cannot be reported itself")
    parts = [part for one in (target, *belonging) for part in one.parts]
    reported = any(part.reported for part in parts)
    if not target.counted:
        share = _mean([(part.weight, exact(part.percent or 0)) for part in parts])
        return TargetProgress(target, None, percent_of(share, 100), share == 100, reported, None, True)
    done = sum((_contribution(part) for part in parts), Fraction(0))
    whole = exact(target.quantity or 0)
    return TargetProgress(
        target,
        float(done),
        percent_of(done, whole),
        done >= whole,
        reported,
        float(max(done - whole, Fraction(0))),
        target.comparator in MORE_IS_FINE,
    )


def item_progress(targets: Sequence[Target]) -> ItemProgress:
    """Roll up targets with different titles, those of a task, an item or any other set.

    Percentages are weighted by the targets' weights. One beyond its quantity counts as 100, so that plenty
    here hides no lack there; a total made up of other targets leaves the weighing to them.

    Raises ValueError when there is no target, when two have the same title, or when `part_of` names none or
    one that is itself part of another.
    """
    by_title = {target.title: target for target in targets}
    if not targets or len(by_title) != len(targets):
        raise ValueError("a roll-up needs targets, each with a title of its own")
    belonging: dict[str, list[Target]] = {}
    for target in targets:
        if target.part_of is not None:
            total = by_title.get(target.part_of)
            if total is None or total.part_of is not None:
                raise ValueError(f"{target.title}: {target.part_of} is no total of this roll-up")
            belonging.setdefault(target.part_of, []).append(target)
    rolled = tuple(target_progress(target, belonging.get(target.title, ())) for target in targets)
    complete = all(one.complete for one in rolled)
    share = _mean([(one.target.weight, _share(one)) for one in rolled if one.target.title not in belonging])
    percent = percent_of(share, 100)
    return ItemProgress(rolled, percent if complete else min(percent, 99.9), complete)


def _contribution(part: Part) -> Fraction:
    if part.quantity is not None:
        return exact(part.quantity)
    return exact(part.percent or 0) * exact(part.weight) / 100


def _share(progress: TargetProgress) -> Fraction:
    """A target's exact percentage, at most 100: rounding comes last."""
    target = progress.target
    if target.counted:
        done = sum((_contribution(part) for part in target.parts), Fraction(0))
        return min(done / exact(target.quantity or 0) * 100, Fraction(100))
    return _mean([(part.weight, exact(part.percent or 0)) for part in target.parts])


def _mean(weighted: Sequence[tuple[Number, Fraction]]) -> Fraction:
    """The mean of percentages by weight; 0 where there are none."""
    total = sum((exact(weight) for weight, _ in weighted), Fraction(0))
    return sum((exact(weight) * share for weight, share in weighted), Fraction(0)) / (total or 1)
