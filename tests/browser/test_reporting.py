"""A lead unit at work in a browser: signing in, filing, picking sections, correcting, and being second."""

from __future__ import annotations

import io
import json
import re
import uuid

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from app.settings import Settings
from app.store import tables as t
from app.store.database import Database
from tests.browser.helpers import PHONE, at_rest, until
from tests.support.databases import storage
from tests.support.people import PASSWORD, add_people, browser_cookie

PARK, MAIN, OTHER_MAIN, TASK = "20-2-02", "20-3-01", "20-3-02", "12-1"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("reporting")) as made:
        yield made


@pytest.fixture(scope="module")
def demo(server, place):
    running = server(demo=True, on=place)
    database = Database(Settings(database_url=place.url, data=place.data))
    add_people(database)
    database.close()
    return running


@pytest.fixture
def lead(new_page, demo, place):
    """`lead(who="lead_unit", **options)` → a page of somebody who is signed in."""

    def make(who: str = "lead_unit", **options: object) -> Page:
        page = new_page(**options)
        page.context.add_cookies([browser_cookie(place, who, demo.url)])
        return page

    return make


def reports(place, code: str) -> list:
    """The newest week's reports of a subject, in the order they came."""
    database = Database(Settings(database_url=place.url, data=place.data))
    try:
        with database.read() as connection:
            query = select(t.report).where(t.report.c.subject_code == code)
            rows = connection.execute(query.order_by(t.report.c.change_id)).all()
    finally:
        database.close()
    return [row for row in rows if row.week_monday.isoformat() == "2023-07-10"]


def on_map(page: Page, share: float) -> tuple[float, float]:
    """The pixel at a share of the way along the line on the section map."""
    x, y = page.evaluate(
        """(share) => {
          const path = document.querySelector("#picker-map .leaflet-sections-pane path");
          const at = path.getPointAtLength(share * path.getTotalLength());
          const shown = new DOMPoint(at.x, at.y).matrixTransform(path.getScreenCTM());
          return [shown.x, shown.y];
        }""",
        share,
    )
    return x, y


def test_the_whole_way_from_signing_in_to_the_next_subject(page, demo, place):
    page.goto(f"{demo.url}/work")
    page.wait_for_url("**/sign-in?next=%2Fwork")
    page.fill("input[name=name]", "lead_unit")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/work")
    left = int(page.locator(".work-left").inner_text())
    page.click(f"#duty-{PARK} >> text=填报")
    page.wait_for_url(f"**/report/{PARK}**")
    page.fill("input[name=percent]", "90")
    page.fill("textarea[name=text]", "收尾清场。")
    page.press("input[name=percent]", "Enter")  # the first button: save, and on to the next
    page.wait_for_url(f"**saved={PARK}")
    expect(page.locator(".form-saved")).to_contain_text("已保存")
    assert [row.percent for row in reports(place, PARK)] == [90]
    page.goto(f"{demo.url}/work")
    expect(page.locator(".work-left")).to_have_text(str(left - 1))
    expect(page.locator(f"#duty-{PARK}")).to_contain_text("本周已报")


def test_sections_are_picked_on_the_map(lead, demo, place):
    page = lead()
    page.goto(f"{demo.url}/report/{MAIN}")
    expect(page.locator("#picker-status")).to_have_text("在线上点选已建区段的起点。")
    page.fill("#sections", "")
    expect(page.locator("#sections-told")).to_have_text("还没有填写区段。")
    page.locator("#picker-map").scroll_into_view_if_needed()
    at_rest(page)
    whole = json.loads(page.locator("#boot").text_content())["picker"]["length_m"]
    page.mouse.click(*on_map(page, 0.75))  # end first: the order does not matter
    expect(page.locator("#picker-status")).to_contain_text("再点选终点")
    page.mouse.click(*on_map(page, 0.25))
    expect(page.locator("#picker-status")).to_contain_text("已加入")
    expect(page.locator("#sections")).to_have_value(re.compile(r"^\d+-\d+$"))
    start, to = (int(n) for n in page.input_value("#sections").split("-"))
    assert start == pytest.approx(0.25 * whole, abs=0.02 * whole)
    assert to == pytest.approx(0.75 * whole, abs=0.02 * whole)
    expect(page.locator("#sections-told")).to_contain_text("占全长")
    expect(page.locator("#picker-map .leaflet-sections-pane path[stroke='#123E8C']")).to_have_count(1)
    # far from the line is no section
    box = page.locator("#picker-map").bounding_box()
    page.mouse.click(box["x"] + 8, box["y"] + box["height"] - 8)
    expect(page.locator("#picker-status")).to_contain_text("离线太远")
    page.click("#picker-undo")
    expect(page.locator("#sections")).to_have_value("")
    # whoever is quicker than the server's answers loses no click
    held: list[Route] = []
    page.route("**/locate?*", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/locate?*"):
        page.mouse.click(*on_map(page, 0.75))
    with page.expect_response("**/locate?*"):
        page.mouse.click(*on_map(page, 0.25))
    held[0].continue_()
    expect(page.locator("#sections")).to_have_value(f"{start}-{to}")
    page.unroute("**/locate?*")
    page.fill("#sections", f"0-{start}; {start}-{to}")
    expect(page.locator("#sections-told")).to_contain_text(f"0-{to}")
    page.click("button[value=work]")
    page.wait_for_url("**/work?saved=**")
    assert reports(place, MAIN)[0].sections == [[0.0, float(to)]]


def test_what_an_inspector_saw_is_taken_over_with_one_click(lead, demo):
    page = lead()
    page.goto(f"{demo.url}/report/{MAIN}")
    seen = page.locator("#take-over").get_attribute("data-sections")
    page.fill("#sections", "")
    page.click("#take-over")
    expect(page.locator("#sections")).to_have_value(seen)
    expect(page.locator("#sections-told")).to_contain_text("占全长")


def test_what_is_wrong_with_sections_is_said_while_typing(lead, demo, watch):
    watch.allow("400")
    page = lead()
    page.goto(f"{demo.url}/report/{OTHER_MAIN}")
    page.fill("#sections", "0-99999")
    expect(page.locator("#sections-wrong")).to_contain_text("超出范围")
    expect(page.locator("#sections")).to_have_attribute("aria-invalid", "true")
    page.fill("#sections", "0-100")
    expect(page.locator("#sections-wrong")).to_have_text("")


def test_quantities_per_town_are_added_while_typing(lead, demo):
    page = lead("other_unit")
    page.goto(f"{demo.url}/report/{TASK}")
    first, second = page.locator("[data-town]").all()
    first.fill("５0")
    second.fill("60")
    total = page.locator("[data-total]")
    expect(total).to_have_value("110")
    expect(total).not_to_be_editable()
    first.fill("")
    second.fill("")
    expect(total).to_be_editable()


def test_a_correction_asks_for_its_reason(lead, demo, place, watch):
    watch.allow("400")
    page = lead()
    page.goto(f"{demo.url}/report/20-1-01?week=2023-W27")
    page.fill("#sections", "")
    page.locator(".percent-only").evaluate("(details) => (details.open = true)")
    page.fill("input[name=percent]", "57")
    with page.expect_navigation():
        page.click("text=保存更正")
    expect(page.locator("#faults")).to_contain_text("请填写更正理由")
    page.click("#faults a")
    until(page, "() => document.activeElement.name === 'reason' || location.hash === '#f-reason'")
    page.fill("textarea[name=reason]", "漏计一段")
    page.click("text=保存更正")
    page.wait_for_url("**saved=20-1-01")
    expect(page.locator(".corrections li").first).to_contain_text("漏计一段")


def test_who_is_second_sees_both_versions_and_chooses(lead, demo, place, watch):
    watch.allow("412")
    first, second = lead(), lead()
    code = "20-4-01"
    for page in (first, second):
        page.goto(f"{demo.url}/report/{code}")
        page.locator("#sections").fill("")
        page.locator(".percent-only").evaluate("(details) => (details.open = true)")
    first.fill("input[name=percent]", "80")
    first.click("button[value=work]")
    first.wait_for_url("**/work?saved=**")
    second.fill("input[name=percent]", "85")
    second.fill("textarea[name=text]", "第二个人的说明")
    second.click("button[value=work]")
    expect(second.locator("#conflict")).to_be_visible()
    versions = second.locator(".version")
    expect(versions).to_have_count(2)
    theirs, yours = versions.all()
    expect(theirs).to_contain_text("80%")
    expect(yours).to_contain_text("85%")
    expect(yours.locator(".differs dt")).to_have_text(["完成百分比", "一句话说明"])
    assert [row.percent for row in reports(place, code)] == [80]
    second.fill("textarea[name=reason]", "以我现场核对为准")
    with second.expect_navigation():
        second.press("input[name=percent]", "Enter")  # never overrules anybody
    expect(second.locator("#conflict")).to_be_visible()
    assert [row.percent for row in reports(place, code)] == [80]
    second.click("text=用我的版本")
    second.wait_for_url("**saved=**")
    assert [row.percent for row in reports(place, code)] == [80, 85]


def test_a_double_click_saves_once(lead, demo, place):
    page = lead()
    page.goto(f"{demo.url}/report/20-4-02")
    page.fill("#sections", "")
    page.locator(".percent-only").evaluate("(details) => (details.open = true)")
    page.fill("input[name=percent]", "60")
    page.dblclick("button[value=work]")
    page.wait_for_url("**/work?saved=**")
    assert [row.percent for row in reports(place, "20-4-02")] == [60]


def test_without_scripts_everything_is_filed_just_the_same(lead, demo, place, watch):
    watch.allow("409")
    page = lead(java_script_enabled=False)
    page.goto(f"{demo.url}/report/20-4-03")
    expect(page.locator("#picker")).to_be_hidden()
    expect(page.locator("textarea[name='suspended_reason']")).to_be_visible()
    page.fill("#sections", "0-100; 50-300")
    page.click("text=只核对，不保存")
    expect(page.locator("#sections-told")).to_contain_text("合计已建 300 米")
    assert reports(place, "20-4-03") == []
    page.dblclick("button[value=work]")  # nothing but the form's number guards here
    expect(page.locator("#f-fall")).to_be_visible()  # the week before it was more
    page.check("input[name=fall]")
    page.dblclick("button[value=work]")
    page.wait_for_url("**/work?saved=**")
    (row,) = reports(place, "20-4-03")
    assert row.sections == [[0.0, 300.0]]


def test_photos_are_shown_before_and_after(lead, demo, place, watch):
    page = lead()
    page.goto(f"{demo.url}/report/19-1")
    page.check("input[name='figures.0.state'][value=done]")
    page.locator("input[name='figures.1.percent']").fill("60")
    expect(page.locator("input[name='figures.1.state'][value=part]")).to_be_checked()
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "teal").save(out, "JPEG")
    picture = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    page.set_input_files("#photos", [picture])
    expect(page.locator("#photos-chosen img")).to_have_count(1)
    expect(page.locator("#photos-chosen")).to_contain_text("现场.jpg")
    page.click("button[value=work]")
    page.wait_for_url("**/work?saved=**")
    page.goto(f"{demo.url}/report/19-1")
    shown = page.locator(".corrections .photos img")
    expect(shown).to_have_count(1)
    expect(shown).to_have_js_property("naturalWidth", 480)


def test_the_curve_of_a_plan_follows_typing(lead, demo):
    page = lead()
    page.goto(f"{demo.url}/plan/{PARK}")
    curve = page.locator(".curve-line")
    before = curve.get_attribute("d")
    page.fill("input[name='milestones.0.day']", "2023-05-01")
    expect(page.locator("#curve-told")).to_contain_text("一起填写")
    page.fill("input[name='milestones.0.percent']", "10")
    expect(page.locator("#curve-told")).to_contain_text("今天")
    expect(curve).not_to_have_attribute("d", before)
    rows = page.locator(".milestone-row").count()
    page.click("#more")
    expect(page.locator(".milestone-row")).to_have_count(rows + 1)
    expect(page.locator(f"input[name='milestones.{rows}.day']")).to_be_visible()
    page.fill("textarea[name=reason]", "补充节点")
    page.click("text=保存计划")
    page.wait_for_url(f"**/work?planned={PARK}")


PAGES = (
    "/work",
    f"/report/{OTHER_MAIN}",
    "/report/19-1",
    "/report/20-2-02",
    f"/plan/{OTHER_MAIN}",
    "/plan/19-1",
)

CONTROLS = ("button", "select", "textarea", ".button", ".choice", "input[type=text]", "input[type=date]")


@pytest.mark.parametrize(
    ("screen", "scheme"), [({}, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"]
)
def test_pages_are_accessible_and_fit(lead, demo, axe, screen, scheme):
    page = lead(color_scheme=scheme, **screen)
    for path in PAGES:
        page.goto(demo.url + path)
        page.wait_for_load_state("networkidle")
        found = axe(page)
        assert not found, (path, axe.text(found))
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, (path, wide)


def test_thumbs_find_every_control(lead, demo):
    page = lead(**PHONE)
    for path in PAGES:
        page.goto(demo.url + path)
        page.wait_for_load_state("networkidle")
        small = page.evaluate(
            """(controls) => [...document.querySelectorAll(controls)]
            .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 43.5)
            .map((e) => e.outerHTML.slice(0, 120))""",
            ", ".join(f"main {one}" for one in CONTROLS),
        )
        assert not small, (path, small)


def test_hostile_words_stay_words(lead, demo, place):
    page = lead()
    evil = "<img src=x onerror=alert(1)>{{7*7}}'\"><script>alert(2)</script>"
    page.goto(f"{demo.url}/report/19-2")
    page.fill("textarea[name=text]", evil)
    page.fill("textarea[name=reason]", evil)
    with page.expect_navigation():
        page.click("text=保存更正")
    if page.locator("input[name=fall]").count():
        page.check("input[name=fall]")
        page.click("text=保存更正")
    page.wait_for_url("**saved=19-2")
    expect(page.locator(".corrections li").first).to_contain_text(re.compile(re.escape(evil)))
    assert page.locator("main img[src=x]").count() == 0
    page.goto(f"{demo.url}/report/19-2?saved={uuid.uuid4()}%3Cscript%3E&fill=%3Cscript%3E")
    assert page.locator(".form-saved").count() == 0
