"""What the audit says of a change: names and words for members and codes, the telling ones first."""

from __future__ import annotations

from app.i18n import catalogue
from app.store.vocabulary import Vocabulary
from app.views.audit import BRIEF, Difference, action_words, told

WORDS = Vocabulary(
    programme={},
    zone={},
    items={},
    towns={"1": {"name": "甲镇", "name_en": "Jia Town"}},
    units={"jianshe": {"name": "住建局", "name_en": "Construction"}},
    kinds={},
)
REPORT = {"subject": "20-1", "week": "2023-W28", "id": "x", "percent": 40.0, "reason": None, "text": None}


def lines(some: list[Difference]) -> list[tuple[str, str | None, str | None]]:
    return [(one.name, one.before, one.after) for one in some]


def test_a_correction_says_what_differs_and_folds_the_rest() -> None:
    before = REPORT | {"figures": {"0": {"quantity": 9, "towns": {"1": 9}}}, "sections": [[0, 12.5]]}
    after = before | {"percent": 45.0, "figures": {"1": {"percent": 5}}, "reason": "漏计", "id": "y"}
    said = told("zh", WORDS, before, after)
    assert lines(said.brief) == [
        ("周", None, "2023-W28"),
        ("进度（%）", "40", "45"),
        ("数据", "目标 1：9（甲镇 9）", "目标 2：5%"),
    ]
    assert lines(said.more) == [("理由", None, "漏计"), ("记录编号", "x", "y")]


def test_empty_members_are_left_out_but_what_is_taken_away_is_told() -> None:
    said = told("zh", WORDS, None, REPORT | {"target_weights": {}, "sections": []})
    assert {one.name for one in (*said.brief, *said.more)} == {"周", "进度（%）", "记录编号"}
    (gone,) = told("zh", WORDS, {"due": "2023-07-01"}, {"due": None}).brief
    assert gone == Difference("期限", "2023-07-01", "无")


def test_codes_are_words_and_a_step_has_its_own_text_alone() -> None:
    step = {"state": "open", "level": 1, "owner": "jianshe", "title": "管线", "text": "请办"}
    answered = step | {"state": "answered", "text": "已办"}
    said = told("en", WORDS, step, answered)
    states = catalogue("en")["blockage"]["state"]
    assert lines(said.brief) == [
        ("State", states["open"], states["answered"]),
        ("Title", None, "管线"),
        ("Text", None, "已办"),
    ]
    first = told("en", WORDS, None, step)
    spoken = [one.after for one in (*first.brief, *first.more)]
    assert catalogue("en")["blockage"]["level"]["1"] in spoken and "Construction" in spoken
    assert len(first.brief) == BRIEF


def test_intervals_moments_and_milestones_are_readable() -> None:
    entry = {
        "sections": [[0.0, 1100.0], [1500, 1800.5]],
        "made_at": "2023-05-18T06:30:00+00:00",
        "milestones": [["2023-04-15", 35], ["2023-05-31", 85]],
    }
    said = told("zh", WORDS, None, entry)
    assert {one.after for one in (*said.brief, *said.more)} == {
        "0–1100、1500–1800.5",
        "2023-05-18 14:30",
        "2023-04-15 35%、2023-05-31 85%",
    }


def test_what_has_an_unknown_shape_is_shown_as_it_is() -> None:
    said = told(
        "zh", WORDS, None, {"figures": {"0": 3}, "sections": [[1]], "made_at": "gestern", "owner": "x"}
    )
    assert {one.after for one in (*said.brief, *said.more)} == {'{"0":3}', "[[1]]", "gestern", "x"}
    assert told("zh", WORDS, "alt", "neu").brief == [Difference("", "alt", "neu")]


def test_places_loaded_are_told_in_words() -> None:
    before = {"villages": 58, "inhabitants": 90_000}
    after = {"added": 2, "altered": 0, "removed": 0, "left_out": 3, "source": "v.zip", "villages": 60}
    said = told("zh", WORDS, before, after | {"inhabitants": 91_200, "position": ["surveyed"]})
    names = [one.name for one in (*said.brief, *said.more)]
    assert not [name for name in names if name.isascii()]
    assert ("村庄（处）", "58", "60") in lines([*said.brief, *said.more])
    assert ("居民（人）", "90000", "91200") in lines([*said.brief, *said.more])
    assert action_words("zh", "places") != "places"
