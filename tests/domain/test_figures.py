"""Roll-ups of tasks and items, over the targets of the shipped ledger and over made-up ones."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.figures import (
    SitePart,
    TaskFigures,
    item_rollup,
    own_targets,
    report_percent,
    task_percent,
    task_rollup,
    task_targets,
)
from app.domain.targets import COUNTED, Comparator, exact, percent_of

LEDGER = Path(__file__).parents[2] / "data" / "ledger" / "2023.toml"


@dataclass(frozen=True)
class Facts:
    """A target as the table has it."""

    ord: int
    title: str
    comparator: str = "exact"
    quantity: float | None = None
    unit: str | None = "个"
    kinds: list[str] = field(default_factory=list)
    part_of: str | None = None

    title_en = property(lambda self: self.title)
    unit_en = property(lambda self: self.unit)


def shipped() -> dict[tuple[int, int], list[Facts]]:
    """The targets of every task in data/ledger."""
    names = ("title", "comparator", "quantity", "kinds", "part_of")
    return {
        (item["no"], task["no"]): [
            Facts(n, unit=row.get("unit_zh"), **{name: row[name] for name in names if name in row})
            for n, row in enumerate(task["target"])
        ]
        for item in tomllib.loads(LEDGER.read_text("utf-8"))["item"]
        for task in item["task"]
    }


TASKS = shipped()
HEATING = [Facts(0, "供热管道", quantity=4.0, unit="千米", kinds=["heating_main"])]
ROADS = [Facts(0, "新建道路", quantity=2, unit="条", kinds=["road"])]


def lines(*rows: tuple[float, float], position: str = "illustrative", kind: str = "heating_main", **more):
    """Sites from (length in metres, percent)."""
    return [
        SitePart(f"20-3-{n:02d}", kind, percent, position, length, **more)
        for n, (length, percent) in enumerate(rows, 1)
    ]


class TestOwnTargets:
    def test_what_sites_make_and_totals_of_others_are_not_reported(self):
        assert own_targets(TASKS[14, 1]) == [1, 2]  # 549 posts are 209 in town and 340 in the country
        assert own_targets(TASKS[20, 3]) == [1, 2]  # the mains are made by their sites
        assert own_targets(TASKS[20, 2]) == []
        assert own_targets(TASKS[1, 1]) == [0, 1, 2]  # a total nobody is part of is reported itself

    def test_every_target_of_the_notice_comes_from_somewhere(self):
        for targets in TASKS.values():
            totals = {target.part_of for target in targets if target.part_of}
            for target in targets:
                ways = [target.ord in own_targets(targets), bool(target.kinds), target.title in totals]
                assert sum(ways) == 1, target


class TestBySites:
    def test_a_road_of_two_is_one_whatever_its_length(self):
        done = task_rollup(TaskFigures(ROADS, None, lines((1900, 100), (300, 0), kind="road"))).targets[0]
        assert (done.done, done.percent, done.complete) == (1.0, 50.0, False)

    def test_one_road_drawn_does_not_stand_for_two(self):
        done = task_rollup(TaskFigures(ROADS, None, lines((1900, 100), kind="road"))).targets[0]
        assert (done.done, done.percent, done.complete) == (1.0, 50.0, False)

    def test_a_place_in_two_parts_is_still_one(self):
        park = [Facts(0, "口袋公园", quantity=1, unit="处", kinds=["pocket_park"])]
        halves = [SitePart("a", "pocket_park", 100.0), SitePart("b", "pocket_park", 0.0)]
        assert task_rollup(TaskFigures(park, None, halves)).targets[0].done == 0.5

    def test_illustrative_lines_never_change_the_length_promised(self):
        drawn = lines((900, 100), (300, 0))
        done = task_rollup(TaskFigures(HEATING, None, drawn)).targets[0]
        assert (done.done, done.percent) == (3.0, 75.0)
        whole = task_rollup(TaskFigures(HEATING, None, lines((900, 100), (300, 100)))).targets[0]
        assert (whole.done, whole.percent, whole.complete, whole.surplus) == (4.0, 100.0, True, 0.0)

    def test_weights_of_the_plan_stand_before_lengths(self):
        sites = [
            SitePart("a", "heating_main", 100.0, "illustrative", 900, weight=1),
            SitePart("b", "heating_main", 0.0, "illustrative", 300, weight=3),
        ]
        assert task_rollup(TaskFigures(HEATING, None, sites)).targets[0].done == 1.0

    def test_weights_that_nobody_set_leave_the_lengths(self):
        weighed = lines((900, 100), (300, 0), weight=1.0)
        assert task_rollup(TaskFigures(HEATING, None, weighed)).targets[0].done == 3.0

    def test_surveyed_lines_count_real_metres(self):
        sites = [
            SitePart("a", "heating_main", 45.0, "surveyed", 4000.0, built_m=1800.0),
            SitePart("b", "heating_main", 50.0, "surveyed", 1000.0),
        ]
        done = task_rollup(TaskFigures(HEATING, None, sites)).targets[0]
        assert (done.done, done.percent) == (2.3, 57.5)

    def test_one_line_not_surveyed_leaves_all_at_shares(self):
        sites = [*lines((1000, 100), position="surveyed"), *lines((1000, 0))]
        assert task_rollup(TaskFigures(HEATING, None, sites)).targets[0].done == 2.0

    def test_a_surveyed_line_too_short_does_not_complete_the_promise(self):
        done = task_rollup(TaskFigures(HEATING, None, lines((3900, 100), position="surveyed"))).targets[0]
        assert (done.done, done.percent, done.complete) == (3.9, 97.5, False)

    def test_centimetres_of_a_survey_decide_nothing(self):
        built = lines((2000.2, 100), (1999.7, 100), position="surveyed")
        assert task_rollup(TaskFigures(HEATING, None, built)).targets[0].complete

    def test_a_surveyed_line_that_is_not_finished_is_not_complete(self):
        unfinished = [SitePart("a", "heating_main", 99.9, "surveyed", 4000.0, built_m=3999.9)]
        done = task_rollup(TaskFigures(HEATING, None, unfinished)).targets[0]
        assert (done.done, done.percent, done.complete) == (3.999, 99.9, False)

    def test_rooms_of_one_kind_go_to_their_targets_in_turn(self):
        rooms = [
            SitePart(f"09-1-{n:02d}", "reading_room", percent) for n, percent in enumerate((100, 100, 0), 1)
        ]
        city, rural = task_rollup(TaskFigures(TASKS[9, 1], None, rooms[::-1])).targets
        assert (city.done, city.complete) == (2.0, True)
        assert (rural.done, rural.complete) == (0.0, False)

    def test_a_milestone_made_by_sites_is_their_mean(self):
        school = task_rollup(TaskFigures(TASKS[11, 1], None, [SitePart("11-1-01", "kindergarten", 81.0)]))
        assert (school.percent, school.complete) == (81.0, False)

    def test_without_sites_nothing_is_done_and_nothing_fails(self):
        for targets in TASKS.values():
            rolled = task_rollup(TaskFigures(targets))
            assert rolled.percent == 0
            assert not rolled.complete
            assert not any(one.reported for one in rolled.targets)

    @given(
        st.lists(
            st.tuples(st.integers(1, 9000), st.integers(0, 1000).map(lambda n: n / 10)),
            min_size=1,
            max_size=6,
        )
    )
    def test_completeness_needs_every_line(self, rows):
        done = task_rollup(TaskFigures(HEATING, None, lines(*rows))).targets[0]
        assert done.complete == all(percent == 100 for _, percent in rows)
        assert done.percent == percent_of(done.done, 4) or abs(done.percent - done.done / 4 * 100) <= 0.06
        assert 0 <= done.done <= 4


class TestItems:
    def test_an_item_is_the_mean_of_its_tasks(self):
        done = TaskFigures([Facts(0, "一", quantity=10)], {"0": {"quantity": 10}})
        half = TaskFigures([Facts(n, f"目标{n}", "milestone") for n in range(3)], {"0": {"percent": 100}})
        assert task_percent(half) == 33.3
        rolled = item_rollup([done, half])
        assert (rolled.percent, rolled.complete) == (66.7, False)
        assert item_rollup([done, TaskFigures(half.targets, half.figures, weight=3)]).percent == 50.0

    def test_tasks_may_call_their_targets_alike(self):
        task = TaskFigures([Facts(0, "培训", quantity=10)], {"0": {"quantity": 10}})
        rolled = item_rollup([task, task])
        assert [one.target.title for one in rolled.targets] == ["培训", "培训"]
        assert rolled.complete

    def test_a_total_and_its_parts_within_an_item(self):
        posts = TaskFigures(TASKS[14, 1], {"1": {"quantity": 209}, "2": {"quantity": 170}})
        total, town, country = item_rollup([posts]).targets
        assert (total.done, town.complete, country.percent) == (379.0, True, 50.0)
        assert total.target.part_of is None
        assert country.target.part_of == "城乡公益性岗位"

    def test_more_than_at_least_is_shown_and_hides_no_lack(self):
        lectures = TaskFigures(TASKS[3, 2], {"0": {"quantity": 12}, "1": {"quantity": 3}})
        campaigns, talks = task_rollup(lectures).targets
        assert (campaigns.surplus, campaigns.surplus_is_fine, campaigns.percent) == (6.0, True, 200.0)
        assert (talks.complete, task_percent(lectures)) == (False, 87.5)


class TestOddTargets:
    """Whatever the ledger's targets are called, and however they refer to each other, nothing fails."""

    def test_targets_of_one_name(self):
        twins = [Facts(0, "培训", quantity=4), Facts(1, "培训", quantity=4)]
        rolled = task_rollup(TaskFigures(twins, {"0": {"quantity": 4}, "1": {"quantity": 2}}))
        assert [one.percent for one in rolled.targets] == [100.0, 50.0]
        assert len({one.target.title for one in rolled.targets}) == 2

    @pytest.mark.parametrize("part_of", ["没有这个目标", "一", "步骤", "部分"])
    def test_a_part_of_nothing_stands_for_itself(self, part_of):
        odd = [
            Facts(0, "一", quantity=4),
            Facts(1, "步骤", "milestone"),
            Facts(2, "部分", "exact", 3, part_of=part_of),
        ]
        assert own_targets(odd) == [0, 1, 2]
        assert task_rollup(TaskFigures(odd, {"2": {"quantity": 3}})).targets[2].complete

    def test_what_should_be_counted_and_has_no_quantity_is_reached_in_percent(self):
        odd = [Facts(0, "一", "exact", None), Facts(1, "二", "total", 0)]
        rolled = task_rollup(TaskFigures(odd, {"0": {"percent": 50}, "1": {"quantity": 5}}))
        assert [one.percent for one in rolled.targets] == [50.0, 0.0]

    @given(st.data())
    def test_any_targets_can_be_rolled_up(self, data):
        title = st.sampled_from(["一", "二", "三"])
        odd = [
            Facts(
                n,
                data.draw(title),
                data.draw(st.sampled_from([one.value for one in Comparator])),
                data.draw(st.sampled_from([None, 0, 2.5, 4])),
                data.draw(st.sampled_from(["千米", "处", None])),
                data.draw(st.sampled_from([[], ["road"]])),
                data.draw(st.one_of(st.none(), title)),
            )
            for n in range(data.draw(st.integers(1, 4)))
        ]
        task = TaskFigures(odd, {"0": {"quantity": 2}, "1": {"percent": 40}}, lines((900, 50), kind="road"))
        rolled = item_rollup([task, task])
        assert rolled.complete == all(one.complete for one in rolled.targets)
        assert 0 <= report_percent(odd, task.figures) <= 100


class TestReports:
    def test_only_what_is_reported_on_the_task_counts(self):
        assert report_percent(TASKS[20, 3], {"1": {"percent": 100}, "2": {"percent": 50}}) == 75.0
        assert report_percent(TASKS[14, 1], {"1": {"quantity": 209}, "2": {"quantity": 340}}) == 100.0

    def test_weights_of_the_plan(self):
        assert report_percent(TASKS[20, 3], {"1": {"percent": 100}, "2": {"percent": 0}}, {"1": 3}) == 75.0

    def test_a_task_made_by_sites_has_no_report(self):
        assert report_percent(TASKS[20, 2], {}) == 0.0

    def test_a_figure_that_no_longer_fits_its_target_is_none(self):
        """The ledger's targets may be corrected; what was reported on another kind of target says nothing."""
        assert report_percent([Facts(0, "一", "milestone")], {"0": {"quantity": 5}, "7": {"percent": 1}}) == 0


@st.composite
def tasks(draw: st.DrawFn) -> TaskFigures:
    """A task of the notice with any figures for its own targets and any progress of sites, in percent to
    one decimal as reports keep it."""
    targets = TASKS[draw(st.sampled_from(sorted(TASKS)))]
    figures = {}
    for target in targets:
        if target.ord in own_targets(targets) and draw(st.booleans()):
            counted = Comparator(target.comparator) in COUNTED
            most = int((target.quantity or 0) * 2) if counted else 100
            number = draw(st.one_of(st.integers(0, most), st.just(int(target.quantity or 100))))
            figures[str(target.ord)] = {
                "quantity" if counted else "percent": number if counted else min(number, 100)
            }
    kinds = sorted({kind for target in targets for kind in target.kinds})
    sites = [
        SitePart(
            f"{n:02d}",
            kind,
            draw(st.one_of(st.none(), st.just(100.0), st.integers(0, 1000).map(lambda tenths: tenths / 10))),
            draw(st.sampled_from(["illustrative", "surveyed"])),
            draw(st.floats(1, 9000)),
            weight=draw(st.one_of(st.none(), st.floats(0.1, 10))),
        )
        for n, kind in enumerate(draw(st.lists(st.sampled_from(kinds), max_size=4)) if kinds else [])
    ]
    weights = {str(target.ord): draw(st.integers(1, 9)) for target in targets}
    return TaskFigures(targets, figures, sites, weights, draw(st.integers(1, 5)))


class TestAlways:
    @given(st.lists(tasks(), min_size=1, max_size=4))
    def test_an_item_is_complete_exactly_when_all_its_targets_are(self, many):
        rolled = item_rollup(many)
        every = [one for task in many for one in task_rollup(task).targets]
        assert [one.complete for one in rolled.targets] == [one.complete for one in every]
        assert rolled.complete == all(one.complete for one in every)
        assert (rolled.percent == 100) == rolled.complete

    @given(st.lists(tasks(), min_size=1, max_size=4))
    def test_an_item_lies_where_its_tasks_say(self, many):
        percents = [task_percent(task) for task in many]
        mean = sum(task.weight * p for task, p in zip(many, percents, strict=True))
        mean /= sum(task.weight for task in many)
        assert abs(item_rollup(many).percent - mean) <= 0.21

    @given(tasks())
    def test_numbers_and_percent_tell_one_story(self, task):
        for one in task_rollup(task).targets:
            if one.done is None:
                assert one.complete == (one.percent == 100)
                continue
            quantity = one.target.quantity
            assert one.complete == (one.percent >= 100)
            assert (one.percent == 0) == (one.done == 0)
            assert one.surplus == pytest.approx(max(one.done - quantity, 0))
            if 0.1 < one.percent < 99.9:
                assert math.isclose(one.percent, one.done / quantity * 100, abs_tol=0.051)

    @given(tasks())
    def test_a_task_is_reported_on_whole_when_all_its_own_targets_are(self, task):
        own = set(own_targets(task.targets))
        rolled = task_rollup(task).targets
        mine = [one for facts, one in zip(task.targets, rolled, strict=True) if facts.ord in own]
        percent = report_percent(task.targets, task.figures, task.target_weights)
        assert (percent == 100) == (bool(mine) and all(one.complete for one in mine))

    @given(tasks(), st.data())
    def test_more_reported_is_never_a_smaller_percentage(self, task, data):
        own = own_targets(task.targets)
        if not own:
            return
        ordinal = str(data.draw(st.sampled_from(own)))
        before = dict(task.figures)
        after = dict(before)
        figure = dict(before.get(ordinal) or {})
        facts = task.targets[int(ordinal)]
        name = "quantity" if Comparator(facts.comparator) in COUNTED else "percent"
        figure[name] = min(figure.get(name, 0) + 1, 100) if name == "percent" else figure.get(name, 0) + 1
        after[ordinal] = figure
        more = TaskFigures(task.targets, after, task.sites, task.target_weights, task.weight)
        assert task_percent(more) >= task_percent(task)

    @given(tasks())
    def test_shares_of_a_length_make_up_the_promise(self, task):
        targets = task_targets(task.targets, task.figures, task.sites, task.target_weights)
        for facts, target in zip(task.targets, targets, strict=True):
            if facts.unit == "千米" and target.parts and target.parts[0].quantity is None:
                if any(part.percent is None for part in target.parts):
                    continue
                assert sum((exact(part.weight) for part in target.parts), Fraction(0)) == exact(
                    facts.quantity
                )
