"""Writes about accounts and sessions: audited like all others, but nothing on the map has to be renewed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread
from fastapi import Request

from app.deps import actor_of, live
from app.errors import NotSignedIn
from app.store.writing import Writer

T = TypeVar("T")


async def write_accounts(request: Request, action: Callable[[Writer], T]) -> T:
    """Run `action` in a write transaction of the signed-in person; whole or not at all."""
    actor, source = actor_of(request), live(request)
    if actor is None:
        raise NotSignedIn("请先登录再操作。", "Sign in before you do this.")

    def run() -> T:
        with source.database.write() as connection:
            return action(source.writer(connection, actor))

    return await anyio.to_thread.run_sync(run)
