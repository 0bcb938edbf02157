"""A whole workspace: what is read, what goes on when a part is broken, and where its places are."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from pydantic import ValidationError

from watchroom.workspace.document import EXAMPLE
from watchroom.workspace.load import load_workspace
from watchroom.workspace.model_file import ReferencePeriod
from watchroom.workspace.money import ErrorValue, OutcomeValue


def test_a_model_of_one_line_has_every_default_and_nothing_that_was_not_said(room):
    room.write("models/m.yaml", "model: m\n")
    spec = room.load().models["m"]
    assert (spec.title, spec.task, spec.tier, spec.value, spec.owners.business) == (None,) * 5
    expected = {"method": "psi", "watch": 0.1, "drifted": 0.25, "same_months": False}
    assert spec.drift_limits("any").model_dump() == expected
    assert spec.monitor.quality.model_dump() == {"watch": 0.02, "failing": 0.1}
    assert (spec.explain.rows_per_month, spec.explain.trust) == (2000, False)


def test_the_documented_example_is_read_whole(room):
    room.write("models/bike.yaml", EXAMPLE)
    workspace = room.load()
    assert workspace.problems == ()
    spec = workspace.models["bike-demand"]
    assert spec.decisions.path == ("lake/bike/predictions*.parquet",)
    assert spec.drift_limits("temp").watch == 0.2
    assert isinstance(spec.value, ErrorValue)
    assert spec.tier == "medium"
    assert spec.runbook_url == "https://wiki.example.com/bike-demand"


def test_a_spec_goes_to_json_whole_and_back(room):
    room.write(
        "models/m.yaml",
        "model: m\nvalue: {true_positive: 5, baseline: {naive: majority}}\n"
        "reference: {start: 2026-01-01, end: 2026-03-31}\nmonitor: {overrides: {a: {method: ks}}}\n",
    )
    spec = room.load().models["m"]
    assert isinstance(spec.value, OutcomeValue)
    assert isinstance(spec.reference, ReferencePeriod)
    written = spec.model_dump_json()
    assert json.loads(written)["value"]["true_positive"] == 5
    assert type(spec).model_validate_json(written) == spec


def test_the_limits_of_a_method_follow_the_method(room):
    room.write("models/m.yaml", "model: m\nmonitor: {drift: {method: js}, overrides: {a: {method: chi2}}}\n")
    spec = room.load().models["m"]
    assert (spec.drift_limits("b").watch, spec.drift_limits("b").drifted) == (0.1, 0.2)
    assert (spec.drift_limits("a").method, spec.drift_limits("a").drifted) == ("chi2", 0.3)


def test_outcomes_are_joined_on_the_decisions_own_id_column_unless_they_name_another(room):
    room.write("models/a.yaml", "model: a\ndecisions: {path: d, id: claim}\noutcomes: {path: o}\n")
    room.write("models/b.yaml", "model: b\ndecisions: {path: d, id: claim}\noutcomes: {path: o, id: case}\n")
    models = room.load().models
    assert (models["a"].outcomes.id, models["b"].outcomes.id) == ("claim", "case")


@pytest.mark.parametrize("runbook", ["javascript:alert(1)", "ask Ada", "https://a b", "http://x\u202e", "ftp://x"])
def test_a_runbook_that_is_no_web_address_is_text_and_never_a_link(room, runbook):
    room.write("models/m.yaml", f"model: m\nrunbook: {json.dumps(runbook)}\n")
    spec = room.load().models["m"]
    assert (spec.runbook, spec.runbook_url) == (runbook, None)


def test_one_broken_file_stops_no_other_and_says_whose_it_is(room):
    room.write("models/good.yaml", "model: good\n")
    room.write("models/bad.yaml", "model: bad\ntitel: x\n")
    room.write("models/torn.yaml", "model: [\n")
    (room.folder / "models" / "loop.yaml").symlink_to("loop.yaml")
    workspace = room.load()
    assert list(workspace.models) == ["good"]
    assert [problem.file for problem in workspace.problems] == [
        "models/bad.yaml",
        "models/loop.yaml",
        "models/torn.yaml",
    ]
    assert [workspace.model_of(problem) for problem in workspace.problems] == ["bad", None, None]


def test_of_two_files_for_a_model_the_first_holds_and_the_second_is_named(room):
    room.write("models/a.yaml", "model: churn\ntitle: first\n")
    room.write("models/b.yml", "title: second\nmodel: churn\n")
    workspace = room.load()
    assert workspace.models["churn"].title == "first"
    (problem,) = workspace.problems
    assert (problem.file, problem.line, problem.field) == ("models/b.yml", 2, "model")
    assert "models/a.yaml" in problem.why


def test_a_second_file_does_not_take_the_place_of_a_broken_first(room):
    room.write("models/a.yaml", "model: churn\ntitel: first\n")
    room.write("models/b.yaml", "model: churn\n")
    assert dict(room.load().models) == {}


def test_only_yaml_files_that_are_not_hidden_are_read(room):
    for name in (".m.yaml", "m.yaml~", "README.md", "m.txt"):
        room.write(f"models/{name}", "not: a model\n")
    workspace = room.load()
    assert (workspace.problems, workspace.checked) == ((), 1)


def test_a_folder_without_models_is_a_workspace_without_models(room):
    workspace = room.load()
    assert (workspace.problems, dict(workspace.models)) == ((), {})
    assert workspace.settings.time_zone == "UTC"


def test_a_missing_folder_and_missing_settings_say_what_to_do(tmp_path):
    assert "watchroom init" in load_workspace(tmp_path / "nowhere", {}).problems[0].next_step
    workspace = load_workspace(tmp_path, {})
    assert (workspace.settings, workspace.problems[0].file) == (None, "watchroom.yaml")
    assert "watchroom init" in workspace.problems[0].next_step


def test_places_are_those_of_the_workspace_and_not_of_the_current_folder(room, monkeypatch):
    monkeypatch.chdir("/")
    room.write(
        "watchroom.yaml", "mlflow: {tracking_uri: sqlite:///mlflow/m.db}\nstore: ./s\nledger: sqlite:///./l.db\n"
    )
    workspace = room.load()
    assert workspace.tracking_uri == f"sqlite:///{room.folder}/mlflow/m.db"
    assert workspace.registry_uri == workspace.tracking_uri
    assert workspace.ledger == f"sqlite:///{room.folder}/l.db"
    assert workspace.store == room.folder / "s"


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ("http://mlflow:5000", "http://mlflow:5000"),
        ("sqlite:////var/m.db", "sqlite:////var/m.db"),
        ("sqlite:///../m.db?timeout=5", "sqlite:///{parent}/m.db?timeout=5"),
        ("sqlite+pysqlite:///a b.db", "sqlite+pysqlite:///{folder}/a b.db"),
        ("./mlruns", "{folder}/mlruns"),
        ("mlruns", "{folder}/mlruns"),
        ("/srv/mlruns", "/srv/mlruns"),
        ("file:///srv/ml%20runs", "/srv/ml runs"),
        ("file:mlruns", "{folder}/mlruns"),
        ("file://localhost/srv/mlruns", "/srv/mlruns"),
        ("file://[x", "{folder}/[x"),
        ("~nobody-of-that-name/mlruns", "{folder}/~nobody-of-that-name/mlruns"),
        ("../../../../../../../../..", "/"),
    ],
)
def test_a_tracking_address_is_resolved(room, written, resolved):
    room.write("watchroom.yaml", f"mlflow: {{tracking_uri: {json.dumps(written)}}}\n")
    expected = resolved.format(folder=room.folder, parent=room.folder.parent)
    assert room.load().tracking_uri == expected


def test_without_a_tracking_store_there_is_none(room):
    assert room.load().tracking_uri is None


def test_the_store_is_found_while_another_part_of_the_settings_is_wrong(room):
    room.write("watchroom.yaml", "store: ./elsewhere\ncurrency: euro\nledger: sqlite:///x.db\n")
    workspace = room.load()
    assert workspace.settings is None
    assert workspace.store == room.folder / "elsewhere"
    assert workspace.ledger.endswith("/x.db")


def test_a_glob_reads_nothing_into_the_name_of_the_workspace_folder(tmp_path):
    folder = tmp_path / "a[1]*"
    (folder / "lake").mkdir(parents=True)
    (folder / "lake" / "x.csv").touch()
    (folder / "watchroom.yaml").write_text("currency: EUR\n")
    (pattern, address, absolute) = load_workspace(folder, {}).globs(["lake/*.csv", "s3://b/*.parquet", "/x/*.csv"])
    assert list(Path("/").glob(pattern.lstrip("/"))) == [folder / "lake" / "x.csv"]
    assert (address, absolute) == ("s3://b/*.parquet", "/x/*.csv")


def test_nothing_of_a_workspace_can_be_changed(room):
    room.write("models/m.yaml", "model: m\n")
    workspace = room.load()
    with pytest.raises(FrozenInstanceError):
        workspace.settings = None  # type: ignore[misc]
    with pytest.raises(TypeError):
        workspace.models["x"] = workspace.models["m"]  # type: ignore[index]
    with pytest.raises(ValidationError):
        workspace.models["m"].title = "x"  # type: ignore[misc]
