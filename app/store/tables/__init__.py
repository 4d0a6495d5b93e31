"""The tables of one zone. On PostgreSQL they live in the zone's own schema (``schema_translate_map``).

===========  =====================================================================================
facts        zone, town, village, road, unit, kind, programme, item, task, target: from ``data/``
places       site, site_version, subject, and published_site (derived)
served       served_place: villages, communities, buildings, built-up land
ledger       change, plan, report, acceptance, blockage, directive, inspection, dispute, photo:
             append-only
people       account, session, attempt, upload, photo_upload
===========  =====================================================================================
"""

from app.store.tables.base import metadata
from app.store.tables.facts import (
    item,
    item_unit,
    kind,
    programme,
    road,
    target,
    task,
    town,
    town_count,
    unit,
    village,
    zone,
)
from app.store.tables.ledger import (
    APPEND_ONLY,
    acceptance,
    blockage,
    blockage_step,
    change,
    directive,
    directive_step,
    dispute,
    dispute_decision,
    inspection,
    inspection_revision,
    photo,
    plan,
    report,
)
from app.store.tables.people import account, attempt, photo_upload, session, upload
from app.store.tables.places import published_site, site, site_version, subject
from app.store.tables.served import served_place

__all__ = [
    "APPEND_ONLY",
    "acceptance",
    "account",
    "attempt",
    "blockage",
    "blockage_step",
    "change",
    "directive",
    "directive_step",
    "dispute",
    "dispute_decision",
    "inspection",
    "inspection_revision",
    "item",
    "item_unit",
    "kind",
    "metadata",
    "photo",
    "photo_upload",
    "plan",
    "programme",
    "published_site",
    "report",
    "road",
    "served_place",
    "session",
    "site",
    "site_version",
    "subject",
    "target",
    "task",
    "town",
    "town_count",
    "unit",
    "upload",
    "village",
    "zone",
]
