"""``/ledger.xlsx``, ``/ledger.csv``, ``/audit.csv``: the same rows, codes and totals as on the screen."""

from __future__ import annotations

from functools import partial

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import LANG, WEEK, live, page_language, read_view
from app.i18n import show
from app.ledgerfilter import LedgerFilter
from app.params import Param, Query
from app.routes.ledger import all_items
from app.routes.upload import file_answer
from app.sheets import csvfile
from app.sheets.audit import audit_header, audit_row
from app.sheets.ledger import LedgerExport, ledger_csv, ledger_xlsx
from app.sheets.workbook import MEDIA_TYPE
from app.store.audit import AuditFilter, read_changes
from app.views.audit import action_words
from app.wording import local

router = APIRouter(include_in_schema=False)

_TEXT = {"type": "string"}
LEDGER = (
    WEEK,
    LANG,
    Param("q", _TEXT, "Words that an item must hold · 查找"),
    Param("unit", _TEXT, "Lead unit by code · 牵头单位"),
    Param("map", _TEXT, "How an item is on the map · 怎样上图"),
)
AUDIT = (
    Param("subject", _TEXT, "Code of a site, task or item · 编号"),
    Param("person", _TEXT, "Account or name · 人员"),
    Param("action", _TEXT, "Action · 操作"),
    WEEK,
    LANG,
)
MOST_CHANGES = 100_000
"""Rows of an audit file; filters make it smaller."""


@router.get("/ledger.xlsx")
async def ledger_workbook(request: Request) -> Response:
    """The ledger as a workbook, with the ledger page's filters."""
    export, lang = await _ledger(request)
    body = await anyio.to_thread.run_sync(ledger_xlsx, export, lang)
    return file_answer(body, MEDIA_TYPE, f"台账-{export.week}.xlsx", f"ledger-{export.week}.xlsx")


@router.get("/ledger.csv")
async def ledger_file(request: Request) -> Response:
    """The ledger's rows as CSV, with the ledger page's filters."""
    export, lang = await _ledger(request)
    body = await anyio.to_thread.run_sync(ledger_csv, export, lang)
    return file_answer(body, csvfile.MEDIA_TYPE, f"台账-{export.week}.csv", f"ledger-{export.week}.csv")


@router.get("/audit.csv")
async def audit_file(request: Request) -> Response:
    """The audit with the audit page's filters, newest first."""
    source, lang = live(request), page_language(request)
    query = Query(request.query_params, AUDIT)
    asked = AuditFilter(
        subject=query.text("subject", 16),
        person=query.text("person", 64),
        action=query.text("action", 32),
        week=query.week(source.view.week),
    )
    query.done()

    def read() -> bytes:
        with source.database.read() as connection:
            rows, _ = read_changes(connection, asked, MOST_CHANGES)
        words = partial(action_words, lang)
        return csvfile.csv_bytes(audit_header(lang), (audit_row(row, lang, words) for row in rows))

    body = await anyio.to_thread.run_sync(read)
    return file_answer(body, csvfile.MEDIA_TYPE, "审计.csv", "audit.csv")


async def _ledger(request: Request) -> tuple[LedgerExport, str]:
    """The ledger of the week asked for, as far as the filter keeps it."""
    query = Query(request.query_params, LEDGER)
    lang, source = page_language(request), live(request)
    view = await read_view(query, source)
    query.done()
    items = await anyio.to_thread.run_sync(all_items, source, view, lang)
    asked = LedgerFilter.of(request.query_params)
    export = LedgerExport(
        title=local(lang, view.words.programme),
        week=str(view.week),
        week_label=show(lang, view.week),
        day=view.as_of.isoformat(),
        items=[item for item in items if asked.keeps(item)],
        total=len(items),
        sample=view.sample,
    )
    return export, lang
