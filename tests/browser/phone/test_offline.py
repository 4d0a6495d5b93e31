"""The page without signal: kept whole, opened whatever the server does, renewed when the person says so, and
private things gone when somebody signs out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from app.store import tables as t
from app.store.database import Database
from scripts._cluster import free_port
from tests.browser.helpers import soon, until
from tests.browser.phone.helpers import LOCATED, call, kept, open_phone
from tests.browser.phone.servers import answering, changed_copy, served_from, silent
from tests.support.databases import Storage, storage
from tests.support.people import add_people, browser_cookie
from tests.support.server import running_server
from tests.support.zones import prepared, settings_for

SITE = "20-1-02"
UNREACHABLE = "ERR_(CONNECTION_|INTERNET_DISCONNECTED|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)|500|403"
ADDED = "\nexport const addedByTest = true;\n"
SHELL_FILES = "async () => (await (await caches.open('minsheng-files')).keys()).map((one) => one.url)"
VERSIONS = """async () => (await (await caches.open('minsheng-versions')).keys())
    .map((one) => decodeURIComponent(one.url)).filter((one) => one.includes('version '))"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("offline")) as made, prepared(made, demo=True):
        yield made


def installed(page: Page) -> Page:
    """Wait until the worker keeps the page and answers for it."""
    until(page, "() => Boolean(navigator.serviceWorker.controller)")
    return page


def banner(page: Page, line: str):
    """A line of the banner."""
    return page.locator(f'#m-banner [data-line="{line}"]')


def draft(page: Page, finding: str = "路面已铺完") -> str:
    """Keep a draft of the person signed in; its id."""
    return call(
        page,
        "phone/drafts.js",
        """async ({newDraft, save}, finding) => {
            const {account} = await import('/static/js/phone/account.js');
            const made = newDraft({code: '20-1-02', title: '嘉德路', version: 1}, account.me);
            await save({...made, finding});
            return made.id;
        }""",
        finding,
    )


def signed_in(page: Page, place: Storage, url: str, name: str = "inspector") -> None:
    page.context.add_cookies([browser_cookie(place, name, url)])


def private(page: Page, wanted: bool) -> None:
    """Wait until what is on disk tells something that is only for who is signed in, or nothing of that."""

    def found() -> bool:
        data = kept(page, "zone")["data"]
        return any("may_inspect" in one or "units" in one for one in data["subjects"].values())

    soon(found, wanted)


def test_the_page_opens_whatever_the_server_does(new_page, watch, place, tmp_path):
    watch.allow(UNREACHABLE)
    port = free_port()
    env = {**place.env, "PORT": str(port)}
    page = new_page(**LOCATED)
    failed: list[str] = []
    page.context.on("requestfailed", lambda request: failed.append(f"{request.failure} {request.url}"))
    with running_server(("serve",), env) as server:
        signed_in(page, place, server.url)
        installed(open_phone(page, server.url))
        until(page, "async () => (await import('/static/js/phone/account.js')).account.me")
        number = draft(page)
        sites = page.evaluate("async () => (await import('/static/js/phone/zone.js')).zone.data.sites.length")
        # nobody else's page of this scope is touched: neither the planner's map nor the meeting
        other = page.context.new_page()
        other.goto(f"{server.url}/meeting")
        assert "/meeting" in other.url or "/sign-in" in other.url
        other.close()
        files = page.evaluate(SHELL_FILES)
        assert len(files) > 50 and not [one for one in files if "/api/" in one]
    address = server.url

    # nothing answers at all
    for screen in ("", f"#site/{SITE}", f"#check/{SITE}", "#outbox", "#me"):
        page.goto("about:blank")
        open_phone(page, address, screen)
        expect(page.locator(".screen:not([hidden]) h1").first).to_be_attached()
    expect(banner(page, "age")).to_contain_text("数据")
    expect(page.locator("#me-account .me-name")).to_have_text("巡查 己")
    expect(page.locator("#me-version")).to_contain_text("版本")
    page.get_by_role("button", name="English").click()
    expect(page.locator("#me-title")).to_have_text("Me")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(banner(page, "age")).to_contain_text("data")
    page.reload()
    expect(page.locator("#me-title")).to_have_text("Me")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("#me-title")).to_have_text("我的")
    page.evaluate("location.hash = '#nearby'")
    # what was left when another page was opened is no failure
    lost = [one for one in failed if "ABORTED" not in one and ("/static/" in one or one.endswith("/m"))]
    assert not lost

    def opens() -> None:
        page.goto("about:blank")
        open_phone(page, address)
        read = "async () => (await import('/static/js/phone/zone.js')).zone.data.sites.length"
        assert page.evaluate(read) == sites
        me = "async () => (await import('/static/js/phone/account.js')).account.me?.name"
        soon(lambda: page.evaluate(me), "inspector")

    # it takes connections and never answers; it fails; a portal answers in its place
    with silent(port):
        opens()
    with answering(port, 500, "<h1>500</h1>"):
        opens()
        expect(banner(page, "age")).to_contain_text("连不上服务器")
    with answering(port, 200, "<h1>请登录无线网络</h1>") as asked:
        opens()
        page.evaluate(
            "async () => (await navigator.serviceWorker.getRegistration('/m')).update().catch(() => 0)"
        )
        expect(banner(page, "age")).to_contain_text("连不上服务器")
        soon(lambda: {"/sw.js", "/api/phone/me"} <= set(asked), True)
        opens()
    assert len(page.evaluate(VERSIONS)) == 1

    # a new version: offered, not while somebody writes; taken when told; what is on disk stays
    second = page.context.new_page()
    copy = changed_copy(tmp_path, {"js/phone/signout.js": ADDED})
    with served_from(copy, port, place.env):
        open_phone(page, address)
        open_phone(second, address)
        until(page, "async () => Boolean((await navigator.serviceWorker.getRegistration('/m'))?.waiting)")
        expect(banner(page, "update")).to_contain_text("有新版本")
        page.evaluate("(id) => (location.hash = `#draft/${id}`)", number)
        expect(banner(page, "update")).to_have_count(0)
        page.evaluate("() => (location.hash = '#nearby')")
        soon(lambda: len(page.evaluate(VERSIONS)), 2)
        before = page.evaluate(SHELL_FILES)
        with page.expect_navigation():
            banner(page, "update").get_by_role("button").click()
        added = "async () => (await import('/static/js/phone/signout.js')).addedByTest ?? false"
        installed(page)
        until(page, "() => document.documentElement.dataset.ready === 'yes'")
        assert page.evaluate(added) is True
        # the other page was opened with the old one and keeps it, modules that it had not read yet included
        assert second.evaluate(added) is False
        expect(banner(second, "update")).to_be_visible()
        assert (
            call(page, "phone/drafts.js", "async ({get}, id) => (await get(id)).finding", number)
            == "路面已铺完"
        )
        second.close()
        page.reload()
        until(page, f"async () => (await ({VERSIONS})()).length === 1")
        until(page, f"async (most) => (await ({SHELL_FILES})()).length <= most", len(before) - 1)
        expect(banner(page, "update")).to_have_count(0)


def test_signing_out_wipes_what_is_private(new_page, axe, watch, place):
    watch.allow(UNREACHABLE + "|401|403")
    page = new_page(**LOCATED)
    with running_server(("serve",), place.env) as server:
        signed_in(page, place, server.url)
        installed(open_phone(page, server.url, "#me"))
        until(page, "async () => (await import('/static/js/phone/zone.js')).zone.data?.account")
        private(page, True)
        number = draft(page)
        gone = draft(page, "这一条不要了")
        call(page, "phone/drafts.js", "({remove}, id) => remove(id)", gone)

        # what was not sent is kept for its owner, sealed for others
        page.get_by_role("button", name="退出登录").click()
        dialog = page.locator("#me-out")
        expect(dialog).to_contain_text("1 条没有上报")
        expect(dialog.get_by_role("radio", name="先上报")).to_be_disabled()  # a draft is finished first
        expect(dialog.get_by_role("radio", name="保留并封存")).to_be_checked()
        found = axe(page)
        assert not found, axe.text(found)
        dialog.get_by_role("button", name="退出").click()
        expect(page.locator("#me-account")).to_contain_text("未登录")
        expect(page.locator("#me-account")).to_contain_text("巡查 己的 1 条未上报记录")
        expect(page.locator("body")).not_to_contain_text("路面", use_inner_text=True)
        private(page, False)
        soon(lambda: kept(page, "me")["account"], None)
        until(page, "async () => (await (await fetch('/api/phone/me')).json()).account === null")

        found = axe(page)
        assert not found, axe.text(found)

        # the same person again, now without signal: out at once here, on the server when it hears of it
        signed_in(page, place, server.url)
        page.reload()
        expect(page.locator("#me-account .me-name")).to_have_text("巡查 己")
        until(page, "async () => (await import('/static/js/phone/zone.js')).zone.data?.account")
        page.context.set_offline(True)
        page.reload()
        page.get_by_role("button", name="退出登录").click()
        expect(dialog).to_contain_text("现在没有网络")
        dialog.get_by_role("radio", name="全部删除").check()
        expect(dialog.get_by_role("button", name="退出")).to_be_disabled()
        dialog.get_by_role("textbox").fill("删除")
        dialog.get_by_role("button", name="退出").click()
        expect(page.locator("#me-account")).to_contain_text("未登录")
        private(page, False)
        soon(lambda: call(page, "phone/drafts.js", "({get}, id) => get(id)", number), None)
        page.context.set_offline(False)  # the server hears of it by itself, and the data are checked
        until(page, "async () => (await (await fetch('/api/phone/me')).json()).account === null")
        expect(banner(page, "age")).to_have_count(0)

        # the session ends elsewhere; another account comes
        signed_in(page, place, server.url)
        page.reload()
        until(page, "async () => (await import('/static/js/phone/zone.js')).zone.data?.account")
        kept_one = draft(page)
        _end_sessions(place)
        page.evaluate("async () => (await import('/static/js/phone/banner.js')).refresh()")
        private(page, False)
        expect(page.locator("#me-account")).to_contain_text("未登录")
        signed_in(page, place, server.url, "supervision")
        page.reload()
        expect(page.locator("#me-account .me-name")).to_have_text("督查 乙")
        expect(page.locator("#me-account")).to_contain_text("巡查 己的 1 条未上报记录")
        assert call(page, "phone/drafts.js", "async ({get}, id) => (await get(id)).id", kept_one) == kept_one


def _end_sessions(place: Storage) -> None:
    database = Database(settings_for(place))
    try:
        add_people(database)
        with database.write() as connection:
            connection.execute(delete(t.session))
    finally:
        database.close()
