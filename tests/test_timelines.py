"""Timelines in words: every kind of event has its sentence in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.domain.timeline import Event, Kind
from app.domain.weeks import Week
from app.i18n import LANGUAGES
from app.views.timelines import sentence

MOMENT = datetime(2023, 3, 3, 2, tzinfo=UTC)
UNITS = {"jianshe": {"name": "住建局", "name_en": "Construction"}}
VALUES = {
    "week": Week(2023, 20),
    "percent": 12.5,
    "was": 13.0,
    "start": date(2023, 3, 1),
    "end": date(2023, 9, 1),
    "who": "督查",
    "id": "x",
    "title": "用地",
    "unit": "jianshe",
    "level": 2,
    "due": date(2023, 7, 1),
    "verdict": "ok",
    "presence": None,
    "changed": ["verdict", "finding", "sections"],
    "built_m": 120.0,
    "made_at": MOMENT,
    "position": "surveyed",
    "version": 2,
    "source": "导入",
}


def told(kind: Kind, lang: str, words: str | None = None, **more) -> str:
    return sentence(Event(kind, MOMENT, 1, "20-1", True, VALUES | more, words), UNITS, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_sentence(kind, lang):
    for words in ("某句话", None):
        text = told(kind, lang, words)
        assert text
        assert "{" not in text
        assert "None" not in text


def test_sentences_say_who_what_and_until_when():
    assert told(Kind.BLOCKAGE_ASSIGN, "zh") == "堵点“用地”交住建局办理，限 2023-07-01 前"
    assert told(Kind.BLOCKAGE_ASSIGN, "zh", due=None) == "堵点“用地”交住建局办理"
    assert told(Kind.BLOCKAGE_ESCALATE, "en") == (
        "Blockage “用地” escalated to the supervision command, due 2023-07-01"
    )
    assert told(Kind.BLOCKAGE_CLOSE, "zh", title=None) == "堵点“内容不公开”销号"
    assert told(Kind.CORRECTED, "zh") == "更正 2023 年第 20 周上报：13% 改为 12.5%"
    assert told(Kind.CORRECTED, "zh", was=12.5) == "更正 2023 年第 20 周的上报内容（仍为 12.5%）"
    assert told(Kind.STOPPED, "zh", "迁改") == "2023 年第 20 周声明停工（已完成 12.5%）：迁改"
    assert told(Kind.STOPPED, "zh") == "2023 年第 20 周声明停工（已完成 12.5%）"
    assert told(Kind.INSPECTED, "zh") == "现场督查：情况属实，现场已建 120\u00a0米"
    doubtful = told(Kind.INSPECTED, "zh", built_m=None, verdict="problem", presence="doubtful")
    assert doubtful == "现场督查：发现问题（存疑）"
    assert told(Kind.MENDED, "zh") == "督查补正：结论改为情况属实、现场情况、现场已建改为 120\u00a0米"
    assert (
        told(Kind.MENDED, "en", changed=["sections"], built_m=None) == "Inspection mended: sections taken out"
    )
