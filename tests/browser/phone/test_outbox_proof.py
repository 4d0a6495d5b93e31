"""The unlosable queue through the telephone's own screens: no signal, a killed browser, a bad server."""

from __future__ import annotations

import io
import os
import signal
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Error, expect, sync_playwright

from tests.browser.helpers import PHONE, soon
from tests.browser.phone.checking import LINE, ON_IT, demonstration, fill, submit
from tests.support.browser import FLAGS, find_chromium
from tests.support.databases import storage
from tests.support.faults import Fault, FaultProxy, fault_proxy

FINDING = "路面两处沉陷，已围挡"
# What iPhones lack, or may lack: locks between pages, sending in the background, a canvas off the page.
IPHONE = """
delete Navigator.prototype.locks;
delete globalThis.SyncManager;
delete ServiceWorkerRegistration.prototype.sync;
delete globalThis.OffscreenCanvas;
delete StorageManager.prototype.persist;
"""
OUTBOX = """async () => {
  const { outbox } = await import("/static/js/phone/outbox.js");
  return outbox.list();
}"""
SEND = """async () => {
  const { outbox } = await import("/static/js/phone/outbox.js");
  await outbox.send();
  return [(await outbox.list()).map(({ state, reason }) => [state, reason]), outbox.trouble];
}"""


KEPT = """async () => {
  const { store } = await import("/static/js/phone/db.js");
  return store.read(["blobs", "sent"], ({ blobs, sent }) => Promise.all([blobs.count(), sent.getAllKeys()]));
}"""


@pytest.fixture(scope="module")
def zone(server, tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("proof")) as place, demonstration(server, place) as made:
        yield made


@pytest.mark.parametrize("quirks", ["", IPHONE], ids=["android", "iphone"])
def test_a_check_in_survives_it_all(zone, tmp_path, quirks: str) -> None:
    line: FaultProxy
    finding = f"{FINDING} {'b' if quirks else 'a'}"
    with sync_playwright() as playwright, fault_proxy(zone.url) as line:
        with telephone(playwright, tmp_path, line.url, quirks) as (context, page):
            context.add_cookies([{**zone.cookie("supervision"), "url": line.url}])
            page.goto(f"{line.url}/m#check/{LINE}")
            expect(page.locator("#check-form")).to_be_visible()
            page.evaluate("import('/static/js/phone/photos.js')")  # the worker may not have it yet
            context.set_offline(True)
            fill(page, "problem", finding)
            page.locator("#photo-gallery").set_input_files([camera(n) for n in range(3)])
            expect(page.locator(".c-photos li")).to_have_count(3)
            submit(page)
            (entry,) = page.evaluate(OUTBOX)
            sent = {photo["id"]: photo["sha256"] for photo in entry["photos"]}
            assert (len(sent), entry["posted"], entry["state"]) == (3, False, "waiting")
            kill(tmp_path / "profile")

        line.on("POST", "/api/inspections$", [Fault("after"), Fault("cut_answer", at=50)])
        line.on("PATCH", "/api/photo-uploads/", [Fault("cut_body", at=3_000), Fault("cut_answer", at=0)])
        with telephone(playwright, tmp_path, line.url, quirks) as (context, page):
            # there is signal again, but nobody is signed in: nothing goes, nothing is lost
            page.goto(f"{line.url}/m#outbox")
            # (without locks, the turn of the page that was killed may first have to run out)
            soon(lambda: page.evaluate(SEND), [[["sign_in", None]], "sign_in"])
            expect(page.locator("#outbox-sealed")).to_contain_text("督查 乙")
            context.add_cookies([{**zone.cookie("supervision"), "url": line.url}])
            for _ in range(40):
                left, _ = page.evaluate(SEND)
                if not left:
                    break
                page.wait_for_timeout(250)
            assert not left
            expect(page.locator("#outbox-list li")).to_have_count(0)
            kept = page.evaluate(KEPT)
            assert kept == [0, [entry["id"]]]
        met = [one for one in line.seen if one.fault != "pass"]
        assert {(one.method, one.fault) for one in met} == {
            ("POST", "after"),
            ("POST", "cut_answer"),
            ("PATCH", "cut_body"),
            ("PATCH", "cut_answer"),
        }
    (inspection,) = zone.inspections(finding)
    assert inspection["id"] == entry["id"]
    assert inspection["via"] == "phone"
    assert (round(inspection["lon"], 5), round(inspection["lat"], 5)) == tuple(round(x, 5) for x in ON_IT)
    photos = zone.photos(entry["id"])
    assert {one["id"]: one["sent_sha256"] for one in photos} == sent
    assert len(set(sent.values())) == 3


def camera(number: int) -> dict[str, Any]:
    """A picture that takes several parts to send."""
    raw = Image.effect_noise((900, 700), 60 + number).convert("RGB")
    out = io.BytesIO()
    raw.save(out, "JPEG", quality=92)
    return {"name": f"IMG_{number}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@contextmanager
def telephone(playwright: Any, folder: Path, url: str, quirks: str):
    """A browser whose storage is a folder: what is on its disk is there for the next one."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    lon, lat = ON_IT
    context: BrowserContext = playwright.chromium.launch_persistent_context(
        str(folder / "profile"),
        executable_path=find_chromium(playwright),
        args=flags,
        locale="zh-CN",
        permissions=["geolocation"],
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 8},
        **PHONE,
    )
    if quirks:
        context.add_init_script(quirks)
    try:
        yield context, context.pages[0]
    finally:
        with suppress(Error):  # it may have been killed
            context.close()


def kill(profile: Path) -> None:
    """End the browser as an empty battery would: no process of it hears of it before."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and str(profile).encode() in (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue  # it ended meanwhile
    assert found, "no process of this browser"
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
