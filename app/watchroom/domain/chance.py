"""How far chance alone takes a drift statistic when nothing has drifted: the noise that a light has to exceed.

Each function gives what is exceeded once in a thousand periods of n decisions against a reference of N rows.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.laws import KOLMOGOROV_RARE, NORMAL_RARE, chi2_rare

Floats = NDArray[np.float64]

_CELL_GRID = np.geomspace(1e-3, 1e3, 240)
"""Expected counts of a cell for which its moments are tabled; beyond the last one they no longer change."""


def of_shares(
    counts: NDArray[np.int64], reference: NDArray[np.int64], cell: Literal["psi", "js"], floor: float
) -> Floats:
    """Noise of a sum over cells that is a chi-square statistic for small changes, in that statistic's unit.

    `counts` is (periods, cells), `reference` (cells,). The limit law is chi-square with cells - 1 degrees of freedom,
    times 1/n + 1/N (for PSI Yurdakul 2018). It is too small where cells expect few decisions, since an empty cell then
    counts for much more; so the law is also matched by a gamma law to the mean and variance that the cells have with
    Poisson counts, and the greater of the two holds. 0 where a single cell is filled, NaN without decisions.
    """
    n, total = counts.sum(axis=1), int(reference.sum())
    pooled = counts + reference
    smaller = np.minimum(n, total)[:, None]
    expected = pooled / np.maximum(pooled.sum(axis=1, keepdims=True), 1) * smaller
    cells = (pooled > 0).sum(axis=1)
    mean, variance = _cell_moments(expected, floor * smaller, cell)
    tied = (cells - 1) / np.maximum(cells, 1)  # the counts add up to n, which takes one degree of freedom
    matched = _gamma_rare(mean.sum(axis=1) * tied, variance.sum(axis=1) * tied)
    return np.maximum(chi2_rare(np.maximum(cells - 1, 0)), matched) * per_decision(n, total)


def per_decision(n: NDArray[np.int64], reference_n: int) -> Floats:
    """1/n + 1/N: the size of chance between two samples; NaN where one of them is empty."""
    usable = (n > 0) & (reference_n > 0)
    return np.where(usable, 1 / np.maximum(n, 1) + 1 / max(reference_n, 1), np.nan)


def _gamma_rare(mean: Floats, variance: Floats) -> Floats:
    """What a gamma law with this mean and variance exceeds once in a thousand: a scaled chi-square."""
    known = (mean > 0) & (variance > 0)
    df = np.where(known, 2 * mean**2 / np.where(known, variance, 1), 0)
    return np.where(known, mean / np.where(known, df, 1) * chi2_rare(df), 0)


def _cell_moments(expected: Floats, floor: Floats, cell: Literal["psi", "js"]) -> tuple[Floats, Floats]:
    """Mean and variance of what a cell with so many expected decisions adds; (1, 2) when they are many."""
    first, second = _moments_of_filled(cell)
    at = np.log(np.clip(expected, _CELL_GRID[0], _CELL_GRID[-1]))
    mean, square = (np.interp(at, np.log(_CELL_GRID), table) for table in (first, second))
    if cell == "psi":
        held = np.maximum(floor, 1e-12)  # no decisions, no floor
        empty = expected * np.log(np.maximum(expected, held) / held)
    else:
        empty = expected * 4 * math.log(2)
    chance = np.exp(-expected)
    mean, square = mean + chance * empty, square + chance * empty**2
    some = expected > 0
    return np.where(some, mean, 0), np.where(some, square - mean**2, 0)


@cache
def _moments_of_filled(cell: Literal["psi", "js"]) -> tuple[Floats, Floats]:
    """First and second moment, over the counts from 1 of a Poisson law, of what a cell adds; by expected count."""
    logs = np.cumsum(np.log(np.arange(1, 1600)))
    count = np.arange(1.0, 1600.0)
    mean, square = np.empty_like(_CELL_GRID), np.empty_like(_CELL_GRID)
    for place, expected in enumerate(_CELL_GRID.tolist()):
        chance = np.exp(count * math.log(expected) - expected - logs)
        if cell == "psi":
            adds = (count - expected) * np.log(count / expected)
        else:
            both = (count + expected) / 2
            adds = 4 * (count * np.log(count / both) + expected * np.log(expected / both))
        mean[place], square[place] = chance @ adds, chance @ adds**2
    return mean, square


def of_ks(n: NDArray[np.int64], reference_n: int) -> Floats:
    """Noise of the greatest difference of two ECDFs: Smirnov's limit law, on the safe side for few different values."""
    return KOLMOGOROV_RARE * np.sqrt(per_decision(n, reference_n))


def of_wasserstein(below: Floats, widths: Floats, n: NDArray[np.int64], reference_n: int) -> Floats:
    """Noise of W1, in the unit of `widths`: of the integral of the absolute Brownian bridge over the values.

    `below` is the reference's share below each stretch of values, `widths` the stretches' lengths. A gamma law is
    matched to the integral's mean and variance (del Barrio, Giné and Matrán 1999), and stretched by what skewness adds
    to the quantile of a mean in small samples (Cornish and Fisher 1938).
    """
    scale = per_decision(n, reference_n)
    sigma = np.sqrt(below * (1 - below))
    live = (sigma > 0) & (widths > 0)
    if not live.any():
        return 0 * scale
    weighted, share = (sigma * widths)[live], below[live]
    together = np.minimum.outer(share, share) - np.multiply.outer(share, share)
    correlation = np.clip(together / np.multiply.outer(sigma[live], sigma[live]), -1, 1)
    absolute = 2 / math.pi * (np.sqrt(1 - correlation**2) + correlation * np.arcsin(correlation))
    mean = math.sqrt(2 / math.pi) * weighted.sum()
    spread = weighted @ absolute @ weighted - mean**2
    rare = float(_gamma_rare(np.array(mean), np.array(spread)))
    return rare * np.sqrt(scale) * (1 + _SKEW_ADDS * _skewness(below, widths) * np.sqrt(scale))


_SKEW_ADDS = (NORMAL_RARE - 1 / NORMAL_RARE) / 6
"""Cornish and Fisher's (z² - 1) / 6, as a share of the quantile z."""


def _skewness(below: Floats, widths: Floats) -> float:
    """Of a law with the share `below` at each stretch; its sign does not matter for a distance."""
    value = np.concatenate([[0.0], np.cumsum(widths)])
    share = np.diff(np.concatenate([[0.0], below, [1.0]]))
    centred = value - share @ value
    return float(abs(share @ centred**3) / (share @ centred**2) ** 1.5)
