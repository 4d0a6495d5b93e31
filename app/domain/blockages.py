"""Blockages (堵点、卡点): what holds a project up, whom it is put to, and how it went on.

A blockage is the story of its steps; its state, age and owner are read off them and kept nowhere else.

=========  ================  ========  ==========================================================
step       from              leads to  by
=========  ================  ========  ==========================================================
open                         open      a lead unit of the item, supervision, an inspector
assign     open, answered    open      supervision; on level 3 also the leader
answer     open, answered    answered  the unit that is asked
escalate   open, answered    open      supervision; from level 1 also the unit that is asked
close      open, answered    closed    supervision; on level 3 also the leader
reopen     answered, closed  open      supervision; on level 3 also the leader
=========  ================  ========  ==========================================================

Level 1 is the unit's own matter, 2 the supervision command's, 3 the leader's. The unit that is asked stays
the same when the level rises.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from app.domain.given import day_given, text_given
from app.domain.roles import About, Action, Actor, Role, may, require
from app.errors import BadParameter, Fault, Forbidden, Refused

LEVELS = (1, 2, 3)


class Act(StrEnum):
    """What may be done with a blockage."""

    OPEN = "open"
    ASSIGN = "assign"
    ANSWER = "answer"
    ESCALATE = "escalate"
    CLOSE = "close"
    REOPEN = "reopen"


class State(StrEnum):
    """Where a blockage is."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


_UNDONE = frozenset({State.OPEN, State.ANSWERED})
TRANSITIONS: dict[Act, tuple[frozenset[State], State]] = {
    Act.ASSIGN: (_UNDONE, State.OPEN),
    Act.ANSWER: (_UNDONE, State.ANSWERED),
    Act.ESCALATE: (_UNDONE, State.OPEN),
    Act.CLOSE: (_UNDONE, State.CLOSED),
    Act.REOPEN: (frozenset({State.ANSWERED, State.CLOSED}), State.OPEN),
}
"""From which states a step may be taken, and where it leads; opening makes the blockage."""


@dataclass(frozen=True)
class Step:
    """One step: what was done, whom the blockage is put to since, on which level and until when.

    `day` is the day of `moment` in the zone; `change` the id of its entry in the audit.
    """

    act: Act
    owner: str
    level: int
    due: date | None
    text: str
    by: str
    day: date
    moment: datetime | None = None
    change: int = 0
    sample: bool = False


@dataclass(frozen=True)
class Blockage:
    """A blockage with its steps in order; the first opens it."""

    id: str
    subject: str
    item_no: int
    title: str
    steps: tuple[Step, ...]

    @property
    def state(self) -> State:
        """Where it is: what the last step led to."""
        return state_after(step.act for step in self.steps)

    @property
    def last(self) -> Step:
        """The newest step."""
        return self.steps[-1]

    @property
    def owner(self) -> str:
        """Code of the unit that is asked."""
        return self.last.owner

    @property
    def level(self) -> int:
        """1 unit, 2 supervision, 3 leader."""
        return self.last.level

    @property
    def due(self) -> date | None:
        """Until when it is to be cleared, if a day was set."""
        return self.last.due

    @property
    def opened(self) -> date:
        """The day it was opened first."""
        return self.steps[0].day

    @property
    def version(self) -> int:
        """Of which If-Match speaks: the newest entry in the audit."""
        return max(step.change for step in self.steps)

    @property
    def sample(self) -> bool:
        """Whether any of it is demonstration data."""
        return any(step.sample for step in self.steps)

    @property
    def undone(self) -> bool:
        """Whether it is still there."""
        return self.state is not State.CLOSED

    def age(self, today: date) -> int:
        """Days from opening until today, or until it was closed."""
        return ((self.last.day if not self.undone else today) - self.opened).days

    def overdue(self, today: date) -> bool:
        """Whether the unit is late: asked until a day that has passed (the day itself is in time)."""
        return self.state is State.OPEN and self.due is not None and today > self.due


@dataclass(frozen=True)
class Form:
    """What somebody asks for with a step: `unit` and `due` where the step has such."""

    act: str
    text: str | None = None
    unit: str | None = None
    due: date | None = None


def state_after(acts: Iterable[Act]) -> State:
    """The state after steps in order, the first of which opens. ValueError when one could not follow."""
    state: State | None = None
    for act in acts:
        if state is None:
            if act is not Act.OPEN:
                raise ValueError(f"a blockage begins with open, not with {act}")
            state = State.OPEN
        elif act is Act.OPEN or state not in TRANSITIONS[act][0]:
            raise ValueError(f"{act} cannot follow on {state}")
        else:
            state = TRANSITIONS[act][1]
    if state is None:
        raise ValueError("a blockage without a step")
    return state


def may_take(blockage: Blockage, act: Act, actor: Actor | None, about: About) -> bool:
    """Whether this person may take this step now. `about` is the subject's; who is asked is added here."""
    return _permitted(blockage, act, actor, about) and _possible(blockage, act)


def steps_open_to(blockage: Blockage, actor: Actor | None, about: About) -> tuple[Act, ...]:
    """The steps that this person may take now, in the order of the table."""
    return tuple(act for act in TRANSITIONS if may_take(blockage, act, actor, about))


def next_step(
    blockage: Blockage,
    form: Form,
    actor: Actor,
    about: About,
    units: Collection[str],
    now: Step,
) -> Step:
    """The step that `form` asks for. `units` are those of the item; `now` carries by, day and moment.

    Raises BadParameter (what is written is wrong), Forbidden (not this person's) or Refused (not from here).
    """
    act = require_person(blockage, form.act, actor, about)
    if not _possible(blockage, act):
        raise _impossible(blockage, act)
    owner, level, due = blockage.owner, blockage.level, blockage.due
    if act is Act.ASSIGN:
        owner = unit_given(form.unit, units)
        due = day_given(form.due, "due", now.day)
    elif act is Act.ESCALATE:
        level += 1
    if act in (Act.ESCALATE, Act.REOPEN) and form.due:
        due = day_given(form.due, "due", now.day)
    return replace(now, act=act, owner=owner, level=level, due=due, text=text_given(form.text, "text"))


def require_person(blockage: Blockage, act: str, actor: Actor, about: About) -> Act:
    """The step by its name, if it is this person's at all. Errors: BadParameter, Forbidden."""
    known = _act(act)
    if _permitted(blockage, known, actor, about):
        return known
    action = Action.ANSWER_BLOCKAGE if known is Act.ANSWER else Action.MANAGE_BLOCKAGE
    require(actor, action, replace(about, asked_unit=blockage.owner))
    raise Forbidden(
        "这个堵点还没有升级到领导层级，由督查考核指挥部处理。",
        "This blockage has not been escalated to the leaders; it is the supervision command's to handle.",
    )


def unit_given(code: str | None, units: Collection[str], default: str | None = None) -> str:
    """A unit of the item, lead or supporting; `default` when none is named. BadParameter otherwise."""
    if not code and default:
        return default
    if code in units:
        return str(code)
    raise BadParameter(
        Fault(
            "unit",
            (code or "")[:40],
            sorted(units),
            "请选择本项目的一个牵头或协办单位。",
            "Choose one of the item's lead or supporting units.",
        )
    )


def _act(name: str) -> Act:
    if name in TRANSITIONS:
        return Act(name)
    names = [act.value for act in TRANSITIONS]
    listed = "、".join(names), ", ".join(names)
    told = f"没有这个步骤，可用的有：{listed[0]}。", f"There is no such step; there are: {listed[1]}."
    raise BadParameter(Fault("action", str(name)[:40], names, *told))


def _permitted(blockage: Blockage, act: Act, actor: Actor | None, about: About) -> bool:
    asked = replace(about, asked_unit=blockage.owner)
    if act is Act.ANSWER:
        return may(actor, Action.ANSWER_BLOCKAGE, asked)
    if may(actor, Action.MANAGE_BLOCKAGE, asked):
        assert actor is not None
        return actor.role is Role.SUPERVISION or blockage.level == LEVELS[-1]
    return act is Act.ESCALATE and blockage.level == 1 and may(actor, Action.ANSWER_BLOCKAGE, asked)


def _possible(blockage: Blockage, act: Act) -> bool:
    if act is Act.ESCALATE and blockage.level == LEVELS[-1]:
        return False
    return blockage.state in TRANSITIONS[act][0]


def _impossible(blockage: Blockage, act: Act) -> Refused:
    if act is Act.ESCALATE and blockage.state in _UNDONE:
        return Refused("已在最高层级，不能再升级。", "It is on the highest level already.")
    if blockage.state is State.CLOSED:
        return Refused(
            "堵点已经销号；如又出现，请先重新打开。", "The blockage is closed; reopen it first if it is back."
        )
    return Refused("堵点仍在办理中，不需要重新打开。", "The blockage is open already.")
