"""Whether one version is better than another on the same decisions: a bootstrap that keeps the pairs together.

Decisions are drawn anew with replacement, both versions' answers to a decision always together, so that what is hard
about a decision is hard for both; and every metric is computed from the same draws. Where there are days enough, whole
days are drawn: what moves the decisions of a day together, as weather does, would else make the intervals too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.laws import normal_below, t_95
from watchroom.domain.paired_metrics import Answers, Metric, Table
from watchroom.domain.vocabulary import Task

Floats = NDArray[np.float64]

REPLICATES = 1000
"""Draws: the ends of the 95 % interval are then off by some 0.08 standard errors, the chance of a 2.5 % quantile."""

MIN_DAYS = 20
"""Days with outcomes from which whole days are drawn. Of fewer an interval would rest on too few draws that differ: the
spread between twenty days is itself known to a sixth (one over the root of two times nineteen)."""

MOST_DAYS = 120
"""Common days that a comparison looks at, the last ones: four months tell what holds now, and a refresh then costs no
more when a log grows to years."""

Method = Literal["delong", "bootstrap", "bootstrap by day"]

_SEED = 20_160_719
"""Fixed, so that the same decisions always give the same answer."""

_BLOCK_CELLS = 1_000_000
"""Draws times decisions that are held at once: 8 MB."""

_DEFINED = 0.95
"""A metric that fewer of the draws have is not told: the interval would be of those draws that happen to have it."""


@dataclass(frozen=True)
class Compared:
    """A metric of both versions, the difference b less a with its 95 % interval, and how probably b is better.

    NaN where it cannot be told, for the reason in `why`. `n` are the decisions it was computed from.
    """

    metric: str
    better: Literal["lower", "higher"]
    value_a: float
    value_b: float
    difference: float
    low: float
    high: float
    b_better: float
    n: int
    why: str = ""
    method: Method = "bootstrap"


def days_enough(days: NDArray[Any]) -> bool:
    """Whether whole days are drawn, given the day of each decision."""
    return bool(np.unique(days).size >= MIN_DAYS)


def compare(
    task: Task,
    a: Answers,
    b: Answers,
    outcome: NDArray[Any],
    days: NDArray[Any] | None = None,
    *,
    replicates: int = REPLICATES,
    seed: int = _SEED,
) -> tuple[Compared, ...]:
    """Every metric of the task, on the decisions for which both versions said what it needs.

    `outcome` is 1 or 0, a number, or a text, as the predictions are; all are known. `days` are those of the decisions:
    from `MIN_DAYS` of them on whole days are drawn, and AUC is among the metrics; else single decisions, and AUC is not
    (`domain.delong` tells it from these). The interval is that of the percentiles (Efron 1979), widened for few days or
    decisions as Student's law is (Hesterberg 2015); `b_better` is the share of the draws in which b is better, ties
    half. That is as many as `replicates` can tell: 1 stands for more than all but one of them. Precision without a
    predicted 1 and the like are NaN, and not 0.
    """
    by_day = days is not None and days_enough(days)
    table, rows = Table.of(task, a, b, outcome, auc=by_day), outcome.shape[0]
    if not table.metrics or not rows:
        return ()
    places = np.unique(days, return_inverse=True)[1] if by_day and days is not None else None
    drawn_from = rows if places is None else int(places.max()) + 1
    now = table.values(np.ones((1, drawn_from)), places)
    drawn = [table.values(weights, places) for weights in _draws(drawn_from, rows, replicates, seed)]
    found = {name: np.concatenate([one[name] for one in drawn], axis=1) for name in table.metrics}
    return tuple(
        replace(
            _compared(metric, now[name][:, 0], found[name], int(table.used[name].sum()), _tail(drawn_from)),
            method="bootstrap by day" if by_day else "bootstrap",
        )
        for name, metric in table.metrics.items()
    )


def _tail(drawn_from: int) -> float:
    """The share of the draws below a 95 % interval: 2.5 % of many things, less of few (Hesterberg 2015)."""
    if drawn_from < 2:
        return 0.025
    return normal_below(-t_95(drawn_from - 1) * math.sqrt(drawn_from / (drawn_from - 1)))


def _draws(drawn_from: int, rows: int, replicates: int, seed: int) -> Iterator[Floats]:
    """How often each decision, or each day, comes in each draw, block by block: (draws, decisions or days)."""
    random = np.random.default_rng(seed)
    block = max(1, min(replicates, _BLOCK_CELLS // rows))
    for first in range(0, replicates, block):
        size = min(block, replicates - first)
        drawn = random.integers(0, drawn_from, (size, drawn_from)) + drawn_from * np.arange(size)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=size * drawn_from)
        yield counts.reshape(size, drawn_from).astype(np.float64)


def _compared(metric: Metric, values: Floats, drawn: Floats, n: int, tail: float) -> Compared:
    first, second = float(values[0]), float(values[1])
    with np.errstate(invalid="ignore"):
        difference, differences = second - first, drawn[1] - drawn[0]
    known = differences[np.isfinite(differences)]
    if not (math.isfinite(first) and math.isfinite(second)):
        return Compared(metric.name, metric.better, first, second, math.nan, *_UNKNOWN, n, metric.undefined)
    if known.size < _DEFINED * differences.size:
        return Compared(
            metric.name, metric.better, first, second, difference, *_UNKNOWN, n, f"often {metric.undefined}"
        )
    low, high = (float(end) for end in np.quantile(known, (tail, 1 - tail)))
    ahead = known > 0 if metric.better == "higher" else known < 0
    better = float(ahead.mean() + 0.5 * (known == 0).mean())
    return Compared(metric.name, metric.better, first, second, difference, low, high, better, n)


_UNKNOWN = (math.nan, math.nan, math.nan)
