"""Checking in on the phone: the form, photos, drafts, with and without signal."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.phone.checking import (
    LINE,
    OFFLINE,
    ON_IT,
    demonstration,
    fill,
    open_form,
    phone,
    picture,
    sent,
    submit,
)
from tests.browser.phone.helpers import call
from tests.support.axe import Axe
from tests.support.databases import storage

WITHHELD = "05-1"


@pytest.fixture(scope="module")
def zone(server, tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("check")) as place, demonstration(server, place) as made:
        yield made


def test_a_check_in_with_photos_metres_and_a_blockage_reaches_the_ledger(new_page, zone):
    page = phone(new_page, zone)
    page.goto(f"{zone.url}/m#check")
    nearest = page.locator(".c-part:has(#near-title) a")
    expect(nearest).to_have_count(5)
    page.locator("input[type=search]").locator("visible=true").fill("文祥路 20-1")
    page.locator(f".c-choices a[href='#check/{LINE}']").first.click()
    expect(page.locator("#check-title")).to_have_text("文祥路（嘉瑞路以东）")

    # what is missing stands at its field
    page.locator(".c-submit").click()
    expect(page.locator("#verdict-wrong")).to_have_text("请选择结论。")
    expect(page.locator("#verdict-ok")).to_be_focused()
    page.locator("label[data-verdict=problem]").click()
    expect(page.locator("#verdict-wrong")).to_be_empty()
    expect(page.locator("#finding-wrong")).to_have_text("请写明看到的问题或停工原因。")
    page.get_by_role("button", name="围挡不规范").click()
    page.get_by_role("button", name="进度慢于计划").click()
    expect(page.locator("#finding")).to_have_value("围挡不规范，进度慢于计划")
    expect(page.locator("#finding-wrong")).to_be_empty()

    files = [picture((30, 120, 60), (2600, 1950)), picture((200, 60, 10))]
    page.locator("#photo-gallery").set_input_files([files[0], {**files[1], "buffer": b"no picture"}])
    page.locator("#photo-camera").set_input_files(files[1])
    expect(page.locator(".c-photo")).to_have_count(2)
    expect(page.locator(".c-photo-place").first).to_have_text("有位置")
    expect(page.locator(".c-photo-refused")).to_contain_text("200-60-10.jpg 没有加入")
    expect(page.locator("#photos-title")).to_have_text("照片（2/9）")

    expect(page.locator(".c-place-words")).to_contain_text("定位良好，误差 ±8 米")
    expect(page.locator(".c-place .c-sub")).to_have_text("距项目 0\u00a0米")
    page.locator("#sections").fill("0-300; 500-2000")
    page.locator("#blockage").check()
    page.locator(".c-submit").click()
    expect(page.locator("#sections-wrong")).to_contain_text("超出范围")
    expect(page.locator("#sections")).to_be_focused()
    expect(page.locator("#blockage-wrong")).to_contain_text("请填写堵点名称")
    page.locator("#sections").fill("0-300; 500–700 米")
    page.locator("#blockage-title").fill("燃气管线未迁改")
    page.locator("#blockage-due").fill("2023-07-01")
    expect(page.locator("#due-wrong")).to_have_text("期限不能早于今天。")
    page.locator("#blockage-due").fill("2023-08-01")
    expect(page.locator("#due-wrong")).to_be_empty()
    expect(page.locator("#sections-sum")).to_contain_text("合计 500\u00a0米")
    submit(page)
    sent(page)
    expect(page.locator("#check-done")).to_contain_text("在现场")

    (row,) = zone.inspections("围挡不规范，进度慢于计划")
    assert (row["verdict"], row["subject_code"], row["via"]) == ("problem", LINE, "phone")
    assert (row["lon"], row["lat"], row["accuracy_m"], row["position_source"]) == (*ON_IT, 8.0, "device")
    assert row["sections"] == [[0.0, 300.0], [500.0, 700.0]] and row["presence"] == "at_site"
    kept = zone.photos(row["id"])
    assert len(kept) == 2 and {one["lon"] for one in kept} == {ON_IT[0]}
    assert {max(one["width"], one["height"]) for one in kept} == {2048, 640}


def test_drafts_survive_the_page_and_are_filed_without_signal(new_page, zone, watch):
    watch.allow(OFFLINE)
    page = phone(new_page, zone)
    open_form(page, zone)
    expect(page.locator(".c-place-words")).to_contain_text("定位良好")
    page.locator("#photo-camera").set_input_files(picture((1, 2, 3)))
    expect(page.locator(".c-photo")).to_have_count(1)
    fill(page, "stopped", "现场无人，草稿一")
    page.goto("about:blank")  # at once: what was typed in the last half second is kept as well
    open_form(page, zone, "20-1-02")
    fill(page, "ok", "草稿二")
    expect(page.locator(".c-saved")).to_contain_text("草稿已存")
    page.close()

    page = page.context.new_page()
    page.goto(f"{zone.url}/m#check")
    drafts = page.locator("#drafts .c-draft")
    expect(drafts).to_have_count(2)
    page.get_by_role("button", name="删除草稿：嘉德路").click()
    page.get_by_role("button", name="保留").click()
    expect(drafts).to_have_count(2)
    page.get_by_role("button", name="删除草稿：嘉德路").click()
    page.get_by_role("button", name="删除草稿", exact=True).click()
    expect(drafts).to_have_count(1)

    # the same project again goes on with its draft, or begins another one
    page.locator("input[type=search]").locator("visible=true").fill(LINE)
    page.locator(f".c-choices a[href='#check/{LINE}']").first.click()
    expect(page.locator("#finding")).to_have_value("现场无人，草稿一")
    expect(page.locator("#verdict-stopped")).to_be_checked()
    expect(page.locator(".c-photo img")).to_have_js_property("naturalWidth", 480)
    page.get_by_role("button", name="另起一份").click()
    expect(page.locator("#finding")).to_have_value("")
    fill(page, "problem", "草稿三")
    expect(page.locator(".c-saved")).to_contain_text("草稿已存")
    page.evaluate("location.hash = '#check'")
    expect(drafts).to_have_count(2)

    page.context.set_offline(True)
    drafts.filter(has_text="停工").locator("a").click()
    submit(page)
    expect(page.locator("#done-title")).to_have_text("已存入待传，联网后自动上报")
    expect(page.locator("#done-state")).to_contain_text("等待网络")
    expect(page.locator("#m-outbox-count")).to_have_text("1")
    assert zone.inspections("现场无人，草稿一") == []
    page.context.set_offline(False)
    sent(page)
    expect(page.locator("#m-outbox-count")).to_be_hidden()
    (row,) = zone.inspections("现场无人，草稿一")
    assert (row["verdict"], row["presence"]) == ("stopped", "at_site") and len(zone.photos(row["id"])) == 1


def test_homes_and_persons_are_not_photographed_or_placed_and_strangers_may_not_check_in(new_page, zone):
    page = phone(new_page, zone)
    page.goto(f"{zone.url}/m#check")
    page.get_by_text("不在图上的项目").click()
    page.locator(f".c-fold a[href='#check/{WITHHELD}']").click()
    expect(page.locator("#check-form")).to_contain_text("涉及家庭和个人：不拍照，不记录位置")
    for part in ("#photos-title", "#place-title", "#sections"):
        expect(page.locator(part)).to_have_count(0)
    fill(page, "ok", "已走访")
    expect(page.locator("#blockage")).to_be_hidden()
    submit(page)
    sent(page)
    (row,) = zone.inspections("已走访")
    assert (row["lon"], row["position_source"], row["presence"]) == (None, None, None)

    viewer = phone(new_page, zone, "viewer")
    viewer.goto(f"{zone.url}/m#check/{LINE}")
    expect(viewer.locator("#check-body")).to_contain_text("没有签到权限")
    nobody = phone(new_page, zone, None)
    nobody.goto(f"{zone.url}/m#check")
    expect(nobody.locator("#check-body")).to_contain_text("签到需要登录")
    expect(nobody.get_by_role("link", name="登录")).to_have_attribute("href", "/sign-in?next=/m")


def test_without_a_fix_the_reason_is_told_and_a_place_can_be_put_by_hand(new_page, zone):
    page = phone(new_page, zone, permissions=[], geolocation=None)
    open_form(page, zone)
    expect(page.locator(".c-place")).to_contain_text("没有位置也能提交，将标为“无定位”。")
    page.get_by_role("button", name="手动标注").click()
    page.locator("dialog[data-ready=yes]").get_by_role("button", name="我在这里").click()
    expect(page.locator(".c-place")).to_contain_text("手动标注的位置不能证明在现场")
    fill(page, "ok", "手动标注")
    submit(page)
    sent(page)
    (row,) = zone.inspections("手动标注")
    assert (row["position_source"], row["accuracy_m"]) == ("pin", None) and row["lon"]


@pytest.mark.parametrize(("scheme", "lang"), [("light", "zh"), ("dark", "en")])
def test_the_form_is_accessible_and_fits_the_thumb(new_page, zone, axe, scheme, lang):
    page = phone(new_page, zone, color_scheme=scheme)
    page.goto(f"{zone.url}/m?lang={lang}#check")
    expect(page.locator(".c-choices a").first).to_be_visible()
    assert (found := axe(page)) == [], Axe.text(found)
    page.goto(f"{zone.url}/m?lang={lang}#check/{LINE}")
    page.locator("label[data-verdict=problem]").click()
    page.locator("#photo-camera").set_input_files(picture((1, 2, 3)))
    page.locator("#sections").fill("0-300")
    page.locator("#blockage").check()
    expect(page.locator(".c-photo img")).to_have_js_property("naturalWidth", 480)
    assert (found := axe(page)) == [], Axe.text(found)
    small = page.evaluate(
        """() => [...document.querySelectorAll("#check-form :is(button, a, .c-input, .c-file, .c-verdict)")]
          .filter((node) => node.checkVisibility())
          .map((node) => [node.getBoundingClientRect(), node.outerHTML.slice(0, 90)])
          .filter(([box]) => Math.min(box.width, box.height) < 47.9)"""
    )
    assert small == []
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390


WRITE_CUT_OFF = """async ({Hand}) => {
  const {db} = await import('/static/js/phone/db.js');
  const drafts = await import('/static/js/phone/drafts.js');
  const {account} = await import('/static/js/phone/account.js');
  await account.ready;
  const draft = drafts.newDraft({code: '20-1-02', title: '嘉德路', version: 1}, account.me);
  const key = `m-draft:${draft.id}`;
  let busy = true; // somebody else has the database for as long as this
  const holding = (await db()).transaction(['drafts', 'outbox', 'sent'], 'readwrite');
  const held = (async () => { while (busy) await holding.objectStore('drafts').get('nothing'); })();
  const hand = new Hand(draft);
  hand.change({finding: '写到一半'});
  const written = hand.flush();
  while (hand.dirty) await null; // the write has begun, and waits
  dispatchEvent(new Event('pagehide'));
  const rescued = JSON.parse(localStorage.getItem(key))?.finding;
  busy = false;
  await Promise.all([held, written]);
  const kept = (await drafts.get(draft.id)).finding;
  const left = localStorage.getItem(key);
  await drafts.remove(draft.id);
  return {rescued, kept, left};
}"""


def test_a_page_that_goes_while_a_draft_is_being_written_loses_nothing(new_page, zone):
    """A transaction that has begun is undone when its page ends; until it is done there is another copy."""
    page = phone(new_page, zone)
    open_form(page, zone)
    found = call(page, "phone/hand.js", WRITE_CUT_OFF)
    assert found == {"rescued": "写到一半", "kept": "写到一半", "left": None}
