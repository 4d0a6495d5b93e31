"""Coverage week by week, as the API has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.reached import Layer
from app.domain.services import Manner, Rules
from app.domain.weeks import Week
from app.i18n import translate
from app.store.coverage.answers import Question
from app.store.coverage.times import Point, Timeline
from app.store.vocabulary import Vocabulary
from app.views.coverage.members import town_members
from app.views.coverage.served import OF_EVERY_KIND, served_rows


def timeline_members(
    timeline: Timeline, told: Mapping[Question, Mapping[str, Any]], rules: Rules, words: Vocabulary, lang: str
) -> dict[str, Any]:
    """The answer of the API: weeks, and per kind and town a column for each number, in the weeks' order.

    `told` are each question's own members (:func:`app.views.coverage.members.question_members`).
    """
    return {
        "weeks": [
            {"week": str(week), "sunday": week.sunday.isoformat(), "label": _label(week, lang)}
            for week in timeline.weeks
        ],
        "kinds": [
            dict(members)
            | {"label": words.kinds[question.kind]["zh" if lang == "zh" else "en"]}
            | _columns(timeline.points[question], rules.by_kind[question.kind].manner, words)
            for question, members in told.items()
        ],
    }


def _columns(points: Sequence[Point], manner: Manner, words: Vocabulary) -> dict[str, Any]:
    layers = tuple(Layer) if manner is Manner.NETWORK else OF_EVERY_KIND
    rows = len(points[0].rows)
    served = [served_rows(point.reached, rows, layers) for point in points]
    columns = [
        {
            "area_km2": round(points[-1].rows[row].area_km2, 4),
            "covered_km2": [round(point.rows[row].covered_km2, 4) for point in points],
            "share": [round(point.rows[row].share, 6) for point in points],
            "sites": [point.rows[row].sites for point in points],
            **{name: _told([week[row][name] for week in served]) for name in served[0][row]},
        }
        for row in range(rows)
    ]
    codes = [row.code for row in points[0].rows[:-1]]
    towns = [town_members(code, words) | one for code, one in zip(codes, columns, strict=False)]
    return {"towns": towns, "zone": columns[-1]}


def _told(column: list[Any]) -> list[Any] | None:
    """A column of members; null where nothing is loaded."""
    return None if all(one is None for one in column) else column


def _label(week: Week, lang: str) -> str:
    return translate(lang, "week.label", year=str(week.year), number=str(week.number))
