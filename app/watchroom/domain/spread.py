"""What a few runs say together: mean and spread of a metric over seeds, and whether two such groups differ.

A run is one value. Runs of the same settings but the seed are taken as independent draws from one normal law.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.laws import t_95, t_below

Better = Literal["lower", "higher", "zero"]
"""Which values of a metric are better, as `domain.metrics.better` has it."""


@dataclass(frozen=True)
class Spread:
    """Of `n` values: their mean, standard deviation (divisor n - 1), and the 95 % interval of the long-run mean.

    NaN where there are too few: all of it without values, all but the mean of one.
    """

    n: int
    mean: float
    sd: float
    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """The mean of b less that of a, its 95 % interval, and how probable it is that b is better in the long run.

    NaN where it cannot be told. `n_a` and `n_b` are how many values it rests on.
    """

    difference: float
    low: float
    high: float
    b_better: float
    n_a: int
    n_b: int


def of(values: Iterable[float]) -> Spread:
    """The spread of some values; NaN ones are left out. The interval is Student's with n - 1 degrees of freedom.

    With an infinite value among them the mean is infinite or NaN, and there is no spread.
    """
    kept = _kept(values)
    mean, sd = _mean(kept), _sd(kept)
    half = t_95(kept.size - 1) * sd / math.sqrt(kept.size) if kept.size > 1 else math.nan
    return Spread(int(kept.size), mean, sd, mean - half, mean + half)


def between(a: Iterable[float], b: Iterable[float], better: Better) -> Difference:
    """How the values of b differ from those of a: Welch's interval (1947), with Satterthwaite's degrees of freedom.

    `b_better` is the share of the same t law about the difference that lies on the better side of zero: with a flat
    prior it is how probable it is that b's long-run mean is better (Box and Tiao 1973, with Welch's approximation of
    the law of Behrens and Fisher), and one less the p value of the one-sided test. Values without any spread leave
    nothing to chance: it is 1, 0, or 0.5 where they are the same. It takes two values of either; and for a metric that
    is best near zero it is NaN, since the difference does not say which is nearer.
    """
    first, second = _kept(a), _kept(b)
    difference = _mean(second) - _mean(first)
    variances = _of_mean(first), _of_mean(second)
    error = math.sqrt(sum(variances))
    nothing = Difference(difference, math.nan, math.nan, math.nan, int(first.size), int(second.size))
    if not (math.isfinite(error) and math.isfinite(difference)):
        return nothing
    degrees = _degrees(variances, (first.size, second.size))
    half = t_95(degrees) * error if error > 0 else 0.0
    above = t_below(difference / error, degrees) if error > 0 else 0.5 * (1 + np.sign(difference))
    chance = {"higher": above, "lower": 1 - above, "zero": math.nan}[better]
    return Difference(difference, difference - half, difference + half, float(chance), nothing.n_a, nothing.n_b)


def _degrees(variances: tuple[float, float], sizes: tuple[int, int]) -> float:
    """Satterthwaite's degrees of freedom (1946); 1 where nothing varies, and none are needed."""
    total = sum(variances)
    if total <= 0:
        return 1.0
    shares = [variance / total for variance in variances]  # of the total, so that no square of a tiny number is 0
    return 1 / sum(share**2 / (size - 1) for share, size in zip(shares, sizes, strict=True))


def _kept(values: Iterable[float]) -> NDArray[np.float64]:
    found = np.array(list(values), dtype=np.float64)
    return found[~np.isnan(found)]


def _mean(values: NDArray[np.float64]) -> float:
    if not values.size:
        return math.nan
    with np.errstate(invalid="ignore"):  # of both infinities
        return float(values.mean())


def _sd(values: NDArray[np.float64]) -> float:
    """NaN of fewer than two values, and with an infinite one."""
    return float(values.std(ddof=1)) if values.size > 1 and np.isfinite(values).all() else math.nan


def _of_mean(values: NDArray[np.float64]) -> float:
    """The squared standard error of the mean."""
    return _sd(values) ** 2 / values.size if values.size else math.nan
