"""Headers of every answer: what a page may load, and who may frame it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send


def content_security_policy(tile_hosts: Sequence[str] = ()) -> str:
    """Everything from ourselves; pictures also from the base maps that a setting names."""
    images = " ".join(["'self'", "data:", "blob:", *tile_hosts])
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; "
        f"img-src {images}; connect-src 'self'; font-src 'self'; worker-src 'self'; manifest-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )


class SecurityHeaders:
    """ASGI middleware that adds the headers to every response."""

    def __init__(self, app: ASGIApp, tile_hosts: Sequence[str] = ()) -> None:
        self._app = app
        self._headers = [
            (b"content-security-policy", content_security_policy(tile_hosts).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"strict-origin-when-cross-origin"),  # OpenStreetMap wants a Referer
            (b"permissions-policy", b"geolocation=(self), camera=(self), microphone=()"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self._headers]
            await send(message)

        await self._app(scope, receive, with_headers)
