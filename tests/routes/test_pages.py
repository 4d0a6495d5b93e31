"""Ledger, items and sites as pages: all that the API has of them, in both languages, on both databases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import shapely
from shapely.geometry import Point, shape
from starlette.testclient import TestClient

from app.domain.privacy import WITHHELD_ITEMS
from app.i18n import LANGUAGES, catalogue
from tests.routes.html import Element
from tests.routes.opening import api, demonstration, in_language, links, name, opened, squeezed, untouched
from tests.support.databases import ENGINES

ITEMS = range(1, 23)


@pytest.fixture(scope="module", params=ENGINES)
def pages(request, tmp_path_factory) -> Iterator[TestClient]:
    with demonstration(request.param, tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Iterator[TestClient]:
    with untouched(tmp_path_factory) as made:
        yield made


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_ledger_has_every_item_task_target_unit_and_site(pages, lang):
    page = opened(pages, in_language("/ledger", lang))
    items = api(pages, "/api/items", lang)["items"]
    assert [item["no"] for item in items] == list(ITEMS)
    for item in items:
        article = page.by_id(f"item-{item['no']}")
        assert not article.hidden
        assert name(item, lang) in article.all("h2")[0].text
        assert f"/items/{item['no']}" in links(article)
        for unit in item["lead_units"] + item["supporting_units"]:
            assert name(unit, lang, "name") in article.all("dl", "units")[0].text
        assert len(article.all("li", "task")) == len(item["tasks"])
        for task, shown in zip(item["tasks"], article.all("li", "task"), strict=True):
            assert name(task, lang) in shown.text
            titles = [element.text for element in shown.all("span", "target-title")]
            assert sorted(titles) == sorted(squeezed(name(target, lang)) for target in task["targets"])
            assert [link for link in links(shown) if link.startswith("/sites/")] == [
                f"/sites/{site['code']}" for site in task["sites"]
            ]
            for site in task["sites"]:
                assert f"{site['code']} {name(site, lang)} {site['status_label']}" in shown.text


def figures(page: Element, no: int) -> dict[str, str]:
    rows = page.by_id(f"item-{no}").all("span", "target-title")
    return {row.text: row.parent.all("span", "target-figure")[0].text for row in rows if row.parent}


def test_targets_are_figures_with_units(pages):
    page = opened(pages, "/ledger")
    assert figures(page, 1) == {
        "新增托位": "162 个",
        "托位总数": "总数达到 537 个",
        "公办幼托一体办学推进到位": "办成即完成",
    }
    assert figures(page, 3)["心理健康“五讲”宣传活动"] == "不少于 6 次"
    assert figures(page, 8)["65岁以上老年人免费有线电视"] == "1,200 户"
    assert figures(page, 11) == {"五和居社区幼儿园建成并启用": "1 所"}
    assert figures(page, 16)["农村生活污水治理"] == "全覆盖"
    assert figures(page, 18)["按人投保标准"] == "2 元/人·年"
    assert figures(page, 20)["供热管道"] == "4 千米"
    assert figures(page, 20)["燃气低压管网"] == "15.6 千米"
    assert figures(page, 21)["中转站处理能力"] == "200 吨/日"
    english = opened(pages, "/ledger?lang=en")
    assert figures(english, 3)["“Five Talks” campaigns on mental health"] == "at least 6 campaigns"


def test_parts_of_a_total_stand_below_it(pages):
    total = opened(pages, "/ledger").by_id("item-14").all("ul", "target-list")[0]
    parts = total.all("ul", "target-parts")[0].all("li")
    assert [part.all("span", "target-figure")[0].text for part in parts] == ["209 个", "340 个"]
    assert parts[0].text.startswith("其中")
    assert len([child for child in total.children if isinstance(child, Element)]) == 1


def test_quantities_per_town_are_given_or_said_to_be_missing(pages, plain):
    nursery = opened(plain, "/ledger").by_id("item-1").all("table", "town-table")[0]
    assert [cell.text for cell in nursery.all("thead")[0].all("th")] == ["按镇数量", "疃里镇", "马集镇"]
    assert [row.text for row in nursery.all("tbody")[0].all("tr")] == [
        "新增托位 通知未分到镇",
        "托位总数 通知未分到镇",
    ]
    page = opened(pages, "/ledger")
    places = api(pages, "/api/items/1")["tasks"][0]
    nursery = page.by_id("item-1").all("table", "town-table")[0].all("tbody")[0].all("tr")[0]
    assert all(re.fullmatch(r"已完成 \d+ 个 演示", cell.text) for cell in nursery.all("td"))
    assert sum(int(cell.all("b")[0].text) for cell in nursery.all("td")) == places["targets"][0]["done"]
    homes = page.by_id("item-6").all("table", "town-table")[0].all("tbody")[0].all("td")
    assert len(homes) == 2
    found = [re.fullmatch(r"(\d+) / (\d+) 户 演示", cell.text) for cell in homes]
    assert sum(int(cell[2]) for cell in found) == 30
    target = api(pages, "/api/items/6")["tasks"][0]["targets"][0]
    assert sum(int(cell[1]) for cell in found) == target["done"]


def test_progress_stands_in_numbers_percent_and_words(pages, plain):
    """What the API says is what the page says; nothing is shown where nothing was reported."""
    page = opened(pages, "/ledger")
    shown = 0
    for item in api(pages, "/api/items")["items"]:
        article = page.by_id(f"item-{item['no']}")
        whole = [row for row in article.all("p", "roll-whole") if row.text.startswith("本项")]
        assert bool(whole) == bool(item["percent"])
        if whole:
            assert f"{item['percent']:g}%" in whole[0].text
            assert ("已完成" in whole[0].text) == item["complete"]
        rows = {row.text: row.parent.all("span", "roll") for row in article.all("span", "target-title")}
        for target in (target for task in item["tasks"] for target in task["targets"]):
            rolls = rows[squeezed(target["title"])]
            assert bool(rolls) == target["reported"], target
            if target["reported"]:
                shown += 1
                text = rolls[0].text
                assert f"{target['percent']:g}%" in text
                assert ("✓ 已完成" in text) == target["complete"]
                assert ("超出" in text) == bool(target["surplus"] and target["surplus_is_fine"])
                if target["done"] is not None:
                    assert f"/ {target['quantity']:,g} {target['unit']}" in text
    assert shown > 40
    assert not opened(plain, "/ledger").all("span", "roll")


def test_a_tasks_standing_is_shown_with_its_reason(pages):
    page = opened(pages, "/ledger")
    for item in api(pages, "/api/items")["items"]:
        for task in item["tasks"]:
            standing = page.by_id(f"task-{item['no']}-{task['no']}").all("p", "task-standing")
            assert bool(standing) == task["subject"]["reported"]
            if standing:
                assert task["subject"]["status_label"] in standing[0].text
                assert squeezed(task["subject"]["why"]) in standing[0].text
                assert f"/subjects/{task['code']}" in links(standing[0])


@pytest.mark.parametrize("path", ["/ledger", "/items/20", "/sites/20-1-02", "/subjects/12-1"])
def test_a_past_week_can_be_stepped_to_and_left(pages, path):
    present = opened(pages, path).all("nav", "week-stepper")[0]
    assert present.text == "截至 2023 年第 28 周"
    assert links(present) == [f"{path}?week=2023-W27"]
    page = opened(pages, f"{path}?week=2023-W20")
    stepper = page.all("nav", "week-stepper")[0]
    assert links(stepper) == [f"{path}?week=2023-W19", f"{path}?week=2023-W21", path]
    assert "2023-05-21" in stepper.text
    assert "2023-05-21" in page.all("span", "as-of")[0].text
    first = opened(pages, f"{path}?week=2023-W03").all("nav", "week-stepper")[0]
    assert links(first) == [f"{path}?week=2023-W04", path]
    opened(pages, f"{path}?week=2023-W29", 400)
    opened(pages, f"{path}?week=soon", 400)


def test_a_past_week_shows_what_was_known_then(pages):
    then = {item["no"]: item for item in api(pages, "/api/ledger?week=2023-W20")["items"]}
    now = {item["no"]: item for item in api(pages, "/api/ledger")["items"]}
    assert then[12]["percent"] < now[12]["percent"]
    assert (then[17]["complete"], now[17]["complete"]) == (False, True)
    page = opened(pages, "/ledger?week=2023-W20")
    assert f"{then[12]['percent']:g}%" in page.by_id("item-12").text
    assert "/items/12?week=2023-W20" in links(page.by_id("item-12"))


@pytest.mark.parametrize("no", sorted(WITHHELD_ITEMS))
def test_withheld_items_say_why_and_lead_nowhere(pages, no):
    for path in (f"/items/{no}", "/ledger"):
        page = opened(pages, path)
        article = page.by_id(f"item-{no}") if path == "/ledger" else page.by_id("content")
        assert "位置保密" in article.text
        assert "任何位置都不比镇更细" in article.text
        assert not [link for link in links(article) if link.startswith(("/sites/", "/?"))]
        assert not article.all("svg", "still")


def test_the_summary_counts_sites_by_status_and_leads_to_the_map(pages):
    page = opened(pages, "/ledger")
    expected = Counter(feature["properties"]["status"] for feature in api(pages, "/api/sites")["features"])
    shown = {}
    for link in page.all("ul", "tally")[0].all("a"):
        status = urlsplit(link.attributes["href"]).query.removeprefix("status=")
        assert link.all("span", "tally-word")[0].text == catalogue("zh")["status"][status]
        assert link.all("svg", "mark")
        shown[status] = int(link.all("b")[0].text)
    assert shown == dict(expected)
    by_map = Counter(item["on_map"] for item in api(pages, "/api/items")["items"])
    shown = {
        link.attributes["data-map"]: int(link.all("b")[0].text)
        for link in page.all("ul", "map-counts")[0].all("a")
    }
    assert shown == dict(by_map)
    assert sum(shown.values()) == 22


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("map=withheld", WITHHELD_ITEMS),
        ("q=文祥路", {20}),
        ("q=WENXIANG+road", {20}),
        ("q=20-1-02", {20}),
        ("q=照明", {12}),
        ("unit=jianshe", {19, 20}),
        ("unit=jianshe&map=zone", {19}),
        ("q=心理+卫健委", {3}),
        ("unit=nobody", set()),
        ("map=moon", set()),
        ("q=%24%7Balert(1)%7D", set()),
        ("", set(ITEMS)),
    ],
)
def test_the_filter_works_without_scripts(pages, query, kept):
    page = opened(pages, f"/ledger?{query}")
    shown = {int(item.attributes["data-no"]) for item in page.all("article", "item") if not item.hidden}
    assert shown == set(kept)
    entries = page.all("nav", "contents")[0].all("li")
    assert {int(entry.attributes["data-no"]) for entry in entries if not entry.hidden} == shown
    total = f"显示 {len(shown)} / 22 项" if query else "共 22 项"
    assert page.by_id("filter-count").text == total
    assert page.by_id("nothing").hidden == bool(shown)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("no", ITEMS)
def test_an_items_page(pages, no, lang):
    page = opened(pages, in_language(f"/items/{no}", lang))
    item = api(pages, f"/api/items/{no}", lang)
    assert page.all("html")[0].attributes["lang"] == {"zh": "zh-CN", "en": "en"}[lang]
    assert page.all("h1")[0].text == name(item, lang)
    text = page.by_id("content").text
    for task in item["tasks"]:
        assert name(task, lang) in text
        for target in task["targets"]:
            assert name(target, lang) in text
    if lang == "en":
        assert item["title"] in text  # the official name stays
    sites = [site for task in item["tasks"] for site in task["sites"]]
    assert bool(page.all("svg", "still")) == bool(sites)
    assert (f"/?item={no}" in links(page)) == bool(sites)
    if sites:
        caption = page.all("figcaption")[0].text
        assert {"zh": "示意位置", "en": "Illustrative"}[lang] in caption
        assert len(page.all("svg", "still")[0].all("path", "still-halo")) == len(sites)
    steps = {link.attributes["rel"]: link.attributes["href"] for link in page.all("a", "step")}
    expected = {"prev": f"/items/{no - 1}", "next": f"/items/{no + 1}"}
    if no == 1:
        del expected["prev"]
    if no == 22:
        del expected["next"]
    assert steps == expected


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sites_page(pages, lang):
    features = api(pages, "/api/sites", lang)["features"]
    assert len(features) == 24
    for feature in features:
        code, properties = feature["id"], feature["properties"]
        page = opened(pages, in_language(f"/sites/{code}", lang))
        assert page.all("h1")[0].text == name(properties, lang)
        standing = page.all("div", "standing")[0]
        assert properties["status_label"] in standing.text
        assert squeezed(properties["why"]) in standing.text
        assert standing.all("svg", "mark")
        for meter, key in zip(page.all("div", "meter"), ("planned", "reported"), strict=True):
            value = properties[f"{key}_percent"]
            words = catalogue(lang)["site"]
            shown = meter.all("span", "meter-value")[0].text
            assert shown == words[f"un{key}"] if value is None else shown.startswith(f"{value:g}"[:4])
        facts = {
            row.all("dt")[0].text: row.all("dd")[0].text for row in page.all("dl", "facts")[0].all("div")
        }
        words = catalogue(lang)["site"]
        assert facts[words["lead"]] == name(properties, lang, "lead_unit")
        assert facts[words["town"]] == name(properties, lang, "town")
        assert facts[words["position"]] == catalogue(lang)["position_note"][properties["position"]]
        assert facts[words["remark"]] == squeezed(name(properties, lang, "remark"))
        assert (words["length"] in facts) == ("length_m" in properties)
        assert (words["area"] in facts) == ("area_m2" in properties)
        assert {f"/?site={code}", f"/items/{properties['item']}"} <= set(links(page))
        caption = page.all("figure", "still-figure")[0].all("figcaption")[0]
        assert caption.text == catalogue(lang)["position_note"]["illustrative"]


def test_the_representative_point_lies_on_the_site(pages):
    for feature in api(pages, "/api/sites")["features"]:
        page = opened(pages, f"/sites/{feature['id']}")
        values = [element.text for element in page.all("span", "coordinate")]
        lon, lat = (float(re.fullmatch(r"(?:经度|纬度) (\d+\.\d{6})", value)[1]) for value in values)
        assert shape(feature["geometry"]).distance(Point(lon, lat)) < 2e-6  # rounded to six decimals
        copied = page.all("div", "coordinates")[0]
        assert copied.all("button")[0].attributes["data-copy"] == f"{lon:.6f}, {lat:.6f}"


def test_history_is_shown_newest_first_and_marked_as_sample(pages):
    history = api(pages, "/api/sites/20-1-02")["properties"]["history"]
    page = opened(pages, "/sites/20-1-02")
    entries = [entry for ordered in page.all("ol", "history") for entry in ordered.all("li")]
    assert [entry.all("time")[0].text for entry in entries] == [entry["at"] for entry in history]
    assert [bool(entry.all("span", "tag")) for entry in entries] == [entry["sample"] for entry in history]
    assert any(entry["sample"] for entry in history)


def test_pages_without_any_progress(plain):
    ledger = opened(plain, "/ledger")
    tally = ledger.all("ul", "tally")[0]
    assert [link.attributes["href"] for link in tally.all("a")] == ["/?status=unscheduled"]
    assert "演示" not in ledger.text
    site = opened(plain, "/sites/20-1-02")
    assert "未排期" in site.all("div", "standing")[0].text
    assert "未排计划" in site.text
    assert "未上报" in site.text
    assert "演示" not in site.text


def test_still_maps_show_names_towns_and_scale(pages):
    drawing = opened(pages, "/items/9").all("svg", "still")[0]
    texts = [text.text for text in drawing.all("text")]
    assert {"疃里镇", "马集镇", "1-01", "1-02", "1-03", "2 千米"} <= set(texts)
    assert drawing.attributes["aria-label"] == "本项 3 处点位的分布略图"
    assert shapely.box(0, 0, 400, 430).covers(
        shapely.MultiPoint(
            [
                [float(number) for number in re.findall(r"-?[\d.]+", group.attributes["transform"])][:2]
                for group in drawing.all("g")
                if "translate" in group.attributes.get("transform", "") and group.all("path", "still-halo")
            ]
        )
    )
