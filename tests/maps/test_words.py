"""The map page's words: the same keys in both languages, every key used, none missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.i18n import catalogue
from scripts.checks.i18n import flat

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "app/static/js"
PAGES = [ROOT / "app/templates" / name for name in ("base.html", "_head.html", "map.html")]
# Keys put together in the code from a name: t(`filters.${facet}`) and the like.
MADE = {
    "quality": ("illustrative", "approximate", "surveyed"),
    "": ("position_all", "position_some", "position_ground"),
    "filters": ("status", "item", "town", "kind", "unit"),
    "layers": ("none", "sites", "ground", "labels", "checkins"),
    "checkins": ("key", "key_week"),
    "list": (
        "sort_code",
        "sort_urgent",
        "none_yet",
        "none_yet_hint",
        "empty",
        "empty_hint",
        "empty_view",
        "empty_view_hint",
    ),
    "locate": ("good", "fair", "poor", "insecure", "denied", "unavailable", "timeout", "unsupported"),
    "tools": (
        "zoom_in",
        "zoom_out",
        "home",
        "locate",
        "layers",
        "measure",
        "full_screen",
        "full_screen_exit",
        "print",
        "week",
    ),
    "week": ("earlier", "later", "play", "pause", "close"),
    "measure": ("hint", "hint_touch", "finish", "restart", "undo", "close"),
}


def modules(entries: tuple[str, ...] = ("main.js", "live.js", "page.js")) -> list[Path]:
    """The modules of the map page: these and all that they import. Other pages bring words of their own."""
    found, waiting = set(), list(entries)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += re.findall(r"""(?:from|import)\s*\(?["']\./([a-z0-9-]+\.js)""", read(name))
    return [SCRIPTS / name for name in sorted(found)]


def read(name: str) -> str:
    return (SCRIPTS / name).read_text("utf-8")


def words(lang: str, table: str) -> dict[str, str]:
    return dict(flat(catalogue(lang)[table]))


def used() -> set[str]:
    """Keys of the `map` table that scripts and templates name, or put together."""
    found = {f"{group}.{name}".lstrip(".") for group, names in MADE.items() for name in names}
    for path in modules():
        found |= set(re.findall(r'\bt\("([a-z_0-9.]+)"', path.read_text("utf-8")))
        found |= set(re.findall(r'\btool\("([a-z_.]+)"', path.read_text("utf-8")))
    for path in PAGES:
        found |= {
            key.removeprefix("map.")
            for key in re.findall(r"""t\(['"](map\.[a-z_.]+)""", path.read_text("utf-8"))
        }
    return found


@pytest.mark.parametrize("table", ["map", "page"])
def test_both_languages_have_the_same_keys(table: str) -> None:
    zh, en = words("zh", table), words("en", table)
    assert set(zh) == {key for key in en if not key.endswith("_one")}  # Chinese has no plural
    for key, text in zh.items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", en[key])), key


def test_every_key_the_page_names_exists() -> None:
    assert used() - set(words("zh", "map")) == set()


def test_every_word_is_used() -> None:
    unused = {key for key in words("zh", "map") if key not in used()}
    assert unused == set()


def test_chinese_words_have_no_english_abbreviations() -> None:
    """Units and words in Chinese; only names of keys and techniques may be Latin."""
    allowed = {"JavaScript", "Esc", "https"}
    for key, text in (words("zh", "map") | words("zh", "page")).items():
        latin = set(re.findall(r"[A-Za-z]{2,}", re.sub(r"{\w+}", "", text)))
        assert latin <= allowed, key
