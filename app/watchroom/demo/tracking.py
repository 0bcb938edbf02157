"""Logging to the demo's own MLflow store with MLflow's plain client, at moments in the past.

What is logged, and why, is decided in `sessions` and `registry`. Nothing outside the demo's folder is touched: MLflow's
process-wide settings are put back as they were.
"""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from watchroom.demo.training import Fitted, inputs
from watchroom.demo.worlds.base import World

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Dataset

_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
_NOISY = ("mlflow", "alembic")
SCHEMA_ROWS = 400  # MLflow looks at each value to find a column's type: seconds for all rows, and no other answer
SKOPS_TYPES = (
    "numpy.dtype",
    "sklearn.tree._tree.Tree",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
)
"""What skops must be told to trust to load the demo's scikit-learn models; all of it is scikit-learn and numpy."""
_BATCH = 1000  # MLflow refuses more metrics than this in one call


@dataclass(frozen=True)
class Code:
    """What MLflow notes of the code of a run."""

    source: str
    commit: str | None
    dirty: bool = False
    kind: str = "JOB"
    branch: str = "main"


@dataclass(frozen=True)
class RunNote:
    """A run to log. `end` is None for one that never ended; `datasets` maps a context (`training`) to a dataset."""

    experiment: str
    name: str
    author: str
    code: Code
    start: datetime
    end: datetime | None
    status: str = "FINISHED"
    params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    parent: str | None = None


@dataclass(frozen=True)
class LoggedRun:
    """A run in the store, and the model logged with it, if any."""

    run_id: str
    model_id: str | None = None


@contextmanager
def quiet_mlflow(uri: str) -> Iterator[MlflowClient]:
    """A client for the store at `uri`, with MLflow's noise off; its global state is restored at the end."""
    before = {name: os.environ.get(name) for name in (*_ENVIRONMENT, "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")}
    os.environ.update(_ENVIRONMENT)
    import mlflow

    levels = {name: logging.getLogger(name).level for name in _NOISY}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow warns of its own coming changes; nobody here can act on that
        try:
            for name in _NOISY:
                logging.getLogger(name).setLevel(logging.CRITICAL)
            mlflow.set_tracking_uri(uri)
            mlflow.set_registry_uri(uri)
            yield mlflow.MlflowClient(uri, uri)
        finally:
            # What was set before stands in the environment too, which is restored below: None lets it count again.
            mlflow.set_tracking_uri(None)  # type: ignore[arg-type]
            mlflow.set_registry_uri(None)  # type: ignore[arg-type]
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
            _restore(before)


def _restore(before: Mapping[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


class Tracking:
    """The store while the demo is built: makes experiments on first use and logs runs into them."""

    def __init__(self, client: MlflowClient, artifacts: Path) -> None:
        self.client = client
        self._artifacts = artifacts
        self._experiments: dict[str, str] = {}

    def experiment(self, name: str, team: str = "") -> str:
        """The id of the experiment with that name."""
        if name not in self._experiments:
            place = (self._artifacts / name.replace("/", "-")).as_posix()
            tags = {"team": team} if team else {}
            self._experiments[name] = self.client.create_experiment(name, artifact_location=place, tags=tags)
        return self._experiments[name]

    def start(self, note: RunNote) -> str:
        """Create the run and log everything but its model and its end; the run's id."""
        from mlflow.entities import DatasetInput, InputTag, Param

        run_id = str(
            self.client.create_run(
                self.experiment(note.experiment), start_time=millis(note.start), tags=_tags(note), run_name=note.name
            ).info.run_id
        )
        points = _points(note)
        self.client.log_batch(run_id, points[:_BATCH], [Param(key, str(value)) for key, value in note.params.items()])
        for first in range(_BATCH, len(points), _BATCH):
            self.client.log_batch(run_id, points[first : first + _BATCH])
        if note.datasets:
            given = [
                DatasetInput(data, [InputTag("mlflow.data.context", name)]) for name, data in note.datasets.items()
            ]
            self.client.log_inputs(run_id, given)
        return run_id

    def end(self, run_id: str, note: RunNote) -> None:
        """Give the run its status and its end; a run without an end stays as it is."""
        if note.end is not None:
            self.client.set_terminated(run_id, note.status, millis(note.end))

    def log(self, note: RunNote) -> LoggedRun:
        """A run without a model, start to end."""
        run_id = self.start(note)
        self.end(run_id, note)
        return LoggedRun(run_id)

    def log_with_model(self, note: RunNote, world: World, fitted: Fitted, example: pd.DataFrame) -> LoggedRun:
        """A run with its model; the final metrics are tied to the model and to the validation data."""
        import mlflow

        # MLflow ties metrics that are already there to the model, but without their dataset; so they come afterwards.
        run_id = self.start(replace(note, metrics={}))
        with mlflow.start_run(run_id=run_id):
            model_id = _log_model(world, fitted, example)
        self.client.log_batch(run_id, _final_metrics(note, run_id, model_id))
        self.end(run_id, note)
        return LoggedRun(run_id, model_id)


def millis(moment: datetime) -> int:
    """Milliseconds since 1970, as MLflow counts time."""
    return int(moment.timestamp() * 1000)


def dataset(frame: pd.DataFrame, name: str, source: Path) -> Dataset:
    """MLflow's description of the rows a model was trained on: name, digest, schema, where they are."""
    from mlflow.data.pandas_dataset import from_pandas
    from mlflow.entities import Dataset

    def described(rows: pd.DataFrame) -> Any:
        return from_pandas(rows, source=source.as_posix(), name=name, targets="label")

    whole, sample = described(frame), described(frame.head(SCHEMA_ROWS)).to_dict()
    return Dataset(**{**sample, "digest": whole.digest, "profile": json.dumps(whole.profile)})


def _tags(note: RunNote) -> dict[str, str]:
    tags = {
        "mlflow.user": note.author,
        "mlflow.source.name": note.code.source,
        "mlflow.source.type": note.code.kind,
        **note.tags,
    }
    if note.code.commit:
        tags["mlflow.source.git.commit"] = note.code.commit
        tags["mlflow.source.git.branch"] = note.code.branch
        tags["mlflow.source.git.dirty"] = str(note.code.dirty).lower()
    if note.parent:
        tags["mlflow.parentRunId"] = note.parent
    return tags


def _points(note: RunNote) -> list[Any]:
    """The curves, spread evenly over the run's time, then the final metrics at its end."""
    from mlflow.entities import Metric

    end = note.end or note.start + timedelta(minutes=30)
    points = []
    for key, values in note.curves.items():
        pause = (end - note.start) / (len(values) + 1)
        points += [Metric(key, v, millis(note.start + pause * (i + 1)), i) for i, v in enumerate(values)]
    return points + [Metric(key, value, millis(end), 0) for key, value in note.metrics.items()]


def _final_metrics(note: RunNote, run_id: str, model_id: str) -> list[Any]:
    from mlflow.entities import Metric

    end, valid = millis(note.end or note.start), note.datasets["validation"]
    return [
        Metric(key, value, end, 0, model_id, valid.name, valid.digest, run_id) for key, value in note.metrics.items()
    ]


def _log_model(world: World, fitted: Fitted, frame: pd.DataFrame) -> str:
    """Log the model in its own flavour, with signature and input example, never as a pickle; the model's id."""
    import lightgbm
    import mlflow
    import sklearn

    given = inputs(world, fitted.recipe, frame.head(SCHEMA_ROWS))
    common: dict[str, Any] = {
        "name": "model",
        "signature": mlflow.models.infer_signature(given, fitted.model.predict(given)),
        "input_example": given.dropna().head(3),
    }
    if fitted.recipe.algorithm == "lightgbm":
        wanted = [f"lightgbm=={lightgbm.__version__}", f"pandas=={pd.__version__}"]
        return str(mlflow.lightgbm.log_model(fitted.model, pip_requirements=wanted, **common).model_id)
    logged = mlflow.sklearn.log_model(
        fitted.model,
        pip_requirements=[f"scikit-learn=={sklearn.__version__}", f"pandas=={pd.__version__}"],
        skops_trusted_types=list(SKOPS_TYPES),
        pyfunc_predict_fn="predict_proba",
        **common,
    )
    return str(logged.model_id)
