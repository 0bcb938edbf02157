"""Raw values binned as a refresh bins them, for the tests of what is computed from the counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from watchroom.domain.binned import Bins
from watchroom.domain.bins import (
    EXACT_VALUES,
    INVALID,
    MISSING,
    RARE,
    UNSEEN,
    bins_of_numbers,
    decile_of_bins,
    deciles_of,
    edges_of,
)

SPECIAL = (RARE, UNSEEN, INVALID, MISSING)


def number_bins(reference: ArrayLike) -> Bins:
    """The bins of a numeric feature from its raw reference; NaN is missing."""
    values = np.asarray(reference, np.float64)
    edges = edges_of(values)
    codes = np.arange(-len(SPECIAL), edges.size + 1)
    open_ended = np.full(len(SPECIAL) + 1, np.nan)
    finite = values[np.isfinite(values)]
    return Bins(
        kind="number",
        bin=codes,
        lower=np.concatenate([open_ended, edges]),
        upper=np.concatenate([open_ended[:-1], edges, [np.nan]]),
        decile=np.concatenate([np.full(len(SPECIAL), -1), decile_of_bins(edges, deciles_of(values))]),
        reference=counts_on(codes, bins_of_numbers(values, edges)),
        std=float(finite.std()) if finite.size else float("nan"),
        exact=np.unique(finite).size <= EXACT_VALUES,
    )


def count_numbers(bins: Bins, *periods: ArrayLike) -> np.ndarray:
    """Raw values of each period counted on the bins: (periods, bins)."""
    edges = bins.edges
    return np.stack([counts_on(bins.bin, bins_of_numbers(np.asarray(x, np.float64), edges)) for x in periods])


def category_bins(reference: Sequence[int], missing: int = 0) -> Bins:
    """The bins of a category from the counts of its values."""
    codes = np.arange(-len(SPECIAL), len(reference))
    nothing = np.full(codes.size, np.nan)
    counts = np.array([0, 0, 0, missing, *reference], np.int64)
    return Bins("category", codes, nothing, nothing, np.full(codes.size, -1), counts, float("nan"))


def counts_on(codes: np.ndarray, found: np.ndarray) -> np.ndarray:
    return np.bincount(found + len(SPECIAL), minlength=codes.size).astype(np.int64)
