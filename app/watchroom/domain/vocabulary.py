"""The names that model files may use: tasks, drift methods with their usual limits, performance metrics, baselines.

Each says what it fits, so that a file is refused before anything is computed. What the names compute is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Task = Literal["binary", "multiclass", "regression"]
TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")

DriftMethod = Literal["psi", "js", "ks", "wasserstein", "chi2"]

DRIFT_LIMITS: Mapping[str, tuple[float, float]] = {
    "psi": (0.1, 0.25),  # the usual reading in credit scoring: some change, a real change
    "js": (0.1, 0.2),
    "ks": (0.1, 0.2),
    "wasserstein": (0.1, 0.2),
    "chi2": (0.1, 0.3),  # small and medium effect, after Cohen
}
"""`watch` and `drifted` of a method where the file leaves them out."""

METHOD_NAMES: Mapping[str, str] = {
    "psi": "PSI",
    "js": "Jensen-Shannon",
    "ks": "KS",
    "wasserstein": "Wasserstein",
    "chi2": "chi-square",
    "ndcg": "nDCG",
}
"""What people call a drift method, and the measure of how an explanation changes."""

OWN_NAMES: Mapping[str, str] = {"@score": "the score", "@prediction": "the prediction", "@outcome": "the outcome"}
"""What people call the signals that are watched like features."""

SIGNAL_PHRASES: Mapping[str, str] = {
    "drift": "drift of {}",
    "quality": "data quality of {}",
    "performance": "performance ({})",
    "volume": "number of decisions",
    "explanation": "what drives the model",
    "kpi": "the KPI {}",
    "approval": "approval of the version in service",
}
"""What an alert is about, with a place for its feature's or metric's name, as messages and printed pages say it."""

NO_APPROVAL: Mapping[str, str] = {
    "missing": "nobody has signed it off",
    "partly": "some of its sign-offs are missing",
    "void": "its approval does not hold any more",
    "expired": "its sign-offs have ended",
    "rejected": "it was rejected",
}
"""Why a version has no valid approval, by the approval's status."""

OWN_SIGNALS = tuple(OWN_NAMES)
"""Signals that are watched like features and can have limits of their own."""

MetricName = Literal[
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier",
    "calibration",
    "f1",
    "precision",
    "recall",
    "accuracy",
    "macro_f1",
    "rmse",
    "mae",
    "r2",
    "bias",
]


@dataclass(frozen=True)
class Metric:
    """Which tasks a metric fits, which way is better, and the column of the decisions that it needs."""

    tasks: tuple[Task, ...]
    better: Literal["higher", "lower", "near zero"]
    needs: Literal["score", "prediction"]


_SCORED: tuple[Task, ...] = ("binary",)
_CLASSES: tuple[Task, ...] = ("binary", "multiclass")
_NUMBERS: tuple[Task, ...] = ("regression",)

METRICS: Mapping[str, Metric] = {
    "roc_auc": Metric(_SCORED, "higher", "score"),
    "average_precision": Metric(_SCORED, "higher", "score"),
    "log_loss": Metric(_SCORED, "lower", "score"),
    "brier": Metric(_SCORED, "lower", "score"),
    "calibration": Metric(_SCORED, "lower", "score"),
    "f1": Metric(_SCORED, "higher", "prediction"),
    "precision": Metric(_SCORED, "higher", "prediction"),
    "recall": Metric(_SCORED, "higher", "prediction"),
    "accuracy": Metric(_CLASSES, "higher", "prediction"),
    "macro_f1": Metric(_CLASSES, "higher", "prediction"),
    "rmse": Metric(_NUMBERS, "lower", "prediction"),
    "mae": Metric(_NUMBERS, "lower", "prediction"),
    "r2": Metric(_NUMBERS, "higher", "prediction"),
    "bias": Metric(_NUMBERS, "near zero", "prediction"),
}

METRIC_NAMES: Mapping[str, str] = {
    "roc_auc": "AUC",
    "average_precision": "average precision",
    "log_loss": "log loss",
    "brier": "Brier score",
    "calibration": "calibration error",
    "f1": "F1",
    "macro_f1": "macro F1",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
}
"""What people call a metric, where that is not its own name."""

USUAL_METRIC: Mapping[Task, MetricName] = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "rmse"}
"""What a model is looked at by where its file names no metric."""

NaiveBaseline = Literal["mean", "median", "last", "majority", "all_positive", "all_negative"]

NAIVE_TASKS: Mapping[str, tuple[Task, ...]] = {
    "mean": _NUMBERS,
    "median": _NUMBERS,
    "last": _NUMBERS,
    "majority": _CLASSES,
    "all_positive": _SCORED,
    "all_negative": _SCORED,
}
"""Which tasks a naive baseline fits."""


def metrics_for(task: Task | None) -> tuple[str, ...]:
    """The metrics that fit the task; all of them while it is unknown."""
    return tuple(name for name, metric in METRICS.items() if task is None or task in metric.tasks)
