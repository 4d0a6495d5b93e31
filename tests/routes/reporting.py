"""What tests of the report form share: a browser without scripts that fills it in and reads the answer."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from PIL import Image
from sqlalchemy import func, select

from app.store import tables as t
from tests.routes.html import Element, parse

MONDAY = date(2023, 7, 10)
HTML = {"accept": "text/html"}
WEEK = "2023-W28"
PARK, MAIN, TASK = "20-2-02", "20-3-02", "12-1"
"""A place, a line, and a task counted per town (led by other_unit)."""


def rows(client, table: Any, **where: Any) -> list[Any]:
    database = client.app.state.live.database
    query = select(table)
    for name, value in where.items():
        query = query.where(table.c[name] == value)
    with database.read() as connection:
        return connection.execute(query.order_by(*table.primary_key.columns)).all()


def count(client, table: Any) -> int:
    with client.app.state.live.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def count_reports(client, code: str) -> int:
    return len(rows(client, t.report, subject_code=code, week_monday=MONDAY))


def opened(person, address: str, status: int = 200) -> Element:
    answer = person.get(address, headers=HTML)
    assert answer.status_code == status, answer.text[:800]
    return parse(answer.text)


def hidden(page: Element) -> dict[str, str]:
    fields = [one.attributes for one in page.all("input") if one.attributes.get("type") == "hidden"]
    return {one["name"]: one["value"] for one in fields}


def fields(page: Element) -> dict[str, str]:
    """What a browser would send of the form as it stands, buttons and files aside."""
    (form,) = [one for one in page.all("form") if one.attributes.get("id") == "report-form"]
    found = {}
    outside = [one for one in page.all() if one.attributes.get("form") == "report-form"]
    for one in [*form.all(), *outside]:
        attributes = one.attributes
        if one.tag == "textarea":
            found[attributes["name"]] = one.text
        elif one.tag == "select":
            chosen = [option for option in one.all("option") if "selected" in option.attributes]
            found[attributes["name"]] = (chosen or one.all("option"))[0].attributes["value"]
        elif one.tag == "input" and attributes.get("type") in ("checkbox", "radio"):
            if "checked" in attributes:
                found[attributes["name"]] = attributes["value"]
        elif one.tag == "input" and attributes.get("type") != "file" and "name" in attributes:
            found[attributes["name"]] = attributes.get("value", "")
    return found


def send(person, code: str, page: Element | None = None, files: Any = None, week: str = WEEK, **typed: Any):
    page = page or opened(person, f"/report/{code}?week={week}")
    data = fields(page) | {name.replace("__", "."): value for name, value in typed.items()}
    return person.post(f"/report/{code}?week={week}", data=data, files=files or {}, headers=HTML)


def faults(answer) -> list[str]:
    return [one.text for one in parse(answer.text).by_id("faults").all("li")]


def photo(colour: str = "red", size: int = 60) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(out, "JPEG")
    return out.getvalue()
