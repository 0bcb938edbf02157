"""Quantiles of the few laws that our statistics need, without SciPy: pages that compute a window must open fast.

Each is checked against SciPy in the tests.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

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


def normal_below(z: float) -> float:
    """How much of the standard normal law lies below z; it keeps its digits far out on the lower side."""
    return math.erfc(-z / math.sqrt(2)) / 2


@lru_cache(maxsize=4096)
def t_95(df: float) -> float:
    """How many standard errors on either side hold 95 % of Student's law with `df` >= 1 degrees of freedom.

    Whole or not, as Welch's are; found by bisection on its distribution function.
    """
    low, high = NORMAL_95, 13.0  # 12.7 at one degree of freedom
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if t_below(middle, df) < 0.975 else (low, middle)
    return (low + high) / 2


def t_below(t: float, df: float) -> float:
    """How much of Student's law with `df` >= 1 degrees of freedom, whole or not, lies below t.

    By the incomplete beta function (Abramowitz and Stegun 26.7.1).
    """
    if math.isinf(t):
        return float(t > 0)
    # Either end of the law by the form that keeps its digits: I(x; a, b) and 1 - I(1 - x; b, a) are the same.
    within = t * t / (df + t * t)
    tail = _beta_below(df / (df + t * t), df / 2, 0.5) if t * t > 1 else 1 - _beta_below(within, 0.5, df / 2)
    return 1 - tail / 2 if t > 0 else tail / 2


def _beta_below(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function by its continued fraction (Abramowitz and Stegun 26.5.8, Lentz 1976)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # on the other side the fraction converges
        return 1 - _beta_below(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    fraction = d
    for step in range(1, _MOST_STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        for part in (even, odd):
            c, d = 1 + part / c, 1 / (1 + part * d)
            fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * fraction / a


_MOST_STEPS = 10_000
"""The fraction takes some tens of steps, and at a million degrees of freedom some hundreds."""
