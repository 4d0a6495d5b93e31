"""The weekly meeting in words and plain values: the same for the page and for the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.blockages import Blockage
from app.domain.status import StatusCode
from app.domain.targetfacts import is_counted
from app.domain.targets import TargetProgress
from app.i18n import translate
from app.store.ledger import target_text
from app.store.meeting import Meeting, MeetingRow, Sums, UnitPage
from app.store.vocabulary import Vocabulary
from app.wording import figure, local, why

STATUSES = [code.value for code in StatusCode]


def meeting_members(
    meeting: Meeting, words: Vocabulary, lang: str, only: str | None = None
) -> dict[str, Any]:
    """The meeting as plain values. `only`: the page of one unit; None for the zone and all units."""
    speech = _Speech(words, lang, meeting)
    pages = [speech.page(page) for page in meeting.pages if only is None or page.unit == only]
    return {
        "week": str(meeting.week),
        "week_label": translate(
            lang, "week.label", year=str(meeting.week.year), number=str(meeting.week.number)
        ),
        "monday": meeting.week.monday.isoformat(),
        "sunday": meeting.week.sunday.isoformat(),
        "as_of": meeting.book.as_of.day.isoformat(),
        "due": translate(lang, "week.label", year=str(meeting.due.year), number=str(meeting.due.number)),
        "sample": meeting.sample,
        "programme": local(lang, words.programme),
        "zone": speech.zone() if only is None else None,
        "pages": pages,
    }


class _Speech:
    def __init__(self, words: Vocabulary, lang: str, meeting: Meeting) -> None:
        self.words, self.lang, self.meeting = words, lang, meeting
        self.today = meeting.book.as_of.day

    def zone(self) -> dict[str, Any]:
        """The zone's page: units and items with their sums."""
        units = [
            {"unit": page.unit, "title": self.unit(page.unit), **_sums(page.sums)}
            for page in self.meeting.pages
        ]
        items = [
            {
                "no": item.no,
                "title": item.title_en if self.lang == "en" else item.title,
                "unit": self.unit(item.unit),
                "percent": item.progress.percent if item.progress else None,
                **_sums(item.sums),
            }
            for item in self.meeting.items
        ]
        return {
            "title": local(self.lang, self.words.zone, "name"),
            "sums": _sums(self.meeting.sums),
            "units": units,
            "items": items,
            "complete": sum(1 for item in self.meeting.items if item.progress and item.progress.complete),
        }

    def page(self, page: UnitPage) -> dict[str, Any]:
        """A unit's page."""
        rows = [self.row(row) for row in page.rows]
        return {
            "unit": page.unit,
            "title": self.unit(page.unit),
            "rows": rows,
            "others": [self.blockage(one) | {"code": one.subject} for one in page.others],
            "sums": _sums(page.sums),
        }

    def row(self, row: MeetingRow) -> dict[str, Any]:
        """A subject's row."""
        line, subject = row.line, row.line.subject
        milestone = row.row.milestone
        return {
            "code": line.code,
            "title": subject.title_en if self.lang == "en" else subject.title,
            "address": f"/{'sites' if subject.site else 'subjects'}/{line.code}",
            "targets": [self.target(target, done) for target, done in row.targets],
            "planned": row.row.planned,
            "reported": row.row.reported,
            "change": row.change if row.filed else None,
            "filed": row.filed,
            "status": line.status.code.value,
            "status_label": translate(self.lang, f"status.{line.status.code}"),
            "why": self.why(row),
            "missing": row.row.missing,
            "blockages": [self.blockage(one) for one in row.blockages],
            "sentence": row.sentence,
            "milestone": {"day": milestone.day.isoformat(), "percent": milestone.percent}
            if milestone
            else None,
            "sample": row.row.sample,
        }

    def why(self, row: MeetingRow) -> str:
        """The sentence behind the status, without words that this reader may not see."""
        said = why(self.lang, row.line.status)
        reason = row.line.status.inputs.get("reason")
        if reason and not row.readable:
            return said.replace(reason, translate(self.lang, "meeting.kept_back"))
        return said

    def target(self, target: Any, done: TargetProgress | None) -> str:
        """A target with what is done of it: ``新增托位 120 / 162 个``."""
        title = target.title_en if self.lang == "en" else target.title
        unit = (target.unit_en if self.lang == "en" else target.unit) or ""
        if done is None:
            text = target_text(target, self.lang)
            return title if text == title else f"{title} {text}"
        if is_counted(target) and done.done is not None:
            return f"{title} {figure(done.done)} / {figure(target.quantity)} {unit}".rstrip()
        return f"{title} {figure(done.percent, 1)}%"

    def blockage(self, one: Blockage) -> dict[str, Any]:
        """A blockage in a line: what, whose, since when, until when."""
        return {
            "id": one.id,
            "title": one.title,
            "owner": self.unit(one.owner),
            "days": one.age(self.today),
            "due": one.due.isoformat() if one.due else None,
            "late": one.overdue(self.today),
            "level": one.level,
        }

    def unit(self, code: str) -> str:
        """A unit's name."""
        return local(self.lang, self.words.units.get(code, {"name": code}), "name")


def _sums(sums: Sums) -> dict[str, Any]:
    return {
        "subjects": sums.subjects,
        "statuses": {code: sums.statuses.get(code, 0) for code in STATUSES},
        "missing": sums.missing,
        "filed": sums.filed,
        "blockages": sums.blockages,
    }


def blockage_text(lang: str, one: dict[str, Any]) -> str:
    """A blockage as one line of text."""
    said = translate(lang, "meeting.blockage", title=one["title"], owner=one["owner"], days=one["days"])
    return said + (translate(lang, "meeting.late", due=one["due"]) if one["late"] else "")


def status_texts(lang: str, statuses: dict[str, int], codes: Sequence[str] = STATUSES) -> list[str]:
    """``正常推进 3`` for every status that occurs."""
    return [f"{translate(lang, f'status.{code}')} {statuses[code]}" for code in codes if statuses[code]]
