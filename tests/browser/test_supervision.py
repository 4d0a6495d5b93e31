"""The main paths of the supervision command and of a leader, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from app.settings import Settings
from app.store.database import Database
from tests.browser.helpers import PHONE
from tests.support.databases import storage
from tests.support.people import PASSWORD, add_people, browser_cookie

PATHS = (
    "/board",
    "/board?problems=1&group=unit",
    "/blockages?state=all",
    "/blockages/new?subject=20-1-01",
    "/directives?state=all",
    "/inspect/20-3-01",
    "/review",
)


@pytest.fixture(scope="module")
def zone(server, tmp_path_factory):
    """A server with the demonstration, and where its accounts are."""
    with storage("sqlite", tmp_path_factory.mktemp("supervision")) as place:
        running = server(demo=True, on=place)
        database = Database(Settings(database_url=place.url, data=place.data))
        add_people(database)
        database.close()
        yield running, place


def sign_in(page: Page, url: str, name: str, path: str) -> None:
    """By the form, from the page that was asked for."""
    page.goto(f"{url}{path}")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{url}{path}")


def as_person(page: Page, zone, name: str) -> None:
    """Signed in without the form."""
    running, place = zone
    page.context.add_cookies([browser_cookie(place, name, running.url)])


def take(page: Page, step: str, text: str) -> None:
    """Open a step's form, fill it in, send it."""
    act = page.locator("details.act", has=page.locator("summary", has_text=re.compile(f"^{step}$")))
    if act.get_attribute("open") is None:
        act.locator("summary").click()
    act.locator("textarea").fill(text)
    with page.expect_navigation():  # what was said of the step before is still on the page
        act.locator("button[type=submit]").click()
    expect(page.locator(".form-done")).to_be_visible()


def test_supervision_finds_what_is_late_and_follows_a_blockage_until_it_is_gone(page, zone):
    running, _ = zone
    sign_in(page, running.url, "supervision", "/board")
    overdue = page.locator("a.figure-overdue")
    number = int(overdue.locator(".figure-number").inner_text())
    overdue.click()
    expect(page.locator("a.figure-overdue")).to_have_attribute("aria-current", "true")
    rows = page.locator("li.row")
    expect(rows).to_have_count(number)
    for row in rows.all():
        expect(row).to_contain_text("逾期")
        expect(row.locator(".row-why")).not_to_be_empty()
    expect(page).to_have_url(f"{running.url}/board?only=overdue")

    rows.first.get_by_role("link", name="登记堵点").click()
    page.fill("#title", "场地移交未完成")
    page.fill("#text", "施工场地尚未移交，设备无法进场。")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("h1")).to_contain_text("场地移交未完成")
    address = page.url.partition("?")[0]
    take(page, "升级到上一层级", "单位协调未果，请指挥部牵头。")
    expect(page.locator(".thing-facts")).to_contain_text("督查协调")
    take(page, "销号", "场地已于今日移交。")
    expect(page.locator(".thing-facts")).to_contain_text("已销号")
    expect(page.locator(".story-head b")).to_have_text(["登记", "升级", "销号"])

    page.goto(f"{running.url}/blockages")
    expect(page.locator("li.blockage", has_text="场地移交未完成")).to_have_count(0)
    page.select_option("select[name=state]", "closed")
    page.wait_for_url("**/blockages?state=closed")
    expect(page.locator("li.blockage", has_text="场地移交未完成")).to_have_count(1)
    assert address in page.locator("li.blockage h2 a").first.evaluate("(link) => link.href")


def test_a_leader_gives_a_directive_and_follows_it_until_it_is_done(page, new_page, zone):
    running, _ = zone
    sign_in(page, running.url, "leader", "/review")
    item = page.locator("#item-20")
    item.locator("details.give > summary").click()
    item.locator("textarea").fill("月底前完成管线迁改，三天一报。")
    item.get_by_role("button", name="提出意见").click()
    expect(page.locator(".form-done")).to_contain_text("调度意见已发出")
    page.locator("#directives li.blockage a", has_text="月底前完成管线迁改").click()
    page.wait_for_url("**/directives/*")
    address = page.url

    unit = new_page()
    as_person(unit, zone, "lead_unit")
    unit.goto(address)
    take(unit, "反馈进展", "迁改方案已批复。")
    take(unit, "反馈办结", "管线已迁改完成。")

    page.reload()
    expect(page.locator(".thing-facts")).to_contain_text("已反馈办结")
    take(page, "确认办结", "同意办结。")
    expect(page.locator(".thing-facts")).to_contain_text("已确认办结")
    expect(page.locator("details.act summary")).to_have_text(["退回续办"])


def test_who_comes_second_sees_both_sides_and_loses_nothing(new_page, watch, zone):
    watch.allow("status of 412")
    running, _ = zone
    one, other = new_page(), new_page()
    for page in (one, other):
        as_person(page, zone, "supervision")
    one.goto(f"{running.url}/blockages/new?subject=20-1-01")
    one.fill("#title", "两人同时处理")
    one.fill("#text", "情况")
    with one.expect_navigation():
        one.get_by_role("button", name="登记").click()
    address = one.url.partition("?")[0]
    other.goto(address)
    other.locator("details.act summary", has_text="销号").click()
    other.fill("#text-close", "我这边已经解决")
    take(one, "升级到上一层级", "先升级")
    with other.expect_response(lambda answer: answer.request.method == "POST") as sent:
        other.locator("details.act", has_text="销号").locator("button[type=submit]").click()
    assert sent.value.status == 412
    expect(other.locator(".conflict")).to_contain_text("先升级")
    expect(other.locator(".conflict")).to_contain_text("我这边已经解决")
    expect(other.locator("#text-close")).to_have_value("我这边已经解决")


def test_an_inspection_with_a_problem_opens_its_blockage(page, zone):
    running, _ = zone
    as_person(page, zone, "supervision")
    line = page.context.request.get(f"{running.url}/api/sites/20-3-01").json()["geometry"]["coordinates"]
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": line[0][0], "latitude": line[0][1], "accuracy": 7})
    page.goto(f"{running.url}/inspect/20-3-01")
    expect(page.locator(".opening"), "nothing to clear while nothing is wrong").to_be_hidden()
    page.get_by_label("发现问题").check()
    page.fill("#finding", "沟槽积水，未见排水措施。")
    page.fill("#sections", "0-400")
    page.get_by_label("同时登记堵点").check()
    page.get_by_label("停工").check()
    expect(page.locator("#blockage_title")).to_be_visible()
    page.fill("#blockage_title", "沟槽排水")
    page.fill("#blockage_due", "2023-07-20")
    page.click("#locate")
    expect(page.locator("#locate-told")).to_contain_text("精度 7 米")
    page.get_by_role("button", name="保存督查").click()
    expect(page.locator("h1")).to_contain_text("沟槽排水")
    saved = page.context.request.get(f"{running.url}/api/inspections?subject=20-3-01&limit=1").json()
    (one,) = saved["inspections"]
    assert (one["verdict"], one["position_source"], one["presence"]) == ("stopped", "device", "at_site")
    page.goto(f"{running.url}/inspect/20-3-01")
    expect(page.locator(".inspections li").first).to_contain_text("沟槽积水")


def test_the_board_is_filtered_by_choosing_and_works_without_scripts(new_page, zone):
    running, _ = zone
    page = new_page()
    as_person(page, zone, "supervision")
    page.goto(f"{running.url}/board")
    page.select_option("select[name=unit]", "jianshe")
    rows = page.locator("li.row")
    page.wait_for_url("**/board?unit=jianshe")
    everything = rows.count()
    page.get_by_role("link", name="只看有问题的").click()
    page.wait_for_url("**/board?unit=jianshe&problems=1")
    count = rows.count()
    assert everything > count > 0
    page.select_option("select[name=group]", "unit")
    page.wait_for_url("**/board?problems=1&unit=jianshe&group=unit")
    expect(rows, "another choice keeps to the problems").to_have_count(count)
    plain = new_page(java_script_enabled=False)
    as_person(plain, zone, "supervision")
    plain.goto(f"{running.url}/board")
    plain.get_by_role("link", name="只看有问题的").click()
    plain.wait_for_url("**/board?problems=1")
    plain.select_option("select[name=unit]", "jianshe")
    plain.click(".filter-apply")
    plain.wait_for_url("**unit=jianshe**")
    expect(plain.locator("li.row")).to_have_count(count)


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_accessible_and_fit_a_phone(new_page, axe, zone, path):
    running, _ = zone
    for scheme, options in (("light", {}), ("dark", PHONE)):
        page = new_page(color_scheme=scheme, **options)
        as_person(page, zone, "leader" if path == "/review" else "supervision")
        page.goto(f"{running.url}{path}")
        assert not (found := axe(page)), axe.text(found)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_the_board_prints_without_what_only_a_screen_needs(page, zone):
    running, _ = zone
    as_person(page, zone, "supervision")
    page.goto(f"{running.url}/board")
    page.emulate_media(media="print")
    for control in (".board-filter", ".row-acts"):
        expect(page.locator(control).first).to_be_hidden()
    for content in (".row-why", ".figures"):
        expect(page.locator(content).first).to_be_visible()
