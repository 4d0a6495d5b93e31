"""The pages people open: map, ledger, item, site, and a site's QR code."""

from __future__ import annotations

import io
from collections import Counter
from datetime import datetime
from functools import partial

import anyio.to_thread
import segno
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import actor_of, ask, live, page_language
from app.domain.privacy import is_withheld
from app.domain.roles import Action, may
from app.domain.status import StatusCode
from app.domain.timeline import ROUTINE
from app.errors import BadParameter, Fault, NotFound
from app.i18n import catalogue
from app.ledgerfilter import LedgerFilter, item_text
from app.routes.ledger import all_items, one_item
from app.routes.sites import site_feature
from app.routes.subjects import subject_and_curve
from app.settings import Settings
from app.store.live import View
from app.store.moments import day_of
from app.store.spatial.protocol import Filters
from app.store.timeline import read_timeline
from app.views.checkinnews import of_subject, week_counts
from app.views.checkins import PRESENCES
from app.views.deeds import deeds
from app.views.overviews import draw, geometry, parse
from app.views.presence import presence_label
from app.views.timelines import for_reader, told
from app.views.weeks import view_of, weeks_of
from app.web import YEAR_SECONDS, page
from geo.crs import WGS84
from maps.basemaps import BaseMap, osm, parse_xyz, tianditu
from maps.live import LiveConfig, MapParts, boot, live_map
from maps.overview import middle

router = APIRouter(include_in_schema=False)

LONGEST_HOST = 1_600
"""A QR code holds 1,663 bytes at error correction Q; the rest is for the path."""
MOST_DRAWN = 500
"""Sites on the still map of an item; more would be a smear, the live map shows them all."""

URLS = {
    "items": "/items/",
    "sites": "/sites/",
    "api_sites": "/api/sites/",
    "api_items": "/api/items",
    "ledger": "/ledger",
    "static": "/static",
}


def basemaps(settings: Settings) -> tuple[BaseMap, ...]:
    """The base maps that the settings ask for; none is the default. Errors: maps.basemaps.BadBaseMap."""
    found: list[BaseMap] = []
    if settings.tianditu_token:
        found += tianditu(settings.tianditu_token)
    if settings.osm:
        found.append(osm())
    if settings.xyz:
        found += parse_xyz(settings.xyz)
    return tuple(found)


def map_address(parts: MapParts) -> str:
    """Where the map's script is served."""
    return f"/map-{parts.digest}.js"


@router.get("/")
async def map_page(request: Request) -> Response:
    """The planner's map."""
    view = live(request).view
    parts: MapParts = request.app.state.map_parts
    values = _boot(request, view)
    return page(
        request, view, "map.html", here="map", parts=parts, map_script=map_address(parts), boot=values
    )


@router.get("/map-{digest}.js")
async def map_script(request: Request, digest: str) -> Response:
    """The map's script as folium wrote it, an ES module."""
    parts: MapParts = request.app.state.map_parts
    if digest != parts.digest:
        raise NotFound("地图脚本已更新，请刷新页面。", "The map's script has changed; reload the page.")
    headers = {"cache-control": f"public, max-age={YEAR_SECONDS}, immutable"}
    return Response(parts.script, media_type="text/javascript", headers=headers)


@router.get("/ledger")
async def ledger_page(request: Request) -> Response:
    """All items with their tasks and targets."""
    source = live(request)
    view, lang = await view_of(request), page_language(request)
    items = await anyio.to_thread.run_sync(all_items, source, view, lang)
    actor = actor_of(request)
    seen = await anyio.to_thread.run_sync(week_counts, source, view, actor) if actor else {}
    asked = LedgerFilter.of(request.query_params)
    return page(
        request,
        view,
        "ledger.html",
        here="ledger",
        items=items,
        seen=seen,
        shown={item["no"] for item in items if asked.keeps(item)},
        texts={item["no"]: item_text(item) for item in items},
        asked=asked,
        weeks=await weeks_of(request, view),
        counts=Counter(view.statuses.values()),
        **_words(view),
    )


@router.get("/items/{no}")
async def item_page(request: Request, no: str) -> Response:
    """One item."""
    source = live(request)
    view, lang = await view_of(request), page_language(request)
    item = await anyio.to_thread.run_sync(one_item, source, view, lang, no)
    numbers = list(view.words.items)
    at = numbers.index(item["no"])
    found = await ask(
        view, view.reads.page, None, Filters(items=frozenset({item["no"]})), MOST_DRAWN, None, lang, WGS84
    )
    sites = parse(found.features)
    drawing = partial(draw, source, view, lang, sites, labels=True, height=430)
    return page(
        request,
        view,
        "item.html",
        here="ledger",
        item=item,
        weeks=await weeks_of(request, view),
        timeline=await anyio.to_thread.run_sync(_item_timeline, request, view, item["no"], lang),
        internal=may(actor_of(request), Action.READ),
        previous=view.words.items[numbers[at - 1]] if at else None,
        next=view.words.items[numbers[at + 1]] if at + 1 < len(numbers) else None,
        programme_size=len(numbers),
        overview=await anyio.to_thread.run_sync(drawing) if sites else None,
        positions={site["properties"]["position"] for site in sites},
        **_words(view),
    )


@router.get("/sites/{code}")
async def site_page(request: Request, code: str) -> Response:
    """A site's permanent page."""
    source = live(request)
    view, lang = await view_of(request), page_language(request)
    feature = await site_feature(request, view, code, lang)
    about, drawn = await anyio.to_thread.run_sync(subject_and_curve, source, view, code)
    drawing = partial(draw, source, view, lang, [feature], labels=False, height=340)
    seen, times_seen = await anyio.to_thread.run_sync(of_subject, source, view, code, actor_of(request), lang)
    return page(
        request,
        view,
        "site.html",
        here="ledger",
        site=feature["properties"],
        weeks=await weeks_of(request, view),
        curve=drawn,
        deeds=deeds(actor_of(request), about, code, feature["properties"]["status"], True),
        internal=may(actor_of(request), Action.READ),
        checkins=seen,
        times_seen=times_seen,
        updated_on=day_of(datetime.fromisoformat(feature["properties"]["updated_at"])),
        point=middle(geometry(feature)),
        overview=await anyio.to_thread.run_sync(drawing),
        address=site_address(request, code),
        **_words(view),
    )


@router.get("/sites/{code}/qr.svg")
async def site_qr(request: Request, code: str) -> Response:
    """The site's address as a QR code (ISO/IEC 18004, error correction Q)."""
    if code not in live(request).view.statuses:
        raise NotFound(f"没有编号为 {code[:20]} 的点位。", f"There is no site {code[:20]}.")
    try:
        qr = segno.make(site_address(request, code), error="q")
    except segno.DataOverflowError:
        host = request.headers.get("host", "")[:50]
        told = "主机名太长，放不进二维码。", "The host name is too long for a QR code."
        raise BadParameter(Fault("Host", host, {"maxLength": LONGEST_HOST}, *told)) from None
    picture = io.BytesIO()
    qr.save(picture, kind="svg", scale=8, border=4, xmldecl=True, light="#fff", title=code)
    return Response(picture.getvalue(), media_type="image/svg+xml", headers={"cache-control": "no-cache"})


def _item_timeline(request: Request, view: View, no: int, lang: str) -> list[dict]:
    """What happened to an item and its subjects, beside the routine reports, as this reader may know it."""
    source = live(request)
    lines = [line for line in source.book_of(view).lines.values() if line.subject.item_no == no]
    with source.database.read() as connection:
        events = read_timeline(connection, view.known, [line.code for line in lines], no)
    kept = [event for event in events if event.kind not in ROUTINE]
    about = next(line.subject for line in lines if not line.subject.site).about()
    return told(for_reader(kept, actor_of(request), about, is_withheld(no)), view.words, lang)


def site_address(request: Request, code: str) -> str:
    """The address of a site's page: under MINSHENG_PUBLIC_URL when set, else as this request came in."""
    base = request.app.state.settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}/sites/{code}"


def _boot(request: Request, view: View) -> dict:
    lang = page_language(request)
    values = boot(
        lang=lang,
        strings=catalogue(lang)["map"],
        kinds=view.words.kinds.values(),
        urls=URLS,
        sample=view.sample,
        year=view.words.programme["year"],
        zone=view.words.zone["name" if lang == "zh" else "name_en"],
    )
    if may(actor_of(request), Action.READ):  # the layer of check-ins is not for the public
        values["urls"]["checkins"] = "/api/inspections.geojson"
        values["presences"] = {code: presence_label(code, lang) for code in PRESENCES}
    return values


def _words(view: View) -> dict:
    """What the ledger's pages need beside their data: kinds, towns, and the statuses in order."""
    return {
        "kinds": view.words.kinds,
        "towns": view.words.towns,
        "units": view.words.units,
        "status_codes": [code.value for code in StatusCode],
        "programme": view.words.programme,
    }


def build_map(settings: Settings) -> tuple[MapParts, tuple[BaseMap, ...]]:
    """The live map for these settings, built once per process."""
    chosen = basemaps(settings)
    return live_map(LiveConfig(basemaps=chosen)), chosen
