"""What people write into forms, checked once: sentences and days, with what is allowed in the answer."""

from __future__ import annotations

from datetime import date

from app.errors import BadParameter, Fault

LONGEST_TEXT = 2000
LONGEST_TITLE = 80


def text_given(value: str | None, parameter: str, longest: int = LONGEST_TEXT) -> str:
    """A sentence without blanks around it; line breaks stay. BadParameter when empty or too long."""
    text = "\n".join(line.rstrip() for line in (value or "").strip().splitlines())
    if not text:
        zh = f"请填写内容（最多 {longest} 字）。"
        raise BadParameter(Fault(parameter, "", _length(longest), zh, f"Write something (up to {longest})."))
    if len(text) > longest or any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
        raise BadParameter(
            Fault(
                parameter,
                text[:50],
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
    """A day not before `earliest`. BadParameter when it is earlier, or left out."""
    if day is not None and day >= earliest:
        return day
    allowed = {"format": "YYYY-MM-DD", "minimum": earliest.isoformat()}
    told = f"请填写不早于 {earliest} 的日期。", f"Give a day not before {earliest}."
    raise BadParameter(Fault(parameter, day.isoformat() if day else None, allowed, *told))


def _length(longest: int) -> dict[str, int]:
    return {"minLength": 1, "maxLength": longest}
