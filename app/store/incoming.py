"""Parts of photos that have arrived and are not a photo yet: files under MINSHENG_DATA/incoming.

A folder for each upload, in it a file for each part, named after the byte it begins with. A part gets its
name only after it has been flushed to the disk, and is never changed afterwards: so the offset, which is
where the parts that follow each other without a gap end, holds after a power cut, too. Two that send the same
part cannot both give it its name.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from pathlib import Path
from typing import IO

from app.errors import Full
from app.store.blobs import cannot_keep, make_folder, sync_folder

FOLDER = "incoming"
PART_BYTES = 1024 * 1024
"""A longer part is flushed whenever so much has arrived: a server that is killed forgets no more."""
MARGIN_BYTES = 64 * 1024 * 1024
"""Left free on the disk: the database wants to go on writing."""
_DIGITS = 10


class Taken(Exception):
    """Somebody else has sent what follows at this offset."""


class Incoming:
    """The parts under one data folder."""

    def __init__(self, data: Path) -> None:
        self.root = data / FOLDER

    def folder(self, ident: str) -> Path:
        """Where the parts of an upload lie; `ident` is a UUID and nothing else."""
        return self.root / str(uuid.UUID(ident))

    def begin(self, ident: str, size_bytes: int) -> None:
        """Make room for an upload of so many bytes. Errors: Full, Unavailable."""
        try:
            make_folder(self.folder(ident))
            free = shutil.disk_usage(self.root).free
        except OSError as error:
            raise cannot_keep(self.root, error) from error
        if free < size_bytes + MARGIN_BYTES:
            raise Full(
                "服务器上存放照片的磁盘已满，没有接收；请告诉管理员。照片仍在手机上，之后会再发送。",
                "The server's disk for photos is full; nothing was taken. Tell the administrator. "
                "The photo stays on the telephone and will be sent later.",
            )

    def offset(self, ident: str) -> int:
        """How many bytes are there for good, from the first on. Errors: Unavailable."""
        end = 0
        for begin, path in self._parts(ident):
            if begin > end:
                break
            end = max(end, begin + self._size(path))
        return end

    def read(self, ident: str) -> bytes:
        """All that has arrived from the first byte on. Errors: Unavailable."""
        whole = bytearray()
        try:
            for begin, path in self._parts(ident):
                if begin > len(whole):
                    break
                whole[begin:] = path.read_bytes()
        except OSError as error:
            raise cannot_keep(self.root, error) from error
        return bytes(whole)

    def clear(self, ident: str) -> None:
        """Forget all parts, the last one first, so that what is left never has a gap. Errors: Unavailable."""
        folder = self.folder(ident)
        try:
            for _, path in reversed(self._parts(ident)):
                path.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            if folder.parent.is_dir():
                sync_folder(folder.parent)
        except OSError as error:
            raise cannot_keep(self.root, error) from error

    def add(self, ident: str, offset: int) -> Part:
        """Takes what follows at `offset`."""
        return Part(self.folder(ident), offset)

    def left(self) -> dict[str, float]:
        """Uploads of which anything is there, and when something of them last changed (seconds)."""
        found = {}
        with contextlib.suppress(FileNotFoundError):
            for path in self.root.iterdir():
                with contextlib.suppress(ValueError, FileNotFoundError):
                    inner = [one.stat().st_mtime for one in path.iterdir()]
                    found[str(uuid.UUID(path.name))] = max(inner, default=path.stat().st_mtime)
        return found

    def _parts(self, ident: str) -> list[tuple[int, Path]]:
        try:
            names = [path for path in self.folder(ident).iterdir() if path.name.isdigit()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise cannot_keep(self.root, error) from error
        return sorted((int(path.name), path) for path in names)

    def _size(self, path: Path) -> int:
        try:
            return path.stat().st_size
        except OSError as error:
            raise cannot_keep(self.root, error) from error


class Part:
    """What arrives in one request: written as it comes, and flushed at the end, also when it broke off.

    Errors of both: Taken, Full, Unavailable; what was flushed before stays, the rest is gone.
    """

    def __init__(self, folder: Path, offset: int) -> None:
        self.folder, self.kept, self.size = folder, offset, 0
        """`kept`: the offset after what is there for good. `size`: bytes that are not, yet."""
        self._file: IO[bytes] | None = None
        self._written = folder

    def write(self, raw: bytes) -> None:
        """Take the next bytes."""
        try:
            if self._file is None:
                make_folder(self.folder)
                handle, name = tempfile.mkstemp(dir=self.folder, prefix=".")
                self._file, self._written = os.fdopen(handle, "wb"), Path(name)
            self._file.write(raw)
        except OSError as error:
            self._drop()
            raise cannot_keep(self.folder, error) from error
        self.size += len(raw)
        if self.size >= PART_BYTES:
            self.flush()

    def flush(self) -> None:
        """Keep for good what has been taken so far."""
        file, size = self._file, self.size
        if file is None:
            return
        try:
            file.flush()
            os.fsync(file.fileno())
            file.close()
            _name(self._written, self.folder / f"{self.kept:0{_DIGITS}d}")
            sync_folder(self.folder)
        except FileExistsError:
            self._drop()
            raise Taken from None
        except OSError as error:
            self._drop()
            raise cannot_keep(self.folder, error) from error
        self._file, self.size = None, 0
        self.kept += size

    def _drop(self) -> None:
        file, self._file, self.size = self._file, None, 0
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
            with contextlib.suppress(OSError):
                os.unlink(self._written)


def _name(written: Path, target: Path) -> None:
    """Give a file its name unless the name is taken (FileExistsError)."""
    try:
        os.link(written, target)
    except FileExistsError:
        raise
    except OSError:  # a disk that knows no links: two processes at once are then told apart by the checksum
        if target.exists():
            raise FileExistsError(str(target)) from None
        os.rename(written, target)
        return
    os.unlink(written)
