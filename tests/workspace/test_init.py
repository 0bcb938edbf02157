"""The first workspace that is written for a person, and the report of a check."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchroom.errors import WorkspaceError
from watchroom.workspace.check import check_workspace
from watchroom.workspace.init import RegisteredModel, init_workspace
from watchroom.workspace.load import load_workspace

HOSTILE = [
    "churn", "Churn", "CHURN", "a/b", "a\\b", "a b", "../../escape", "..", ".", "-", "con", "NUL.yaml", "com1",
    "спрос", "需求", "📈", "e\u0301", "é", "line\nend: 1", "# x", "null", "123", "~", "«task»", "${HOME}", "x" * 250,
    "\u2028", "\ufeff", "\x85", "\0", " ", "'\"", "*a", "!!str", "% y",
]  # fmt: skip


def made(folder: Path, *names: str, **about: object) -> None:
    init_workspace(folder, "http://mlflow:5000", [RegisteredModel(name, **about) for name in names])


def test_a_first_workspace_passes_the_check_and_knows_its_store(tmp_path):
    model = RegisteredModel("churn", "Who leaves.\nAnd why # not", ("age", "plan\ntype"), "binary")
    report = init_workspace(tmp_path / "new" / "room", "http://mlflow:5000", [model])
    check = check_workspace(tmp_path / "new" / "room", {})
    assert check.lines() == ("2 files, 1 model in order, no mistake.",)
    assert len(report.written) == 5
    workspace = load_workspace(tmp_path / "new" / "room", {})
    assert workspace.tracking_uri == "http://mlflow:5000"
    assert workspace.models["churn"].purpose == "Who leaves.\nAnd why # not"
    assert workspace.models["churn"].task == "binary"


def test_models_with_any_name_get_a_file_each_inside_the_folder(tmp_path):
    made(tmp_path, *HOSTILE)
    workspace = load_workspace(tmp_path, {})
    assert workspace.problems == ()
    assert set(workspace.models) == set(HOSTILE)
    files = list((tmp_path / "models").iterdir())
    assert all(re.fullmatch(r"[a-z0-9_-]{1,80}\.yaml", file.name) for file in files)
    assert {file.stem for file in files}.isdisjoint({"con", "nul", "com1"})
    assert not (tmp_path.parent / "escape.yaml").exists()


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1), st.text(), st.lists(st.text(), max_size=3))
def test_whatever_a_model_is_called_its_file_gives_the_name_back(name, description, inputs):
    with TemporaryDirectory() as folder:
        init_workspace(Path(folder), "http://x", [RegisteredModel(name, description, tuple(inputs))])
        workspace = load_workspace(Path(folder), {})
        assert workspace.problems == ()
        assert list(workspace.models) == [name]


def test_a_file_that_is_there_is_kept_as_it_is(tmp_path):
    made(tmp_path, "churn")
    (tmp_path / "watchroom.yaml").write_text("currency: EUR\n")
    (tmp_path / "models" / "churn.yaml").write_text("model: other\n")
    report = init_workspace(tmp_path, "http://x", [RegisteredModel("churn"), RegisteredModel("other")])
    assert (tmp_path / "watchroom.yaml").read_text() == "currency: EUR\n"
    assert (tmp_path / "models" / "churn.yaml").read_text() == "model: other\n"
    assert tmp_path / "watchroom.yaml" in report.kept
    assert tmp_path / "models" / "churn.yaml" in report.kept
    assert [path.name.startswith("churn-") for path in report.written] == [True]


def test_a_second_init_adds_only_the_models_that_have_no_file(tmp_path):
    made(tmp_path, "a")
    (tmp_path / "models" / "a.yaml").rename(tmp_path / "models" / "renamed.yaml")
    report = init_workspace(tmp_path, "http://x", [RegisteredModel("a"), RegisteredModel("b")])
    assert [path.name for path in report.written] == ["b.yaml"]


def test_a_name_that_no_text_file_can_hold_is_left_out_and_named(tmp_path):
    report = init_workspace(
        tmp_path, "http://x", [RegisteredModel("\ud800"), RegisteredModel(""), RegisteredModel("a")]
    )
    assert len(report.left_out) == 2
    assert list(load_workspace(tmp_path, {}).models) == ["a"]


@pytest.mark.parametrize("task", [None, "binary", "multiclass", "regression"])
def test_every_line_that_a_file_offers_is_right_when_its_comment_mark_goes(tmp_path, task):
    made(tmp_path, "m", inputs=("a", "b"), task=task)
    for file in (tmp_path / "models" / "m.yaml", tmp_path / "watchroom.yaml"):
        lines = [re.sub(r"^(  )?# ((?: |-|[a-z_]+:(?!//)).*)", r"\1\2", line) for line in file.read_text().split("\n")]
        file.write_text("\n".join(line for line in lines if "yaml-language-server" not in line))
    (tmp_path / "models" / "m.yaml").write_text(
        (tmp_path / "models" / "m.yaml").read_text().replace("task: binary | multiclass | regression", "")
    )
    workspace = load_workspace(tmp_path, {"ALERTS_URL": "slack://x"})
    assert [str(problem) for problem in workspace.problems] == []
    assert workspace.models["m"].kpis
    assert workspace.models["m"].decisions.features == ("a", "b")
    assert workspace.settings.currency == "EUR"


@pytest.mark.parametrize(
    ("given_uri", "written"),
    [
        ("sqlite:///mlflow.db", "sqlite:///HERE/mlflow.db"),
        ("sqlite:///room/mlflow.db", "sqlite:///./mlflow.db"),
        ("mlruns", "HERE/mlruns"),
        ("./room/mlruns", "./mlruns"),
        ("/srv/mlruns", "/srv/mlruns"),
        ("http://mlflow:5000", "http://mlflow:5000"),
        ("http://u:${PW}@mlflow", "http://u:${PW}@mlflow"),
    ],
)
def test_a_relative_store_is_the_current_folders_wherever_the_workspace_is(tmp_path, monkeypatch, given_uri, written):
    monkeypatch.chdir(tmp_path)
    init_workspace(Path("room"), given_uri, [])
    expected = written.replace("HERE", str(tmp_path))
    line = next(line for line in Path("room/watchroom.yaml").read_text().split("\n") if "tracking_uri" in line)
    assert line == f'  tracking_uri: "{expected}"'


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceError, match="cannot be written"):
        init_workspace(tmp_path / "file" / "room", "http://x", [])


def test_a_check_gives_a_line_for_each_mistake_and_counts_them(tmp_path):
    made(tmp_path, "churn")
    (tmp_path / "models" / "bad.yaml").write_text("model: bad\n\nmonitor:\n  drift: {method: psy}\n")
    check = check_workspace(tmp_path, {})
    assert not check.ok
    assert check.lines() == (
        'models/bad.yaml:4 monitor.drift.method: "psy" is not known here. '
        'Expected one of psi, js, ks, wasserstein and chi2. Did you mean "psi"?',
        "3 files, 1 model in order, 1 mistake.",
    )


def test_a_line_of_a_check_never_holds_what_a_terminal_would_obey(tmp_path):
    made(tmp_path, "churn")
    (tmp_path / "models" / "a\x1b[31m\nb.yaml").write_text('model: x\n"\\e[2J": 1\n')
    assert all(line.isprintable() for line in check_workspace(tmp_path, {}).lines())
