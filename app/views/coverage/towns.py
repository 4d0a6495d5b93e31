"""Items that serve a whole town and have no site: what of each is done in which town."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.store import tables as t
from app.store.ledger import read_items
from app.store.live import Live, View
from app.wording import local


@dataclass(frozen=True)
class TownTarget:
    """A target of an item counted per town.

    `done`, `promised` and `towns` are in `unit`; None where nothing is counted, promised or told per town.
    `percent` is how far the whole is; None while nobody has reported. `counted` tells quantities from steps
    and full coverage, of which only the progress is reported.
    """

    item: int
    title: str
    unit: str
    done: float | None
    promised: float | None
    percent: float | None
    towns: tuple[float | None, ...]

    @property
    def counted(self) -> bool:
        """Whether there is anything to count."""
        return self.done is not None or self.promised is not None


def siteless_items(source: Live, view: View, lang: str) -> list[dict[str, Any]]:
    """The items as `read_items` tells them, but only their tasks that have no place on the map are told as
    they are: however many sites there are, this takes milliseconds."""
    book = source.siteless(view)
    with source.database.read() as connection:
        return read_items(connection, book, lang)


def town_targets(view: View, items: list[dict[str, Any]], lang: str) -> list[TownTarget]:
    """Targets of the tasks that the programme counts per town, as `read_items` tells them."""
    found = []
    for item in items:
        for task in item["tasks"]:
            if task["on_map"] != "town":
                continue
            for target in task["targets"]:
                told = {row["town_code"]: row["quantity"] for row in target.get("by_town", ())}
                found.append(
                    TownTarget(
                        item["no"],
                        local(lang, target, "title"),
                        local(lang, target, "unit") or "",
                        target.get("done"),
                        target["quantity"] if target["comparator"] != "rate" else None,
                        target.get("percent"),
                        tuple(told.get(code) for code in view.words.towns),
                    )
                )
    return found


def villages_by_town(source: Live, view: View) -> list[int]:
    """How many villages each town has on the list of 2023, in the order of the towns."""
    query = select(t.village.c.town_code).where(t.village.c.in_2023)
    with source.database.read() as connection:
        counts = Counter(connection.execute(query).scalars())
    return [counts[code] for code in view.words.towns]
