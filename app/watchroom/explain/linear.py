"""Linear models in closed form: what a column added is its coefficient times how far it is from the background's mean.

That is the SHAP value of a linear model whose inputs are taken as independent (Štrumbelj and Kononenko 2014; shap's
`LinearExplainer` with the whole background).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from watchroom.explain.boosters import Contributions
from watchroom.explain.contract import Floats
from watchroom.explain.meaning import AMOUNT, BINARY, Meaning, class_names, softmax

AMOUNTS = {"LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV"}
CLASSES = {"LogisticRegression", "LogisticRegressionCV"}


@dataclass(frozen=True)
class Linear:
    """Coefficients, outputs × columns, and an intercept for each output."""

    coefficients: Floats
    intercepts: Floats
    meaning: Meaning


def of_estimator(estimator: Any) -> Linear:
    """The linear model in a fitted estimator."""
    coefficients = np.atleast_2d(np.asarray(estimator.coef_, dtype=np.float64))
    intercepts = np.resize(np.asarray(estimator.intercept_, dtype=np.float64), len(coefficients))
    return Linear(coefficients, intercepts, _meaning(estimator, len(coefficients)))


def _meaning(estimator: Any, outputs: int) -> Meaning:
    if not hasattr(estimator, "classes_"):
        return AMOUNT
    names = class_names(estimator.classes_)
    return Meaning(BINARY.space, BINARY.score if outputs == 1 else softmax, names)


def contributions(model: Linear, rows: Floats, means: Floats) -> Contributions:
    """What each column added to the output that the model chooses, against the background's `means`."""
    raw = rows @ model.coefficients.T + model.intercepts
    chosen = raw.argmax(axis=1) if len(rows) else np.zeros(0, dtype=np.int64)
    values = model.coefficients[chosen] * (rows - means)
    base = (model.coefficients @ means + model.intercepts)[chosen]
    return Contributions(values, base, raw[np.arange(len(rows)), chosen], raw, chosen)
