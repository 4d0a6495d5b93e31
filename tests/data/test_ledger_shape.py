"""The ledger's own order: numbers, references, words in both languages."""

import re

from tests.data.files import WITHHELD_ITEMS, kinds, ledger, sites_of, tasks

COMPARATORS = {"exact", "at_least", "total", "full", "milestone", "rate"}
HAN = re.compile("[一-龥]")


def targets():
    return [(key, target) for key, task in tasks().items() for target in task["target"]]


def test_no_unknown_or_misspelt_keys():
    title = {"title", "title_en"}
    allowed_in_target = title | {"comparator", "quantity", "unit_zh", "unit_en", "kinds", "part_of"}
    assert set(ledger()) == {"programme", "unit", "item"}
    assert set(ledger()["programme"]) == title | {"year", "zone", "zone_en", "source", "source_en"}
    assert all(set(unit) == {"code", "name", "name_en"} for unit in ledger()["unit"])
    assert all(set(item) == title | {"no", "lead", "supporting", "task"} for item in ledger()["item"])
    for key, task in tasks().items():
        assert title | {"no", "on_map", "target"} <= set(task), key
        assert set(task) <= title | {"no", "on_map", "note", "note_en", "target"}, key
    for key, target in targets():
        assert title | {"comparator"} <= set(target) <= allowed_in_target, key
        assert ("quantity" in target) == ("unit_zh" in target) == ("unit_en" in target), key


def test_items_and_tasks_are_numbered_in_order():
    assert [item["no"] for item in ledger()["item"]] == list(range(1, 23))
    for item in ledger()["item"]:
        assert [task["no"] for task in item["task"]] == list(range(1, len(item["task"]) + 1)), item["no"]
        assert all(task["target"] for task in item["task"]), item["no"]


def test_units_are_declared_once_and_all_used():
    codes = [unit["code"] for unit in ledger()["unit"]]
    names = [unit["name"] for unit in ledger()["unit"]]
    used = {code for item in ledger()["item"] for code in item["lead"] + item["supporting"]}
    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z]{4,16}", code) for code in codes)
    assert used == set(codes)
    assert all(item["lead"] for item in ledger()["item"])


def test_everything_has_a_chinese_and_an_english_name():
    rows = [ledger()["programme"], *ledger()["item"], *tasks().values(), *(t for _, t in targets())]
    pairs = [(row["title"], row["title_en"]) for row in rows]
    pairs += [(unit["name"], unit["name_en"]) for unit in ledger()["unit"]]
    pairs += [(task["note"], task["note_en"]) for task in tasks().values() if "note" in task]
    pairs += [(t["unit_zh"], t["unit_en"]) for _, t in targets() if "quantity" in t]
    for chinese, english in pairs:
        assert HAN.search(chinese), chinese
        assert english.strip(), chinese
        assert not HAN.search(english), english


def test_comparators_and_quantities_fit():
    for key, target in targets():
        assert target["comparator"] in COMPARATORS, key
        if target["comparator"] in {"exact", "at_least", "total", "rate"}:
            assert target["quantity"] > 0, key
        if target["comparator"] == "full":
            assert "quantity" not in target, key
        assert set(target.get("kinds", ())) <= set(kinds()), key


def test_parts_add_up_to_their_total():
    totals = {(key, t["title"]): t["quantity"] for key, t in targets() if t["comparator"] == "total"}
    parts: dict = {}
    for key, target in targets():
        if "part_of" in target:
            parts[key, target["part_of"]] = parts.get((key, target["part_of"]), 0) + target["quantity"]
    assert parts == {((14, 1), "城乡公益性岗位"): 549}
    assert all(totals[total] == quantity for total, quantity in parts.items())


def test_titles_of_a_tasks_targets_differ():
    for key, task in tasks().items():
        titles = [target["title"] for target in task["target"]]
        assert len(set(titles)) == len(titles), key


def test_household_and_personal_items_are_withheld_and_no_others():
    withheld = {item for (item, _), task in tasks().items() if task["on_map"] == "withheld"}
    assert withheld == WITHHELD_ITEMS
    assert all(task["on_map"] == "withheld" for (item, _), task in tasks().items() if item in WITHHELD_ITEMS)


def test_exactly_the_located_tasks_have_sites():
    for (item, number), task in tasks().items():
        assert task["on_map"] in {"located", "town", "zone", "withheld"}
        assert bool(sites_of(item, number)) == (task["on_map"] == "located"), (item, number)
        assert task["on_map"] == "located" or task["note"], (item, number)
