"""``/review``: the ten-day review of a leader's portfolio, and the form to give a directive."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from app.deps import LANG, actor_of, live, page_language
from app.domain.blockages import Blockage
from app.domain.periods import Period
from app.domain.review import Difference, Standing
from app.domain.roles import Action, may
from app.domain.status import StatusCode
from app.errors import BadParameter, Fault
from app.forms.posted import MENDABLE, Shown, posted
from app.params import Param, Query
from app.routes.directives import NEW, new_directive
from app.store.book import Line
from app.store.directives import give_directive
from app.store.review import ItemReview, Review, moments, read_review
from app.store.vocabulary import Vocabulary
from app.views.supervision import about_item, blockage_members, directive_members, subject_url, unit_options
from app.web import page
from app.wording import why
from app.writes import write

router = APIRouter(include_in_schema=False)

PERIOD = Param("period", {"type": "string"}, "2023-07-2: the second ten days of July 2023 · 旬")
_PERIOD = re.compile(r"([0-9]{4})-([0-9]{2})-([123])")
USUAL_DAYS = 10
"""A directive is due by the next review unless the leader says otherwise."""


@router.get("/review")
async def review_page(request: Request) -> Response:
    """What changed since the period before ended, what is to be cleared, and what was asked for."""
    return await _page(request, Shown())


@router.post("/review")
async def save_directive(request: Request) -> Response:
    """Give a directive, or show the form again."""
    body = await posted(request, NEW)
    try:
        asked, form = new_directive(body)
        body.done()
        receipt = await write(request, lambda writer: give_directive(writer, form, asked))
    except MENDABLE as error:
        return await _page(request, Shown.after(error, dict(body.sent)))
    period = request.query_params.get("period", "")
    kept = f"period={period}&" if _PERIOD.fullmatch(period) else ""
    return RedirectResponse(f"/review?{kept}done={receipt['id']}#directives", 303)


async def _page(request: Request, shown: Shown) -> Response:
    query = Query(request.query_params, (PERIOD, Param("done", {"type": "string"}, ""), LANG))
    text, done = query.text("period"), query.text("done", 40)
    query.done()
    source, actor = live(request), actor_of(request)
    view = source.view
    period = _period(text, view.as_of)
    items = [no for no in view.words.items if actor is None or not actor.items or no in actor.items]

    def read() -> Review:
        before, after = (source.book(as_of) for as_of in moments(period, view.as_of))
        with source.database.read() as connection:
            return read_review(connection, before, after, period, items)

    review = await anyio.to_thread.run_sync(read)
    lang, words = page_language(request), view.words
    members = [_item_members(one, review, words, lang) for one in review.items]
    following = period.next if period.next.first <= view.as_of else None
    return page(
        request,
        view,
        "review.html",
        shown.status,
        here="review",
        period=period,
        label=period.label.zh if lang == "zh" else period.label.en,
        previous=period.previous,
        following=following,
        number=_number,
        current=period == Period.of(view.as_of),
        until=review.today,
        since=period.previous.last,
        items=members,
        moved=[one for one in members if one["moved"]],
        quiet=[one for one in members if not one["moved"]],
        to_clear=[_blockage(one, review, words, lang) for one in review.to_clear],
        directives=[directive_members(one, review.after, words, lang) for one in review.directives],
        figures=_figures(review),
        giving=may(actor, Action.DIRECT) and period == Period.of(view.as_of),
        portfolio=bool(actor and actor.items),
        earliest=view.as_of,
        usual=view.as_of + timedelta(days=USUAL_DAYS),
        shown=shown,
        blank=Shown,
        done=done,
        status_codes=[code.value for code in StatusCode],
    )


def _period(text: str | None, today: date) -> Period:
    """The period that is asked for, up to the present one. Errors: BadParameter."""
    if not text:
        return Period.of(today)
    match = _PERIOD.fullmatch(text)
    newest = Period.of(today)
    try:
        found = Period(*map(int, match.groups())) if match else None
    except ValueError:
        found = None
    if found is None or found > newest or found.year < 2000:
        raise BadParameter(
            Fault(
                "period",
                text[:20],
                {"format": "YYYY-MM-N", "maximum": _number(newest)},
                f"period 应写作 2023-07-2（2023 年 7 月中旬），且不晚于 {_number(newest)}。",
                f"period is written 2023-07-2 (the second ten days of July), not after {_number(newest)}.",
            )
        )
    return found


def _number(period: Period) -> str:
    return f"{period.year:04d}-{period.month:02d}-{period.number}"


def _figures(review: Review) -> dict[str, int]:
    changes = [one for item in review.items for one in item.differences]
    return {
        "changed": sum(one.status_changed for one in changes),
        "accepted": sum(one.accepted for one in changes),
        "sent_back": sum(one.sent_back for one in changes),
        "opened": sum(len(item.movements.opened) for item in review.items),
        "closed": sum(len(item.movements.closed) for item in review.items),
        "for_leaders": sum(one.level == 3 for one in review.to_clear),
        "late_directives": sum(one.overdue(review.today) for one in review.directives),
    }


def _item_members(one: ItemReview, review: Review, words: Vocabulary, lang: str) -> dict[str, Any]:
    row = words.items[one.item_no]
    lines = [line for line in review.after.lines.values() if line.subject.item_no == one.item_no]
    about = about_item(review.after, one.item_no)
    units = [*lines[0].subject.lead_units, *lines[0].subject.supporting_units] if lines and about else []
    return {
        "no": one.item_no,
        "title": row["title"],
        "title_en": row["title_en"],
        "before": one.before,
        "after": one.after,
        "points": one.points,
        "moved": one.moved,
        "statuses": one.statuses,
        "changes": [_change(change, review, lang) for change in one.differences],
        "opened": [_blockage(some, review, words, lang) for some in one.movements.opened],
        "closed": [_blockage(some, review, words, lang) for some in one.movements.closed],
        "reopened": [_blockage(some, review, words, lang) for some in one.movements.reopened],
        "blockages": [_blockage(some, review, words, lang) for some in one.to_clear],
        "directives": [directive_members(some, review.after, words, lang) for some in one.directives],
        "units": unit_options(dict.fromkeys(units), words, lang),
        "leads": unit_options(lines[0].subject.lead_units if lines else (), words, lang),
        "options": [(line.code, f"{line.code} {_title(line, lang)}") for line in lines],
    }


def _change(one: Difference, review: Review, lang: str) -> dict[str, Any]:
    line = review.after.lines[one.code]
    verdict = line.verdict
    return {
        "code": one.code,
        "title": line.subject.title,
        "title_en": line.subject.title_en,
        "url": subject_url(one.code, line.subject.site),
        "before": _standing(one.before),
        "after": _standing(one.after),
        "status_changed": one.status_changed,
        "points": one.points,
        "accepted": one.accepted,
        "sent_back": one.sent_back,
        "reason": verdict.reason if one.sent_back and verdict is not None else None,
        "why": why(lang, line.status),
    }


def _title(line: Line, lang: str) -> str:
    return line.subject.title_en if lang == "en" else line.subject.title


def _standing(one: Standing | None) -> dict[str, Any] | None:
    return {"status": one.status.value, "percent": one.percent} if one else None


def _blockage(one: Blockage, review: Review, words: Vocabulary, lang: str) -> dict[str, Any]:
    return blockage_members(one, review.after, words, lang)
