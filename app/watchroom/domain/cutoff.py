"""The cut-off of a binary model: the one that its logged predictions imply, and what another would have done."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.bins import SCORE_BINS, score_bin, score_edges
from watchroom.domain.outcomes import Cells, floats, per_bin, texts, whole

_SAME = 1e-9
"""Numbers closer than this are the same place on the score grid, whose steps are 0.00001 and more."""


@dataclass(frozen=True)
class Cutoff:
    """A score from which on decisions were predicted `1`.

    Every cut-off from `low` to `high` fits the predictions alike, up to the grid of scores; `value` is the one of them
    with the fewest digits, as a person would have chosen it. `misfit` is the share of decisions that do not fit: 0 when
    the prediction is nothing but a cut of the score. `n` are the decisions with a score and a prediction.
    """

    value: float
    low: float
    high: float
    misfit: float
    n: int


def implied(cells: Cells) -> Cutoff | None:
    """The cut-off between the greatest score that was predicted 0 and the least that was predicted 1.

    Where the two overlap, the one with the fewest decisions on the wrong side. None when only one of the two was ever
    predicted, or without scores: then nothing tells where the cut-off lies.
    """
    bins, predicted, n = whole(cells.score_bin, -1), texts(cells.predicted), whole(cells.n)
    yes, no = (_per_bin(bins, (bins >= 0) & (predicted == label), n) for label in ("1", "0"))
    total = int(yes.sum() + no.sum())
    if not yes.any() or not no.any():
        return None
    wrong = np.cumsum(yes) - yes + no.sum() - (np.cumsum(no) - no)
    fits = np.flatnonzero(wrong == wrong.min())
    low, high = (float(edge) for edge in score_edges()[fits[[0, -1]]])
    return Cutoff(roundest(low, high), low, high, int(wrong.min()) / total, total)


def _per_bin(bins: NDArray[np.int64], of: NDArray[np.bool_], n: NDArray[np.int64]) -> NDArray[np.int64]:
    return per_bin(bins[of], n[of])


def roundest(low: float, high: float) -> float:
    """The number with the fewest decimals from low to high, the nearest to the middle of equally round ones."""
    middle = (low + high) / 2
    for decimals in range(6):
        step = 10.0**-decimals
        near = round(middle, decimals)
        for found in (near, round(near - step, decimals), round(near + step, decimals)):
            if low - _SAME <= found <= high + _SAME and 0 < found < 1:
                return found
    return middle


@dataclass(frozen=True)
class WouldBe:
    """What a cut-off would have done: `n` decisions with a score, `positives` of them at it or above.

    `tp`, `fp`, `fn` and `tn` are those with an outcome, `unlabelled` the others.
    """

    tp: int
    fp: int
    fn: int
    tn: int
    positives: int
    n: int
    unlabelled: int


def would_be(cells: Cells, cutoff: float) -> WouldBe:
    """The counts if every score from `cutoff` on had been predicted 1.

    Exact for a cut-off at an edge of the score grid (every whole thousandth is one). Within a bin the decisions of each
    cell lie where their mean score lies.
    """
    bins, outcome, n = whole(cells.score_bin, -1), texts(cells.outcome), whole(cells.n)
    yes = _at_or_above(bins, floats(cells.score_sum) / np.maximum(n, 1), cutoff)
    of, real, unreal = bins >= 0, outcome == "1", outcome == "0"

    def count(which: NDArray[np.bool_]) -> int:
        return int(n[of & which].sum())

    labelled = real | unreal
    return WouldBe(
        tp=count(yes & real),
        fp=count(yes & unreal),
        fn=count(~yes & real),
        tn=count(~yes & unreal),
        positives=count(yes),
        n=count(np.ones_like(of)),
        unlabelled=count(~labelled),
    )


def _at_or_above(bins: NDArray[np.int64], mean_score: NDArray[np.float64], cutoff: float) -> NDArray[np.bool_]:
    if cutoff > 1 or math.isnan(cutoff):
        return np.zeros(bins.shape, np.bool_)
    edges = score_edges()
    at = min(int(score_bin(np.array([max(cutoff, 0.0)]))[0]), SCORE_BINS - 1)
    if at + 1 < SCORE_BINS and cutoff >= edges[at + 1] - _SAME:  # an edge that rounding has put into the bin below
        at += 1
    whole_bin = cutoff <= edges[at] + _SAME
    above: NDArray[np.bool_] = (bins > at) | ((bins == at) & (whole_bin | (mean_score >= cutoff)))
    return above
