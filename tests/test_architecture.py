"""Imports only point down, and what is heavy stays in the room that owns it.

The two tables below are the rule; a new room or a new arrow is a decision, made here.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "app" / "watchroom"

BASE = {"errors", "settings"}
READ = BASE | {"domain", "workspace", "store", "ledger", "charts", "reports"}
WRITE = BASE | {"domain", "workspace", "sources", "store", "ledger", "reports", "jobs", "explain"}

# room: the rooms that it may import, besides itself.
ARROWS: dict[str, set[str]] = {
    "errors": set(),
    "settings": {"errors"},
    "domain": BASE,
    "workspace": BASE | {"domain"},
    "sources": BASE | {"domain"},
    "store": BASE | {"domain"},
    "explain": BASE | {"domain"},
    "desk": BASE | {"domain", "workspace", "sources", "store", "ledger", "explain"},
    "ledger": BASE | {"domain"},
    "charts": BASE | {"domain"},
    "reports": BASE | {"domain", "workspace", "store", "ledger", "charts"},
    "ui": READ | {"desk"},
    "pages": READ | {"ui", "desk"},
    "frame": READ | {"ui"},
    "jobs": WRITE | {"desk"},
    "demo": WRITE | {"desk"},
    "openid": BASE | {"domain", "workspace"},
    "promptly": set(),
    "serve": READ | {"ui", "openid", "promptly"},
    "sql_output": set(),
    "new_command": BASE | {"domain", "reports"},
    "cli": WRITE | {"desk", "sql_output", "demo", "serve", "new_command"},
    "__main__": {"cli"},
}

# library: the rooms that may import it.
OWNERS: dict[str, set[str]] = {
    "mlflow": {"sources", "jobs", "demo", "explain"},
    "shap": set(),
    "sklearn": {"demo", "explain"},
    "skops": {"demo", "explain"},
    "fairlearn": {"jobs"},
    "lightgbm": {"demo", "explain"},
    "xgboost": {"explain"},
    "woodelf": {"explain"},
    "scipy": {"domain", "jobs", "demo"},
    "pyspark": {"sources"},
    "duckdb": {"store", "sources", "jobs", "demo"},
    "sqlalchemy": {"ledger"},
    "alembic": {"ledger"},
    "apprise": {"jobs"},
    "plotly": {"charts", "reports", "ui"},
    "weasyprint": {"reports"},
    "babel": {"domain"},
    "streamlit": {"ui", "pages", "frame", "serve"},
}
# Too slow or too large to load for somebody who only wants `watchroom --help`, or for a server with forty sessions.
ONLY_IN_FUNCTIONS = {"weasyprint", "apprise", "fairlearn", "mlflow", "pyspark", "shap", "sklearn", "skops", "lightgbm"}

# One project in two packages: whoever depends on the one may import the other.
WITH_THEIR_OWNER = {"pydantic_core"}

# The same library under another name: whoever depends on the one may have installed the other.
ALSO_CALLED = {"xgboost-cpu": "xgboost"}


@dataclass(frozen=True)
class Import:
    """One imported module, dotted, and whether it is loaded as soon as the importing file is."""

    file: Path
    line: int
    module: str
    at_once: bool

    @property
    def importer(self) -> str:
        return room_of(self.file)

    @property
    def place(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}: {self.importer} imports {self.module}"


def room_of(file: Path) -> str:
    if file.is_relative_to(PACKAGE):
        return file.relative_to(PACKAGE).with_suffix("").parts[0]
    return "pages" if file.is_relative_to(ROOT / "pages") else "frame"


@cache
def imports() -> tuple[Import, ...]:
    files = [*sorted((ROOT / "app").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py"))]
    return tuple(found for file in files for found in imports_in(file))


def imports_in(file: Path) -> Iterator[Import]:
    tree = ast.parse(file.read_text("utf-8"))
    lazy = {id(inner) for outer in ast.walk(tree) if is_lazy(outer) for inner in ast.walk(outer)}
    for node in ast.walk(tree):
        for module in modules_of(node, file):
            yield Import(file, node.lineno, module, at_once=id(node) not in lazy)


def is_lazy(node: ast.AST) -> bool:
    """Whether what stands inside runs later than the import of the file, or never."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test).endswith("TYPE_CHECKING")
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def modules_of(node: ast.AST, file: Path) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    if node.level:
        here = ("watchroom", *file.relative_to(PACKAGE).parts[:-1])
        base = ".".join(here[: len(here) - node.level + 1] + ((node.module,) if node.module else ()))
    else:
        base = node.module or ""
    # `from watchroom import store` names a room in its second half.
    return [f"{base}.{alias.name}" for alias in node.names] if base == "watchroom" else [base]


def test_imports_between_rooms_only_point_down():
    wrong = []
    for found in imports():
        parts = found.module.split(".")
        if parts[0] != "watchroom" or len(parts) == 1:
            continue
        room = parts[1]
        is_room = (PACKAGE / room).is_dir() or (PACKAGE / f"{room}.py").exists()
        if is_room and room != found.importer and room not in ARROWS.get(found.importer, set()):
            wrong.append(found.place)
    assert not wrong, "\n".join(wrong)


def test_every_room_has_its_arrows():
    rooms = {room_of(file) for file in PACKAGE.rglob("*.py")} - {"__init__", "__main__"}
    assert rooms <= ARROWS.keys()


def test_a_library_is_imported_only_by_the_rooms_that_own_it():
    wrong = [
        found.place
        for found in imports()
        if (library := found.module.split(".")[0]) in OWNERS and found.importer not in OWNERS[library]
    ]
    assert not wrong, "\n".join(wrong)


def test_slow_libraries_are_imported_where_they_are_used():
    wrong = [found.place for found in imports() if found.at_once and found.module.split(".")[0] in ONLY_IN_FUNCTIONS]
    assert not wrong, "\n".join(wrong)


def test_every_library_that_is_imported_is_a_dependency_of_ours():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    brings = packages_distributions()
    wrong = [
        found.place
        for found in imports()
        if (library := found.module.split(".")[0]) not in sys.stdlib_module_names | {"watchroom", *WITH_THEIR_OWNER}
        and declared.isdisjoint(ALSO_CALLED.get(name, name) for name in map(canonicalize_name, brings.get(library, ())))
    ]
    assert not wrong, "\n".join(wrong)


LOAD_ALL = """
import importlib, pkgutil, sys
for room in sys.argv[1].split():
    module = importlib.import_module(f"watchroom.{room}")
    for inner in pkgutil.walk_packages(getattr(module, "__path__", []), module.__name__ + "."):
        if "migrations" not in inner.name:  # these run inside Alembic alone
            importlib.import_module(inner.name)
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize(
    ("rooms", "left_out"),
    [
        (
            "serve ui charts store ledger workspace domain",
            {"apprise", "mlflow", "shap", "sklearn", "lightgbm", "scipy"},
        ),
        ("cli", {"apprise", "mlflow", "shap", "sklearn", "lightgbm", "scipy", "streamlit", "pandas", "plotly"}),
    ],
)
def test_starting_up_loads_nothing_heavy(rooms: str, left_out: set[str]):
    done = subprocess.run([sys.executable, "-c", LOAD_ALL, rooms], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not left_out & set(done.stdout.split())
