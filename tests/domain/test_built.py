"""Metres built: overlaps count once, nothing outside the line, text as people write it, new geometries."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.built import SNAP_M, Built, Interval, built, on_new_line, parse_sections
from app.errors import BadParameter

lengths = st.one_of(st.integers(1, 9000).map(float), st.floats(0.6, 9000.0))


@st.composite
def lines(draw: st.DrawFn, whole: bool = False) -> tuple[float, list[tuple[float, float]]]:
    """A length and sections of it, in whole metres or not, of at least 2 mm."""
    length = draw(lengths)
    measure = st.integers(0, int(length)).map(float) if whole else st.floats(0.0, length)
    pairs = draw(st.lists(st.tuples(measure, measure).map(sorted).map(tuple), max_size=8))
    return length, [(low, high) for low, high in pairs if high - low > 0.002 and length - low > 0.002]


def refused(call) -> BadParameter:
    with pytest.raises(BadParameter) as error:
        call()
    return error.value


class TestMetres:
    def test_overlaps_count_once(self):
        main = built([(0, 1200), (1000, 1800)], 4000.0)
        assert main.intervals == ((0, 1800),)
        assert (main.metres, main.percent, main.complete) == (1800.0, 45.0, False)
        assert main.missing == ((1800, 4000),)

    def test_sections_that_touch_are_one_and_others_stay_apart(self):
        assert built([(10, 20), (0, 10)], 100.0).intervals == ((0, 20),)
        apart = built([(30, 40), (10, 20), (12, 14)], 100.0)
        assert apart.intervals == ((10, 20), (30, 40))
        assert apart.missing == ((0, 10), (20, 30), (40, 100))
        assert apart.percent == 20.0

    def test_nothing_and_everything(self):
        nothing = built([], 4000.0)
        assert (nothing.metres, nothing.percent, nothing.complete) == (0.0, 0.0, False)
        assert nothing.missing == ((0, 4000),)
        everything = built([(0, 4000)], 3999.6543)
        assert (everything.metres, everything.percent, everything.complete) == (3999.6543, 100.0, True)
        assert everything.missing == ()

    @given(lines(whole=True))
    def test_metres_are_the_metres_counted_one_by_one(self, line):
        length, sections = line
        main = built(sections, length)
        counted = {metre for low, high in sections for metre in range(int(low), int(high))}
        snapped = SNAP_M if any(length - high <= SNAP_M for _, high in sections) else 0.0
        assert main.metres == pytest.approx(len(counted), abs=snapped + 0.001)

    @given(lines())
    def test_built_and_missing_make_up_the_line(self, line):
        length, sections = line
        main = built(sections, length)
        every = sorted((*main.intervals, *main.missing))
        assert [low for low, _ in every] == [0.0, *(high for _, high in every[:-1])]
        assert every[-1].to_m == length
        assert main.metres + sum(high - low for low, high in main.missing) == pytest.approx(length, abs=0.001)

    @given(lines(), st.randoms())
    def test_neither_order_nor_repetition_matters(self, line, random):
        length, sections = line
        main = built(sections, length)
        shuffled = [*sections, *sections]
        random.shuffle(shuffled)
        assert built(shuffled, length) == main
        assert built(main.intervals, length) == main

    @given(lines(), lines())
    def test_more_sections_are_never_less(self, line, other):
        length, sections = line
        more = [(low, high) for low, high in other[1] if high <= length]
        before, after = built(sections, length), built([*sections, *more], length)
        assert before.metres <= after.metres
        assert before.percent <= after.percent

    @given(lines())
    def test_percent_never_disagrees_with_metres(self, line):
        main = built(*reversed(line))
        assert 0.0 <= main.percent <= 100.0
        assert (
            (main.percent == 100.0) == main.complete == (main.metres >= main.length_m) == (not main.missing)
        )
        assert (main.percent == 0.0) == (main.metres == 0.0) == (not main.intervals)
        if 0.1 < main.percent < 99.9:
            assert main.percent == pytest.approx(100.0 * main.metres / main.length_m, abs=0.0500001)

    def test_the_last_centimetre_and_the_first_are_not_rounded_away(self):
        assert built([(0, 50), (50.01, 4000)], 4000.0).percent == 99.9
        assert built([(0, 0.01)], 4000.0).percent == 0.1


class TestRange:
    @pytest.mark.parametrize("section", [(-1, 10), (0, 4000.6), (3990, 4100), (4001, 4100), (-5, -1)])
    def test_out_of_range_is_refused_with_the_range(self, section):
        fault = refused(lambda: built([section], 4000.0)).faults[0]
        assert fault.parameter == "built"
        assert fault.allowed == "0-4000"
        assert "超出范围" in fault.zh and "4,000.0 米" in fault.zh
        assert "out of range" in fault.en and "4,000.0 m" in fault.en

    @pytest.mark.parametrize("section", [(10, 10), (20, 10), (10, 10.0004), (4000.2, 4000.4), (4000, 4000)])
    def test_a_section_ends_after_it_starts(self, section):
        fault = refused(lambda: built([section], 4000.0)).faults[0]
        assert "终点应大于起点" in fault.zh and "end after it starts" in fault.en

    @pytest.mark.parametrize("wrong", [float("nan"), float("inf"), float("-inf")])
    def test_no_numbers(self, wrong):
        refused(lambda: built([(0, wrong)], 4000.0))
        refused(lambda: built([(wrong, 10)], 4000.0))
        with pytest.raises(ValueError):
            built([], wrong)

    def test_every_wrong_section_is_named(self):
        faults = refused(lambda: built([(0, 5000), (0, 10), (7, 6)], 4000.0, parameter="sections")).faults
        assert [(fault.parameter, fault.value) for fault in faults] == [
            ("sections", "0-5000"),
            ("sections", "7-6"),
        ]

    @pytest.mark.parametrize("length", [0.0, -1.0])
    def test_a_line_has_length(self, length):
        with pytest.raises(ValueError):
            built([], length)

    @pytest.mark.parametrize(
        ("typed", "whole"), [(4000, 3999.6), (4000, 4000.4), (4000, 4000.5), (4000, 4000)]
    )
    def test_the_rounded_length_is_the_end(self, typed, whole):
        assert built([(0, typed)], whole).complete
        assert not built([(0, typed - 1)], whole).complete


class TestText:
    @pytest.mark.parametrize(
        ("text", "sections"),
        [
            ("0-1200, 1000-1800", [(0, 1200), (1000, 1800)]),
            ("0–1,200 m", [(0, 1200)]),
            ("0–1,200 and 1,000–1,800", [(0, 1200), (1000, 1800)]),
            ("0–1,200 m and 1,000–1,800 m", [(0, 1200), (1000, 1800)]),
            ("K0+000-K1+200", [(0, 1200)]),
            ("k0+000 ~ k1+200.5、K2+000—K2+050", [(0, 1200.5), (2000, 2050)]),
            ("0+100–1+050", [(100, 1050)]),
            ("0至1200米，1500到1800米", [(0, 1200), (1500, 1800)]),
            ("0-1.2km", [(0, 1200)]),
            ("800 m – 1.2 千米", [(800, 1200)]),
            ("1 公里-2公里；2.5公里~3000米", [(1000, 2000), (2500, 3000)]),
            ("０－１２００；１３００～１４００", [(0, 1200), (1300, 1400)]),
            ("1 to 2", [(1, 2)]),
            ("0——1200\r\n1300--1400\n", [(0, 1200), (1300, 1400)]),
            ("0-500,600-800", [(0, 500), (600, 800)]),
            ("1,200-1,800,2,000-2,400", [(1200, 1800), (2000, 2400)]),
            ("100-200,300-400,500-600", [(100, 200), (300, 400), (500, 600)]),
            ("20-10", [(20, 10)]),  # read as it stands; `built` refuses it
            ("1000-1800;0-1200;", [(1000, 1800), (0, 1200)]),
            ("", []),
            (" \n;", []),
        ],
    )
    def test_is_read_as_people_write_it(self, text, sections):
        assert list(parse_sections(text)) == sections

    @pytest.mark.parametrize(
        "text",
        [
            "5",
            "-5-10",
            "abc",
            "0-",
            "0-10-20",
            "1e3-2000",
            "0-1200x",
            "K1+20-K1+300",
            "0-12,00",
            "0-1，200",
            "nan-inf",
        ],
    )
    def test_what_cannot_be_read_says_how_to_write_it(self, text):
        fault = refused(lambda: parse_sections(text)).faults[0]
        assert fault.parameter == "built"
        assert "看不懂" in fault.zh and "例如" in fault.zh and fault.value in fault.zh
        assert "cannot be read" in fault.en and "for example" in fault.en and fault.value in fault.en
        assert list(parse_sections(fault.allowed)) == [(0, 1200), (1500, 1800)]

    def test_two_ways_to_read_it_are_refused(self):
        fault = refused(lambda: parse_sections("0-1,200,300-400")).faults[0]
        assert "两种读法" in fault.zh and "two ways" in fault.en
        assert parse_sections("0-1,200;300-400") == ((0, 1200), (300, 400))

    def test_only_the_broken_part_is_named(self):
        faults = refused(lambda: parse_sections("0-100; x; 200-300; 7")).faults
        assert [fault.value for fault in faults] == ["x", "7"]

    def test_long_text_is_refused_quickly(self):
        assert "最多" in refused(lambda: parse_sections("0-1;" * 1000)).zh
        refused(lambda: parse_sections("1" + ",100" * 499))
        assert len(refused(lambda: parse_sections("x" * 1999)).faults[0].value) < 50
        huge = parse_sections("0-" + "9" * 400)
        refused(lambda: built(huge, 4000.0))

    whole_metres = st.tuples(st.integers(0, 99_999), st.integers(0, 99_999))
    writings = st.sampled_from(
        [
            lambda a, b: f"{a}-{b}",
            lambda a, b: f"{a:,}–{b:,} m",
            lambda a, b: f"{a} 至 {b} 米",
            lambda a, b: f"K{a // 1000}+{a % 1000:03d}-K{b // 1000}+{b % 1000:03d}",
            lambda a, b: f"{a / 1000} - {b / 1000} km",
        ]
    )

    @given(
        st.lists(st.tuples(whole_metres, writings), max_size=6),
        st.sampled_from([", ", "; ", "；", "、", "\n", "和"]),
    )
    def test_every_writing_is_read_back(self, written, separator):
        text = separator.join(write(*pair) for pair, write in written)
        assert list(parse_sections(text)) == [pair for pair, _ in written]

    @given(st.text(alphabet="0123456789,-–;kK+. m千米至", max_size=60))
    def test_any_text_is_read_or_refused(self, text):
        sections: tuple[Interval, ...] = ()
        with contextlib.suppress(BadParameter):  # and nothing else
            sections = parse_sections(text)
        again = ";".join(f"{Decimal(str(start)):f}-{Decimal(str(to)):f}" for start, to in sections)
        assert parse_sections(again) == sections


class TestNewGeometry:
    def test_a_longer_line_keeps_the_metres_and_changes_the_percentage(self):
        before = built([(0, 1800)], 4000.0)
        new = on_new_line(before, 4500.0)
        assert (new.before, new.after, new.lost) == (before, Built(4500.0, before.intervals), ())
        assert (new.after.metres, new.after.percent, new.changes) == (1800.0, 40.0, True)

    def test_a_shorter_line_says_what_it_loses(self):
        new = on_new_line(built([(0, 1200), (1500, 2500), (3000, 4000)], 4000.0), 2000.0)
        assert new.after.intervals == ((0, 1200), (1500, 2000))
        assert new.lost == ((2000, 2500), (3000, 4000))
        assert (new.lost_m, new.changes) == (1500.0, True)

    def test_a_whole_line_is_not_whole_any_more_when_it_grows(self):
        new = on_new_line(built([(0, 4000)], 4000.0), 4100.0)
        assert (new.after.complete, new.after.percent, new.changes) == (False, 97.6, True)

    def test_half_a_metre_at_the_end_is_no_loss_but_a_change(self):
        new = on_new_line(built([(0, 4000)], 4000.0), 3999.8)
        assert new.after.complete and not new.lost
        assert new.changes

    def test_the_same_length_changes_nothing(self):
        assert not on_new_line(built([(0, 1200)], 4000.0), 4000.0).changes
        assert not on_new_line(built([], 4000.0), 1000.0).changes

    def test_a_last_bit_that_begins_at_the_new_end_is_lost(self):
        new = on_new_line(built([(3999.9, 4000.3)], 4000.3), 3999.9)
        assert (new.after.intervals, new.lost) == ((), ((3999.9, 4000.3),))
        assert new.changes

    def test_a_line_without_length_is_refused(self):
        with pytest.raises(ValueError):
            on_new_line(built([], 1.0), 0.0)

    @given(lines(), lengths)
    def test_no_metre_disappears_untold(self, line, length):
        before = built(*reversed(line))
        new = on_new_line(before, length)
        assert new.after.length_m == length
        assert new.after.metres + new.lost_m == pytest.approx(before.metres, abs=SNAP_M + 0.002)
        assume(not new.changes)
        assert new.after.metres == pytest.approx(before.metres, abs=0.001)
        assert new.after.percent == before.percent
