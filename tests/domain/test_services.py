"""Rules of the coverage board: what counts when, and a file of radii that cannot be wrong quietly."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from typing import Any

import pytest

from app.domain.services import COUNTED, Manner, State, read_rules, told_by_town
from app.domain.status import StatusCode
from app.settings import ROOT

FILE = ROOT / "data" / "sites" / "services.toml"
ROW: dict[str, Any] = {
    "kind": "road",
    "manner": "street",
    "radius_m": 200,
    "assumed": True,
    "basis_zh": "假定",
    "basis_en": "assumed",
}
WALKING = {"metres_per_minute": 67}


def test_every_kind_has_a_rule_with_a_basis():
    kinds = tomllib.loads((FILE.parent / "kinds.toml").read_text("utf-8"))["kind"]
    rules = read_rules(tomllib.loads(FILE.read_text("utf-8")))
    assert set(rules.by_kind) == {kind["code"] for kind in kinds}
    for rule in rules.by_kind.values():
        assert ("假定" in rule.basis_zh) == ("assumed" in rule.basis_en) == rule.assumed
        if rule.manner is Manner.NETWORK:
            assert next(kind["measure"] for kind in kinds if kind["code"] == rule.kind) == "length"


def test_each_state_counts_what_the_one_before_counts():
    assert COUNTED[State.DONE] == {StatusCode.COMPLETED, StatusCode.ACCEPTED}
    assert COUNTED[State.ALL] == set(StatusCode)
    for less, more in pairwise(State):
        assert COUNTED[less] < COUNTED[more]


@pytest.mark.parametrize(
    "change",
    [
        {"manner": "bus"},
        {"radius_m": 0},
        {"radius_m": "near"},
        {"radius_m": float("nan")},
        {"minutes": 15},
        {"assumed": "yes"},
        {"basis_zh": ""},
    ],
)
def test_a_wrong_rule_is_refused_by_its_kind(change):
    assert read_rules({"service": [ROW], "walking": WALKING}).by_kind["road"].radius_m == 200
    with pytest.raises(ValueError, match="road"):
        read_rules({"service": [ROW | change], "walking": WALKING})


def test_a_rule_given_twice_or_no_speed_is_refused():
    with pytest.raises(ValueError, match="twice"):
        read_rules({"service": [ROW, ROW], "walking": WALKING})
    with pytest.raises(ValueError, match="metres_per_minute"):
        read_rules({"service": [ROW]})


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({}, True),
        ({"a": 0, "b": 40}, True),
        ({"a": 5, "b": 12}, True),
        ({"a": 4, "b": 12}, False),  # 12 of a known total of 16 would give the 4 away
        ({"a": 0.5, "b": 0}, False),
    ],
)
def test_small_counts_of_protected_items_are_held_back_with_all_others(counts, told):
    assert told_by_town(counts) == (counts if told else None)
