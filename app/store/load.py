"""Load the project's own data (ledger, boundaries, villages, context roads, sites) into a database.

Loading again is safe: facts of the ledger are renewed, a site's geometry is only replaced while
nobody has replaced it by an import or reported metres built along it, a layer of places to be served only
while nobody has imported one, and nothing that people entered is touched.
"""

from __future__ import annotations

import csv
import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape
from sqlalchemy import Connection, Table, delete, insert, select, update

from app.domain.codes import parse_site_code
from app.domain.privacy import is_withheld
from app.settings import ROOT
from app.store import tables as t
from app.store.moments import now
from app.store.publish import publish
from app.store.served.files import BadPlaces, load_places
from app.store.subjects import renew_subjects
from geo.errors import GeoError
from geo.geojson import normalise

DATA = ROOT / "data"
Step = Callable[[str], None]


class BadData(ValueError):
    """The files under data/ contradict each other or the rules; the text says where."""


def digest(data: Path = DATA) -> str:
    """SHA-256 over names and bytes of all data files: tells whether a database holds just these."""
    total = hashlib.sha256()
    for path in sorted(p for p in data.rglob("*") if p.suffix in {".toml", ".geojson", ".csv"}):
        total.update(path.relative_to(data).as_posix().encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_loaded(connection: Connection, data: Path = DATA) -> bool:
    """True when the database was loaded from exactly these files."""
    return connection.execute(select(t.zone.c.data_digest)).scalar() == digest(data)


def has_zone(connection: Connection) -> bool:
    """True when anything was ever loaded; without a zone there is nothing to serve."""
    return connection.execute(select(t.zone.c.id)).first() is not None


def load(
    connection: Connection, day: date | None, tolerance: float, data: Path = DATA, step: Step = print
) -> None:
    """Load everything in one transaction of the caller's; `step` is told what is being done.

    `day` None leaves publishing to the first reader. Errors: BadData, and nothing is saved.
    """
    ledger = tomllib.loads((data / "ledger" / "2023.toml").read_text("utf-8"))
    step("区划 · boundaries")
    _zone(connection, data)
    _towns(connection, data)
    _renew(connection, t.village, _villages(data), ["code"])
    _renew(connection, t.road, _roads(data), ["code"])
    try:
        load_places(connection, data)
    except (BadPlaces, GeoError) as error:
        raise BadData(str(error)) from error
    step("台账 · ledger")
    _ledger(connection, ledger)
    step("点位 · sites")
    kinds = tomllib.loads((data / "sites" / "kinds.toml").read_text("utf-8"))["kind"]
    fields = ("code", "zh", "en", "geometry", "measure", "pictogram")
    rows = [{"ord": ord, **{f: kind[f] for f in fields}} for ord, kind in enumerate(kinds)]
    _renew(connection, t.kind, rows, ["code"])
    leads = {item["no"]: item["lead"][0] for item in ledger["item"]}
    _sites(connection, data, leads, {kind["code"] for kind in kinds})
    renew_subjects(connection)
    connection.execute(update(t.zone).values(data_digest=digest(data), published_for=None))
    if day is not None:
        publish(connection, day, tolerance)


def _zone(connection: Connection, data: Path) -> None:
    (feature,) = _features(data / "boundaries" / "zone.geojson")
    values = {name: feature["properties"][name] for name in ("name", "name_en")}
    values["geom"] = normalise(shape(feature["geometry"]))
    if connection.execute(update(t.zone).values(values)).rowcount == 0:
        connection.execute(insert(t.zone).values(values | {"id": 1}))


def _towns(connection: Connection, data: Path) -> None:
    rows = [
        {
            **{name: feature["properties"][name] for name in ("code", "name", "name_en", "position")},
            "geom": normalise(shape(feature["geometry"])),
        }
        for feature in _features(data / "boundaries" / "towns.geojson")
    ]
    _renew(connection, t.town, rows, ["code"])


def _villages(data: Path) -> list[dict[str, Any]]:
    with (data / "boundaries" / "villages.csv").open(encoding="utf-8", newline="") as file:
        return [
            {
                "code": row["code12"],
                "town_code": row["town_code9"],
                "name": row["name"],
                "aliases": [alias for alias in row["aliases"].split(";") if alias],
                "in_2023": row["in_2023"] == "1",
            }
            for row in csv.DictReader(file)
        ]


def _roads(data: Path) -> list[dict[str, Any]]:
    return [
        {
            "code": feature["id"],
            **{name: feature["properties"][name] for name in ("name", "name_en", "class", "position")},
            **{name: feature["properties"].get(name) for name in ("remark", "remark_en")},
            "geom": normalise(shape(feature["geometry"])),
        }
        for feature in _features(data / "boundaries" / "roads.geojson")
    ]


def _ledger(connection: Connection, ledger: dict[str, Any]) -> None:
    programme = ledger["programme"]
    year = programme["year"]
    _renew(connection, t.programme, [{k: programme[k] for k in ("year", "title", "title_en")}], ["year"])
    _renew(connection, t.unit, ledger["unit"], ["code"])
    items, units, tasks, targets = [], [], [], []
    for item in ledger["item"]:
        no = item["no"]
        items.append({"no": no, "year": year, "title": item["title"], "title_en": item["title_en"]})
        for role in ("lead", "supporting"):
            units += [
                {"item_no": no, "role": role, "ord": ord, "unit_code": code}
                for ord, code in enumerate(item.get(role, []))
            ]
        for task in item["task"]:
            if is_withheld(no) != (task["on_map"] == "withheld"):
                raise BadData(f"item {no} task {task['no']}: on_map contradicts the privacy rule")
            tasks.append(
                {"item_no": no, "note": task.get("note"), "note_en": task.get("note_en")}
                | {k: task[k] for k in ("no", "title", "title_en", "on_map")}
            )
            targets += [
                _target(no, task["no"], ord, target) for ord, target in enumerate(task.get("target", []))
            ]
    connection.execute(delete(t.item_unit))
    _renew(connection, t.item, items, ["no"])
    _renew(connection, t.item_unit, units, ["item_no", "role", "ord"])
    _renew(connection, t.task, tasks, ["item_no", "no"])
    _renew(connection, t.target, targets, ["item_no", "task_no", "ord"])


def _target(item_no: int, task_no: int, ord: int, target: dict[str, Any]) -> dict[str, Any]:
    return {
        "item_no": item_no,
        "task_no": task_no,
        "ord": ord,
        "title": target["title"],
        "title_en": target["title_en"],
        "comparator": target["comparator"],
        "quantity": target.get("quantity"),
        "unit": target.get("unit_zh"),
        "unit_en": target.get("unit_en"),
        "kinds": target.get("kinds", []),
        "part_of": target.get("part_of"),
    }


def _sites(connection: Connection, data: Path, leads: dict[int, str], kinds: set[str]) -> None:
    moment = now()
    known = {row.code: row for row in connection.execute(_current_versions())}
    built = set(connection.execute(_reported_by_sections()).scalars())
    for path in sorted((data / "sites").glob("*.geojson")):
        source = f"data/sites/{path.name}"
        for feature in _features(path):
            row = _site(path.name, feature, leads, kinds)
            old = known.get(row["code"])
            drawn = {name: row.pop(name) for name in ("geom", "position")}
            version = 1 if old is None else old.geom_version + 1
            if old is None:
                connection.execute(
                    insert(t.site).values(row | drawn | {"geom_version": 1, "updated_at": moment})
                )
            else:
                connection.execute(update(t.site).where(t.site.c.code == row["code"]).values(row))
                if not old.source.startswith("data/") or shapely.equals_identical(old.geom, drawn["geom"]):
                    continue
                if (
                    row["code"] in built
                ):  # metres built are places on the old line: that needs somebody's word
                    continue
                newer = drawn | {"geom_version": version, "updated_at": moment}
                connection.execute(update(t.site).where(t.site.c.code == row["code"]).values(newer))
            kept = {"site_code": row["code"], "version": version, "source": source, "entered_at": moment}
            connection.execute(insert(t.site_version).values(kept | drawn))


def _reported_by_sections():
    """Sites with sections reported as built on their present geometry."""
    same = (t.report.c.subject_code == t.site.c.code) & (t.report.c.geom_version == t.site.c.geom_version)
    return select(t.site.c.code).join(t.report, same).distinct()


def _current_versions():
    """Each site with where its present geometry came from."""
    same = (t.site_version.c.site_code == t.site.c.code) & (t.site_version.c.version == t.site.c.geom_version)
    columns = (t.site.c.code, t.site.c.geom, t.site.c.geom_version, t.site_version.c.source)
    return select(*columns).join(t.site_version, same)


def _site(file: str, feature: dict[str, Any], leads: dict[int, str], kinds: set[str]) -> dict[str, Any]:
    properties = feature["properties"]
    code = parse_site_code(properties["code"])
    if (code.item, code.task) != (properties["item"], properties["task"]) or feature["id"] != str(code):
        raise BadData(f"{file}: {properties['code']} does not agree with its id, item or task")
    if is_withheld(code.item):
        raise BadData(f"{file}: item {code.item} must not be located more precisely than the town")
    if properties["kind"] not in kinds:
        raise BadData(f"{file}: {code} has the unknown kind {properties['kind']!r}")
    return {
        "code": str(code),
        "item_no": code.item,
        "task_no": code.task,
        "town_code": properties["town"],
        "lead_unit": leads[code.item],
        **{name: properties[name] for name in ("kind", "title", "title_en", "position")},
        **{name: properties.get(name) for name in ("road", "remark", "remark_en")},
        "geom": normalise(shape(feature["geometry"])),
    }


def _features(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text("utf-8"))["features"]


def _renew(connection: Connection, table: Table, rows: Iterable[dict[str, Any]], key: list[str]) -> None:
    """Insert or update each row by its key; rows that are no longer in the data stay."""
    for row in rows:
        match = [table.c[name] == row[name] for name in key]
        values = {name: value for name, value in row.items() if name not in key}
        if not values or connection.execute(update(table).where(*match).values(values)).rowcount == 0:
            connection.execute(insert(table).values(row))
