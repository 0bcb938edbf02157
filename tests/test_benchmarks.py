"""The benchmarks at a tiny size: each measures, and prints its one line. How fast anything is, is not asked here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.measure import Part, told

ROOT = Path(__file__).parents[1]
_KEYS = {"name", "figure", "unit", "floor", "ratio", "target", "ok"}
_TINY = ("--runs", "200", "--repeat", "1", "--seconds", "1")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("benchmarks")


@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    [
        "browse",
        "checks",
        "compare",
        "decision",
        "explain",
        "explanations",
        "health",
        "ledger",
        "pages",
        "profile",
        "refresh",
        "start",
        "value",
        "window",
    ],
)
def test_a_benchmark_prints_one_line_with_its_figure_and_its_floor(name: str, data: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *_TINY, "--data", str(data)],
        cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-4000:]
    line = json.loads(ended.stdout)
    assert line["name"] == name
    assert isinstance(line["ok"], bool)
    for part in [line, *line.get("parts", [])]:
        assert part.keys() >= _KEYS
        assert part["figure"] >= 0
    assert any(part["floor"] for part in line.get("parts", [line]))


def test_only_benchmarks_have_a_main_by_which_make_finds_them() -> None:
    assert "grep -l '^if __name__' benchmarks/*.py" in (ROOT / "Makefile").read_text()
    modules = {file.stem for file in (ROOT / "benchmarks").glob("*.py") if "\nif __name__" in file.read_text()}
    assert modules == {
        "browse",
        "checks",
        "compare",
        "decision",
        "explain",
        "explanations",
        "health",
        "ledger",
        "pages",
        "profile",
        "refresh",
        "start",
        "value",
        "window",
    }


@pytest.mark.parametrize(
    ("part", "ok", "target"),
    [
        (Part("a", 59.9, "ms", 20.0, below=60), True, "< 60 ms"),
        (Part("a", 60.0, "ms", 20.0, below=60), False, "< 60 ms"),
        (Part("a", 3.9, "s", 1.0, times_floor=4), True, "< 4 × floor"),
        (Part("a", 4.1, "s", 1.0, times_floor=4), False, "< 4 × floor"),
        (Part("a", 900.0, "runs/s"), None, None),
    ],
)
def test_a_part_is_judged_by_its_target(part: Part, ok: bool | None, target: str | None) -> None:
    line: dict[str, Any] = part.told()
    assert (line["ok"], line["target"]) == (ok, target)


def test_one_part_that_misses_makes_the_benchmark_miss() -> None:
    parts = [Part("a", 1, "s", 1.0, below=3), Part("b", 5, "s", 1.0, times_floor=4), Part("c", 9, "runs/s")]
    line = told("refresh", parts)
    assert (line["name"], line["figure"], line["ok"]) == ("refresh", 1, False)
    assert [part["ok"] for part in line["parts"]] == [True, False, None]
