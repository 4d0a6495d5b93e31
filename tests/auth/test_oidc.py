"""Single sign-on against a provider of our own: what opens an account, and everything that must not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import ValidationError
from starlette.testclient import TestClient

from app.settings import Settings
from tests.auth.forms import HTML
from tests.auth.provider import CLIENT, SECRET, Provider, running_provider
from tests.support.databases import storage
from tests.support.people import signed_in, staffed, visitor


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as made:
        yield made


@pytest.fixture(scope="module")
def service(provider, tmp_path_factory) -> Iterator[TestClient]:
    chosen = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    with storage("sqlite", tmp_path_factory.mktemp("oidc")) as place, staffed(place, **chosen) as made:
        yield made


@pytest.fixture(autouse=True)
def as_it_should(provider) -> Iterator[None]:
    key = provider.key
    yield
    provider.claims, provider.description, provider.fault = {}, {}, None
    provider.key = provider.published = key


def left(browser: TestClient, onward: str = "/") -> str:
    """Leave for the provider; its address with all parameters."""
    answer = browser.get("/sign-in/oidc", params={"next": onward}, headers=HTML)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def came_back(browser: TestClient, address: str, code: str, **more: str):
    state = parse_qs(urlsplit(address).query)["state"][0]
    query = {"code": code, "state": state, **more}
    return browser.get("/sign-in/oidc/callback", params=query, headers=HTML)


def whole(service: TestClient, provider: Provider):
    """All steps; the browser and the last answer."""
    browser = visitor(service)
    address = left(browser)
    return browser, came_back(browser, address, provider.authorise(address))


def nobody(browser: TestClient) -> bool:
    return browser.get("/account").status_code == 401


def test_the_button_is_there_only_where_it_is_set(service, fresh_database):
    assert 'href="/sign-in/oidc?next=/ledger"' in service.get("/sign-in?next=/ledger", headers=HTML).text
    with staffed(fresh_database("sqlite")) as plain:
        assert "/sign-in/oidc" not in plain.get("/sign-in", headers=HTML).text
        assert plain.get("/sign-in/oidc").status_code == 404
        assert plain.get("/sign-in/oidc/callback?code=1&state=2").status_code == 404


def test_the_account_of_that_name_is_opened(service, provider):
    browser = visitor(service)
    address = left(browser, "/account?x=1")
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert query["redirect_uri"] == "http://testserver/sign-in/oidc/callback"
    assert set(query["scope"].split()) == {"openid", "profile"}
    assert len(query["nonce"]) >= 32 and len(query["state"]) >= 32
    answer = came_back(browser, address, provider.authorise(address), iss=provider.issuer)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?x=1")
    assert "领导 丙" in browser.get("/account", headers=HTML).text


def test_a_code_is_good_once(service, provider):
    browser = visitor(service)
    address = left(browser)
    code = provider.authorise(address)
    assert came_back(browser, address, code).status_code == 303
    other = visitor(service)
    assert came_back(other, address, code).status_code == 401
    assert nobody(other)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody else"},
        {"aud": None},
        {"aud": [CLIENT, "somebody else"]},
        {"iss": "https://another.example"},
        {"iss": None},
        {"exp": 1_600_000_000},
        {"exp": None},
        {"iat": None},
        {"azp": "somebody else"},
        {"preferred_username": None},
        {"preferred_username": ["leader"]},
        {"preferred_username": ""},
        {"at_hash": "wrong"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_opens_nothing(service, provider, claims):
    provider.claims = claims
    browser, answer = whole(service, provider)
    assert answer.status_code == 401
    assert "统一登录没有成功" in answer.text
    assert nobody(browser)


@pytest.mark.parametrize("name", ["unknown", "leader2", "领导"])
def test_an_account_is_never_made(service, provider, name):
    provider.claims = {"preferred_username": name}
    browser, answer = whole(service, provider)
    assert answer.status_code == 403
    assert name in answer.text
    assert nobody(browser)
    admin = signed_in(service, "administrator")
    assert f">{name}<" not in admin.get("/users", headers=HTML).text


def test_a_disabled_account_stays_closed(service, provider):
    admin, viewer = signed_in(service, "administrator"), signed_in(service, "viewer")
    admin.post(f"/users/{viewer.account_id}/disable", data=admin.form())
    provider.claims = {"preferred_username": "viewer"}
    browser, answer = whole(service, provider)
    assert answer.status_code == 403
    assert nobody(browser)


def test_a_state_of_another_browser_is_refused(service, provider):
    """Signing somebody else in with one's own code (login CSRF)."""
    attacker, victim = visitor(service), visitor(service)
    address = left(attacker)
    code = provider.authorise(address)
    assert came_back(victim, address, code).status_code == 401, "no cookie"
    left(victim)
    assert came_back(victim, address, code).status_code == 401, "another state"
    assert nobody(victim)
    assert "/token" not in provider.calls[-1], "the code is not even sent on"


def test_a_key_that_is_not_the_providers_is_refused(service, provider):
    provider.key = RSAKey.generate_key(2048, {"kid": "one"})
    browser, answer = whole(service, provider)
    assert answer.status_code == 401
    assert nobody(browser)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_signatures_that_anybody_can_make_are_refused(service, provider, monkeypatch, algorithm):
    """`none`, and the public key or client secret taken as a shared secret."""

    def forged(asked: dict[str, str], _authorization: str) -> tuple[int, dict[str, str]]:
        flow = provider.asked.pop(asked["code"])
        now = int(time.time())
        claims = {"iss": provider.issuer, "sub": "7", "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": flow["nonce"], "preferred_username": "administrator"}
        key = OctKey.import_key(SECRET)
        token = jwt.encode({"alg": algorithm, "kid": "one"}, claims, key, algorithms=[algorithm])
        return 200, {"access_token": "t", "token_type": "Bearer", "id_token": token}

    monkeypatch.setattr(provider, "_token", forged)
    browser, answer = whole(service, provider)
    assert answer.status_code == 401
    assert nobody(browser)


def test_a_provider_that_is_away_or_another_is_told(service, provider):
    provider.fault = 500
    answer = visitor(service).get("/sign-in/oidc", headers=HTML)
    assert answer.status_code == 503
    assert "统一登录服务暂时无法访问" in answer.text
    provider.fault, provider.description = None, {"issuer": "https://another.example"}
    assert visitor(service).get("/sign-in/oidc", headers=HTML).status_code == 503


def test_no_other_site_is_gone_on_to(service, provider):
    browser = visitor(service)
    address = left(browser, "//evil.example")
    assert came_back(browser, address, provider.authorise(address)).headers["location"] == "/"


def test_what_the_provider_refuses_is_told(service):
    browser = visitor(service)
    state = parse_qs(urlsplit(left(browser)).query)["state"][0]
    answer = browser.get(
        "/sign-in/oidc/callback", params={"error": "access_denied", "state": state}, headers=HTML
    )
    assert answer.status_code == 401
    assert "access_denied" not in answer.text


@pytest.mark.parametrize(
    "chosen",
    [
        {"oidc_issuer": "https://sso.example"},
        {"oidc_issuer": "http://sso.example", "oidc_client_id": "x", "oidc_client_secret": "y"},
        {"trusted_proxies": "proxy.example"},
        {"trusted_proxies": "10.0.0.1/8"},
        {"trusted_proxies": "*"},
    ],
    ids=str,
)
def test_settings_that_would_open_a_door_are_refused(chosen):
    with pytest.raises(ValidationError):
        Settings(**chosen)
