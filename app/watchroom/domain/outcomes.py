"""What performance is computed from: decisions counted by score and outcome, sums of errors; and what comes out.

The arrays may come as a database gives them: masked, or with None or NaN where there is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.bins import SCORE_BINS

Array = NDArray[Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cells:
    """Decisions of a classifier by score, prediction and outcome: the columns of `profile_outcomes`, for any rows.

    The same cell may be there several times, as from several days. `predicted` and `outcome` are texts, `0` and `1` of
    a binary model.
    """

    score_bin: Array
    predicted: Array
    outcome: Array
    n: Array
    score_sum: Array
    score_sq_sum: Array
    log_loss_sum: Array

    @property
    def decisions(self) -> int:
        """All decisions, labelled or not."""
        return int(whole(self.n).sum())

    @property
    def labelled(self) -> int:
        """The decisions with an outcome."""
        return int(whole(self.n)[known(self.outcome)].sum())


@dataclass(frozen=True)
class Errors:
    """Labelled decisions of a regression: the columns of `profile_errors`, for any rows.

    `abs_sq_sum` and `outcome_m2` are sums of squares about the row's own mean.
    """

    n: Array
    over_sum: Array
    under_sum: Array
    sq_sum: Array
    abs_sq_sum: Array
    outcome_mean: Array
    outcome_m2: Array


@dataclass(frozen=True)
class Measured:
    """A metric with its 95 % interval, NaN where it cannot be told.

    `n` are the decisions that it was computed from. `rarest` are those of the rarer class, for a metric that compares
    the two classes; None for another.
    """

    value: float
    low: float
    high: float
    n: int = 0
    rarest: int | None = None


NOTHING = Measured(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True)
class Scored:
    """Labelled decisions of a binary model that have a score; one entry for each cell."""

    bin: NDArray[np.int64]
    positive: NDArray[np.bool_]
    n: NDArray[np.int64]
    score_sum: Floats
    score_sq_sum: Floats
    log_loss_sum: Floats

    def counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Positive and negative decisions by bin of the score grid."""
        return per_bin(self.bin, self.n * self.positive), per_bin(self.bin, self.n * ~self.positive)


def scored(cells: Cells) -> Scored:
    """The decisions with a score and with an outcome that is `0` or `1`."""
    bins, outcome = whole(cells.score_bin, -1), texts(cells.outcome)
    positive = outcome == "1"
    of = (bins >= 0) & (positive | (outcome == "0"))
    sums = (floats(part)[of] for part in (cells.score_sum, cells.score_sq_sum, cells.log_loss_sum))
    return Scored(bins[of], positive[of], whole(cells.n)[of], *sums)


def per_bin(bins: NDArray[np.int64], n: Array) -> NDArray[np.int64]:
    """Whole numbers added up by bin of the score grid."""
    return np.rint(np.bincount(bins, weights=n, minlength=SCORE_BINS)).astype(np.int64)


def whole(column: Array, missing: int = 0) -> NDArray[np.int64]:
    """Whole numbers, with `missing` where there is none."""
    return np.nan_to_num(floats(column), nan=missing).astype(np.int64)


def floats(column: Array) -> Floats:
    """Numbers, NaN where there is none."""
    return np.ma.filled(np.ma.asarray(column, dtype=np.float64), np.nan)


def texts(column: Array) -> NDArray[np.object_]:
    """Texts, None where there is none."""
    given: np.ma.MaskedArray[Any, Any] = np.ma.asarray(column, dtype=object)
    found = np.array(given.data, dtype=object)
    found[np.ma.getmaskarray(given)] = None  # `filled(None)` would fill in the array's own default
    return found


def known(column: Array) -> NDArray[np.bool_]:
    """Where there is a text."""
    return np.array([text is not None for text in texts(column)], dtype=np.bool_)
