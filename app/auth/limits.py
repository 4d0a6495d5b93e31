"""How large a request's body may be; what is larger is refused before it is read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TooLarge

MOST_BYTES = 2 * 1024 * 1024
MOST_MULTIPART_BYTES = 64 * 1024 * 1024
"""Photos and spreadsheets come as multipart."""
PART = "application/offset+octet-stream"
MOST_PART_BYTES = 25 * 1024 * 1024
"""A part of a photo, which may be the whole."""
NAMES = {MOST_BYTES: "2 MB", MOST_MULTIPART_BYTES: "64 MB", MOST_PART_BYTES: "25 MB"}


def most_bytes(headers: Headers) -> int:
    """The limit for a request with these headers."""
    kind = headers.get("content-type", "").lower()
    if kind.startswith(PART):
        return MOST_PART_BYTES
    return MOST_MULTIPART_BYTES if kind.startswith("multipart/form-data") else MOST_BYTES


def too_large(most: int) -> TooLarge:
    """The error that says so."""
    return TooLarge(
        f"请求内容过大，最多 {NAMES[most]}。请分几次提交，或缩小照片。",
        f"The request is too large, at most {NAMES[most]}. Send it in parts, or make the photos smaller.",
    )


class BodyLimit:
    """ASGI middleware: counts what arrives, and raises TooLarge where it is read.

    It stands inside the error handlers, so that the refusal is a page or a problem document like any other.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        await self._app(scope, _counting(receive, most_bytes(Headers(scope=scope))), send)


def _counting(receive: Receive, most: int) -> Callable[[], Awaitable[Message]]:
    arrived = 0

    async def counted() -> Message:
        nonlocal arrived
        message = await receive()
        arrived += len(message.get("body", b""))
        if arrived > most:
            raise too_large(most)
        return message

    return counted
