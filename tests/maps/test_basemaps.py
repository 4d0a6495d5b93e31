"""Base maps from settings, and the hosts they add to the security policy."""

from __future__ import annotations

import pytest

from maps.basemaps import BadBaseMap, BaseMap, hosts, osm, parse_xyz, tianditu


def test_nothing_set_means_no_base_map() -> None:
    assert parse_xyz("") == parse_xyz(" ; ") == []
    assert hosts([]) == ()


def test_one_source() -> None:
    (base,) = parse_xyz("区图|https://tiles.example/{z}/{x}/{y}.png|© 区自然资源局")
    assert (base.name_zh, base.name_en) == ("区图", "区图")
    assert base.attribution == "© 区自然资源局"
    assert base.offset == "WGS84"
    assert hosts([base]) == ("https://tiles.example",)


def test_several_sources_with_names_datum_and_subdomains() -> None:
    text = (
        "区图/District|http://10.0.0.5:8080/{z}/{x}/{y}.png|© A;"
        "导航图|https://t{s}.example/{z}/{x}/{y}|© B|gcj02|12"
    )
    first, second = parse_xyz(text)
    assert first.name_en == "District"
    assert second.offset == "GCJ02"
    assert second.subdomains == ("1", "2")
    assert hosts([second, first]) == ("http://10.0.0.5:8080", "https://t1.example", "https://t2.example")


@pytest.mark.parametrize(
    "text",
    [
        "区图|https://tiles.example/{z}/{x}/{y}.png",  # no attribution
        "区图|tiles.example/{z}/{x}/{y}.png|©",  # no scheme
        "区图|javascript:alert(1)//{z}/{x}/{y}|©",
        "区图|https://tiles.example/{z}/{x}.png|©",  # no {y}
        "区图|https://tiles.example; script-src *//{z}/{x}/{y}|©",  # would widen the policy
        "区图|https://a' b/{z}/{x}/{y}|©",
        "区图|https://tiles.example/{z}/{x}/{y}|©|BD09",  # Baidu has a tiling of its own
    ],
)
def test_what_cannot_work_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(BadBaseMap, match=r"\w{3,}"):
        parse_xyz(text)


def test_tianditu_has_map_and_imagery_each_with_labels() -> None:
    both = tianditu("0123456789abcdef")
    assert [("LAYER=vec" in b.url, "LAYER=cva" in b.labels_url) for b in both] == [
        (True, True),
        (False, False),
    ]
    assert "LAYER=img" in both[1].url
    assert "LAYER=cia" in both[1].labels_url
    assert all("tk=0123456789abcdef" in b.url and b.offset == "WGS84" for b in both)
    assert hosts(both) == tuple(f"https://t{n}.tianditu.gov.cn" for n in range(8))


def test_openstreetmap_is_attributed_with_a_link() -> None:
    assert "OpenStreetMap" in osm().attribution
    assert osm().attribution_url.startswith("https://www.openstreetmap.org/copyright")
    assert hosts([osm()]) == ("https://tile.openstreetmap.org",)


def test_a_subdomain_without_choices_is_refused() -> None:
    with pytest.raises(BadBaseMap, match="subdomains"):
        BaseMap(name_zh="x", name_en="x", url="https://{s}.example/{z}/{x}/{y}", attribution="©")
