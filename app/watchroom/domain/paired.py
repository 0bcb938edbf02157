"""Whether one version is better than another on the same decisions: a bootstrap that keeps the pairs together.

Decisions are drawn anew with replacement, both versions' answers to a decision always together, so that what is hard
about a decision is hard for both; and every metric is computed from the same draws. AUC is not here (`domain.delong`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.paired_metrics import Answers, Metric, Table
from watchroom.domain.vocabulary import Task

Floats = NDArray[np.float64]

REPLICATES = 1000
"""Draws: the ends of the 95 % interval are then off by some 0.08 standard errors, the chance of a 2.5 % quantile."""

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
    method: str = "bootstrap"


def compare(
    task: Task, a: Answers, b: Answers, outcome: NDArray[Any], *, replicates: int = REPLICATES, seed: int = _SEED
) -> tuple[Compared, ...]:
    """Every metric of the task but AUC, on the decisions for which both versions said what it needs.

    `outcome` is 1 or 0, a number, or a text, as the predictions are; all are known. The interval is that of the
    percentiles (Efron 1979), `b_better` the share of the draws in which b is better, ties half. That is as many as
    `replicates` can tell: 1 stands for more than all but one of them. Precision without a predicted 1 and the like are
    NaN, and not 0.
    """
    table = Table.of(task, a, b, outcome)
    rows = outcome.shape[0]
    if not table.metrics or not rows:
        return ()
    now = table.values(np.ones((1, rows)))
    drawn = [table.values(weights) for weights in _draws(rows, replicates, seed)]
    found = {name: np.concatenate([one[name] for one in drawn], axis=1) for name in table.metrics}
    return tuple(
        _compared(metric, now[name][:, 0], found[name], int(table.used[name].sum()))
        for name, metric in table.metrics.items()
    )


def _draws(rows: int, replicates: int, seed: int) -> Iterator[Floats]:
    """How often each decision comes in each draw, block by block: (draws, decisions)."""
    random = np.random.default_rng(seed)
    block = max(1, min(replicates, _BLOCK_CELLS // rows))
    for first in range(0, replicates, block):
        size = min(block, replicates - first)
        drawn = random.integers(0, rows, (size, rows)) + rows * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * rows).reshape(size, rows).astype(np.float64)


def _compared(metric: Metric, values: Floats, drawn: Floats, n: int) -> Compared:
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
    low, high = (float(end) for end in np.quantile(known, (0.025, 0.975)))
    ahead = known > 0 if metric.better == "higher" else known < 0
    better = float(ahead.mean() + 0.5 * (known == 0).mean())
    return Compared(metric.name, metric.better, first, second, difference, low, high, better, n)


_UNKNOWN = (math.nan, math.nan, math.nan)
