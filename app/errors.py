"""Everything that can be wrong with a request, and how it is answered (RFC 9457).

    AppError
    ├── BadParameter      400  a parameter or several, each with what is allowed
    ├── NotFound          404
    ├── WrongMethod       405  the address exists, but not for this method
    ├── Refused           409  well-formed, but against a rule (nothing is changed)
    ├── Unavailable       503  the database is away; the same request works later
    └── ServerFault       500  ours; logged once, tells the client nothing

Messages are pairs of Chinese and English; the answer uses the language asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One wrong parameter: its name, what was sent, what is allowed, and a sentence in both languages."""

    parameter: str
    value: Any
    allowed: Any
    zh: str
    en: str

    def as_dict(self, lang: str) -> dict[str, Any]:
        """The fault as a member of a problem document's ``errors``."""
        message = self.zh if lang == "zh" else self.en
        return {"parameter": self.parameter, "value": self.value, "allowed": self.allowed, "message": message}


class AppError(Exception):
    """Root of the tree; never raised itself."""

    status = 500
    kind = "error"
    title_zh = "出错了"
    title_en = "Something went wrong"

    def __init__(self, zh: str, en: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(f"{en} · {zh}")
        self.zh, self.en, self.faults = zh, en, faults

    def problem(self, lang: str, instance: str) -> dict[str, Any]:
        """The problem document in `lang` for the request path `instance`."""
        zh = lang == "zh"
        document: dict[str, Any] = {
            "type": f"/problems/{self.kind}",
            "title": self.title_zh if zh else self.title_en,
            "status": self.status,
            "detail": self.zh if zh else self.en,
            "instance": instance,
        }
        if self.faults:
            document["errors"] = [fault.as_dict(lang) for fault in self.faults]
        return document


class BadParameter(AppError):
    """The request cannot be understood; its faults name the parameters."""

    status = 400
    kind = "bad-parameter"
    title_zh = "参数有误"
    title_en = "Bad parameter"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(" ".join(f.zh for f in faults), " ".join(f.en for f in faults), faults)


class NotFound(AppError):
    """There is no such thing."""

    status = 404
    kind = "not-found"
    title_zh = "没有找到"
    title_en = "Not found"


class WrongMethod(AppError):
    """The address is there, for other methods."""

    status = 405
    kind = "wrong-method"
    title_zh = "方法不适用"
    title_en = "Wrong method"


class Refused(AppError):
    """Understood, and against a rule."""

    status = 409
    kind = "refused"
    title_zh = "不能这样做"
    title_en = "Refused"


class Unavailable(AppError):
    """The database cannot be reached just now."""

    status = 503
    kind = "unavailable"
    title_zh = "暂时不可用"
    title_en = "Unavailable"


class ServerFault(AppError):
    """Our own mistake."""

    kind = "server-fault"
    title_zh = "服务器出错"
    title_en = "Server fault"
