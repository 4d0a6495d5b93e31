"""What is sent for a task's targets: taken in one spelling, or refused with every fault in both languages."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.figurecheck import MOST_TIMES, check_figures, parse_number
from app.domain.figures import own_targets, report_percent
from app.domain.targets import COUNTED, Comparator
from app.errors import BadParameter
from tests.domain.test_figures import TASKS, Facts

TOWNS = {"370829104": "疃里镇", "370829108": "马集镇"}
PLACES, METRES = Facts(0, "新增托位", quantity=162), Facts(0, "管道", quantity=4.0, unit="千米")
STEP = Facts(0, "品牌建立", "milestone")


def refused(targets, figures) -> list:
    with pytest.raises(BadParameter) as error:
        check_figures(targets, figures, TOWNS)
    for fault in error.value.faults:
        assert fault.zh
        assert fault.en
        assert (
            not any("一" <= letter <= "鿿" for letter in fault.en.replace(PLACES.title, ""))
            or "“" in fault.en
        )
    return [fault.parameter for fault in error.value.faults]


class TestTaken:
    @pytest.mark.parametrize("sent", [120, 120.0, "120", " １２０ ", Decimal("120.0"), {"quantity": "120"}])
    def test_one_spelling(self, sent):
        found = check_figures([PLACES], {"0": sent}, TOWNS)
        assert json.dumps(found) == '{"0": {"quantity": 120}}'

    def test_thousands(self):
        homes = Facts(0, "有线电视", quantity=1200, unit="户")
        assert check_figures([homes], {"0": "1,100"}, TOWNS) == {"0": {"quantity": 1100}}

    def test_towns_make_up_the_quantity(self):
        towns = {"370829108": 50, "370829104": 70}
        found = check_figures([PLACES], {"0": {"towns": towns}}, TOWNS)
        assert json.dumps(found) == '{"0": {"quantity": 120, "towns": {"370829104": 70, "370829108": 50}}}'
        assert check_figures([PLACES], {"0": {"quantity": 120, "towns": towns}}, TOWNS) == found

    def test_empty_towns_are_none(self):
        sent = {"0": {"quantity": 3, "towns": {"370829104": "", "370829108": None}}}
        assert check_figures([PLACES], sent, TOWNS) == {"0": {"quantity": 3}}

    @pytest.mark.parametrize(
        ("sent", "percent"),
        [(True, 100), (False, 0), ("40%", 40), ("40％", 40), (99.5, 99.5), ({"percent": True}, 100)],
    )
    def test_steps(self, sent, percent):
        assert check_figures([STEP], {"0": sent}, TOWNS) == {"0": {"percent": percent}}

    def test_kilometres_need_not_be_whole(self):
        assert check_figures([METRES], {"0": 1.25}, TOWNS) == {"0": {"quantity": 1.25}}

    def test_more_than_the_target_is_taken_up_to_a_bound(self):
        assert check_figures([PLACES], {"0": 162 * MOST_TIMES}, TOWNS) == {"0": {"quantity": 1620}}

    def test_a_task_made_by_sites_takes_nothing(self):
        assert check_figures(TASKS[20, 2], {}, TOWNS) == {}


class TestRefused:
    @pytest.mark.parametrize(
        "sent",
        [
            -1,
            1.5,
            "1.5",
            "many",
            "",
            None,
            True,
            float("nan"),
            float("inf"),
            "1e9",
            "１2个",
            1621,
            10**400,
            "9" * 99,
        ],
    )
    def test_quantities(self, sent):
        assert refused([PLACES], {"0": sent}) == ["figures.0"]

    @pytest.mark.parametrize("sent", [-0.1, 100.1, "", None, "done", float("nan"), 10**400, "1,0"])
    def test_percentages(self, sent):
        assert refused([STEP], {"0": sent}) == ["figures.0"]

    @pytest.mark.parametrize(
        "sent",
        [{"percent": 4}, {"quantity": 1, "percent": 4}, [1], {"quantity": 1, "sum": 2}, {"quantity": [1]}],
    )
    def test_other_members(self, sent):
        assert refused([PLACES], {"0": sent}) == ["figures.0"]
        assert refused([STEP], {"0": {"quantity": 4}}) == ["figures.0"]

    def test_towns_that_do_not_add_up(self):
        sent = {"0": {"quantity": 120, "towns": {"370829104": 70, "370829108": 49}}}
        assert refused([PLACES], sent) == ["figures.0.towns"]
        assert refused([PLACES], {"0": {"quantity": 120, "towns": {"370829104": 70}}}) == ["figures.0.towns"]

    def test_towns_that_are_none(self):
        assert refused([PLACES], {"0": {"towns": {"1": 1}}}) == ["figures.0.towns"]
        assert refused([PLACES], {"0": {"towns": [1]}}) == ["figures.0.towns"]
        assert refused([PLACES], {"0": {"towns": {"370829104": 0.5}}}) == ["figures.0.towns.370829104"]

    def test_targets_that_are_not_reported(self):
        own = {"1": 209, "2": 340}
        assert refused(TASKS[14, 1], own | {"0": 549}) == ["figures.0"]
        assert refused(TASKS[14, 1], own | {"9": 1}) == ["figures.9"]
        assert refused(TASKS[20, 2], {"0": 1}) == ["figures.0"]

    def test_every_fault_at_once(self):
        assert refused(TASKS[1, 1], {"0": -1, "1": "x", "7": 1}) == [
            "figures.7",
            "figures.0",
            "figures.1",
            "figures.2",
        ]

    @pytest.mark.parametrize("sent", [None, [], "x", 3])
    def test_something_else(self, sent):
        assert refused([PLACES], sent) == ["figures"]


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=50)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["0", "1", "2", "quantity", "percent", "towns", *TOWNS, "x"]), inner, max_size=4
        ),
    ),
    max_leaves=8,
)


class TestAlways:
    @given(st.sampled_from(sorted(TASKS)), anything)
    def test_anything_is_taken_or_refused_with_a_reason(self, key, sent):
        targets = TASKS[key]
        try:
            found = check_figures(targets, sent, TOWNS)
        except BadParameter as error:
            problem = error.problem("zh", "/api/reports")
        else:
            problem = None
        if problem:
            assert problem["errors"]
            assert json.dumps(problem, ensure_ascii=False, allow_nan=False).encode()
            return
        assert sorted(found) == sorted(map(str, own_targets(targets)))
        assert 0 <= report_percent(targets, found) <= 100

    @given(st.sampled_from(sorted(TASKS)), st.data())
    def test_what_is_taken_is_taken_again_unchanged(self, key, data):
        targets = TASKS[key]
        sent = {}
        for target in targets:
            if target.ord in own_targets(targets):
                counted = Comparator(target.comparator) in COUNTED
                most = int(target.quantity * MOST_TIMES) if counted else 100
                sent[str(target.ord)] = data.draw(
                    st.integers(0, most).flatmap(lambda n: st.sampled_from([n, str(n)]))
                )
        found = check_figures(targets, sent, TOWNS)
        again = json.loads(json.dumps(found))
        assert check_figures(targets, again, TOWNS) == found

    @given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
    def test_a_number_written_out_is_the_number(self, number):
        text = format(Decimal(str(number)), "f")
        parsed = parse_number(text)
        assert len(text) > 30 if parsed is None else float(parsed) == float(number)
