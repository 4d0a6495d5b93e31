"""The filter of a pack or a snapshot in words."""

from __future__ import annotations

from app.i18n import translate
from app.pack.rows import STATUSES
from app.pack.subjects import unit_name
from app.store.live import View
from app.store.spatial.protocol import Filters
from app.wording import enumeration, local


def filter_words(filters: Filters, view: View, lang: str) -> str:
    """The filter as a person would say it."""
    words = view.words
    kind = "en" if lang == "en" else "zh"
    parts = [
        ("status", [translate(lang, f"status.{code}") for code in STATUSES if code in filters.statuses]),
        ("item", [str(no) for no in sorted(filters.items)]),
        ("town", [local(lang, words.towns[code], "name") for code in sorted(filters.towns)]),
        ("unit", [unit_name(view, code, lang) for code in sorted(filters.units)]),
        ("kind", [words.kinds[code][kind] for code in words.kinds if code in filters.kinds]),
        ("q", list(filters.words)),
    ]
    said = [
        translate(
            lang, "pack.filter", name=translate(lang, f"pack.filters.{name}"), values=enumeration(lang, found)
        )
        for name, found in parts
        if found
    ]
    return translate(lang, "pack.filter_join").join(said)
