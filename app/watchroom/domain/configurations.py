"""Runs of the same configuration: alike in all parameters but the seed. They are one piece of evidence, not several."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.comparison import Thing
from watchroom.domain.run_groups import Values
from watchroom.domain.seed_groups import is_seed

Floats = NDArray[np.float64]


def seed_like(key: str) -> bool:
    """Whether a parameter of this name is varied only to see how much is chance."""
    return is_seed(Thing("param", key, ()))


def count(places: Sequence[int]) -> int:
    """How many configurations runs are of; `places` has the configuration of each run."""
    return len(set(places))


def averaged(of: Values, metric: Floats, places: Sequence[int]) -> tuple[Values, Floats]:
    """One value of the parameter and the mean of the metric for each configuration of the runs.

    The parameter is none of a seed: it is the same for all runs of a configuration.
    """
    _, first, turn, runs = np.unique(np.asarray(places), return_index=True, return_inverse=True, return_counts=True)
    texts = tuple(of.texts[place] for place in first)
    return Values(of.key, texts, of.numbers[first], of.is_number), np.bincount(turn, metric, len(first)) / runs
