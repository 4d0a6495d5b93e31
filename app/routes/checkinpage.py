"""One check-in, ``/inspections/{id}``: its evidence, what was mended, and deciding what is disputed."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.bodies import Body
from app.deps import actor_of, live, page_language, read_book_of
from app.domain.inspections import Verdict
from app.domain.roles import Action, Actor, Role, may
from app.errors import Forbidden
from app.forms.posted import MENDABLE, Shown, matched, posted
from app.store.book import Book
from app.store.checkin import Checkin, checkin_about, made_by, read_checkin
from app.store.disputes import CHOICES, decide
from app.store.live import View
from app.store.revisions import Revision, revise
from app.store.subjects import Subject
from app.store.writing import Asked
from app.views.checkins import checkin_members, section_text, section_words
from app.views.closeups import where
from app.views.supervision import may_see, subject_url
from app.web import page
from app.writes import write

router = APIRouter()

DECISION = ("dispute", "chosen", "text")
MENDING = ("mend", "verdict", "finding", "sections")
LONGEST_SECTIONS = 2_000


@router.get("/inspections/{ident}", include_in_schema=False)
async def checkin_page(request: Request, ident: str) -> Response:
    """What was found, where somebody stood, photos, mendings, disputes."""
    return await _page(request, ident, Shown())


@router.post("/inspections/{ident}", include_in_schema=False)
async def save(request: Request, ident: str) -> Response:
    """A mending, or a decision; or the form again with what is wrong."""
    body = await posted(request, (*DECISION, *MENDING))
    sent = dict(body.sent)
    try:
        done = await (_mend if body.flag("mend") else _decide)(request, ident, body)
    except MENDABLE as error:
        return await _page(request, ident, Shown.after(error, sent))
    return RedirectResponse(f"/inspections/{ident}?done={done}", 303)


async def _decide(request: Request, ident: str, body: Body) -> str:
    """Supervision says which of two values holds."""
    number, dispute = body.uuid(), body.uuid("dispute")
    chosen, text = body.choice("chosen", CHOICES, required=True) or "", body.text("text")
    body.done()
    asked = Asked.of(number, {"dispute": dispute, "chosen": chosen, "text": text})
    await write(request, lambda writer: decide(writer, dispute, chosen, text, asked))
    return "decided"


async def _mend(request: Request, ident: str, body: Body) -> str:
    """Upon the version that the form was made on; what was left as it was is no change."""
    number, verdicts = body.uuid(), [one.value for one in Verdict]
    changes = {
        "verdict": body.choice("verdict", verdicts, required=True),
        "finding": body.text("finding"),
    }
    if "sections" in body.sent:
        changes["sections"] = body.text("sections", LONGEST_SECTIONS)
    body.done()
    form = Revision(number, ident, matched(body) or 0, changes)
    asked = Asked.of(number, {"inspection": ident, "version": form.version, "changes": changes})
    receipt = await write(request, lambda writer: revise(writer, form, asked))
    return "disputed" if receipt["disputed"] else "mended" if receipt["merged"] else "same"


async def _page(request: Request, ident: str, shown: Shown) -> Response:
    source = live(request)
    view, lang = source.view, page_language(request)
    book, one, author = await _one(request, view, ident)
    line = book.lines[one.row["subject_code"]]
    actor = actor_of(request)
    assert actor is not None
    members = checkin_members(one, lang)
    place = await anyio.to_thread.run_sync(where, source, view, line, members, lang)
    return page(
        request,
        view,
        "inspection.html",
        shown.status,
        here="inspections",
        one=members,
        line=line,
        subject=line.subject,
        subject_url=subject_url(line.code, line.subject.site),
        place=place,
        position=line.subject.position,
        sections=lambda value: section_words(value, lang),
        section_text=section_text(members["sections"]),
        verdicts=[verdict.value for verdict in Verdict],
        may_decide=may(actor, Action.DECIDE, line.subject.about()),
        may_mend=may_mend(actor, line.subject, author),
        shown=shown,
        blank=Shown,
        done=request.query_params.get("done"),
    )


async def _one(request: Request, view: View, ident: str) -> tuple[Book, Checkin, int | None]:
    """A check-in that this person may see, and whose account it is. Errors: NotFound, Forbidden."""
    book = await read_book_of(request, view)

    def read() -> tuple[str, Checkin, int | None]:
        with live(request).database.read() as connection:
            code = checkin_about(connection, ident)
            one = read_checkin(connection, ident, view.known)
            return code, one, made_by(connection, one)

    code, one, author = await anyio.to_thread.run_sync(read)
    if not may_see(actor_of(request), book, code):
        raise Forbidden(
            "这次签到不在您的单位、镇或分管范围内。",
            "This check-in is not within your unit, towns or portfolio.",
        )
    return book, one, author


def may_mend(actor: Actor, subject: Subject, author: int | None) -> bool:
    """Whoever made it, and supervision, as the store asks again."""
    own = actor.account_id is not None and actor.account_id == author
    return may(actor, Action.INSPECT, subject.about()) and (own or actor.role is Role.SUPERVISION)
