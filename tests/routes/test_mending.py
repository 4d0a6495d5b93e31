"""Check-ins from the telephone over the web: clock and presence, mending, disputes and their decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.routes.supervising import new_id
from tests.support.people import signed_in, staffed

SITE, LINE, HOMES = "20-1-01", "20-3-01", "06-1"


@pytest.fixture(scope="module")
def client(both_engines_module):
    with staffed(both_engines_module, demo=True) as made:
        yield made


@pytest.fixture(scope="module")
def start(client) -> tuple[float, float]:
    """The first vertex of SITE."""
    geometry = client.get(f"/api/sites/{SITE}").json()["geometry"]
    line = geometry["coordinates"]
    return tuple((line[0] if geometry["type"] == "LineString" else line[0][0])[:2])


def now() -> datetime:
    return datetime.now(UTC)


def check_in(start, **more) -> dict:
    """As the telephone sends it; the demonstration's clock stands in 2023, the telephone's does not."""
    made = now() - timedelta(hours=5)
    return {
        "id": new_id(),
        "subject": SITE,
        "made_at": made.isoformat(),
        "sent_at": now().isoformat(),
        "verdict": "ok",
        "finding": "",
        "sections": "",
        "geom_version": 1,
        "lon": start[0],
        "lat": start[1],
        "accuracy_m": 8,
        "position_source": "device",
        "position_at": made.isoformat(),
        "seen_version": 3,
        "photos": [],
        "blockage_title": None,
        "blockage_unit": None,
        "blockage_due": None,
        "via": "phone",
        **more,
    }


def sent(person, body: dict) -> dict:
    answer = person.post("/api/inspections", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def mend(person, one: dict, status: int = 201, version: int | None = None, ident=None, **changes) -> dict:
    body = {"id": ident or new_id(), "version": version or one["version"], "changes": changes}
    answer = person.post(f"/api/inspections/{one['id']}/revisions", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_check_in_of_the_telephone_is_judged_and_set_by_the_ledgers_clock(client, start):
    inspector, supervision = signed_in(client, "inspector"), signed_in(client, "supervision")
    photos = [new_id(), new_id()]
    body = check_in(start, photos=photos)
    receipt = sent(inspector, body)
    assert set(receipt) == {
        *("id", "change", "version", "subject", "made_at", "verdict", "finding", "sections", "blockage"),
        *("presence", "presence_facts"),
    }
    assert (receipt["presence"], receipt["version"]) == ("at_site", receipt["change"])
    assert receipt["presence_facts"]["limit_m"] == 108
    again = sent(inspector, body | {"sent_at": (now() + timedelta(days=1)).isoformat()})
    assert again == receipt, "when it is sent is no part of what is sent"
    assert inspector.post("/api/inspections", json=body | {"finding": "积水"}).status_code == 409

    one = supervision.get(f"/api/inspections/{body['id']}").json()
    clock = client.app.state.live.moment(client.app.state.live.view.as_of)
    made = datetime.fromisoformat(one["made_at"])
    assert abs(clock - made - timedelta(hours=5)) < timedelta(minutes=3)
    device = datetime.fromisoformat(one["device_at"]) - datetime.fromisoformat(body["made_at"])
    assert abs(device) <= timedelta(minutes=1)
    assert one["clock_off_s"] < -365 * 24 * 3600
    assert (one["presence_label"], one["overall"], one["via"], one["seen_version"]) == (
        "在现场",
        "at_site",
        "phone",
        3,
    )
    assert one["presence_why"][0].startswith("距点位 0\xa0米，在 108\xa0米的范围内")
    assert (one["photos"], one["photos_expected"], one["photos_awaited"]) == ([], photos, photos)
    assert [state["changed"] for state in one["history"]] == [[]]


def test_lists_are_filtered_and_bounded(client, start):
    inspector, supervision = signed_in(client, "inspector"), signed_in(client, "supervision")
    far = sent(inspector, check_in(start, lat=start[1] + 0.02))
    pinned = sent(inspector, check_in(start, position_source="pin", verdict="stopped", finding="无人施工"))
    assert (far["presence"], pinned["presence"]) == ("doubtful", "no_position")

    def ids(question: str) -> list[str]:
        answer = supervision.get(f"/api/inspections?{question}")
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["inspections"]]

    assert far["id"] in ids("presence=doubtful") and pinned["id"] not in ids("presence=doubtful")
    assert ids("presence=no_position&verdict=stopped")[0] == pinned["id"]
    assert len(ids("limit=1")) == 1
    assert {far["id"], pinned["id"]} <= set(ids("since=2023-07-13"))
    assert ids("since=2023-07-14T23:59:59+08:00") == []
    assert ids(f"subject={HOMES}&presence=doubtful") == []
    for wrong in ("since=soon", "since=0001-01-01", "limit=501", "limit=0", "presence=here", "disputed=yes"):
        assert supervision.get(f"/api/inspections?{wrong}").status_code == 400, wrong


def test_mended_by_two_and_decided_by_supervision(client, start):
    inspector, supervision = signed_in(client, "inspector"), signed_in(client, "supervision")
    one = sent(inspector, check_in(start, finding="一侧未回填"))
    mine = mend(inspector, one, verdict="problem")
    assert (mine["merged"], mine["disputed"], mine["inspection"]["verdict"]) == (["verdict"], [], "problem")
    one["version"] = mine["version"]
    mend(supervision, one, finding="两侧均未回填")
    number = new_id()
    late = mend(inspector, one, ident=number, finding="已回填")
    assert mend(inspector, one, ident=number, finding="已回填") == late
    (dispute,) = late["disputed"]
    assert (dispute["kept"], dispute["other"], late["merged"]) == ("两侧均未回填", "已回填", [])
    listed = supervision.get("/api/inspections?disputed=1").json()["inspections"]
    (row,) = [row for row in listed if row["id"] == one["id"]]
    assert (row["finding"], row["disputed"], row["mended"], row["version"]) == (
        "两侧均未回填",
        1,
        2,
        late["version"],
    )

    path = f"/api/disputes/{dispute['id']}"
    for name in ("inspector", "leader", "viewer", "lead_unit"):
        body = {"id": new_id(), "chosen": "other"}
        assert signed_in(client, name).post(path, json=body).status_code == 403, name
    for wrong in ({"chosen": "mine"}, {}, {"chosen": "kept", "text": 1}, {"chosen": "kept", "why": "x"}):
        assert supervision.post(path, json={"id": new_id(), **wrong}).status_code == 400, wrong
    answer = supervision.post(path, json={"id": new_id(), "chosen": "other", "text": "已到现场核实"})
    assert answer.status_code == 201 and answer.json()["field"] == "finding"
    assert supervision.post(path, json={"id": new_id(), "chosen": "kept"}).status_code == 409
    shown = inspector.get(f"/api/inspections/{one['id']}?lang=en").json()
    assert (shown["finding"], shown["disputed"], shown["version"]) == ("已回填", 0, answer.json()["version"])
    assert [state["changed"] for state in shown["history"]] == [[], ["verdict"], ["finding"], ["finding"]]
    (told,) = shown["disputes"]
    assert (told["decision"]["chosen"], told["decision"]["text"]) == ("other", "已到现场核实")
    actions = {"inspection_revision": "补正督查", "dispute_decision": "裁定分歧"}
    audit = supervision.get("/audit", headers={"accept": "text/html"}).text
    assert all(words in audit for words in actions.values())


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"changes": {"finding": "x"}}, "version"),
        ({"version": 1.5, "changes": {"finding": "x"}}, "version"),
        ({"version": 10**9, "changes": {"finding": "x"}}, "version"),
        ({"changes": {}}, "changes"),
        ({"changes": ["finding"]}, "changes"),
        ({"changes": {"verdict": None}}, "verdict"),
        ({"changes": {"verdict": "fine"}}, "verdict"),
        ({"changes": {"subject": "20-1-02"}}, "subject"),
        ({"changes": {"sections": "K1"}}, "sections"),
        ({"changes": {"sections": "0-10", "geom_version": -1}}, "geom_version"),
        ({"changes": {"verdict": "stopped", "finding": ""}}, "finding"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(client, start, body, parameter):
    inspector = signed_in(client, "inspector")
    one = sent(inspector, check_in(start, finding="沟槽已回填"))
    path = f"/api/inspections/{one['id']}"
    before = inspector.get(path).json()
    version = {} if "version" in parameter else {"version": one["version"]}
    answer = inspector.post(f"{path}/revisions", json={"id": new_id(), **version, **body})
    assert answer.status_code == 400, answer.text
    assert parameter in [fault["parameter"] for fault in answer.json()["errors"]]
    assert inspector.get(path).json() == before


def test_who_reads_and_mends(client, start):
    inspector, supervision = signed_in(client, "inspector"), signed_in(client, "supervision")
    placeless = {"subject": HOMES, "lon": None, "lat": None, "geom_version": None}
    homes = sent(supervision, check_in(start, **placeless))
    assert (homes["presence"], homes["presence_facts"]) == (None, None)
    path = f"/api/inspections/{homes['id']}"
    assert signed_in(client, "viewer").get(path).status_code == 403
    assert client.get(path).status_code == 401
    assert supervision.get(f"/api/inspections/{new_id()}").status_code == 404
    assert supervision.get(path).json()["presence_label"] == "不判定"
    mend(inspector, homes, 403, finding="x")
    mend(supervision, homes, 400, sections="0-10")
    mend(supervision, {"id": new_id(), "version": 1}, 404, finding="x")
    own = sent(inspector, check_in(start, **placeless))
    mend(inspector, own, finding="已入户")
