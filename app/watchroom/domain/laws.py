"""Quantiles of the few laws that our statistics need, without SciPy: pages that compute a window must open fast.

Each is checked against SciPy in the tests.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

NORMAL_95 = 1.959963984540054
"""Standard deviations on either side that hold 95 % of a normal law."""

RARE_CHANCE = 0.001
"""How often chance alone may exceed what we call noise: with daily windows, once in almost three years."""

NORMAL_RARE = 3.090232306167813
"""What a standard normal law exceeds with `RARE_CHANCE`."""

KOLMOGOROV_RARE = math.sqrt(-math.log(RARE_CHANCE / 2) / 2)
"""What Kolmogorov's law exceeds with `RARE_CHANCE` (its first term; the second is below 1e-12 there): 1.949."""

_DF_GRID = np.geomspace(0.2, 5000.0, 120)


def chi2_rare(df: ArrayLike) -> NDArray[np.float64]:
    """What a chi-square law with `df` degrees of freedom, whole or not, exceeds with `RARE_CHANCE`.

    0 for none. The approximation of Wilson and Hilferty (1931), corrected by its error at a grid of `df` where the
    exact value was found by Newton's method: right to a relative 2e-4.
    """
    degrees = np.asarray(df, np.float64)
    held = np.clip(degrees, _DF_GRID[0], _DF_GRID[-1])
    corrected = _wilson_hilferty(np.maximum(degrees, _DF_GRID[0])) * np.interp(
        np.log(held), np.log(_DF_GRID), _correction()
    )
    return np.where(degrees > 0, corrected, 0.0)


def _wilson_hilferty(df: NDArray[np.float64]) -> NDArray[np.float64]:
    ninth = 2 / (9 * df)
    return df * (1 - ninth + NORMAL_RARE * np.sqrt(ninth)) ** 3


@cache
def _correction() -> NDArray[np.float64]:
    first = _wilson_hilferty(_DF_GRID)
    exact = [_chi2_by_newton(df, start) for df, start in zip(_DF_GRID.tolist(), first.tolist(), strict=True)]
    return np.array(exact) / first


def _chi2_by_newton(df: float, start: float) -> float:
    shape, x = df / 2, start / 2
    for _ in range(6):
        density = math.exp((shape - 1) * math.log(x) - x - math.lgamma(shape))
        x -= (_gamma_below(shape, x) - (1 - RARE_CHANCE)) / density
    return 2 * x


def _gamma_below(shape: float, x: float) -> float:
    """The regularised lower incomplete gamma function by its series (Abramowitz and Stegun 6.5.29)."""
    term = total = 1 / shape
    step = shape
    while term > total * 1e-16:
        step += 1
        term *= x / step
        total += term
    return total * math.exp(shape * math.log(x) - x - math.lgamma(shape))


def wilson(share: ArrayLike, n: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The 95 % interval of a share seen in n cases (Wilson 1927); NaN without cases. It stays within 0 and 1."""
    seen, cases = np.asarray(share, np.float64), np.asarray(n, np.float64)
    cases = np.where(cases > 0, cases, np.nan)
    square = NORMAL_95**2 / cases
    centre = (seen + square / 2) / (1 + square)
    half = NORMAL_95 * np.sqrt(np.maximum(seen * (1 - seen), 0) / cases + square / (4 * cases)) / (1 + square)
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


@cache
def t_95(df: int) -> float:
    """How many standard errors on either side hold 95 % of Student's law with `df` >= 1 degrees of freedom.

    Found by bisection on its distribution function, a finite sum for whole `df` (Abramowitz and Stegun 26.7.3-4).
    """
    low, high = NORMAL_95, 13.0  # 12.7 at one degree of freedom
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_within(middle, df) < 0.95 else (low, middle)
    return (low + high) / 2


def _t_within(t: float, df: int) -> float:
    angle = math.atan(t / math.sqrt(df))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = df % 2
    term = cosine if odd else 1.0
    total = term if df > 1 else 0.0
    for step in range(2 + odd, df, 2):
        term *= cosine**2 * (step - 1) / step
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
