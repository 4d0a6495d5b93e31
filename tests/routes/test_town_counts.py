"""Items without sites on the coverage board: what is done in which town, and what is only a progress."""

from __future__ import annotations

import re

from tests.routes.opening import demonstration


def test_what_is_counted_per_town_stands_on_the_board(tmp_path_factory):
    with demonstration("sqlite", tmp_path_factory) as client:
        page = client.get("/coverage").text
        items = client.get("/api/items").json()["items"]
        english = client.get("/coverage?lang=en").text
    table = page[page.index('id="towns-title"') : page.index('id="protected-title"')]
    rows = dict(re.findall(r"</a> ([^<]+?) <span class=\"muted\">（.）</span></th>(.*?)</tr>", table, re.S))
    steps = dict(re.findall(r"</a> ([^<]+)</span> <b>([^<]+)</b>", table))
    seen = 0
    for item in items:
        for task in (task for task in item["tasks"] if task["on_map"] == "town"):
            for target in task["targets"]:
                if target["done"] is None:
                    assert steps[target["title"]].rstrip("%") == f"{target['percent']:g}"
                    continue
                seen += 1
                cells = re.findall(r"<td[^>]*>(.*?)</td>", rows[target["title"]], re.S)
                towns = [f"{one['quantity']:g}" for one in target["by_town"]]
                told = [cell.replace(",", "") for cell in cells[:2]]
                assert told == towns or all("未分镇" in cell for cell in told)
                assert cells[2].replace(",", "").startswith(f"<b>{target['done']:g}</b>")
    assert seen >= 8
    assert "农村生活污水治理" in steps
    assert "疃里镇 36 个村" in table
    assert "36 villages" in english
