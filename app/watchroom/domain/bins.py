"""Where a value is counted: the bins of a feature, taken from its reference, and the fixed grid of scores.

Counts on these bins add up over days. What is computed from the counts is in `drift` and `performance`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MISSING = -1
"""The bin of NULL and NaN."""

INVALID = -2
"""The bin of what cannot be converted to the feature's type."""

UNSEEN = -3
"""The bin of a category that the reference does not have."""

RARE = -4
"""The bin of categories beyond the `MAX_CATEGORIES` most frequent; then an unseen one cannot be told from them."""

MAX_CATEGORIES = 200
"""Categories with a bin of their own: what a chart and a drift statistic can still make sense of."""

EXACT_VALUES = 100
"""Up to so many different numbers each has an edge of its own, so that nothing is lost by binning."""

_PERCENTILES = np.arange(0, 100) / 100
_DECILES = np.arange(1, 10) / 10


def edges_of(reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """The edges of a number's bins: percentiles of the finite reference values (linear interpolation), each once.

    The first edge is the smallest value, the last lies just above the largest, so bin 0 and the last bin hold what is
    out of the reference's range. With at most `EXACT_VALUES` different values each of them is an edge too. Empty for a
    reference without a finite value.
    """
    values = reference[np.isfinite(reference)]
    if values.size == 0:
        return np.empty(0)
    percentiles = np.quantile(values, np.concatenate([_PERCENTILES, _DECILES]))
    distinct = np.unique(values)
    exact = distinct if distinct.size <= EXACT_VALUES else distinct[:1]
    return np.unique(np.concatenate([percentiles, exact, [np.nextafter(distinct[-1], np.inf)]]))


def deciles_of(reference: NDArray[np.float64]) -> NDArray[np.float64]:
    """PSI's inner edges: the reference's deciles, each once; every one of them is in `edges_of` too."""
    values = reference[np.isfinite(reference)]
    return np.unique(np.quantile(values, _DECILES)) if values.size else np.empty(0)


def decile_of_bins(edges: NDArray[np.float64], deciles: NDArray[np.float64]) -> NDArray[np.int16]:
    """For each of the `len(edges) + 1` bins the bin of PSI that it lies in."""
    inner = np.searchsorted(deciles, edges, side="right")
    return np.concatenate([[0], inner]).astype(np.int16)


def bins_of_numbers(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.intp]:
    """The bin of each value, left-closed; infinities lie in the outer bins, NaN in `MISSING`."""
    found = np.searchsorted(edges, values, side="right")
    found[np.isnan(values)] = MISSING
    return found


def categories_of(counts: Sequence[tuple[str, int]]) -> tuple[list[str], bool]:
    """The categories that get a bin, the most frequent first, and whether that is all of them.

    `counts` are the reference's values with their rows. Equally frequent ones are in the order of the alphabet.
    """
    ranked = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    return [value for value, _ in ranked[:MAX_CATEGORIES]], len(ranked) <= MAX_CATEGORIES


# The score grid: steps of 1e-5 in the tails, where rare events live, and of 1e-3 between.
_TAIL = 0.01
_FINE, _COARSE = 100_000, 1_000
_TAIL_BINS = 1_000
_MIDDLE_BINS = 980

SCORE_BINS = _TAIL_BINS + _MIDDLE_BINS + _TAIL_BINS + 1
"""How many bins the score grid has; the last holds the score 1 alone."""

SCORE_BIN_SQL = (
    "case when {score} < 0.01e0 then cast(floor({score} * 100000e0) as int) "
    "when {score} < 0.99e0 then 990 + cast(floor({score} * 1000e0) as int) "
    "else 1980 + cast(floor(({score} - 0.99e0) * 100000e0) as int) end"
)
"""The score's bin in SQL, the same in every engine: only IEEE multiplication, subtraction and `floor` of doubles."""


def score_bin(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """The bin of each score in [0, 1], as `SCORE_BIN_SQL` has it."""
    low = np.floor(scores * float(_FINE))
    middle = 990 + np.floor(scores * float(_COARSE))
    high = 1980 + np.floor((scores - 0.99) * float(_FINE))
    return np.where(scores < _TAIL, low, np.where(scores < 0.99, middle, high)).astype(np.int64)


def score_edges() -> NDArray[np.float64]:
    """The lower edge of each of the `SCORE_BINS` bins: index with the bin's number."""
    low = np.arange(_TAIL_BINS) / _FINE
    middle = np.arange(10, 990) / _COARSE
    high = 0.99 + np.arange(_TAIL_BINS + 1) / _FINE
    return np.concatenate([low, middle, high])
