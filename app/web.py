"""Pages: templates with their words, addresses of static files with their content's hash."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import orjson
from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app import wording
from app.auth import tokens
from app.deps import actor_of, page_language
from app.domain.roles import Action, may
from app.i18n import show, translate
from app.settings import STATIC
from app.store.live import View
from app.store.moments import ZONE_TIME
from maps import palette
from maps.marks import line_svg, mark_svg
from maps.pictograms import pictogram
from maps.shapes import SHAPES

HERE = Path(__file__).parent

YEAR_SECONDS = 31_536_000

WORK = (
    ("work", "/work"),
    ("board", "/board"),
    ("review", "/review"),
    ("meeting", "/meeting"),
    ("accounts", "/users"),
    ("audit", "/audit"),
)
"""The pages people work with, by the action that opens them."""


@cache
def environment() -> Environment:
    """Jinja2 with autoescape everywhere and no silent blanks for misspelt names."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "palette": palette,
        "mark": mark,
        "line_sample": line_sample,
        "shapes": SHAPES,
        "circled": wording.circled,
        "pictogram": pictogram,
    }
    made.filters["figure"] = wording.figure
    return made


def mark(code: str, kind: str = "", size: int = 20) -> Markup:
    """A status mark for a template; drawn by us, so it is markup and not text."""
    return Markup(mark_svg(code, kind=kind, size=size))


def line_sample(code: str) -> Markup:
    """A sample of a status's line for a template."""
    return Markup(line_svg(code))


def local_time(moment: datetime) -> str:
    """A moment in the zone's time, as 2023-07-14 09:30."""
    return f"{moment.astimezone(ZONE_TIME):%Y-%m-%d %H:%M}"


@cache
def asset(path: str) -> str:
    """The address of a static file; changes with its content, so browsers may keep it."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


def page(request: Request, view: View, template: str, status: int = 200, **values: Any) -> Response:
    """Render `template` in the reader's language with what every page knows.

    Among it `actor` (None: nobody is signed in), `csrf` (for forms) and `may(action, about)`.
    """
    lang, actor = page_language(request), actor_of(request)
    token = getattr(request.state, "token", None)
    context = {
        "actor": actor,
        "csrf": tokens.csrf_of(token) if token else "",
        "work_pages": [] if actor is None else [line for line in WORK if may(actor, Action(line[0]))],
        "open_to_all": request.app.state.settings.public,
        "local_time": local_time,
        "may": lambda action, about=None: may(actor, Action(action), about),
        "lang": lang,
        "version": view.version if status == 200 and (actor or request.app.state.settings.public) else None,
        "year": view.words.programme["year"],
        "zone": view.words.zone["name" if lang == "zh" else "name_en"],
        "sample": view.sample,
        "as_of": view.as_of.isoformat(),
        "week": translate(lang, "week.label", year=str(view.week.year), number=str(view.week.number)),
        "here": "",
        "path": request.url.path,
        "t": partial(translate, lang),
        "show": partial(show, lang),
        "local": partial(wording.local, lang),
        "listed": partial(wording.enumeration, lang),
        "metres": partial(wording.metres, lang),
        "square_metres": partial(wording.square_metres, lang),
        "percent": partial(wording.percent, lang),
        "asset": asset,
        **values,
    }
    html = environment().get_template(template).render(context)
    response = HTMLResponse(html, status_code=status, headers={"cache-control": "no-cache", "vary": "Cookie"})
    if request.query_params.get("lang") == lang:
        response.set_cookie("lang", lang, max_age=YEAR_SECONDS, samesite="lax", path="/")
    return response


def json_answer(members: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer; moments, days and weeks become text."""
    body = orjson.dumps(members, default=str, option=orjson.OPT_NON_STR_KEYS)
    return Response(body, status_code=status, media_type="application/json", headers=headers)


class Static(StaticFiles):
    """Files under app/static: kept for ever when the address carries the content's hash, else revalidated."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve one file."""
        response = await super().get_response(path, scope)
        kept = b"v=" in scope.get("query_string", b"")
        response.headers["cache-control"] = (
            f"public, max-age={YEAR_SECONDS}, immutable" if kept else "no-cache"
        )
        return response
