"""JSON bodies: members declared once, parsed and bounded once, explained when wrong.

The counterpart of :mod:`app.params` for what is sent. All faults of a body are told together; a member
that does not exist is a fault, too.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

import orjson
from fastapi import Request

from app.domain.given import is_blank, is_plain
from app.domain.weeks import Week
from app.errors import BadParameter, Fault

LONGEST_TEXT = 2_000
DEEPEST = 16
"""Objects and lists within each other; nothing we take needs more than four."""


async def read_body(request: Request, members: Collection[str]) -> Body:
    """The JSON object of a request. Errors: BadParameter when it is none or has unknown members."""
    try:
        sent = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        sent = None
    if not isinstance(sent, dict) or _deeper(sent, DEEPEST):
        raise BadParameter(
            Fault(
                "body",
                None,
                {"type": "application/json", "maxDepth": DEEPEST},
                f"请求内容应为一个 JSON 对象，最多嵌套 {DEEPEST} 层。",
                f"The body must be one JSON object, nested at most {DEEPEST} deep.",
            )
        )
    return Body(sent, members)


class Body:
    """Reads the members of one body and collects faults; :meth:`done` raises them all.

    Forms use it as well, with texts for all values: numbers and dates are read from text the same way.
    """

    def __init__(self, sent: Mapping[str, Any], members: Collection[str]) -> None:
        self.sent = sent
        self._faults: list[Fault] = []
        for name in sent:
            if name not in members:
                self.fault(
                    str(name)[:50],
                    None,
                    list(members),
                    f"没有名为 {str(name)[:50]} 的内容，可用的有：{'、'.join(members)}。",
                    f"There is no member {str(name)[:50]}; there are: {', '.join(members)}.",
                )

    def fault(self, name: str, value: Any, allowed: Any, zh: str, en: str) -> None:
        """Note a fault."""
        shown = value[:100].encode("utf-8", "replace").decode() if isinstance(value, str) else value
        self._faults.append(Fault(name, shown, allowed, zh, en))

    def add(self, error: BadParameter) -> None:
        """Take over the faults of another check."""
        self._faults += error.faults

    def done(self) -> None:
        """Raise BadParameter when anything was wrong."""
        if self._faults:
            raise BadParameter(*self._faults)

    def has(self, name: str) -> bool:
        """Whether a member was sent with a value; an empty text is none."""
        return self.sent.get(name) not in (None, "")

    def text(self, name: str, longest: int = LONGEST_TEXT, required: bool = False) -> str | None:
        """A text without control characters but line breaks; blank counts as absent."""
        value = self.sent.get(name)
        if value is not None and not isinstance(value, str):
            self._wrong(name, value, {"type": "string"}, "应为文字", "must be text")
            return None
        text = (value or "").replace("\r\n", "\n").strip()
        if len(text) > longest or not is_plain(text):
            self._wrong(
                name,
                text,
                {"maxLength": longest},
                f"最多 {longest} 个字符，不含控制字符",
                f"has at most {longest} characters and no control characters",
            )
            return None
        if not is_blank(text):
            return text
        if required:
            self._missing(name)
        return None

    def uuid(self, name: str = "id") -> str:
        """The client's UUID in canonical form; required."""
        value = self.sent.get(name)
        try:
            return (
                str(uuid.UUID(value)) if isinstance(value, str) and len(value) <= 45 else self._no_uuid(name)
            )
        except ValueError:
            return self._no_uuid(name)

    def number(self, name: str, low: float, high: float, required: bool = False) -> float | None:
        """A finite number from `low` to `high`; texts such as "42.5" are read, too."""
        if not self.has(name):
            if required:
                self._missing(name)
            return None
        number = as_number(self.sent[name])
        if number is None or not low <= number <= high:
            self._wrong(
                name,
                self.sent[name],
                {"minimum": low, "maximum": high},
                f"应为 {low:g} 到 {high:g} 之间的数",
                f"must be a number from {low:g} to {high:g}",
            )
            return None
        return number

    def date(self, name: str, required: bool = False) -> date | None:
        """A day as 2023-07-14."""
        if not self.has(name):
            if required:
                self._missing(name)
            return None
        value = self.sent[name]
        try:
            if isinstance(value, str) and len(value) == 10:
                return date.fromisoformat(value)
        except ValueError:
            pass
        self._wrong(
            name, value, "2023-07-14", "应写作 2023-07-14 这样的日期", "must be a date such as 2023-07-14"
        )
        return None

    def moment(self, name: str, required: bool = False) -> datetime | None:
        """A moment with its time zone, ISO 8601."""
        if not self.has(name):
            if required:
                self._missing(name)
            return None
        value = self.sent[name]
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None or found.tzinfo is None:
            example = "2023-07-14T09:30:00+08:00"
            self._wrong(
                name, value, example, f"应写作 {example} 这样的时间", f"must be a moment such as {example}"
            )
            return None
        return found

    def week(self, name: str = "week", latest: Week | None = None) -> Week | None:
        """An ISO week up to `latest`; required."""
        value = self.sent.get(name)
        try:
            week = Week.parse(value) if isinstance(value, str) else None
        except ValueError:
            week = None
        if week is None or (latest is not None and week > latest):
            until = f"，且不晚于 {latest}" if latest else ""
            until_en = f", not after {latest}" if latest else ""
            self._wrong(
                name,
                value,
                {"format": "YYYY-Www", "maximum": str(latest) if latest else None},
                f"应写作 2023-W28 这样的 ISO 周{until}",
                f"is an ISO week such as 2023-W28{until_en}",
            )
            return None
        return week

    def choice(self, name: str, allowed: Collection[str], required: bool = False) -> str | None:
        """One of the `allowed` words."""
        if not self.has(name):
            if required:
                self._missing(name)
            return None
        value = self.sent[name]
        if isinstance(value, str) and value in allowed:
            return value
        self._wrong(
            name,
            value,
            list(allowed),
            f"可用的取值有：{'、'.join(allowed)}",
            f"takes one of: {', '.join(allowed)}",
        )
        return None

    def flag(self, name: str) -> bool:
        """true or false; absent is false. A form's ticked box is true."""
        value = self.sent.get(name)
        if value in (None, "", False, "false", "0"):
            return False
        if value in (True, "true", "1", "on", "yes"):
            return True
        self._wrong(name, value, [True, False], "应为 true 或 false", "must be true or false")
        return False

    def _no_uuid(self, name: str) -> str:
        self._wrong(
            name,
            self.sent.get(name),
            {"format": "uuid"},
            "应为客户端生成的 UUID（重复发送同一 UUID 不会重复保存）",
            "must be a UUID made by the client (sending it again saves nothing twice)",
        )
        return ""

    def _missing(self, name: str) -> None:
        self.fault(name, None, "required", f"请填写 {name}。", f"{name} is required.")

    def _wrong(self, name: str, value: Any, allowed: Any, zh: str, en: str) -> None:
        self.fault(name, value, allowed, f"{name} {zh}。", f"{name} {en}.")


def _deeper(value: Any, levels: int) -> bool:
    """Whether more than `levels` objects and lists lie within each other."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return inner is not None and (levels == 0 or any(_deeper(one, levels - 1) for one in inner))


def as_number(value: Any) -> float | None:
    """A finite number from JSON or from text; None for anything else (true is no number)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and (len(value) > 40 or "_" in value):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
