"""What people write into forms, checked once: sentences and days, with what is allowed in the answer."""

from __future__ import annotations

from datetime import date
from unicodedata import category

from app.errors import BadParameter, Fault

LONGEST_TEXT = 2000
LONGEST_TITLE = 80
YEARS_AHEAD = 10
"""A day after that is a slip of the hand."""
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the direction of writing: with them a text reads otherwise than it is stored."""


def is_plain(text: str) -> bool:
    """Whether a text is without control characters (but line breaks and tabs), halves of surrogate pairs
    and signs that turn the direction of writing."""
    signs = set(text) - {"\n", "\t"}
    return signs.isdisjoint(_TURNING) and not any(category(sign) in ("Cc", "Cs") for sign in signs)


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen: empty, blanks, or invisible signs such as U+200B."""
    return all(sign.isspace() or category(sign) == "Cf" for sign in text)


def text_given(value: str | None, parameter: str, longest: int = LONGEST_TEXT) -> str:
    """A sentence without blanks around it; line breaks stay. BadParameter when empty or too long."""
    text = "\n".join(line.rstrip() for line in (value or "").strip().splitlines())
    if is_blank(text):
        zh = f"请填写内容（最多 {longest} 字）。"
        raise BadParameter(Fault(parameter, "", _length(longest), zh, f"Write something (up to {longest})."))
    if len(text) > longest or not is_plain(text):
        raise BadParameter(
            Fault(
                parameter,
                text[:50].encode("utf-8", "replace").decode(),
                _length(longest),
                f"最多 {longest} 字，不含控制字符；现有 {len(text)} 字，请缩短。",
                f"At most {longest} characters and no control characters; these are {len(text)}.",
            )
        )
    return text


def title_given(value: str | None, parameter: str) -> str:
    """A title: one line of at most 80 characters."""
    return text_given(" ".join((value or "").split()), parameter, LONGEST_TITLE)


def day_given(day: date | None, parameter: str, earliest: date) -> date:
    """A day from `earliest` to the end of the tenth year after. BadParameter when it is not, or left out."""
    latest = date(min(earliest.year + YEARS_AHEAD, date.max.year - 1), 12, 31)
    if day is not None and earliest <= day <= latest:
        return day
    allowed = {"format": "YYYY-MM-DD", "minimum": earliest.isoformat(), "maximum": latest.isoformat()}
    told = f"请填写 {earliest} 至 {latest} 的日期。", f"Give a day from {earliest} to {latest}."
    raise BadParameter(Fault(parameter, day.isoformat() if day else None, allowed, *told))


def _length(longest: int) -> dict[str, int]:
    return {"minLength": 1, "maxLength": longest}
