"""The same acts on a tracking server and on a folder of mlruns: both sources must give the same rows.

Each test runs once for each of them, against real stores made and changed by MLflow itself.
"""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.mlflow_server import MlflowServer
from tests.helpers.tracked import Tracked
from watchroom.errors import SourceError
from watchroom.sources.tracking import model_files
from watchroom.sources.tracking.contract import TrackingSource
from watchroom.sources.tracking.files import FileSource
from watchroom.sources.tracking.http import HttpSource


@dataclass
class Store:
    """An MLflow store to act upon, and a source that reads those experiments of it that belong to the test."""

    client: Any
    prefix: str
    source: TrackingSource
    remove_run: Callable[[str], None]
    tracked: Tracked

    def experiment(self, name: str = "work") -> str:
        """A new experiment of this test."""
        experiment: str = self.client.create_experiment(self.prefix + name)
        return experiment

    def finished(self, experiment: str, name: str = "one", **metrics: float) -> str:
        """A run that has ended."""
        run: str = self.client.create_run(experiment, run_name=name).info.run_id
        for key, value in metrics.items():
            self.client.log_metric(run, key, value, step=1)
        self.client.set_terminated(run)
        return run


@pytest.fixture(params=["files", "http"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient

    prefix = f"{uuid.uuid4().hex[:8]}-"
    globs = [f"{prefix}*"]
    if request.param == "files":
        monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        folder = tmp_path / "mlruns"
        uri = folder.as_uri()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)  # its file store makes clients without an address
        source: TrackingSource = FileSource(folder, globs)
        yield Store(MlflowClient(uri, uri), prefix, source, lambda run: _remove_folder(folder, run), Tracked())
        return
    server: MlflowServer = request.getfixturevalue("mlflow_server")
    source = HttpSource(server.uri, experiments=globs, timeout_seconds=60, retries=1)
    client = MlflowClient(server.uri, server.uri)
    yield Store(client, prefix, source, lambda run: _remove_rows(server.database, run), Tracked())


def _remove_folder(folder: Path, run: str) -> None:
    for found in folder.glob(f"*/{run}"):
        shutil.rmtree(found)


def _remove_rows(database: Path, run: str) -> None:
    """What `mlflow gc` does to a run, without its artifacts."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        for table in ("metrics", "latest_metrics", "params", "tags", "runs"):
            connection.execute(f"delete from {table} where run_uuid = ?", [run])
        connection.commit()


NAMES = [
    "plain",
    "a/b",
    "line\nbreak",
    "Пробег",
    "実行",
    "run 🙂",
    "<b>bold</b>",
    "C:\\runs\\1",
    "'; drop table runs; --",
]


def test_everything_of_a_run_is_given(store: Store) -> None:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    experiment = store.experiment()
    run = store.client.create_run(experiment, run_name="first").info.run_id
    store.client.log_param(run, "net/layers", "3")
    store.client.log_param(run, "слой", "line one\nline two  ")
    store.client.set_tag(run, "note", "заметка 実 🙂\n")
    store.client.set_tag(run, "empty", "")
    for step, value in enumerate([0.5, float("nan"), float("inf"), float("-inf"), 0.0, 1e-300]):
        store.client.log_metric(run, "val/loss", value, step=step, timestamp=1_700_000_000_000 + step)
    store.client.log_metric(run, "val/loss", 9.0, step=2, timestamp=1_700_000_000_009)
    store.client.log_metric(run, "train loss", 1.25, step=-1)
    dataset = Dataset("claims", "d1g3st", "local", '{"uri": "claims.csv"}', '{"mlflow_colspec": []}', '{"rows": 3}')
    store.client.log_inputs(run, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    store.client.set_terminated(run, "FAILED")

    pull = store.tracked.pull(store.source)

    assert pull.changed == {run}
    assert pull.problems == []
    assert store.tracked.run(run) == {
        "name": "first",
        "status": "FAILED",
        "lifecycle_stage": "active",
        "experiment_id": experiment,
        "params": {"net/layers": "3", "слой": "line one\nline two  "},
        "tags": {"note": "заметка 実 🙂\n", "empty": ""},
        "points": {
            "val/loss": [(0, "0.5"), (1, "nan"), (2, "inf"), (2, "9.0"), (3, "-inf"), (4, "0.0"), (5, "1e-300")],
            "train loss": [(-1, "1.25")],
        },
        "inputs": [
            {
                "name": "claims",
                "digest": "d1g3st",
                "context": "training",
                "source_type": "local",
                "source": '{"uri": "claims.csv"}',
                "schema": '{"mlflow_colspec": []}',
                "profile": '{"rows": 3}',
            }
        ],
    }


def test_any_name_comes_through_as_it_is(store: Store) -> None:
    experiment = store.experiment("Опыт 実験 🙂\n/<i>")
    runs = {store.client.create_run(experiment, run_name=name).info.run_id: name for name in NAMES}
    store.tracked.pull(store.source)
    assert {run: store.tracked.run(run)["name"] for run in runs} == runs
    assert store.tracked.rows("experiments", "experiment_id", "name") == [
        (experiment, f"{store.prefix}Опыт 実験 🙂\n/<i>")
    ]


def test_only_experiments_that_match_are_read(store: Store) -> None:
    mine, other = store.experiment(), store.client.create_experiment(f"other-{store.prefix}")
    run, _ = store.finished(mine), store.finished(other)
    assert store.tracked.pull(store.source).changed == {run}
    assert [row[0] for row in store.tracked.rows("experiments", "experiment_id")] == [mine]


def _log_late(store: Store, run: str) -> None:
    store.client.log_metric(run, "late", 3.0, step=7)


def _log_below_the_last_step(store: Store, run: str) -> None:
    store.client.log_metric(run, "auc", 0.25, step=0)


def _log_param(store: Store, run: str) -> None:
    store.client.log_param(run, "added", "later")


def _set_tag(store: Store, run: str) -> None:
    store.client.set_tag(run, "reviewed", "yes")


def _rename(store: Store, run: str) -> None:
    store.client.update_run(run, name="renamed")


def _delete(store: Store, run: str) -> None:
    store.client.delete_run(run)


CHANGES: list[tuple[Callable[[Store, str], None], str, Any]] = [
    (_log_late, "points", {"auc": [(1, "0.5")], "late": [(7, "3.0")]}),
    (_log_below_the_last_step, "points", {"auc": [(0, "0.25"), (1, "0.5")]}),
    (_log_param, "params", {"added": "later"}),
    (_set_tag, "tags", {"reviewed": "yes"}),
    (_rename, "name", "renamed"),
    (_delete, "lifecycle_stage", "deleted"),
]


@pytest.mark.parametrize(("act", "part", "expected"), CHANGES, ids=[act.__name__ for act, _, _ in CHANGES])
def test_a_change_of_a_finished_run_is_seen_and_nothing_else_is_read(
    store: Store, act: Callable[[Store, str], None], part: str, expected: Any
) -> None:
    experiment = store.experiment()
    run, other = store.finished(experiment, auc=0.5), store.finished(experiment, "two", auc=0.75)
    _settle(store)
    act(store, run)
    pull = store.tracked.pull(store.source)
    assert (pull.changed, pull.checked) == ({run}, {other})
    assert store.tracked.run(run)[part] == expected


def _settle(store: Store) -> None:
    """Refresh until nothing changes: a file written a moment ago is read a second time."""
    for _ in range(20):
        if not store.tracked.pull(store.source).changed:
            return
    raise AssertionError("something changes at every refresh")


def test_a_deleted_run_that_is_restored_is_active_again(store: Store) -> None:
    run = store.finished(store.experiment())
    store.client.delete_run(run)
    store.tracked.pull(store.source)
    assert store.tracked.run(run)["lifecycle_stage"] == "deleted"
    store.client.restore_run(run)
    assert store.tracked.pull(store.source).changed == {run}
    assert store.tracked.run(run)["lifecycle_stage"] == "active"


def test_a_run_that_no_longer_exists_is_gone(store: Store) -> None:
    experiment = store.experiment()
    kept, removed = store.finished(experiment), store.finished(experiment, "two")
    store.tracked.pull(store.source)
    store.remove_run(removed)
    assert store.tracked.pull(store.source).gone == {removed}
    assert set(store.tracked.runs_held) == {kept}


def test_a_running_run_is_followed_to_its_end(store: Store) -> None:
    run = store.client.create_run(store.experiment()).info.run_id
    store.tracked.pull(store.source)
    assert store.tracked.run(run)["status"] == "RUNNING"
    store.client.log_metric(run, "loss", 0.5, step=1)
    store.tracked.pull(store.source)
    assert store.tracked.run(run)["points"] == {"loss": [(1, "0.5")]}
    store.client.set_terminated(run, "KILLED")
    store.tracked.pull(store.source)
    assert store.tracked.run(run)["status"] == "KILLED"


def test_a_deleted_experiment_takes_its_runs_along_and_brings_them_back(store: Store) -> None:
    experiment = store.experiment()
    run = store.finished(experiment)
    store.tracked.pull(store.source)
    for act, stage in ((store.client.delete_experiment, "deleted"), (store.client.restore_experiment, "active")):
        act(experiment)
        store.tracked.pull(store.source)
        assert store.tracked.rows("experiments", "experiment_id", "lifecycle_stage") == [(experiment, stage)]
        assert store.tracked.run(run)["lifecycle_stage"] == stage


def test_experiment_tags_are_given(store: Store) -> None:
    experiment = store.experiment()
    store.client.set_experiment_tag(experiment, "team", "риск")
    store.tracked.pull(store.source)
    rows = store.tracked.rows("experiment_tags", "experiment_id", "key", "value")
    assert [row for row in rows if not row[1].startswith("mlflow.")] == [(experiment, "team", "риск")]


def _of(store: Store, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """The registry's rows of this test alone: every test shares the server's registry."""
    return [
        tuple(value.removeprefix(store.prefix) if isinstance(value, str) else value for value in row)
        for row in store.tracked.rows(table, "name", *columns)
        if row[0].startswith(store.prefix)
    ]


def test_the_registry_is_given_whole_each_time(store: Store) -> None:
    name = f"{store.prefix}Модель 漢 🙂"
    run = store.finished(store.experiment())
    store.client.create_registered_model(name, tags={"team": "риск"}, description="Что <b>это</b>")
    store.client.create_registered_model(f"{store.prefix}without versions")
    for number in (1, 2):
        store.client.create_model_version(name, f"s3://bucket/{number}", run, tags={"n": str(number)})
    store.client.set_registered_model_alias(name, "champion", 1)
    store.tracked.pull(store.source)
    assert _of(store, "registered_models", "description") == [
        ("without versions", None),
        ("Модель 漢 🙂", "Что <b>это</b>"),
    ]
    assert _of(store, "registered_model_tags", "key", "value") == [("Модель 漢 🙂", "team", "риск")]
    assert _of(
        store, "model_versions", "version", "run_id", "source", "stage", "status", "description", "model_id"
    ) == [("Модель 漢 🙂", number, run, f"s3://bucket/{number}", "None", "READY", None, None) for number in (1, 2)]
    assert _of(store, "model_version_tags", "version", "key", "value") == [
        ("Модель 漢 🙂", 1, "n", "1"),
        ("Модель 漢 🙂", 2, "n", "2"),
    ]
    assert _of(store, "aliases", "alias", "version") == [("Модель 漢 🙂", "champion", 1)]


def test_a_moved_alias_a_changed_tag_and_a_deleted_version_are_seen(store: Store) -> None:
    name = f"{store.prefix}model"
    store.client.create_registered_model(name)
    for number in (1, 2, 3):
        store.client.create_model_version(name, f"s3://bucket/{number}")
    store.client.set_registered_model_alias(name, "champion", 1)
    store.client.set_model_version_tag(name, "1", "approval", "Pending")
    store.tracked.pull(store.source)
    store.client.set_registered_model_alias(name, "champion", 2)
    store.client.set_model_version_tag(name, "1", "approval", "Approved")
    store.client.delete_model_version(name, "3")
    store.tracked.pull(store.source)
    assert _of(store, "aliases", "alias", "version") == [("model", "champion", 2)]
    assert _of(store, "model_version_tags", "version", "key", "value") == [("model", 1, "approval", "Approved")]
    assert _of(store, "model_versions", "version") == [("model", 1), ("model", 2)]


def test_a_version_outlives_its_run(store: Store) -> None:
    run = store.finished(store.experiment())
    store.client.create_registered_model(f"{store.prefix}model")
    store.client.create_model_version(f"{store.prefix}model", "s3://bucket/1", run)
    store.tracked.pull(store.source)
    store.remove_run(run)
    assert store.tracked.pull(store.source).gone == {run}
    assert _of(store, "model_versions", "version", "run_id") == [("model", 1, run)]


def test_logged_models_are_given_and_named_by_their_versions(store: Store) -> None:
    experiment = store.experiment()
    run = store.finished(experiment)
    model = store.client.create_logged_model(experiment, name="net", source_run_id=run, model_type="classifier")
    store.client.finalize_logged_model(model.model_id, "READY")
    pending = store.client.create_logged_model(experiment, name="later")
    store.client.create_registered_model(f"{store.prefix}model")
    store.client.create_model_version(f"{store.prefix}model", f"models:/{model.model_id}", run, model_id=model.model_id)
    store.tracked.pull(store.source)
    columns = ("model_id", "experiment_id", "name", "source_run_id", "status", "model_type", "lifecycle_stage")
    assert store.tracked.rows("logged_models", *columns) == sorted(
        [
            (model.model_id, experiment, "net", run, "READY", "classifier", "active"),
            (pending.model_id, experiment, "later", None, "PENDING", None, "active"),
        ],
        key=repr,
    )
    assert _of(store, "model_versions", "version", "model_id") == [("model", 1, model.model_id)]


def test_an_artifact_is_read_as_text(store: Store, tmp_path: Path) -> None:
    from watchroom.errors import SourceError

    run = store.finished(store.experiment())
    (tmp_path / "MLmodel").write_text("flavors: {}\n# комментарий", encoding="utf-8")
    store.client.log_artifact(run, str(tmp_path / "MLmodel"), "my model")
    uri = store.client.get_run(run).info.artifact_uri
    assert store.source.read_text(f"{uri}/my model", "MLmodel") == "flavors: {}\n# комментарий"
    assert store.source.read_text(f"runs:/{run}/my model", "MLmodel") == "flavors: {}\n# комментарий"
    for location, name in ((uri, "nothing"), (f"runs:/{run}", "../meta.yaml"), ("file:///C:/models/1", "MLmodel")):
        with pytest.raises(SourceError):
            store.source.read_text(location, name)


def logged(store: Store, folder: Path) -> str:
    """Where the files of a model are that was logged with those of `folder`."""
    experiment = store.experiment()
    model = store.client.create_logged_model(experiment, name="net", source_run_id=store.finished(experiment))
    store.client.log_model_artifacts(model.model_id, str(folder))
    store.client.finalize_logged_model(model.model_id, "READY")
    return str(store.client.get_logged_model(model.model_id).artifact_location)


def test_the_files_of_a_logged_model_are_fetched_as_they_were_logged(store: Store, tmp_path: Path) -> None:
    (tmp_path / "model" / "data").mkdir(parents=True)
    (tmp_path / "model" / "MLmodel").write_text("flavors: {}\n")
    (tmp_path / "model" / "data" / "weights Ж.bin").write_bytes(bytes(range(256)) * 100)
    (tmp_path / "fetched").mkdir()
    store.source.fetch_model(logged(store, tmp_path / "model"), tmp_path / "fetched")
    found, given = (
        {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
        for root in (tmp_path / "fetched", tmp_path / "model")
    )
    assert found == given


def test_a_model_whose_files_are_gone_is_no_model(store: Store, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "MLmodel").write_text("flavors: {}\n")
    location = logged(store, tmp_path / "model")
    with pytest.raises(SourceError):
        store.source.fetch_model(location.replace("/m-", "/m-0"), tmp_path / "fetched")


@pytest.mark.parametrize("limit", ["SIZE_LIMIT", "FILES_LIMIT"])
def test_a_folder_that_is_too_large_for_a_model_is_left(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    (tmp_path / "model").mkdir()
    for name in ("MLmodel", "a", "b"):
        (tmp_path / "model" / name).write_text("flavors: {}\n")
    (tmp_path / "fetched").mkdir()
    monkeypatch.setattr(model_files, limit, 2)
    with pytest.raises(SourceError, match=r"larger than|more than"):
        store.source.fetch_model(logged(store, tmp_path / "model"), tmp_path / "fetched")


def test_a_link_out_of_a_model_brings_nothing_with_it(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "MLmodel").write_text("flavors: {}\n")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "model" / "stolen").symlink_to(tmp_path / "secret")
    (tmp_path / "model" / "within").symlink_to("MLmodel")
    (tmp_path / "fetched").mkdir()
    FileSource(tmp_path, ["*"]).fetch_model((tmp_path / "model").as_uri(), tmp_path / "fetched")
    assert sorted(path.name for path in (tmp_path / "fetched").iterdir()) == ["MLmodel", "within"]
