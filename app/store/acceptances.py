"""Acceptance: what is completed is accepted by the supervision command, or sent back with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from app.domain.roles import Action, require
from app.domain.status import StatusCode
from app.errors import BadParameter, Fault, Refused
from app.store import tables as t
from app.store.asof import AsOf
from app.store.reports import receipt
from app.store.standing import standings
from app.store.subjects import read_subject
from app.store.writing import Asked, Writer, expect, plain


@dataclass(frozen=True)
class VerdictForm:
    """`accepted`, or sent back; then `reason` is required."""

    subject: str
    accepted: bool
    reason: str | None = None


def give_verdict(writer: Writer, form: VerdictForm, asked: Asked) -> dict[str, Any]:
    """Accept what is completed, or send it back; the receipt is the row as stored.

    Errors: Refused when it is not completed, BadParameter, Forbidden, NotFound, NeedsMatch, Changed.
    """
    known = writer.repeated(asked)
    if known is not None:
        return receipt(known)
    subject = read_subject(writer.connection, form.subject)
    require(writer.actor, Action.ACCEPT, subject.about())
    standing = standings(writer.connection, AsOf(writer.day), writer.tolerance, [form.subject])[form.subject]
    now = plain(
        {
            "status": standing.status.code,
            "percent": standing.report.percent if standing.report is not None else None,
            "accepted_on": standing.verdict.accepted_on if standing.verdict is not None else None,
        }
    )
    yours = {"accepted": form.accepted, "reason": form.reason}
    expect(asked, writer.version(form.subject), yours, lambda: now)
    if not form.accepted and not form.reason:
        raise BadParameter(
            Fault(
                "reason",
                None,
                "required",
                "退回须写明理由（reason），便于牵头单位整改。",
                "Sending back needs a reason, so that the lead unit knows what to mend.",
            )
        )
    if standing.status.code is not StatusCode.COMPLETED:
        raise Refused(
            f"{form.subject} 目前不是“已完工”，不能验收或退回。",
            f"{form.subject} is not completed at present; it can be neither accepted nor sent back.",
        )
    row = {
        "subject_code": form.subject,
        "accepted": form.accepted,
        "accepted_on": writer.day,
        "accepted_by": writer.actor.display,
        "reason": form.reason,
    }
    after = plain({("subject" if name == "subject_code" else name): value for name, value in row.items()})
    number = writer.record(
        "acceptance" if form.accepted else "send_back",
        subject=form.subject,
        item=subject.item_no,
        asked=asked,
        before=now,
        after=after,
    )
    writer.connection.execute(insert(t.acceptance).values(row | writer.row(number)))
    return after | {"change": number}
