"""Parts on the disk: an offset that holds, two at once, a disk that is full in the middle."""

from __future__ import annotations

import errno
import os
import uuid

import pytest

from app.errors import Full, Unavailable
from app.store.incoming import PART_BYTES, Incoming, Taken


@pytest.fixture
def incoming(tmp_path) -> Incoming:
    return Incoming(tmp_path)


@pytest.fixture
def ident(incoming) -> str:
    made = str(uuid.uuid4())
    incoming.begin(made, 10)
    return made


def put(incoming: Incoming, ident: str, offset: int, raw: bytes) -> None:
    part = incoming.add(ident, offset)
    part.write(raw)
    part.flush()


def test_the_offset_is_where_the_parts_end_that_follow_each_other(incoming, ident):
    assert incoming.offset(ident) == 0 and incoming.read(ident) == b""
    put(incoming, ident, 0, b"abc")
    put(incoming, ident, 3, b"de")
    put(incoming, ident, 9, b"gap")
    assert incoming.offset(ident) == 5 and incoming.read(ident) == b"abcde"
    put(incoming, ident, 5, b"fghi")
    assert incoming.offset(ident) == 12 and incoming.read(ident) == b"abcdefghigap"
    again = Incoming(incoming.root.parent)  # another process
    assert again.read(ident) == b"abcdefghigap"
    incoming.clear(ident)
    assert incoming.offset(ident) == 0 and not incoming.folder(ident).exists()
    incoming.clear(ident)
    put(incoming, ident, 0, b"anew")  # the folder is made again
    assert incoming.offset(ident) == 4


def test_what_is_not_flushed_does_not_count(incoming, ident):
    part = incoming.add(ident, 0)
    part.write(b"x" * 1000)
    assert incoming.offset(ident) == 0
    part.write(b"y" * PART_BYTES)  # so much is flushed at once
    assert incoming.offset(ident) == part.kept == 1000 + PART_BYTES
    part.write(b"z")
    part.flush()
    part.flush()
    assert incoming.offset(ident) == 1001 + PART_BYTES
    assert incoming.read(ident)[999:1001] == b"xy"


def test_two_at_the_same_offset_do_not_both_win(incoming, ident, monkeypatch):
    first, second = incoming.add(ident, 0), incoming.add(ident, 0)
    first.write(b"first")
    second.write(b"second one")
    first.flush()
    with pytest.raises(Taken):
        second.flush()
    assert incoming.read(ident) == b"first" and len(list(incoming.folder(ident).iterdir())) == 1

    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, "this disk knows no links")

    monkeypatch.setattr(os, "link", no_links)
    put(incoming, ident, 5, b" and more")
    with pytest.raises(Taken):
        put(incoming, ident, 5, b" and other")
    assert incoming.read(ident) == b"first and more"


@pytest.mark.parametrize(("number", "told"), [(errno.ENOSPC, Full), (errno.EIO, Unavailable)])
def test_a_disk_that_fails_in_the_middle_keeps_what_was_flushed(incoming, ident, monkeypatch, number, told):
    part = incoming.add(ident, 0)
    part.write(b"x" * PART_BYTES)
    part.write(b"y" * 100)
    with monkeypatch.context() as broken:

        def fails(*_: object) -> None:
            raise OSError(number, "told by the system")

        broken.setattr(os, "fsync", fails)
        with pytest.raises(told):
            part.flush()
    assert incoming.offset(ident) == PART_BYTES
    assert [path.name for path in incoming.folder(ident).iterdir()] == ["0000000000"]
    put(incoming, ident, PART_BYTES, b"y" * 100)
    assert incoming.offset(ident) == PART_BYTES + 100


def test_an_id_is_never_a_path(incoming):
    for wrong in ("..", "../../etc", "a/b", ""):
        with pytest.raises(ValueError):
            incoming.offset(wrong)
