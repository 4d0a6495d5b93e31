"""The ledger page's filter: words, lead unit, how an item is on the map. js/ledger.js repeats it live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.store.publish import search_text

LONGEST = 80
"""Letters of a search that are looked at."""


@dataclass(frozen=True)
class LedgerFilter:
    """What the address asks for; an empty text asks for everything."""

    q: str = ""
    unit: str = ""
    on_map: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> LedgerFilter:
        """From a page's query parameters ``q``, ``unit`` and ``map``; what is unknown leaves nothing."""
        return cls(
            query.get("q", "").strip()[:LONGEST], query.get("unit", "")[:40], query.get("map", "")[:20]
        )

    @property
    def active(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.q or self.unit or self.on_map)

    def keeps(self, item: Mapping[str, Any]) -> bool:
        """Whether an item stays on the page."""
        text = item_text(item)
        return (
            all(word in text for word in search_text([self.q]).split())
            and (not self.unit or self.unit in [unit["code"] for unit in item["lead_units"]])
            and (not self.on_map or self.on_map == item["on_map"])
        )


def item_text(item: Mapping[str, Any]) -> str:
    """All that can be searched in an item, in both languages, folded as searches are."""
    return search_text(_texts(item)).replace("\n", " ")


def _texts(item: Mapping[str, Any]) -> Iterator[str]:
    yield str(item["no"])
    yield from _titles(item)
    for unit in (*item["lead_units"], *item["supporting_units"]):
        yield from (unit["name"], unit["name_en"])
    for task in item["tasks"]:
        yield from _titles(task)
        for target in task["targets"]:
            yield from _titles(target)
        for site in task["sites"]:
            yield from (site["code"], *_titles(site))


def _titles(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["title"], row["title_en"]
