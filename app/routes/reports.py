"""``POST /api/reports``, ``/api/plans``, ``/api/acceptances`` and what is known of a subject."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.bodies import Body, as_number, read_body
from app.deps import LANG, actor_of, api_language, live, read_book_of
from app.domain.board import may_read_words
from app.domain.services import told_figures
from app.domain.weeks import Week
from app.errors import NotFound
from app.params import Query
from app.store.acceptances import VerdictForm, give_verdict
from app.store.book import Line
from app.store.ledgerfigures import public_why
from app.store.plans import PlanForm, plan_members, set_plan
from app.store.reports import ReportForm, file_report, report_members
from app.store.writing import Asked
from app.web import json_answer
from app.wording import status_members
from app.writes import if_match, write

router = APIRouter(prefix="/api", tags=["reporting"])

REPORT = ("id", "subject", "week", "percent", "figures", "sections", "suspended_reason", "text", "reason")
PLAN = ("id", "subject", "start", "end", "milestones", "weight", "target_weights", "reason")
VERDICT = ("id", "subject", "accepted", "reason")


@router.post("/reports", summary="File a weekly report, or correct one · 上报或更正周报", status_code=201)
async def post_report(request: Request) -> Response:
    """Percent or sections of a site, figures of a task; the client's UUID makes a repeat harmless."""
    body = await read_body(request, REPORT)
    asked = Asked.of(body.uuid(), body.sent, if_match(request))
    week = body.week("week", Week.of(live(request).view.as_of))
    form = ReportForm(
        subject=body.text("subject", 16, required=True) or "",
        week=week or Week(1, 1),
        percent=body.number("percent", 0, 100),
        figures=_object(body, "figures"),
        sections=_sections(body),
        suspended_reason=body.text("suspended_reason", 500),
        text=body.text("text"),
        reason=body.text("reason", 500),
    )
    body.done()
    receipt = await write(request, lambda writer: file_report(writer, form, asked))
    return _created(receipt)


@router.post("/plans", summary="Plan a site or task · 编制或调整计划", status_code=201)
async def post_plan(request: Request) -> Response:
    """Start, end, milestones, weights."""
    body = await read_body(request, PLAN)
    asked = Asked.of(body.uuid(), body.sent, if_match(request))
    start, end = body.date("start", required=True), body.date("end", required=True)
    weight = body.number("weight", 0, 1_000_000)
    milestones = _milestones(body)
    weights = _weights(body)
    code, reason = body.text("subject", 16, required=True), body.text("reason", 500)
    body.done()
    assert start and end and code
    form = PlanForm(code, start, end, milestones, 1.0 if weight is None else weight, weights, reason)
    receipt = await write(request, lambda writer: set_plan(writer, form, asked))
    return _created(receipt)


@router.post("/acceptances", summary="Accept, or send back · 验收或退回", status_code=201)
async def post_verdict(request: Request) -> Response:
    """What is completed is accepted, or sent back with reasons."""
    body = await read_body(request, VERDICT)
    asked = Asked.of(body.uuid(), body.sent, if_match(request))
    form = VerdictForm(
        body.text("subject", 16, required=True) or "", body.flag("accepted"), body.text("reason", 500)
    )
    if not body.has("accepted"):
        body.fault("accepted", None, [True, False], "请填写 accepted。", "accepted is required.")
    body.done()
    receipt = await write(request, lambda writer: give_verdict(writer, form, asked))
    return _created(receipt)


@router.get("/subjects/{code}", summary="What is planned and reported of a site or task · 填报对象")
async def get_subject(request: Request, code: str) -> Response:
    """Plan, newest report, status and version; the ETag is what If-Match takes."""
    query = Query(request.query_params, (LANG,))
    lang = api_language(request, query)
    query.done()
    book = await read_book_of(request, live(request).view)
    line = book.lines.get(code)
    if line is None:
        raise NotFound(f"台账中没有 {code[:20]}。", f"The ledger has no {code[:20]}.")
    members = await anyio.to_thread.run_sync(line_members, line, lang)
    if not may_read_words(actor_of(request), line.subject.about()):
        _hide_words(members, line, lang)
    headers = {"etag": f'"{line.version}"', "cache-control": "private, no-cache", "content-language": lang}
    return json_answer(members, headers=headers)


def line_members(line: Line, lang: str) -> dict[str, Any]:
    """A line of the ledger as a JSON object."""
    subject = line.subject
    return {
        "code": line.code,
        "title": subject.title,
        "title_en": subject.title_en,
        "item": subject.item_no,
        "task": subject.task_no,
        "site": subject.site,
        "reported": subject.reported,
        "lead_units": list(subject.lead_units),
        "supporting_units": list(subject.supporting_units),
        "length_m": line.length_m,
        "built_m": line.built_m,
        **status_members(line.status, lang),
        "plan": plan_members(line.plan_row) if line.plan_row is not None else None,
        "report": report_members(line.report) if line.report is not None else None,
        "version": line.version,
        "sample": line.sample,
    }


def _hide_words(members: dict[str, Any], line: Line, lang: str) -> None:
    """Sentences are for those concerned; figures are the ledger's, and so is the reason of a stop, unless
    they are about homes and persons: of these, small numbers are not told per town."""
    hidden = {"text", "reason"} | ({"suspended_reason"} if line.subject.withheld else set())
    for part in ("report", "plan"):
        if members[part] is not None:
            members[part] = {name: value for name, value in members[part].items() if name not in hidden}
    report = members["report"]
    if line.subject.withheld and report is not None and report["figures"]:
        report["figures"] = told_figures(report["figures"])
    if line.subject.withheld and members["rule"].pop("reason", None):
        members["why"] = public_why(line, lang)


def _created(receipt: dict[str, Any]) -> Response:
    return json_answer(
        receipt, status=201, headers={"etag": f'"{receipt["change"]}"', "cache-control": "no-store"}
    )


def _object(body: Body, name: str) -> dict[str, Any] | None:
    value = body.sent.get(name)
    if value is not None and not isinstance(value, dict):
        body.fault(name, None, "object", f"{name} 应为 JSON 对象。", f"{name} must be an object.")
        return None
    return value


def _sections(body: Body) -> list[Any] | str | None:
    value = body.sent.get("sections")
    if value is not None and not isinstance(value, list | str):
        body.fault(
            "sections", None, "array", "sections 应为区段列表或文字。", "sections takes a list or a text."
        )
        return None
    return value


def _milestones(body: Body) -> tuple[tuple[Any, float], ...]:
    value = body.sent.get("milestones") or []
    found = []
    for pair in value if isinstance(value, list) else [None]:
        day, percent = pair if isinstance(pair, list | tuple) and len(pair) == 2 else (None, None)
        one = Body({"day": day, "percent": percent}, ("day", "percent"))
        parsed = one.date("day", required=True), one.number("percent", 0, 100, required=True)
        if None in parsed:
            body.fault(
                "milestones",
                None,
                [["2023-05-31", 40]],
                '里程碑应写作 [["2023-05-31", 40], …]：日期和百分比。',
                'Milestones are written [["2023-05-31", 40], …]: day and percent.',
            )
            return ()
        found.append(parsed)
    return tuple(found)  # type: ignore[arg-type]


def _weights(body: Body) -> dict[str, float]:
    found = {}
    for ordinal, value in (_object(body, "target_weights") or {}).items():
        number = as_number(value)
        if number is None:
            body.fault(
                "target_weights",
                None,
                {"0": 2},
                "target_weights 的值应为数。",
                "The values of target_weights must be numbers.",
            )
        else:
            found[ordinal] = number
    return found
