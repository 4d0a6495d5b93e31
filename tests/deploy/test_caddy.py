"""deploy/Caddyfile with a real Caddy: its own authority's certificate, and all that the phone needs a secure
connection for. On plain http the page says what is missing, and works all the same."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect, sync_playwright

from scripts._cluster import free_port
from tests.browser.helpers import PHONE
from tests.browser.phone.helpers import HERE, call
from tests.support.browser import FLAGS, find_chromium
from tests.support.people import PASSWORD, add_people
from tests.support.server import ROOT, running_server
from tests.support.zones import prepared

NAME = "minsheng.example.org"
LARGEST = 25 * 1024 * 1024
READY_SECONDS = 30


@contextmanager
def caddy(folder: Path, upstream: str) -> Iterator[tuple[int, int]]:
    """Caddy with our file, as somebody would run it; its ports for https and http."""
    program = shutil.which("caddy")
    assert program, "no caddy: scripts/test installs it, or apt-get install caddy"
    secure, plain = free_port(), free_port()
    settings = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "MINSHENG_SITE": NAME,
        "MINSHENG_TLS": "tls internal",
        "MINSHENG_UPSTREAM": upstream,
        "MINSHENG_HTTPS_PORT": str(secure),
        "MINSHENG_HTTP_PORT": str(plain),
        "MINSHENG_HTTPS_SUFFIX": f":{secure}",
        "MINSHENG_CA_DIR": str(folder / "caddy/pki/authorities/local"),
    }
    command = [program, "run", "--adapter", "caddyfile", "--config", str(ROOT / "deploy/Caddyfile")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=settings, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not _listens(secure) or not _listens(plain):
            assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        yield secure, plain
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Https(http.client.HTTPSConnection):
    """To the proxy on this machine under its public name, trusting one authority only."""

    def __init__(self, port: int, authority: str) -> None:
        context = ssl.create_default_context(cadata=authority)
        super().__init__(NAME, port, context=context, timeout=60)
        self._trust = context

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), 60)
        self.sock = self._trust.wrap_socket(plain, server_hostname=NAME)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    from tests.support.databases import storage

    with storage("sqlite", tmp_path_factory.mktemp("caddy")) as place:
        with prepared(place, demo=True) as (database, _):
            add_people(database)
        behind = {"MINSHENG_TRUSTED_PROXIES": "127.0.0.1"}
        with running_server(("serve",), {**place.env, **behind}) as server:
            yield server


@pytest.fixture(scope="module")
def phone():
    """A browser that finds the name on this machine and does not ask who has signed its certificate."""
    rules = f"--host-resolver-rules=MAP {NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    flags = [flag for flag in FLAGS if "host-resolver-rules" not in flag]
    flags += [rules, "--ignore-certificate-errors", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=flags)
        yield lambda **more: browser.new_context(**PHONE, locale="zh-CN", geolocation=HERE, **more)
        browser.close()


def test_what_needs_a_secure_connection_has_one(service, phone, tmp_path):
    upstream = service.url.removeprefix("http://")
    with caddy(tmp_path, upstream) as (port, plain):
        # a phone takes the authority's certificate by plain http; everything else is sent on to https
        said = requests.get(f"http://127.0.0.1:{plain}/ca.crt", timeout=30)
        assert said.headers["content-type"] == "application/x-x509-ca-cert"
        assert "PRIVATE" not in said.text
        on = requests.get(
            f"http://127.0.0.1:{plain}/m?a=1", headers={"host": NAME}, timeout=30, allow_redirects=False
        )
        assert (on.status_code, on.headers["location"]) == (308, f"https://{NAME}:{port}/m?a=1")

        context = phone(permissions=["geolocation"])
        page = context.new_page()
        page.goto(f"https://{NAME}:{port}/sign-in?next=/m")
        page.fill("[name=name]", "inspector")
        page.fill("[name=password]", PASSWORD)
        page.locator("form[action='/sign-in'] button[type=submit], main form button").first.click()
        page.wait_for_url("**/m")
        cookies = {cookie["name"]: cookie for cookie in context.cookies()}
        own = cookies["__Host-minsheng_session"]
        assert own["secure"] and own["httpOnly"]
        page.wait_for_selector('html[data-ready="yes"]')
        assert page.evaluate("isSecureContext") is True
        expect(page.locator("#m-banner")).to_be_hidden()
        assert page.evaluate("async () => Boolean((await navigator.serviceWorker.ready).active)")
        expect(page.locator(".m-away-figure").first).to_be_visible()  # distances: it knows where it is
        fix = call(page, "phone/position.js", "({position}) => position.current")
        assert (fix["lat"], fix["source"]) == (HERE["latitude"], "device")
        csrf = page.evaluate("async () => (await (await fetch('/api/phone/me')).json()).csrf")
        context.close()

        headers = {"Host": NAME, "Cookie": f"{own['name']}={own['value']}", "X-CSRF-Token": csrf}
        _events_pass(Https(port, said.text), headers)
        _largest_photo_passes(Https(port, said.text), headers)


def _events_pass(connection: Https, headers: dict[str, str]) -> None:
    connection.request("GET", "/api/events", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/event-stream")
    assert answer.readline().strip()  # at once, not when a buffer is full
    connection.close()


def _largest_photo_passes(connection: Https, headers: dict[str, str]) -> None:
    """25 MB in one part arrive whole: the service, not the proxy, says that they are no picture."""
    checkin, photo = str(uuid.uuid4()), str(uuid.uuid4())
    body = os.urandom(LARGEST)
    made = {
        "id": checkin,
        "subject": "20-1-02",
        "made_at": "2023-07-13T09:00:00+08:00",
        "verdict": "ok",
        "photos": [photo],
        "via": "phone",
    }
    json_headers = headers | {"Content-Type": "application/json"}
    connection.request("POST", "/api/inspections", json.dumps(made), json_headers)
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    answer.read()
    about = {
        "id": photo,
        "inspection": checkin,
        "sha256": hashlib.sha256(body).hexdigest(),
        "original_sha256": None,
        "name": "a.jpg",
        "exif": None,
        "position": None,
        "device_at": "2023-07-13T09:00:00+08:00",
    }
    text = base64.b64encode(json.dumps(about).encode()).decode()
    tus = headers | {"Tus-Resumable": "1.0.0"}
    start = tus | {"Upload-Length": str(LARGEST), "Upload-Metadata": f"about {text}"}
    connection.request("POST", "/api/photo-uploads", headers=start | {"Content-Length": "0"})
    answer = connection.getresponse()
    assert answer.status == 201, answer.read()
    answer.read()
    part = tus | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    connection.request("PATCH", f"/api/photo-uploads/{photo}", body, part)
    answer = connection.getresponse()
    assert answer.status == 415, answer.read()
    assert answer.headers["Upload-State"] == "refused"
    connection.close()


def test_plain_http_says_what_is_missing(service, phone):
    port = service.url.rpartition(":")[2]
    context = phone()
    page = context.new_page()
    page.goto(f"http://{NAME}:{port}/m")
    page.wait_for_selector('html[data-ready="yes"]')
    assert page.evaluate("isSecureContext") is False
    line = page.locator('#m-banner [data-line="insecure"]')
    expect(line).to_contain_text("不是安全连接")
    expect(page.locator(".m-row").first).to_be_visible()  # the list is there, by name where no position is
    line.get_by_role("link", name="如何解决").click()
    expect(page.locator("#me-help-secure")).to_have_attribute("open", "")
    secure = page.locator("#me-help-secure a")
    expect(secure).to_have_attribute("href", f"https://{NAME}/m#me")
    expect(page.locator("#me-version")).to_contain_text("不是安全连接")
    assert page.evaluate("navigator.serviceWorker ?? null") is None
    context.close()
