"""What a subject's reports tell in order of time, and who may read which part of a timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.timeline import INTERNAL, Event, Kind, newest_first, readable, report_events
from app.domain.weeks import Week

START = datetime(2023, 3, 3, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """A row of the table `report`."""

    id: str
    week_monday: date
    percent: float
    suspended_reason: str | None = None
    text: str | None = None
    corrects: str | None = None
    reason: str | None = None
    entered_at: datetime = START
    change_id: int = 0
    subject_code: str = "20-1-01"
    sample: bool = False
    by: str | None = None


def row(n: int, week: int, percent: float, **more) -> Row:
    monday = Week(2023, week).monday
    return Row(f"r{n}", monday, percent, entered_at=START + timedelta(days=n), change_id=n, **more)


def kinds(*rows: Row) -> list[Kind]:
    return [event.kind for event in report_events(rows)]


class TestReports:
    def test_weeks_one_after_the_other(self):
        assert kinds(row(1, 9, 5), row(2, 10, 12)) == [Kind.REPORTED, Kind.REPORTED]

    def test_a_correction_says_what_was_and_what_is(self):
        events = report_events([row(1, 9, 33), row(2, 9, 31, corrects="r1", reason="核减"), row(3, 10, 40)])
        assert [event.kind for event in events] == [Kind.REPORTED, Kind.CORRECTED, Kind.REPORTED]
        assert (events[1].values["was"], events[1].values["percent"]) == (33, 31)
        assert events[1].words == "核减"

    def test_a_correction_of_a_correction_speaks_of_the_one_before_it(self):
        again = [row(1, 9, 33), row(2, 9, 31, corrects="r1"), row(3, 9, 30, corrects="r2")]
        assert report_events(again)[2].values["was"] == 31

    def test_a_stop_and_work_that_goes_on(self):
        stopped = row(2, 10, 12, suspended_reason="迁改")
        assert kinds(row(1, 9, 12), stopped, row(3, 11, 12), row(4, 12, 15)) == [
            Kind.REPORTED,
            Kind.STOPPED,
            Kind.RESUMED,
            Kind.REPORTED,
        ]

    def test_completion_is_told_once_and_again_after_a_step_back(self):
        assert kinds(row(1, 9, 100), row(2, 10, 100), row(3, 11, 98), row(4, 12, 100)) == [
            Kind.FINISHED,
            Kind.REPORTED,
            Kind.REPORTED,
            Kind.FINISHED,
        ]

    def test_an_earlier_week_reported_late_ends_no_stop(self):
        rows = [row(1, 10, 12, suspended_reason="迁改"), row(2, 9, 10), row(3, 11, 14)]
        assert kinds(*rows) == [Kind.STOPPED, Kind.REPORTED, Kind.RESUMED]

    @given(st.lists(st.tuples(st.integers(1, 20), st.floats(0, 100), st.booleans()), max_size=12))
    def test_every_report_is_told_once(self, given_rows):
        rows = [
            row(n, week, p, suspended_reason="停" if stop else None)
            for n, (week, p, stop) in enumerate(given_rows)
        ]
        events = report_events(rows)
        assert [event.change for event in events] == [one.change_id for one in rows]
        assert all(
            (event.kind is Kind.STOPPED) == bool(one.suspended_reason)
            for event, one in zip(events, rows, strict=True)
        )


def event(kind: Kind, **more) -> Event:
    return Event(kind, START, 1, "05-1", True, **{"words": "写的话", "by": "甲", **more})


class TestWhoReadsWhat:
    def test_internal_matters_are_for_people_signed_in(self):
        every = [event(kind) for kind in Kind]
        public = readable(every, internal=False, words=False)
        assert {one.kind for one in public} == set(Kind) - INTERNAL
        assert {one.kind for one in readable(every, internal=True, words=True)} == set(Kind)

    def test_nobody_reads_words_or_names_without_being_allowed(self):
        for one in readable([event(kind) for kind in Kind], internal=True, words=False):
            assert (one.words, one.by) == (None, None)

    def test_a_reason_that_is_part_of_the_status_is_open_except_for_homes_and_persons(self):
        stop = event(Kind.STOPPED, open_words=True)
        assert readable([stop], internal=False, words=False)[0].words == "写的话"
        assert readable([stop], internal=False, words=False, withheld=True)[0].words is None
        assert readable([stop], internal=True, words=True, withheld=True)[0].words == "写的话"

    def test_a_blockages_title_is_words_as_well(self):
        blockage = event(Kind.BLOCKAGE_OPEN, values={"title": "某处", "level": 2})
        hidden = readable([blockage], internal=True, words=False, withheld=True)[0]
        assert hidden.values == {"title": None, "level": 2}
        assert readable([blockage], internal=True, words=False)[0].values["title"] == "某处"


def test_the_newest_comes_first_and_what_came_at_once_by_the_audit():
    first, second = (Event(Kind.PLANNED, START, n, "20-1", False) for n in (1, 2))
    later = Event(Kind.REPORTED, START + timedelta(minutes=1), 0, "20-1", False)
    assert newest_first([first, later, second]) == [later, second, first]
