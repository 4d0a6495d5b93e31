"""Every setting is documented, and bad ones are refused with a sentence."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from app.settings import ROOT, Settings


def names() -> set[str]:
    """The environment variables that Settings reads."""
    return {
        str(field.validation_alias or f"MINSHENG_{name.upper()}")
        for name, field in Settings.model_fields.items()
    }


def test_every_setting_has_its_row():
    documented = set(
        re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "settings.md").read_text("utf-8"), re.MULTILINE)
    )
    assert documented == names()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("PORT", "99999"),
        ("PORT", "eighty"),
        ("MINSHENG_SPATIAL", "both"),
        ("MINSHENG_SCHEMA", 'x"; DROP SCHEMA public; --'),
        ("MINSHENG_APP_ROLE", 'x"; DROP ROLE y; --'),
        ("MINSHENG_TOLERANCE", "-1"),
        ("MINSHENG_TODAY", "yesterday"),
    ],
)
def test_bad_settings_are_refused(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize("url", ["postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"])
def test_postgresql_is_always_reached_through_psycopg_3(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    assert Settings().url == "postgresql+psycopg://h/d"
