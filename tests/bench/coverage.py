"""`python -m tests.bench.coverage`: the coverage board, what if, the snapshot and the pack, on a real server.

The board is asked on 21 kinds of 5,000 sites: the first time, again, and with a place tried out; then on
100,000 sites of the seven kinds of the notice that can be generated, and on 5,000 sites with 50,000
buildings, all villages, communities and built-up land, which are imported from a file as well (also into
PostGIS, where `MINSHENG_TEST_PG_URL` names one). The snapshot and the pack are made of 5,000 sites, and the
snapshot is opened in Chromium with the network cut.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import orjson
import shapely
from playwright.sync_api import sync_playwright
from sqlalchemy import bindparam, insert, select, update

from app.store import tables as t
from app.store.database import Database
from app.store.publish import publish
from scripts._pg import URL_VARIABLE
from tests.bench.machine import busy, facts
from tests.bench.zone import Zone, generated
from tests.support.browser import launch
from tests.support.databases import ENGINES
from tests.support.generated import DAY, KINDS
from tests.support.people import browser_cookie
from tests.support.served import put_places
from tests.support.served import spots as spots_in
from tests.support.server import running_server
from tests.support.zones import settings_for

EACH, TIMES_EACH_KIND = 5_000, 3
BOARD_SITES, FILE_SITES = 100_000, 5_000
BUILDINGS, COMMUNITIES, BUILT_UP = 50_000, 60, 40
COLD_S, WARM_S, TRIED_S, MADE_S, OPENED_S, SIZE_MB, PDF_S = 5.0, 1.0, 0.3, 2.0, 2.0, 6.0, 10.0
IMPORTED_S = 30.0
TIMES = 9


def main() -> int:
    """Prints the figures."""
    if warning := busy():
        print(f"! {warning}", file=sys.stderr)
    print(", ".join(f"{name}: {value}" for name, value in facts(None).items()))
    with (
        generated("sqlite", EACH * TIMES_EACH_KIND * len(KINDS)) as zone,
        _dealt_out(zone) as env,
        running_server(("serve",), env, from_nothing=True) as server,
        httpx2.Client(base_url=server.url, timeout=300) as client,
    ):
        print(f"{EACH:,} sites of each kind:")
        _board(client)
    with (
        generated("sqlite", BOARD_SITES) as zone,
        running_server(("serve",), zone.env, from_nothing=True) as server,
        httpx2.Client(base_url=server.url, timeout=300) as client,
    ):
        _board(client)
    with generated("sqlite", FILE_SITES) as zone:
        _fill(zone)
        with (
            running_server(("serve",), zone.env, from_nothing=True) as server,
            httpx2.Client(base_url=server.url, timeout=300) as client,
        ):
            print(f"with {BUILDINGS:,} buildings, villages, communities and built-up land:")
            _board(client)
    for engine in ENGINES if os.environ.get(URL_VARIABLE) else ("sqlite",):
        _imported(engine)
    with (
        generated("sqlite", FILE_SITES) as zone,
        running_server(("serve",), zone.env, from_nothing=True) as server,
    ):
        cookie = browser_cookie(zone.storage, "supervision", server.url)
        cookies = {cookie["name"]: cookie["value"]}
        with httpx2.Client(base_url=server.url, timeout=300, cookies=cookies) as client:
            _files(client)
    return 0


@contextmanager
def _dealt_out(zone: Zone) -> Iterator[dict[str, str]]:
    """The zone's sites dealt out to several kinds for each they are of, with the same rules of service; the
    environment of a server that counts them."""
    settings = settings_for(zone.storage)
    copies = {kind: [f"{kind}_{number}" for number in range(2, TIMES_EACH_KIND + 1)] for *_, kind, _ in KINDS}
    database = Database(settings)
    with database.owning() as connection:
        for kind, more in copies.items():
            row = dict(connection.execute(select(t.kind).where(t.kind.c.code == kind)).one()._mapping)
            codes = connection.execute(select(t.site.c.code).where(t.site.c.kind == kind)).scalars().all()
            for number, copy in enumerate(more, start=1):
                names = {"zh": f"{row['zh']} {number + 1}", "en": f"{row['en']} {number + 1}"}
                connection.execute(insert(t.kind).values(row | names | {"code": copy}))
                moved = [{"moved": code} for code in codes[number::TIMES_EACH_KIND]]
                connection.execute(
                    update(t.site).where(t.site.c.code == bindparam("moved")).values(kind=copy), moved
                )
        publish(connection, DAY, settings.tolerance)
    database.close()
    rules = settings.services.read_text(encoding="utf-8").split("[[service]]")
    for rule in rules[1:]:
        kind = tomllib.loads(rule)["kind"]
        rules += [f"{rule}\n".replace(f'"{kind}"', f'"{copy}"', 1) for copy in copies.get(kind, ())]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "services.toml"
        file.write_text("\n[[service]]".join(rules), encoding="utf-8")
        yield {**zone.env, "MINSHENG_SERVICES": str(file)}


def _board(client: httpx2.Client) -> None:
    board = lambda: client.get("/api/coverage/board").raise_for_status()  # noqa: E731
    found, cold = _timed(board)
    rows = found.json()["kinds"]
    sites = sum(row["zone"]["states"]["all"]["sites"] for row in rows)
    tell(f"board of {len(rows)} kinds, {sites:,} sites, first time", cold, COLD_S)
    tell("the same again", _median(board), WARM_S)
    page = lambda: client.get("/coverage").raise_for_status()  # noqa: E731
    _, first = _timed(page)
    tell("its page after that, first time", first, COLD_S)
    tell("its page again", _median(page), WARM_S)
    for kind in ("reading_room", "road"):
        path = f"/api/coverage.geojson?kind={kind}&state=all&radius=700&gaps=0"
        _, first = _timed(lambda path=path: client.get(path).raise_for_status())
        tried = _median(lambda path=path: client.get(f"{path}&add=116.40,35.36").raise_for_status())
        tell(f"{kind} with another radius, first time", first, COLD_S)
        tell(f"{kind} with a place tried out", tried, TRIED_S)


def _fill(zone: Zone) -> None:
    database = Database(settings_for(zone.storage))
    with database.write() as connection:
        put_places(connection, BUILDINGS, COMMUNITIES, BUILT_UP)
    database.close()


def _imported(engine: str) -> None:
    """A file of buildings from the command line: new, and the same again."""
    with generated(engine, 1_000) as zone, tempfile.TemporaryDirectory() as folder:
        database = Database(settings_for(zone.storage))
        with database.read() as connection:
            towns = list(connection.execute(select(t.town.c.geom)).scalars())
        database.close()
        spots = spots_in(np.random.default_rng(3), shapely.union_all(towns), BUILDINGS)
        houses = [shapely.box(spot.x, spot.y, spot.x + 2e-4, spot.y + 1e-4) for spot in spots]
        file = Path(folder) / "buildings.geojson"
        shapes = map(orjson.loads, shapely.to_geojson(houses))
        rows = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in shapes]
        file.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": rows}))
        words = [sys.executable, "-m", "app", "import-places", "building", str(file)]
        load = lambda: subprocess.run(words, env=os.environ | zone.env, check=True, capture_output=True)  # noqa: E731
        for what in ("new", "the same again"):
            _, spent = _timed(load)
            tell(f"import of {BUILDINGS:,} buildings into {engine}, {what}", spent, IMPORTED_S)


def _files(client: httpx2.Client) -> None:
    weeks = lambda: client.get("/api/coverage/timeline").raise_for_status()  # noqa: E731
    answer, first = _timed(weeks)
    told = answer.json()
    tell(f"{len(told['weeks'])} weeks of {len(told['kinds'])} kinds, first time", first, COLD_S)
    tell("the same again", _median(weeks), WARM_S)
    answer, first = _timed(lambda: client.get("/snapshot.html").raise_for_status())
    tell(f"snapshot of {FILE_SITES:,} sites, first time", first, None)
    answer, made = _timed(lambda: client.get("/snapshot.html").raise_for_status())
    tell("snapshot again", made, MADE_S)
    size = len(answer.content) / 1e6
    print(f"snapshot: {size:.2f} MB {'✓' if size < SIZE_MB else '✗'} (target {SIZE_MB:g})", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "map.html"
        file.write_bytes(answer.content)
        tell("snapshot opened without a network", _opened(file), OPENED_S)
    for name in ("/pack.pdf", "/pack.xlsx"):
        answer, spent = _timed(lambda name=name: client.get(f"{name}?item=20").raise_for_status())
        tell(f"{name} of item 20 ({len(answer.content) / 1e6:.1f} MB)", spent, PDF_S)


def _opened(file: Path) -> float:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(offline=True)
        times = []
        for _ in range(3):
            page = context.new_page()
            began = time.perf_counter()
            page.goto(file.as_uri())
            page.wait_for_selector('html[data-ready="yes"][data-ground="yes"]', timeout=60_000)
            times.append(time.perf_counter() - began)
            page.close()
        browser.close()
    return statistics.median(times)


def _timed(ask: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return ask(), time.perf_counter() - began


def _median(ask: Callable[[], Any]) -> float:
    return statistics.median(_timed(ask)[1] for _ in range(TIMES))


def tell(what: str, seconds: float, target: float | None) -> None:
    """One figure, and whether it is what was aimed at."""
    verdict = "" if target is None else f" {'✓' if seconds < target else '✗'} (target {target:g})"
    print(f"{what}: {seconds:.2f} s{verdict}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
