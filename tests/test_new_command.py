"""`watchroom new`: from options, from a model that is there, or from a person in a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.helpers.snapshots import publish_rows
from tests.store.test_similar_queries import rows
from watchroom.cli import cli
from watchroom.errors import WatchroomError
from watchroom.reports.new_project.answers import Input
from watchroom.reports.new_project.typed import as_lines, inputs
from watchroom.workspace.check import check_workspace

OPTIONS = [
    "--model", "card-fraud-2", "--purpose", "Stops fraud", "--task", "binary", "--business", "low", "--legal", "low",
    "--ethical", "low", "--reason", "Small sums", "--owner", "business=ada@x", "--owner", "data science=bo@x",
    "--owner", "operations=cy@x",
]  # fmt: skip


@pytest.fixture
def room(tmp_path: Path) -> Path:
    publish_rows(tmp_path / "room" / "store", rows())
    (tmp_path / "room" / "watchroom.yaml").write_text("")
    return tmp_path / "room"


def new(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["new", *map(str, arguments)])


def failure(*arguments: str | Path) -> str:
    """What is said when it fails: in an error of the tree, or in lines."""
    result = new(*arguments)
    assert result.exit_code == 1
    assert isinstance(result.exception, WatchroomError | SystemExit)
    return result.output if isinstance(result.exception, SystemExit) else str(result.exception)


def test_options_are_enough_for_a_project(tmp_path: Path):
    result = new(tmp_path / "p", *OPTIONS, "--input", "amount", "--input", "city: category: Graz, Linz")
    assert result.exit_code == 0, result.output
    assert "tier low" in result.output
    assert check_workspace(tmp_path / "p", {}).ok
    assert '"Graz"' in (tmp_path / "p" / "project.py").read_text()


def test_a_project_like_a_model_takes_its_inputs_and_names_it(tmp_path: Path, room: Path):
    result = new(tmp_path / "p", *OPTIONS, "--like", "fraud", "--workspace", room)
    assert result.exit_code == 0, result.output
    assert '"abroad"' in (tmp_path / "p" / "project.py").read_text()
    readme = (tmp_path / "p" / "README.md").read_text()
    assert "### Card fraud" in readme
    assert "has 4 of your 4 inputs" in readme


def test_everything_that_is_missing_is_said_at_once_and_nothing_is_written(tmp_path: Path):
    said = failure(tmp_path / "p", "--model", "a/b")
    assert all(part in said for part in ("MLflow takes no", "what the model is for", "No input", "Nobody is named"))
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--like", "frad"], 'Did you mean "fraud"?'),
        (["--like", "bare"], "neither a signature nor a log"),
        (["--input", "a: numbre"], 'Did you mean "number"?'),
        (["--owner", "ada"], "role=person"),
    ],
)
def test_an_option_that_is_not_understood_is_said(tmp_path: Path, room: Path, arguments: list[str], said: str):
    assert said in failure(tmp_path / "p", *OPTIONS, *arguments, "--workspace", room)


def test_to_be_like_a_model_needs_a_snapshot(tmp_path: Path):
    assert "snapshot" in failure(tmp_path / "p", *OPTIONS, "--like", "fraud", "--workspace", tmp_path)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")
    assert "not empty" in failure(tmp_path, *OPTIONS, "--input", "a")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_that_is_only_a_repository_is_as_good_as_empty(tmp_path: Path):
    (tmp_path / ".git").mkdir()
    assert new(tmp_path, *OPTIONS, "--input", "a").exit_code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals")
def test_in_a_terminal_each_question_is_asked_until_its_answer_does(tmp_path: Path):
    outer, inner = os.openpty()
    lines = ["a/b", "bike-demand", "Places bikes", "Depot", "regression", "bikes", "temp", "season: categry", "",
             "temp", "season: category", "", "low", "low", "low", "Harmless", "ada@x", "bo@x", "cy@x", "bo@x",
             "ada@x", "bo@x", "cy@x", ""]  # fmt: skip
    os.write(outer, "".join(f"{line}\n" for line in lines).encode())
    command = [sys.executable, "-m", "watchroom", "new", str(tmp_path / "p"), "--workspace", str(tmp_path)]
    done = subprocess.run(command, stdin=inner, capture_output=True, text=True, timeout=60, check=False)
    os.close(inner)
    os.close(outer)
    assert done.returncode == 0, done.stdout + done.stderr
    for part in ('takes no "/"', 'Did you mean "category"?', "reviewer is who builds"):
        assert part in done.stdout
    assert check_workspace(tmp_path / "p", {}).ok


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("amount", Input("amount")),
        ("amount: number", Input("amount")),
        ("a:b: number", Input("a:b")),
        ("city: string", Input("city", "category")),
        ("city: category: Graz, Linz", Input("city", "category", ("Graz", "Linz"))),
        ("ok: BOOL", Input("ok", "boolean")),
        ("price (EUR)", Input("price (EUR)")),
        ("hr: int: 0 to 23", Input("hr", "integer", span=(0, 23))),
        ("temp: number: -10..40.5", Input("temp", "number", span=(-10, 40.5))),
        ("seats: long", Input("seats", "integer")),
    ],
)
def test_an_input_is_read_as_people_write_it(line: str, expected: Input):
    assert inputs([line]) == (expected,)
    assert inputs(as_lines([expected]).splitlines()) == (expected,)
