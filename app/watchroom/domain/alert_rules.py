"""How right a drift rule has been, week by week, and the runs of days in which a signal was beyond its limit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchroom.domain.lights import BEYOND, worst


@dataclass(frozen=True)
class RuleScore:
    """A drift rule against what outcomes later showed; None where there is nothing to divide by.

    `periods` are the weeks in which both could be told, `fell` those in which performance was beyond its watch limit,
    `alarms` those in which the rule rang, and `right` those in which both was so. `best_limit` is the one that would
    have had the greatest F1, with its precision and recall; None when performance never fell.
    """

    periods: int
    fell: int
    alarms: int
    right: int
    precision: float | None
    recall: float | None
    best_limit: float | None
    best_precision: float | None
    best_recall: float | None


def score_rule(values: ArrayLike, fell: ArrayLike, watch: float, noise: ArrayLike = 0.0) -> RuleScore:
    """The precision and recall of "drift of at least `watch`" as a forecast of "performance fell".

    One entry for each week: the drift value, whether performance fell, and what chance alone may give, which an alarm
    has to exceed too: a week too small to tell is one in which the rule was silent. Weeks without a value are left out.
    When performance fell in every week there is no better limit to find.
    """
    drift, chance = np.broadcast_arrays(np.asarray(values, np.float64), np.asarray(noise, np.float64))
    told = ~np.isnan(drift) & ~np.isnan(chance)
    drift, happened = np.where(drift >= chance, drift, 0.0)[told], np.asarray(fell, np.bool_)[told]
    alarms, right = _alarms(drift, happened, watch)
    total = int(happened.sum())
    best = _best_limit(drift, happened)
    best_alarms, best_right = (0, 0) if best is None else _alarms(drift, happened, best)
    return RuleScore(
        periods=int(happened.size),
        fell=total,
        alarms=alarms,
        right=right,
        precision=_share(right, alarms),
        recall=_share(right, total),
        best_limit=best,
        best_precision=_share(best_right, best_alarms),
        best_recall=None if best is None else _share(best_right, total),
    )


def _alarms(drift: NDArray[np.float64], fell: NDArray[np.bool_], limit: float) -> tuple[int, int]:
    """Weeks in which a rule with this limit rings, and those of them in which performance fell."""
    rings = drift >= limit
    return int(rings.sum()), int((rings & fell).sum())


def _best_limit(drift: NDArray[np.float64], fell: NDArray[np.bool_]) -> float | None:
    """The limit of greatest F1 among the values seen above zero, the larger of equally good ones."""
    limits = np.unique(drift[drift > 0]).tolist()
    if not fell.any() or fell.all() or not limits:
        return None
    return float(max(limits, key=lambda limit: (_f1(*_alarms(drift, fell, limit), int(fell.sum())), limit)))


def _f1(alarms: int, right: int, fell: int) -> float:
    return 2 * right / (alarms + fell)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True)
class Run:
    """Days in a row beyond a limit, from `first` to `last`; `worst` is the worst status among them.

    `over` is the first day that was stable again, None while the run lasts.
    """

    first: date
    last: date
    worst: str
    over: date | None


def runs_beyond(days: Iterable[tuple[date, str]]) -> tuple[Run, ...]:
    """The longest runs of days beyond a limit, from each day's status, in any order.

    Only a stable day ends a run: a day without data, and a day that is not there at all, neither begins nor ends one,
    since silence is no recovery.
    """
    runs: list[Run] = []
    for day, status in sorted(days):
        running = bool(runs) and runs[-1].over is None
        if status in BEYOND and running:
            runs[-1] = Run(runs[-1].first, day, worst((runs[-1].worst, status)), None)
        elif status in BEYOND:
            runs.append(Run(day, day, status, None))
        elif status == "stable" and running:
            runs[-1] = Run(runs[-1].first, runs[-1].last, runs[-1].worst, day)
    return tuple(runs)
