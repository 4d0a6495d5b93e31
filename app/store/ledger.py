"""The ledger as people read it: items with their units, tasks and targets, and how far each of them is."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import Connection, select

from app.domain.codes import task_code
from app.domain.figures import own_targets
from app.domain.privacy import is_withheld
from app.domain.services import told_by_town
from app.domain.status import StatusCode
from app.i18n import translate
from app.store import tables as t
from app.store.book import Book
from app.store.ledgerfigures import line_members, progress_members, target_members, town_quantities

ON_MAP = ("located", "withheld", "town", "zone")
"""How a task is on the map; an item shows the first of these that any of its tasks has."""


def read_items(connection: Connection, book: Book, lang: str) -> list[dict[str, Any]]:
    """All items in order, as far as `book` says they are; only with sites that were drawn by then."""
    units = _units(connection)
    tasks = _tasks(connection, book, lang)
    items = []
    for row in connection.execute(select(t.item).order_by(t.item.c.no)):
        own = tasks[row.no]
        counts = Counter(site["status"] for task in own for site in task["sites"])
        items.append(
            {
                "no": row.no,
                "title": row.title,
                "title_en": row.title_en,
                "on_map": on_map([task["on_map"] for task in own]),
                "lead_units": units[row.no, "lead"],
                "supporting_units": units[row.no, "supporting"],
                "status_counts": dict(counts),
                **progress_members(book.items.get(row.no), [task["complete"] for task in own]),
                "tasks": own,
            }
        )
    for item in items:
        item["on_map_label"] = translate(lang, f"on_map.{item['on_map']}")
    return items


def on_map(tasks: list[str]) -> str:
    """How an item is on the map, from its tasks."""
    return next((value for value in ON_MAP if value in tasks), "zone")


def target_text(row: Any, lang: str) -> str:
    """A target as a phrase, such as ``不少于 6 次``."""
    title, unit = (row.title, row.unit) if lang == "zh" else (row.title_en, row.unit_en)
    text = translate(lang, f"comparator.{row.comparator}", title=title, quantity=row.quantity, unit=unit)
    return text.strip()


def read_targets(connection: Connection, item_no: int, task_no: int, lang: str) -> list[dict[str, Any]]:
    """The targets of one task."""
    query = select(t.target).where(t.target.c.item_no == item_no, t.target.c.task_no == task_no)
    return [_target(row, lang) for row in connection.execute(query.order_by(t.target.c.ord))]


def read_units(connection: Connection, item_no: int, role: str) -> list[dict[str, str]]:
    """The units of one item in one role (``lead`` or ``supporting``)."""
    return _units(connection)[item_no, role]


def _units(connection: Connection) -> defaultdict[tuple[int, str], list[dict[str, str]]]:
    query = (
        select(t.item_unit.c.item_no, t.item_unit.c.role, t.unit)
        .join(t.unit, t.unit.c.code == t.item_unit.c.unit_code)
        .order_by(t.item_unit.c.item_no, t.item_unit.c.role, t.item_unit.c.ord)
    )
    found: defaultdict[tuple[int, str], list[dict[str, str]]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.item_no, row.role].append({"code": row.code, "name": row.name, "name_en": row.name_en})
    return found


def _tasks(connection: Connection, book: Book, lang: str) -> defaultdict[int, list[dict]]:
    targets: defaultdict[tuple[int, int], list] = defaultdict(list)
    for row in connection.execute(
        select(t.target).order_by(t.target.c.item_no, t.target.c.task_no, t.target.c.ord)
    ):
        targets[row.item_no, row.task_no].append(row)
    sites = _sites(connection, book, lang)
    counts = _town_counts(connection, book)
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(select(t.task).order_by(t.task.c.item_no, t.task.c.no)):
        key = (row.item_no, row.no)
        line, rolled = book.lines.get(task_code(*key)), book.tasks.get(key)
        own = set(own_targets(targets[key]))
        sent_back = [one["sent_back"] for one in sites[key]] + [line is not None and _sent_back(line)]
        found[row.item_no].append(
            {
                "no": row.no,
                "code": task_code(*key),
                "title": row.title,
                "title_en": row.title_en,
                "on_map": row.on_map,
                "on_map_label": translate(lang, f"on_map.{row.on_map}"),
                "note": row.note,
                "note_en": row.note_en,
                **progress_members(rolled, [not any(sent_back)]),
                "subject": line_members(line, lang) if line is not None else None,
                "targets": [
                    _target(target, lang)
                    | target_members(target, rolled.targets[n] if rolled else None, line, target.ord in own)
                    for n, target in enumerate(targets[key])
                ],
                "sites": sites[key],
                "town_counts": [] if row.on_map == "zone" else counts(key, targets[key]),
            }
        )
    return found


def _sites(
    connection: Connection, book: Book, lang: str
) -> defaultdict[tuple[int, int], list[dict[str, Any]]]:
    sites: defaultdict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for line in book.lines.values():
        subject = line.subject
        if not subject.site:
            continue
        status = line.status.code.value
        sites[subject.item_no, subject.task_no].append(
            {
                "code": line.code,
                "title": subject.title,
                "title_en": subject.title_en,
                "kind": subject.kind,
                "status": status,
                "status_label": translate(lang, f"status.{status}"),
                "reported_percent": line.status.inputs["reported_percent"],
                "sent_back": _sent_back(line),
            }
        )
    return sites


def _sent_back(line: Any) -> bool:
    """Whether what is reported complete was not accepted: it is not done then, whatever the figures say."""
    not_done = line.status.code in (StatusCode.LAGGING, StatusCode.OVERDUE)
    return not_done and line.report is not None and line.report.percent >= 100


def _target(row: Any, lang: str) -> dict[str, Any]:
    fields = ("title", "title_en", "comparator", "quantity", "unit", "unit_en", "part_of")
    return {name: getattr(row, name) for name in fields} | {"text": target_text(row, lang)}


def _town_counts(connection: Connection, book: Book):
    """A function from a task and its targets to its quantities per town; null where nobody entered one, and
    where small numbers of homes or persons are held back (``held_back``)."""
    towns = connection.execute(
        select(t.town.c.code, t.town.c.name, t.town.c.name_en).order_by(t.town.c.code)
    ).all()
    entered = {
        (row.item_no, row.task_no, row.target_ord, row.town_code): row
        for row in connection.execute(select(t.town_count))
    }

    def counts(key: tuple[int, int], targets: list) -> list[dict[str, Any]]:
        found = []
        line = book.lines.get(task_code(*key))
        for target in targets:
            if target.quantity is None or target.comparator == "rate" or target.kinds:
                continue
            done = town_quantities(line, target.ord)
            rows = {town.code: entered.get((*key, target.ord, town.code)) for town in towns}
            asked = {code: row.quantity for code, row in rows.items() if row and row.quantity is not None}
            held = is_withheld(key[0]) and None in (told_by_town(done), told_by_town(asked))
            for town in towns:
                row = rows[town.code]
                found.append(
                    {
                        "town_code": town.code,
                        "town": town.name,
                        "town_en": town.name_en,
                        "target": target.title,
                        "target_en": target.title_en,
                        "quantity": row.quantity if row and not held else None,
                        "done": None if held else done.get(town.code),
                        "held_back": held,
                        "unit": target.unit,
                        "unit_en": target.unit_en,
                        "sample": bool(row and row.sample) or bool(done and line and line.report.sample),
                    }
                )
        return found

    return counts
