"""The commands as people meet them: help in both languages, and a sentence instead of a traceback."""

from __future__ import annotations

import re
import subprocess

import pytest
from click.testing import CliRunner

from app.cli.main import cli
from tests.support.server import clean_environment
from tests.support.warm import warm

HELP = [[], *[[name] for name in sorted(cli.commands)]]


@pytest.mark.parametrize("words", HELP, ids=" ".join)
def test_help_is_in_both_languages(words):
    """Each command says what it is for, and each of its options what it does, in Chinese and in English."""
    told = CliRunner().invoke(cli, [*words, "--help"], prog_name="python -m app")
    assert told.exit_code == 0
    command = cli.commands[words[0]] if words else cli
    texts = [command.help or "", *[getattr(option, "help", None) or "·" for option in command.params]]
    for text in texts:
        chinese, _, english = text.partition("·")
        assert text == "·" or re.search("[一-龥]", chinese), text
        assert text == "·" or re.search("[A-Za-z]{3}", english), text
    assert re.search("[一-龥]{4}", told.output)
    assert re.search("[a-z]{3,} [a-z]{2,} ", told.output)


def run(place, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**clean_environment(), **place.env, "PORT": "0"}
    return warm().run(words, environment)


def test_serving_before_anything_is_loaded_says_what_to_do(both_engines):
    untouched = run(both_engines, "serve")
    assert (untouched.returncode, "尚未建表" in untouched.stderr) == (1, True), untouched.stderr
    assert run(both_engines, "init").returncode == 0
    empty = run(both_engines, "serve")
    assert (empty.returncode, "还没有数据" in empty.stderr) == (1, True), empty.stderr
    assert "Traceback" not in untouched.stderr + empty.stderr
