"""Places of data/ are loaded until somebody imports; what other tests put in would pass an import."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import shapely

from app.domain.reached import Layer
from app.store.live import Live
from app.store.load import DATA, BadData, load
from app.store.served.rows import Fields
from tests.store.handed_places import HEDONG, IN_TUANLI, Given, judged, saved, table
from tests.support.databases import storage
from tests.support.generated import DAY
from tests.support.served import put_places
from tests.support.zones import prepared


def test_files_of_data_are_loaded_until_somebody_imports(tmp_path):
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    file = data / "boundaries" / "villages.geojson"

    def write(**more: Any) -> None:
        values = {
            "code": HEDONG,
            "position": "approximate",
            "inhabitants": 800,
            "inhabitants_as_of": "2020-11-01",
        }
        feature = {
            "type": "Feature",
            "properties": values | more,
            "geometry": json.loads(shapely.to_geojson(IN_TUANLI)),
        }
        file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")

    with storage("sqlite", tmp_path / "zone") as place, prepared(place, today=DAY) as (database, settings):

        def loaded(folder: Path) -> dict[tuple[str, str], Any]:
            with database.write() as connection:
                load(connection, None, 5, folder, lambda _: None)
            return table(database)

        assert loaded(data) == {}
        write()
        row = loaded(data)["village", HEDONG]
        assert (row.name, row.position, row.inhabitants, row.change_id) == (
            "河东村",
            "approximate",
            800,
            None,
        )
        assert row.source.startswith("data/boundaries/villages.geojson sha256:")
        write(inhabitants=900)
        assert loaded(data)["village", HEDONG].inhabitants == 900
        write(position="guessed")
        with pytest.raises(BadData) as told:
            loaded(data)
        assert "位置质量" in str(told.value)
        assert (
            saved(Live(database, settings), Layer.VILLAGE, ({"code": HEDONG, "inhabitants": 950}, IN_TUANLI))
            == 1
        )
        write(inhabitants=100)
        assert loaded(data)["village", HEDONG].inhabitants == 950


def test_what_the_tests_put_in_is_taken_as_it_is(tmp_path):
    """What other tests count on would pass the import."""
    with storage("sqlite", tmp_path) as place, prepared(place, today=DAY) as (database, _):
        with database.write() as connection:
            put_places(connection, 20, 20, 10)
        by_layer: dict[str, list[Given]] = {}
        for (layer, code), row in table(database).items():
            values = {"code": code, "name": row.name, "inhabitants": row.inhabitants}
            by_layer.setdefault(layer, []).append((values, row.geom))
        for layer, given in by_layer.items():
            found = judged(database, Layer(layer), *given, fields=Fields(as_of="2020-11-01"))
            assert {one.verdict for one in found.rows} <= {"unchanged", "changed"}, found.counts
            assert found.gone == []
        assert {layer: len(given) for layer, given in by_layer.items()} == {
            "village": 60,
            "community": 20,
            "building": 20,
            "built_up": 10,
        }
