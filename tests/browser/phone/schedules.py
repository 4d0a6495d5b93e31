"""Random schedules for the telephone's outbox: what people do, what the line does, when pages die."""

from __future__ import annotations

import base64
import hashlib
import io
import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from tests.support.faults import Fault

NOW = datetime.now(UTC)
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MOST_SKEW_MS = 40 * DAY_MS


# Requests by kind, and how many of each meet something at most.
KINDS = {
    ("GET", "/api/phone/me"): 2,
    ("POST", "/api/inspections$"): 4,
    ("POST", "/api/inspections/.*/revisions"): 3,
    ("POST", "/api/photo-uploads$"): 3,
    ("PATCH", "/api/photo-uploads/"): 8,
    ("GET", "/api/photo-uploads/"): 3,
}
# Drawn evenly, so that what is named twice comes twice as often.
FAULTS = [
    *("pass", "pass", "pass", "refuse", "cut_body", "cut_body", "cut_answer", "cut_answer", "late", "before"),
    *(
        "after",
        "after",
        "busy",
        "slow",
        "twice",
        "both",
        "portal",
        "redirect",
        "odd",
        "signed_out",
        *("stranger", "forbidden"),
    ),
]


@dataclass
class Schedule:
    """`steps` are methods of the driver's Phone with their arguments; `faults` meet its requests of each kind
    in turn."""

    number: int
    steps: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[tuple[str, str], list[Fault]] = field(default_factory=dict)
    skew: int = 0
    locks: bool = True

    def as_json(self) -> dict[str, Any]:
        """As the driver takes it."""
        return {
            "line": self.line,
            "skew": self.skew,
            "locks": self.locks,
            "steps": self.steps,
        }

    @property
    def line(self) -> str:
        """The name by which the proxy knows its requests."""
        return f"line-{self.number}"


def schedules(seed: int, count: int, subjects: list[str]) -> list[Schedule]:
    """The same seed gives the same schedules, but for the moments in them."""
    return [_schedule(random.Random(f"{seed}/{number}"), number, subjects) for number in range(count)]


def _schedule(chance: random.Random, number: int, subjects: list[str]) -> Schedule:
    made = Schedule(number, locks=chance.random() < 0.7)
    made.skew = chance.choice([0, 0, chance.randint(-MOST_SKEW_MS, MOST_SKEW_MS)])
    made.faults = {kind: _faults(chance, most) for kind, most in KINDS.items()}
    tabs = chance.choice([1, 1, 2])
    filed: list[str] = []
    for _ in range(chance.randint(1, 3)):
        step = _filing(chance, chance.choice(subjects), chance.randrange(tabs))
        filed.append(step["id"])
        made.steps.append(step)
        for _ in range(chance.randint(0, 3)):
            event = _event(chance, filed, tabs)
            if event["do"] == "mend":
                # before it goes, while it goes, and after
                made.steps.append({"do": "settle", "ms": chance.choice([0, 20, 60, 400, 400])})
            made.steps.append(event)
    made.steps.append({"do": "weather", "rounds": 6, "tabs": tabs, "hour": HOUR_MS})
    return made


def _filing(chance: random.Random, subject: str, tab: int) -> dict[str, Any]:
    moment = (NOW - timedelta(minutes=chance.randint(0, 600))).isoformat(timespec="milliseconds")
    position = {
        "lon": round(chance.uniform(116.3, 116.4), 6),
        "lat": round(chance.uniform(35.4, 35.45), 6),
        "accuracy_m": chance.randint(3, 40),
        "at": moment,
        "source": "device",
    }
    step: dict[str, Any] = {
        "do": "file",
        "id": _id(chance),
        "tab": tab,
        "checkin": {
            "subject": subject,
            "verdict": chance.choice(["ok", "problem", "stopped"]),
            "finding": f"现场情况 {chance.getrandbits(48):x}",
            "made_at": moment,
            "position": chance.choice([position, None]),
        },
        "photos": [_photo(chance, moment) for _ in range(chance.choice([0, 1, 1, 2, 3]))],
    }
    if chance.random() < 0.35:
        step["kill"] = {
            "at": chance.choice(["save", "photo", "put", "put", "put"]),
            "ms": chance.choice([0, 0, 1, 2, 5, 9]),
        }
    step["abandon"] = chance.random() < 0.12
    return step


def _event(chance: random.Random, filed: list[str], tabs: int) -> dict[str, Any]:
    tab = chance.randrange(tabs)
    kind = chance.choices(["killAt", "kill", "mend", "clockTo", "wait", "send"], [30, 12, 18, 10, 20, 10])[0]
    if kind == "killAt":
        return {"do": kind, "tab": tab, "when": chance.choice(["begin", "end"]), "n": chance.randint(1, 7)}
    if kind == "mend":
        step = {
            "do": kind,
            "tab": tab,
            "id": chance.choice(filed),
            "finding": f"改为 {chance.getrandbits(48):x}",
        }
        if chance.random() < 0.25:
            step["kill"] = {"at": "revise", "ms": chance.choice([0, 1, 3])}
        return step
    if kind == "clockTo":
        return {"do": kind, "skew": chance.randint(-MOST_SKEW_MS, MOST_SKEW_MS)}
    if kind == "wait":
        return {"do": kind, "ms": chance.choice([0, 5, 20, 60])}
    return {"do": kind, "tab": tab}


def _faults(chance: random.Random, most: int) -> list[Fault]:
    """At most one 403: twice in a row, after the token was renewed, it is the server's last word."""
    found = [_fault(chance) for _ in range(chance.randint(0, most))]
    first = next((one for one in found if one.kind == "forbidden"), None)
    return [one for one in found if one.kind != "forbidden" or one is first]


def _fault(chance: random.Random) -> Fault:
    kind = chance.choice(FAULTS)
    at = {
        "busy": chance.choice([0, 1, 30]),
        "cut_body": chance.randint(0, 900),
        "cut_answer": chance.choice([0, 0, 40, 400]),
    }
    seconds = {"slow": 0.03, "late": chance.choice([0.01, 0.1, 0.3])}
    return Fault(kind, at.get(kind, 0), seconds.get(kind, 0.0))


def _photo(chance: random.Random, moment: str) -> dict[str, Any]:
    """A picture that nobody else has, as `prepare` would hand it over."""
    pixels = Image.frombytes("RGB", (16, 12), chance.randbytes(576)).resize((64, 48))
    out = io.BytesIO()
    pixels.save(out, "JPEG", quality=chance.choice([60, 90]))
    content = out.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    record = {
        "id": _id(chance),
        "sha256": digest,
        "original_sha256": digest,
        "name": "照片.jpg",
        "type": "image/jpeg",
        "size_bytes": len(content),
        "width": 64,
        "height": 48,
        "exif": chance.choice(
            [
                None,
                {"taken_at": "2023:07:14 09:30:00", "offset": None, "lon": None, "lat": None, "camera": "x"},
            ]
        ),
        "position": None,
        "device_at": moment,
    }
    return {"record": record, "bytes": base64.b64encode(content).decode()}


def _id(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
