"""Every folder of data says where its files come from, in both languages."""

import re

import pytest

from app.domain.reached import NAMES, Layer
from app.store.served.rows import POSITIONS, SHAPES
from tests.data.files import DATA

FOLDERS = sorted(path.name for path in DATA.iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_has_its_source(folder):
    text = (DATA / folder / "SOURCES.md").read_text(encoding="utf-8")
    for path in (DATA / folder).iterdir():
        if path.name == "SOURCES.md":
            continue
        named = path.name if folder != "sites" or path.suffix == ".toml" else "*.geojson"
        assert f"`{named}`" in text, path
    assert re.search("[一-龥]{6}", text)
    for word in ("来源", "日期", "位置质量", "许可", "Origin", "Date", "Position quality", "Licence"):
        assert word in text, word


def test_files_that_may_be_added_are_described_and_none_is_made_up():
    folder = DATA / "boundaries"
    text = (folder / "SOURCES.md").read_text(encoding="utf-8")
    for layer in Layer:
        assert not (folder / f"{NAMES[layer]}.geojson").exists()
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{NAMES[layer]}.geojson`")]
        fields = set(re.findall(r"`([a-z_]+)`", row)) - {f"{NAMES[layer]}.geojson", "villages.csv"}
        people = {"inhabitants", "inhabitants_as_of"} if layer is not Layer.BUILDING else set()
        named = {"name"} if layer is not Layer.VILLAGE else set()  # villages are named by the list
        assert fields == {"code", "name_en", "position"} | named | people
        assert ("point" in row) == ("spot" in SHAPES[layer])
    for position in POSITIONS:
        assert f"`{position}`" in text
