"""The demonstration: a made-up year, written with the same functions as a real one and marked as sample.

Plans, weekly reports, corrections, verdicts, blockages, directives and inspections of ``data/demo`` are
entered in the order in which they would have happened, each at its moment of the ledger's clock, so that
past weeks, timelines and the audit tell the same story.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, exists, insert, select, update

from app.errors import Refused
from app.settings import ROOT
from app.store import tables as t
from app.store.demostory import Story

DEMO = ROOT / "data" / "demo" / "2023.toml"
PROGRESS = (t.plan, t.report, t.acceptance, t.blockage, t.directive, t.inspection, t.town_count)
"""Where real progress would be; accounts and their audit may be there before."""


def is_demo(connection: Connection) -> bool:
    """True when the demonstration has been put in."""
    return connection.execute(select(t.zone.c.sample_today)).scalar() is not None


def put_demo(connection: Connection, path: Path = DEMO) -> date:
    """Enter the demonstration's rows and set its day; the day is returned. Publishing is the caller's.

    Errors: Refused when anybody's real progress is already in the database; nothing is changed.
    """
    if is_demo(connection):
        return connection.execute(select(t.zone.c.sample_today)).scalar_one()
    for table in PROGRESS:
        if connection.execute(select(exists().where(~table.c.sample))).scalar():
            raise Refused(
                "数据库中已有真实进度，不能混入演示数据。请用 MINSHENG_DATA 指定另一个文件夹。",
                "This database holds real progress; demonstration data must not be mixed in. "
                "Set MINSHENG_DATA to another folder.",
            )
    demo = tomllib.loads(path.read_text("utf-8"))
    for count in demo.get("town_count", []):
        key = {
            "item_no": count["item"],
            "task_no": count["task"],
            "target_ord": count["target"],
            "sample": True,
        }
        for town, quantity in count["quantities"].items():
            connection.execute(insert(t.town_count).values(key | {"town_code": town, "quantity": quantity}))
    Story(connection, demo).tell()
    connection.execute(update(t.zone).values(sample_today=demo["today"], published_for=None))
    return demo["today"]
