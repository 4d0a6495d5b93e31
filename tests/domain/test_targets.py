"""Targets and items: numbers and percentages tell one story, and nothing is complete before it is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.targets import COUNTED, Comparator, Part, Target, item_progress, percent_of, target_progress

NOT_COUNTED = sorted(set(Comparator) - COUNTED)

# Figures as people report them: with two decimals.
figures = st.integers(0, 200_000).map(lambda hundredths: Decimal(hundredths) / 100)
positive = st.integers(1, 200_000).map(lambda hundredths: Decimal(hundredths) / 100)
percents = st.one_of(st.sampled_from([0, 100]), st.integers(0, 1000).map(lambda tenths: Decimal(tenths) / 10))
percent_parts = st.builds(Part, percent=st.one_of(st.none(), percents), weight=positive)
counted_parts = st.one_of(percent_parts, st.builds(Part, quantity=figures))


@st.composite
def targets(draw: st.DrawFn, title: str = "target") -> Target:
    comparator = draw(st.sampled_from(Comparator))
    counted = comparator in COUNTED
    parts = draw(st.lists(counted_parts if counted else percent_parts, max_size=5))
    return Target(title, comparator, draw(positive) if counted else None, tuple(parts), draw(positive))


items = st.integers(1, 5).flatmap(lambda n: st.tuples(*(targets(f"target {i}") for i in range(n))))


def counted(quantity, *done, comparator=Comparator.EXACT, **more) -> Target:
    """A target of some quantity whose parts report quantities."""
    return Target("target", comparator, quantity, tuple(Part(quantity=one) for one in done), **more)


def averaged(*percents, comparator=Comparator.MILESTONE, **more) -> Target:
    """A target whose parts, all of one weight, report percentages."""
    return Target("target", comparator, None, tuple(Part(percent=one) for one in percents), **more)


class TestPercent:
    @pytest.mark.parametrize(
        ("done", "whole", "percent"),
        [
            (1800, 4000, 45.0),
            (0, 4000, 0.0),
            (4000, 4000, 100.0),
            (3999.999, 4000, 99.9),
            (0.001, 4000, 0.1),
            (161, 162, 99.4),
            (1, 3, 33.3),
            (2, 3, 66.7),
            (0.05, 100, 0.1),
            (44.45, 100, 44.5),  # a half goes up, also where binary floats lie just below it
            (8, 6, 133.3),
            (Decimal("0.3"), 0.3, 100.0),
            (Fraction(1, 8), 1, 12.5),
        ],
    )
    def test_to_one_decimal_and_never_another_story(self, done, whole, percent):
        assert percent_of(done, whole) == percent

    @given(figures, positive)
    def test_100_means_all_and_0_means_nothing(self, done, whole):
        percent = percent_of(done, whole)
        assert (percent >= 100) == (done >= whole)
        assert (percent == 0) == (done == 0)
        if 0.1 < percent < 99.9:
            assert abs(Fraction(done) / Fraction(whole) * 100 - Fraction(str(percent))) <= Fraction(1, 20)

    @given(figures, figures, positive)
    def test_more_is_never_a_smaller_percentage(self, one, other, whole):
        low, high = sorted((one, other))
        assert percent_of(low, whole) <= percent_of(high, whole)

    @pytest.mark.parametrize(
        ("done", "whole"), [(-1, 4), (1, 0), (1, -4), (float("nan"), 4), (1, float("inf"))]
    )
    def test_what_is_no_share_is_refused(self, done, whole):
        with pytest.raises(ValueError):
            percent_of(done, whole)


class TestTarget:
    def test_quantities_add(self):
        progress = target_progress(counted(162, 40, 60, 12))
        assert (progress.done, progress.percent, progress.complete) == (112.0, 69.1, False)
        assert target_progress(counted(162, 40, 60, 62)).complete

    def test_tenths_add_up_as_written(self):
        progress = target_progress(counted(0.3, 0.1, 0.2))
        assert (progress.done, progress.percent, progress.complete) == (0.3, 100.0, True)

    def test_percentages_of_shares_become_quantities(self):
        main = Target(
            "mains",
            Comparator.EXACT,
            4.0,
            (Part(percent=60, weight=2.5), Part(percent=20, weight=1.5), Part()),
        )
        progress = target_progress(main)
        assert (progress.done, progress.percent) == (1.8, 45.0)

    def test_percentages_are_weighted_by_the_plan(self):
        towns = (Part(percent=100, weight=3), Part(percent=50, weight=1), Part(weight=4))
        progress = target_progress(Target("training", Comparator.FULL, parts=towns))
        assert (progress.percent, progress.done, progress.complete) == (43.8, None, False)

    @pytest.mark.parametrize("comparator", NOT_COUNTED)
    def test_every_part_has_to_be_done(self, comparator):
        assert target_progress(averaged(100, 100, comparator=comparator)).complete
        nearly = target_progress(
            Target("t", comparator, None, (Part(percent=100, weight=9999), Part(percent=99, weight=1)))
        )
        assert (nearly.percent, nearly.complete) == (99.9, False)
        assert not target_progress(averaged(comparator=comparator)).complete

    def test_a_milestone_is_reached_or_not(self):
        assert target_progress(averaged(0)).percent == 0.0
        assert target_progress(averaged(100)).complete
        assert target_progress(averaged(100, 0, 0)).percent == 33.3

    @pytest.mark.parametrize(
        ("comparator", "fine"),
        [(Comparator.AT_LEAST, True), (Comparator.TOTAL, True), (Comparator.EXACT, False)],
    )
    def test_more_than_the_target_is_shown(self, comparator, fine):
        progress = target_progress(counted(6, 5, 3, comparator=comparator))
        assert (progress.done, progress.surplus, progress.percent) == (8.0, 2.0, 133.3)
        assert progress.complete
        assert progress.surplus_is_fine is fine
        assert target_progress(counted(6, 6, comparator=comparator)).surplus == 0.0

    def test_a_rates_quantity_is_a_standard_and_not_added_up(self):
        rate = Target("meals", Comparator.RATE, 1, (Part(percent=100), Part(percent=0)))
        assert (target_progress(rate).done, target_progress(rate).percent) == (None, 50.0)

    def test_nothing_reported_is_told_from_a_reported_nothing(self):
        silent = target_progress(Target("t", Comparator.EXACT, 30, (Part(), Part())))
        assert (silent.reported, silent.done, silent.percent) == (False, 0.0, 0.0)
        assert target_progress(counted(30, 0)).reported
        assert target_progress(averaged(0)).reported

    @given(targets())
    def test_number_percentage_and_completeness_agree(self, target):
        progress = target_progress(target)
        assert progress.complete == (progress.percent >= 100)
        if target.comparator in COUNTED:
            quantity = float(target.quantity)
            assert progress.percent == percent_of(progress.done, quantity)
            assert (progress.percent == 0) == (progress.done == 0)
            assert progress.complete == (progress.done >= quantity)
            assert progress.surplus == pytest.approx(max(progress.done - quantity, 0.0))
            assert (progress.surplus > 0) == (progress.done > quantity)
        else:
            assert progress.percent <= 100
            assert progress.complete == (bool(target.parts) and all(p.percent == 100 for p in target.parts))

    @given(targets(), st.randoms())
    def test_the_order_of_the_parts_does_not_matter(self, target, random):
        parts = list(target.parts)
        random.shuffle(parts)
        shuffled = target_progress(Target("target", target.comparator, target.quantity, tuple(parts)))
        before = target_progress(target)
        assert (shuffled.done, shuffled.percent) == (before.done, before.percent)

    @given(st.lists(percent_parts, min_size=1, max_size=5), st.integers(1, 9))
    def test_only_the_ratio_of_weights_counts(self, parts, factor):
        heavier = tuple(Part(percent=part.percent, weight=part.weight * factor) for part in parts)
        assert (
            target_progress(Target("t", Comparator.FULL, parts=heavier)).percent
            == target_progress(Target("t", Comparator.FULL, parts=tuple(parts))).percent
        )


class TestTotals:
    def jobs(self, rural, urban, quantity=549):
        return (
            Target("jobs", Comparator.TOTAL, quantity),
            Target("rural", Comparator.EXACT, 340, (Part(quantity=rural),), weight=340, part_of="jobs"),
            Target("urban", Comparator.EXACT, 209, (Part(quantity=urban),), weight=209, part_of="jobs"),
        )

    def test_a_total_is_what_belongs_to_it(self):
        item = item_progress(self.jobs(170, 104))
        total = item.targets[0]
        assert (total.done, total.percent, total.reported) == (274.0, 49.9, True)
        assert item.percent == 49.9  # each job counts once

    def test_plenty_in_one_part_makes_up_for_the_total_but_not_for_the_other(self):
        item = item_progress(self.jobs(400, 149))
        assert [target.complete for target in item.targets] == [True, True, False]
        assert (item.complete, item.targets[0].percent) == (False, 100.0)
        assert item.percent == 89.1  # (340 + 149) of 549
        assert item_progress(self.jobs(340, 209)).complete

    def test_parts_that_are_done_do_not_complete_a_larger_total(self):
        item = item_progress(self.jobs(340, 209, quantity=600))
        assert (item.complete, item.percent) == (False, 99.9)

    def test_a_total_may_be_reported_by_itself(self):
        assert target_progress(counted(537, 375, 162, comparator=Comparator.TOTAL)).complete

    def test_a_total_is_not_reported_twice(self):
        total = counted(549, 1, comparator=Comparator.TOTAL)
        with pytest.raises(ValueError, match="cannot be reported itself"):
            target_progress(total, [counted(340, 2)])

    def test_only_counted_targets_belong_to_a_total_and_only_to_a_total(self):
        with pytest.raises(ValueError, match="only a total"):
            target_progress(Target("t", Comparator.TOTAL, 5), [averaged(100)])
        with pytest.raises(ValueError, match="only a total"):
            target_progress(counted(5), [counted(3, 1)])

    def test_totals_are_there_and_not_nested(self):
        _, rural, urban = self.jobs(1, 1)
        with pytest.raises(ValueError, match="no total"):
            item_progress([rural, urban])
        nested = Target("jobs", Comparator.TOTAL, 549, part_of="all")
        with pytest.raises(ValueError, match="no total"):
            item_progress([Target("all", Comparator.TOTAL, 900), nested, rural])


class TestItem:
    def test_targets_are_weighted(self):
        main = Target("mains", Comparator.EXACT, 4, (Part(quantity=1),), weight=3)
        step = Target("contract", Comparator.MILESTONE, None, (Part(percent=100),), weight=1)
        assert item_progress([main, step]).percent == 43.8  # (3 × 25 + 100) / 4 = 43.75

    def test_plenty_here_hides_no_lack_there(self):
        campaigns = Target("campaigns", Comparator.AT_LEAST, 6, (Part(quantity=12),))
        lectures = Target("lectures", Comparator.AT_LEAST, 4, (Part(quantity=2),))
        item = item_progress([campaigns, lectures])
        assert (item.targets[0].percent, item.percent, item.complete) == (200.0, 75.0, False)

    @given(items)
    def test_complete_when_all_targets_are_and_only_then_100(self, targets):
        item = item_progress(targets)
        assert item.complete == all(target.complete for target in item.targets)
        assert item.complete == (item.percent == 100)
        assert 0 <= item.percent <= 100
        assert (item.percent == 0) == all(target.percent == 0 for target in item.targets)

    @given(items)
    def test_an_item_lies_between_its_targets(self, targets):
        item = item_progress(targets)
        capped = [min(target.percent, 100.0) for target in item.targets]
        assert min(capped) - 0.1 <= item.percent <= max(capped) + 0.1

    @given(items, targets("moving"), positive, st.tuples(percents, percents).map(sorted))
    def test_progress_of_one_part_is_never_a_step_back_of_the_item(self, others, target, weight, steps):
        before, after = (
            item_progress(
                [*others, replace(target, parts=(*target.parts, Part(percent=step, weight=weight)))]
            )
            for step in steps
        )
        assert before.percent <= after.percent
        assert before.complete <= after.complete

    def test_titles_tell_targets_apart(self):
        with pytest.raises(ValueError, match="title of its own"):
            item_progress([counted(1), counted(2)])
        with pytest.raises(ValueError, match="needs targets"):
            item_progress([])


class TestRefused:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"quantity": 1, "percent": 1},
            {"quantity": -0.1},
            {"percent": -1},
            {"percent": 100.1},
            {"weight": 0},
            {"weight": -1},
            {"quantity": float("nan")},
            {"percent": float("nan")},
            {"weight": Decimal("Infinity")},
        ],
    )
    def test_parts(self, wrong):
        with pytest.raises(ValueError):
            Part(**wrong)

    @pytest.mark.parametrize("comparator", sorted(COUNTED))
    @pytest.mark.parametrize("quantity", [None, 0, -4])
    def test_counted_targets_need_a_quantity(self, comparator, quantity):
        with pytest.raises(ValueError, match="needs a quantity"):
            Target("t", comparator, quantity)

    @pytest.mark.parametrize("comparator", NOT_COUNTED)
    def test_quantities_of_others_do_not_add_up(self, comparator):
        with pytest.raises(ValueError, match="do not add up"):
            Target("t", comparator, None, (Part(quantity=3),))

    def test_weightless_targets(self):
        with pytest.raises(ValueError, match="weight"):
            averaged(100, weight=0)
