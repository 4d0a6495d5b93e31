"""What is measured: sizes, ways of reading, questions, and what the figures should be."""

from __future__ import annotations

from dataclasses import dataclass

CLIENTS = 8
WARM_UP_S = 1.0
SECONDS = 3.0
MOST_REQUESTS = 50_000
SEED = 20230714

DEFAULT_SIZES = (1_000, 10_000, 100_000)
SMALLEST = 1_000

NEARBY, PAGE_100, PAGE_1000 = "nearby", "page-100", "page-1000"
NEAREST = 20
PAGES = {PAGE_100: 100, PAGE_1000: 1_000}
QUESTIONS = {NEARBY: 256, PAGE_100: 64, PAGE_1000: 64}

# Targets: the slowest hundredth of /api/nearby from memory; a page through HTTP against the same SQL alone.
NEARBY_P99_MS = 20.0
NEARBY_SITES = 100_000
RATIO = 0.7


@dataclass(frozen=True)
class Engine:
    """A way of reading: which database, and which of the two spatial engines on it."""

    name: str
    database: str  # as in tests.support.databases.ENGINES
    spatial: str  # as MINSHENG_SPATIAL
    label: str


ENGINES = (
    Engine("memory-sqlite", "sqlite", "memory", "memory on SQLite"),
    Engine("memory-postgis", "postgis", "memory", "memory on PostGIS"),
    Engine("postgis", "postgis", "postgis", "PostGIS"),
)


def read_sizes(text: str) -> tuple[int, ...]:
    """`1k,10k` as numbers of sites, in order. Raises ValueError with what is allowed."""
    sizes = set()
    for part in text.split(","):
        number = part.strip().lower()
        factor = 1_000 if number.endswith("k") else 1
        if not number.removesuffix("k").isdecimal():
            raise ValueError(f"{part!r} is no number of sites such as 2000 or 10k")
        sizes.add(int(number.removesuffix("k")) * factor)
    if min(sizes) < SMALLEST:
        raise ValueError(f"a zone for the bench has {SMALLEST} sites or more")
    return tuple(sorted(sizes))


def read_engines(text: str) -> tuple[Engine, ...]:
    """`memory-sqlite,postgis` as engines. Raises ValueError with the names there are."""
    names = {part.strip() for part in text.split(",")}
    known = {engine.name for engine in ENGINES}
    if names - known:
        unknown = ", ".join(sorted(names - known))
        raise ValueError(f"no engine {unknown}; there are {', '.join(sorted(known))}")
    return tuple(engine for engine in ENGINES if engine.name in names)
