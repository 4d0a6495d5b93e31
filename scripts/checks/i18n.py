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
    """What differs between the languages (language code → its table)."""
    texts = {language: dict(flat(table)) for language, table in tables.items()}
    every_key = sorted(set().union(*texts.values()))
    problems = []
    for language, own in texts.items():
        needless = {key for key in every_key if key.endswith(SINGULAR) and key.removesuffix(SINGULAR) in own}
        problems += [
            f"{language}.toml: {key} is missing" for key in every_key if key not in own.keys() | needless
        ]
        problems += [f"{language}.toml: {key} is empty" for key, text in own.items() if text == ""]
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
    """The two files in app/i18n."""
    folder = root / "app/i18n"
    tables = {}
    for language in ("zh", "en"):
        file = folder / f"{language}.toml"
        if not file.exists():
            return [f"{file.relative_to(root)} is missing"]
        tables[language] = tomllib.loads(file.read_text("utf-8"))
    return translation_problems(tables)


if __name__ == "__main__":
    finish(problems_of(ROOT))
