"""What decisions without an outcome will come to: as those like them came to whose outcomes are known.

It holds as far as they are alike. Where outcomes come early in some cases and late in others, those that are there are
not like those that are missing, and the estimate is off by that: docs/value.md says how far that goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from watchroom.domain.performance_status import MIN_LABELLED
from watchroom.domain.value import bounded

Floats = NDArray[np.float64]

MOST_BANDS = 20
"""Bands of scores: with 5 % of the decisions each, the share of positives within one hardly changes with the score."""

MIN_OF_ANSWER = 10
"""Fewer outcomes say nothing of a share: ten are the least for which the normal law may hold."""

MIN_IN_BAND = 100
"""Decisions with an outcome in a band: a share of 5 % is then known to within some two points either way."""

LAST_DAYS = 90
"""Of a version's days with outcomes those in the last three months tell: what was true before may hold no more."""


def recent(days: NDArray[np.datetime64], labelled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which rows are labelled and within `LAST_DAYS` days up to the last labelled one."""
    if not labelled.any():
        return labelled
    return np.asarray(labelled & (days > days[labelled].max() - np.timedelta64(LAST_DAYS, "D")))


@dataclass(frozen=True)
class _Bands:
    """Bands of scores, by their first score's place, and the share of positives in each; no bands tell nothing."""

    firsts: Floats
    shares: Floats

    def share(self, score_bins: Floats) -> Floats:
        """The share of positives at each score; NaN where nothing tells."""
        if not self.shares.size:
            return np.full(score_bins.size, np.nan)
        return np.asarray(
            self.shares[np.maximum(np.searchsorted(self.firsts, score_bins, side="right") - 1, 0)], np.float64
        )


def expected(cells: pd.DataFrame) -> pd.DataFrame:
    """Expected counts by day of the decisions of a version that have no outcome: day, n, tp, fp, fn, tn.

    `cells` has day, score_bin (NaN without a score), answer (`0` or `1`, of the model or of what would be done without
    it), outcome (None while unknown) and n. A decision is positive with the share of positives among the decisions of
    the last `LAST_DAYS` days with outcomes that had the same answer and a score in the same band of equal numbers.
    Nothing is told when fewer than `MIN_OF_ANSWER` outcomes are known of an answer that still waits for some: to count
    the others alone would be to take these for nothing.
    """
    known = cells["outcome"].notna().to_numpy()
    taught = recent(cells["day"].to_numpy("datetime64[D]"), known)
    answers, bins = cells["answer"].to_numpy(), _bins(cells)
    n, positive = cells["n"].to_numpy(np.float64), (cells["outcome"] == "1").to_numpy()
    share = np.full(len(cells), np.nan)
    for answer in ("0", "1"):
        own = answers == answer
        bands = _bands(bins[own & taught], n[own & taught], positive[own & taught])
        share[own & ~known] = bands.share(bins[own & ~known])
    waits = ~known & np.isin(answers, ("0", "1"))
    told = waits & ~np.isnan(share[waits]).any()
    yes = answers[told] == "1"
    hits, rest = n[told] * share[told], n[told] * (1 - share[told])
    parts = {
        "day": cells["day"].to_numpy()[told],
        "n": n[told],
        "tp": np.where(yes, hits, 0.0),
        "fp": np.where(yes, rest, 0.0),
        "fn": np.where(yes, 0.0, hits),
        "tn": np.where(yes, 0.0, rest),
    }
    return pd.DataFrame(parts).groupby("day", as_index=False).sum()


def _bins(cells: pd.DataFrame) -> Floats:
    """The score's place; decisions without a score lie together below all others."""
    return np.asarray(cells["score_bin"].astype("float64").fillna(-1.0), np.float64)


def _bands(bins: Floats, n: Floats, positive: NDArray[np.bool_]) -> _Bands:
    """Bands of about equal numbers of decisions; one for all when they are few."""
    places, which = np.unique(bins, return_inverse=True)
    cases = np.bincount(which, n, places.size)
    hits = np.bincount(which, n * positive, places.size)
    total = float(cases.sum())
    if total < MIN_OF_ANSWER:
        return _Bands(np.empty(0), np.empty(0))
    many = int(np.clip(total // MIN_IN_BAND, 1, MOST_BANDS))
    band = np.minimum(((np.cumsum(cases) - cases / 2) * many / total).astype(int), many - 1)
    starts = np.flatnonzero(np.concatenate([[True], band[1:] != band[:-1]]))
    shares = np.add.reduceat(hits, starts) / np.add.reduceat(cases, starts)
    return _Bands(places[starts], np.asarray(shares, np.float64))


def expected_errors(realized: pd.DataFrame, open_: pd.DataFrame) -> pd.DataFrame:
    """Expected sums of errors by day of the decisions of a version without an outcome: day, n, over_sum, under_sum.

    `realized` has day, n, over_sum and under_sum of the decisions with an outcome, `open_` day and n of those without.
    Each is off by the mean of the last `LAST_DAYS` days with outcomes; empty when fewer than `MIN_LABELLED` are known.
    A day whose errors come to no number that can be believed teaches nothing.
    """
    told = ~np.isnan(bounded(realized[["over_sum", "under_sum"]])).any(axis=1)
    taught = recent(realized["day"].to_numpy("datetime64[D]"), (realized["n"] > 0).to_numpy() & told)
    sums = realized.loc[taught, ["n", "over_sum", "under_sum"]].sum()
    if sums["n"] < MIN_LABELLED:
        return open_.iloc[:0].assign(over_sum=np.empty(0), under_sum=np.empty(0))
    given = open_[open_["n"] > 0].reset_index(drop=True)
    return given.assign(**{name: given["n"] * (sums[name] / sums["n"]) for name in ("over_sum", "under_sum")})
