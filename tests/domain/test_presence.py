"""Whether somebody was there: every boundary of the rule, against a second opinion on distances."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pyproj import Geod
from shapely import LineString, MultiPolygon, Point, Polygon

from app.domain.presence import (
    ALLOWANCE_M,
    EXIF_ACCURACY_M,
    TAKEN_WITHIN,
    Fix,
    Presence,
    Taken,
    Used,
    exif_moment,
    judge_check_in,
    judge_photo,
    overall,
)
from app.i18n import catalogue
from app.views.presence import presence_members, presence_why

GEOD = Geod(ellps="WGS84")
SITE = Point(116.4, 35.38)
ROAD = LineString([(116.40, 35.38), (116.433, 35.38)])  # about 3 km
NOON = datetime(2023, 7, 14, 4, tzinfo=UTC)
HERE = Fix(116.4, 35.38, 12.0, "device")


def off(metres: float, accuracy: float | None = 12.0, source: str | None = "device", **more) -> Fix:
    """A fix so many geodesic metres north of SITE."""
    lon, lat, _ = GEOD.fwd(116.4, 35.38, 0, metres)
    return Fix(lon, lat, accuracy, source, **more)


def codes(judged) -> list[str]:
    return [reason["code"] for reason in judged.facts["reasons"]]


@pytest.mark.parametrize(
    ("fix", "presence", "reasons"),
    [
        (off(0), "at_site", []),
        (off(111.9), "at_site", []),
        (off(112.0), "at_site", []),  # the limit itself is within
        (off(112.2), "doubtful", ["far"]),
        (off(500, accuracy=450), "at_site", []),
        (off(1_090, accuracy=1_000), "at_site", []),
        (off(1_090, accuracy=1_001), "no_position", ["coarse"]),
        (off(9_000, accuracy=2_000), "doubtful", ["far", "coarse"]),  # coarse, and surely not there
        (off(5, accuracy=None), "no_position", ["accuracy"]),
        (off(5, source="pin"), "no_position", ["pin"]),
        (off(9_000, source="pin"), "no_position", ["pin"]),
        (off(5, source=None), "no_position", ["source"]),
        (None, "no_position", ["none"]),
    ],
)
def test_the_rule_for_a_check_in(fix, presence, reasons):
    judged = judge_check_in(SITE, fix)
    assert (judged.presence, codes(judged)) == (presence, reasons)


def test_the_distance_is_to_the_geometry_and_its_nearest_point_is_told():
    judged = judge_check_in(ROAD, Fix(116.4165, 35.3803, 8.0, "device"))
    facts = judged.facts
    true = GEOD.inv(116.4165, 35.3803, 116.4165, 35.38)[2]
    assert facts["distance_m"] == pytest.approx(true, abs=0.06)
    assert (facts["accuracy_m"], facts["limit_m"]) == (8.0, 108.0)
    assert facts["near"] == pytest.approx([116.4165, 35.38], abs=1e-6)
    inside = Polygon([(116.39, 35.37), (116.41, 35.37), (116.41, 35.39), (116.39, 35.39)])
    assert judge_check_in(MultiPolygon([inside]), HERE).facts["distance_m"] == 0


@pytest.mark.parametrize("geom", [None, Point(), LineString()])
def test_without_a_geometry_nothing_is_judged(geom):
    assert judge_check_in(geom, HERE) is None
    assert judge_photo(geom, HERE, taken=Taken(NOON)) is None


def test_notes_change_no_verdict():
    old = off(5, at=NOON - timedelta(hours=3))
    judged = judge_check_in(SITE, old, drawn="illustrative", device_at=NOON)
    assert (judged.presence, codes(judged)) == ("at_site", ["old", "sketched"])
    fresh = judge_check_in(SITE, off(5, at=NOON - timedelta(minutes=14)), drawn="surveyed", device_at=NOON)
    assert codes(fresh) == []


def exif_off(metres: float) -> Taken:
    place = off(metres)
    return Taken(None, place.lon, place.lat)


@pytest.mark.parametrize(
    ("fix", "taken", "reasons"),
    [
        (HERE, None, []),
        (HERE, exif_off(199.9), []),
        (HERE, exif_off(200.4), ["exif_far"]),
        (HERE, exif_off(250), ["exif_far", "exif_apart"]),
        (None, exif_off(5_000), ["exif_far", "none"]),
        (None, exif_off(0), ["none"]),
        (HERE, Taken(None, 0.0, 0.0), []),  # how cameras say that they do not know
        (HERE, Taken(None, 200.0, 35.0), []),
        (HERE, Taken(NOON + TAKEN_WITHIN), []),
        (HERE, Taken(NOON - TAKEN_WITHIN - timedelta(seconds=1)), ["exif_time"]),
        (HERE, Taken(NOON + TAKEN_WITHIN + timedelta(seconds=1)), ["exif_time"]),  # of tomorrow
        (HERE, Taken(datetime(2023, 7, 14, 12, 10)), []),  # noqa: DTZ001 - EXIF without an offset
        (HERE, Taken(datetime(2023, 7, 14, 4, 10)), ["exif_time"]),  # noqa: DTZ001
    ],
)
def test_the_rule_for_a_photo(fix, taken, reasons):
    judged = judge_photo(SITE, fix, taken=taken, device_at=NOON)
    assert codes(judged) == reasons
    doubted = any(code.startswith("exif") for code in reasons)
    assert judged.presence == ("doubtful" if doubted else "no_position" if "none" in reasons else "at_site")


def test_at_both_ends_of_a_long_road_the_two_places_disagree():
    judged = judge_photo(ROAD, HERE, taken=Taken(None, 116.43, 35.38))
    assert (judged.presence, codes(judged)) == ("doubtful", ["exif_apart"])
    assert judged.facts["exif_distance_m"] == 0
    (reason,) = judged.facts["reasons"]
    assert reason["limit_m"] == EXIF_ACCURACY_M + ALLOWANCE_M + 12


def test_a_picture_used_before_is_doubtful_and_says_where():
    judged = judge_photo(SITE, None, used=Used("abc", "20-1-02", date(2023, 7, 1)))
    assert (judged.presence, codes(judged)) == ("doubtful", ["reused", "none"])
    assert judged.facts["reasons"][0] == {
        "code": "reused",
        "record": "abc",
        "subject": "20-1-02",
        "day": "2023-07-01",
    }


@pytest.mark.parametrize(
    ("text", "offset", "moment"),
    [
        ("2023:07:14 12:00:00", None, NOON),
        ("2023:07:14 04:00:00", "+00:00", NOON),
        ("2023:07:14 05:00:00", " +01:00 ", NOON),
        ("2023-07-14T12:00:00+08:00", None, NOON),
        ("2023-07-14T04:00:00Z", "+08:00", NOON),  # its own offset counts
        ("2023:07:14 12:00:00", "nonsense", NOON),
        ("0000:00:00 00:00:00", None, None),
        ("0001:01:01 00:00:00", "+14:00", None),
        ("    :  :     :  :  ", None, None),
        ("", None, None),
        (None, None, None),
        (20230714, None, None),
    ],
)
def test_exif_times(text, offset, moment):
    assert exif_moment(text, offset) == moment


def test_one_doubtful_picture_makes_the_check_in_doubtful():
    assert overall("at_site", ["at_site", None, "doubtful"]) == "doubtful"
    assert overall("at_site", ["no_position", None]) == "at_site"
    assert overall("no_position", ["at_site"]) == "no_position"
    assert overall(None, []) is None


def test_every_reason_has_its_words_in_both_languages():
    zone = timezone(timedelta(hours=8))
    judged = [
        judge_check_in(SITE, fix, drawn="illustrative", device_at=NOON)
        for fix in (
            off(5, at=NOON - timedelta(days=3)),
            off(9_000, accuracy=2_000),
            off(1_240),
            off(5, accuracy=None),
            off(5, source="pin"),
            off(5, source=None),
            None,
        )
    ]
    taken = Taken(datetime(2023, 7, 13, 12, tzinfo=zone), 116.5, 35.3)
    judged.append(
        judge_photo(SITE, HERE, taken=taken, device_at=NOON, used=Used("x", "20-1-02", date(2023, 7, 1)))
    )
    for lang in ("zh", "en"):
        told = set(catalogue(lang)["phone"]["presence"]["why"]) - {"within", "away", "clock"}
        said = [presence_members(one.presence, one.facts, lang) for one in judged]
        assert {code for one in judged for code in codes(one)} == told
        assert all(one["presence_label"] and one["presence_why"] for one in said)
        assert not [why for one in said for why in one["presence_why"] if "{" in why]
    assert (
        presence_why(Presence.DOUBTFUL, judged[2].facts, "zh")[0]
        == "距点位 1.24\xa0千米，超出 112\xa0米的范围"
    )
    assert presence_why("at_site", judged[0].facts, "zh") == [
        "距点位 5\xa0米，在 112\xa0米的范围内（定位精度 12\xa0米）",
        "定位与签到的时间相差 3 天",
        "点位的位置是示意，距离仅供参考",
    ]
    assert presence_why(None, {"reasons": [{"code": "clock", "off_s": 9.0}]}, "en") == [
        "the phone's clock cannot be right; the time was set by the server's"
    ]
    assert presence_members(None, None, "en")["presence_label"] == "Not judged"
