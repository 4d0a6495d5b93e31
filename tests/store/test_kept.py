"""Answers are made once, also for several people at once; errors are not kept, and the oldest go."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.store.coverage.kept import Kept


def test_made_once_while_several_ask():
    kept, made, go = Kept(10), [], threading.Event()

    def make() -> str:
        made.append(1)
        go.wait(10)
        return "answer"

    with ThreadPoolExecutor(4) as people:
        found = [people.submit(kept.once, "question", make) for _ in range(4)]
        assert not kept.has("question")
        go.set()
        assert {one.result() for one in found} == {"answer"}
    assert len(made) == 1
    assert kept.has("question")


def test_errors_are_told_and_asked_again():
    kept = Kept(10)
    with pytest.raises(ZeroDivisionError):
        kept.once("question", lambda: 1 // 0)
    assert not kept.has("question")
    assert kept.once("question", lambda: 2) == 2


def test_what_was_not_asked_for_longest_goes():
    kept = Kept(2)
    for key in ("one", "two", "one", "three"):
        kept.once(key, lambda key=key: key)
    assert [kept.has(key) for key in ("one", "two", "three")] == [True, False, True]
