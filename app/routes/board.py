"""The supervision command's board: ``/board`` and ``/api/board``."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import anyio.to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from app.deps import (
    LANG,
    WEEK,
    actor_of,
    api_language,
    day_members,
    live,
    page_language,
    read_book_of,
    read_view,
)
from app.domain.board import PROBLEMS, Concern
from app.domain.status import StatusCode
from app.domain.weeks import Week, due_week
from app.i18n import show
from app.params import Param, Query
from app.store.board import Board, BoardFilter, Row, grouped, read_board
from app.store.live import View
from app.store.vocabulary import Vocabulary
from app.views.checkinnews import week_news
from app.views.supervision import directive_members, subject_url, unit_members
from app.web import json_answer, page
from app.wording import why

router = APIRouter()


def _many(name: str, description: str, **schema: Any) -> Param:
    return Param(name, {"type": "array", "items": {"type": "string", **schema}}, description)


ASKED = (
    _many("unit", "Lead units by code or name (repeatable) · 牵头单位，可重复"),
    _many("town", "Towns by code or name (repeatable) · 镇，可重复"),
    _many("status", "Status codes (repeatable) · 状态，可重复", enum=[code.value for code in StatusCode]),
    _many("item", "Item numbers (repeatable) · 项目序号，可重复"),
    Param("only", {"type": "string", "enum": [one.value for one in Concern]}, "One concern · 只看一类"),
    Param("problems", {"type": "string", "enum": ["1"]}, "Only rows with problems · 只看有问题的"),
    WEEK,
    LANG,
)
GROUP = Param("group", {"type": "string", "enum": ["item", "unit"]}, "Grouped by · 分组")


@router.get(
    "/api/board",
    tags=["supervision"],
    summary="What asks for attention: figures and rows · 督查台",
    openapi_extra={"parameters": [param.openapi() for param in ASKED]},
)
async def board(request: Request) -> Response:
    """`figures` count what `unit`, `town` and `item` leave; `rows` what all filters leave."""
    query = Query(request.query_params, ASKED)
    lang = api_language(request, query)
    view, found, asked = await _read(request, query)
    rows = [row for row in found.rows if asked.where(row)]
    body = {
        **day_members(view, lang),
        "figures": {concern.value: count for concern, count in found.counts(rows).items()},
        "oldest_blockage_days": found.oldest(rows),
        "rows": [row_members(row, view.words, lang) for row in rows if asked.keeps(row)],
    }
    return json_answer(body, headers={"cache-control": "private, no-store", "content-language": lang})


@router.get("/board", include_in_schema=False)
async def board_page(request: Request) -> Response:
    """Figures that filter, then every subject with its light, the reason for it, and what is in the way."""
    query = Query(request.query_params, (*ASKED, GROUP))
    lang = page_language(request)
    by_unit = query.choice("group", _group, "item", ("item", "unit")) == "unit"
    view, found, asked = await _read(request, query)
    rows = [row for row in found.rows if asked.where(row)]
    kept = [row for row in rows if asked.keeps(row)]
    groups = grouped(kept, _unit if by_unit else _item)
    words = view.words
    source = live(request)
    news = await anyio.to_thread.run_sync(week_news, source, view, found.book, actor_of(request), lang)
    return page(
        request,
        view,
        "board.html",
        here="board",
        concerns=[concern.value for concern in Concern],
        figures={concern.value: count for concern, count in found.counts(rows).items()},
        oldest=found.oldest(rows),
        news=news,
        groups=[
            _group_members(key, some, found, words, lang, by_unit)
            for key, some in sorted(groups.items(), key=lambda pair: _order(pair, words, by_unit))
        ],
        shown=len(kept),
        total=len(rows),
        troubled=sum(not row.concerns.isdisjoint(PROBLEMS) for row in rows),
        asked=asked,
        by_unit=by_unit,
        link=Links(request),
        leads=_leads(found, words),
        towns=words.towns,
        status_codes=[code.value for code in StatusCode],
        weeks=_weeks(view.week, source.view.week),
        past=view.week != source.view.week,
        due=due_week(view.as_of),
        chosen={name: request.query_params.get(name, "") for name in ("item", "week")},
    )


class Links:
    """Addresses of the same page with one thing changed; shareable as they are."""

    def __init__(self, request: Request) -> None:
        self._path = request.url.path
        self._now = [(name, value) for name, value in request.query_params.multi_items() if value]

    def __call__(self, **changed: Any) -> str:
        kept = [(name, value) for name, value in self._now if name not in changed and name != "lang"]
        added = [(name, str(value)) for name, value in changed.items() if value not in (None, "")]
        return f"{self._path}?{urlencode(kept + added)}" if kept or added else self._path


async def _read(request: Request, query: Query) -> tuple[View, Board, BoardFilter]:
    """The board of the week that is asked for, and the filter; a leader sees the own portfolio."""
    source = live(request)
    view = await read_view(query, source)
    words = view.words
    only = query.choices("only", {one.value: one for one in Concern})
    problems = query.choice("problems", _flag, False, ("1",))
    asked = BoardFilter(
        units=query.choices("unit", words.spellings("units"), [u["name"] for u in words.units.values()]),
        towns=query.choices("town", words.spellings("towns"), [t["name"] for t in words.towns.values()]),
        statuses=query.choices("status", {code.value: code.value for code in StatusCode}),
        items=query.choices("item", words.spellings("items"), list(words.items)),
        only=next(iter(only), None),
        problems=problems,
    )
    query.done()
    book = await read_book_of(request, view)

    def read() -> Board:
        with source.database.read() as connection:
            return read_board(connection, book)

    found = await anyio.to_thread.run_sync(read)
    actor = actor_of(request)
    if actor is not None and actor.items:
        own = tuple(row for row in found.rows if row.line.subject.item_no in actor.items)
        found = Board(found.book, own)
    return view, found, asked


def row_members(row: Row, words: Vocabulary, lang: str) -> dict[str, Any]:
    """A row as a JSON object, and for the page."""
    subject, status, book_day = row.line.subject, row.status, row.today
    milestone, oldest = row.milestone, row.oldest
    return {
        "code": row.code,
        "title": subject.title,
        "title_en": subject.title_en,
        "item": subject.item_no,
        "task": subject.task_no,
        "url": subject_url(row.code, subject.site),
        "lead_unit": unit_members(subject.lead_unit, words),
        "town": words.towns[subject.town_code]["name"] if subject.town_code else None,
        "town_en": words.towns[subject.town_code]["name_en"] if subject.town_code else None,
        "status": status.code.value if status else None,
        "rule": status.rule if status else None,
        "why": why(lang, status) if status else None,
        "concerns": [concern.value for concern in Concern if concern in row.concerns],
        "planned_percent": row.planned,
        "reported_percent": row.reported,
        "gap": row.gap,
        "missing": row.missing,
        "last_week": str(row.last_week) if row.last_week else None,
        "last_week_label": show(lang, row.last_week) if row.last_week else None,
        "blockages": len(row.blockages),
        "oldest_blockage": {
            "id": oldest.id,
            "url": f"/blockages/{oldest.id}",
            "title": oldest.title,
            "days": oldest.age(book_day),
            "owner": unit_members(oldest.owner, words),
            "level": oldest.level,
            "overdue": oldest.overdue(book_day),
        }
        if oldest
        else None,
        "directives_overdue": sum(one.overdue(book_day) for one in row.directives),
        "next_milestone": {
            "day": milestone.day.isoformat(),
            "percent": milestone.percent,
            "days": milestone.days,
        }
        if milestone
        else None,
        "sample": row.sample,
    }


def _group_members(
    key: Any, rows: list[Row], board: Board, words: Vocabulary, lang: str, by_unit: bool
) -> dict[str, Any]:
    directives = {one.id: one for row in rows for one in row.directives if one.undone}
    members = {
        "rows": [row_members(row, words, lang) for row in rows],
        "directives": [directive_members(one, board.book, words, lang) for one in directives.values()],
    }
    if by_unit:
        return members | {"unit": unit_members(str(key), words), "item": None, "percent": None}
    progress = board.book.items.get(key)
    subject = rows[0].line.subject
    return members | {
        "item": words.items[key],
        "unit": unit_members(subject.lead_units[0] if subject.lead_units else subject.lead_unit, words),
        "percent": progress.percent if progress else None,
    }


def _item(row: Row) -> int:
    return row.line.subject.item_no


def _unit(row: Row) -> str:
    return row.line.subject.lead_unit


def _order(pair: Any, words: Vocabulary, by_unit: bool) -> Any:
    """Items by number; units by how many rows of theirs ask for something, most first."""
    key, rows = pair
    return (-sum(bool(row.concerns) for row in rows), key) if by_unit else key


def _leads(board: Board, words: Vocabulary) -> list[tuple[str, dict[str, str]]]:
    codes = dict.fromkeys(row.line.subject.lead_unit for row in board.rows)
    return [(code, unit_members(code, words)) for code in codes]


def _weeks(week: Week, newest: Week) -> tuple[Week, Week | None]:
    """The week before, and the one after (None: it is not over yet)."""
    before = Week.of(week.monday.fromordinal(week.monday.toordinal() - 7))
    after = Week.of(week.monday.fromordinal(week.monday.toordinal() + 7))
    return before, after if after <= newest else None


def _group(text: str) -> str:
    if text not in ("item", "unit"):
        raise ValueError(text)
    return text


def _flag(text: str) -> bool:
    if text != "1":
        raise ValueError(text)
    return True
