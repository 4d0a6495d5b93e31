"""Accounts made, changed and disabled, on the page and by command; what the audit keeps, and what never."""

from __future__ import annotations

import re
from collections.abc import Iterator

import orjson
import pytest
from click.testing import CliRunner
from sqlalchemy import select
from starlette.testclient import TestClient

from app.cli.main import cli
from app.domain.roles import Role
from app.store import accounts
from app.store import tables as t
from app.store.demo import put_demo
from tests.auth.forms import HTML, sent_form
from tests.routes.html import parse
from tests.support.people import signed_in, staffed, visitor
from tests.support.zones import prepared

pytestmark = pytest.mark.usefixtures("quick_passwords")
ONCE = re.compile(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>")


@pytest.fixture(scope="module")
def service(both_engines_module) -> Iterator[TestClient]:
    with staffed(both_engines_module) as made:
        yield made


def fields(admin, **more):
    return admin.form(**{"name": "wang", "display": "王工", "role": "lead_unit", "unit": "jianshe", **more})


def row_of(service: TestClient, name: str):
    with service.app.state.live.database.read() as connection:
        return accounts.by_name(connection, name)


def changes(service: TestClient) -> list:
    with service.app.state.live.database.read() as connection:
        return connection.execute(select(t.change).order_by(t.change.c.id)).all()


def test_a_new_account_gets_a_password_that_is_shown_once(service):
    admin = signed_in(service, "administrator")
    sent = fields(admin, name="Wang.Gong", towns=["370829104"])
    page = admin.post("/users", data=sent, headers=HTML)
    assert page.status_code == 200
    assert "no-store" in page.headers["cache-control"]
    password = ONCE.search(page.text)[1]
    row = row_of(service, "wang.gong")
    assert (row.display, row.role, row.unit_code, row.towns) == (
        "王工",
        "lead_unit",
        "jianshe",
        ["370829104"],
    )
    assert row.must_change
    assert password not in admin.get("/users", headers=HTML).text
    assert password not in admin.get(f"/users/{row.id}", headers=HTML).text
    signing = sent_form(visitor(service, "10.7.0.1"), "wang.gong", password)
    assert (signing.status_code, signing.headers["location"]) == (303, "/account")
    again = admin.post("/users", data=sent, headers=HTML)
    assert again.status_code == 409
    assert "已经存在" in again.text
    assert ONCE.search(again.text) is None


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": "x"}, "账号名应为"),
        ({"name": "a b"}, "账号名应为"),
        ({"name": "<script>"}, "账号名应为"),
        ({"display": " "}, "请填写姓名"),
        ({"display": "x" * 61}, "请填写姓名"),
        ({"display": "a\u202eb"}, "请填写姓名"),
        ({"role": "king"}, "请选择角色"),
        ({"unit": ""}, "须指明单位"),
        ({"unit": "nowhere"}, "没有代码为 nowhere 的单位"),
        ({"role": "leader"}, "才有单位"),
        ({"items": ["20"]}, "只有领导账号才有分管项目"),
        ({"role": "leader", "unit": "", "items": ["99"]}, "没有第 99 项"),
        ({"role": "inspector", "unit": "", "towns": ["1"]}, "没有代码为 1 的镇"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(service, wrong, told):
    admin = signed_in(service, "administrator")
    before = len(changes(service))
    sent = fields(admin, name="nobody-yet") | wrong
    page = admin.post("/users", data=sent, headers=HTML)
    assert page.status_code == 400
    assert told in page.text
    values = [one.attributes.get("value") for one in parse(page.text).all("input")]
    assert sent["display"] in values and sent["name"] in values
    assert "<script>" not in page.text.split('<form method="post" action="/users"')[1]
    assert row_of(service, "nobody-yet") is None
    assert len(changes(service)) == before


def test_every_change_of_an_account_is_in_the_audit_and_no_password_is(service):
    admin = signed_in(service, "administrator")
    begun = len(changes(service))
    text = admin.post("/users", data=fields(admin, name="audited"), headers=HTML).text
    passwords = [ONCE.search(text)[1]]
    number = row_of(service, "audited").id
    edited = fields(admin, name="audited", display="王工（新）", role="supporting_unit", unit="ziran")
    assert admin.post(f"/users/{number}", data=edited).headers["location"] == f"/users/{number}?done=change"
    assert admin.post(f"/users/{number}", data=edited).status_code == 303, (
        "the same once more changes nothing"
    )
    reset = admin.post(f"/users/{number}/password", data=admin.form(), headers=HTML)
    passwords.append(ONCE.search(reset.text)[1])
    for act in ("disable", "disable", "enable"):
        assert admin.post(f"/users/{number}/{act}", data=admin.form()).status_code == 303
    rows = changes(service)[begun:]
    assert [row.action for row in rows] == [
        "account.add",
        "account.change",
        "account.password",
        "account.disable",
        "account.enable",
    ]
    for row in rows:
        assert (row.by, row.role, row.address) == ("管理员 甲", "administrator", "testclient")
        assert row.account_id == admin.account_id
    assert rows[0].after == {"account": "audited", "display": "王工", "role": "lead_unit", "unit": "jianshe"}
    assert (rows[1].before["unit"], rows[1].after["unit"]) == ("jianshe", "ziran")
    assert rows[2].after == {"account": "audited", "must_change": True}
    kept = orjson.dumps([list(map(str, row)) for row in changes(service)]).decode()
    assert not [password for password in passwords if password in kept]
    assert "argon2" not in kept


def test_the_new_password_works_and_the_old_does_not(service):
    admin = signed_in(service, "administrator")
    text = admin.post("/users", data=fields(admin, name="forgetful"), headers=HTML).text
    first, number = ONCE.search(text)[1], row_of(service, "forgetful").id
    person = visitor(service, "10.7.1.1")
    assert sent_form(person, "forgetful", first).status_code == 303
    second = ONCE.search(admin.post(f"/users/{number}/password", data=admin.form(), headers=HTML).text)[1]
    assert person.get("/account").status_code == 401, "its sessions have ended"
    assert sent_form(visitor(service, "10.7.1.2"), "forgetful", first).status_code == 401
    assert sent_form(visitor(service, "10.7.1.2"), "forgetful", second).status_code == 303


def test_nobody_locks_everybody_out(service):
    admin = signed_in(service, "administrator")
    own = f"/users/{admin.account_id}"
    refused = admin.post(f"{own}/disable", data=admin.form(), headers=HTML)
    assert (refused.status_code, "不能停用自己" in refused.text) == (409, True)
    demoted = admin.post(own, data=fields(admin, name="administrator", role="viewer", unit=""), headers=HTML)
    assert (demoted.status_code, "最后一个可用的管理员" in demoted.text) == (409, True)
    assert admin.get("/users").status_code == 200


def test_the_name_stays(service):
    admin = signed_in(service, "administrator")
    number = row_of(service, "viewer").id
    page = admin.post(
        f"/users/{number}", data=fields(admin, name="other", role="viewer", unit=""), headers=HTML
    )
    assert (page.status_code, "账号名不能更改" in page.text) == (400, True)


@pytest.mark.parametrize("path", ["/users/999999", "/users/x", "/users/１", "/users/" + "9" * 30])
def test_accounts_that_are_not_there(service, path):
    admin = signed_in(service, "administrator")
    assert admin.get(path).status_code == 404
    assert admin.post(f"{path}/disable", data=admin.form()).status_code == 404


class TestTheAuditPage:
    def entries(self, service: TestClient, query: str = "") -> list[str]:
        page = signed_in(service, "supervision").get(f"/audit{query}", headers=HTML)
        assert page.status_code == 200, page.text[-800:]
        return [one.text for one in parse(page.text).all("li", "entry")]

    def test_it_says_who_when_from_where_and_what(self, service):
        admin = signed_in(service, "administrator")
        admin.post("/users", data=fields(admin, name="shown", display="显示 <b>"), headers=HTML)
        number = row_of(service, "shown").id
        admin.post(f"/users/{number}", data=fields(admin, name="shown", display="后来", unit="jiaoyu"))
        newest, before = self.entries(service)[:2]
        for part in ("修改账号", "管理员 甲", "administrator", "来源 testclient", "shown"):
            assert part in newest, part
        assert "改动前 显示 <b> → 改动后 后来" in newest
        assert "改动前 区城乡建设和交通局 → 改动后 市教育局经开区分局" in newest
        assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d", newest)
        assert "新建账号" in before

    def test_filters(self, service):
        everything = self.entries(service)
        assert set(self.entries(service, "?action=account.add")) < set(everything)
        assert all("新建账号" in one for one in self.entries(service, "?action=account.add"))
        assert self.entries(service, "?person=ADMINISTRATOR&week=") == everything
        assert self.entries(service, "?person=管理员") == everything
        assert self.entries(service, "?person=%25") == []
        assert self.entries(service, "?subject=20-1-01") == []
        assert self.entries(service, "?week=2023-W28") == []

    def test_pages_follow_one_another_without_gap(self, service, monkeypatch):
        monkeypatch.setattr("app.routes.audit.PAGE", 3)
        person, seen, address = signed_in(service, "supervision"), [], "/audit"
        while address:
            page = parse(person.get(address, headers=HTML).text)
            seen += [one.text for one in page.all("li", "entry")]
            following = [one for one in page.all("a") if one.attributes.get("rel") == "next"]
            address = following[0].attributes["href"] if following else ""
        monkeypatch.undo()
        assert seen == self.entries(service)
        assert len(seen) > 3

    @pytest.mark.parametrize("query", ["week=2023", "week=2999-W01", "action=x", "before=x", "colour=red"])
    def test_a_filter_that_is_wrong_is_told(self, service, query):
        answer = signed_in(service, "supervision").get(f"/audit?{query}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == query.split("=")[0]


def told(output: str) -> str:
    return re.search(r"密码 ([a-z0-9-]{19})（只显示这一次）", output)[1]


def test_the_commands(both_engines, monkeypatch):
    for name, value in both_engines.env.items():
        monkeypatch.setenv(name, value)

    def run(*words: str, given: str | None = None):
        return CliRunner().invoke(cli, ["user", *words], input=given)

    with prepared(both_engines) as (database, _):
        made = run("add", "Li", "--role", "lead_unit", "--unit", "jianshe", "--display", "李工")
        assert made.exit_code == 0, made.output
        leader = ("add", "zhao", "--role", "leader", "--item", "20", "--item", "21", "--ask")
        short = run(*leader, given="short\nshort\n")
        assert short.exit_code != 0
        assert run(*leader, given="correct horse 1\ncorrect horse 1\n").exit_code == 0
        assert run("add", "li", "--role", "viewer").exit_code != 0, "there is one already"
        assert run("add", "sun", "--role", "supporting_unit").exit_code != 0, "without its unit"
        assert run("add", "sun", "--role", "king").exit_code == 2
        reset = run("password", "LI")
        assert told(reset.output) != told(made.output)
        assert run("disable", "li").exit_code == 0
        listing = run("list").output
        assert re.search(r"li  lead_unit  李工  jianshe  已停用 disabled", listing)
        assert run("enable", "li").exit_code == 0
        assert "disabled" not in run("list").output
        assert run("disable", "nobody").exit_code != 0
        with database.read() as connection:
            li, zhao = accounts.by_name(connection, "li"), accounts.by_name(connection, "zhao")
            rows = connection.execute(select(t.change).order_by(t.change.c.id)).all()
    assert (li.must_change, zhao.must_change) == (True, False)
    assert zhao._mapping["items"] == [20, 21]
    assert [row.action for row in rows][:2] == ["account.add", "account.add"]
    assert {row.by for row in rows} == {"命令行 · command line"}
    assert {row.account_id for row in rows} == {None}


def test_the_first_start_makes_one_administrator_and_the_second_none(server, fresh_database):
    place = fresh_database("sqlite")
    first = server(on=place)
    password = told(first.log)
    assert "admin" in first.log
    second = server(on=place)
    assert "密码" not in second.log
    with staffed(place) as service:
        signing = sent_form(visitor(service, "10.7.2.1"), "admin", password)
        assert (signing.status_code, signing.headers["location"]) == (303, "/account")
        row = row_of(service, "admin")
    assert (row.role, row.must_change) == ("administrator", True)
    assert password not in str(row)


def test_the_demonstration_has_an_account_of_every_role(both_engines):
    with prepared(both_engines) as (database, _):
        with database.write() as connection:
            put_demo(connection)
            made = accounts.demo_accounts(connection)
        with database.write() as connection:
            assert accounts.demo_accounts(connection) == [], "the second time there is nothing to make"
        with database.read() as connection:
            rows = {row.name: row for row in accounts.listed(connection)}
    assert {rows[name].role for name, _ in made} == {role.value for role in Role}
    assert len({password for _, password in made}) == len(made)
    units = {row.role: row.unit_code for row in rows.values()}
    assert (units["lead_unit"], units["supporting_unit"]) == ("jianshe", "ziran")
