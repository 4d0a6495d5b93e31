"""Walking a stretch of a line, and scanning a project's label."""

from __future__ import annotations

import io
import json
import random
from types import SimpleNamespace

import pytest
import shapely
from PIL import Image
from playwright.sync_api import expect

from app.domain.built import parse_sections
from app.errors import BadParameter
from geo.linear import length, locate
from tests.browser.phone.checking import (
    LINE,
    ON_IT,
    demonstration,
    fill,
    open_form,
    phone,
    picture,
    sent,
    stand,
    submit,
)
from tests.support.browser import FLAGS, find_chromium
from tests.support.databases import storage


@pytest.fixture(scope="module")
def zone(server, tmp_path_factory):
    with storage("sqlite", tmp_path_factory.mktemp("walk")) as place, demonstration(server, place) as made:
        yield made


def test_a_stretch_is_walked_as_the_server_measures_it(new_page, zone):
    page = phone(new_page, zone)
    open_form(page, zone)

    def at(metres: float, beside: float = 0.0) -> tuple[float, float]:
        """A place so far east of the road's second vertex, and so far north of it."""
        return ON_IT[0] + metres / 90_820, ON_IT[1] + metres * 0.00000012 + beside / 110_950

    def measure(lon: float, lat: float) -> float:
        answer = page.request.get(f"{zone.url}/api/sites/{LINE}/locate?lon={lon}&lat={lat}")
        return answer.json()["measure_m"]

    now = page.locator(".c-walk-now")
    page.locator("#walk-start").click()
    start = measure(*ON_IT)
    expect(now).to_contain_text(f"{round(start)}–{round(start)} 米")
    stand(page, *at(3, 4))
    end = measure(*at(3, 4))
    expect(now).to_contain_text(f"{round(start)}–{round(end)} 米")
    stand(page, *at(20), accuracy=45)
    expect(now).to_contain_text("误差 ±45 米，超过 30 米，暂不计入")
    stand(page, *at(5, 300))
    expect(now).to_contain_text("不计入；请沿线路走")
    stand(page, *at(900))
    expect(now).to_contain_text("位置跳动")
    stand(page, *at(9, 1))
    end = measure(*at(9, 1))
    expect(now.locator(".c-walk-ends")).to_have_text(f"{round(start)}–{round(end)} 米")
    page.locator("#walk-stop").click()
    field = page.locator("#sections")
    expect(field).to_have_value(f"{round(start)}-{round(end)}")

    page.locator("#walk-start").click()  # a second stretch, walked back
    expect(now).to_contain_text(f"{round(end)}–{round(end)} 米")
    stand(page, *at(6))
    first, last = round(measure(*at(6))), round(end)
    expect(now).to_contain_text(f"{first}–{last} 米")
    page.locator("#walk-stop").click()
    expect(field).to_have_value(f"{round(start)}-{round(end)}; {first}-{last}")
    rows = page.locator(".c-stretch")
    rows.nth(1).get_by_role("button", name="终点推后 10 米").click()
    rows.nth(0).get_by_role("button", name="起点提前 10 米").click()
    expect(field).to_have_value(f"{round(start) - 10}-{round(end)}; {first}-{last + 10}")
    rows.nth(1).get_by_role("button", name="删除区段").click()
    expect(rows).to_have_count(1)
    fill(page, "ok", "走线")
    submit(page)
    sent(page)
    (row,) = zone.inspections("走线")
    assert row["sections"] == [[round(start) - 10, round(end)]] and row["geom_version"]
    page.get_by_role("link", name="继续签到").click()
    page.locator(f".c-choices a[href='#check/{LINE}']").first.click()
    expect(page.locator("#check-form")).to_contain_text(f"上次看到 {round(start) - 10}–{round(end)} 米")


def test_measures_and_sections_are_the_servers(new_page, zone):
    page = phone(new_page, zone)
    page.goto(f"{zone.url}/m#me")
    chance = random.Random(4)
    lines, asked = [], []
    for n in range(40):
        parts = []
        for _ in range(1 + n % 3):
            lon, lat = chance.uniform(116.2, 116.5), chance.uniform(35.3, 35.6)
            part = [(lon, lat)]
            for _ in range(chance.randint(1, 8)):
                lon, lat = lon + chance.gauss(0, 0.003), lat + chance.gauss(0, 0.003)
                part.append((lon, lat))
            parts.append(part)
        line = shapely.MultiLineString(parts) if len(parts) > 1 else shapely.LineString(parts[0])
        lines.append(line)
        lon, lat = chance.choice(parts[-1])
        asked.append((lon + chance.gauss(0, 0.0005), lat + chance.gauss(0, 0.0005)))
    found = page.evaluate(
        """async ([lines, asked]) => {
          const { course, locate } = await import("/static/js/phone/along.js");
          return lines.map((line, i) => {
            const taken = course(line);
            return { length: taken.length, ...locate(taken, ...asked[i]) };
          });
        }""",
        [[json.loads(shapely.to_geojson(line)) for line in lines], asked],
    )
    for line, (lon, lat), mine in zip(lines, asked, found, strict=True):
        theirs = locate(line, lon, lat)
        assert mine["length"] == pytest.approx(length(line), abs=0.001)
        assert mine["along_m"] == pytest.approx(theirs.metres, abs=0.01)
        assert mine["off_m"] == pytest.approx(theirs.off_m, abs=0.01)

    texts = [
        "",
        "0-1200; 1500-1800",
        "0-1200, 1000-1800",
        "0–1,200 m",
        "0至1.2千米、1300到1400米",
        "K0+000-K1+200 和 K1+500～K1+800",
        "0 - 1 km",
        "1,000-2,000,3,000-4,000",
        "1,000-2,000-3,000",
        "100-200,300-400",
        "１００－２００；３００－４００",
        "0.5-1.25km and 3-4",
        "abc",
        "5",
        "10-",
        "0-1,2",
        "1-2,345-678",
        "0--5\n7-9",
    ]
    mine = page.evaluate(
        """async (texts) => {
          const { parse } = await import("/static/js/phone/sections.js");
          return texts.map((text) => {
            const { sections, faults } = parse(text);
            return faults.length ? null : sections;
          });
        }""",
        texts,
    )
    for text, sections in zip(texts, mine, strict=True):
        try:
            theirs = [list(one) for one in parse_sections(text)]
        except BadParameter:
            theirs = None
        assert sections == theirs, text


@pytest.fixture(scope="module")
def label(browser, zone):
    """The label of a site as it is printed: a photo of its real QR code, askew and with a margin."""
    page = browser.new_page(viewport={"width": 500, "height": 500})
    page.goto(f"{zone.url}/sites/{LINE}/qr.svg")
    page.locator("svg").evaluate(
        "(svg) => { svg.setAttribute('width', 300); svg.setAttribute('height', 300); }"
    )
    shot = Image.open(io.BytesIO(page.locator("svg").screenshot())).convert("RGB")
    page.close()
    photo = Image.new("RGB", (640, 480), (120, 118, 110))
    photo.paste(shot, (170, 90))
    return photo.rotate(7, fillcolor=(120, 118, 110))


def test_a_label_is_scanned_by_the_camera_by_a_photo_or_typed(browser, new_page, zone, label, tmp_path):
    page = phone(new_page, zone)
    kept = page.request.get(f"{zone.url}/sw.js").text()
    for needed in ("js/phone/scan.js", "js/phone/photos.js", "vendor/qr/decode.js", "vendor/qr/index.js"):
        assert f'"/static/{needed}"' in kept  # there is no signal where labels hang
    page.goto(f"{zone.url}/m#check")
    page.get_by_role("button", name="扫码").click()
    told = page.locator(".c-scan-told")
    expect(told).to_contain_text("可以选一张二维码照片，或输入编号")  # no camera here, or none allowed
    page.locator("#scan-code").fill("99-1-01")
    page.get_by_role("button", name="打开").click()
    expect(page.locator("#scan-wrong")).to_have_text("没有编号为“99-1-01”的项目。")
    page.locator("#scan-photo").set_input_files(picture((90, 90, 90)))
    expect(told).to_contain_text("照片中没有认出二维码")
    foreign = page.evaluate(
        """async (texts) => {
          const { siteIn } = await import("/static/js/phone/scancode.js");
          const known = (code) => code === "20-1-01";
          return texts.map((text) => siteIn(text, known));
        }""",
        [
            "https://example.org/sites/20-1-02",
            "https://example.org/sites/20-1-01?x=1#y",
            "javascript:alert(1)",
            "https://example.org/sites/20-1-01/qr.svg",
            " 20-1-01 ",
            "http://example.org/x/20-1-01",
        ],
    )
    assert [one.get("code") for one in foreign] == [None, LINE, None, None, LINE, None]
    file = tmp_path / "label.jpg"
    label.save(file, quality=80)
    page.locator("#scan-photo").set_input_files(file)
    expect(page.locator("#check-title")).to_have_text("文祥路（嘉瑞路以东）")
    expect(page).to_have_url(f"{zone.url}/m#check/{LINE}")

    # a camera of which every frame shows the label
    film = tmp_path / "label.mjpeg"
    frame = io.BytesIO()
    label.save(frame, "JPEG", quality=85)
    film.write_bytes(frame.getvalue() * 2)
    camera = browser.browser_type.launch(
        executable_path=find_chromium(SimpleNamespace(chromium=browser.browser_type)),
        args=[
            *FLAGS,
            "--no-sandbox",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )
    try:
        context = camera.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        context.add_cookies([zone.cookie("supervision")])
        other = context.new_page()
        other.goto(f"{zone.url}/m#check")
        other.get_by_role("button", name="Scan").or_(other.get_by_role("button", name="扫码")).click()
        expect(other.locator("#check-form")).to_be_visible()
        expect(other).to_have_url(f"{zone.url}/m#check/{LINE}")
    finally:
        camera.close()
