"""How far a feature has moved from its reference, from counts on its bins: for many periods at once.

Definitions and sources are in `METHODS` and docs/statistics.md; what chance alone does is in `chance`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchroom.domain import chance
from watchroom.domain.binned import Bins, Counts, Kind, grouped, shares
from watchroom.domain.laws import chi2_rare

__all__ = [
    "METHODS",
    "PSI_FLOOR",
    "Bins",
    "Distances",
    "Method",
    "distances",
    "drift_status",
    "method_for",
    "moved_share",
]

Floats = NDArray[np.float64]

PSI_FLOOR = 1e-4
"""The least share that PSI reckons with, so that an empty bin gives a large number and not an infinite one."""

MIN_EXPECTED = 5
"""Cochran's rule: cells of a chi-square statistic that expect fewer are put together."""


@dataclass(frozen=True)
class Method:
    """A way to compare two distributions: what it is for, what it computes, and where that is from."""

    name: str
    title: str
    kinds: frozenset[Kind]
    definition: str
    source: str


@dataclass(frozen=True)
class Distances:
    """One entry for each period: the distance, what chance alone may give, and the decisions; NaN where it has none."""

    value: Floats
    noise: Floats
    n: Counts


_BOTH: frozenset[Kind] = frozenset(("number", "category"))
_NUMBER: frozenset[Kind] = frozenset(("number",))

METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        Method(
            "psi",
            "Population stability index",
            _BOTH,
            "Σ (p - q) ln(p / q) over the reference's deciles or the categories, and missing; shares from 0.0001",
            "Siddiqi, Credit Risk Scorecards, 2006; noise by Yurdakul, Statistical properties of PSI, 2018",
        ),
        Method(
            "js",
            "Jensen-Shannon distance",
            _BOTH,
            "square root of the Jensen-Shannon divergence in bits, on the bins of PSI; from 0 to 1",
            "Lin, Divergence measures based on the Shannon entropy, 1991; Endres and Schindelin, 2003",
        ),
        Method(
            "ks",
            "Kolmogorov-Smirnov distance",
            _NUMBER,
            "greatest difference of the two cumulative shares at the reference's percentiles; from 0 to 1",
            "Smirnov, Table for estimating the goodness of fit of empirical distributions, 1948",
        ),
        Method(
            "wasserstein",
            "Wasserstein distance",
            _NUMBER,
            "how far values moved on average, in standard deviations of the reference, within its range",
            "Ramdas, Garcia and Cuturi, On Wasserstein two-sample testing, 2017",
        ),
        Method(
            "chi2",
            "Chi-square effect (Cohen's w)",
            _BOTH,
            "√(χ² (1/n + 1/N)) of the two-sample chi-square statistic on the bins of PSI",
            "Pearson, 1900; Cohen, Statistical power analysis, 1988; small cells by Cochran, 1954",
        ),
    )
}
"""Every method, by the name that model files use."""


def method_for(name: str, kind: Kind) -> str:
    """The method that is used for a feature of this kind: a category has no order, so `js` stands in for ks and W1."""
    return name if kind in METHODS[name].kinds else "js"


def distances(method: str, bins: Bins, counts: Counts) -> Distances:
    """How far each period, a row of `counts` on these bins, is from the reference.

    `method` must fit the kind, see `method_for`. A value is NaN where the period or the reference holds nothing to
    compare: no decisions, or for `ks` and `wasserstein` none with a value. Missing and invalid are one bin.
    """
    value, noise = _MEASURES[method](bins, counts)
    lacks = np.isnan(noise)
    return Distances(np.where(lacks, np.nan, value), noise, counts.sum(axis=1))


def drift_status(value: ArrayLike, noise: ArrayLike, watch: ArrayLike, drifted: ArrayLike) -> NDArray[np.str_]:
    """`drifted` or `watch` where the value reaches that limit and exceeds chance; else `stable`.

    `no data` without a value, and where no light is on but chance alone could reach the watch limit: too small to tell.
    """
    found, chance_, low, high = (np.asarray(given, np.float64) for given in (value, noise, watch, drifted))
    told = found >= chance_
    lights = [told & (found >= high), told & (found >= low), np.isnan(found) | np.isnan(chance_) | (chance_ > low)]
    return np.select(lights, ["drifted", "watch", "no data"], "stable")


def moved_share(bins: Bins, counts: Counts) -> Floats:
    """The share of a period's decisions that lie where the reference would not have them; NaN without decisions.

    Total variation distance on the bins of PSI, ½ Σ|p - q|: from 0 to 1.
    """
    now, before = _both_shares(bins, counts)
    moved = np.abs(now - before).sum(axis=1) / 2
    return np.where((counts.sum(axis=1) > 0) & (bins.reference.sum() > 0), moved, np.nan)


def _both_shares(bins: Bins, counts: Counts) -> tuple[Floats, Floats]:
    return shares(grouped(bins, counts)), shares(grouped(bins, bins.reference[None]))


def _both_counts(bins: Bins, counts: Counts) -> tuple[Counts, Counts]:
    return grouped(bins, counts), grouped(bins, bins.reference[None])[0]


def _psi(bins: Bins, counts: Counts) -> tuple[Floats, Floats]:
    now, before = (np.maximum(part, PSI_FLOOR) for part in _both_shares(bins, counts))
    value = ((now - before) * np.log(now / before)).sum(axis=1)
    return value, chance.of_shares(*_both_counts(bins, counts), "psi", PSI_FLOOR)


def _js(bins: Bins, counts: Counts) -> tuple[Floats, Floats]:
    now, before = _both_shares(bins, counts)
    middle = (now + before) / 2
    divergence = (_bits(now, middle) + _bits(before, middle)) / 2
    noise = chance.of_shares(*_both_counts(bins, counts), "js", 0.0) / (8 * math.log(2))
    return np.sqrt(np.clip(divergence, 0, 1)), np.sqrt(noise)


def _bits(shares_: Floats, middle: Floats) -> Floats:
    """Kullback-Leibler divergence from the middle in bits; an empty bin adds nothing."""
    some = shares_ > 0
    ratio = np.where(some, shares_, 1) / np.where(some, middle, 1)
    bits: Floats = (shares_ * np.log2(ratio)).sum(axis=1)
    return bits


def _chi2(bins: Bins, counts: Counts) -> tuple[Floats, Floats]:
    now, before = _both_counts(bins, counts)
    n, total = now.sum(axis=1), int(before.sum())
    pooled = (now + before) / np.maximum(n + total, 1)[:, None]
    difference = shares(now) - shares(before[None])
    small = pooled * np.minimum(n, total)[:, None] < MIN_EXPECTED
    pooled, difference = _with_rest(pooled, small), _with_rest(difference, small)
    kept = pooled * np.minimum(n, total)[:, None] >= MIN_EXPECTED
    square = np.where(kept, difference**2 / np.where(kept, pooled, 1), 0).sum(axis=1)
    # What is left out no longer ties the cells that stay, so then each of them is free.
    tied = ~((pooled > 0) & ~kept).any(axis=1)
    noise = np.sqrt(chi2_rare(kept.sum(axis=1) - tied) * chance.per_decision(n, total))
    filled = (now + before > 0).sum(axis=1)
    return np.sqrt(square), np.where(kept.sum(axis=1) < np.minimum(filled, 2), np.nan, noise)


def _with_rest(parts: Floats, small: NDArray[np.bool_]) -> Floats:
    """The parts, with the small ones put together in one more column."""
    rest = np.where(small, parts, 0).sum(axis=1, keepdims=True)
    return np.hstack([np.where(small, 0, parts), rest])


def _ks(bins: Bins, counts: Counts) -> tuple[Floats, Floats]:
    now, before = counts[:, bins.valued], bins.reference[None, bins.valued]
    value = np.abs(_gap(now, before)[:, :-1]).max(axis=1, initial=0.0)
    return value, chance.of_ks(now.sum(axis=1), int(before.sum()))


def _wasserstein(bins: Bins, counts: Counts) -> tuple[Floats, Floats]:
    now, before = counts[:, bins.valued], bins.reference[None, bins.valued]
    n, total = now.sum(axis=1), int(before.sum())
    if bins.constant or not 0 < bins.std < math.inf:  # nothing to norm by: the share of decisions that differ
        return np.abs(shares(now) - shares(before)).sum(axis=1) / 2, chance.of_ks(n, total)
    widths = np.diff(bins.edges / bins.std)
    gap, below = _gap(now, before), _below(before)[0]
    if bins.exact:  # a bin's decisions lie at its lower edge, so nothing changes up to the next one
        return np.abs(gap[:, 1:-1]) @ widths, chance.of_wasserstein(below[1:-1], widths, n, total)
    noise = chance.of_wasserstein((below[:-2] + below[1:-1]) / 2, widths, n, total)
    return _mean_size(gap[:, :-2], gap[:, 1:-1]) @ widths, noise


def _gap(now: Counts, before: Counts) -> Floats:
    """Difference of the cumulative shares at the upper edge of each bin."""
    return _below(now) - _below(before)


def _below(counts: Counts) -> Floats:
    """The share of each row below the upper edge of each bin: sums of whole numbers, so that the last is exactly 1."""
    below: Floats = np.cumsum(counts, axis=1) / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return below


def _mean_size(start: Floats, end: Floats) -> Floats:
    """The mean absolute value of a straight line from `start` to `end`, which may cross zero on its way."""
    first, last = np.abs(start), np.abs(end)
    both = first + last
    crossing = (first**2 + last**2) / (2 * np.where(both > 0, both, 1))
    return np.where(start * end < 0, crossing, both / 2)


_MEASURES: Mapping[str, Callable[[Bins, Counts], tuple[Floats, Floats]]] = {
    "psi": _psi,
    "js": _js,
    "ks": _ks,
    "wasserstein": _wasserstein,
    "chi2": _chi2,
}
