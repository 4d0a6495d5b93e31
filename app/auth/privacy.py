"""Answers to a person stay with that person: shared caches must not keep them for the next one."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PERSONAL = "minsheng.personal"
"""The key in a request's state; set where somebody is recognised."""


class PersonalAnswers:
    """ASGI middleware: what is for somebody who is signed in is marked so, whatever the route has said."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start" and state.get(PERSONAL):
                mark(MutableHeaders(raw=message["headers"]))
            await send(message)

        await self._app(scope, receive, marked)


def mark(headers: MutableHeaders) -> None:
    """Private, and asked for again each time; not kept at all where there is no tag to ask again with.

    A file that never changes (its address carries a digest) may stay in the person's own browser.
    """
    said = headers.get("cache-control", "")
    if "no-store" in said:
        return
    if "immutable" in said:
        headers["cache-control"] = said.replace("public", "private")
        return
    headers["cache-control"] = "private, no-cache" if "etag" in headers else "private, no-store"
    headers.add_vary_header("Cookie")
