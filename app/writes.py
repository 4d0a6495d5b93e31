"""From a request to one write transaction and back: who asks, on which version, and the answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread
import sqlalchemy.exc
from fastapi import Request

from app.deps import actor_of, live
from app.domain.roles import Actor
from app.errors import BadParameter, Fault, NotSignedIn, Refused
from app.store.live import Live
from app.store.writing import Writer

T = TypeVar("T")
log = logging.getLogger("minsheng")


async def write(request: Request, action: Callable[[Writer], T]) -> T:
    """Run `action` in a write transaction of the signed-in person; whole or not at all.

    What readers see is renewed before this returns. Errors: NotSignedIn, and what `action` raises.
    """
    actor = actor_of(request)
    if actor is None:
        raise NotSignedIn("请先登录再操作。", "Sign in before you do this.")
    return await anyio.to_thread.run_sync(write_as, live(request), actor, action)


def write_as(source: Live, actor: Actor, action: Callable[[Writer], T]) -> T:
    """The same for whoever has a Live and knows the actor. Errors: Refused when a row's id is taken."""
    try:
        with source.database.write() as connection:
            writer = source.writer(connection, actor)
            result = action(writer)
            writer.finish()
    except sqlalchemy.exc.IntegrityError as error:  # ids made from a client's UUID may have been used before
        log.warning("refused by the database: %s", error.orig)
        raise Refused(
            "这个编号（id）或由它派生的编号已被使用，请换一个新的 UUID；未保存。",
            "This id, or one made from it, is in use already; send a new UUID. Nothing was saved.",
        ) from error
    source.refresh()
    return result


def if_match(request: Request) -> int | None:
    """The version in the If-Match header, None when there is none. Errors: BadParameter."""
    header = request.headers.get("if-match")
    if header is None:
        return None
    text = header.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadParameter(
            Fault(
                "If-Match",
                header[:50],
                '"123"',
                'If-Match 应为双引号中的版本号，例如 "123"。',
                'If-Match takes a version number in double quotes, such as "123".',
            )
        )
    return int(text)
