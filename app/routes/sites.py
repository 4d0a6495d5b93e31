"""``/api/sites``, ``/api/nearby``, ``/api/at``: located sites as GeoJSON."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import anyio.to_thread
import orjson
from fastapi import APIRouter, Request, Response

from app.auth.privacy import PERSONAL
from app.deps import (
    CRS,
    FILTERS,
    GEOJSON,
    LANG,
    WEEK,
    actor_of,
    api_language,
    ask,
    day_members,
    live,
    not_modified,
    read_crs,
    read_filters,
    read_view,
)
from app.errors import NotFound
from app.params import Param, Query
from app.store.live import View
from app.store.sites import read_details
from app.store.spatial.protocol import WGS84, Filters, Near, Page
from app.store.subjects import read_subject
from app.store.timeline import read_timeline
from app.views.timelines import for_reader, told
from geo.types import Box

router = APIRouter(prefix="/api", tags=["sites"])

DEFAULT_PAGE, LARGEST_PAGE = 1_000, 10_000
DEFAULT_NEAR, MOST_NEAR, FARTHEST_M = 20, 1_000, 100_000

BBOX = Param("bbox", {"type": "string"}, "minx,miny,maxx,maxy in WGS 84 lon/lat · 经纬度范围")
AFTER = Param("after", {"type": "string"}, "Codes after this one; follow `next` · 从该编号之后")
LIMIT = Param(
    "limit", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}, "Features a page · 每页个数"
)
NEAR_LIMIT = Param("limit", {"type": "integer", "minimum": 1, "maximum": MOST_NEAR}, "How many · 个数")
POINT = tuple(
    Param(name, {"type": "number"}, f"WGS 84, degrees · {word}（度）", required=True)
    for name, word in (("lon", "经度"), ("lat", "纬度"))
)
RADIUS = Param("radius", {"type": "number", "minimum": 0, "maximum": FARTHEST_M}, "Metres · 半径（米）")
TOLERANCE = Param("tolerance", {"type": "number", "minimum": 0, "maximum": 1000}, "Metres · 容差（米）")

SITES = (BBOX, *FILTERS, WEEK, LIMIT, AFTER, CRS, LANG)
NEARBY = (*POINT, RADIUS, NEAR_LIMIT, *FILTERS, WEEK, CRS, LANG)
AT = (*POINT, TOLERANCE, *FILTERS, WEEK, CRS, LANG)
ONE = (WEEK, CRS, LANG)


def _documented(summary: str, params: tuple[Param, ...]) -> dict[str, Any]:
    return {"summary": summary, "openapi_extra": {"parameters": [param.openapi() for param in params]}}


@router.get("/sites", **_documented("Sites, filtered, as a FeatureCollection · 点位", SITES))
async def sites(request: Request) -> Response:
    """Sites in order of code. With more than `limit`, `next` is the address of the next page."""
    query = Query(request.query_params, SITES)
    lang = api_language(request, query)
    view = await read_view(query, live(request))
    box, filters, crs = query.box(), read_filters(query, view), read_crs(query)
    limit = query.integer("limit", 1, LARGEST_PAGE, DEFAULT_PAGE)
    after = query.text("after", longest=16)
    query.done()
    unchanged, headers = not_modified(request, view, lang)
    if unchanged:
        return unchanged
    page = await ask(view, view.reads.page, box, filters, limit, after, lang, crs)
    bounds = page.bounds if crs == WGS84 else None
    body = _collection(view, lang, crs, page.features, bounds, _page_members(request, page))
    return Response(body, media_type=GEOJSON, headers=headers)


@router.get("/nearby", **_documented("Nearest sites to a point, by exact distance · 附近点位", NEARBY))
async def nearby(request: Request) -> Response:
    """Nearest first, by geodesic distance to the geometry (not its centroid)."""
    query = Query(request.query_params, NEARBY)
    lang = api_language(request, query)
    view = await read_view(query, live(request))
    lon, lat = query.lon_lat()
    radius = query.number("radius", 0, FARTHEST_M, None)
    limit = query.integer("limit", 1, MOST_NEAR, DEFAULT_NEAR)
    filters, crs = read_filters(query, view), read_crs(query)
    query.done()
    found = await ask(view, view.reads.nearby, lon, lat, radius, limit, filters, lang, crs)
    return _near_answer(view, lang, crs, found)


@router.get("/at", **_documented("All sites at a point · 某处的全部点位", AT))
async def at(request: Request) -> Response:
    """Sites that cover the point or come within `tolerance` metres of it, nearest first."""
    query = Query(request.query_params, AT)
    lang = api_language(request, query)
    view = await read_view(query, live(request))
    lon, lat = query.lon_lat()
    tolerance = query.number("tolerance", 0, 1000, 0.0) or 0.0
    filters, crs = read_filters(query, view), read_crs(query)
    query.done()
    found = await ask(view, view.reads.at, lon, lat, tolerance, filters, lang, crs)
    return _near_answer(view, lang, crs, found)


@router.get(
    "/sites/{code}", **_documented("One site with its status, reason, targets and history · 单个点位", ONE)
)
async def site(request: Request, code: str) -> Response:
    """A single Feature."""
    query = Query(request.query_params, ONE)
    lang = api_language(request, query)
    source = live(request)
    view = await read_view(query, source)
    crs = read_crs(query)
    query.done()
    unchanged, headers = not_modified(request, view, lang)
    if unchanged:
        return unchanged
    feature = await site_feature(request, view, code, lang, crs)
    return Response(orjson.dumps(feature), media_type=GEOJSON, headers=headers)


async def site_feature(
    request: Request, view: View, code: str, lang: str, crs: str = WGS84
) -> dict[str, Any]:
    """One site's whole Feature as a dict; NotFound when there is none."""
    if code not in view.statuses:
        raise NotFound(
            f"没有编号为 {code[:20]} 的点位；全部编号见 /api/sites。",
            f"There is no site {code[:20]}; /api/sites lists them all.",
        )
    page = await ask(view, view.reads.page, None, Filters(codes=frozenset({code})), 1, None, lang, crs)
    source = live(request)

    def details() -> dict[str, Any]:
        with source.database.read() as connection:
            found = read_details(connection, code, view.known, source.settings.tolerance, lang)
            events = read_timeline(connection, view.known, [code])
            about = read_subject(connection, code).about()
        reader = actor_of(request)
        if reader is not None:
            setattr(request.state, PERSONAL, True)
        seen = for_reader(events, reader, about, withheld=False)
        return found | {"history": told(seen, view.words, lang)}

    feature = orjson.loads(page.features)
    feature["properties"] |= await anyio.to_thread.run_sync(details)
    return feature | day_members(view, lang) | ({} if crs == WGS84 else crs_members(crs))


def crs_members(crs: str) -> dict[str, Any]:
    """Members that tell a reader that coordinates are not WGS 84 (GDAL understands the EPSG ones)."""
    if not crs.startswith("EPSG:"):
        return {"coordinate_system": crs}
    return {
        "crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs.removeprefix('EPSG:')}"}}
    }


def _collection(
    view: View, lang: str, crs: str, features: bytes, bounds: Box | None, members: dict[str, Any]
) -> bytes:
    """A FeatureCollection around ready-made features."""
    head: dict[str, Any] = {"type": "FeatureCollection"}
    if crs != WGS84:
        head |= crs_members(crs)
    if bounds is not None:
        head["bbox"] = list(bounds)
    head |= members | day_members(view, lang)
    return b"".join((orjson.dumps(head)[:-1], b',"features":[', features, b"]}"))  # copied once


def _page_members(request: Request, page: Page) -> dict[str, Any]:
    following = None
    if page.more:
        kept = [(key, value) for key, value in request.query_params.multi_items() if key != "after"]
        following = f"{request.url.path}?{urlencode([*kept, ('after', page.last_code)])}"
    return {"numberMatched": page.matched, "numberReturned": page.returned, "next": following}


def _near_answer(view: View, lang: str, crs: str, found: list[Near]) -> Response:
    features = b",".join(near.feature for near in found)
    body = _collection(view, lang, crs, features, None, {"numberReturned": len(found)})
    headers = {"cache-control": "no-store", "content-language": lang}
    return Response(body, media_type=GEOJSON, headers=headers)
