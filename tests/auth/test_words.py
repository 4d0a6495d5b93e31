"""The words of the account pages: every one that is asked for is there, and none is left over."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from app.domain import blockages, directives
from app.domain.roles import Role
from app.i18n import LANGUAGES
from app.store.writing import EDITS
from app.views.audit import action_words
from app.web import WORK
from scripts.checks.i18n import flat

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("sign_in", "account", "_account_parts", "users", "user", "_user_form", "audit", "_menu", "base")
# Put together from a value: "role." ~ row.role
MADE = {f"{table}.{role.value}" for table in ("role", "role_means") for role in Role}
MADE |= {f"menu.{name}" for name, _ in WORK}
MADE |= {f"users.done_{done}" for done in ("add", "password", "change", "disable", "enable")}
MADE |= {"audit.figure", "audit.figure_towns", "audit.nothing", "audit.yes", "audit.no"}
MADE |= {"users.enabled", "users.disabled"}
ACTION = re.compile(r'record\(\s*"([a-z_.]+)"')


def words(lang: str) -> set[str]:
    return set(dict(flat(tomllib.loads((ROOT / f"app/i18n/{lang}.auth.toml").read_text("utf-8")))))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_is_used_and_every_used_word_is_there(lang):
    own = {key for key in words(lang) if not key.startswith(("audit_action.", "audit_member."))}
    tables = {key.split(".")[0] for key in own}
    text = "\n".join((ROOT / f"app/templates/{name}.html").read_text("utf-8") for name in NAMES)
    asked = {
        key for key in re.findall(r'["\']([a-z_]+\.[a-z_]*[a-z])["\']', text) if key.split(".")[0] in tables
    }
    assert asked | MADE == own


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_action_that_is_recorded_has_a_name(lang):
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "app/store").glob("*.py"))
    actions = set(ACTION.findall(sources))
    assert {"account.add", "blockage_open", "directive_give", "inspection"} <= actions
    actions |= {f"blockage_{act}" for act in blockages.Act} | {f"directive_{act}" for act in directives.Act}
    actions |= set(EDITS)
    assert not {action for action in actions if action_words(lang, action) == action}
