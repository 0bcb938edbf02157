"""What is said of how much parameters of runs matter for a metric, and from when on anything is said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_RUNS = 30
"""With fewer runs each fifth that is held out has fewer than six: what it says of a model changes from draw to draw."""

LEAST_R2 = 0.1
"""A model that explains less than a tenth of the metric on runs it has not seen does not know what matters in it."""

LEAST_SHARE = 0.01
"""What less than a hundredth of the variance goes through is not told from chance, and not shown by itself."""

ONE_WAY = 0.4
"""Spearman's rank correlation from which the metric is said to rise or fall with a number; chance gives less."""


@dataclass(frozen=True)
class Weight:
    """A parameter's `share`: what part of the metric's variance goes through it, alone or together with others.

    It is half of what the squared error on unseen runs grows by when the parameter is shuffled between them, over the
    variance. For parameters that were chosen independently that is the total-effect index of Sobol' (Gregorutti, Michel
    and Saint-Pierre 2017); shares of parameters that work together add up to more than 1. `low` and `high` are the
    least and greatest over the five parts that were held out. `rank_correlation` is Spearman's with the metric over the
    runs that have both, NaN for text. `alike` are parameters that change only together with this one: nobody can tell
    them apart.
    """

    key: str
    share: float
    low: float
    high: float
    rank_correlation: float
    alike: tuple[str, ...] = ()


@dataclass(frozen=True)
class Importance:
    """What the model found: the weights, the greatest first, from `n` runs; `r2` is on runs that it had not seen."""

    n: int
    r2: float
    weights: tuple[Weight, ...]


def direction(rank_correlation: float, metric: str, better: str | None) -> str:
    """`higher values go with a lower rmse: better`, where it is monotone; empty for text, or where it is not."""
    if not abs(rank_correlation) >= ONE_WAY:
        return ""
    up = rank_correlation > 0
    good = {"higher": up, "lower": not up}.get(better or "")
    judged = "" if good is None else ": better" if good else ": worse"
    return f"higher values go with a {'higher' if up else 'lower'} {metric}{judged}"


def spearman(values: Floats, metric: Floats) -> float:
    """The correlation of the ranks over the pairs that both have; equal values share their mean rank.

    NaN for fewer than three pairs, and where either is the same everywhere.
    """
    known = np.isfinite(values) & np.isfinite(metric)
    if known.sum() < 3:
        return float("nan")
    ranks = [_ranks(of[known]) for of in (values, metric)]
    if min(float(rank.std()) for rank in ranks) == 0:
        return float("nan")
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _ranks(values: Floats) -> Floats:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: Floats = (ends - (counts - 1) / 2)[place]
    return found
