"""A small MLflow SQLite store, its schema and rows made by MLflow itself; tests work on copies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SmallStore:
    """The file, and the ids of what is in it."""

    file: Path
    experiment: str
    finished: str
    child: str
    running: str


def build_small_store(file: Path) -> SmallStore:
    """Three runs in experiment `search/grid`, a dataset, a registered model with two versions and an alias."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow import MlflowClient
    from mlflow.entities import Dataset, DatasetInput, InputTag, Metric

    uri = f"sqlite:///{file}"
    client = MlflowClient(uri, uri)
    experiment = client.create_experiment("search/grid", artifact_location=str(file.parent / "artifacts"))
    client.create_experiment("other", artifact_location=str(file.parent / "artifacts"))
    finished = client.create_run(experiment, run_name="parent", tags={"mlflow.source.git.commit": "abc123"}).info.run_id
    client.log_param(finished, "depth", "6")
    client.log_param(finished, "model", "лес 🌲")
    client.log_batch(finished, metrics=[Metric("val/loss", 1.0 / step, 1000 * step, step) for step in range(1, 101)])
    for step, value in enumerate((0.5, float("nan"), float("inf"), 0.7, float("-inf"))):
        client.log_metric(finished, "auc", value, step=step)
    dataset = Dataset("claims", "d1g3st", "local", '{"uri": "claims.parquet"}', '{"mlflow_colspec": []}', '{"rows": 3}')
    client.log_inputs(finished, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    client.set_terminated(finished)
    child = client.create_run(experiment, run_name="child", tags={"mlflow.parentRunId": finished}).info.run_id
    client.set_terminated(child, "FAILED")
    running = client.create_run(experiment, run_name="still going").info.run_id
    client.create_registered_model("claims", description="Severity")
    for number in (1, 2):
        client.create_model_version("claims", f"{file.parent}/models/{number}", finished)
    client.set_registered_model_alias("claims", "champion", "1")
    client.set_model_version_tag("claims", "1", "approval", "Approved")
    return SmallStore(file, experiment, finished, child, running)
