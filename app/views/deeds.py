"""What a reader may do about a subject of the ledger, as links on its page."""

from __future__ import annotations

from typing import NamedTuple

from app.domain.roles import About, Action, Actor, may
from app.domain.status import StatusCode


class Deed(NamedTuple):
    """A link: where to, and the key of its word."""

    address: str
    word: str


def deeds(actor: Actor | None, about: About, code: str, status: str, reported: bool) -> list[Deed]:
    """What `actor` may do now, the most likely first."""
    accepted = status == StatusCode.ACCEPTED
    found = [
        (Action.REPORT, reported and not accepted, Deed(f"/report/{code}", "subject.report")),
        (Action.ACCEPT, status == StatusCode.COMPLETED, Deed(f"/accept/{code}", "board.accept")),
        (Action.PLAN, not accepted, Deed(f"/plan/{code}", "subject.plan")),
        (Action.INSPECT, reported, Deed(f"/inspect/{code}", "board.inspect")),
        (Action.OPEN_BLOCKAGE, reported, Deed(f"/blockages/new?subject={code}", "board.open_blockage")),
    ]
    return [deed for action, sensible, deed in found if sensible and may(actor, action, about)]
