"""Merging what two people changed: nothing that anybody entered is lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.inspections import mend, speechless
from app.domain.merge import Conflict, merge

VALUES = st.sampled_from([None, "", "a", "b", "c"])
FIELDS = ("one", "two", "three")
records = st.fixed_dictionaries(dict.fromkeys(FIELDS, VALUES))
some = st.dictionaries(st.sampled_from(FIELDS), VALUES)


def test_the_four_cases():
    base = {"mine": 1, "theirs": 1, "same": 1, "both": 1, "none": 1}
    theirs = base | {"theirs": 2, "same": 3, "both": 4}
    mine = {"mine": 2, "theirs": 1, "same": 3, "both": 5, "none": 1}
    found = merge(base, theirs, mine)
    assert found.values == base | {"mine": 2, "theirs": 2, "same": 3, "both": 4}
    assert found.taken == ("mine",)
    assert found.conflicts == (Conflict("both", 1, 4, 5),)


def test_clearing_is_a_change_like_any_other():
    base = {"text": "a"}
    assert merge(base, base, {"text": ""}).values == {"text": ""}
    assert merge(base, {"text": "b"}, {"text": None}).conflicts == (Conflict("text", "a", "b", None),)
    assert merge(base, {"text": ""}, {"text": "b"}).conflicts == (Conflict("text", "a", "", "b"),)
    assert merge(base, {"text": ""}, {"text": ""}).conflicts == ()


def test_a_field_that_the_record_does_not_have_is_a_mistake():
    with pytest.raises(KeyError):
        merge({"a": 1}, {"a": 1}, {"b": 2})


def lost(base: dict, theirs: dict, mine: dict, merged: Any) -> list[str]:
    """Names of fields of which somebody's value is nowhere, though nobody replaced it knowingly."""
    disputed = {one.field: {one.base, one.kept, one.other} for one in merged.conflicts}
    found = []
    for name in theirs:
        kept = {merged.values[name]} | disputed.get(name, set())
        if theirs[name] != base[name] and theirs[name] not in kept:
            found.append(name)
        if name in mine and mine[name] != base[name] and mine[name] not in kept:
            found.append(name)
        unchanged = theirs[name] == base[name] and mine.get(name, base[name]) == base[name]
        if unchanged and merged.values[name] != base[name]:
            found.append(name)
    return found


@given(records, records, some)
def test_nothing_is_lost(base, theirs, mine):
    merged = merge(base, theirs, mine)
    assert lost(base, theirs, mine, merged) == []
    assert set(merged.values) == set(theirs)
    assert all(merged.values[name] == mine[name] for name in merged.taken)
    assert all(merged.values[one.field] == one.kept == theirs[one.field] for one in merged.conflicts)
    assert not {one.field for one in merged.conflicts} & set(merged.taken)
    untouched = set(theirs) - set(merged.taken)
    assert all(merged.values[name] == theirs[name] for name in untouched)


@given(records, records, some)
def test_once_more_changes_nothing(base, theirs, mine):
    """What was taken is there: merging the same again upon the result finds nothing to take."""
    merged = merge(base, theirs, mine)
    again = merge(base, merged.values, mine)
    assert (again.values, again.taken) == (merged.values, ())
    assert again.conflicts == merged.conflicts


verdicts = st.sampled_from(["ok", "problem", "stopped"])
words = st.sampled_from(["", "a", "b"])
inspections = st.fixed_dictionaries({"verdict": verdicts, "finding": words, "sections": VALUES})
mendings = st.fixed_dictionaries({}, optional={"verdict": verdicts, "finding": words, "sections": VALUES})


@given(inspections, inspections, mendings)
def test_trouble_keeps_its_words_or_disputes_them(base, theirs, mine):
    """Each of the three was right by itself; so is the result, or its words are left to decide."""
    if any(map(speechless, (base, theirs, base | mine))):
        return
    merged = mend(base, theirs, mine)
    assert lost(base, theirs, mine, merged) == []
    fields = [one.field for one in merged.conflicts]
    assert len(fields) == len(set(fields)) and not set(fields) & set(merged.taken)
    if speechless(merged.values):
        (words,) = [one for one in merged.conflicts if one.field == "finding"]
        assert words.other, "and there are words to choose"
    untouched = set(theirs) - set(merged.taken)
    assert all(merged.values[name] == theirs[name] for name in untouched)


def test_words_taken_away_from_a_verdict_that_needs_them():
    base = {"verdict": "ok", "finding": "a", "sections": None}
    given_verdict = mend(base, base | {"finding": ""}, {"verdict": "stopped"})
    assert given_verdict.values == {"verdict": "stopped", "finding": "", "sections": None}
    assert given_verdict.conflicts == (Conflict("finding", "a", "", "a"),)
    taken_away = mend(base, base | {"verdict": "problem"}, {"finding": ""})
    assert taken_away.values == base | {"verdict": "problem"}
    assert (taken_away.taken, taken_away.conflicts) == ((), (Conflict("finding", "a", "a", ""),))
    disputed = {"verdict": "problem", "finding": "", "sections": None}
    assert mend(disputed, disputed, {"sections": 1}).conflicts == (), "not disputed a second time"
