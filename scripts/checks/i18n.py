"""Translations: Chinese and English have the same keys, the same placeholders, and no empty text.

A key ending in `_one` is the singular beside a plural; Chinese has no use for it and may leave it out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scripts.checks._files import ROOT, finish

LANGUAGES = ("zh", "en")
SINGULAR = "_one"
PLACEHOLDER = re.compile(r"\{(\w+)[^{}]*\}")


def flat(table: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every text of a nested table with its dotted key."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def translation_problems(tables: dict[str, dict[str, Any]]) -> list[str]:
    """What differs between the languages (file name → its table)."""
    texts = {language: dict(flat(table)) for language, table in tables.items()}
    every_key = sorted(set().union(*texts.values()))
    problems = []
    for language, own in texts.items():
        needless = {key for key in every_key if key.endswith(SINGULAR) and key.removesuffix(SINGULAR) in own}
        problems += [f"{language}: {key} is missing" for key in every_key if key not in own.keys() | needless]
        problems += [f"{language}: {key} is empty" for key, text in own.items() if text == ""]
    for key in every_key:
        placeholders = {
            language: frozenset(PLACEHOLDER.findall(own[key]))
            for language, own in texts.items()
            if isinstance(own.get(key), str)
        }
        if len(set(placeholders.values())) > 1:
            found = "; ".join(
                f"{language}: {', '.join(sorted(p)) or '–'}" for language, p in placeholders.items()
            )
            problems.append(f"{key}: different placeholders ({found})")
    return problems


def problems_of(root: Path) -> list[str]:
    """The files of app/i18n: zh.toml beside en.toml, zh.pages.toml beside en.pages.toml, and so on."""
    folder = root / "app/i18n"
    parts = {path.name.split(".", 1)[1] for path in folder.glob("*.toml")}
    if not parts:
        return ["app/i18n holds no .toml"]
    problems = []
    for part in sorted(parts):
        tables = {}
        for language in LANGUAGES:
            file = folder / f"{language}.{part}"
            if file.exists():
                tables[f"{language}.{part}"] = tomllib.loads(file.read_text("utf-8"))
            else:
                problems.append(f"app/i18n/{file.name} is missing")
        problems += translation_problems(tables)
    return problems


if __name__ == "__main__":
    finish(problems_of(ROOT))
