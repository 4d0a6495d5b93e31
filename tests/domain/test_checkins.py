"""What a mending changed."""

from __future__ import annotations

from app.domain.checkins import MENDABLE, Mended, mendings


def state(**values):
    return dict.fromkeys(MENDABLE) | values


def test_each_step_names_the_fields_that_it_changed_with_both_values():
    sent = state(verdict="problem", finding="未封闭。", sections=[[0, 100]])
    steps = [sent, sent | {"verdict": "ok"}, sent | {"verdict": "ok", "finding": "", "sections": None}]
    assert mendings(steps) == [
        (Mended("verdict", "problem", "ok"),),
        (Mended("finding", "未封闭。", None), Mended("sections", [[0, 100]], None)),
    ]


def test_nothing_is_mended_by_one_state_and_empty_is_the_same_as_none():
    assert mendings([state()]) == []
    assert mendings([state(finding=""), state(finding=None)]) == [()]
