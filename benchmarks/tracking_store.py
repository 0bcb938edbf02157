"""A large MLflow store to measure on: the schema from MLflow itself, the rows written straight into its tables.

The last run begins when the store is made, so that a page's "last 30 days" is as full as in a store in daily use.
"""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

EXPERIMENTS = 20
PARAMS = 10
METRICS = 10
MODELS = 20
VERSIONS = 5
BETWEEN_RUNS_MS = 300_000
"""A run begins every five minutes: 100,000 of them are a year's work of a few teams."""

ALGORITHMS = ("lightgbm", "xgboost", "forest", "linear", "mlp")

_MLMODEL = """\
flavors:
  python_function: {loader_module: mlflow.sklearn, model_path: model.pkl}
  sklearn: {pickled_model: model.pkl, sklearn_version: 1.9.1}
signature:
  inputs: '[{"name": "age", "type": "long", "required": true}, {"name": "amount", "type": "double", "required": true}]'
  outputs: '[{"type": "double", "required": true}]'
"""


def build(file: Path, runs: int, *, seed: int = 1) -> Path:
    """A SQLite store with `runs` runs of 10 parameters and 10 metrics over 20 experiments, and 20 registered models.

    One that is there already is kept. MLflow's own statistics for the query planner (`ANALYZE`) are not made.
    """
    if file.exists():
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".building")
    draft.unlink(missing_ok=True)
    experiments = _schema_from_mlflow(draft)
    first_ms = int(time.time() * 1000) - runs * BETWEEN_RUNS_MS
    with closing(sqlite3.connect(draft)) as connection, connection:
        connection.execute("pragma synchronous = off")
        connection.execute("pragma cache_size = -400000")
        rng = random.Random(seed)
        for start in range(0, runs, 5_000):
            numbers = range(start, min(start + 5_000, runs))
            insert_runs(connection, experiments, numbers, rng, [first_ms + n * BETWEEN_RUNS_MS for n in numbers])
        _insert_registry(connection, file.parent / "models", runs, first_ms)
    draft.rename(file)
    return file


def _schema_from_mlflow(file: Path) -> list[int]:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow import MlflowClient

    uri = f"sqlite:///{file}"
    client = MlflowClient(uri, uri)
    return [int(client.create_experiment(f"team-{n:02}/search")) for n in range(EXPERIMENTS)]


def insert_runs(
    connection: sqlite3.Connection, experiments: list[int], numbers: range, rng: random.Random, starts_ms: list[int]
) -> None:
    """Append finished runs, each with metrics `metric_0` to `metric_9` of one point."""
    rows = [(n, run_id(n), start) for n, start in zip(numbers, starts_ms, strict=True)]
    connection.executemany(
        "insert into runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, "
        "end_time, source_version, lifecycle_stage, artifact_uri, experiment_id) "
        "values (?, ?, 'LOCAL', 'train.py', '', ?, 'FINISHED', ?, ?, '', 'active', ?, ?)",
        [
            (id_, f"run-{n}", f"user{n % 30}", start, start + 60_000, f"mlflow-artifacts:/{n}", chosen)
            for n, id_, start in rows
            for chosen in [experiments[n % EXPERIMENTS]]
        ],
    )
    connection.executemany("insert into params (run_uuid, key, value) values (?, ?, ?)", _params(rows, rng))
    connection.executemany("insert into tags (run_uuid, key, value) values (?, ?, ?)", _tags(rows))
    points = [
        (f"metric_{m}", rng.random(), start + 30_000, id_, 0, 0) for _, id_, start in rows for m in range(METRICS)
    ]
    for table in ("metrics", "latest_metrics"):
        connection.executemany(
            f"insert into {table} (key, value, timestamp, run_uuid, step, is_nan) values (?, ?, ?, ?, ?, ?)", points
        )


def _params(rows: list[tuple[int, str, int]], rng: random.Random) -> Iterator[tuple[str, str, str]]:
    for n, id_, _ in rows:
        yield id_, "model", ALGORITHMS[n % len(ALGORITHMS)]
        for p in range(1, PARAMS):
            yield id_, f"param_{p}", repr(round(rng.uniform(0, 100), 3))


def _tags(rows: list[tuple[int, str, int]]) -> Iterator[tuple[str, str, str]]:
    for n, id_, _ in rows:
        yield id_, "mlflow.runName", f"run-{n}"
        yield id_, "mlflow.user", f"user{n % 30}"
        yield id_, "mlflow.source.git.commit", f"{n % 400:040x}"
        yield id_, "team", f"team{n % 7}"


def _insert_registry(connection: sqlite3.Connection, files: Path, runs: int, first_ms: int) -> None:
    """Registered models with a few versions each, a champion and a challenger; an `MLmodel` file for each version."""
    for model in range(MODELS):
        name = model_name(model)
        connection.execute(
            "insert into registered_models (name, creation_time, last_updated_time, description) values (?, ?, ?, ?)",
            (name, first_ms, first_ms, f"Model number {model}"),
        )
        for version in range(1, VERSIONS + 1):
            folder = files / f"{name}-{version}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "MLmodel").write_text(_MLMODEL)
            made = first_ms + version * runs * BETWEEN_RUNS_MS // (VERSIONS + 1)
            run = run_id((model * VERSIONS + version) % runs)
            connection.execute(
                "insert into model_versions (name, version, creation_time, last_updated_time, user_id, current_stage, "
                "source, run_id, status) values (?, ?, ?, ?, ?, 'None', ?, ?, 'READY')",
                (name, version, made, made, f"user{model}", str(folder.absolute()), run),
            )
        connection.executemany(
            "insert into registered_model_aliases (alias, version, name) values (?, ?, ?)",
            [("champion", VERSIONS - 1, name), ("challenger", VERSIONS, name)],
        )


def model_name(number: int) -> str:
    return f"model-{number:02}"


def run_id(number: int) -> str:
    """The id of a run by its number: as random as MLflow's own, and the same each time."""
    return hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def change_runs(file: Path, count: int, *, first: int) -> None:
    """What a working day leaves: of `count` runs half are new, a quarter get a late metric, a quarter a changed tag.

    The new runs are numbered from `first`, which is a number that no run has yet.
    """
    rng = random.Random(first)
    now = int(time.time() * 1000)
    with closing(sqlite3.connect(file, timeout=60)) as connection, connection:
        experiments = [
            row[0] for row in connection.execute("select experiment_id from experiments where name like 'team-%'")
        ]
        some = connection.execute("select run_uuid from runs order by random() limit ?", (count // 2,))
        old = [row[0] for row in some]
        new = range(first, first + count // 2)
        insert_runs(connection, experiments, new, rng, [now] * len(new))
        late, tagged = old[: count // 4], old[count // 4 :]
        points = [("metric_0", rng.random(), now, id_, first, 0) for id_ in late]
        connection.executemany(
            "insert into metrics (key, value, timestamp, run_uuid, step, is_nan) values (?,?,?,?,?,?)", points
        )
        connection.executemany(
            "update latest_metrics set value = ?, timestamp = ?, step = ? where key = ? and run_uuid = ?",
            [(value, at, step, key, id_) for key, value, at, id_, step, _ in points],
        )
        connection.executemany(
            "update tags set value = ? where key = 'team' and run_uuid = ?", [(f"moved-{first}", id_) for id_ in tagged]
        )


def count_runs(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("select count(*) from runs").fetchone()[0])
