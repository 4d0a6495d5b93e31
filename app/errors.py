"""Everything that can be wrong with a request, and how it is answered (RFC 9457).

    AppError
    ├── BadParameter      400  a parameter or several, each with what is allowed
    ├── NotSignedIn       401  nobody is signed in, and this is not for everybody
    ├── Forbidden         403  signed in, and not this person's to see or do
    ├── NotFound          404
    ├── WrongMethod       405  the address exists, but not for this method
    ├── Refused           409  well-formed, but against a rule (nothing is changed)
    ├── Changed           412  somebody else was first; both versions are in the answer
    ├── WrongProtocol     412  photos in parts: another version of tus than ours
    ├── TooLarge          413  more than a request may hold; nothing was read
    ├── NoPicture         415  what was sent as a photo is none
    ├── TooManyPixels     422  a picture, and too large a one to be decoded
    ├── NeedsMatch        428  a change must say which version it changes (If-Match)
    ├── TooMany           429  too often; when to try again is in the answer
    ├── WrongChecksum     460  photos in parts: what arrived is not what was announced; to be sent again
    ├── ServerFault       500  ours; logged once, tells the client nothing
    ├── Unavailable       503  database or storage are away; the same request works later
    └── Full              507  no room on the server's disk; everything is as it was before

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


class NotSignedIn(AppError):
    """Nobody is signed in, and this is not for everybody."""

    status = 401
    kind = "not-signed-in"
    title_zh = "请先登录"
    title_en = "Sign in first"


class Forbidden(AppError):
    """Not for this person."""

    status = 403
    kind = "forbidden"
    title_zh = "没有权限"
    title_en = "Not allowed"


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


class Changed(AppError):
    """Somebody else changed it meanwhile; nothing was overwritten.

    `yours` is what was sent, `theirs` what is there now, `version` what to send in If-Match to go on.
    """

    status = 412
    kind = "changed"
    title_zh = "内容已被他人更新"
    title_en = "Changed by somebody else"

    def __init__(self, yours: Any, theirs: Any, version: int) -> None:
        super().__init__(
            "您打开之后，别人已先更新了这里；没有覆盖任何内容。请比较两个版本后再决定。",
            "Somebody else changed this after you opened it; nothing was overwritten. "
            "Compare both versions, then decide.",
        )
        self.yours, self.theirs, self.version = yours, theirs, version

    def problem(self, lang: str, instance: str) -> dict[str, Any]:
        """With both versions side by side."""
        both = {"yours": self.yours, "theirs": self.theirs, "version": self.version}
        return super().problem(lang, instance) | both


class TooLarge(AppError):
    """More than one request may hold."""

    status = 413
    kind = "too-large"
    title_zh = "内容过大"
    title_en = "Too large"


class NoPicture(AppError):
    """Sent as a photo, and none that we can read."""

    status = 415
    kind = "no-picture"
    title_zh = "不是可用的照片"
    title_en = "Not a photo"


class TooManyPixels(AppError):
    """A picture, but too large a one to be decoded."""

    status = 422
    kind = "too-many-pixels"
    title_zh = "照片像素过多"
    title_en = "Too many pixels"


class WrongProtocol(AppError):
    """Photos in parts: another version of the protocol."""

    status = 412
    kind = "wrong-protocol"
    title_zh = "上传协议不符"
    title_en = "Wrong protocol version"


class WrongChecksum(AppError):
    """Photos in parts: all has arrived, and its checksum is another than was announced."""

    status = 460
    kind = "wrong-checksum"
    title_zh = "照片传输有误"
    title_en = "Wrong checksum"


class NeedsMatch(AppError):
    """The change does not say what it changes."""

    status = 428
    kind = "needs-match"
    title_zh = "缺少 If-Match"
    title_en = "If-Match is missing"

    def __init__(self, version: int) -> None:
        super().__init__(
            f'请用 If-Match 说明修改的是哪个版本；当前版本为 "{version}"。',
            f'Say in If-Match which version you change; the current one is "{version}".',
        )


class TooMany(AppError):
    """Asked too often; `seconds` until the next try."""

    status = 429
    kind = "too-many"
    title_zh = "尝试过于频繁"
    title_en = "Too many attempts"

    def __init__(self, zh: str, en: str, seconds: int) -> None:
        super().__init__(zh, en)
        self.seconds = seconds


class Unavailable(AppError):
    """The database, or where photos are kept, cannot be reached just now."""

    status = 503
    kind = "unavailable"
    title_zh = "暂时不可用"
    title_en = "Unavailable"


class Full(AppError):
    """No room left where photos are kept."""

    status = 507
    kind = "full"
    title_zh = "服务器空间不足"
    title_en = "No room left"


class ServerFault(AppError):
    """Our own mistake."""

    kind = "server-fault"
    title_zh = "服务器出错"
    title_en = "Server fault"
