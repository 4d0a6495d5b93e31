"""The phone's page ``/m``: one shell for everybody, in which the browser shows what it has kept or read."""

from __future__ import annotations

import hashlib
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from app.deps import live, page_language
from app.i18n import translate
from app.routes.pages import basemaps
from app.settings import Settings
from app.store.live import View
from app.views.phone import first_modules, phone_boot
from app.web import YEAR_SECONDS, asset, environment

router = APIRouter(include_in_schema=False)


@router.get("/m")
async def phone_page(request: Request) -> Response:
    """The shell: no person, token or site in it, since the phone keeps it for whoever opens it next."""
    lang = page_language(request)
    html = shell_html(request.app.state.settings, live(request).view, lang)
    tag = f'"{hashlib.blake2b(html.encode(), digest_size=12).hexdigest()}"'
    headers = {"etag": f"W/{tag}", "cache-control": "no-cache", "vary": "Cookie", "content-language": lang}
    known = {part.strip() for part in request.headers.get("if-none-match", "").split(",")}
    if headers["etag"] in known:
        response = Response(status_code=304, headers=headers)
    else:
        response = HTMLResponse(html, headers=headers)
    if request.query_params.get("lang") == lang:
        response.set_cookie("lang", lang, max_age=YEAR_SECONDS, samesite="lax", path="/")
    return response


def shell_html(settings: Settings, view: View, lang: str) -> str:
    """The page. The service worker's list has its digest: nothing in it may differ from reader to reader."""
    return (
        environment()
        .get_template("m.html")
        .render(
            lang=lang,
            boot=phone_boot(settings, basemaps(settings), view, lang),
            modules=first_modules(),
            year=view.words.programme["year"],
            zone=view.words.zone["name" if lang == "zh" else "name_en"],
            t=partial(translate, lang),
            asset=asset,
        )
    )
