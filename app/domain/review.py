"""The ten-day review (旬调度): what is another than it was when the period before ended. Pure comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.domain.blockages import Blockage
from app.domain.blockages import State as BlockageState
from app.domain.directives import Directive
from app.domain.directives import State as DirectiveState
from app.domain.periods import Period
from app.domain.status import StatusCode

_DIGITS = 1


@dataclass(frozen=True)
class Standing:
    """Where a subject stands: status, reported percent (None: nothing), and when it was last sent back."""

    status: StatusCode
    percent: float | None = None
    sent_back: date | None = None


@dataclass(frozen=True)
class Difference:
    """A subject that stands elsewhere than before; `before` None when there was no such subject."""

    code: str
    before: Standing | None
    after: Standing

    @property
    def status_changed(self) -> bool:
        """Whether the light is another."""
        return self.before is None or self.before.status is not self.after.status

    @property
    def points(self) -> float:
        """Percentage points reported more (or less, below 0) than before; nothing counts as 0."""
        before = (self.before.percent if self.before else None) or 0.0
        return round((self.after.percent or 0.0) - before, _DIGITS)

    @property
    def accepted(self) -> bool:
        """Whether it was accepted in between."""
        return self.after.status is StatusCode.ACCEPTED and self.status_changed

    @property
    def sent_back(self) -> bool:
        """Whether it was sent back in between."""
        earlier = self.before.sent_back if self.before else None
        return self.after.sent_back is not None and self.after.sent_back != earlier

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return self.before != self.after and (self.status_changed or self.points != 0.0 or self.sent_back)


class Movements(NamedTuple):
    """Blockages that came, went, or came back between two moments."""

    opened: tuple[Blockage, ...]
    closed: tuple[Blockage, ...]
    reopened: tuple[Blockage, ...]


def differences(before: Mapping[str, Standing], after: Mapping[str, Standing]) -> tuple[Difference, ...]:
    """Every subject of `after` that is another than `before`, in the order of `after`."""
    found = (Difference(code, before.get(code), standing) for code, standing in after.items())
    return tuple(one for one in found if one.any)


def movements(before: Iterable[Blockage], after: Iterable[Blockage]) -> Movements:
    """What became of blockages; one that came and went in between is told under both."""
    earlier = {one.id: one for one in before}
    opened, closed, reopened = [], [], []
    for one in after:
        was = earlier.get(one.id)
        if was is None:
            opened.append(one)
        if not one.undone and (was is None or was.undone):
            closed.append(one)
        if one.undone and was is not None and not was.undone:
            reopened.append(one)
    return Movements(tuple(opened), tuple(closed), tuple(reopened))


def to_clear(blockages: Iterable[Blockage], today: date) -> tuple[Blockage, ...]:
    """Blockages that are still there: those put to leaders first, then the late ones, then the oldest."""
    left = [one for one in blockages if one.state is not BlockageState.CLOSED]
    return tuple(sorted(left, key=lambda one: (-one.level, not one.overdue(today), one.opened, one.id)))


def to_follow(directives: Iterable[Directive], today: date, period: Period) -> tuple[Directive, ...]:
    """Directives not yet confirmed, and those confirmed in the period; late ones first, then by due day."""
    rank = {DirectiveState.DONE: 0, DirectiveState.OPEN: 1, DirectiveState.CONFIRMED: 2}
    kept = [one for one in directives if one.undone or period.first <= one.last.day <= period.last]
    return tuple(sorted(kept, key=lambda one: (not one.overdue(today), rank[one.state], one.due, one.id)))
