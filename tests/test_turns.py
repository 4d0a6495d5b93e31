"""One at a time, and a newer request asks the older to come to an end."""

from __future__ import annotations

import asyncio

import pytest

from app.turns import Busy, Turns


def test_the_newer_asks_and_waits_for_the_older():
    turns, told = Turns(), []

    async def older() -> None:
        async with turns.take("a") as stop:
            told.append("older begins")
            await stop.wait()
            told.append("older ends")

    async def newer() -> None:
        await asyncio.sleep(0)
        async with turns.take("a") as stop:
            told.append("newer")
            assert not stop.is_set()

    async def other() -> None:
        async with turns.take("b"):
            told.append("other")

    async def all_of_them() -> None:
        await asyncio.gather(older(), newer(), other())

    asyncio.run(all_of_them())
    assert told == ["older begins", "other", "older ends", "newer"]
    assert turns._lines == {}


def test_who_waits_too_long_is_told_so():
    turns = Turns(patience_s=0.01)

    async def both() -> None:
        async with turns.take("a"):
            with pytest.raises(Busy):
                async with turns.take("a"):
                    pass
        async with turns.take("a") as stop:  # afterwards it is free, and nobody waits
            assert not stop.is_set()

    asyncio.run(both())
    assert turns._lines == {}
