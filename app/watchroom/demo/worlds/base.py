"""What every trade of the demo has in common: its decisions, its models over the months, and small drawing helpers.

A world is a description and one pure function that draws cases; training, logging and serving live elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Draw = Callable[[np.random.Generator, pd.DatetimeIndex, Floats], pd.DataFrame]
"""`draw(rng, at, drift)` gives one case for each moment of `at` (UTC): its features, its groups, and what turns out to
be true in the column `label`. `drift` is 0 before the drift, 1 when it is complete."""

Algorithm = Literal["lightgbm", "logistic", "boosting_pipeline", "random_forest", "linear", "naive"]


@dataclass(frozen=True)
class Recipe:
    """How a model is trained: the algorithm, its parameters, the columns it uses and its seed."""

    algorithm: Algorithm
    features: tuple[str, ...]
    params: Mapping[str, Any]
    seed: int = 1


@dataclass(frozen=True)
class Release:
    """A registered version; all moments are whole days before the demo's end."""

    version: int
    recipe: Recipe
    trained_until: int
    registered: int
    author: str
    description: str
    window_days: int = 300


@dataclass(frozen=True)
class Since:
    """From `days` before the end on, `version` is the one that serves (or scores in shadow)."""

    version: int
    days: int


@dataclass(frozen=True)
class Delay:
    """When outcomes come: log-normal with this median, not before `least_days`; for the share `never`, not at all."""

    median_days: float
    spread: float
    never: float
    least_days: float = 0.0


@dataclass(frozen=True)
class World:
    """One trade: a model's name and columns, how cases arise, which versions were live when, and how it drifts.

    `least_train_rows` holds at any scale: with fewer there is too little of a rare class to learn from.
    """

    model: str
    task: Literal["binary", "regression"]
    team: str
    description: str
    id_prefix: str
    features: tuple[str, ...]
    categorical: frozenset[str]
    groups: tuple[str, ...]
    draw: Draw
    per_day: int
    train_rows: int
    delay: Delay
    releases: tuple[Release, ...]
    live: tuple[Since, ...]
    shadow: tuple[Since, ...]
    challenger: int | None
    search_space: Mapping[str, tuple[Any, ...]]
    least_train_rows: int = 4000
    drift_start: int | None = None
    drift_days: int = 14
    cutoff: float = 0.5
    hours: tuple[int, int] = (7, 20)
    script: str = "train.py"

    @property
    def champion(self) -> int:
        """The version that serves at the end."""
        return self.live[-1].version

    @property
    def columns(self) -> tuple[str, ...]:
        """Features, then the group columns that are not features."""
        return (*self.features, *(group for group in self.groups if group not in self.features))

    def release(self, version: int) -> Release:
        """The release with that number."""
        return next(release for release in self.releases if release.version == version)

    def drift_at(self, days_before_end: Floats) -> Floats:
        """How far the drift has gone, 0 to 1: nothing before its start, then a straight rise over `drift_days`."""
        if self.drift_start is None:
            return np.zeros_like(days_before_end)
        return np.clip((self.drift_start - days_before_end) / self.drift_days, 0.0, 1.0)


def sigmoid(logit: Floats) -> Floats:
    """The logistic function."""
    return np.asarray(1.0 / (1.0 + np.exp(-logit)), dtype=np.float64)


def happens(rng: np.random.Generator, probability: Floats) -> NDArray[np.int64]:
    """1 with that probability, else 0."""
    return (rng.random(len(probability)) < probability).astype(np.int64)


def pick(rng: np.random.Generator, n: int, shares: Mapping[str, float]) -> NDArray[np.object_]:
    """`n` names drawn by their shares, which need not add up to one."""
    weights = np.array(list(shares.values()))
    return rng.choice(np.array(list(shares), dtype=object), n, p=weights / weights.sum())


def pick_two(
    rng: np.random.Generator, before: Mapping[str, float], after: Mapping[str, float], drift: Floats
) -> NDArray[np.object_]:
    """Names drawn by the shares `before`; with the drift, more and more by those `after`."""
    moved = rng.random(len(drift)) < drift
    return np.where(moved, pick(rng, len(drift), after), pick(rng, len(drift), before))


def effect(names: NDArray[np.object_], effects: Mapping[str, float]) -> Floats:
    """The effect of each name; a name that is not listed has none."""
    return np.array([effects.get(name, 0.0) for name in names])


def missing(rng: np.random.Generator, values: NDArray[Any], share: float | Floats) -> NDArray[Any]:
    """The values with a random share of them gone: NaN for numbers, None for names."""
    nothing: Any = None if values.dtype == object else np.nan
    return np.where(rng.random(len(values)) < share, nothing, values)


def band(values: Floats, edges: tuple[int, ...], names: tuple[str, ...]) -> NDArray[np.object_]:
    """The name of the band each value falls into; a value on an edge belongs to the upper one."""
    return np.array(names, dtype=object)[np.digitize(values, edges)]
