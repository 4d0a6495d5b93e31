"""The phone page in browsers of 2021 and 2022: what they lack taken away from the newest one."""

from __future__ import annotations

from tests.browser.phone.helpers import LOCATED, call, codes, open_phone
from tests.support.server import Server

LACKING = """
delete AbortSignal.prototype.throwIfAborted; delete AbortSignal.timeout; delete AbortSignal.any;
delete Object.hasOwn; delete window.structuredClone; delete Array.prototype.findLast;
delete window.OffscreenCanvas; delete window.BarcodeDetector; delete window.requestIdleCallback;
delete Crypto.prototype.randomUUID; delete Navigator.prototype.locks; delete Navigator.prototype.wakeLock;
"""
"""What Chromium 92 or Safari 15.4 did not have."""

ONLY_PNG = """HTMLCanvasElement.prototype.toBlob = function (done) {
  done(new Blob([new Uint8Array([137, 80, 78, 71])], { type: "image/png" }));
};"""

KEPT = """async ({newDraft, get}) => {
  const {Hand} = await import("/static/js/phone/hand.js");
  const hand = new Hand(newDraft({code: "20-1-02", title: "嘉德路", version: 1}, {id: 1, display: "巡查"}));
  hand.change({finding: "旧手机上写的"});
  const done = await hand.flush();
  return {done, trouble: String(hand.trouble), finding: (await get(hand.draft.id)).finding};
}"""

PHOTO = """async ({prepare}) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const jpeg = await new Promise((done) => window.whole.call(canvas, done, "image/jpeg"));
  const { record, bytes, small } = await prepare(new File([jpeg], "a.jpg"), { longest: 320 });
  const torn = new File([jpeg.slice(0, 200)], "b.jpg");
  const damaged = await prepare(torn, { longest: 320 }).catch((error) => error.code);
  return { type: record.type, whole: bytes.byteLength === jpeg.size, small, damaged };
}"""


def test_the_page_lists_reads_and_keeps_without_what_is_new(demo: Server, new_page) -> None:
    page = new_page(**LOCATED)
    page.add_init_script(f"window.whole = HTMLCanvasElement.prototype.toBlob; {LACKING} {ONLY_PNG}")
    open_phone(page, demo.url, drawn=True)
    assert len(codes(page)) == 24
    parse = "({parse}, text) => parse(text)"
    assert call(page, "phone/sections.js", parse, "0-1,200; 1,300–1,450.5 米")["sections"] == [
        [0, 1200],
        [1300, 1450.5],
    ]
    kept = call(page, "phone/drafts.js", KEPT)
    assert kept == {"done": True, "trouble": "null", "finding": "旧手机上写的"}
    # a browser that can make no JPEG sends the photo as it is; one that cannot be read is still refused
    photo = call(page, "phone/photos.js", PHOTO)
    assert photo == {"type": "image/jpeg", "whole": True, "small": None, "damaged": "photo_damaged"}
