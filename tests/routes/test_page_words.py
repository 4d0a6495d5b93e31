"""The pages' words: the same keys and placeholders in both languages, every key used, none missing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from app.errors import AppError
from scripts.checks.i18n import flat

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [
    path
    for path in (ROOT / "app/templates").glob("*.html")
    if path.name.startswith(("_ledger", "_site"))
    or path.stem in ("ledger", "item", "site", "docs", "problem", "error")
]
# Keys that a template puts together: t("ledger." ~ value ~ "_means").
MADE = {
    "ledger.located_means",
    "ledger.town_means",
    "ledger.zone_means",
    "ledger.withheld_means",
    *(f"problem.{error.kind}.{part}" for error in AppError.__subclasses__() for part in ("means", "do")),
}


def words(lang: str) -> dict[str, str]:
    return dict(flat(tomllib.loads((ROOT / f"app/i18n/{lang}.pages.toml").read_text("utf-8"))))


def test_both_languages_say_the_same_things():
    zh, en = words("zh"), words("en")
    assert {key.removesuffix("_one") for key in en} == set(zh)
    for key, text in en.items():
        assert text.strip()
        names = re.findall(r"\{(\w+)\}", text)
        assert set(names) <= set(re.findall(r"\{(\w+)\}", zh[key.removesuffix("_one")])), key
        if not key.endswith("_one"):
            assert sorted(names) == sorted(re.findall(r"\{(\w+)\}", zh[key])), key


def test_every_word_is_used_and_every_used_word_is_there():
    own = set(words("en"))
    tables = {key.split(".")[0] for key in own}
    text = "\n".join(path.read_text("utf-8") for path in TEMPLATES)
    asked = {
        key for key in re.findall(r"""["']([a-z_]+\.[a-z_]+)["']""", text) if key.split(".")[0] in tables
    }
    assert asked | MADE == own
