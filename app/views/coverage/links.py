"""Addresses of the coverage board with something changed: what is chosen stays in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

Link = Callable[..., str]


def links(now: Mapping[str, str | None], path: str = "/coverage") -> Link:
    """``link(kind="road")`` is the address with another kind; None takes a part out. `now` are the parts of
    the present address. A radius belongs to the kind that it was chosen for."""

    def link(to: str = path, **changes: str | None) -> str:
        parts = {**now, **changes}
        if "kind" in changes and changes["kind"] != now.get("kind"):
            parts["radius"] = None
        kept = {name: value for name, value in parts.items() if value is not None}
        return f"{to}?{urlencode(kept)}" if kept else to

    return link
