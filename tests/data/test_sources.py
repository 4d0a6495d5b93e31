"""Every folder of data says where its files come from, in both languages."""

import re

import pytest

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
