"""Where photos are kept: files under MINSHENG_DATA, or objects in an S3-compatible store (decision 015).

A name is made from its content's hash, so what lies under it never changes, and keeping it twice is keeping
it once. Whoever keeps a photo writes it here before its row is committed: a row never points at nothing, and
a file whose row was never committed is harmless and found again when the same picture comes back.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import tempfile
from pathlib import Path
from typing import Protocol

from app.errors import Full, Unavailable
from app.settings import Settings

log = logging.getLogger("minsheng")
FOLDER = "photos"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


class Blobs(Protocol):
    """Bytes by name. The methods may block and are called in worker threads."""

    def put(self, name: str, raw: bytes) -> None:
        """Keep `raw` for good before this returns, whole or not at all. Errors: Unavailable, Full."""

    def read(self, name: str) -> bytes | None:
        """What is kept under a name, None when there is nothing. Errors: Unavailable."""

    def check(self) -> None:
        """Before the service starts: whether it is set up. Errors: Refused, with what to do about it."""


def blobs_of(settings: Settings) -> Blobs:
    """The store that the settings ask for."""
    if settings.photo_store == "s3":
        from app.store.s3 import S3Blobs  # its library is loaded only where it is used

        return S3Blobs.of(settings)
    return DiskBlobs(settings.data)


def photo_name(sha256: str, small: bool = False) -> str:
    """Under which name a photo (or its thumbnail) is kept."""
    return f"{FOLDER}/{sha256[:2]}/{sha256}{'-small' if small else ''}.jpg"


class DiskBlobs:
    """Files under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, raw: bytes) -> None:
        """Written beside, flushed and renamed; the new name is flushed, too."""
        try:
            write_whole(self.root / name, raw)
        except OSError as error:
            raise cannot_keep(self.root, error) from error

    def read(self, name: str) -> bytes | None:
        """The file's content."""
        try:
            return (self.root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            log.error("cannot read %s: %s", self.root / name, error)
            raise Unavailable(
                "照片文件暂时无法读取，请稍后再试，或告诉管理员。",
                "The photo's file cannot be read just now; try again later, or tell the administrator.",
            ) from error

    def check(self) -> None:
        """The folder is made when the first photo comes."""


def cannot_keep(folder: Path, error: OSError) -> Unavailable | Full:
    """What is told when a file cannot be written, after the log has been told why."""
    log.error("cannot keep a photo under %s: %s", folder, error)
    if error.errno in NO_ROOM:
        return Full(
            "服务器上存放照片的磁盘已满，未保存；请告诉管理员，或先不带照片提交。",
            "The server's disk for photos is full; nothing was saved. "
            "Tell the administrator, or send it without photos.",
        )
    return Unavailable(
        "服务器上照片文件夹不可写，未保存；请告诉管理员，或先不带照片提交。",
        "The server's folder for photos cannot be written; nothing was saved. "
        "Tell the administrator, or send it without photos.",
    )


def write_whole(path: Path, raw: bytes) -> None:
    """All of the file or none of it, also when the power goes. Errors: OSError."""
    if path.exists():
        return
    make_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, and flush the names of what was made. Errors: OSError."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Flush the names in a folder, so that they survive as well. Errors: OSError."""
    if os.name != "posix":
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
