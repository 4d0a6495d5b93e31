"""One inspection as JSON, with how it came to stand as it does: photos, mendings, disputes."""

from __future__ import annotations

from typing import Any

from app.domain.checkins import MENDABLE
from app.domain.presence import overall
from app.store.checkin import Checkin, Row
from app.store.moments import ZONE_TIME
from app.store.photos import shown
from app.store.revisions import MEMBERS
from app.views.supervision import inspection_members, photo_members


def mending_members(one: Checkin, lang: str) -> dict[str, Any]:
    """The members of an inspection as it stands now, and ``photos``, ``photos_awaited`` (ids), ``blockage``
    (id), ``history`` (as sent, then each mending) and ``disputes``."""
    doubts = [row["verdict"] for row in one.photos]
    row = one.current | {
        "shown": overall(one.row["presence"], doubts) if one.row["presence"] else None,
        "version": one.version,
        "mended": len(one.revisions),
        "disputed": sum(dispute["decision"] is None for dispute in one.disputes),
    }
    return inspection_members(row, lang) | {
        "photos": [photo_members(shown(photo), lang) for photo in one.photos],
        "photos_awaited": one.awaited,
        "blockage": one.blockage,
        "history": [_state(state) for state in (one.row, *one.revisions)],
        "disputes": [_dispute(dispute) for dispute in one.disputes],
    }


def _state(row: Row) -> dict[str, Any]:
    """How it stood after one change; `changed` are the fields that this one changed, none for what was
    sent."""
    changed = [name for name in MENDABLE if name in row.get("changed", ())]
    members = {name: row[name] for name in MEMBERS}
    return {"version": row["change_id"], "at": _at(row), "by": row["by"], "changed": changed, **members}


def _dispute(row: Row) -> dict[str, Any]:
    names = ("id", "field", "base", "kept", "kept_by", "other", "other_by")
    decision = row["decision"]
    told = decision and {name: decision[name] for name in ("chosen", "text", "by")} | {"at": _at(decision)}
    return {**{name: row[name] for name in names}, "at": _at(row), "decision": told}


def _at(row: Row) -> str:
    return row["entered_at"].astimezone(ZONE_TIME).isoformat(timespec="minutes")
