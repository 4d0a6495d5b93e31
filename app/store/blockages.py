"""Blockages in the ledger: read as of any moment, opened, and taken further step by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from app.domain.blockages import Act, Blockage, Form, Step, next_step, require_person, unit_given
from app.domain.given import day_given, text_given, title_given
from app.domain.roles import Action, require
from app.errors import NotFound
from app.store import tables as t
from app.store.asof import AsOf
from app.store.moments import day_of
from app.store.subjects import Subject, read_subject
from app.store.writing import Asked, Writer, expect


@dataclass(frozen=True)
class NewBlockage:
    """What is written of a new blockage. `id` is a UUID; `unit` None: the item's lead unit is asked.

    `source` says what it comes from: a report or an inspection, by its id. `since` is the day from which
    `due` counts (None: today): what was seen without signal may be told after it was due.
    """

    id: str
    subject: str
    title: str | None
    text: str | None
    unit: str | None = None
    due: date | None = None
    source: str | None = None
    since: date | None = None


def blockages_of(
    connection: Connection,
    as_of: AsOf,
    *,
    subject: str | None = None,
    item: int | None = None,
    ids: Collection[str] | None = None,
) -> list[Blockage]:
    """Blockages as they were known then, in the order in which they were opened."""
    wanted = (
        select(t.blockage, t.subject.c.item_no)
        .join(t.subject, t.subject.c.code == t.blockage.c.subject_code)
        .where(as_of.known(t.blockage))
    )
    if subject is not None:
        wanted = wanted.where(t.blockage.c.subject_code == subject)
    if item is not None:
        wanted = wanted.where(t.subject.c.item_no == item)
    if ids is not None:
        wanted = wanted.where(t.blockage.c.id.in_(list(ids)))
    rows = connection.execute(wanted.order_by(t.blockage.c.change_id, t.blockage.c.id)).all()
    steps = _steps(connection, as_of, [row.id for row in rows])
    return [
        Blockage(row.id, row.subject_code, row.item_no, row.title, tuple(steps[row.id]))
        for row in rows
        if steps[row.id]
    ]


def read_blockage(connection: Connection, ident: str, as_of: AsOf | None = None) -> Blockage:
    """One blockage (None: as it is now). Errors: NotFound."""
    found = blockages_of(connection, as_of or AsOf(date.max), ids=[ident])
    if not found:
        raise NotFound(f"没有编号为 {ident[:40]} 的堵点。", f"There is no blockage {ident[:40]}.")
    return found[0]


def open_blockage(writer: Writer, form: NewBlockage, asked: Asked | None = None) -> dict[str, Any]:
    """Open a blockage; the receipt has its `id`, `state`, `owner`, `level`, `due` and `version`.

    `asked` when this is the request itself; None as a part of another write, such as a report.
    Errors: BadParameter, Forbidden, NotFound; Refused when the UUID is taken.
    """
    known = writer.repeated(asked) if asked else None
    if known is not None:
        return answered(known.after, known.id)
    subject = read_subject(writer.connection, form.subject)
    require(writer.actor, Action.OPEN_BLOCKAGE, subject.about())
    title, text = title_given(form.title, "title"), text_given(form.text, "text")
    owner = unit_given(form.unit, units_of(subject), subject.lead_unit)
    due = day_given(form.due, "due", form.since or writer.day) if form.due else None
    step = replace(_now(writer), act=Act.OPEN, owner=owner, due=due, text=text)
    blockage = Blockage(form.id, subject.code, subject.item_no, title, (step,))
    after = receipt(blockage) | ({"source": form.source} if form.source else {})
    change = writer.record(
        "blockage_open", subject=subject.code, item=subject.item_no, asked=asked, after=after
    )
    row = {"id": form.id, "subject_code": subject.code, "title": title, **writer.row(change)}
    writer.connection.execute(insert(t.blockage).values(row))
    _insert_step(writer, form.id, step, change)
    return answered(after, change)


def step_blockage(writer: Writer, ident: str, form: Form, asked: Asked) -> dict[str, Any]:
    """Take a step with a blockage; `asked.match` is the version that was seen. The receipt as of opening.

    Errors: NotFound, Forbidden, NeedsMatch, Changed (with both sides), BadParameter, Refused.
    """
    known = writer.repeated(asked)
    if known is not None:
        return answered(known.after, known.id)
    blockage = read_blockage(writer.connection, ident)
    subject = read_subject(writer.connection, blockage.subject)
    require_person(blockage, form.act, writer.actor, subject.about())
    expect(asked, blockage.version, asdict(form), lambda: receipt(blockage) | {"last": told(blockage.last)})
    step = next_step(blockage, form, writer.actor, subject.about(), units_of(subject), _now(writer))
    before, after = receipt(blockage), receipt(replace(blockage, steps=(*blockage.steps, step)))
    change = writer.record(
        f"blockage_{step.act}",
        subject=subject.code,
        item=subject.item_no,
        asked=asked,
        before=before,
        after=after,
    )
    _insert_step(writer, ident, step, change)
    return answered(after, change)


def units_of(subject: Subject) -> tuple[str, ...]:
    """Codes of the units to which a subject's blockages may be put: its lead unit first."""
    return tuple(dict.fromkeys((subject.lead_unit, *subject.lead_units, *subject.supporting_units)))


def receipt(blockage: Blockage) -> dict[str, Any]:
    """The facts of a blockage after its last step, as JSON has them."""
    last = blockage.last
    return {
        "id": blockage.id,
        "subject": blockage.subject,
        "item": blockage.item_no,
        "title": blockage.title,
        "state": blockage.state.value,
        "owner": last.owner,
        "level": last.level,
        "due": last.due.isoformat() if last.due else None,
        "text": last.text,
    }


def answered(after: dict[str, Any], change: int) -> dict[str, Any]:
    """A receipt with its entry in the audit, which is the version that If-Match speaks of from now on."""
    return after | {"change": change, "version": change}


def told(step: Step) -> dict[str, Any]:
    """A step as JSON has it."""
    return {
        "action": step.act.value,
        "owner": step.owner,
        "level": step.level,
        "due": step.due.isoformat() if step.due else None,
        "text": step.text,
        "by": step.by,
        "at": step.moment.isoformat() if step.moment else None,
        "sample": step.sample,
    }


def _now(writer: Writer) -> Step:
    return Step(Act.OPEN, "", 1, None, "", writer.actor.display, writer.day, writer.moment)


def _insert_step(writer: Writer, ident: str, step: Step, change: int) -> None:
    row = {
        "blockage_id": ident,
        "action": step.act.value,
        "owner_unit": step.owner,
        "level": step.level,
        "due": step.due,
        "text": step.text,
        "by": step.by,
        **writer.row(change),
    }
    writer.connection.execute(insert(t.blockage_step).values(row))


def _steps(connection: Connection, as_of: AsOf, ids: Collection[str]) -> defaultdict[str, list[Step]]:
    found: defaultdict[str, list[Step]] = defaultdict(list)
    query = select(t.blockage_step).where(as_of.known(t.blockage_step))
    if len(ids) <= 500:
        query = query.where(t.blockage_step.c.blockage_id.in_(list(ids)))
    for row in connection.execute(query.order_by(t.blockage_step.c.id)):
        found[row.blockage_id].append(
            Step(
                act=Act(row.action),
                owner=row.owner_unit,
                level=row.level,
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
