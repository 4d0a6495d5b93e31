"""The audit as a file: who changed what, when and from where, with what was before and after as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from app.i18n import catalogue, translate
from app.store.moments import ZONE_TIME

KEYS = (
    *("id", "at", "entered_at", "by", "account", "role", "address", "action", "subject", "item"),
    *("before", "after", "request"),
)


def audit_header(lang: str) -> list[str]:
    """Headings of the columns."""
    return [translate(lang, f"export.audit.{key}") for key in KEYS]


def audit_row(row: Any, lang: str, action_words: Callable[[str], str]) -> list[Any]:
    """A row of ``change`` with its account's name; moments in the zone's time, with their offset."""
    return [
        row.id,
        row.at.astimezone(ZONE_TIME),
        row.entered_at.astimezone(ZONE_TIME),
        row.by,
        row.account,
        catalogue(lang)["role"].get(row.role, row.role),
        row.address,
        action_words(row.action),
        row.subject_code,
        row.item_no,
        _json(row.before),
        _json(row.after),
        row.request_id,
    ]


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
