"""Performance before the outcomes are there, for binary models: confidence-based estimation (CBPE).

A calibrated score says how likely the outcome is 1, so it also says how many of the decisions are expected to be right.
This holds as long as a score means what it meant in the reference: when the relation of features and outcome itself
changes (concept drift), the estimate does not see it. After Garg et al. 2022 and NannyML's CBPE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.bins import SCORE_BINS
from watchroom.domain.laws import NORMAL_95
from watchroom.domain.outcomes import NOTHING, Cells, Floats, Measured, floats, known, scored, texts, whole
from watchroom.domain.performance_classes import of_counts
from watchroom.domain.performance_scores import average_precision, roc_auc
from watchroom.domain.performance_status import MIN_LABELLED, MIN_OF_CLASS

ESTIMATED = ("roc_auc", "average_precision", "log_loss", "brier", "f1", "precision", "recall", "accuracy", "macro_f1")
"""The metrics that can be estimated. Calibration cannot: that it is as it was is what the estimate assumes."""

_LEAST_PROBABILITY = 2.2e-16
"""As in the sums of log loss that the profile keeps."""


@dataclass(frozen=True)
class _Expected:
    """One entry for each cell with a score: its decisions, mean score, and how likely the outcome is 1."""

    bin: NDArray[np.int64]
    n: Floats
    score: Floats
    square: Floats
    chance: Floats


def estimated_binary(cells: Cells, reference: Cells) -> Mapping[str, Measured]:
    """The metrics that the outcomes of these decisions will most likely show, were none of them known yet.

    `reference` has scores and outcomes; scores are calibrated by them. All are NaN when it has too few outcomes, or
    too few of one class, to learn from. The interval is that of a period of this size when the estimate holds.
    """
    calibrated = calibration_of(reference)
    expected = _expected(cells, calibrated) if calibrated else None
    if expected is None or expected.n.sum() == 0:
        return dict.fromkeys(ESTIMATED, NOTHING)
    positive, negative = (
        np.bincount(expected.bin, weights=expected.n * chance, minlength=SCORE_BINS)
        for chance in (expected.chance, 1 - expected.chance)
    )
    return {
        "roc_auc": roc_auc(positive, negative),
        "average_precision": average_precision(positive, negative),
        **_losses(expected),
        **_of_classes(cells, expected),
    }


@dataclass(frozen=True)
class Calibrator:
    """How likely the outcome is 1 at each of some scores; linear between them, and flat beyond."""

    score: Floats
    chance: Floats

    def __call__(self, scores: Floats) -> Floats:
        """The chance at each score."""
        return np.interp(scores, self.score, self.chance)


def calibration_of(reference: Cells) -> Calibrator | None:
    """Isotonic regression of outcome on score over the bins of the grid; None with too few outcomes to learn from."""
    rows = scored(reference)
    positive, negative = rows.counts()
    if positive.sum() + negative.sum() < MIN_LABELLED or min(positive.sum(), negative.sum()) < MIN_OF_CLASS:
        return None
    n = positive + negative
    filled = np.flatnonzero(n)
    score = np.bincount(rows.bin, weights=rows.score_sum, minlength=SCORE_BINS)[filled] / n[filled]
    return Calibrator(score, isotonic(positive[filled] / n[filled], n[filled]))


def isotonic(values: Floats, weights: NDArray[np.int64]) -> Floats:
    """The rising sequence nearest to `values` in weighted least squares, by pooling adjacent violators."""
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many values
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        pool = (value, float(weight), 1)
        while pools and pools[-1][0] >= pool[0]:
            before = pools.pop()
            together = before[1] + pool[1]
            pool = ((before[0] * before[1] + pool[0] * pool[1]) / together, together, before[2] + pool[2])
        pools.append(pool)
    return np.repeat([mean for mean, _, _ in pools], [size for _, _, size in pools])


def _expected(cells: Cells, calibrated: Calibrator) -> _Expected:
    of = _scored_cells(cells)
    bins, n = whole(cells.score_bin)[of], whole(cells.n)[of].astype(float)
    score, square = floats(cells.score_sum)[of], floats(cells.score_sq_sum)[of]
    # The mean of the whole bin, not of the cell: the outcome, where it is known, must not tell the chance.
    n_of_bin, score_of_bin = (np.bincount(bins, weights=part, minlength=SCORE_BINS) for part in (n, score))
    return _Expected(bins, n, score / n, square / n, calibrated(score_of_bin[bins] / n_of_bin[bins]))


def _scored_cells(cells: Cells) -> NDArray[np.bool_]:
    scored_cells: NDArray[np.bool_] = (whole(cells.score_bin, -1) >= 0) & (whole(cells.n) > 0)
    return scored_cells


def _losses(expected: _Expected) -> Mapping[str, Measured]:
    """Log loss and Brier score, from what each decision would lose if its outcome were 1, and if it were 0."""
    score, square = expected.score, expected.square
    surprise = [-np.log(np.maximum(given, _LEAST_PROBABILITY)) for given in (score, 1 - score)]
    return {
        "log_loss": _mean_loss(expected, *surprise),
        "brier": _mean_loss(expected, square - 2 * score + 1, square),
    }


def _mean_loss(expected: _Expected, if_one: Floats, if_zero: Floats) -> Measured:
    chance, weight, total = expected.chance, expected.n / expected.n.sum(), float(expected.n.sum())
    mean = float(weight @ (chance * if_one + (1 - chance) * if_zero))
    squares = float(weight @ (chance * if_one**2 + (1 - chance) * if_zero**2))
    half = NORMAL_95 * float(np.sqrt(max(squares - mean**2, 0.0) / total))
    return Measured(mean, max(mean - half, 0.0), mean + half, round(total))


def _of_classes(cells: Cells, expected: _Expected) -> Mapping[str, Measured]:
    """The metrics of predicted classes: each cell counts as positive with its chance, and as negative with the rest."""
    predicted = texts(cells.predicted)[_scored_cells(cells)]
    of = known(predicted)
    outcome = np.repeat(np.array(["1", "0"], dtype=object), int(of.sum()))
    n = np.concatenate([expected.n * expected.chance, expected.n * (1 - expected.chance)])
    return of_counts(np.tile(predicted[of], 2), outcome, n[np.tile(of, 2)])
