"""What two people changed in one inspection without knowing of each other: supervision says which value
stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, insert, select

from app.domain.given import is_blank, text_given
from app.domain.inspections import speechless
from app.domain.roles import Action, require
from app.errors import BadParameter, Fault, NotFound, Refused
from app.store import tables as t
from app.store.asof import AsOf
from app.store.checkin import Checkin, Row, read_checkin
from app.store.revisions import columns, fields, keep
from app.store.subjects import read_subject
from app.store.writing import Asked, Writer

CHOICES = ("kept", "other")
"""What stands stays, or what came later takes its place."""
_DECIDED = UUID("d4b1d5b4-7a55-4f0a-8a0e-2c0c6c9d7b13")
"""The revision that a decision makes has a UUID made from the dispute's."""


def decide(writer: Writer, ident: str, chosen: str, text: str | None, asked: Asked) -> dict[str, Any]:
    """Decide a dispute; with ``other`` the inspection is mended. The receipt: ``{id, inspection, field,
    chosen, text, version, change}``, `version` the inspection's.

    Errors: NotFound, Forbidden, BadParameter; Refused when it is decided already, and when the field was
    changed again after the two had.
    """
    known = writer.repeated(asked)
    if known is not None:
        return _answered(known.after, known.id)
    inspection = inspection_of(writer.connection, ident)
    one = read_checkin(writer.connection, inspection, AsOf(writer.day))
    subject = read_subject(writer.connection, one.row["subject_code"])
    require(writer.actor, Action.DECIDE, subject.about())
    if chosen not in CHOICES:
        told = f"chosen 应为 {'、'.join(CHOICES)} 之一。", f"chosen is one of {', '.join(CHOICES)}."
        raise BadParameter(Fault("chosen", chosen[:20], list(CHOICES), *told))
    words = None if is_blank(text or "") else text_given(text, "text")
    dispute = next(row for row in one.disputes if row["id"] == ident)
    _check_open(one, dispute)
    now = fields(one.current)
    stands = now | ({dispute["field"]: dispute["other"]} if chosen == "other" else {})
    replaced = stands != now
    if replaced:
        _check_replaced(one, dispute, now, stands)
    after = {
        "id": ident,
        "inspection": inspection,
        "subject": subject.code,
        **columns(stands),
        "field": dispute["field"],
        "chosen": chosen,
        "text": words,
        "version": None if replaced else one.version,
    }
    change = writer.record(
        "dispute_decision",
        subject=subject.code,
        item=subject.item_no,
        asked=asked,
        before=columns(now),
        after=after,
    )
    row = {"dispute_id": ident, "chosen": chosen, "text": words, "by": writer.actor.display}
    writer.connection.execute(insert(t.dispute_decision).values(row | writer.row(change)))
    if replaced:
        number = str(uuid5(_DECIDED, ident))
        keep(writer, number, one, stands, [dispute["field"]], change, one.version)
    return _answered(after, change)


def inspection_of(connection: Connection, ident: str) -> str:
    """The id of the inspection that a dispute is about. Errors: NotFound."""
    found = connection.execute(select(t.dispute.c.inspection_id).where(t.dispute.c.id == ident)).scalar()
    if found is None:
        raise NotFound(f"没有编号为 {ident[:40]} 的分歧。", f"There is no dispute {ident[:40]}.")
    return found


def _check_open(one: Checkin, dispute: Row) -> None:
    decision = dispute["decision"]
    if decision is not None:
        raise Refused(
            f"这处分歧已由{decision['by']}裁定，不能再次裁定；如需修改，请补正这条督查。",
            f"{decision['by']} has decided this already; mend the inspection if it is still wrong.",
        )


def _check_replaced(one: Checkin, dispute: Row, now: dict[str, Any], stands: dict[str, Any]) -> None:
    """Whether what came later may take the place of what stands. Errors: Refused.

    Whoever decides has seen the two values, not a third that somebody entered since; only another decision
    about the same field is known to supervision.
    """
    name = dispute["field"]
    decided = {row["decision"]["change_id"] for row in one.disputes if row["decision"]}
    changed = [row["change_id"] for row in one.revisions if name in row["changed"]]
    if now[name] != dispute["kept"] and changed and changed[-1] not in decided:
        raise Refused(
            "这一项在分歧之后又被修改过，后到的值没有采用。请看过现在的内容，再维持现值或补正这条督查。",
            "This field was changed again after the two values; nothing was replaced. Look at what stands, "
            "then keep it or mend the inspection.",
        )
    if speechless(stands) and not speechless(now):
        raise Refused(
            "结论为问题或停工时必须有文字说明，这样裁定会使说明为空。请先裁定另一处分歧，或补正这条督查。",
            "A problem or a stop needs words, and this would leave none. Decide the other dispute first, "
            "or mend the inspection.",
        )


def _answered(after: dict[str, Any], change: int) -> dict[str, Any]:
    names = ("id", "inspection", "field", "chosen", "text")
    return {name: after[name] for name in names} | {"version": after["version"] or change, "change": change}
