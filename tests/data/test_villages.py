"""Villages by code, as the national lists of 2019 and 2023 have them."""

from collections import Counter

from tests.data.files import TOWNS, villages


def counted(year: str) -> Counter:
    return Counter(row["town_code9"] for row in villages() if row[year] == "1")


def test_codes_are_unique_and_lie_in_their_town():
    codes = [row["code12"] for row in villages()]
    assert len(set(codes)) == len(codes)
    for row in villages():
        assert len(row["code12"]) == 12
        assert row["code12"].isdigit()
        assert row["code12"].startswith(row["town_code9"])
        assert row["town_code9"] in TOWNS
        assert {row["in_2023"], row["in_2019"]} <= {"0", "1"}


def test_counts_by_year():
    assert counted("in_2023") == {"370829104": 36, "370829108": 24}
    assert counted("in_2019") == {"370829104": 67, "370829108": 37}


def test_of_the_104_of_2019_67_are_gone():
    assert sum(row["in_2019"] == "1" for row in villages()) == 104
    assert sum((row["in_2019"], row["in_2023"]) == ("1", "0") for row in villages()) == 67
    assert all("1" in (row["in_2019"], row["in_2023"]) for row in villages())


def test_names_keep_their_ending_and_their_listed_form():
    for row in villages():
        assert row["name"].endswith("村"), row
        listed = row["aliases"].split(";") if row["aliases"] else [row["name"]]
        assert row["name"] in (name.removesuffix("委会") for name in listed), row


def test_one_name_in_two_towns_is_two_villages():
    same = [row for row in villages() if row["name"] == "河东村"]
    assert sorted(row["town_code9"] for row in same) == sorted(TOWNS)


def test_an_unusual_name_is_not_cut():
    by_code = {row["code12"]: row["name"] for row in villages()}
    assert by_code["370829108212"] == "杏花村村"
    assert by_code["370829104302"] == "吴马井村"
    assert by_code["370829108224"] == "长坦纸坊村"
