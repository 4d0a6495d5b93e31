"""Generated sites for the contract suite and the benchmark: mixed shapes, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import shapely
from sqlalchemy import Connection, insert

from app.store import tables as t
from app.store import triggers
from app.store.moments import ZONE_TIME
from geo.geojson import normalise

WEST, SOUTH, EAST, NORTH = 116.36, 35.32, 116.465, 35.465
TOWNS = ("370829104", "370829108")
# item, task, kind, shape: as in the ledger
KINDS = (
    (20, 1, "road", "line"),
    (20, 3, "heating_main", "line"),
    (20, 4, "gas_main", "line"),
    (20, 2, "greening", "polygon"),
    (21, 1, "transfer_station", "polygon"),
    (9, 1, "reading_room", "point"),
    (3, 1, "counselling_room", "point"),
)
LEADS = {20: "jianshe", 21: "zhifa", 9: "shehui", 3: "weijian"}
MOMENT = datetime(2023, 6, 1, tzinfo=UTC)
PLANNED = datetime(2023, 1, 1, tzinfo=ZONE_TIME)
DAY = date(2023, 7, 14)


def shapes(rng: np.random.Generator, count: int) -> Iterator[tuple[str, shapely.Geometry]]:
    """`count` pairs of shape name and geometry; some cross, some touch, some coincide."""
    for index in range(count):
        shape = KINDS[index % len(KINDS)][3]
        lon, lat = rng.uniform(WEST, EAST), rng.uniform(SOUTH, NORTH)
        if rng.random() < 0.1:  # on a grid, so that distances tie and boxes touch
            lon, lat = round(lon, 2), round(lat, 2)
        if shape == "point":
            yield shape, shapely.Point(lon, lat)
        elif shape == "line":
            steps = rng.normal(0, 0.002, (rng.integers(1, 8), 2))
            yield shape, shapely.LineString(np.vstack([(lon, lat), (lon, lat) + np.cumsum(steps, axis=0)]))
        else:
            half = rng.uniform(0.0002, 0.002, 2)
            box = shapely.box(lon - half[0], lat - half[1], lon + half[0], lat + half[1])
            hole = shapely.box(lon - half[0] / 2, lat - half[1] / 2, lon + half[0] / 2, lat + half[1] / 2)
            yield shape, box.difference(hole) if rng.random() < 0.3 else box


def put_sites(connection: Connection, count: int, seed: int = 7) -> list[str]:
    """Replace all sites by `count` generated ones with plans and reports; their codes are returned.

    The ledger is emptied, which nobody but its owner can do: `connection` is that of `Database.owning`.
    """
    _clear(connection)
    rng = np.random.default_rng(seed)
    sites, versions, subjects, plans, reports = [], [], [], [], []
    for index, (_, geom) in enumerate(shapes(rng, count)):
        item, task, kind, _ = KINDS[index % len(KINDS)]
        code = f"{item:02d}-{task}-{index // len(KINDS) + 1:05d}"
        drawn = {"position": "illustrative", "geom": normalise(geom)}
        subjects.append({"code": code, "item_no": item, "task_no": task, "site_code": code, "reported": True})
        versions.append(
            {"site_code": code, "version": 1, "source": "generated", "entered_at": MOMENT, **drawn}
        )
        sites.append(
            {
                "code": code,
                "item_no": item,
                "task_no": task,
                "kind": kind,
                "title": f"生成点位 {index}" + (" 文祥路" if index % 50 == 0 else ""),
                "title_en": f"Generated site {index}",
                "town_code": TOWNS[int(geom.centroid.y < 35.385)],
                "lead_unit": LEADS[item],
                "road": "呈祥大道" if index % 9 == 0 else None,
                "geom_version": 1,
                "updated_at": MOMENT,
                **drawn,
            }
        )
        if index % 5:
            start = DAY - timedelta(days=int(rng.integers(-30, 200)))
            end = start + timedelta(days=int(rng.integers(20, 250)))
            plan = {
                "subject_code": code,
                "start": start,
                "end": end,
                "milestones": [],
                "entered_at": PLANNED,
            }
            plans.append(plan)
        if index % 3:
            monday = DAY - timedelta(days=DAY.weekday() + 7 * int(rng.integers(0, 3)))
            reports.append(
                {
                    "id": f"generated-{index}",
                    "subject_code": code,
                    "week_monday": monday,
                    "percent": float(rng.choice([0, 20, 50, 80, 100])),
                    "suspended_reason": "生成" if index % 17 == 0 else None,
                    "entered_at": datetime.combine(monday + timedelta(days=4), time(10), ZONE_TIME),
                }
            )
    made = ((t.site, sites), (t.site_version, versions), (t.subject, subjects), (t.plan, plans))
    for table, rows in (*made, (t.report, reports)):
        for first in range(0, len(rows), 5_000):
            connection.execute(insert(table), rows[first : first + 5_000])
    return [site["code"] for site in sites]


def _clear(connection: Connection) -> None:
    """Delete all sites and what was ever entered."""
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        triggers.lift(connection)
    emptied = {*t.APPEND_ONLY, "published_site", "site"}
    for table in reversed(t.metadata.sorted_tables):
        if table is t.subject:
            connection.execute(t.subject.delete().where(t.subject.c.site_code.is_not(None)))
        elif table.name in emptied:
            connection.execute(table.delete())
    if on_sqlite:
        triggers.put(connection)
