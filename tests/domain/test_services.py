"""Rules of the coverage board: what counts when, and a file of radii that cannot be wrong quietly."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from typing import Any

import pytest

from app.domain.privacy import WITHHELD_ITEMS
from app.domain.services import COUNTED, Manner, State, read_rules, told_count
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


def test_small_counts_of_protected_items_are_held_back():
    assert {5, 6, 7, 13} == WITHHELD_ITEMS
    assert [told_count(n) for n in (None, 0, 1, 4, 5, 40)] == [
        (None, False),
        (0, False),
        (None, True),
        (None, True),
        (5, False),
        (40, False),
    ]
