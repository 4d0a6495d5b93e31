"""Which geometry every site had: the present one, or the newest version known at an earlier moment."""

from __future__ import annotations

from collections.abc import Collection

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Select, and_, func, or_, select

from app.store import tables as t
from app.store.asof import AsOf

COLUMNS = ("geom", "position", "geom_version", "updated_at")


def drawn(as_of: AsOf | None, codes: Collection[str] | None = None) -> Select:
    """``code, geom, position, geom_version, updated_at`` of each site as of then (None: now).

    The sites of the programme itself (those from ``data/``) are there from the start; a site that was
    added later is left out of what was shown before.
    """
    if as_of is None or as_of.before is None:
        query = select(t.site.c.code, *(t.site.c[name] for name in COLUMNS))
        return query if codes is None else query.where(t.site.c.code.in_(codes))
    version = t.site_version.c
    rank = func.row_number().over(partition_by=version.site_code, order_by=version.version.desc())
    given = and_(version.version == 1, version.source.startswith("data/", autoescape=True))
    known = select(
        version.site_code.label("code"),
        version.geom,
        version.position,
        version.version.label("geom_version"),
        version.entered_at.label("updated_at"),
        rank.label("rank"),
    ).where(or_(version.entered_at < as_of.before, given))
    if codes is not None:
        known = known.where(version.site_code.in_(codes))
    newest = known.subquery()
    return select(newest.c.code, *(newest.c[name] for name in COLUMNS)).where(newest.c.rank == 1)


def drawn_as(connection: Connection, code: str, version: int) -> BaseGeometry | None:
    """A site's geometry in one of its versions, also an older one; None when there never was such a
    version."""
    versions = t.site_version.c
    query = select(versions.geom).where(versions.site_code == code, versions.version == version)
    return connection.execute(query).scalar()
