"""Forms as browsers post them: read like JSON bodies, shown again as typed when something is wrong."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from app.bodies import Body
from app.errors import AppError, BadParameter, Changed, Fault, NeedsMatch, Refused

CARRIED = ("csrf", "id", "match")
"""Hidden fields that every form has: against forgery, against repeats, against overwriting."""

MENDABLE = (BadParameter, Refused, Changed, NeedsMatch)
"""What the person at the form can put right; anything else is a page of its own."""


@dataclass(frozen=True)
class Shown:
    """A form as it is to be shown: its fields as typed, what is wrong, and the other side's version.

    `id` is the UUID that the next try carries. After a refusal it is a new one: nothing was saved under the
    old one by this try, and what was saved under it before is not what is being asked for now.
    """

    values: dict[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    changed: Changed | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: int = 200

    @classmethod
    def after(cls, error: AppError, values: dict[str, str]) -> Shown:
        """After a try that failed."""
        faults = error.faults or (Fault("", None, None, error.zh, error.en),)
        changed = error if isinstance(error, Changed) else None
        return cls(values, () if changed else faults, changed, status=error.status)

    def value(self, name: str, default: Any = "") -> str:
        """What was typed into a field, else its `default`."""
        return str(self.values.get(name, default if default is not None else ""))

    def wrong(self, name: str) -> Fault | None:
        """What is wrong with a field."""
        return next((fault for fault in self.faults if fault.parameter == name), None)


async def posted(request: Request, fields: Collection[str]) -> Body:
    """The texts of a posted form; `fields` are its own, beside the hidden ones."""
    form = await request.form()
    texts = {name: value for name, value in form.items() if isinstance(value, str) and name != "csrf"}
    return Body(texts, (*CARRIED, *fields))


def matched(body: Body) -> int | None:
    """The version that the form was made on; None when it is missing or no number."""
    text = body.sent.get("match") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
