"""The body of a request that is worth keeping even when it breaks off: a part of a photo, as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import anyio.to_thread
from fastapi import Request

from app.errors import Refused, TooLarge
from app.store.incoming import Incoming, Part, Taken
from app.store.photouploads import Upload

WRITE_BYTES = 256 * 1024
"""So much is gathered before a worker writes it: what one request holds in memory."""
QUIET_SECONDS = 60
"""Nobody is there any more when nothing has come for so long."""


async def arrive(request: Request, data: Path, upload: Upload, stop: asyncio.Event) -> None:
    """Keep what the request brings after the upload's offset until it ends, breaks off, falls silent, or
    somebody else wants to go on with the upload (`stop`).

    Errors: TooLarge for more than was announced; Refused when another process was faster; Full, Unavailable;
    ClientDisconnect. What arrived until then stays.
    """
    room = upload.size_bytes - upload.offset
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > room:
        raise _too_much(upload)
    incoming = Incoming(data)
    await anyio.to_thread.run_sync(incoming.begin, upload.id, room)  # others may have filled the disk since
    part = incoming.add(upload.id, upload.offset)
    try:
        try:
            await _take(request, part, room, upload, stop)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(part.flush)
    except Taken:
        raise Refused(
            "这张照片正由另一个请求上传，请查询进度后接着发送。",
            "Another request is sending this photo, too; ask how far it is and go on from there.",
        ) from None


async def _take(request: Request, part: Part, room: int, upload: Upload, stop: asyncio.Event) -> None:
    gathered = bytearray()

    async def write() -> None:
        raw = bytes(gathered)
        gathered.clear()
        await anyio.to_thread.run_sync(part.write, raw)

    try:
        async for chunk in _until(stop, request):
            more, room = chunk[:room], room - len(chunk)
            gathered += more
            if room < 0:
                raise _too_much(upload)
            if len(gathered) >= WRITE_BYTES:
                await write()
    finally:
        if gathered:
            with anyio.CancelScope(shield=True):
                await write()


async def _until(stop: asyncio.Event, request: Request) -> AsyncIterator[bytes]:
    """What the request brings, as it comes, until there is reason to end."""
    chunks = request.stream()
    stopped = asyncio.ensure_future(stop.wait())
    try:
        while True:
            coming = asyncio.ensure_future(anext(chunks, None))
            try:
                await asyncio.wait(
                    {coming, stopped}, timeout=QUIET_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                if not coming.done():
                    coming.cancel()
            if not coming.done() or coming.cancelled():
                return
            chunk = coming.result()
            if chunk is None:
                return
            yield chunk
    finally:
        stopped.cancel()


def _too_much(upload: Upload) -> TooLarge:
    return TooLarge(
        f"发来的内容超过登记的 {upload.size_bytes} 字节。",
        f"More was sent than the {upload.size_bytes} bytes announced.",
    )
