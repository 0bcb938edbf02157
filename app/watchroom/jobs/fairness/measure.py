"""The fairness metrics of every group at once: Fairlearn's arithmetic on counted decisions.

A cell of equal decisions counts with its number as the sample weight, which gives what the raw decisions would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.fairness import METRICS_OF, MetricName, selected
from watchroom.domain.vocabulary import Task
from watchroom.jobs.fairness.read import Counted

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Values:
    """A metric of each group: its value (NaN when no decision tells it), the decisions behind it, and their variance.

    `variance` is that of a single decision, NaN of a rate, which does not need it.
    """

    value: Floats
    n: Floats
    variance: Floats


@dataclass(frozen=True)
class _Part:
    """What one metric is the weighted mean of, cell by cell; `squares` sums the squares of what a mean is taken of."""

    of: Floats
    weight: Floats
    squares: Floats | None = None


def measure(counted: Counted, task: Task, favourable: str | None = None) -> Mapping[MetricName, Values]:
    """The metrics of the task for each group, in the order of `counted.units`.

    `favourable` is the prediction that is good for whom it concerns, None where the model's file does not say.
    """
    parts = _errors(counted) if task == "regression" else _outcomes(counted, selected(favourable))
    chosen = {metric: parts[metric] for metric in METRICS_OF[task]}
    unit = counted.cells["unit"].to_numpy()
    found = _by_group(unit, chosen)
    size = len(counted.units)
    return {metric: _values(found[:, place], part, unit, size) for place, (metric, part) in enumerate(chosen.items())}


def _outcomes(counted: Counted, chosen: str) -> dict[MetricName, _Part]:
    """A classifier's metrics. A true positive rate is how often 1 is said of the decisions that turned out to be 1."""
    predicted, outcome, wrong, n = (counted.column(name) for name in ("predicted", "outcome", "wrong", "n"))
    told, known = predicted >= 0, outcome >= 0
    gap_n = np.where(known & (counted.column("scored") > 0), n, 0.0)
    per = np.where(n > 0, n, 1.0)
    score, squares = counted.column("score_sum"), counted.column("score_sq_sum")
    real = np.where(outcome == 1, 1.0, 0.0)
    return {
        "selection_rate": _Part(predicted if chosen == "1" else 1 - predicted, np.where(told, n, 0.0)),
        "true_positive_rate": _Part(predicted, np.where(told & (outcome == 1), n, 0.0)),
        "false_positive_rate": _Part(predicted, np.where(told & (outcome == 0), n, 0.0)),
        "error_rate": _Part(wrong, np.where(wrong >= 0, n, 0.0)),
        "calibration_gap": _Part(
            score / per - real, gap_n, np.where(gap_n > 0, squares - 2 * real * score + real * n, 0.0)
        ),
    }


def _errors(counted: Counted) -> dict[MetricName, _Part]:
    n, squares = counted.column("n"), counted.column("sq_sum")
    per = np.where(n > 0, n, 1.0)
    return {
        "mean_error": _Part(counted.column("error_sum") / per, n, squares),
        "mae": _Part(counted.column("abs_sum") / per, n, squares),
    }


def _by_group(unit: NDArray[Any], parts: Mapping[MetricName, _Part]) -> Floats:
    """(groups, metrics): one frame of Fairlearn over all groups of all periods and versions.

    All metrics come from one call for each group: handing columns to a metric is what takes a frame's time.
    """
    from fairlearn.metrics import MetricFrame

    table = np.arange(unit.size)
    frame = MetricFrame(metrics=_weighted(parts), y_true=table, y_pred=table, sensitive_features=unit.astype(np.int64))
    return np.stack(frame.by_group.sort_index().to_list())


def _weighted(parts: Mapping[MetricName, _Part]) -> Callable[[Any, Any], Floats]:
    """A metric of Fairlearn's that is given the places of cells, and returns their selection rates and means."""
    from fairlearn.metrics import mean_prediction

    def metric(places: Any, _: Any) -> Floats:
        return np.array([_mean(mean_prediction, part, places) for part in parts.values()])

    return metric


def _mean(mean_prediction: Callable[..., float], part: _Part, places: Any) -> float:
    of, weight = part.of[places], part.weight[places]
    return float(mean_prediction(of, of, sample_weight=weight)) if weight.any() else float("nan")


def _values(value: Floats, part: _Part, unit: NDArray[Any], size: int) -> Values:
    n = np.bincount(unit, weights=part.weight, minlength=size).astype(np.float64)
    if part.squares is None:
        return Values(value, n, np.full(size, np.nan))
    squares = np.bincount(unit, weights=part.squares, minlength=size)
    many = np.where(n > 1, n, np.nan)
    return Values(value, n, np.maximum(squares / many - value**2, 0.0) * many / (many - 1))
