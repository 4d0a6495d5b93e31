"""Answers that are kept: made once, also when several people ask for the same one at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any


class Kept:
    """Up to `most` answers by key; of more, those that were not asked for longest go."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._futures: OrderedDict[Hashable, Future[Any]] = OrderedDict()

    def has(self, key: Hashable) -> bool:
        """Whether the answer is there, so that asking for it costs nothing."""
        with self._lock:
            future = self._futures.get(key)
        return future is not None and future.done()

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The kept answer, or make it; who asks for the same meanwhile waits for it. Errors are not kept."""
        with self._lock:
            future = self._futures.get(key)
            mine = future is None
            if future is None:
                future = self._futures[key] = Future()
            self._futures.move_to_end(key)
            while len(self._futures) > self._most:
                self._futures.popitem(last=False)
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                with self._lock:
                    self._futures.pop(key, None)
                future.set_exception(error)
        return future.result()
