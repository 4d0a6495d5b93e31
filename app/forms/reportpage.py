"""The report form's page: what it shows beside what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import anyio.to_thread
from fastapi import Request
from starlette.responses import Response

from app.deps import actor_of, live, page_language, read_book_of
from app.domain.figures import is_counted
from app.domain.photos import MOST_BYTES, MOST_PHOTOS
from app.domain.roles import Actor
from app.domain.status import StatusCode
from app.domain.weeks import Week
from app.errors import Changed, Fault
from app.forms.report import Fall, Measured, by_town, reported_targets, sections_text, starting_values
from app.i18n import catalogue, translate
from app.store.blockages import units_of
from app.store.filings import Filing
from app.store.reports import ReportForm
from app.views.work import open_after, work_of
from app.web import page
from app.wording import figure, why
from geo.linear import length

FIELDS = ("percent", "figures", "sections", "suspended_reason", "text")
"""What two versions of a report are compared by."""


@dataclass
class Page:
    """The form as it is shown: typed `values`, what is wrong with them (`faults`), what they come to
    (`found`), what falls, and who was faster (`conflict`, with `yours` as it would have been saved)."""

    values: Mapping[str, str]
    form_id: str
    faults: tuple[Fault, ...] = ()
    found: Measured | None = None
    checked: bool = False
    falls: list[Fall] = field(default_factory=list)
    conflict: Changed | None = None
    yours: ReportForm | None = None
    match: int | None = None
    photos_lost: bool = False
    inspection: Mapping[str, Any] | None = None


async def render(request: Request, filing: Filing, shown: Page, status: int = 200) -> Response:
    """The page. With a conflict the form still holds the version that was seen when it was opened, so that
    only the button that says so overrules the other."""
    view, lang, actor = live(request).view, page_language(request), actor_of(request)
    assert actor is not None
    book = await read_book_of(request, view)
    subject, conflict = filing.subject, shown.conflict
    waiting = open_after(work_of(book, actor, view.week), subject.code)
    targets = reported_targets(filing) if not subject.site else []
    pieces = await anyio.to_thread.run_sync(chains, filing) if subject.is_line else []
    values = dict(shown.values)
    values.setdefault("blockage.owner", subject.lead_unit)
    return page(
        request,
        view,
        "report.html",
        status,
        here="work",
        filing=filing,
        line=book.lines[subject.code],
        local_subject=(subject.title_en if lang == "en" else None) or subject.title,
        why=why(lang, book.lines[subject.code].status),
        targets=targets,
        counted={target.ord for target in targets if is_counted(target)},
        per_town={target.ord for target in targets if by_town(filing, target)},
        values=values,
        faults=shown.faults,
        measured=shown.found,
        told=told(lang, shown.found),
        checked=shown.checked,
        falls=shown.falls,
        conflict=conflict,
        conflict_by=filing.current.by if filing.current is not None else None,
        yours=_yours(shown) if conflict is not None else None,
        differing=differing(filing, shown) if conflict is not None else (),
        form_id=shown.form_id,
        match=shown.match if shown.match is not None else filing.version,
        weeks=neighbours(filing.week, view.week),
        previous_week=Week.of(filing.previous.week_monday) if filing.previous is not None else None,
        accepted=book.lines[subject.code].status.code is StatusCode.ACCEPTED,
        previous_values=starting_values(filing, filing.previous),
        following=waiting[0] if waiting else None,
        following_title=_title(waiting[0].subject, lang) if waiting else "",
        left=len(waiting),
        inspection=shown.inspection,
        blockage_units=[view.words.units[code] for code in units_of(subject)],
        photos_left=MOST_PHOTOS,
        photos_lost=shown.photos_lost,
        saved=_saved(request, book, actor, lang),
        boot=_boot(lang, filing, pieces),
        **({"version": None} if request.method == "POST" else {}),  # what was typed is not renewed away
    )


def told(lang: str, found: Measured | None) -> str:
    """What typed sections come to, in a sentence."""
    if found is None or found.built is None:
        return ""
    return translate(
        lang,
        "report.picker.told",
        built=figure(found.built.metres, 1),
        whole=figure(found.built.length_m, 1),
        percent=figure(found.percent, 1),
        merged=sections_text(found.built.intervals),
    )


def chains(filing: Filing) -> list[list[list[float]]]:
    """A line's parts as ``[lon, lat, metres from the start]``: sections are drawn without measuring again."""
    geom = filing.subject.geom
    found, at = [], 0.0
    assert geom is not None
    for part in getattr(geom, "geoms", [geom]):
        points = [(float(x), float(y)) for x, y, *_ in part.coords]
        chain = [[*points[0], at]]
        for before, after in pairwise(points):
            if before != after:
                at += length(type(part)([before, after]))
                chain.append([*after, round(at, 3)])
        found.append(chain)
    return found


def neighbours(week: Week, current: Week) -> tuple[Week | None, Week | None]:
    """The weeks before and after that can be reported on, of the same programme."""
    before = Week.of(week.monday - timedelta(days=7))
    after = Week.of(week.monday + timedelta(days=7))
    return before if before.year == week.year else None, after if after <= current else None


def differing(filing: Filing, shown: Page) -> tuple[str, ...]:
    """The fields in which what was typed is another than what is there now."""
    theirs, yours = filing.current, _yours(shown)
    if theirs is None:
        return ()
    return tuple(name for name in FIELDS if (getattr(theirs, name) or None) != (yours[name] or None))


def _yours(shown: Page) -> dict[str, Any]:
    """What was typed, in the shape of a stored report."""
    assert shown.yours is not None and shown.found is not None
    return asdict(shown.yours) | {"percent": shown.found.percent}


def _title(subject: Any, lang: str) -> str:
    return (subject.title_en if lang == "en" else None) or subject.title


def _saved(request: Request, book: Any, actor: Actor, lang: str) -> str | None:
    """The title of what was saved just before, when its code is in the address."""
    line = book.lines.get(request.query_params.get("saved", ""))
    return _title(line.subject, lang) if line is not None else None


def _boot(lang: str, filing: Filing, pieces: list[list[list[float]]]) -> dict[str, Any]:
    """What the page's scripts start from."""
    words = catalogue(lang)
    code = filing.subject.code
    before = filing.built_of(filing.previous)
    return {
        "lang": lang,
        "strings": {**words["report"]["picker"], "unit": words["map"]["unit"], "error": words["map"]["error"]}
        | {"status_line": words["map"]["status_line"]},
        "photos": {"bytes": MOST_BYTES, "left": MOST_PHOTOS},
        "picker": {
            "parts": pieces,
            "length_m": filing.length_m,
            "before": [list(section) for section in before.intervals] if before is not None else [],
            "locate": f"/api/sites/{code}/locate",
            "built": f"/api/sites/{code}/built",
        }
        if pieces
        else None,
    }
