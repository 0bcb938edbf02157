"""Metrics of a binary model's scores: how well they rank, how well they are calibrated, and the curves behind that.

Sums are exact. What depends on the order of scores takes scores in the same bin of the grid as equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.bins import score_edges
from watchroom.domain.laws import NORMAL_95, wilson
from watchroom.domain.outcomes import NOTHING, Cells, Floats, Measured, Scored, scored

Counts = NDArray[np.int64]
Numbers = Counts | Floats

CALIBRATION_BINS = 10
"""Bins of equal width over the scores, as in most published figures of the calibration error."""


def of_scores(cells: Cells) -> Mapping[str, Measured]:
    """The metrics that need a score; NaN where nothing is labelled, and for the ranking where one class is missing."""
    rows = scored(cells)
    positive, negative = rows.counts()
    return {
        "roc_auc": roc_auc(positive, negative),
        "average_precision": average_precision(positive, negative),
        "log_loss": _mean_of(rows, rows.log_loss_sum),
        "brier": _mean_of(rows, rows.score_sq_sum + rows.positive * (rows.n - 2 * rows.score_sum)),
        "calibration": _calibration_error(calibration_curve(cells)),
    }


def roc_auc(positive: Numbers, negative: Numbers) -> Measured:
    """Area under the ROC curve from counts by rising score; ties count half. Interval by DeLong et al. (1988).

    Against the raw scores it is off by at most half of the pairs of a positive and a negative within the same bin.
    """
    cases, others, untold = _classes(positive, negative)
    if cases <= 0 or others <= 0:
        return untold
    beaten = _midranks(negative) / others  # what a positive of each bin wins against
    lost = 1 - _midranks(positive) / cases
    area = float(positive @ beaten / cases)
    variance = _variance(beaten, positive) / cases + _variance(lost, negative) / others
    half = NORMAL_95 * float(np.sqrt(variance)) if min(cases, others) > 1 else np.nan
    return replace(untold, value=area, low=max(area - half, 0.0), high=min(area + half, 1.0))


def _classes(positive: Numbers, negative: Numbers) -> tuple[float, float, Measured]:
    """The decisions of each class, and what is said of them when they cannot be ranked."""
    cases, others = float(positive.sum()), float(negative.sum())
    rarest = int(min(cases, others) + 0.5)
    return cases, others, Measured(np.nan, np.nan, np.nan, round(cases + others), rarest)


def _midranks(n: Numbers) -> Floats:
    """How many stand below each bin, with half of those in it."""
    rising = n.astype(np.float64)
    ranks: Floats = np.cumsum(rising) - rising / 2
    return ranks


def _variance(value: Floats, n: Numbers) -> float:
    total = float(n.sum())
    mean = float(n @ value) / total
    return float(n @ (value - mean) ** 2) / max(total - 1, 1)


def average_precision(positive: Numbers, negative: Numbers) -> Measured:
    """Σ (recall gained at a threshold) × (precision there), from the highest score down, a threshold at each bin.

    As scikit-learn has it for scores that are equal within a bin. The interval takes it as a share of the positives
    (Boyd, Eng and Page 2013), by Wilson.
    """
    cases, others, untold = _classes(positive, negative)
    if cases <= 0 or others <= 0:
        return untold
    found, wrong = np.cumsum(positive[::-1]), np.cumsum(negative[::-1])
    precision = found / np.where(found > 0, found + wrong, 1)
    value = float(positive[::-1] @ precision / cases)
    low, high = wilson(value, cases)
    return replace(untold, value=value, low=float(low), high=float(high))


def _mean_of(rows: Scored, sums: Floats) -> Measured:
    """The mean of a loss with a normal interval; its variance is that between the cells, which lie within a bin."""
    total = int(rows.n.sum())
    if total == 0:
        return NOTHING
    mean = float(sums.sum() / total)
    spread = float((rows.n * (sums / np.maximum(rows.n, 1) - mean) ** 2).sum()) / max(total - 1, 1)
    half = NORMAL_95 * np.sqrt(spread / total) if total > 1 else np.nan
    return Measured(mean, max(mean - float(half), 0.0), mean + float(half), total)


@dataclass(frozen=True)
class Calibration:
    """One entry for each score bin of equal width that holds labelled decisions, in rising order.

    `lower` and `upper` are the bin's ends, `score` the mean score in it, `rate` how often the outcome was 1, with the
    95 % interval `low` to `high`, and `n` its decisions.
    """

    lower: Floats
    upper: Floats
    score: Floats
    rate: Floats
    low: Floats
    high: Floats
    n: Counts


def calibration_curve(cells: Cells) -> Calibration:
    """Mean score against observed rate in `CALIBRATION_BINS` bins; without entries when nothing is labelled."""
    rows = scored(cells)
    place = _wide_bin()[rows.bin]
    n, positive, score = (
        np.bincount(place, weights=part, minlength=CALIBRATION_BINS)
        for part in (rows.n, rows.n * rows.positive, rows.score_sum)
    )
    filled = np.flatnonzero(n)
    n, positive, score = n[filled], positive[filled], score[filled]
    low, high = wilson(positive / n, n)
    ends = np.arange(CALIBRATION_BINS + 1) / CALIBRATION_BINS
    whole = np.rint(n).astype(np.int64)
    return Calibration(ends[filled], ends[filled + 1], score / n, positive / n, low, high, whole)


def _wide_bin() -> NDArray[np.intp]:
    """For each bin of the score grid the bin of calibration that holds it: their ends are edges of the grid."""
    inner = np.arange(1, CALIBRATION_BINS) / CALIBRATION_BINS
    return np.searchsorted(inner, score_edges() + 1e-9, side="right")


def _calibration_error(curve: Calibration) -> Measured:
    """Expected calibration error: the mean distance of score and rate over the bins, weighted by their decisions.

    Chance alone gives more than 0, so the lower end of the interval also takes off what it would give a calibrated
    model.
    """
    total = int(curve.n.sum())
    if total == 0:
        return NOTHING
    weight = curve.n / total
    value = float(weight @ np.abs(curve.rate - curve.score))
    variance = np.clip(curve.score * (1 - curve.score), 0, None) / curve.n
    half = NORMAL_95 * float(np.sqrt(weight**2 @ variance))
    by_chance = float(weight @ np.sqrt(2 / np.pi * variance))
    return Measured(value, max(value - half - by_chance, 0.0), value + half, total)


@dataclass(frozen=True)
class Thresholds:
    """What each threshold on the score grid would have given: labelled decisions with a score from it on are yes."""

    score: Floats
    tp: Counts
    fp: Counts
    fn: Counts
    tn: Counts


def threshold_curve(cells: Cells) -> Thresholds:
    """The four outcomes at every lower edge of the score grid, rising; the first threshold says yes to all."""
    positive, negative = scored(cells).counts()
    missed, spared = np.cumsum(positive) - positive, np.cumsum(negative) - negative
    return Thresholds(score_edges(), positive.sum() - missed, negative.sum() - spared, missed, spared)
