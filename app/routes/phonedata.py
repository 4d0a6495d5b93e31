"""``/api/phone/me`` and ``/api/phone/data``: who holds the telephone, and what it takes along."""

from __future__ import annotations

import hashlib
import threading
from datetime import date, datetime
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.auth import tokens
from app.auth.identify import clock, identify
from app.auth.privacy import PERSONAL
from app.deps import actor_of, live
from app.domain.roles import Action, Actor, may
from app.store.asof import AsOf
from app.store.book import Book
from app.store.live import Live, View
from app.store.phonedata import all_latest_sections, sample_day
from app.store.places import read_ground, read_towns
from app.views.phonedata import PublicPart, personal_subjects, public_part
from app.web import json_answer

router = APIRouter(prefix="/api/phone", tags=["phone"])

FORMAT = 1
"""Part of the tag: with another one a telephone takes the document anew, though no data changed."""


@router.get("/me", summary="Who is signed in, and the clocks · 手机端：当前账号与时钟")
async def me(request: Request) -> Response:
    """`account` is null when nobody is signed in; `csrf` goes along with what is sent. `now` is the ledger's
    clock, which in a demonstration stands on its day, `server_now` the clock on the wall."""
    session = await identify(request)
    source = live(request)

    def read() -> date | None:
        with source.database.read() as connection:
            return sample_day(connection)

    token = request.state.token
    members = {
        "account": _account(session.actor, session.must_change) if session else None,
        "csrf": tokens.csrf_of(token) if session and token else "",
        "now": source.moment(await anyio.to_thread.run_sync(read)).isoformat(),
        "server_now": clock(request).isoformat(),
    }
    return json_answer(members, headers={"cache-control": "no-store", "vary": "Cookie"})


@router.get("/data", summary="All that a telephone needs without signal · 手机端：离线数据")
async def data(request: Request) -> Response:
    """Sites, towns, roads and subjects in one document, in both languages; asked again with `If-None-Match`
    it costs nothing while nothing has changed. `units`, `latest_sections` and `may_inspect` of a subject are
    there for who is signed in."""
    source, actor = live(request), actor_of(request)
    view = source.view
    if actor is not None:
        setattr(request.state, PERSONAL, True)
    tag = _tag(view, actor)
    headers = {"etag": tag, "cache-control": "no-cache"} | ({} if actor else {"vary": "Cookie"})
    if tag in [part.strip() for part in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    body = await anyio.to_thread.run_sync(_kept(request.app).document, source, view, actor, clock(request))
    return Response(body, media_type="application/json", headers=headers)


class Kept:
    """The public part of the newest version; telephones that ask at the same time wait for one making."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[int, AsOf] | None = None
        self._made: tuple[PublicPart, Book] | None = None

    def document(self, source: Live, view: View, actor: Actor | None, moment: datetime) -> bytes:
        """The whole document for `actor`."""
        with self._lock:
            key = (view.version, view.known)
            if self._key != key or self._made is None:
                book = source.book_of(view)
                with source.database.read() as connection:
                    towns = read_towns(connection, view.statuses)
                    ground = read_ground(connection)
                self._made, self._key = (public_part(view, book, towns, ground, moment), book), key
            public, book = self._made
        if actor is None:
            return public.whole(None, public.subjects)
        with source.database.read() as connection:
            latest = all_latest_sections(connection, view.known)
        return public.whole(actor, personal_subjects(public, book, actor, latest))


def _kept(app: Any) -> Kept:
    if not hasattr(app.state, "phone_data"):
        app.state.phone_data = Kept()
    return app.state.phone_data


def _account(actor: Actor, must_change: bool) -> dict[str, Any]:
    """`must_change`: the password is to be replaced first, until then nothing is theirs to do."""
    return {
        "id": actor.account_id,
        "name": actor.name,
        "display": actor.display,
        "role": actor.role.value,
        "may_inspect": not must_change and may(actor, Action.INSPECT),
        "towns": sorted(actor.towns),
        "must_change": must_change,
    }


def _tag(view: View, actor: Actor | None) -> str:
    """Names the version and what this reader may see of it."""
    who = (actor.account_id, actor.role, actor.unit, sorted(actor.towns)) if actor else None
    key = f"{FORMAT}|{view.version}|{view.as_of}|{who}"
    return f'W/"{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}"'
