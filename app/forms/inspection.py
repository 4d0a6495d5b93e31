"""What comes in with an inspection, as JSON from the telephone or as a form: read and bounded once."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from app.bodies import Body
from app.domain.inspections import MOST_PHOTOS, Verdict
from app.domain.presence import Source
from app.errors import BadParameter, Fault
from app.store.inspections import NewInspection
from app.store.moments import ZONE_TIME, now
from app.store.revisions import MEMBERS, Revision
from app.store.writing import Asked

PLACE = ("lon", "lat", "accuracy_m", "position_source", "position_at")
BLOCKAGE = ("blockage_title", "blockage_unit", "blockage_due")
FIELDS = ("subject", "made_at", "verdict", "finding", "sections", *PLACE, *BLOCKAGE)
"""Members that a form has, too."""
PHONE = ("geom_version", "seen_version", "photos", "sent_at", "via")
LONGEST_SECTIONS = 2_000
VERDICTS = [verdict.value for verdict in Verdict]
_MOST = 2**53
"""Versions are whole numbers that JSON keeps exactly."""


def read_inspection(body: Body, made_at: datetime | None) -> tuple[Asked, NewInspection]:
    """A new inspection. What was asked is the same however often it is sent: all but `sent_at`."""
    ident = body.uuid()
    form = NewInspection(
        id=ident,
        subject=body.text("subject", 16, required=True) or "",
        made_at=made_at or now(),
        verdict=body.choice("verdict", VERDICTS, required=True) or "",
        finding=body.text("finding"),
        sections=body.text("sections", LONGEST_SECTIONS),
        lon=body.number("lon", -180, 180),
        lat=body.number("lat", -90, 90),
        accuracy_m=body.number("accuracy_m", 0, 10_000_000),
        position_source=body.choice("position_source", [source.value for source in Source]),
        position_at=body.moment("position_at"),
        blockage_title=body.text("blockage_title"),
        blockage_unit=body.text("blockage_unit", 40),
        blockage_due=body.date("blockage_due"),
        geom_version=_whole(body, "geom_version"),
        seen_version=_whole(body, "seen_version", 0),  # nothing was entered about it yet
        photos=_photos(body),
        sent_at=body.moment("sent_at"),
        via=body.choice("via", ["phone"]),
    )
    return Asked.of(ident, {name: value for name, value in body.sent.items() if name != "sent_at"}), form


def read_revision(body: Body, inspection: str) -> tuple[Asked, Revision]:
    """What somebody mends; a member of `changes` that is null or empty clears."""
    ident, version = body.uuid(), _whole(body, "version")
    if version is None and not body.has("version"):
        told = "请填写 version：补正前看到的版本。", "Give the version that was seen as version."
        body.fault("version", None, "required", *told)
    sent = body.sent.get("changes")
    if not isinstance(sent, dict) or not sent:
        told = "changes 应为一个对象，写明要补正的内容。", "changes is an object with what is mended."
        body.fault("changes", None, {"type": "object", "members": list(MEMBERS)}, *told)
        sent = {}
    inner = Body(sent, MEMBERS)
    read: dict[str, Any] = {
        "verdict": lambda: inner.choice("verdict", VERDICTS, required=True),
        "finding": lambda: inner.text("finding"),
        "sections": lambda: inner.text("sections", LONGEST_SECTIONS),
        "geom_version": lambda: _whole(inner, "geom_version"),
    }
    changes = {name: read[name]() for name in MEMBERS if name in sent}
    try:
        inner.done()
    except BadParameter as error:
        body.add(error)
    asked = Asked.of(ident, {"inspection": inspection, **body.sent})
    return asked, Revision(ident, inspection, version or 0, changes)


def local_moment(body: Body) -> datetime | None:
    """What a form's time field says: the zone's time, without saying so."""
    text = str(body.sent.get("made_at") or "")
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=ZONE_TIME)).astimezone(UTC)
    except (ValueError, OverflowError):
        told = "请填写督查时间，例如 2023-07-14 09:30。", "Give the time, such as 2023-07-14 09:30."
        raise BadParameter(Fault("made_at", text[:30], "2023-07-14T09:30", *told)) from None


def _whole(body: Body, name: str, least: int = 1) -> int | None:
    """A whole number, `least` or more."""
    number = body.number(name, least, _MOST)
    if number is not None and not number.is_integer():
        body.fault(name, number, {"type": "integer"}, f"{name} 应为整数。", f"{name} must be a whole number.")
        return None
    return None if number is None else int(number)


def _photos(body: Body) -> tuple[str, ...]:
    """The ids of photos that are to follow, each once."""
    sent = body.sent.get("photos")
    if sent in (None, "", []):
        return ()
    try:
        found = tuple(dict.fromkeys(str(uuid.UUID(one)) for one in sent)) if isinstance(sent, list) else None
    except (ValueError, AttributeError, TypeError):
        found = None
    if found is None or len(found) > MOST_PHOTOS:
        allowed = {"type": "array", "items": {"format": "uuid"}, "maxItems": MOST_PHOTOS}
        zh = f"photos 应为照片编号（UUID）的列表，最多 {MOST_PHOTOS} 张。"
        body.fault("photos", None, allowed, zh, f"photos is a list of UUIDs, at most {MOST_PHOTOS}.")
        return ()
    return found
