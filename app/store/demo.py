"""Demonstration data: a plan and weekly reports that show every state, marked as sample throughout."""

from __future__ import annotations

import tomllib
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, exists, insert, select, update

from app.domain.weeks import Week
from app.errors import Refused
from app.settings import ROOT
from app.store import tables as t

DEMO = ROOT / "data" / "demo" / "2023.toml"
_NAMES = uuid.UUID("5f2a4f0e-8f5a-4b5e-9a38-6a8d2b1c2023")


def is_demo(connection: Connection) -> bool:
    """True when the demonstration has been put in."""
    return connection.execute(select(t.zone.c.sample_today)).scalar() is not None


def put_demo(connection: Connection, path: Path = DEMO) -> date:
    """Enter the demonstration's rows and set its day; the day is returned. Publishing is the caller's.

    Errors: Refused when anybody's real progress is already in the database; nothing is changed.
    """
    if is_demo(connection):
        return connection.execute(select(t.zone.c.sample_today)).scalar_one()
    for table in (t.plan, t.report, t.acceptance, t.town_count):
        if connection.execute(select(exists().where(~table.c.sample))).scalar():
            raise Refused(
                "数据库中已有真实进度，不能混入演示数据。请用 MINSHENG_DATA 指定另一个文件夹。",
                "This database holds real progress; demonstration data must not be mixed in. "
                "Set MINSHENG_DATA to another folder.",
            )
    demo = tomllib.loads(path.read_text("utf-8"))
    today = demo["today"]
    for site in demo["site"]:
        _site(connection, site)
    for count in demo.get("town_count", []):
        key = {
            "item_no": count["item"],
            "task_no": count["task"],
            "target_ord": count["target"],
            "sample": True,
        }
        for town, quantity in count["quantities"].items():
            connection.execute(insert(t.town_count).values(key | {"town_code": town, "quantity": quantity}))
    connection.execute(update(t.zone).values(sample_today=today, published_for=None))
    return today


def _site(connection: Connection, site: dict[str, Any]) -> None:
    code = site["code"]
    plan = {"site_code": code, "start": site["start"], "end": site["end"], "sample": True}
    entered = date(site["start"].year, 1, 16)
    connection.execute(
        insert(t.plan).values(plan | {"milestones": site.get("milestones", []), "entered_on": entered})
    )
    stopped = Week.parse(site["stopped_week"]) if "stopped_week" in site else None
    week = Week.parse(site["first"]) if "first" in site else None
    for percent in site.get("weekly", []):
        assert week is not None
        if percent >= 0:
            friday = week.monday + timedelta(days=4)
            row = {
                "id": str(uuid.uuid5(_NAMES, f"{code}/{week}")),
                "site_code": code,
                "week_monday": week.monday,
                "percent": float(percent),
                "suspended_reason": site["stopped_reason"] if week == stopped else None,
                "entered_at": datetime.combine(friday, datetime.min.time(), UTC) + timedelta(hours=2),
                "sample": True,
            }
            connection.execute(insert(t.report).values(row))
        week = Week.of(week.monday + timedelta(days=7))
    if "accepted_on" in site:
        row = {"site_code": code, "accepted_on": site["accepted_on"], "accepted_by": site["accepted_by"]}
        connection.execute(insert(t.acceptance).values(row | {"sample": True}))
