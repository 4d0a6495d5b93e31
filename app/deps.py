"""What routes share: the language asked for, the view asked for, the filters asked for, cached answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

import anyio.to_thread
from fastapi import Request
from starlette.responses import Response

from app.domain.roles import Actor
from app.domain.status import StatusCode
from app.i18n import DEFAULT, LANGUAGES, best_language, translate
from app.params import Param, Query
from app.store.book import Book
from app.store.live import Live, View
from app.store.publish import search_words
from app.store.spatial.memory import MemoryReads
from app.store.spatial.protocol import Filters
from geo.crs import CRS_NAMES, WGS84, parse_crs

T = TypeVar("T")
GEOJSON = "application/geo+json"


def _text(name: str, description: str, **schema: Any) -> Param:
    return Param(name, {"type": "string", **schema}, description)


def _many(name: str, description: str, **schema: Any) -> Param:
    return Param(name, {"type": "array", "items": {"type": "string", **schema}}, description)


LANG = _text("lang", "Language of labels and messages · 标签和提示的语言", enum=list(LANGUAGES))
WEEK = _text("week", "As known at the end of this ISO week · 截至该周末的情况", pattern=r"^\d{4}-W\d{2}$")
CRS = _text("crs", "Coordinates of the answer; bbox is always WGS 84 · 返回坐标系", enum=list(CRS_NAMES))
FILTERS = (
    _many("status", "Status codes (repeatable) · 状态，可重复", enum=[code.value for code in StatusCode]),
    _many("item", "Item numbers (repeatable) · 项目序号，可重复"),
    _many("town", "Towns by code or name (repeatable) · 镇，可重复"),
    _many("unit", "Lead units by code or name (repeatable) · 牵头单位，可重复"),
    _many("kind", "Kinds by code or name (repeatable) · 类别，可重复"),
    _text("q", "Text in title, road, item, unit or code · 名称、道路、项目、单位或编号中的文字"),
)


def live(request: Request) -> Live:
    """The service's store of views."""
    return request.app.state.live


def actor_of(request: Request) -> Actor | None:
    """Who is signed in, None when nobody is; the guard has put it there."""
    return getattr(request.state, "actor", None)


def api_language(request: Request, query: Query | None = None) -> str:
    """``lang=`` if given (a fault when unknown), else Accept-Language, else Chinese."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return asked
    if asked is not None and query is not None:
        query.choice("lang", _known_language, DEFAULT, LANGUAGES)
    return best_language(request.headers.get("accept-language")) or DEFAULT


def page_language(request: Request) -> str:
    """Pages are Chinese unless the address or the cookie says otherwise."""
    for asked in (request.query_params.get("lang"), request.cookies.get("lang")):
        if asked in LANGUAGES:
            return asked
    return DEFAULT


def read_filters(query: Query, view: View) -> Filters:
    """The filters of a request, checked against the zone's own words."""
    words = view.words
    return Filters(
        statuses=query.choices("status", {code.value: code.value for code in StatusCode}),
        items=query.choices(
            "item", words.spellings("items") | {f"{no:02d}": no for no in words.items}, list(words.items)
        ),
        towns=query.choices(
            "town", words.spellings("towns"), [town["name"] for town in words.towns.values()]
        ),
        units=query.choices(
            "unit", words.spellings("units"), [unit["name"] for unit in words.units.values()]
        ),
        kinds=query.choices("kind", words.spellings("kinds"), list(words.kinds)),
        words=search_words(query.text("q") or ""),
    )


def read_crs(query: Query) -> str:
    """The coordinate system of the answer."""
    return query.choice("crs", parse_crs, WGS84, CRS_NAMES)


async def read_view(query: Query, source: Live) -> View:
    """The newest view, or that of a past week."""
    current = source.view
    week = query.week(current.week)
    if week is None or week == current.week:
        return current
    return await anyio.to_thread.run_sync(source.as_of_week, week)


async def read_book_of(request: Request, view: View) -> Book:
    """The whole ledger of the same moment as `view`; read once per version."""
    return await anyio.to_thread.run_sync(live(request).book_of, view)


def day_members(view: View, lang: str) -> dict[str, Any]:
    """What every answer says of its day; demonstration data are called that in so many words."""
    members = {
        "version": view.version,
        "as_of": view.as_of.isoformat(),
        "week": str(view.week),
        "sample": view.sample,
    }
    return members | {"notice": translate(lang, "sample.notice")} if view.sample else members


async def ask(view: View, question: Callable[..., T], *arguments: Any) -> T:
    """Ask the spatial engine: at once when it is in memory, in a thread when it waits for a database."""
    if isinstance(view.reads, MemoryReads):
        return question(*arguments)
    return await anyio.to_thread.run_sync(question, *arguments)


def not_modified(request: Request, view: View, lang: str) -> tuple[Response | None, dict[str, str]]:
    """A 304 when the client's copy is still right, and the headers of a full answer; by reader."""
    reader = actor_of(request)
    who = (
        f"{reader.account_id} {reader.role} {reader.unit} {sorted(reader.towns)} {sorted(reader.items)}"
        if reader
        else ""
    )
    key = f"{view.version}|{view.as_of}|{lang}|{who}|{request.url.path}?{request.url.query}"
    tag = f'W/"{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "no-cache", "vary": "Accept-Language", "content-language": lang}
    known = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    return (Response(status_code=304, headers=headers) if tag in known else None), headers


def _known_language(text: str) -> str:
    if text not in LANGUAGES:
        raise ValueError(text)
    return text
