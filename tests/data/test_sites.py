"""The sites against the ledger: codes, counts, sums of length, towns, and what must not be located."""

from collections import Counter, defaultdict

import pytest

from tests.data.files import (
    TOWNS,
    WITHHELD_ITEMS,
    area_m2,
    length_m,
    site_geometry,
    sites,
    sites_of,
    tasks,
    town,
)

FROM_THE_EDGE = 0.0003  # degrees, about 30 m: no site sits on a town's border
WITH_KINDS = [(key, t) for key, task in tasks().items() for t in task["target"] if t.get("kinds")]


def test_the_codes_that_are_promised():
    titles = {code: site["properties"]["title"] for code, site in sites().items()}
    assert titles["20-1-01"].startswith("文祥路")
    assert titles["20-1-02"].startswith("嘉德路")
    assert {"20-2-01", "20-2-02", "20-2-03", "21-1-01", "11-1-01"} <= set(titles)
    assert {"09-1-01", "09-1-02", "09-1-03", "03-1-01", "03-1-02"} <= set(titles)
    assert {"22-1-01", "22-1-02", "22-1-03"} <= set(titles)


def test_serials_run_on_from_one_within_a_task_whatever_the_kind():
    serials = defaultdict(list)
    for code in sites():
        item, task, serial = code.split("-")
        serials[item, task].append(int(serial))
    for task, found in serials.items():
        assert sorted(found) == list(range(1, len(found) + 1)), task


def test_household_and_personal_items_have_no_sites():
    assert not [code for code, site in sites().items() if site["properties"]["item"] in WITHHELD_ITEMS]


def test_every_site_counts_towards_a_target_of_its_task():
    for code, site in sites().items():
        p = site["properties"]
        targets = tasks()[p["item"], p["task"]]["target"]
        assert any(p["kind"] in target.get("kinds", ()) for target in targets), code


@pytest.mark.parametrize("key", sorted({key for key, _ in WITH_KINDS}))
def test_numbers_and_lengths_agree_with_the_ledger(key):
    wanted = defaultdict(float)
    for target in tasks()[key]["target"]:
        for kind in target.get("kinds", ()):
            wanted[kind, target["unit_zh"] == "千米"] += target["quantity"]
    for (kind, is_length), quantity in wanted.items():
        found = sites_of(*key, kind)
        if is_length:
            metres = sum(length_m(site_geometry(site["id"])) for site in found)
            assert metres == pytest.approx(quantity * 1000, rel=0.001)
        else:
            assert len(found) == quantity


def test_two_city_reading_rooms_and_a_rural_one():
    titles = [site["properties"]["title"] for site in sites_of(9, 1)]
    assert Counter(title[:4] for title in titles) == {"城市书房": 2, "乡村书房": 1}


def test_a_counselling_room_in_each_towns_clinic():
    rooms = {site["properties"]["town"]: site["properties"]["title"] for site in sites_of(3, 1)}
    assert rooms == {code: f"{name}卫生院心理咨询室" for code, name in TOWNS.items()}


@pytest.mark.parametrize("code", sorted(sites()))
def test_sites_lie_well_inside_their_town(code):
    home = town(sites()[code]["properties"]["town"])
    assert home.contains(site_geometry(code))
    assert home.boundary.distance(site_geometry(code)) > FROM_THE_EDGE


def test_urban_works_lie_in_tuanli_as_the_supporting_town_says():
    assert {site["properties"]["town"] for site in sites().values() if site["properties"]["item"] == 20} == {
        "370829104"
    }


def test_doubtful_street_names_are_kept_and_explained():
    for code, spelling in {"20-2-01": "对嘉路段（嘉诚1号）", "20-2-02": "星祥大道（中云）"}.items():
        p = sites()[code]["properties"]
        assert spelling in p["title"]
        assert "未经核实" in p["remark"]
        assert "not verified" in p["remark_en"]


def test_polygons_have_the_size_of_the_thing():
    """Square metres in a plausible range, so that a slip of a digit in a position is noticed."""
    for code, site in sites().items():
        if site["geometry"]["type"] == "Polygon":
            assert 2_000 < area_m2(site_geometry(code)) < 40_000, code
