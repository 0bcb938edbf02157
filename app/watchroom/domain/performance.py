"""How well a model did, from its outcomes: every metric of a task for the decisions of any days together.

The metrics of each kind are computed in `performance_scores`, `performance_classes` and `performance_errors`; the
definitions are in docs/statistics.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from watchroom.domain.outcomes import Cells, Errors, Measured
from watchroom.domain.performance_classes import of_binary, of_classes
from watchroom.domain.performance_errors import of_errors
from watchroom.domain.performance_scores import (
    Calibration,
    Thresholds,
    calibration_curve,
    of_scores,
    threshold_curve,
)
from watchroom.domain.performance_status import (
    MATURE_SHARE,
    MIN_LABELLED,
    MIN_OF_CLASS,
    Limits,
    limits_of,
    performance_status,
)

__all__ = [
    "MATURE_SHARE",
    "MIN_LABELLED",
    "MIN_OF_CLASS",
    "Calibration",
    "Cells",
    "Errors",
    "Limits",
    "Measured",
    "Thresholds",
    "binary",
    "calibration_curve",
    "limits_of",
    "multiclass",
    "performance_status",
    "regression",
    "threshold_curve",
]


def binary(cells: Cells) -> Mapping[str, Measured]:
    """Every metric of a binary model; NaN for what needs a score, a prediction or an outcome that is not there."""
    return {**of_scores(cells), **of_binary(cells)}


def multiclass(cells: Cells) -> Mapping[str, Measured]:
    """Every metric of a model with several classes; NaN when nothing is labelled."""
    return of_classes(cells)


def regression(errors: Errors) -> Mapping[str, Measured]:
    """Every metric of a regression; NaN when nothing is labelled."""
    return of_errors(errors)
