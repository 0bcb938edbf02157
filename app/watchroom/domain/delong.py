"""Whether one score ranks better than another: the AUCs of two versions on the same decisions (DeLong 1988).

The two scores are of the same decisions, so that what is hard about these decisions is hard for both: the covariance of
the two AUCs is taken off the variance of their difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchroom.domain.laws import NORMAL_95, normal_below

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AucDifference:
    """The AUCs of two scores, and that of b less that of a with its 95 % interval.

    `covariance` is the 2 by 2 matrix of the two AUCs. `p_value` is the two-sided one of no difference; `b_better` how
    probable it is that b's long-run AUC is the higher one. What cannot be told is NaN, and `why` says the reason.
    """

    auc_a: float
    auc_b: float
    difference: float
    covariance: Floats
    low: float
    high: float
    p_value: float
    b_better: float
    positives: int
    negatives: int
    why: str = ""

    @property
    def n(self) -> int:
        """The decisions behind it."""
        return self.positives + self.negatives


def compare(score_a: ArrayLike, score_b: ArrayLike, positive: ArrayLike) -> AucDifference:
    """Compare the scores of two versions on decisions of which `positive` says what they turned out to be.

    DeLong, DeLong and Clarke-Pearson (1988), by the midranks of Sun and Xu (2014): O(n log n) in time and memory, equal
    scores count half. Decisions without either score (NaN) are left out. The interval and the probabilities are those
    of the normal law; with a flat prior `b_better` is the share of it on the better side of zero.

    With decisions of one class only there is no AUC, and with a single one of a class no variance. Scores that rank
    every decision alike differ by nothing: the interval is 0 to 0, `p_value` 1 and `b_better` 0.5. AUCs that differ
    without any variance (as 0 and 1 do) leave the normal law nothing to say, and have no interval.
    """
    scores = np.vstack([np.asarray(score_a, np.float64), np.asarray(score_b, np.float64)])
    both = ~np.isnan(scores).any(axis=0)
    scores, real = scores[:, both], np.asarray(positive, bool)[both]
    m, n = int(real.sum()), int((~real).sum())
    if m == 0 or n == 0:
        return _untold((math.nan, math.nan), m, n, "outcomes of one class only" if m + n else "no outcomes")
    of_positives, of_negatives = _components(scores, real)
    first, second = (float(auc) for auc in of_positives.mean(axis=1))
    if min(m, n) < 2:
        return _untold((first, second), m, n, "only one outcome of a class")
    covariance = np.cov(of_positives) / m + np.cov(of_negatives) / n
    return _told((first, second), covariance, m, n)


def _told(aucs: tuple[float, float], covariance: Floats, m: int, n: int) -> AucDifference:
    difference = aucs[1] - aucs[0]
    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    if variance <= _NOTHING and abs(difference) > _NOTHING:
        return _untold(aucs, m, n, "the two rank so differently and so surely that nothing varies")
    if variance <= _NOTHING:
        return AucDifference(*aucs, 0.0, covariance, 0.0, 0.0, 1.0, 0.5, m, n)
    error = math.sqrt(variance)
    half, above = NORMAL_95 * error, normal_below(difference / error)
    p_value = 2 * normal_below(-abs(difference) / error)
    return AucDifference(*aucs, difference, covariance, difference - half, difference + half, p_value, above, m, n)


_NOTHING = 1e-15
"""A variance that rounding alone makes: that of one pair in ten million decisions is larger."""


def _untold(aucs: tuple[float, float], m: int, n: int, why: str) -> AucDifference:
    nothing = np.full((2, 2), math.nan)
    return AucDifference(*aucs, aucs[1] - aucs[0], nothing, math.nan, math.nan, math.nan, math.nan, m, n, why)


def _components(scores: Floats, real: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The structural components, (2, positives) and (2, negatives): the share of the other class each is right with."""
    m, n = int(real.sum()), int((~real).sum())
    all_ranks = np.vstack([midranks(one) for one in scores])
    own = np.vstack([midranks(one[real]) for one in scores]), np.vstack([midranks(one[~real]) for one in scores])
    return (all_ranks[:, real] - own[0]) / n, 1 - (all_ranks[:, ~real] - own[1]) / m


def midranks(values: Floats) -> Floats:
    """The ranks from 1 of some values; equal ones share the middle of their ranks."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[places]
