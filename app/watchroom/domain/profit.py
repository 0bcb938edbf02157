"""What every cut-off of a binary model would have earned, from its decisions counted by score and outcome.

Where the best one lies and how sure that is stands in `profit_best`. Everything here is arithmetic on counts: its cost
does not grow with the decisions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from watchroom.domain.bins import SCORE_BINS, score_edges
from watchroom.domain.cutoff import implied
from watchroom.domain.outcomes import Cells, Floats, texts, whole
from watchroom.domain.performance_scores import Counts
from watchroom.domain.periods import MONTH_DAYS
from watchroom.domain.witness import BRIDGED_DAYS
from watchroom.domain.worth import OutcomeWorth

NEVER = 1.00001
"""The cut-off above every score: it says no to all. One step of the grid beyond 1."""

FEWEST = 10
"""Decisions of the rarer outcome from which on a best cut-off, and a ratio, is spoken of."""

_SAME = 1e-9

Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True)
class Scored:
    """A binary model's decisions with a score, by block of days and bin of the score grid.

    `positive` and `negative`, each (blocks, bins), are those whose outcome is known; `every` (bins) are all, with an
    outcome or not. `days` are those of service that they stand for, as `days_of_service` counts them. A block is one
    day, or several in a long period; one without decisions is empty.
    """

    positive: NDArray[np.int32]
    negative: NDArray[np.int32]
    every: Counts
    days: int

    @property
    def totals(self) -> tuple[Counts, Counts]:
        """Positive and negative decisions by bin, over all blocks."""
        return self.positive.sum(axis=0, dtype=np.int64), self.negative.sum(axis=0, dtype=np.int64)

    @property
    def labelled(self) -> int:
        """Decisions with a score and an outcome."""
        return int(self.positive.sum() + self.negative.sum())

    @property
    def decisions(self) -> int:
        """Decisions with a score."""
        return int(self.every.sum())

    @property
    def to_month(self) -> float:
        """What turns a sum over the labelled decisions into that of all in thirty days of service; NaN without any.

        Decisions without an outcome are taken to be like those with one.
        """
        if not self.labelled or not self.days:
            return float("nan")
        return MONTH_DAYS / self.days * self.decisions / self.labelled


def days_of_service(days: NDArray[np.datetime64]) -> int:
    """The calendar days that these days with decisions, rising, stand for: short silences between them are service.

    A model that rests at weekends serves seven days a week. Silences of more than `BRIDGED_DAYS` are none, as for the
    running cost.
    """
    if not days.size:
        return 0
    apart = np.diff(days.astype("datetime64[D]")).astype(np.int64)
    return 1 + int(np.where(apart <= BRIDGED_DAYS + 1, apart, 1).sum())


def scored_by_block(cells: Cells, block: NDArray[np.int64], days: int) -> Scored:
    """The cells with a score as counts; `block` numbers the block of days of each cell from 0."""
    bins, outcome, n = whole(cells.score_bin, -1), texts(cells.outcome), whole(cells.n)
    blocks = int(block.max()) + 1 if len(block) else 0

    def counted(of: NDArray[np.bool_]) -> NDArray[np.int32]:
        place = block[of] * SCORE_BINS + bins[of]
        found = np.bincount(place, weights=n[of], minlength=blocks * SCORE_BINS)
        return np.rint(found).astype(np.int32).reshape(blocks, SCORE_BINS)

    has = bins >= 0
    every = counted(has).sum(axis=0, dtype=np.int64)
    return Scored(counted(has & (outcome == "1")), counted(has & (outcome == "0")), every, days)


@dataclass(frozen=True)
class InUse:
    """The cut-off that the logged predictions imply, and the share of decisions that do not fit it.

    `alike` is `1` or `0` when all decisions with a score were predicted so: then the cut-off lies below or above all
    scores, and `cutoff` is 0 or `NEVER`, which does the same.
    """

    cutoff: float
    misfit: float = 0.0
    alike: str | None = None


def in_use(cells: Cells) -> InUse | None:
    """The cut-off in use; None when no decision has both a score and a prediction that is `0` or `1`."""
    found = implied(cells)
    if found is not None:
        return InUse(found.value, found.misfit)
    told = (whole(cells.score_bin, -1) >= 0) & (whole(cells.n) > 0)
    said = set(texts(cells.predicted)[told]) & {"0", "1"}
    if len(said) != 1:
        return None
    alike = str(said.pop())
    return InUse(0.0 if alike == "1" else NEVER, 0.0, alike)


@dataclass(frozen=True)
class Curve:
    """What each cut-off would have done, one entry for each of `cutoffs()`: a score from it on is a yes.

    `tp`, `fp`, `fn`, `tn` are decisions with an outcome; `alerts` are all decisions from the cut-off on.
    """

    tp: Counts
    fp: Counts
    fn: Counts
    tn: Counts
    alerts: Counts


@dataclass(frozen=True)
class At:
    """One cut-off: counts of decisions with an outcome, and `alerts` of all."""

    cutoff: float
    tp: int
    fp: int
    fn: int
    tn: int
    alerts: int

    @property
    def precision(self) -> float:
        """Of the decisions it says yes to, the share that came true; NaN when it says yes to none."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else float("nan")

    @property
    def recall(self) -> float:
        """Of what came true, the share it said yes to; NaN when nothing came true."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else float("nan")


def cutoffs() -> Floats:
    """The cut-offs that are looked at, rising: every lower edge of the score grid, and the one above all scores."""
    return np.append(score_edges(), NEVER)


def place_of(cutoff: float) -> int:
    """The place in `cutoffs()` of the first that is not below this one: beyond 1 the one that says no to all."""
    return min(int(np.searchsorted(cutoffs(), cutoff - _SAME)), SCORE_BINS)


def curve(scored: Scored) -> Curve:
    """What every cut-off would have done."""
    positive, negative = scored.totals
    tp, fp = from_each(positive), from_each(negative)
    return Curve(tp, fp, positive.sum() - tp, negative.sum() - fp, from_each(scored.every))


def from_each(per_bin: NDArray[Number]) -> NDArray[Number]:
    """Sums over each bin and all above it, along the last axis; the last entry, above all bins, is 0."""
    above = np.cumsum(per_bin[..., ::-1], axis=-1)[..., ::-1]
    return np.concatenate([above, np.zeros_like(above[..., :1])], axis=-1)


def at(found: Curve, cutoff: float) -> At:
    """One cut-off of the curve, at the grid's step that is not below it."""
    place = place_of(cutoff)
    tp, fp, fn, tn, alerts = (int(part[place]) for part in (found.tp, found.fp, found.fn, found.tn, found.alerts))
    return At(cutoff, tp, fp, fn, tn, alerts)


def earned(found: Curve, worth: OutcomeWorth) -> Floats:
    """The money of the decisions with an outcome at every cut-off; NaN where it takes a figure that is not given."""
    each = (worth.true_positive, worth.false_positive, worth.false_negative, worth.true_negative)
    total: Floats = sum(
        (_money(n, money) for n, money in zip((found.tp, found.fp, found.fn, found.tn), each, strict=True)),
        np.zeros(SCORE_BINS + 1),
    )
    return total


def _money(n: Counts, each: float | None) -> Floats:
    if each is None:
        return np.where(n > 0, float("nan"), 0.0)
    return n.astype(np.float64) * each


@dataclass(frozen=True)
class Stakes:
    """What a decision changes: `caught` is a yes where it comes true (TP − FN), `spared` a no where not (TN − FP)."""

    caught: float
    spared: float

    @property
    def ratio(self) -> float | None:
        """What a missed case costs for each false alarm; None when one of the two costs nothing."""
        return self.caught / self.spared if self.caught > 0 and self.spared > 0 else None


def stakes(worth: OutcomeWorth | None) -> Stakes | None:
    """The stakes of a model's file, or of changed worths; None when one of the four figures is missing."""
    if worth is None:
        return None
    tp, fp, fn, tn = worth.true_positive, worth.false_positive, worth.false_negative, worth.true_negative
    if tp is None or fp is None or fn is None or tn is None:
        return None
    return Stakes(tp - fn, tn - fp)


def costlier(worth: OutcomeWorth, *, alarms: float = 1.0, misses: float = 1.0) -> OutcomeWorth:
    """The worths with a false alarm, or a missed case, that costs so many times as much.

    What it costs is measured against the decision that would have been right: with `alarms` 2 the distance of FP from
    TN doubles, with `misses` 2 that of FN from TP. The right decisions keep their worth. What is missing stays so.
    """
    tp, fp, fn, tn = worth.true_positive, worth.false_positive, worth.false_negative, worth.true_negative
    if fp is not None and tn is not None:
        fp = tn - alarms * (tn - fp)
    if fn is not None and tp is not None:
        fn = tp - misses * (tp - fn)
    return OutcomeWorth(tp, fp, fn, tn)


def implied_ratio(scored: Scored, cutoff: float) -> float | None:
    """The cost ratio (TP − FN) / (TN − FP) at which this cut-off would be the best one; None when nothing tells.

    It is (1 − p) / p with p how often the outcome is 1 at the cut-off: the slope of the convex hull of the ROC curve
    there, which isotonic regression of the outcomes on the scores gives (Fawcett and Niculescu-Mizil 2007). Scores need
    not be calibrated. None where p is 0 or 1, beyond all scores, or with fewer than `FEWEST` of either outcome.
    """
    positive, negative = scored.totals
    n = positive + negative
    filled = np.flatnonzero(n)
    if min(positive.sum(), negative.sum()) < FEWEST:
        return None
    rate = _isotonic(positive[filled] / n[filled], n[filled].astype(np.float64))
    next_up = int(np.searchsorted(filled, place_of(cutoff)))
    if next_up == 0 or next_up == filled.size:
        return None
    p = float(rate[next_up - 1] + rate[next_up]) / 2
    return (1 - p) / p if 0 < p < 1 else None


def _isotonic(value: Floats, weight: Floats) -> Floats:
    """The rising sequence nearest to the values in weighted least squares: pool adjacent violators."""
    means: list[float] = []
    weights: list[float] = []
    sizes: list[int] = []
    for one, heavy in zip(value.tolist(), weight.tolist(), strict=True):
        size = 1
        while means and means[-1] >= one:
            before = weights.pop()
            one = (means.pop() * before + one * heavy) / (before + heavy)
            heavy += before
            size += sizes.pop()
        means.append(one)
        weights.append(heavy)
        sizes.append(size)
    return np.repeat(means, sizes)
