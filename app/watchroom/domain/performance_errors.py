"""Metrics of a regression from sums of its errors: RMSE, MAE, R², bias. An error is the prediction less the outcome."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.laws import NORMAL_95
from watchroom.domain.outcomes import NOTHING, Errors, Floats, Measured, floats, whole


def of_errors(errors: Errors) -> Mapping[str, Measured]:
    """RMSE, MAE, R² and bias of all rows together; NaN when nothing is labelled.

    Rows are merged with the formula of Chan, Golub and LeVeque (1983), so how the decisions are split into days changes
    nothing.
    """
    n = whole(errors.n)
    of = n > 0
    total = int(n.sum())
    if total == 0:
        return dict.fromkeys(("rmse", "mae", "r2", "bias"), NOTHING)
    over, under, squares = (floats(part)[of] for part in (errors.over_sum, errors.under_sum, errors.sq_sum))
    size, mean_size = over + under, (over + under).sum() / total
    size_m2 = _merged_m2(n[of], size / n[of], floats(errors.abs_sq_sum)[of])
    outcome_m2 = _merged_m2(n[of], floats(errors.outcome_mean)[of], floats(errors.outcome_m2)[of])
    mean_square, bias = float(squares.sum() / total), float((over - under).sum() / total)
    return {
        **_of_squares(mean_square, float(mean_size), outcome_m2 / total, total),
        "mae": _mean(float(mean_size), size_m2 / max(total - 1, 1), total, at_least=0.0),
        "bias": _mean(bias, max(mean_square - bias * bias, 0.0) * total / max(total - 1, 1), total),
    }


def _merged_m2(n: NDArray[np.int64], mean: Floats, m2: Floats) -> float:
    """Squares about the common mean: those within the rows, and those of the rows' means."""
    common = float(n @ mean) / int(n.sum())
    return float(m2.sum()) + float(n @ (mean - common) ** 2)


def _mean(value: float, variance: float, n: int, at_least: float = -math.inf) -> Measured:
    half = NORMAL_95 * math.sqrt(variance / n) if n > 1 else math.nan
    return Measured(value, max(value - half, at_least), value + half, n)


def _of_squares(mean_square: float, mean_size: float, spread: float, n: int) -> Mapping[str, Measured]:
    """RMSE and R², their intervals on the logarithm of the mean square. `spread` is the variance of the outcomes.

    That of R² also allows for chance in the spread, as normal outcomes have it.
    """
    if not math.isfinite(mean_square):  # errors so large that their squares are no numbers any more
        return {"rmse": _without_interval(mean_square, n), "r2": _without_interval(math.nan, n)}
    tails = _kurtosis(mean_size * mean_size / mean_square) if mean_square > 0 else 1.0
    by_errors, by_both = (
        math.exp(NORMAL_95 * math.sqrt(factor / n)) if n > 1 else math.nan for factor in (tails - 1, tails + 1)
    )
    root = math.sqrt(mean_square)
    rmse = Measured(root, root / math.sqrt(by_errors), root * math.sqrt(by_errors), n)
    left = mean_square / spread if spread > 0 else math.nan
    return {"rmse": rmse, "r2": Measured(1 - left, 1 - left * by_both, 1 - left / by_both, n)}


def _without_interval(value: float, n: int) -> Measured:
    return Measured(value, math.nan, math.nan, n)


_RATIOS = (0.05, 0.749)
"""The ratios that this law can have, nearly: from tails too heavy to tell, to errors spread evenly."""


@lru_cache(maxsize=4096)
def _kurtosis(ratio: float) -> float:
    """Fourth power of the errors over their squared square, from (mean size)² / mean square.

    The fourth power is not kept; this is its size in the generalised normal law with that ratio (Varanasi and Aazhang
    1989): 3 at 0.64, as normal errors have it, 6 at 0.5, as Laplace's.
    """
    wanted = min(max(ratio, _RATIOS[0]), _RATIOS[1])
    low, high = math.log(0.2), math.log(60.0)
    for _ in range(50):
        middle = (low + high) / 2
        shape = math.exp(middle)
        found = math.exp(2 * math.lgamma(2 / shape) - math.lgamma(1 / shape) - math.lgamma(3 / shape))
        low, high = (middle, high) if found < wanted else (low, middle)
    shape = math.exp((low + high) / 2)
    return math.exp(math.lgamma(5 / shape) + math.lgamma(1 / shape) - 2 * math.lgamma(3 / shape))
