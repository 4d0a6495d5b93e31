"""``/sw.js`` and ``/manifest.webmanifest``: the phone's page without signal, and on the home screen."""

from __future__ import annotations

import hashlib

import anyio.to_thread
import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import live, page_language
from app.i18n import LANGUAGES, translate
from app.routes.phone import shell_html
from app.views.shell import worker_script

router = APIRouter(include_in_schema=False)


@router.get("/sw.js")
async def service_worker(request: Request) -> Response:
    """The service worker with the list of what it keeps; another list is another version of the page."""
    settings, view = request.app.state.settings, live(request).view

    def make() -> tuple[str, str]:
        pages = {f"/m?lang={lang}": shell_html(settings, view, lang) for lang in LANGUAGES}
        manifests = {f"/manifest.webmanifest?lang={lang}": manifest(lang).decode() for lang in LANGUAGES}
        return worker_script(pages | manifests)

    script, version = await anyio.to_thread.run_sync(make)
    headers = {"cache-control": "no-cache", "etag": f'W/"{version}"'}
    if headers["etag"] in {part.strip() for part in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(script, media_type="text/javascript", headers=headers)


@router.get("/manifest.webmanifest")
async def web_manifest(request: Request) -> Response:
    """Name, colours and icons of the installed page."""
    body = manifest(page_language(request))
    tag = hashlib.blake2b(body, digest_size=12).hexdigest()
    headers = {"cache-control": "no-cache", "etag": f'W/"{tag}"', "vary": "Cookie"}
    return Response(body, media_type="application/manifest+json", headers=headers)


def manifest(lang: str) -> bytes:
    """The web application manifest; the same application (`id`) in both languages."""
    icons = [
        {"src": "/static/icons/192.png", "sizes": "192x192", "type": "image/png"},
        {"src": "/static/icons/512.png", "sizes": "512x512", "type": "image/png"},
        {
            "src": "/static/icons/maskable-512.png",
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    return orjson.dumps(
        {
            "id": "/m",
            "name": translate(lang, "phone.app.name"),
            "short_name": translate(lang, "phone.app.short_name"),
            "description": translate(lang, "phone.app.description"),
            "lang": "zh-CN" if lang == "zh" else "en",
            "dir": "ltr",
            "start_url": "/m",
            "scope": "/m",
            "display": "standalone",
            "orientation": "portrait",
            "theme_color": "#123E8C",
            "background_color": "#F4F2EC",
            "categories": ["government", "productivity"],
            "icons": icons,
            "shortcuts": [
                {"name": translate(lang, f"phone.app.{name}"), "url": f"/m#{name}"}
                for name in ("nearby", "check", "outbox")
            ],
        }
    )
