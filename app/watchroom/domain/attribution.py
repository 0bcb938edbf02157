"""What drives a model, from the SHAP values of many decisions; and how far that has changed.

Only numbers come in: how they were made, and in which space, is the caller's. Definitions stand in docs/statistics.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NDCG_LIMIT = 0.90
"""Below it what drives a model has changed: the limit of Amazon SageMaker Clarify's monitor of attributions."""

MIN_ROWS = 100
"""Explained rows on either side below which no change is told: means are then off by a tenth and more."""

_REPLICATES = 400
"""Of the bootstrap: the ends of a 95 % interval then have ten replicates beyond each."""

_SEED = 20_240_229
"""Fixed, so that the same rows give the same interval at every refresh."""

_AT_ONCE = 4_000_000
"""Weights held at a time: 16 MB, whatever the number of rows."""


@dataclass(frozen=True)
class Weight:
    """How much an input matters: mean absolute and mean SHAP value, its share of all inputs', and its rank from 1.

    `share` is NaN when no input has any weight; `mean_abs` and `mean` are NaN without rows.
    """

    feature: str
    mean_abs: float
    mean: float
    share: float
    rank: int
    n: int


def weights(features: Sequence[str], values: Floats) -> tuple[Weight, ...]:
    """The weight of each input over the rows of `values`, (n, features), by rank; equal ones by name.

    A share is the mean absolute SHAP value as a part of the sum over all inputs (Lundberg and Lee 2017 take the mean
    absolute value for the importance). Signs are lost in it: an input may pull both ways.
    """
    n = values.shape[0]
    mean = values.mean(axis=0) if n else np.full(len(features), np.nan)
    return weighed(zip(features, _mean_abs(values).tolist(), mean.tolist(), [n] * len(features), strict=True))


def weighed(means: Iterable[tuple[str, float, float, int]]) -> tuple[Weight, ...]:
    """The same from each input's name, mean absolute and mean SHAP value, and rows."""
    rows = sorted(means, key=lambda row: (-np.nan_to_num(row[1]), row[0]))
    share = _shares(np.array([size for _, size, _, _ in rows]))
    return tuple(
        Weight(name, size, mean, float(part), rank, n)
        for rank, ((name, size, mean, n), part) in enumerate(zip(rows, share, strict=True), start=1)
    )


def _mean_abs(values: Floats) -> Floats:
    return np.abs(values).mean(axis=0) if values.shape[0] else np.full(values.shape[1], np.nan)


def _shares(size: Floats) -> Floats:
    total = size.sum()
    return size / total if total > 0 else np.full(size.shape, np.nan)


@dataclass(frozen=True)
class Shift:
    """How an input's place has changed. A rank is None, and its share 0, on a side that does not have the input."""

    feature: str
    rank_before: int | None
    rank: int | None
    share_before: float
    share: float


def shifts(before: Sequence[Weight], now: Sequence[Weight]) -> tuple[Shift, ...]:
    """Each input of either side, the one whose share moved most first; equal ones by name."""
    then, today = ({weight.feature: weight for weight in side} for side in (before, now))
    found = [_shift(name, then.get(name), today.get(name)) for name in sorted(then.keys() | today.keys())]
    return tuple(sorted(found, key=lambda shift: (-_moved(shift), shift.feature)))


def _shift(name: str, before: Weight | None, now: Weight | None) -> Shift:
    return Shift(
        name,
        before.rank if before else None,
        now.rank if now else None,
        before.share if before else 0.0,
        now.share if now else 0.0,
    )


def _moved(shift: Shift) -> float:
    return float(np.nan_to_num(abs(shift.share - shift.share_before)))


def ndcg(before: Mapping[str, float], now: Mapping[str, float]) -> float:
    """Normalised discounted cumulative gain of today's ranking of the inputs: 1 when the order has not changed.

    Both sides give each input's mean absolute SHAP value. Inputs are put in the order of `now`; each gains its value
    `before`, divided by log₂(place + 1); that is divided by the same sum in the order of `before`. So a change among
    the inputs that mattered counts most. The definition and its limit are those of Amazon SageMaker Clarify, after
    Järvelin and Kekäläinen 2002. Inputs that are equal now share the gains of their places (as scikit-learn has it);
    an input that is missing on one side counts as 0 there. NaN when nothing mattered before, or a value is NaN.
    """
    names = sorted(before.keys() | now.keys())
    gains, order = (np.array([[side.get(name, 0.0) for name in names]], np.float64) for side in (before, now))
    return float(_ndcg(gains, order)[0]) if names else float("nan")


def _ndcg(gains: Floats, order: Floats) -> Floats:
    """The same for each row of two tables, (rows, inputs)."""
    ideal = _gain(gains, gains)
    found = _gain(gains, order) / np.where(ideal > 0, ideal, np.nan)
    usable = np.isfinite(gains).all(axis=1) & np.isfinite(order).all(axis=1)
    return np.where(usable, found, np.nan)


def _gain(gains: Floats, order: Floats) -> Floats:
    """Σ gain × mean discount of the places that an input shares with those equal to it."""
    rows, size = order.shape
    place = np.argsort(-order, axis=1, kind="stable")
    ranked = np.take_along_axis(order, place, axis=1)
    below = ranked[:, 1:] != ranked[:, :-1]
    at = np.broadcast_to(np.arange(size), (rows, size))
    edge = np.ones((rows, 1), np.bool_)
    first = np.maximum.accumulate(np.where(np.hstack([edge, below]), at, 0), axis=1)
    behind = np.where(np.hstack([below, edge]), at + 1, size)
    last = np.minimum.accumulate(behind[:, ::-1], axis=1)[:, ::-1]
    discounts = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(size) + 2.0))])
    mean: Floats = (discounts[last] - discounts[first]) / (last - first)
    total: Floats = (np.take_along_axis(gains, place, axis=1) * mean).sum(axis=1)
    return total


@dataclass(frozen=True)
class Attributions:
    """The SHAP values of explained rows: (n, features)."""

    features: tuple[str, ...]
    values: Floats


@dataclass(frozen=True)
class Change:
    """How far what drives a model has changed: nDCG with its 95 % interval; NaN where it cannot be told.

    `status` is `drifted` when all of the interval lies below `NDCG_LIMIT`, `no data` with fewer than `MIN_ROWS` rows on
    either side. `feature` is the input whose share moved most, None when none did; the shares are NaN then.
    """

    value: float
    low: float
    high: float
    status: Literal["stable", "drifted", "no data"]
    feature: str | None
    share_before: float
    share: float
    n: int
    against_n: int


def change(before: Attributions, now: Attributions) -> Change:
    """How far today's ranking is from the one before (`ndcg`), with a bootstrap interval over the rows of both sides.

    The interval is that of percentiles (Efron 1979), from rows drawn anew on both sides, and always holds the value
    itself. Drawing adds disorder, which lowers nDCG more often than not; so the upper end is the lower one mirrored at
    the value where that reaches further, and no change is called on noise. Rows are taken as independent. Inputs that
    swap places with nearly equal weights cost hardly any gain: that is no change of what drives the model.
    """
    names = tuple(sorted({*before.features, *now.features}))
    then, today = _sizes(before, names), _sizes(now, names)
    value = float(_ndcg(then.mean[None, :], today.mean[None, :])[0]) if names else float("nan")
    low, high = _interval(value, then, today)
    moved = _most_moved(names, then.mean, today.mean)
    return Change(value, low, high, _status(then.n, today.n, value, high), *moved, today.n, then.n)


@dataclass(frozen=True)
class _Sizes:
    """Absolute SHAP values, 0 for an input that this side does not have; and their means."""

    rows: Floats
    mean: Floats
    n: int


def _sizes(side: Attributions, names: tuple[str, ...]) -> _Sizes:
    rows = np.zeros((side.values.shape[0], len(names)))
    rows[:, [names.index(name) for name in side.features]] = np.abs(side.values)
    return _Sizes(rows, _mean_abs(rows), rows.shape[0])


def _interval(value: float, before: _Sizes, now: _Sizes) -> tuple[float, float]:
    if not np.isfinite(value) or min(before.n, now.n) < 2:
        return float("nan"), float("nan")
    drawn = _ndcg(_means_drawn(before.rows, _SEED), _means_drawn(now.rows, _SEED + 1))
    low, high = np.quantile(drawn[np.isfinite(drawn)], [0.025, 0.975])
    mirrored = 2 * value - float(low)
    return min(float(low), value), min(max(float(high), mirrored, value), 1.0)


def _means_drawn(rows: Floats, seed: int) -> Floats:
    """The mean of each column over rows drawn with replacement, for each replicate: (replicates, columns)."""
    n = rows.shape[0]
    block = max(min(_AT_ONCE // n, _REPLICATES), 1)
    light = rows.astype(np.float32)
    parts = [
        _drawn(n, min(block, _REPLICATES - start), seed + 1_000 * start) @ light
        for start in range(0, _REPLICATES, block)
    ]
    means: Floats = np.concatenate(parts).astype(np.float64) / n
    return means


@lru_cache(maxsize=4)
def _drawn(n: int, replicates: int, seed: int) -> NDArray[np.float32]:
    """How often each of n rows is drawn in each replicate: multinomial weights, kept as months have the same size."""
    rng = np.random.default_rng([seed, n])
    places = rng.integers(0, n, (replicates, n), dtype=np.int32) + np.arange(replicates, dtype=np.int32)[:, None] * n
    counts = np.bincount(places.ravel(), minlength=replicates * n).astype(np.float32)
    return counts.reshape(replicates, n)


def _status(before_n: int, n: int, value: float, high: float) -> Literal["stable", "drifted", "no data"]:
    if min(before_n, n) < MIN_ROWS or not np.isfinite(value):
        return "no data"
    return "drifted" if high < NDCG_LIMIT else "stable"


def _most_moved(names: tuple[str, ...], before: Floats, now: Floats) -> tuple[str | None, float, float]:
    share_before, share = _shares(before), _shares(now)
    moved = np.nan_to_num(np.abs(share - share_before))
    if not moved.size or moved.max() == 0:
        return None, float("nan"), float("nan")
    at = int(moved.argmax())
    return names[at], float(share_before[at]), float(share[at])
