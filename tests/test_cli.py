"""The `watchroom` command as a person types it: a real process, its exit code and what it prints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.sqlite_store import build_small_store


def watchroom(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "watchroom", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120, check=False)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that `init` wrote over a real store, refreshed once."""
    folder = tmp_path_factory.mktemp("cli")
    store = build_small_store(folder / "mlflow.db")
    made = watchroom("init", str(folder / "room"), "--mlflow", f"sqlite:///{store.file}")
    assert made.returncode == 0, made.stderr
    refreshed = watchroom("refresh", "--workspace", str(folder / "room"))
    assert refreshed.returncode == 0, refreshed.stderr
    return folder / "room"


def test_init_writes_a_file_for_each_registered_model_and_keeps_what_is_there(workspace: Path) -> None:
    spec = workspace / "models" / "claims.yaml"
    spec.write_text(spec.read_text() + "\n# mine\n")
    again = watchroom("init", str(workspace), "--mlflow", f"sqlite:///{workspace.parent / 'mlflow.db'}")
    assert again.returncode == 0
    assert spec.read_text().endswith("# mine\n")
    assert watchroom("check", "--workspace", str(workspace)).returncode == 0


def test_init_never_mixes_two_stores_in_one_workspace(workspace: Path, tmp_path: Path) -> None:
    other = build_small_store(tmp_path / "mlflow.db")
    before = sorted(path.name for path in workspace.rglob("*"))
    answer = watchroom("init", str(workspace), "--mlflow", f"sqlite:///{other.file}")
    assert answer.returncode == 1
    assert "reads another MLflow" in answer.stderr
    assert sorted(path.name for path in workspace.rglob("*")) == before


def test_init_names_the_columns_that_a_version_expects(tmp_path: Path) -> None:
    store = build_small_store(tmp_path / "mlflow.db")
    version = tmp_path / "models" / "2"
    version.mkdir(parents=True)
    signature = '[{"name": "age", "type": "long"}, {"name": "amount", "type": "double"}]'
    (version / "MLmodel").write_text(f"flavors: {{sklearn: {{}}}}\nsignature: {{inputs: '{signature}'}}\n")
    made = watchroom("init", str(tmp_path / "room"), "--mlflow", f"sqlite:///{store.file}")
    assert made.returncode == 0, made.stderr
    text = (tmp_path / "room" / "models" / "claims.yaml").read_text()
    assert "age" in text
    assert "amount" in text


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("json", [{"name": "child", "n": None}, {"name": "parent", "n": 2}]),
        ("csv", "name,n\nchild,\nparent,2\n"),
    ],
)
def test_sql_answers_for_scripts(workspace: Path, shape: str, expected: object) -> None:
    statement = (
        "select name, nullif(count(key), 0) as n from runs left join params using (run_id) "
        "where name <> 'still going' group by name order by name"
    )
    answer = watchroom("sql", statement, "--format", shape, "--workspace", str(workspace))
    assert answer.returncode == 0, answer.stderr
    assert (json.loads(answer.stdout) if shape == "json" else answer.stdout) == expected
    assert answer.stderr == ""


@pytest.mark.parametrize("value", ["1.23e-12", "1e300", "0.1::decimal(3, 1)", "12345678901234567::bigint"])
def test_sql_gives_numbers_as_they_are(workspace: Path, value: str) -> None:
    answer = watchroom("sql", f"select {value} as x", "--format", "json", "--workspace", str(workspace))
    assert json.loads(answer.stdout) == [{"x": eval(value.partition("::")[0])}]


def test_sql_stops_at_more_text_than_fits_the_memory(workspace: Path) -> None:
    answer = watchroom("sql", "select repeat('x', 20000000) from range(20)", "--workspace", str(workspace))
    assert answer.returncode == 1
    assert "64 million characters" in answer.stderr


def test_sql_sends_no_control_sequences_to_the_terminal(workspace: Path) -> None:
    answer = watchroom("sql", "select chr(27) || '[2Jgone' as name", "--workspace", str(workspace))
    assert "\x1b" not in answer.stdout
    assert "gone" in answer.stdout


def test_sql_says_when_it_cut_the_answer(workspace: Path) -> None:
    answer = watchroom("sql", "from metric_history", "--sql-rows", "3", "--workspace", str(workspace))
    assert "(3 rows)" in answer.stdout
    assert "Only the first 3 rows" in answer.stderr


@pytest.mark.parametrize(
    "statement", ["drop view runs", "select 1; select 2", "select * from read_text('/etc/hostname')"]
)
def test_sql_only_reads_the_snapshot(workspace: Path, statement: str) -> None:
    answer = watchroom("sql", statement, "--workspace", str(workspace))
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr


def test_the_ledger_verifies_against_the_snapshot(workspace: Path) -> None:
    answer = watchroom("ledger", "verify", "--workspace", str(workspace))
    assert answer.returncode == 0
    assert "leads to the expected head" in answer.stdout


def test_a_mistake_is_named_with_its_line_and_a_failing_code(workspace: Path) -> None:
    broken = workspace / "models" / "zz-broken.yaml"
    broken.write_text("model: zz\nownres: {business: a@example.com}\n")
    try:
        answer = watchroom("check", "--workspace", str(workspace))
    finally:
        broken.unlink()
    assert answer.returncode == 1
    assert "models/zz-broken.yaml:2" in answer.stdout
    assert "owners" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["refresh", "--workspace", "/nowhere"], "/nowhere"),
        (["sql", "select 1", "--workspace", "/nowhere"], "no snapshot"),
        (["init", "new", "--mlflow", "mysql://db/mlflow"], "mlflow server"),
        (["init", "new", "--mlflow", "http://127.0.0.1:9", "--http-retries", "0"], "127.0.0.1:9"),
        (["refresh", "--http-retries", "many"], "many"),
    ],
)
def test_what_cannot_be_done_is_said_in_sentences(tmp_path: Path, arguments: list[str], said: str) -> None:
    answer = watchroom(*arguments, cwd=tmp_path)
    assert answer.returncode == 1
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_schema_for_editors_is_json() -> None:
    assert json.loads(watchroom("schema", "model").stdout)["required"] == ["model"]


def test_help_names_every_command_quickly() -> None:
    text = watchroom("--help").stdout
    for command in ("init", "check", "refresh", "serve", "demo", "sql", "ledger", "schema"):
        assert f"  {command}" in text
