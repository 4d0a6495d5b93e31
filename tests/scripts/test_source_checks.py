"""The checks of translations, browser modules and file sizes find what they are for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.checks import i18n, javascript
from scripts.checks._files import source_files
from scripts.checks.i18n import translation_problems
from scripts.checks.javascript import exports_of, find_node, import_problems, imports_of, syntax_problems
from scripts.checks.sizes import long_files

STATIC = Path("/s")


def test_equal_translations_pass() -> None:
    tables = {
        "zh.toml": {"map": {"title": "地图", "count": "{n} 处"}},
        "en.toml": {"map": {"title": "Map", "count": "{n} sites", "count_one": "{n} site"}},
    }
    assert translation_problems(tables) == []


@pytest.mark.parametrize(
    ("zh", "en", "words"),
    [
        ({"a": "甲", "b": "乙"}, {"a": "A"}, "en.toml: b is missing"),
        ({"a": "甲"}, {"a": "A", "x": {"b": "B"}}, "zh.toml: x.b is missing"),
        ({"a": "甲"}, {"a": ""}, "en.toml: a is empty"),
        ({"a": "{n} 处"}, {"a": "{count} sites"}, "a: different placeholders"),
        ({"a": "甲"}, {"a": "A", "b_one": "B"}, "zh.toml: b_one is missing"),
    ],
)
def test_a_difference_between_translations_is_found(zh: dict, en: dict, words: str) -> None:
    assert any(words in problem for problem in translation_problems({"zh.toml": zh, "en.toml": en}))


def test_every_file_of_translations_has_its_twin(tmp_path: Path) -> None:
    folder = tmp_path / "app/i18n"
    folder.mkdir(parents=True)
    assert i18n.problems_of(tmp_path) == ["app/i18n holds no .toml"]
    for name in ("zh.toml", "en.toml", "zh.pages.toml"):
        (folder / name).write_text("a = 'A'\n")
    assert i18n.problems_of(tmp_path) == ["app/i18n/en.pages.toml is missing"]
    (folder / "en.pages.toml").write_text("b = 'B'\n")
    assert "en.pages.toml: a is missing" in i18n.problems_of(tmp_path)


def test_imports_are_read_as_the_browser_would() -> None:
    source = """
      import { a, b as c } from "./one.js";
      import plain, { d } from './two.js';
      import * as all from "../three.js"; import "./four.js";
      // import { no } from "./comment.js";
      /* import "./comment.js" */
      export { e } from "./five.js";
      const later = () => import("./six.js");
    """
    assert dict(imports_of(source)) == {
        "./one.js": {"a", "b"},
        "./two.js": {"d", "default"},
        "../three.js": set(),
        "./four.js": set(),
        "./five.js": {"e"},
        "./six.js": set(),
    }


def test_exports_are_read_as_the_browser_would() -> None:
    source = "export function f() {}\nexport async function g() {}\nexport const h = 1;\nexport class K {}\n"
    assert exports_of(source + "export { x as y, z };\nexport default f;") == {
        "f",
        "g",
        "h",
        "K",
        "y",
        "z",
        "default",
    }
    assert exports_of('export * from "./other.js";') is None


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('import { a } from "./none.js";', "there is no /s/js/none.js"),
        ('import { b } from "./lib/one.js";', "exports no b"),
        ('import one from "./lib/one.js";', "exports no default"),
        ('import { a } from "leaflet";', "neither relative nor below /static/"),
        ('import { a } from "/static/js/none.js";', "there is no /s/js/none.js"),
        ('await import("./none.js");', "there is no /s/js/none.js"),
    ],
)
def test_an_import_that_leads_nowhere_is_found(source: str, words: str) -> None:
    modules = {STATIC / "js/main.js": source, STATIC / "js/lib/one.js": "export const a = 1;"}
    problems = import_problems(modules, set(), STATIC)
    assert len(problems) == 1
    assert words in problems[0]


def test_imports_that_lead_somewhere_pass() -> None:
    modules = {
        STATIC
        / "js/main.js": 'import { a } from "./lib/one.js"; import { a as b } from "/static/js/lib/one.js";',
        STATIC / "js/lib/one.js": 'import "../main.js"; export const a = 1;',
    }
    assert import_problems(modules, set(), STATIC) == []


def test_node_reads_files_as_modules(tmp_path: Path) -> None:
    node = find_node()
    assert node, "no node: scripts/test brings one"
    good, bad = tmp_path / "good.js", tmp_path / "bad.js"
    good.write_text('import { a } from "./none.js";\nexport const b = await a();\n')
    bad.write_text("export const = 1;\n")
    assert syntax_problems(node, [good]) == []
    (problem,) = syntax_problems(node, [good, bad])
    assert problem.startswith(f"{bad}: ")
    assert "SyntaxError" in problem


def test_a_project_without_modules_is_told(tmp_path: Path) -> None:
    assert javascript.problems_of(tmp_path) == ["app/static is missing"]


def test_long_files_are_remarked(tmp_path: Path) -> None:
    (tmp_path / "short.py").write_text("x\n" * 400)
    (tmp_path / "long.py").write_text("x\n" * 401)
    (tmp_path / "data.json").write_text("x\n" * 900)
    assert [line.split("：")[0] for line in long_files(tmp_path)] == ["注意 long.py"]


def test_source_files_are_those_that_git_would_commit(tmp_path: Path) -> None:
    for name in ("kept.py", "made.py", ".venv/lib.py", "app/static/vendor/leaflet.js"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    without_git = [path.relative_to(tmp_path).as_posix() for path in source_files(tmp_path)]
    assert without_git == ["kept.py", "made.py"]
    (tmp_path / ".gitignore").write_text("made.py\n.venv/\nvendor/\n")
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    with_git = [path.relative_to(tmp_path).as_posix() for path in source_files(tmp_path, (".py", ".js"))]
    assert with_git == ["kept.py"]
