"""`python -m tests.bench.ledger`: how long the ledger's writes take, through HTTP on a real server.

One unit of a generated zone of 9,000 sites downloads its template, fills in 5,000 rows, uploads and confirms
them; then single reports are filed one after the other, and heard of at a second server on the same database.
"""

from __future__ import annotations

import io
import statistics
import sys
import time
import uuid
from typing import Any

import httpx2
import openpyxl

from app.auth.tokens import csrf_of
from tests.bench.machine import busy, facts
from tests.bench.zone import Zone, generated
from tests.support.databases import ENGINES
from tests.support.people import browser_cookie
from tests.support.server import running_server
from tests.support.streams import report_over_http, stream

SITES, ROWS, REPORTS = 9_000, 5_000, 30
WEEK = "2023-W28"
UPLOAD_S, HEARD_S = 10.0, 2.0
PERCENT, WORDS, REASON = "H", "M", "N"


def main() -> int:
    """Prints the figures; exit code 1 when something was answered wrongly."""
    if warning := busy():
        print(f"! {warning}", file=sys.stderr)
    print(", ".join(f"{name}: {value}" for name, value in facts(None).items()))
    for database in ENGINES:
        with (
            generated(database, SITES) as zone,
            running_server(("serve",), zone.env, from_nothing=True) as first,
        ):
            cookie = browser_cookie(zone.storage, "lead_unit", first.url)
            _upload(zone, first.url, cookie)
            with running_server(("serve",), zone.env, from_nothing=True) as second:
                _reports(zone, first.url, second.url, cookie)
    return 0


def _upload(zone: Zone, url: str, cookie: dict[str, Any]) -> None:
    engine = zone.storage.engine
    headers = {"x-csrf-token": csrf_of(cookie["value"]), "accept": "text/html"}
    cookies = {cookie["name"]: cookie["value"]}
    with httpx2.Client(base_url=url, cookies=cookies, headers=headers, timeout=120) as client:
        book, template_s = _timed(lambda: client.get(f"/template.xlsx?week={WEEK}").content)
        filled = _filled(book)
        number = str(uuid.uuid4())
        files = {"file": ("report.xlsx", filled)}
        sent, check_s = _timed(lambda: client.post("/upload", data={"id": number}, files=files))
        assert sent.status_code == 303, sent.text[:500]
        shown, preview_s = _timed(lambda: client.get(sent.headers["location"]))
        assert shown.status_code == 200
        saved, confirm_s = _timed(lambda: client.post(f"{sent.headers['location']}/confirm", data={}))
        assert saved.status_code == 303, saved.text[:500]
    whole = check_s + confirm_s
    verdict = "✓" if whole < UPLOAD_S else "✗"
    print(
        f"{engine:8} upload of {ROWS:,} rows ({len(filled) / 1024:,.0f} kB): template {template_s:.1f} s, "
        f"read and checked {check_s:.1f} s, preview {preview_s:.1f} s, saved {confirm_s:.1f} s; "
        f"checked + saved {whole:.1f} s {verdict} (target {UPLOAD_S:g})",
        flush=True,
    )


def _filled(book: bytes) -> bytes:
    """The template with a percentage and a sentence in its first ROWS rows of sites."""
    workbook = openpyxl.load_workbook(io.BytesIO(book))
    sheet = workbook.worksheets[0]
    done = 0
    for row in range(4, sheet.max_row + 1):
        if sheet[f"B{row}"].value is None and done < ROWS:
            cell = sheet[f"{PERCENT}{row}"]
            sheet[f"{REASON}{row}"].value = None if cell.value is None else "复核"
            cell.value = (cell.value or 0) * 0.5 + 7
            sheet[f"{WORDS}{row}"].value = "本周完成路基 30 米"
            done += 1
    assert done == ROWS, done
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _reports(zone: Zone, url: str, other: str, cookie: dict[str, Any]) -> None:
    codes = [code for code in zone.codes if code.startswith("20-4-")][-REPORTS:]
    saved, heard = [], []
    with stream(other) as listening:
        listening.next()
        for percent, code in enumerate(codes):
            begin = time.monotonic()
            status = report_over_http(url, cookie, code, "2023-W20", percent)
            assert status == 201
            saved.append(time.monotonic() - begin)
            heard.append(listening.next().at - begin)
    verdict = "✓" if max(heard) < HEARD_S else "✗"
    print(
        f"{zone.storage.engine:8} one report: saved in {statistics.median(saved) * 1000:.0f} ms (median), "
        f"{max(saved) * 1000:.0f} ms (slowest of {REPORTS}); heard at another server after "
        f"{statistics.median(heard) * 1000:.0f} ms, slowest {max(heard) * 1000:.0f} ms {verdict} "
        f"(target {HEARD_S * 1000:g})",
        flush=True,
    )


def _timed(work):
    begin = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin


if __name__ == "__main__":
    sys.exit(main())
