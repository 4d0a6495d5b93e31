"""Which action each address is: the one table that says who gets where.

A route without a line stops the start.

The guard asks :func:`app.domain.roles.may` for the action before the route runs; routes then ask again about
the particular item, unit or town.
"""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from app.domain.roles import Action

A = Action

ACCESS: dict[tuple[str, str], Action] = {
    # operations, and what the sign-in page needs
    ("GET", "/healthz"): A.OPEN,
    ("GET", "/readyz"): A.OPEN,
    ("GET", "/static"): A.OPEN,
    ("GET", "/sign-in"): A.OPEN,
    ("POST", "/sign-in"): A.OPEN,
    ("GET", "/sign-in/oidc"): A.OPEN,
    ("GET", "/sign-in/oidc/callback"): A.OPEN,
    ("GET", "/problems/{kind}"): A.OPEN,
    ("GET", "/m"): A.OPEN,  # the shell alone; what it shows is asked for by itself
    # map, ledger, sites
    ("GET", "/"): A.PUBLIC,
    ("GET", "/map-{digest}.js"): A.PUBLIC,
    ("GET", "/ledger"): A.PUBLIC,
    ("GET", "/items/{no}"): A.PUBLIC,
    ("GET", "/sites/{code}"): A.PUBLIC,
    ("GET", "/sites/{code}/qr.svg"): A.PUBLIC,
    ("GET", "/subjects/{code}"): A.PUBLIC,
    ("GET", "/api/sites"): A.PUBLIC,
    ("GET", "/api/sites/{code}"): A.PUBLIC,
    ("GET", "/api/nearby"): A.PUBLIC,
    ("GET", "/api/at"): A.PUBLIC,
    ("GET", "/api/items"): A.PUBLIC,
    ("GET", "/api/items/{no}"): A.PUBLIC,
    ("GET", "/api/ledger"): A.PUBLIC,
    ("GET", "/api/towns"): A.PUBLIC,
    ("GET", "/api/ground"): A.PUBLIC,
    ("GET", "/api/events"): A.PUBLIC,
    ("GET", "/coverage"): A.PUBLIC,
    ("GET", "/coverage/timeline"): A.PUBLIC,
    ("GET", "/snapshot.html"): A.PUBLIC,
    ("GET", "/api/coverage"): A.PUBLIC,
    ("GET", "/api/coverage.geojson"): A.PUBLIC,
    ("GET", "/api/coverage/board"): A.PUBLIC,
    ("GET", "/api/coverage/change.geojson"): A.PUBLIC,
    ("GET", "/api/coverage/timeline"): A.PUBLIC,
    ("GET", "/api/weeks"): A.PUBLIC,
    ("GET", "/docs"): A.PUBLIC,
    ("GET", "/openapi.json"): A.PUBLIC,
    # the telephone: its page is a shell without data, the data are as public as the map's
    ("GET", "/sw.js"): A.OPEN,
    ("GET", "/manifest.webmanifest"): A.OPEN,
    ("GET", "/api/phone/me"): A.OPEN,
    ("GET", "/api/phone/data"): A.PUBLIC,
    # accounts
    ("POST", "/sign-out"): A.OWN,
    ("GET", "/account"): A.OWN,
    ("POST", "/account/password"): A.OWN,
    ("POST", "/account/sessions/end"): A.OWN,
    ("GET", "/users"): A.ACCOUNTS,
    ("POST", "/users"): A.ACCOUNTS,
    ("GET", "/users/{account_id}"): A.ACCOUNTS,
    ("POST", "/users/{account_id}"): A.ACCOUNTS,
    ("POST", "/users/{account_id}/disable"): A.ACCOUNTS,
    ("POST", "/users/{account_id}/enable"): A.ACCOUNTS,
    ("POST", "/users/{account_id}/password"): A.ACCOUNTS,
    ("GET", "/audit"): A.AUDIT,
    # the ledger's rows
    ("GET", "/api/subjects/{code}"): A.PUBLIC,
    ("POST", "/api/plans"): A.PLAN,
    ("POST", "/api/reports"): A.REPORT,
    ("POST", "/api/acceptances"): A.ACCEPT,
    # a unit's own work
    ("GET", "/work"): A.WORK,
    ("GET", "/report/{subject}"): A.REPORT,
    ("POST", "/report/{subject}"): A.REPORT,
    ("GET", "/plan/{subject}"): A.PLAN,
    ("POST", "/plan/{subject}"): A.PLAN,
    ("GET", "/photos/{ident}-small.jpg"): A.READ,
    ("GET", "/photos/{ident}.jpg"): A.READ,
    ("POST", "/api/reports/{report}/photos"): A.REPORT,
    ("GET", "/api/sites/{code}/locate"): A.PUBLIC,
    ("GET", "/api/sites/{code}/built"): A.PUBLIC,
    # supervision; who may take which step is asked of the blockage or directive itself
    ("GET", "/board"): A.BOARD,
    ("GET", "/api/board"): A.BOARD,
    ("GET", "/blockages"): A.READ,
    ("GET", "/blockages/new"): A.OPEN_BLOCKAGE,
    ("POST", "/blockages/new"): A.OPEN_BLOCKAGE,
    ("GET", "/blockages/{ident}"): A.READ,
    ("POST", "/blockages/{ident}"): A.READ,
    ("GET", "/api/blockages"): A.READ,
    ("POST", "/api/blockages"): A.OPEN_BLOCKAGE,
    ("GET", "/api/blockages/{ident}"): A.READ,
    ("POST", "/api/blockages/{ident}/steps"): A.READ,
    ("GET", "/review"): A.REVIEW,
    ("POST", "/review"): A.DIRECT,
    ("GET", "/directives"): A.READ,
    ("GET", "/directives/{ident}"): A.READ,
    ("POST", "/directives/{ident}"): A.READ,
    ("GET", "/api/directives"): A.READ,
    ("POST", "/api/directives"): A.DIRECT,
    ("GET", "/api/directives/{ident}"): A.READ,
    ("POST", "/api/directives/{ident}/steps"): A.READ,
    ("GET", "/inspect/{code}"): A.INSPECT,
    ("POST", "/inspect/{code}"): A.INSPECT,
    ("GET", "/api/inspections"): A.READ,
    ("POST", "/api/inspections"): A.INSPECT,
    ("POST", "/api/inspections/{ident}/photos"): A.INSPECT,
    ("GET", "/api/inspections/{ident}"): A.READ,
    ("POST", "/api/inspections/{ident}/revisions"): A.INSPECT,
    ("POST", "/api/disputes/{ident}"): A.DECIDE,
    ("OPTIONS", "/api/photo-uploads"): A.INSPECT,
    ("POST", "/api/photo-uploads"): A.INSPECT,
    ("GET", "/api/photo-uploads/{ident}"): A.INSPECT,
    ("PATCH", "/api/photo-uploads/{ident}"): A.INSPECT,
    ("GET", "/inspections"): A.READ,
    ("GET", "/inspections/{ident}"): A.READ,
    ("POST", "/inspections/{ident}"): A.INSPECT,
    ("GET", "/api/inspections.geojson"): A.READ,
    ("GET", "/accept/{code}"): A.ACCEPT,
    ("POST", "/accept/{code}"): A.ACCEPT,
    # Excel, the weekly meeting, files
    ("GET", "/upload"): A.EXCEL,
    ("POST", "/upload"): A.EXCEL,
    ("GET", "/upload/{id}"): A.EXCEL,
    ("POST", "/upload/{id}/confirm"): A.EXCEL,
    ("GET", "/api/uploads/{id}"): A.EXCEL,
    ("GET", "/template.xlsx"): A.EXCEL,
    ("GET", "/meeting"): A.MEETING,
    ("GET", "/meeting.xlsx"): A.MEETING,
    ("GET", "/pack.pdf"): A.PACK,
    ("GET", "/pack.xlsx"): A.PACK,
    ("GET", "/pack-slides.zip"): A.PACK,
    ("GET", "/ledger.xlsx"): A.PUBLIC,
    ("GET", "/ledger.csv"): A.PUBLIC,
    ("GET", "/audit.csv"): A.AUDIT,
}


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """(method, path) of every route; a mounted folder counts as GET, HEAD is answered like GET."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, Mount):
            yield "GET", context.path or "/"
            continue
        for method in sorted((context.methods or set()) - {"HEAD"}):
            yield method, context.path or "/"


def check_access(app: FastAPI) -> None:
    """Errors: RuntimeError that names the routes without a line in ACCESS: none is open by mistake."""
    moved = [
        c.path for c in iter_route_contexts(app.routes) if c.path != getattr(c.original_route, "path", None)
    ]
    if moved:
        raise RuntimeError(f"give the prefix to the router itself, the guard goes by it: {moved}")
    missing = sorted(set(routes_of(app)) - set(ACCESS))
    if missing:
        lines = "\n".join(f'    ("{method}", "{path}"): Action.…,' for method, path in missing)
        raise RuntimeError(f"app/auth/access.py does not say who may open:\n{lines}")
