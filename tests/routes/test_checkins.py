"""Check-ins for supervision: list, page, map, what is said of them elsewhere, and deciding a dispute."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from PIL import Image
from sqlalchemy import insert, select, update

from app.store import tables as t
from tests.routes.html import Element
from tests.routes.supervising import PAGE, hidden_fields, new_id, read
from tests.support.people import Person, signed_in, staffed

LINE, FAR, PARK, HOMES = "20-1-01", "20-1-02", "20-2-03", "06-1"
DEVICE = {"position_source": "device", "accuracy_m": 10, "position_at": "2023-07-13T09:00:00+08:00"}


@pytest.fixture(scope="module")
def client(both_engines_module):
    with staffed(both_engines_module, demo=True) as made:
        yield made


def place(client, code: str) -> dict[str, float]:
    """A position on a site."""
    geometry = client.get(f"/api/sites/{code}").json()["geometry"]
    found = geometry["coordinates"]
    while isinstance(found[0], list):
        found = found[0]
    return {"lon": found[0], "lat": found[1]}


def check_in(person: Person, subject: str = LINE, **more) -> dict:
    """A check-in's receipt."""
    words = {"verdict": "ok", "finding": "现场正常。", "made_at": "2023-07-13T09:00:00+08:00", "via": "phone"}
    answer = person.post("/api/inspections", json={"id": new_id(), "subject": subject, **words, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def mend(person: Person, one: dict, **changes) -> dict:
    """What is mended upon the version that was first sent."""
    body = {"id": new_id(), "version": one["version"], "changes": changes}
    answer = person.post(f"/api/inspections/{one['id']}/revisions", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def only(page: Element, tag: str, cls: str = "") -> Element:
    """The first element of a kind."""
    return page.all(tag, cls)[0]


def ids(page: Element) -> list[str]:
    """The check-ins of a list page, in order."""
    links = [link for one in page.all("li", cls="checkin") for link in one.all("a")]
    return [link.attributes["href"].rpartition("/")[2] for link in links]


def features(person: Person, query: str = "") -> dict[str, dict]:
    """The map's check-ins by id."""
    answer = person.get(f"/api/inspections.geojson{query}")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/geo+json"
    return {one["id"]: one for one in answer.json()["features"]}


def test_presence_distance_and_both_positions_stand_on_the_page_and_on_the_map(client):
    supervision = signed_in(client, "supervision")
    at = place(client, LINE)
    near = check_in(supervision, **at, **DEVICE)
    away = check_in(supervision, lon=at["lon"], lat=at["lat"] + 0.02, **{**DEVICE, "position_at": None})
    pin = check_in(supervision, **at, position_source="pin")
    none = check_in(supervision)
    shown = features(supervision)
    presences = {one["id"]: shown[one["id"]]["properties"]["presence"] for one in (near, away, pin, none)}
    assert list(presences.values()) == ["at_site", "doubtful", "no_position", "no_position"]
    far = shown[away["id"]]
    assert far["geometry"]["coordinates"] == [round(at["lon"], 6), round(at["lat"] + 0.02, 6)]
    assert far["properties"]["distance_m"] > 1000 and len(far["properties"]["near"]) == 2
    assert far["properties"]["why"] and shown[none["id"]]["geometry"] is None
    assert shown[pin["id"]]["properties"]["distance_m"] is None, "a pin says nothing of where somebody stood"

    page = read(supervision, f"/inspections/{away['id']}")
    text = page.text
    assert "存疑" in text and "千米" in text and "超出" in text
    picture = only(page, "svg", "still")
    assert picture.attributes["role"] == "img" and "千米" in picture.attributes["aria-label"]
    assert f"{at['lat'] + 0.02:.6f}" in only(page, "table").text
    assert len(page.all("path", cls="fix-way")) == 1 and len(page.all("rect", cls="fix-foot")) >= 1
    assert not read(supervision, f"/inspections/{none['id']}").all("path", cls="fix-way")
    english = read(supervision, f"/inspections/{away['id']}?lang=en").text
    assert "Doubtful" in english and "km" in english


def test_the_list_filters_counts_and_pages(client):
    supervision = signed_in(client, "supervision")
    page = read(supervision, "/inspections")
    numbers = {
        link.attributes["href"]: int(only(link, "span", "presence-number").text)
        for link in page.all("a", cls="presence-count")
    }
    assert set(numbers) == {
        "/inspections?presence=at_site",
        "/inspections?presence=doubtful",
        "/inspections?presence=no_position",
        "/inspections?disputed=1",
    }
    for address, number in numbers.items():
        listed = read(supervision, address)
        assert len(ids(listed)) == number or "disputed" in address
        assert len(ids(listed)) >= 1
    stopped = read(supervision, "/inspections?verdict=stopped")
    assert ids(stopped) and all("停工" in one.text for one in stopped.all("li", cls="checkin"))
    one_day = read(supervision, "/inspections?day=2023-07-12")
    assert ids(one_day) and all("2023-07-12" in one.text for one in one_day.all("li", cls="checkin"))
    of_item = read(supervision, "/inspections?item=21")
    assert all("21-1-01" in one.text for one in of_item.all("li", cls="checkin"))
    by = read(supervision, "/inspections?by=督查员（演示）&subject=11-1-01")
    assert len(ids(by)) == 2 and "只看 11-1-01 的签到" in by.text
    town = read(supervision, "/inspections?town=马集镇")
    assert not ids(town) and "没有符合条件的签到" in town.text
    for bad in ("presence=x", "day=2023-7-1", "day=9999-12-31", "page=0", "disputed=2", "nothing=1"):
        assert supervision.get(f"/inspections?{bad}", headers=PAGE).status_code == 400, bad
    with client.app.state.live.database.write() as connection:
        template = dict(connection.execute(select(t.inspection).limit(1)).mappings().one())
        old = datetime.fromisoformat("2023-02-01T10:00:00+08:00")
        rows = [
            template | {"id": new_id(), "made_at": old + timedelta(minutes=n), "by": "从前的人"}
            for n in range(120)
        ]
        connection.execute(insert(t.inspection), rows)
    first, last = (read(supervision, f"/inspections?by=从前的人{page}") for page in ("", "&page=3"))
    assert (len(ids(first)), len(ids(last))) == (50, 20) and "第 3 页，共 3 页" in last.text
    assert not set(ids(first)) & set(ids(last))
    assert len(ids(read(supervision, "/inspections?by=从前的人&page=99"))) == 0


def test_everybody_sees_what_is_theirs(client):
    supervision, viewer, inspector = (
        signed_in(client, name) for name in ("supervision", "viewer", "inspector")
    )
    leader = signed_in(client, "leader")
    homes, park = check_in(supervision, HOMES), check_in(supervision, PARK)
    kindergarten = check_in(supervision, "11-1-01")
    assert homes["id"] in ids(read(supervision, "/inspections"))
    assert homes["id"] not in ids(read(viewer, "/inspections")) and homes["id"] not in features(viewer)
    assert viewer.get(f"/inspections/{homes['id']}", headers=PAGE).status_code == 403
    assert client.get("/api/inspections.geojson").status_code == 401
    assert client.get(f"/inspections/{park['id']}", headers=PAGE).status_code == 303
    assert supervision.get(f"/inspections/{new_id()}", headers=PAGE).status_code == 404
    assert kindergarten["id"] not in ids(read(leader, "/inspections")), "not in the portfolio"
    assert park["id"] in ids(read(leader, "/inspections"))
    towns = {one["properties"]["town"] for one in features(inspector).values()}
    assert towns <= {"疃里镇", "马集镇", None} and len(towns - {None}) <= 1
    page = read(supervision, f"/inspections/{homes['id']}")
    assert not page.all("div", cls="closeup") and not page.all("table") and "不记录位置" in page.text
    assert supervision.get("/", headers=PAGE).text.count("inspections.geojson") == 1
    assert "inspections.geojson" not in client.get("/", headers=PAGE).text, "not for the public"


def test_photos_on_their_way_arrive_one_by_one_and_a_doubtful_one_shows_in_the_list(client):
    supervision = signed_in(client, "supervision")
    announced = [new_id(), new_id()]
    one = check_in(supervision, **place(client, LINE), **DEVICE, photos=announced)
    address = f"/inspections/{one['id']}"
    assert "照片 0/2 已到" in read(supervision, address).text
    picture = io.BytesIO()
    Image.effect_noise((80, 60), 60).save(picture, "JPEG")
    sent = supervision.post(
        f"/api/inspections/{one['id']}/photos",
        data={"id": announced[0]},
        files={"photo": ("a.jpg", picture.getvalue(), "image/jpeg")},
    )
    assert sent.status_code == 201, sent.text
    page = read(supervision, address)
    assert "照片 1/2 已到" in page.text and "还在手机里" in page.text
    assert only(only(page, "ol", "seen-photos"), "img").attributes["alt"].startswith("照片 1，")
    with client.app.state.live.database.write() as connection:
        refused = {"kind": "no-picture", "zh": "这不是照片。", "en": "This is no picture."}
        row = {
            "id": announced[1],
            "account_id": supervision.account_id,
            "inspection_id": one["id"],
            "size_bytes": 10,
            "sha256": "0" * 64,
            "created_at": datetime.fromisoformat("2023-07-13T10:00:00+08:00"),
            "refused": refused,
        }
        connection.execute(insert(t.photo_upload).values(row))
    text = read(supervision, address).text
    assert "照片 2：未能接收。这不是照片。" in text and "还在手机里" not in text


def test_a_doubtful_photo_makes_the_check_in_doubtful_in_list_map_and_page(client):
    supervision = signed_in(client, "supervision")
    first, second = (check_in(supervision, **place(client, LINE), **DEVICE) for _ in range(2))
    picture = io.BytesIO()
    Image.effect_noise((90, 70), 70).save(picture, "JPEG")
    for one in (first, second):  # the same picture in two check-ins
        files = {"photo": ("a.jpg", picture.getvalue(), "image/jpeg")}
        assert supervision.post(
            f"/api/inspections/{one['id']}/photos", data={"id": new_id()}, files=files
        ).is_success
    assert features(supervision)[second["id"]]["properties"]["presence"] == "doubtful"
    assert second["id"] in ids(read(supervision, "/inspections?presence=doubtful"))
    assert first["id"] in ids(read(supervision, "/inspections?presence=at_site"))
    page = read(supervision, f"/inspections/{second['id']}")
    assert "照片 1，存疑" in page.text and "同一张照片" in page.text


def test_supervision_decides_and_others_read(client):
    supervision, inspector, viewer = (
        signed_in(client, name) for name in ("supervision", "inspector", "viewer")
    )
    one = check_in(inspector, finding="排水沟未接通。", verdict="problem")
    assert mend(inspector, one, finding="排水沟今天接通。")["merged"] == ["finding"]
    disputed = mend(supervision, one, finding="排水沟没有坡度。")["disputed"]
    address = f"/inspections/{one['id']}"
    assert one["id"] in ids(read(supervision, "/inspections?disputed=1"))
    page = read(supervision, address)
    values = [one.text for one in page.all("p", cls="dispute-value")]
    assert values == ["排水沟今天接通。", "排水沟没有坡度。"]
    assert "排水沟未接通。" in only(only(page, "ol", "mendings"), "del").text
    for person in (inspector, viewer):
        other = read(person, address)
        assert not other.all("form", cls="decide") and "等待督查裁定" in other.text
    assert viewer.post(address, data=viewer.form(id=new_id())).status_code == 403

    form = {**hidden_fields(only(page, "form", "decide")), "text": "以最后一次为准。"}
    missing = supervision.post(address, data=form, headers=PAGE)
    assert missing.status_code == 400 and "以最后一次为准。" in missing.text, "nothing typed is lost"
    done = supervision.post(address, data=form | {"chosen": "other"}, headers=PAGE)
    assert done.status_code == 303 and done.headers["location"] == f"{address}?done=decided"
    after = read(supervision, address)
    assert only(after, "p", "finding").text == "排水沟没有坡度。"
    assert "采用后到的值" in after.text and not after.all("form", cls="decide")
    again = supervision.post(address, data=form | {"id": new_id(), "chosen": "kept"}, headers=PAGE)
    assert again.status_code == 409
    assert disputed[0]["id"] not in {
        one["id"]
        for one in supervision.get(f"/api/inspections/{one['id']}").json()["disputes"]
        if not one.get("decision")
    }


def test_who_made_it_and_supervision_mend_it_on_its_page(client):
    supervision, inspector, viewer = (
        signed_in(client, name) for name in ("supervision", "inspector", "viewer")
    )
    one = check_in(inspector, "20-3-01", finding="回填到第三井段。", sections="0-300; 400-450.5")
    address = f"/inspections/{one['id']}"

    def form(person: Person) -> dict[str, str]:
        found = only(only(read(person, address), "details", "act"), "form")
        values = hidden_fields(found) | {"finding": only(found, "textarea").text}
        for field in found.all("input"):
            if field.attributes.get("type") != "radio" or "checked" in field.attributes:
                values[field.attributes["name"]] = field.attributes.get("value", "")
        return values

    first, other = form(inspector), form(supervision)
    assert (first["verdict"], first["sections"]) == ("ok", "0-300; 400-450.5")
    same = inspector.post(address, data=first, headers=PAGE)
    assert same.headers["location"] == f"{address}?done=same"
    bad = inspector.post(
        address, data=form(inspector) | {"sections": "0-99999", "finding": "回填完成。"}, headers=PAGE
    )
    assert bad.status_code == 400 and "回填完成。" in bad.text and "0-99999" in bad.text
    done = inspector.post(address, data=form(inspector) | {"finding": "回填到第四井段。"}, headers=PAGE)
    assert done.headers["location"] == f"{address}?done=mended"
    late = supervision.post(
        address, data=other | {"finding": "第三井段未回填。", "sections": ""}, headers=PAGE
    )
    assert late.headers["location"] == f"{address}?done=disputed", "made upon what was first sent"
    page = read(supervision, address)
    assert only(page, "p", "finding").text == "回填到第四井段。"
    assert "（空）" in only(page, "ol", "mendings").text and not page.all("p", "finding-sections")
    assert len(page.all("article", cls="dispute")) == 1
    assert not read(viewer, address).all("details", cls="act")
    others = check_in(supervision, LINE)
    assert not read(inspector, f"/inspections/{others['id']}").all("details", cls="act")
    stolen = form(inspector) | {"id": new_id(), "finding": "不是我的。"}
    assert inspector.post(f"/inspections/{others['id']}", data=stolen, headers=PAGE).status_code == 403


def test_board_ledger_and_site_page_tell_of_them(client):
    supervision, viewer = signed_in(client, "supervision"), signed_in(client, "viewer")
    check_in(supervision, LINE)
    board = read(supervision, "/board")
    line = only(board, "nav", "week-checkins")
    count = int(only(line, "b").text.split()[0])
    assert count == len(ids(read(supervision, "/inspections?week=2023-W28"))) >= 7
    doubtful = line.all("a")[1]
    assert int(only(doubtful, "b").text) == len(ids(read(supervision, doubtful.attributes["href"])))
    row = board.by_id(f"row-{LINE}")
    assert "最近签到" in row.text and "2023-07-13" in only(row, "p", "row-seen").text
    site = read(supervision, f"/sites/{LINE}")
    assert "最近签到" in site.text and only(site, "ol", "site-checkins").all("li", cls="checkin")
    assert "最近签到" not in client.get(f"/sites/{LINE}", headers=PAGE).text
    ledger = viewer.get("/ledger", headers=PAGE).text
    assert "本周签到" in ledger and "本周签到" not in client.get("/ledger", headers=PAGE).text
    past = read(supervision, "/board?week=2023-W20")
    assert only(only(past, "nav", "week-checkins"), "b").text == "1 次"
    assert not features(supervision, "?week=2023-W10") and len(features(supervision, "?week=2023-W20")) == 1
    with client.app.state.live.database.write() as connection:
        old = connection.execute(
            select(t.inspection.c.id).where(t.inspection.c.subject_code == "07-1")
        ).scalar()
        connection.execute(update(t.zone).values(published_for=None))
    assert list(features(supervision, f"?id={old}")) == [old], "whichever week it is of"
