"""Raw values binned as a refresh bins them, for the tests of what is computed from the counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
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
    score_bin,
)
from watchroom.domain.outcomes import Cells, Errors

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


def cells_of(
    scores: ArrayLike, outcomes: ArrayLike, *, threshold: float = 0.5, labelled: ArrayLike | None = None
) -> Cells:
    """Raw scores and outcomes of a binary model counted as a refresh counts them; unlabelled ones have no outcome."""
    score, real = np.asarray(scores, np.float64), np.asarray(outcomes).astype(bool)
    has_label = np.ones(score.size, bool) if labelled is None else np.asarray(labelled, bool)
    given = np.where(real, score, 1 - score)
    frame = pd.DataFrame(
        {
            "score_bin": score_bin(score),
            "predicted": np.where(score >= threshold, "1", "0"),
            "outcome": np.where(has_label, np.where(real, "1", "0"), ""),
            "n": 1,
            "score_sum": score,
            "score_sq_sum": score**2,
            "log_loss_sum": np.where(has_label, -np.log(np.maximum(given, 2.2e-16)), np.nan),
        }
    )
    rows = frame.groupby(["score_bin", "predicted", "outcome"], as_index=False).sum(min_count=1)
    rows["outcome"] = rows["outcome"].astype(object).where(rows["outcome"] != "", None)
    return cells_from(rows)


def cells_from(rows: pd.DataFrame) -> Cells:
    return Cells(**{name: rows[name].to_numpy(object if name in ("predicted", "outcome") else None) for name in rows})


def class_cells(predicted: Sequence[str | None], outcome: Sequence[str | None]) -> Cells:
    """Predicted and real classes without scores, one row for each decision."""
    size, nothing = len(predicted), np.full(len(predicted), np.nan)
    texts = (np.array(part, object) for part in (predicted, outcome))
    return Cells(nothing, *texts, np.ones(size, np.int64), nothing, nothing, nothing)


def errors_of(predicted: ArrayLike, outcome: ArrayLike, days: int = 1) -> Errors:
    """Raw predictions and outcomes of a regression summed by day, cut into `days` parts of different size."""
    prediction, real = np.asarray(predicted, np.float64), np.asarray(outcome, np.float64)
    cuts = np.sort(np.random.default_rng(days).choice(np.arange(1, real.size), days - 1, replace=False))
    parts = zip(np.split(prediction - real, cuts), np.split(real, cuts), strict=True)
    rows = [
        (e.size, e[e > 0].sum(), -e[e < 0].sum(), (e**2).sum(), e.size * np.abs(e).var(), y.mean(), y.size * y.var())
        for e, y in parts
    ]
    return Errors(*np.array(rows, np.float64).reshape(-1, 7).T)
