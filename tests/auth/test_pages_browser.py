"""The pages of accounts in a real browser: by keyboard, without scripts, on a phone, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.databases import storage
from tests.support.people import PASSWORD, browser_cookie

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("pages")) as made:
        yield made


@pytest.fixture(scope="module")
def running(server, place):
    started = server(on=place)
    browser_cookie(place, "viewer", started.url)  # makes the accounts
    return started


def sideways(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_signing_in_and_out(running, new_page, watch, scripts):
    watch.allow("401")
    page = new_page(viewport=PHONE, java_script_enabled=scripts)
    page.goto(f"{running.url}/audit")
    expect(page).to_have_url(f"{running.url}/sign-in?next=%2Faudit")
    page.get_by_label("账号").fill("supervision")
    page.get_by_label("密码").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("账号名或密码不对。")
    expect(page.get_by_label("账号")).to_have_value("supervision")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="审计", level=1)).to_be_visible()
    expect(page).to_have_url(f"{running.url}/audit")
    page.locator("#menu > summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("link", name="登录")).to_be_visible()
    page.goto(f"{running.url}/audit")
    assert "/sign-in" in page.url


@pytest.mark.parametrize(
    ("name", "links"),
    [
        ("lead_unit", ["我的工作", "周例会"]),
        ("supporting_unit", ["我的工作"]),
        ("supervision", ["督查台", "旬调度", "周例会", "审计"]),
        ("leader", ["督查台", "旬调度", "周例会"]),
        ("administrator", ["督查台", "旬调度", "周例会", "账号", "审计"]),
        ("inspector", []),
        ("viewer", []),
    ],
)
@pytest.mark.parametrize("path", ["/", "/ledger"])
def test_the_menu_on_a_phone_leads_everywhere_the_role_may_go(running, place, new_page, name, links, path):
    page = new_page(viewport=PHONE)
    page.context.add_cookies([browser_cookie(place, name, running.url)])
    page.goto(running.url + path)
    page.locator("#menu > summary").focus()
    page.keyboard.press("Enter")
    upload = ["用 Excel 填周报"] if name == "lead_unit" else []
    pack = ["PDF", "Excel", "幻灯片", "快照"] if name in ("supervision", "leader", "administrator") else []
    shown = page.locator("#menu a:visible")
    expect(shown).to_have_text([*links, "签到", "堵点", "调度意见", *upload, *pack, "我的账号"])
    expect(page.get_by_role("button", name="退出登录")).to_be_in_viewport()
    for link in shown.all():
        box = link.bounding_box()
        assert box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert sideways(page) <= 0
    page.keyboard.press("Escape")
    expect(page.locator("#menu .menu-panel")).to_be_hidden()
    expect(page.locator("#menu > summary")).to_be_focused()


def test_wide_documents_show_the_links_themselves(running, place, new_page):
    page = new_page(viewport=DESK)
    page.context.add_cookies([browser_cookie(place, "administrator", running.url)])
    page.goto(f"{running.url}/users")
    shown = page.locator(".bar-work a:visible")
    expect(shown).to_have_text(["督查台", "旬调度", "周例会", "账号", "审计"])
    expect(page.locator(".bar-work a[aria-current=page]")).to_have_text("账号")
    for address in ("/board", "/review", "/meeting", "/users", "/audit"):
        assert page.request.get(running.url + address).status == 200, address


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [1100, 1280])
def test_the_header_never_lies_over_the_name(running, place, new_page, lang, width):
    page = new_page(viewport={"width": width, "height": 800})
    page.context.add_cookies([browser_cookie(place, "administrator", running.url)])
    page.goto(f"{running.url}/users?lang={lang}")
    name, links = (page.locator(one).bounding_box() for one in (".brand-name", ".bar-nav"))
    assert name["x"] + name["width"] <= links["x"]
    page.locator("#menu summary").click()
    for address in ("/board", "/blockages", "/directives", "/account"):
        link = f'a[href="{address}"]:visible'
        found = page.locator(f".bar-work {link}, .menu-panel {link}")
        expect(found, f"{address}: in the header or in the menu, not in both").to_have_count(1)


@pytest.mark.parametrize(
    ("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"]
)
def test_the_pages_are_accessible_and_fit(running, place, new_page, axe, scheme, viewport):
    page = new_page(viewport=viewport, color_scheme=scheme)
    for lang in ("zh", "en"):
        page.goto(f"{running.url}/sign-in?lang={lang}")
        assert not (found := axe(page)), axe.text(found)
        assert sideways(page) <= 0
    page.context.add_cookies([browser_cookie(place, "administrator", running.url)])
    number = browser_cookie_account(page, running)
    for address in ("/account", "/users", f"/users/{number}", "/audit"):
        page.goto(f"{running.url}{address}{'&' if '?' in address else '?'}lang=zh")
        if address == "/users":
            page.locator("details.new-account > summary").click()
        assert not (found := axe(page)), (address, axe.text(found))
        assert sideways(page) <= 0, address


def browser_cookie_account(page, running) -> str:
    """The number of an account, from the list."""
    page.goto(f"{running.url}/users")
    return page.locator(".person-who a").nth(1).get_attribute("href").rsplit("/", 1)[1]


def test_making_an_account_and_changing_the_first_password(running, place, new_page):
    desk = new_page(viewport=DESK)
    desk.context.add_cookies([browser_cookie(place, "administrator", running.url)])
    desk.goto(f"{running.url}/users")
    desk.locator("details.new-account > summary").click()
    form = desk.locator("details.new-account form")
    form.get_by_label("账号", exact=True).fill("new.person")
    form.get_by_label("姓名或称呼").fill("新来的")
    form.get_by_label("角色").select_option("viewer")
    form.get_by_role("button", name="新建账号").click()
    first = desk.locator(".once-password code").inner_text()
    phone = new_page(viewport=PHONE)
    phone.goto(f"{running.url}/sign-in?next=/ledger")
    phone.get_by_label("账号").fill("new.person")
    phone.get_by_label("密码").fill(first)
    phone.get_by_role("button", name="登录").click()
    expect(phone.get_by_text("请先换成只有自己知道的密码")).to_be_visible()
    phone.get_by_label("现在的密码").fill(first)
    phone.get_by_label("新密码", exact=True).fill("马到成功 2023 年")
    phone.get_by_label("再输入一次新密码").fill("马到成功 2023 年")
    phone.get_by_role("button", name="修改密码").click()
    expect(phone.get_by_text("密码已修改")).to_be_visible()
    expect(phone.get_by_text("请先换成只有自己知道的密码")).to_have_count(0)
