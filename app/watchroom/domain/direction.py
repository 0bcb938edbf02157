"""Which way an input pushes, told from its values and their SHAP values: for a sentence, not for a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ONE_WAY = 0.6
"""Spearman's rank correlation from which an input is said to push one way; below it the honest word is `varying`."""

LEAST_ROWS = 10
"""A category with fewer rows is not named as the one that pushes most: its mean may be that of a few odd decisions."""

LEAST_SHARE = 0.01
"""Nor one with less than a hundredth of the rows."""

LEAST_TOLD = 20
"""With fewer rows that have a value no way is told."""

Way = Literal["up", "down", "varying", "flag", "category", "none"]


@dataclass(frozen=True)
class Direction:
    """How an input pushes the output: `up` when high values push it up, `down` when they push it down.

    `varying` when it does both; `flag` and `category` name in `value` what pushes it up most (None is a missing value);
    `none` when it cannot be told. `effect` is the mean SHAP value of that value's rows, NaN for numbers.
    """

    way: Way
    value: str | None = None
    effect: float = float("nan")


def of_numbers(values: Floats, shap: Floats) -> Direction:
    """The direction of a number, NaN where missing; of a flag when all its values are 0 or 1.

    By Spearman's rank correlation (Spearman 1904, mean ranks for ties) of value and SHAP value.
    """
    known = ~np.isnan(values)
    seen = values[known]
    if known.sum() < LEAST_TOLD or (seen == seen[0]).all() or np.ptp(shap[known]) == 0:
        return Direction("none")
    if np.isin(seen, (0, 1)).all():
        ones, zeros = shap[known][seen == 1].mean(), shap[known][seen == 0].mean()
        return Direction("flag", "1" if ones >= zeros else "0", float(max(ones, zeros)))
    correlation = float(np.corrcoef(_ranks(seen), _ranks(shap[known]))[0, 1])
    if abs(correlation) < ONE_WAY:
        return Direction("varying")
    return Direction("up" if correlation > 0 else "down")


def of_texts(values: Sequence[str | None], shap: Floats) -> Direction:
    """The direction of a category: the one with the greatest mean SHAP value, among those with enough rows."""
    texts = np.array(["" if value is None else f"={value}" for value in values], dtype=object)
    names, places = np.unique(texts, return_inverse=True)
    counts = np.bincount(places, minlength=len(names))
    enough = counts >= max(LEAST_ROWS, LEAST_SHARE * len(texts))
    if enough.sum() < 2:
        return Direction("none")
    means = np.bincount(places, weights=shap, minlength=len(names)) / counts
    best = int(np.where(enough, means, -np.inf).argmax())
    return Direction("category", names[best][1:] if names[best] else None, float(means[best]))


def _ranks(values: Floats) -> Floats:
    """Ranks from 0, equal values sharing their mean rank."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    shared: Floats = ends - (counts + 1) / 2
    return shared[places]


def rank_in(values: Floats) -> Floats:
    """Each value's place among all, 0 for the least, 1 for the greatest; NaN stays NaN, a single value is 0.5."""
    known = ~np.isnan(values)
    found = np.full(values.shape, np.nan)
    if known.any():
        ranks = _ranks(values[known])
        spread = np.ptp(ranks)
        found[known] = (ranks - ranks.min()) / spread if spread else 0.5
    return found
