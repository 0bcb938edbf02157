"""What is said of how much parameters of runs matter for a metric, and from when on anything is said."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.run_groups import Values, has

Floats = NDArray[np.float64]

LEAST_CONFIGURATIONS = 30
"""With fewer each fifth that is held out has fewer than six: what it says of a model changes from draw to draw."""

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
    least and greatest over the parts that were held out, `floor` the lower end of the share's 95 % interval.
    `rank_correlation` is Spearman's with the metric's mean of each configuration that has both, NaN for text. `alike`
    are parameters that change only together with this one: nobody can tell them apart.
    """

    key: str
    share: float
    low: float
    high: float
    floor: float
    rank_correlation: float
    alike: tuple[str, ...] = ()


@dataclass(frozen=True)
class Importance:
    """What the model found: the weights, the greatest first, from `n` runs of so many configurations.

    `r2` is on configurations that it had not seen. `seeds` are the parameters that vary and take no part: they are
    varied only to see how much is chance.
    """

    n: int
    configurations: int
    r2: float
    weights: tuple[Weight, ...]
    seeds: tuple[str, ...] = ()


def matters(one: Weight) -> bool:
    """Whether a parameter is said to matter: by enough, and told from chance."""
    return one.share >= LEAST_SHARE and one.floor > 0


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


def strength(of: Values, metric: Floats) -> float:
    """How closely the metric goes with a parameter, from 0 to 1, by ranks; NaN where it cannot be told.

    For a number the rank correlation without its sign; for a text the square root of ε² (Kelley 1935): the part of the
    variance of the metric's ranks that lies between the values, less what chance gives.
    """
    known = has(of) & np.isfinite(metric)
    if of.is_number:
        return abs(spearman(of.numbers[known], metric[known]))
    texts, place = np.unique([str(of.texts[at]) for at in np.flatnonzero(known)], return_inverse=True)
    n, kinds = int(known.sum()), len(texts)
    ranks = _ranks(metric[known])
    if not 1 < kinds < n or ranks.std() == 0:
        return float("nan")
    means = np.bincount(place, ranks) / np.bincount(place)
    within = float(((ranks - means[place]) ** 2).sum() / ((ranks - ranks.mean()) ** 2).sum())
    return math.sqrt(max(1 - within * (n - 1) / (n - kinds), 0.0))


def _ranks(values: Floats) -> Floats:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: Floats = (ends - (counts - 1) / 2)[place]
    return found
