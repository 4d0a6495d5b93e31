"""Directives (调度意见): what a leader asks of a unit by a day, followed until it is done.

A directive is the story of its steps, as a blockage is.

========  ===============  =========  ===============================================
step      from             leads to   by
========  ===============  =========  ===============================================
give                       open       a leader, within the portfolio
progress  open             open       the unit that is asked
done      open             done       the unit that is asked
extend    open             open       a leader, within the portfolio
confirm   done             confirmed  a leader, within the portfolio
reopen    done, confirmed  open       a leader, within the portfolio
========  ===============  =========  ===============================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.domain.given import day_given, text_given
from app.domain.roles import About, Action, Actor, may, require
from app.errors import BadParameter, Fault, Refused


class Act(StrEnum):
    """What may be done with a directive."""

    GIVE = "give"
    PROGRESS = "progress"
    DONE = "done"
    EXTEND = "extend"
    CONFIRM = "confirm"
    REOPEN = "reopen"


class State(StrEnum):
    """Where a directive is: asked for, said to be done, confirmed."""

    OPEN = "open"
    DONE = "done"
    CONFIRMED = "confirmed"


TRANSITIONS: dict[Act, tuple[frozenset[State], State]] = {
    Act.PROGRESS: (frozenset({State.OPEN}), State.OPEN),
    Act.DONE: (frozenset({State.OPEN}), State.DONE),
    Act.EXTEND: (frozenset({State.OPEN}), State.OPEN),
    Act.CONFIRM: (frozenset({State.DONE}), State.CONFIRMED),
    Act.REOPEN: (frozenset({State.DONE, State.CONFIRMED}), State.OPEN),
}
"""From which states a step may be taken, and where it leads; giving makes the directive."""

BY_UNIT = frozenset({Act.PROGRESS, Act.DONE})


@dataclass(frozen=True)
class Step:
    """One step, and the day by which the directive is to be done since."""

    act: Act
    due: date
    text: str
    by: str
    day: date
    moment: datetime | None = None
    change: int = 0
    sample: bool = False


@dataclass(frozen=True)
class Directive:
    """A directive with its steps in order; the first gives it. `subject` None: it is about the whole item."""

    id: str
    item_no: int
    subject: str | None
    unit: str
    text: str
    by: str
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
    def due(self) -> date:
        """By when it is to be done."""
        return self.last.due

    @property
    def given(self) -> date:
        """The day it was given."""
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
        """Whether it still has to be followed."""
        return self.state is not State.CONFIRMED

    def overdue(self, today: date) -> bool:
        """Whether the unit is late: not said to be done, and the day has passed (itself still in time)."""
        return self.state is State.OPEN and today > self.due

    def days_left(self, today: date) -> int:
        """Days until it is due, below 0 when late."""
        return (self.due - today).days


@dataclass(frozen=True)
class Form:
    """What somebody asks for with a step."""

    act: str
    text: str | None = None
    due: date | None = None


def state_after(acts: Iterable[Act]) -> State:
    """The state after steps in order, the first of which gives. ValueError when one could not follow."""
    state: State | None = None
    for act in acts:
        if state is None:
            if act is not Act.GIVE:
                raise ValueError(f"a directive begins with give, not with {act}")
            state = State.OPEN
        elif act is Act.GIVE or state not in TRANSITIONS[act][0]:
            raise ValueError(f"{act} cannot follow on {state}")
        else:
            state = TRANSITIONS[act][1]
    if state is None:
        raise ValueError("a directive without a step")
    return state


def steps_open_to(directive: Directive, actor: Actor | None, about: About) -> tuple[Act, ...]:
    """The steps that this person may take now, in the order of the table."""
    return tuple(
        act
        for act, (states, _) in TRANSITIONS.items()
        if directive.state in states and may(actor, _action(act), _asked(directive, about))
    )


def next_step(directive: Directive, form: Form, actor: Actor, about: About, now: Step) -> Step:
    """The step that `form` asks for; `now` carries by, day and moment.

    Raises BadParameter (what is written is wrong), Forbidden (not this person's) or Refused (not from here).
    """
    act = require_person(directive, form.act, actor, about)
    if directive.state not in TRANSITIONS[act][0]:
        raise _impossible(directive.state)
    due = directive.due
    if act is Act.EXTEND:
        due = day_given(form.due, "due", max(now.day, directive.due + timedelta(days=1)))
    elif act is Act.REOPEN:
        # What is late already needs a new day, else it would be late again at once.
        due = day_given(form.due or directive.due, "due", now.day)
    return replace(now, act=act, due=due, text=text_given(form.text, "text"))


def require_person(directive: Directive, act: str, actor: Actor, about: About) -> Act:
    """The step by its name, if it is this person's at all. Errors: BadParameter, Forbidden."""
    known = _act(act)
    require(actor, _action(known), _asked(directive, about))
    return known


def _act(name: str) -> Act:
    if name in TRANSITIONS:
        return Act(name)
    names = [act.value for act in TRANSITIONS]
    listed = "、".join(names), ", ".join(names)
    told = f"没有这个步骤，可用的有：{listed[0]}。", f"There is no such step; there are: {listed[1]}."
    raise BadParameter(Fault("action", str(name)[:40], names, *told))


def _action(act: Act) -> Action:
    return Action.ANSWER_DIRECTIVE if act in BY_UNIT else Action.DIRECT


def _asked(directive: Directive, about: About) -> About:
    return replace(about, asked_unit=directive.unit)


def _impossible(state: State) -> Refused:
    if state is State.OPEN:
        return Refused(
            "单位还没有反馈办结，暂不能确认或退回。",
            "The unit has not reported it done; there is nothing yet.",
        )
    if state is State.DONE:
        return Refused(
            "单位已反馈办结，等待领导确认或退回。",
            "The unit has reported it done; a leader has to confirm it or send it back.",
        )
    return Refused(
        "这条意见已经确认办结；如需再办，请先重新打开。",
        "This directive is confirmed as done; reopen it first if there is more to do.",
    )
