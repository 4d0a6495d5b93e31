"""Photos in parts, as a telephone sends them: for tests of the uploads."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import numpy as np
from PIL import Image

SITE = "20-1-01"
PART = "application/offset+octet-stream"
TUS = {"tus-resumable": "1.0.0"}
UPLOADS = "/api/photo-uploads"


def jpeg(colour: str = "red", size: tuple[int, int] = (640, 400), **options: object) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", **options)
    return out.getvalue()


def noisy(width: int = 1200, height: int = 900, seed: int = 1) -> bytes:
    """A picture that does not compress: some hundred kilobytes."""
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=80)
    return out.getvalue()


def sha(raw: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(raw).hexdigest()


def check_in(person: Any, subject: str = SITE, **more: Any) -> str:
    """A check-in without photos; its id."""
    body = {
        "id": str(uuid.uuid4()),
        "subject": subject,
        "made_at": datetime.now(UTC).isoformat(),
        "verdict": "ok",
        "finding": "正常",
    }
    answer = person.post("/api/inspections", json=body | more)
    assert answer.status_code == 201, answer.text
    return body["id"]


def announced(raw: bytes, inspection: str, ident: str | None = None, **about: Any) -> dict[str, str]:
    """The headers of the announcement of a photo."""
    told = {"id": ident or str(uuid.uuid4()), "inspection": inspection, "sha256": sha(raw), "name": "a.jpg"}
    text = base64.b64encode(json.dumps(told | about).encode()).decode()
    return TUS | {"upload-length": str(len(raw)), "upload-metadata": f"about {text}"}


def begin(person: Any, raw: bytes, inspection: str, ident: str | None = None, **about: Any) -> str:
    """Announce a photo; the address of its upload."""
    answer = person.post(UPLOADS, headers=announced(raw, inspection, ident, **about))
    assert answer.status_code == 201, answer.text
    assert answer.headers["upload-offset"] == "0"
    return answer.headers["location"]


def send(person: Any, address: str, part: bytes, offset: int) -> Any:
    """One part."""
    headers = TUS | {"upload-offset": str(offset), "content-type": PART}
    return person.patch(address, content=part, headers=headers)


def upload(
    person: Any, raw: bytes, inspection: str, ident: str | None = None, **about: Any
) -> dict[str, Any]:
    """A whole photo in one part; what the upload then says."""
    address = begin(person, raw, inspection, ident, **about)
    answer = send(person, address, raw, 0)
    assert answer.status_code == 204, answer.text
    return person.get(address).json()
