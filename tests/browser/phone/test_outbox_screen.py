"""The outbox's screen: how reports stand, what came back, whose they are, and mending what was sent."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.store import tables as t
from tests.browser.phone.checking import (
    LINE,
    OFFLINE,
    demonstration,
    fill,
    open_form,
    phone,
    picture,
    sent,
    submit,
)
from tests.support.axe import Axe
from tests.support.databases import storage

REFUSAL = {
    "type": "/problems/bad-parameter",
    "title": "参数有误",
    "status": 400,
    "detail": "两处有误。",
    "errors": [
        {"parameter": "finding", "value": "", "allowed": None, "message": "请写明地点。"},
        {"parameter": "verdict", "value": "", "allowed": None, "message": "结论与说明不符。"},
    ],
}
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def zone(server, tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("outbox")) as place, demonstration(server, place) as made:
        yield made


def put(page: Page, zone, verdict: str, finding: str, *photos: dict) -> None:
    """Fill in a check-in and file it."""
    open_form(page, zone)
    for n, photo in enumerate(photos):
        page.locator("#photo-camera").set_input_files(photo)
        expect(page.locator(".c-photo")).to_have_count(n + 1)
    fill(page, verdict, finding)
    submit(page)


def outbox(page: Page) -> None:
    page.locator("#m-bar [data-tab=outbox]").click()
    expect(page.locator("#outbox-told")).to_be_visible()


def test_what_comes_back_says_why_is_mended_and_filed_again(new_page, zone, watch, axe):
    watch.allow(r"status of (400|503|415)")
    page = phone(new_page, zone)
    answers = []

    def answer(route):
        if not answers:
            return route.continue_()
        status, kind, body, headers = answers[0]
        return route.fulfill(status=status, content_type=kind, body=json.dumps(body), headers=headers)

    page.route("**/api/inspections", answer)
    answers.append((503, PROBLEM, {"title": "暂时不可用", "status": 503}, {"Retry-After": "120"}))
    put(page, zone, "problem", "被退回")
    expect(page.locator("#done-title")).to_have_text("已存入待传，联网后自动上报")
    expect(page.locator("#done-state")).to_have_text("服务器繁忙，约 2 分钟后重试")
    outbox(page)
    card = page.locator("#outbox-list .o-card")
    expect(card).to_have_count(1)
    expect(card).to_have_attribute("data-state", "waiting")
    expect(card.locator(".o-state")).to_have_text("服务器繁忙，约 2 分钟后重试")
    expect(card.locator(".c-sub").first).to_have_text(re.compile(rf"^{LINE} · \d+ 秒前 · [\d.]+\s(kB|MB)$"))
    expect(page.locator("#outbox-told")).to_contain_text("1 份待传")

    answers[:] = [(400, PROBLEM, REFUSAL, {})]
    page.evaluate(
        """async () => {
          const { outbox } = await import("/static/js/phone/outbox.js");
          const [one] = await outbox.list();
          await outbox.retry(one.id);
        }"""
    )
    expect(card).to_have_attribute("data-state", "refused")
    expect(card.locator(".o-state")).to_have_text("被退回：参数有误")
    expect(card.locator(".o-reasons li")).to_have_text(["请写明地点。", "结论与说明不符。"])
    expect(page.locator("#outbox-told")).to_contain_text("1 份被退回，请修改。")
    expect(page.locator("#outbox-send")).to_be_hidden()
    assert (found := axe(page)) == [], Axe.text(found)

    answers.clear()
    card.get_by_role("button", name="修改后重报").click()
    expect(page.locator("#finding")).to_have_value("被退回")
    expect(page.locator("#m-outbox-count")).to_be_hidden()
    page.locator("#finding").fill("路口西侧围挡倒塌")
    submit(page)
    sent(page)
    (row,) = zone.inspections("路口西侧围挡倒塌")
    assert row["verdict"] == "problem" and zone.inspections("被退回") == []


def test_photos_on_their_way_one_that_is_refused_and_one_thrown_away(new_page, zone, watch):
    watch.allow(rf"status of 415|{OFFLINE}")
    page = phone(new_page, zone)
    held = []

    def upload(route):
        """The first part waits."""
        if route.request.method == "PATCH" and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/api/photo-uploads/*", upload)
    broken = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(3000)  # the phone cannot tell, the server can
    heic = {"name": "IMG_1.HEIC", "mimeType": "image/heic", "buffer": broken}
    with page.expect_request(lambda one: one.method == "PATCH"):
        put(page, zone, "ok", "两张照片", picture((10, 20, 30)), heic)
    expect(page.locator("#done-state")).to_have_text("正在上传 1/2 照片 0%")
    outbox(page)
    card = page.locator("#outbox-list .o-card")
    expect(card.locator(".o-state")).to_have_text("正在上传 1/2 照片 0%")
    expect(card.locator("progress")).to_be_visible()
    held[0].continue_()
    expect(card).to_have_attribute("data-state", "refused")
    expect(card.locator(".o-photo p")).to_have_text(re.compile("^照片 IMG_1.HEIC 被退回：.+"))
    expect(card.get_by_role("button", name="不传这张")).to_have_count(1)
    card.get_by_role("button", name="不传这张").click()
    page.get_by_role("button", name="删除这张").click()
    expect(page.locator("#sent-list .o-card")).to_have_count(1)
    expect(card).to_have_count(0)
    (row,) = zone.inspections("两张照片")
    assert len(zone.photos(row["id"])) == 1

    page.context.set_offline(True)
    page.evaluate(f"location.hash = '#check/{LINE}'")
    fill(page, "ok", "不要了")
    submit(page)
    outbox(page)
    card.get_by_role("button", name="删除").click()
    page.get_by_role("button", name="保留").click()
    expect(card).to_have_count(1)
    card.get_by_role("button", name="删除").click()
    page.get_by_role("button", name="删除报告").click()
    expect(page.locator("#outbox-told")).to_have_text("没有待传的报告。")


def test_reports_of_somebody_else_stay_sealed_until_they_are_back(new_page, zone, watch):
    watch.allow(OFFLINE)
    page = phone(new_page, zone, "inspector")
    open_form(page, zone)
    page.context.set_offline(True)
    fill(page, "problem", "只有本人能看")
    submit(page)
    page.context.clear_cookies()
    page.context.add_cookies([zone.cookie("supervision")])
    page.context.set_offline(False)
    page.goto(f"{zone.url}/m#outbox")
    expect(page.locator("#outbox-sealed")).to_contain_text("巡查 己的 1 份报告")
    expect(page.locator("#outbox-list .o-card")).to_have_count(0)
    expect(page.locator("body")).not_to_contain_text("只有本人能看", use_inner_text=True)
    page.goto(f"{zone.url}/m#check")
    expect(page.locator(".c-choices a").first).to_be_visible()
    assert zone.inspections("只有本人能看") == []

    page.context.clear_cookies()
    page.context.add_cookies([zone.cookie("inspector")])
    page.goto(f"{zone.url}/m#outbox")
    page.reload()
    expect(page.locator("#sent-list .o-card")).to_contain_text("只有本人能看")
    (row,) = zone.inspections("只有本人能看")
    assert row["by"] == "巡查 己"


def test_mending_sends_what_was_changed_and_two_versions_are_told(new_page, zone, axe):
    page = phone(new_page, zone, "inspector", color_scheme="dark")
    put(page, zone, "ok", "补正之前")
    sent(page)
    outbox(page)
    card = page.locator("#sent-list .o-card").first
    card.get_by_role("link", name="补正").click()
    expect(page.locator("#check-title")).to_contain_text("补正：文祥路")
    expect(page.locator("#finding")).to_have_value("补正之前")
    expect(page.locator("#mend-form .c-submit")).to_be_disabled()
    page.locator("label[data-verdict=problem]").click()
    expect(page.locator("#mend-form")).to_contain_text("将改动：结论")
    with page.expect_request("**/revisions") as told:
        page.locator("#mend-form .c-submit").click()
    assert told.value.post_data_json["changes"] == {"verdict": "problem"}
    expect(card.locator(".o-about")).to_have_text("问题：补正之前")
    expect(card).to_contain_text("已补正")

    # supervision changes the sentence meanwhile; the inspector, who has not seen that, changes it too
    (row,) = zone.inspections("补正之前")
    office = new_page()
    office.context.add_cookies([zone.cookie("supervision")])
    who = office.request.get(f"{zone.url}/api/phone/me").json()
    version = page.request.get(f"{zone.url}/api/inspections/{row['id']}").json()["version"]
    answer = office.request.post(
        f"{zone.url}/api/inspections/{row['id']}/revisions",
        headers={"X-CSRF-Token": who["csrf"]},
        data={"id": str(uuid.uuid4()), "version": version, "changes": {"finding": "督查改过"}},
    )
    assert answer.status == 201
    card.get_by_role("link", name="补正").click()
    page.locator("#finding").fill("巡查也改过")
    page.locator("#sections").fill("0-100")
    assert (found := axe(page)) == [], Axe.text(found)
    page.locator("#mend-form .c-submit").click()
    expect(card.locator(".o-dispute")).to_contain_text("情况说明有两种说法（另一种来自督查 乙），由督查定夺")
    assert (found := axe(page)) == [], Axe.text(found)
    with zone.reading() as connection:
        disputes = connection.execute(select(t.dispute).where(t.dispute.c.inspection_id == row["id"])).all()
    assert [one.field for one in disputes] == ["finding"]
