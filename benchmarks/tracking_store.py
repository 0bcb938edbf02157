"""A large MLflow store to measure on: the schema from MLflow itself, the rows written straight into its tables."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

EXPERIMENTS = 20
PARAMS = 10
METRICS = 10
START_MS = 1_735_689_600_000
"""2025-01-01 00:00 UTC, the first run; a run begins every five minutes after it."""

_MODELS = ("lightgbm", "xgboost", "forest", "linear", "mlp")


def build(file: Path, runs: int, *, seed: int = 1) -> Path:
    """A SQLite store with `runs` runs of 10 parameters and 10 metrics over 20 experiments; kept for the next time."""
    if file.exists():
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".building")
    draft.unlink(missing_ok=True)
    experiments = _schema_from_mlflow(draft)
    with sqlite3.connect(draft) as connection:
        connection.execute("pragma synchronous = off")
        rng = random.Random(seed)
        for start in range(0, runs, 5_000):
            insert_runs(connection, experiments, range(start, min(start + 5_000, runs)), rng)
            connection.commit()
    connection.close()
    draft.rename(file)
    return file


def _schema_from_mlflow(file: Path) -> list[int]:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow import MlflowClient

    uri = f"sqlite:///{file}"
    client = MlflowClient(uri, uri)
    return [int(client.create_experiment(f"team-{n:02}/search")) for n in range(EXPERIMENTS)]


def insert_runs(
    connection: sqlite3.Connection, experiments: list[int], numbers: range, rng: random.Random, at_ms: int | None = None
) -> None:
    """Append finished runs; run number n has the id `n` in hex, and metrics `metric_0` to `metric_9` of one point."""
    ids = [run_id(number) for number in numbers]
    rows = list(zip(numbers, ids, strict=True))
    connection.executemany(
        "insert into runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, "
        "end_time, source_version, lifecycle_stage, artifact_uri, experiment_id) "
        "values (?, ?, 'LOCAL', 'train.py', '', ?, 'FINISHED', ?, ?, '', 'active', ?, ?)",
        [
            (
                id_,
                f"run-{n}",
                f"user{n % 30}",
                begin,
                begin + 60_000,
                f"mlflow-artifacts:/{n}",
                experiments[n % EXPERIMENTS],
            )
            for n, id_ in rows
            for begin in [START_MS + n * 300_000 if at_ms is None else at_ms]
        ],
    )
    connection.executemany("insert into params (run_uuid, key, value) values (?, ?, ?)", _params(rows, rng))
    connection.executemany(
        "insert into tags (run_uuid, key, value) values (?, ?, ?)",
        [
            (id_, key, value)
            for n, id_ in rows
            for key, value in (
                ("mlflow.runName", f"run-{n}"),
                ("mlflow.user", f"user{n % 30}"),
                ("mlflow.source.git.commit", f"{n % 400:040x}"),
                ("team", f"team{n % 7}"),
            )
        ],
    )
    points = [
        (f"metric_{m}", rng.random(), (START_MS + n * 300_000 if at_ms is None else at_ms) + 30_000, id_, 0, 0)
        for n, id_ in rows
        for m in range(METRICS)
    ]
    for table in ("metrics", "latest_metrics"):
        connection.executemany(
            f"insert into {table} (key, value, timestamp, run_uuid, step, is_nan) values (?, ?, ?, ?, ?, ?)", points
        )


def _params(rows: list[tuple[int, str]], rng: random.Random) -> Iterator[tuple[str, str, str]]:
    for n, id_ in rows:
        yield id_, "model", _MODELS[n % len(_MODELS)]
        for p in range(1, PARAMS):
            yield id_, f"param_{p}", repr(round(rng.uniform(0, 100), 3))


def run_id(number: int) -> str:
    return f"{number * 2654435761 % 2**128:032x}"


def change_runs(file: Path, count: int, *, first: int) -> None:
    """What a working day leaves: of `count` runs half are new, a quarter get a late metric, a quarter a changed tag."""
    rng = random.Random(first)
    now = int(time.time() * 1000)
    with sqlite3.connect(file) as connection:
        experiments = [
            row[0] for row in connection.execute("select experiment_id from experiments where name like 'team-%'")
        ]
        insert_runs(connection, experiments, range(first, first + count // 2), rng, at_ms=now)
        old = [
            row[0] for row in connection.execute("select run_uuid from runs order by random() limit ?", (count // 2,))
        ]
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
    connection.close()
