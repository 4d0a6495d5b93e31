"""The ledger against the notice: nothing of the notice is missing, nothing is added to it.

The facts come from `notice_facts.json`; where the notice itself is at hand (see `notice_reading`),
`test_ledger_notice` makes sure that the file says what the notice says.
"""

import json
import tomllib
from collections import Counter

import pytest

from tests.data.files import DATA, features, ledger, sites, tasks
from tests.data.notice_reading import FACTS

ITEMS = json.loads(FACTS.read_text(encoding="utf-8"))["items"]
TASKS = [((item["no"], task["no"]), task) for item in ITEMS for task in item["tasks"]]
UNIT_IN_LEDGER = {"km": "千米"}

# Numbers of the notice that set no target, by item, task, value and unit.
NOT_TARGETS = {
    (8, 1, 2022, "年"): "the year before",
    (8, 1, 65, "岁"): "the age from which the offer holds; it stands in the target's title",
    (20, 2, 1, "号"): "part of a name, 嘉诚1号",
}
# Quantities that the notice says in words or by naming the things.
SAID_IN_WORDS = Counter(
    {
        (3, 1, 2, "间"): 1,  # one in each of the two named clinics
        (11, 1, 1, "所"): 1,  # one named kindergarten
        (20, 1, 2, "条"): 1,  # two named roads
        (20, 2, 2, "段"): 1,  # two named sections
        (20, 2, 1, "处"): 1,  # one park at a named corner
    }
)


def per_ids(values):
    return [f"{item}-{task}" for (item, task), _ in values]


def ledger_quantities(key) -> Counter:
    return Counter((*key, t["quantity"], t["unit_zh"]) for t in tasks()[key]["target"] if "quantity" in t)


def in_ledger(fact) -> str:
    """The unit as the ledger writes it, up to what it is counted per."""
    return UNIT_IN_LEDGER.get(fact["unit"], fact["unit"])


def test_every_item_stands_in_the_ledger_under_its_title():
    assert len(ITEMS) == 22
    assert [(i["no"], i["title"]) for i in ledger()["item"]] == [(i["no"], i["title"]) for i in ITEMS]


def test_every_task_stands_in_the_ledger():
    assert list(tasks()) == [key for key, _ in TASKS]


@pytest.mark.parametrize("fact", ITEMS, ids=lambda item: str(item["no"]))
def test_units_are_the_notices_both_ways(fact):
    names = {unit["code"]: unit["name"] for unit in ledger()["unit"]}
    (item,) = [i for i in ledger()["item"] if i["no"] == fact["no"]]
    assert [names[code] for code in item["lead"]] == fact["lead"]
    assert [names[code] for code in item["supporting"]] == fact["supporting"]


def test_no_unit_is_added():
    named = {name for item in ITEMS for name in item["lead"] + item["supporting"]}
    assert {unit["name"] for unit in ledger()["unit"]} == named
    assert len(named) == 18


@pytest.mark.parametrize(("key", "fact"), TASKS, ids=per_ids(TASKS))
def test_every_number_is_a_target(key, fact):
    open_targets = [t for t in tasks()[key]["target"] if "quantity" in t]
    for number in fact["quantities"]:
        if (*key, number["value"], number["unit"]) in NOT_TARGETS:
            continue
        fitting = [
            t
            for t in open_targets
            if t["quantity"] == number["value"] and t["unit_zh"].split("/")[0] == in_ledger(number)
        ]
        assert fitting, f"{number['value']} {number['unit']} of task {key} is missing from the ledger"
        target = fitting[0]
        open_targets.remove(target)
        assert (target["comparator"] == "at_least") == number["at_least"], target["title"]
        assert (target["comparator"] == "rate") == bool(number["per"]), target["title"]


@pytest.mark.parametrize(("key", "fact"), TASKS, ids=per_ids(TASKS))
def test_no_number_is_invented(key, fact):
    from_notice = Counter((*key, n["value"], in_ledger(n)) for n in fact["quantities"])
    in_words = Counter({said: n for said, n in SAID_IN_WORDS.items() if said[:2] == key})
    stated = Counter()
    for (item, task, value, unit), count in ledger_quantities(key).items():
        stated[item, task, value, unit.split("/")[0]] += count
    assert stated <= from_notice + in_words
    assert in_words <= stated


def test_the_standards_say_what_they_are_counted_per():
    units = {"每人每年": "元/人·年", "每户每年": "元/户·年", "每年": "次/年", "日处理": "吨/日"}
    wanted = {(key, units[n["per"]]) for key, fact in TASKS for n in fact["quantities"] if n["per"]}
    per_something = [(key, t.get("unit_zh", "")) for key, task in tasks().items() for t in task["target"]]
    rates = {(key, unit) for key, unit in per_something if "/" in unit}
    assert rates == wanted
    assert len(wanted) == 4


@pytest.mark.parametrize(("key", "fact"), TASKS, ids=per_ids(TASKS))
def test_full_coverage_where_the_notice_says_so(key, fact):
    full = [t["title"] for t in tasks()[key]["target"] if t["comparator"] == "full"]
    assert len(full) == fact["full_coverage"]


def test_numbers_that_are_no_targets_are_still_the_notices():
    numbers = {(*key, n["value"], n["unit"]) for key, fact in TASKS for n in fact["quantities"]}
    assert set(NOT_TARGETS) <= numbers
    assert "65岁" in tasks()[8, 1]["target"][0]["title"]


@pytest.mark.parametrize(("key", "fact"), TASKS, ids=per_ids(TASKS))
def test_terms_in_quotation_marks_are_kept(key, fact):
    words = " ".join(target["title"] for target in tasks()[key]["target"])
    for term in fact["terms"]:
        assert f"“{term}”" in words


def test_every_street_the_notice_names_is_on_the_map():
    named = {street for _, fact in TASKS for street in fact["streets"]}
    drawn = {f["properties"]["name"] for f in features("boundaries/roads")}
    titles = " ".join(site["properties"]["title"] for site in sites().values())
    assert {"文祥路", "嘉德路", "星祥大道", "济徐高速"} <= named
    assert [street for street in sorted(named) if street not in drawn and street not in titles] == []
    # 嘉诚路 is read out of 嘉诚1号; no other street is drawn that the notice does not name.
    assert drawn - named == {"嘉诚路"}


def test_the_ledger_file_is_plain_toml_with_source():
    programme = tomllib.loads((DATA / "ledger" / "2023.toml").read_text(encoding="utf-8"))["programme"]
    assert programme["year"] == 2023
    assert programme["zone"] == "济宁经济技术开发区"
    assert "关于办好2023年“重点民生实事”的通知" in programme["source"]
