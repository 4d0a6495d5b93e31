"""``/report/{subject}``: the form in which a unit reports, corrects, and settles with who was faster."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from app.deps import actor_of, live, read_book_of
from app.domain.given import LONGEST_TEXT, LONGEST_TITLE
from app.domain.photos import Picture
from app.domain.roles import Action, require
from app.domain.weeks import Week
from app.errors import BadParameter, Changed, Fault, NotSignedIn, Refused
from app.forms.pictures import read_pictures
from app.forms.report import (
    Measured,
    falls,
    measured,
    own_values,
    read_report,
    request_id,
    sections_text,
    starting_values,
    words,
)
from app.forms.reportpage import Page, render
from app.store.asof import AsOf
from app.store.blobs import Blobs
from app.store.blockages import NewBlockage, open_blockage
from app.store.filings import Filing, read_filing
from app.store.inspections import latest_sections
from app.store.moments import ZONE_TIME
from app.store.photos import attach, report_owner
from app.store.reports import ReportForm, file_report
from app.store.writing import Asked, Writer
from app.views.work import open_after, work_of
from app.writes import write

router = APIRouter(include_in_schema=False)


@router.get("/report/{subject}")
async def report_page(request: Request, subject: str) -> Response:
    """The form as it starts: empty, or with what the week has already. ``fill=previous`` takes over the
    figures of the week before, ``fill=inspection`` the sections that were seen on site."""
    filing, inspection = await _read(request, subject)
    values = own_values(filing)
    fill = request.query_params.get("fill")
    if fill == "previous":
        values |= starting_values(filing, filing.previous)
    elif fill == "inspection" and inspection is not None:
        values = {name: value for name, value in values.items() if name != "percent"}
        values |= {"sections": inspection["text"]}
    shown = Page(values, str(uuid.uuid4()), inspection=inspection)
    if filing.length_m is not None and values.get("sections"):
        try:
            shown.found = measured(filing, values)
        except BadParameter as error:  # an inspection of an older drawing may not fit
            shown.faults = error.faults
    return await render(request, filing, shown)


@router.post("/report/{subject}")
async def save_report(request: Request, subject: str) -> Response:
    """Save, and go on; or show the form again with what is wrong, what falls, or who was faster."""
    filing, inspection = await _read(request, subject)
    sent = await request.form()
    values = {name: value for name, value in sent.items() if isinstance(value, str)}
    files = [one for one in sent.getlist("photos") if isinstance(one, UploadFile) and one.filename]
    then = values.get("then", "work")
    shown = Page(values, values.get("id", ""), inspection=inspection, photos_lost=bool(files))
    shown.match = _number(values.get("match"))
    try:
        shown.yours, shown.found = _read_all(filing, values)
        pictures = [] if then == "check" else await read_pictures(request, files)
    except BadParameter as error:
        shown.faults = error.faults
        return await render(request, filing, shown, 400)
    except Refused as error:
        shown.faults = (Fault("photos", None, None, error.zh, error.en),)
        return await render(request, filing, shown, 409)
    if then == "check":
        shown.checked = True
        return await render(request, filing, shown)
    shown.falls = falls(filing, shown.found)
    if shown.falls and not values.get("fall"):
        return await render(request, filing, shown, 409)
    shown.falls = []
    number = request_id(values.get("id", ""), values)
    if number is None:
        told = "页面已失效，请刷新后重新填写。", "This page is out of date; reload it and fill it in again."
        raise BadParameter(Fault("id", None, {"format": "uuid"}, *told))
    asked = Asked.of(number, {"subject": subject, "id": number}, _match(values))
    blockage = new_blockage(values, subject, number)
    save = _Save(shown.yours, asked, blockage, pictures, live(request).blobs)
    try:
        await write(request, save.run)
    except Changed as error:
        filing, _ = await _read(request, subject)
        shown.conflict = error
        return await render(request, filing, shown, 412)
    except (BadParameter, Refused) as error:
        shown.faults = error.faults or (Fault("form", None, None, error.zh, error.en),)
        return await render(request, filing, shown, error.status)
    return await _go_on(request, filing, then)


@dataclass(frozen=True)
class _Save:
    """One save: report, photos and blockage in one transaction, all or nothing."""

    form: ReportForm
    asked: Asked
    blockage: NewBlockage | None
    pictures: list[Picture]
    blobs: Blobs

    def run(self, writer: Writer) -> None:
        repeated = writer.repeated(self.asked) is not None
        receipt = file_report(writer, self.form, self.asked)
        if self.pictures:
            owner = report_owner(writer.connection, receipt["id"])
            attach(writer, self.blobs, owner, self.pictures)
        if self.blockage is not None and not repeated:
            open_blockage(writer, self.blockage)


async def _read(request: Request, subject: str) -> tuple[Filing, Any]:
    """The subject in the week asked for, and the newest inspection with sections of its present drawing.

    Errors: NotFound, Forbidden (another unit's), Refused (reported through its sites), BadParameter.
    """
    actor, source = actor_of(request), live(request)
    if actor is None:
        raise NotSignedIn("请先登录。", "Sign in first.")
    view = source.view
    week = asked_week(request, view.week)

    def read() -> tuple[Filing, Any]:
        with source.database.read() as connection:
            as_of = AsOf(view.as_of)
            filing = read_filing(connection, subject, week, as_of, source.settings.tolerance)
            seen = latest_sections(connection, subject, as_of) if filing.subject.is_line else None
        return filing, seen

    filing, seen = await anyio.to_thread.run_sync(read)
    require(actor, Action.REPORT, filing.subject.about())
    if not filing.subject.reported:
        raise Refused(
            f"{subject} 的目标全部由点位完成，请在“我的工作”中按点位填报。",
            f"All targets of {subject} are made up by its sites; report on the sites, from your own page.",
        )
    if seen is not None and seen["geom_version"] != filing.subject.geom_version:
        seen = None
    if seen is not None:
        day = seen["made_at"].astimezone(ZONE_TIME).date()
        seen = {"by": seen["by"], "day": day, "text": sections_text(seen["sections"])}
    return filing, seen


def _read_all(filing: Filing, values: Mapping[str, str]) -> tuple[ReportForm, Measured]:
    """The report in the form; the blockage's words are checked, too. Errors: BadParameter with all faults."""
    faults: list[Fault] = []
    found = None
    try:
        found = read_report(filing, values)
    except BadParameter as error:
        faults += error.faults
    if values.get("blocked"):
        words(values, "blockage.title", faults, True, LONGEST_TITLE)
        words(values, "blockage.text", faults, True, LONGEST_TEXT)
    if faults or found is None:
        raise BadParameter(*faults)
    return found


def new_blockage(values: Mapping[str, str], subject: str, number: str) -> NewBlockage | None:
    """The blockage that is opened with the report `number`; None when the box is not ticked."""
    if not values.get("blocked"):
        return None
    return NewBlockage(
        id=str(uuid.uuid5(uuid.UUID(number), "blockage")),
        subject=subject,
        title=values.get("blockage.title"),
        text=values.get("blockage.text"),
        unit=values.get("blockage.owner") or None,
        source=f"report {number}",
    )


def _match(values: Mapping[str, str]) -> int | None:
    """The version that the form goes by: the one that was seen, or the other's, overruled knowingly."""
    return _number(values.get("overwrite") or values.get("match"))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None


async def _go_on(request: Request, filing: Filing, then: str) -> Response:
    """To the next subject, to the list, or back to the same form with its new version."""
    actor, view = actor_of(request), live(request).view
    assert actor is not None
    code = filing.subject.code
    if then == "next":
        waiting = open_after(work_of(await read_book_of(request, view), actor, view.week), code)
        if waiting:
            address = f"/report/{waiting[0].code}?week={filing.week}&saved={code}"
            return RedirectResponse(address, status_code=303)
    if then == "stay":
        return RedirectResponse(f"/report/{code}?week={filing.week}&saved={code}", status_code=303)
    return RedirectResponse(f"/work?saved={code}", status_code=303)


def asked_week(request: Request, current: Week) -> Week:
    """The week in the address, this week when none is given. Errors: BadParameter."""
    text = request.query_params.get("week")
    if not text:
        return current
    try:
        week = Week.parse(text[:20])
    except ValueError:
        week = None
    if week is None or week > current:
        raise BadParameter(
            Fault(
                "week",
                text[:20],
                {"format": "YYYY-Www", "maximum": str(current)},
                f"周应写作 2023-W28 这样，且不晚于本周 {current}。",
                f"A week is written like 2023-W28 and is not after this one, {current}.",
            )
        )
    return week
