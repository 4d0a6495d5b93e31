"""The rooms of the house: who may import whom, where reprojecting and SQL may stand."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"app", "geo", "maps", "tests", "scripts"}
FRAMEWORKS = {
    "fastapi",
    "starlette",
    "uvicorn",
    "sqlalchemy",
    "geoalchemy2",
    "alembic",
    "psycopg",
    "folium",
    "branca",
}
DATABASE = {"sqlalchemy", "geoalchemy2", "alembic", "psycopg", "sqlite3"}
# Room → top-level modules it may not import.
FORBIDDEN = {
    "geo": (OURS - {"geo"}) | FRAMEWORKS | {"jinja2", "pydantic"},
    "maps": (OURS - {"geo", "maps"}) | DATABASE | {"fastapi", "starlette", "uvicorn"},
    "app": {"tests", "scripts"},
    "app/domain": {"tests", "scripts", "maps"} | FRAMEWORKS,
    "app/routes": {"tests", "scripts"} | DATABASE,
}
# What reprojects; only geo/crs.py may use it.
REPROJECTING = {"Transformer", "to_crs", "transform_bounds"}
SQL_WORDS = ("SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "CREATE TABLE")


def modules_of(room: str, root: Path = ROOT) -> list[Path]:
    """Python files of a room, in order."""
    return sorted((root / room).rglob("*.py"))


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, dotted module) of every import, also those inside functions; relative ones start with a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield node.lineno, base
            # `from app import store` names a module of ours as well as `import app.store`.
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def forbidden_imports(source: str, forbidden: set[str]) -> list[str]:
    """Imports of forbidden modules in a module's text, as `line: module`."""
    found = {
        (line, name.split(".")[0])
        for line, name in imported(ast.parse(source))
        if not name.startswith(".") and name.split(".")[0] in forbidden
    }
    return [f"{line}: {name}" for line, name in sorted(found)]


def uses_of(source: str, names: set[str]) -> list[str]:
    """Places where one of the names is used or imported, as `line: name`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in names:
            found.add((node.lineno, node.attr))
        elif isinstance(node, ast.Name) and node.id in names:
            found.add((node.lineno, node.id))
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.lineno, alias.name) for alias in node.names if alias.name in names}
    return [f"{line}: {name}" for line, name in sorted(found)]


def sql_texts(source: str) -> list[str]:
    """String constants that hold SQL, docstrings aside, as `line: text`."""
    tree = ast.parse(source)
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        f"{node.lineno}: {node.value.strip()[:60]}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in documentation
        and node.value.lstrip().upper().startswith(SQL_WORDS)
    ]


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    modules = modules_of(room)
    assert modules, f"{room} has no module"
    found = {
        str(path.relative_to(ROOT)): problems
        for path in modules
        if (problems := forbidden_imports(path.read_text("utf-8"), FORBIDDEN[room]))
    }
    assert not found


def test_only_one_module_reprojects() -> None:
    found = {
        str(path.relative_to(ROOT)): problems
        for room in ("geo", "maps", "app")
        for path in modules_of(room)
        if path != ROOT / "geo/crs.py" and (problems := uses_of(path.read_text("utf-8"), REPROJECTING))
    }
    assert not found
    assert uses_of((ROOT / "geo/crs.py").read_text("utf-8"), REPROJECTING), "the one that may does not"


def test_routes_hold_no_sql() -> None:
    found = {
        str(path.relative_to(ROOT)): problems
        for path in modules_of("app/routes")
        if (problems := sql_texts(path.read_text("utf-8")))
    }
    assert not found


def test_rules_in_domain_ask_no_database_through_a_back_door() -> None:
    """app/domain may import app/domain, but no other room of app: rules are tested alone."""
    found = {}
    for path in modules_of("app/domain"):
        names = {name for _, name in imported(ast.parse(path.read_text("utf-8")))}
        bad = sorted(
            n for n in names if n.startswith("app.") and not n.startswith(("app.domain", "app.errors"))
        )
        if bad:
            found[str(path.relative_to(ROOT))] = bad
    assert not found


def test_geo_is_imported_without_a_framework_or_the_slow_readers() -> None:
    """Importing the functions costs no framework, and no geopandas: that alone takes over a second."""
    code = (
        "import sys, geo, geo.crs, geo.measure, geo.nearest, geo.geojson, geo.reading, geo.repair\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(ast.literal_eval(done.stdout))
    assert not loaded & (FRAMEWORKS | {"geopandas", "pandas", "pyogrio", "app", "maps"})


class TestTheChecksThemselves:
    """Each finds what it is for: a check that cannot fail would let everything through."""

    @pytest.mark.parametrize(
        "source",
        [
            "import app",
            "import app.store.sites",
            "from app import store",
            "from app.store import sites",
            "def f():\n    from app.main import create_app",
        ],
    )
    def test_an_import_is_found(self, source: str) -> None:
        assert forbidden_imports(source, {"app"})

    @pytest.mark.parametrize(
        "source", ["import application", "from . import app", "from geo import app", "app = 1"]
    )
    def test_others_are_not_taken_for_it(self, source: str) -> None:
        assert not forbidden_imports(source, {"app"})

    @pytest.mark.parametrize(
        "source",
        [
            "from pyproj import Transformer",
            "import pyproj\npyproj.Transformer.from_crs(1, 2)",
            "frame.to_crs(4326)",
        ],
    )
    def test_reprojecting_is_found(self, source: str) -> None:
        assert uses_of(source, REPROJECTING)

    def test_sql_is_found_but_not_in_documentation(self) -> None:
        assert sql_texts('run("select 1 from site")')
        assert sql_texts('def f():\n    return text(f"""\n  SELECT {x}""")')
        assert not sql_texts('def f():\n    """Select the sites."""')
        assert not sql_texts('title = "Selected sites"')
