"""When things happen in the demo, how much of everything there is, and the seeded randomness behind all of it.

Moments are whole days before the demo's end; the end itself is midnight UTC and nothing lies after it.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from watchroom.demo.worlds.base import Floats, World

SERVED_DAYS = 183
"""Six months of decisions."""


@dataclass(frozen=True)
class Plan:
    """What to build: the midnight (UTC) it ends at, the share of the full size, the seed."""

    end: date
    scale: float = 1.0
    seed: int = 7

    @property
    def midnight(self) -> datetime:
        """The end as a moment, UTC."""
        return datetime(self.end.year, self.end.month, self.end.day, tzinfo=UTC)

    def moment(self, days_before_end: float) -> datetime:
        """That many days before the end, UTC."""
        return self.midnight - timedelta(days=days_before_end)

    def day(self, days_before_end: int) -> date:
        """The date that many days before the end."""
        return self.end - timedelta(days=days_before_end)

    def rng(self, *purpose: object) -> np.random.Generator:
        """A stream of its own for each purpose, so that one does not move another."""
        return np.random.default_rng([self.seed, *(zlib.crc32(str(part).encode()) for part in purpose)])

    def per_day(self, world: World) -> int:
        """Decisions on a usual day."""
        return max(4, round(world.per_day * self.scale))

    def train_rows(self, world: World) -> int:
        """Rows a release is trained and validated on."""
        return max(world.least_train_rows, round(world.train_rows * min(1.0, self.scale)))

    @property
    def search_trials(self) -> int:
        """Runs of one hyper-parameter search."""
        return 12 if self.scale >= 0.5 else 2

    @property
    def repeated_seeds(self) -> int:
        """Runs that repeat the champion's recipe with another seed."""
        return 5 if self.scale >= 0.5 else 2

    def commit(self, world: World, version: int) -> str:
        """The commit that version was trained with."""
        return self.commit_of(f"{world.model}:{version}")

    def commit_of(self, what: str) -> str:
        """A made-up but steady git commit."""
        return hashlib.sha1(f"{self.seed}:{what}".encode(), usedforsecurity=False).hexdigest()


def drawn_times(plan: Plan, rng: np.random.Generator, world: World, start: int, stop: int, n: int) -> pd.DatetimeIndex:
    """`n` sorted moments (naive, UTC) between `start` and `stop` days before the end, in the world's working hours."""
    first, last = world.hours
    days = rng.integers(-start, -stop, n) if start > stop else np.full(n, -start)
    seconds = (rng.uniform(first, last, n) * 3600).astype(np.int64)
    offsets = np.sort(days * 86_400 + seconds)
    return pd.DatetimeIndex(np.datetime64(plan.end, "us") + (offsets * 1_000_000).astype("timedelta64[us]"))


def days_before(plan: Plan, at: pd.DatetimeIndex) -> Floats:
    """How many days before the end each moment lies."""
    return np.asarray((np.datetime64(plan.end, "us") - at.to_numpy()) / np.timedelta64(1, "D"), dtype=np.float64)


def cases(plan: Plan, world: World, rng: np.random.Generator, at: pd.DatetimeIndex) -> pd.DataFrame:
    """The world's cases at these moments, with the drift of their day; the moment is the column `timestamp`."""
    frame = world.draw(rng, at, world.drift_at(days_before(plan, at)))
    frame.insert(0, "timestamp", at)
    return frame
