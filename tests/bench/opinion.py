"""`python -m tests.bench.opinion`: covered areas beside those of PostGIS.

Two independent ways to the same number: ours on an equal-area plane, PostGIS's on the spheroid (`ST_Buffer`
on geography, `ST_Union`, `ST_Area`). Printed as a table for the sample zone and for 1,000 generated sites,
every kind and town, all sites counted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from geoalchemy2 import Geography, Geometry
from sqlalchemy import Connection, cast, func, select, true
from starlette.testclient import TestClient

from app.store import tables as t
from tests.bench.zone import generated
from tests.support.clients import client
from tests.support.databases import storage
from tests.support.generated import DAY

SITES = 1_000
ALLOWED = 0.005
"""The largest share by which the two may differ."""
CORNERS = "quad_segs=32"


def main() -> int:
    """Prints the tables; 1 when a difference is larger than what is allowed."""
    worst = 0.0
    with TemporaryDirectory(prefix="minsheng-bench-") as folder:
        with storage("postgis", Path(folder)) as place, client(place, demo=True) as made:
            worst = max(worst, _table("sample zone, 24 sites", made))
    with generated("postgis", SITES) as zone, client(zone.storage, today=DAY.isoformat()) as made:
        worst = max(worst, _table(f"{SITES:,} generated sites", made))
    print(f"largest difference {worst:.3%} (allowed {ALLOWED:.1%})")
    return 0 if worst <= ALLOWED else 1


def _table(title: str, made: TestClient) -> float:
    print(f"\n{title}\n")
    print("| kind | metres | town | ours km² | PostGIS km² | difference |\n|---|---|---|---|---|---|")
    app: Any = made.app
    worst = 0.0
    for row in made.get("/api/coverage/board").json()["kinds"]:
        with app.state.live.database.read() as connection:
            theirs = covered(connection, row["kind"], row["radius_m"])
        for town in row["towns"]:
            ours = town["states"]["all"]["covered_km2"]
            other = theirs.get(town["town_code"], 0.0)
            if not ours and other < 1e-6:
                continue
            difference = ours / other - 1.0
            worst = max(worst, abs(difference))
            cells = f"{row['radius_m']:g} | {town['town']} | {ours:.4f} | {other:.4f} | {difference:+.3%}"
            print(f"| {row['kind']} | {cells} |")
    return worst


def covered(connection: Connection, kind: str, radius_m: float) -> dict[str, float]:
    """Square kilometres within `radius_m` of a kind's sites, by town code, as PostGIS counts them."""
    disc = func.ST_Buffer(cast(t.published_site.c.geom, Geography), radius_m, CORNERS)
    served = func.ST_Union(cast(disc, Geometry))
    area = func.ST_Area(cast(func.ST_Intersection(t.town.c.geom, served), Geography)) / 1e6
    query = (
        select(t.town.c.code, area)
        .join_from(t.town, t.published_site, true())
        .where(t.published_site.c.kind == kind)
        .group_by(t.town.c.code, t.town.c.geom)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


if __name__ == "__main__":
    sys.exit(main())
