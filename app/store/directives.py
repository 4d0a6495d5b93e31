"""Directives in the ledger: read as of any moment, given, and followed step by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from app.domain.blockages import unit_given
from app.domain.directives import Act, Directive, Form, Step, next_step, require_person
from app.domain.given import day_given, text_given
from app.domain.roles import About, Action, require
from app.errors import BadParameter, Fault, NotFound
from app.store import tables as t
from app.store.asof import AsOf
from app.store.blockages import answered
from app.store.moments import day_of
from app.store.subjects import read_subject
from app.store.writing import Asked, Writer, expect


@dataclass(frozen=True)
class NewDirective:
    """What is written of a new directive. `id` is a UUID; `subject` None: it is about the whole item."""

    id: str
    item: int
    unit: str | None
    due: date | None
    text: str | None
    subject: str | None = None


def directives_of(
    connection: Connection,
    as_of: AsOf,
    *,
    item: int | None = None,
    unit: str | None = None,
    subject: str | None = None,
    ids: Collection[str] | None = None,
) -> list[Directive]:
    """Directives as they were known then, in the order in which they were given."""
    query = select(t.directive).where(as_of.known(t.directive))
    for column, value in (("item_no", item), ("unit_code", unit), ("subject_code", subject)):
        if value is not None:
            query = query.where(t.directive.c[column] == value)
    if ids is not None:
        query = query.where(t.directive.c.id.in_(list(ids)))
    rows = connection.execute(query.order_by(t.directive.c.change_id, t.directive.c.id)).all()
    steps = _steps(connection, as_of, [row.id for row in rows])
    return [
        Directive(
            row.id, row.item_no, row.subject_code, row.unit_code, row.text, row.by, tuple(steps[row.id])
        )
        for row in rows
        if steps[row.id]
    ]


def read_directive(connection: Connection, ident: str, as_of: AsOf | None = None) -> Directive:
    """One directive (None: as it is now). Errors: NotFound."""
    found = directives_of(connection, as_of or AsOf(date.max), ids=[ident])
    if not found:
        raise NotFound(f"没有编号为 {ident[:40]} 的调度意见。", f"There is no directive {ident[:40]}.")
    return found[0]


def give_directive(writer: Writer, form: NewDirective, asked: Asked) -> dict[str, Any]:
    """Give a directive; the receipt has its `id`, `state`, `unit`, `due` and `version`.

    Errors: BadParameter, Forbidden (another's portfolio), NotFound; Refused when the UUID is taken.
    """
    known = writer.repeated(asked)
    if known is not None:
        return answered(known.after, known.id)
    about = about_of(writer.connection, form.item, form.subject)
    require(writer.actor, Action.DIRECT, about)
    unit = unit_given(form.unit, sorted(about.lead_units | about.supporting_units))
    due, text = day_given(form.due, "due", writer.day), text_given(form.text, "text")
    step = Step(Act.GIVE, due, text, writer.actor.display, writer.day, writer.moment)
    directive = Directive(form.id, form.item, form.subject, unit, text, step.by, (step,))
    after = receipt(directive)
    change = writer.record("directive_give", subject=form.subject, item=form.item, asked=asked, after=after)
    row = {
        "id": form.id,
        "subject_code": form.subject,
        "item_no": form.item,
        "unit_code": unit,
        "text": text,
        "by": step.by,
        **writer.row(change),
    }
    writer.connection.execute(insert(t.directive).values(row))
    _insert_step(writer, form.id, step, change)
    return answered(after, change)


def step_directive(writer: Writer, ident: str, form: Form, asked: Asked) -> dict[str, Any]:
    """Take a step with a directive; `asked.match` is the version that was seen. The receipt as of giving.

    Errors: NotFound, Forbidden, NeedsMatch, Changed (with both sides), BadParameter, Refused.
    """
    known = writer.repeated(asked)
    if known is not None:
        return answered(known.after, known.id)
    directive = read_directive(writer.connection, ident)
    about = about_of(writer.connection, directive.item_no, directive.subject)
    require_person(directive, form.act, writer.actor, about)
    expect(
        asked, directive.version, asdict(form), lambda: receipt(directive) | {"last": told(directive.last)}
    )
    now = Step(Act.GIVE, directive.due, "", writer.actor.display, writer.day, writer.moment)
    step = next_step(directive, form, writer.actor, about, now)
    after = receipt(replace(directive, steps=(*directive.steps, step)))
    change = writer.record(
        f"directive_{step.act}",
        subject=directive.subject,
        item=directive.item_no,
        asked=asked,
        before=receipt(directive),
        after=after,
    )
    _insert_step(writer, ident, step, change)
    return answered(after, change)


def about_of(connection: Connection, item: int, subject: str | None = None) -> About:
    """What a permission about an item, or a subject of it, is asked about.

    Errors: BadParameter when there is no such item or the subject is another item's; NotFound.
    """
    query = select(t.item_unit.c.role, t.item_unit.c.unit_code).where(t.item_unit.c.item_no == item)
    rows = connection.execute(query).all()
    if not rows:
        numbers = list(connection.execute(select(t.item.c.no).order_by(t.item.c.no)).scalars())
        told = f"没有第 {item} 项。", f"There is no item {item}."
        raise BadParameter(Fault("item", item, numbers, *told))
    units = {role: frozenset(row.unit_code for row in rows if row.role == role) for role in _ROLES}
    about = About(item, units["lead"], units["supporting"])
    if subject is None:
        return about
    found = read_subject(connection, subject)
    if found.item_no != item:
        told = f"{subject[:20]} 不属于第 {item} 项。", f"{subject[:20]} does not belong to item {item}."
        raise BadParameter(Fault("subject", subject[:20], f"{item:02d}-…", *told))
    return replace(found.about(), lead_units=about.lead_units | {found.lead_unit})


def receipt(directive: Directive) -> dict[str, Any]:
    """The facts of a directive after its last step, as JSON has them."""
    last = directive.last
    return {
        "id": directive.id,
        "item": directive.item_no,
        "subject": directive.subject,
        "unit": directive.unit,
        "state": directive.state.value,
        "due": last.due.isoformat(),
        "text": last.text,
    }


def told(step: Step) -> dict[str, Any]:
    """A step as JSON has it."""
    return {
        "action": step.act.value,
        "due": step.due.isoformat(),
        "text": step.text,
        "by": step.by,
        "at": step.moment.isoformat() if step.moment else None,
        "sample": step.sample,
    }


_ROLES = ("lead", "supporting")


def _insert_step(writer: Writer, ident: str, step: Step, change: int) -> None:
    row = {
        "directive_id": ident,
        "action": step.act.value,
        "due": step.due,
        "text": step.text,
        "by": step.by,
        **writer.row(change),
    }
    writer.connection.execute(insert(t.directive_step).values(row))


def _steps(connection: Connection, as_of: AsOf, ids: Collection[str]) -> defaultdict[str, list[Step]]:
    found: defaultdict[str, list[Step]] = defaultdict(list)
    query = select(t.directive_step).where(as_of.known(t.directive_step))
    if len(ids) <= 500:
        query = query.where(t.directive_step.c.directive_id.in_(list(ids)))
    for row in connection.execute(query.order_by(t.directive_step.c.id)):
        found[row.directive_id].append(
            Step(
                act=Act(row.action),
                due=row.due,
                text=row.text,
                by=row.by,
                day=day_of(row.entered_at),
                moment=row.entered_at,
                change=row.change_id or 0,
                sample=row.sample,
            )
        )
    return found
