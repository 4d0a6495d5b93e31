"""The words of both languages: ``{lang}.toml`` and ``{lang}.*.toml`` in this folder, as one tree each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.weeks import Week

LANGUAGES = ("zh", "en")
DEFAULT = "zh"


@cache
def catalogue(lang: str) -> Mapping[str, Any]:
    """All words of `lang` as nested tables; two files may add to the same table, not to the same key."""
    if lang not in LANGUAGES:
        raise KeyError(lang)
    tree: dict[str, Any] = {}
    for path in sorted(Path(__file__).parent.glob(f"{lang}*.toml")):
        _merge(tree, tomllib.loads(path.read_text("utf-8")), path.name)
    return tree


def translate(lang: str, key: str, **values: Any) -> str:
    """The text at the dotted `key`, with ``{names}`` filled in. KeyError when there is no such text."""
    text = _text(lang, key)
    return text.format(**{name: show(lang, value) for name, value in values.items()}) if values else text


def show(lang: str, value: Any) -> str:
    """A value as it stands in a sentence: dates ISO, numbers without needless zeros, weeks in words."""
    if isinstance(value, str):
        return value
    if isinstance(value, Week):
        return translate(lang, "week.label", year=str(value.year), number=str(value.number))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value)


def best_language(header: str | None) -> str | None:
    """The first of our languages that an Accept-Language header names, by its weights; None if none."""
    choices: list[tuple[float, int, str]] = []
    for position, part in enumerate((header or "").split(",")):
        tag, _, parameter = part.strip().partition(";")
        lang = tag.strip().lower().split("-")[0]
        weight = parameter.strip().removeprefix("q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if lang in LANGUAGES and quality > 0:
            choices.append((-quality, position, lang))
    return min(choices)[2] if choices else None


@cache
def _text(lang: str, key: str) -> str:
    node: Any = catalogue(lang)
    for part in key.split("."):
        node = node[part]
    if not isinstance(node, str):
        raise KeyError(key)
    return node


def _merge(tree: dict[str, Any], more: Mapping[str, Any], source: str) -> None:
    for key, value in more.items():
        if isinstance(value, dict):
            _merge(tree.setdefault(key, {}), value, source)
        elif key in tree:
            raise ValueError(f"{source}: {key} is defined twice")
        else:
            tree[key] = value
