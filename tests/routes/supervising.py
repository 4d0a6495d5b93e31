"""What tests of blockages, directives and the board share: people at work, requests with ids and versions."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from tests.routes.html import Element, parse
from tests.support.people import Person, signed_in

DAY = date(2023, 7, 14)
"""The demonstration's day."""
SITE = "20-1-01"
PAGE = {"accept": "text/html"}


def days(count: int) -> str:
    """So many days after the demonstration's, as text."""
    return (DAY + timedelta(days=count)).isoformat()


def new_id() -> str:
    """A client's UUID."""
    return str(uuid.uuid4())


def match(version: int) -> dict[str, str]:
    """The If-Match header."""
    return {"if-match": f'"{version}"'}


def opened(person: Person, **more: Any) -> dict[str, Any]:
    """A new blockage's receipt."""
    words = {"subject": SITE, "title": "管线未迁改", "text": "权属单位未确认方案。"}
    answer = person.post("/api/blockages", json={"id": new_id(), **words, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def given(leader: Person, **more: Any) -> dict[str, Any]:
    """A new directive's receipt."""
    words = {"item": 20, "unit": "jianshe", "due": days(7), "text": "月底前完成迁改。"}
    answer = leader.post("/api/directives", json={"id": new_id(), **words, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def read(person: Person, path: str, status: int = 200) -> Element:
    """A page taken apart."""
    answer = person.get(path, headers=PAGE)
    assert answer.status_code == status, answer.text[:2000]
    return parse(answer.text)


def hidden_fields(form: Element) -> dict[str, str]:
    """What a form carries without being filled in."""
    inputs = [one.attributes for one in form.all("input") if one.attributes.get("type") == "hidden"]
    return {one["name"]: one.get("value", "") for one in inputs}


def people(client: Any, *names: str) -> tuple[Person, ...]:
    """Several signed-in people."""
    return tuple(signed_in(client, name) for name in names)
