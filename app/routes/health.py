"""``/healthz`` (the process lives) and ``/readyz`` (it can reach its database)."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from app.deps import live

router = APIRouter(tags=["operations"])


@router.get("/healthz", summary="The process lives · 进程存活")
async def healthz() -> JSONResponse:
    """Always ok when it answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", summary="The database answers · 数据库可用")
async def readyz(request: Request) -> JSONResponse:
    """503 while the database cannot be reached."""
    source = live(request)
    try:
        view = await anyio.to_thread.run_sync(source.refresh)
    except Exception:
        return JSONResponse({"status": "database unavailable"}, status_code=503)
    engine = type(view.reads).__name__.removesuffix("Reads").lower()
    return JSONResponse(
        {"status": "ok", "version": view.version, "sites": len(view.statuses), "spatial": engine}
    )
