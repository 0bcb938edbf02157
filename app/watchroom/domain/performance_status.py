"""When a metric is beyond its limits, and when there is too little to say so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from watchroom.domain.outcomes import Measured
from watchroom.domain.vocabulary import METRICS

Status = Literal["stable", "watch", "failing", "no data"]

MIN_LABELLED = 30
"""Fewer outcomes say nothing of a mean: the least for which the normal law is usually taken to hold."""

MIN_OF_CLASS = 10
"""A metric that compares two classes needs so many of the rarer one, else a single decision moves it by a tenth."""

MATURE_SHARE = 0.8
"""With a smaller share of labelled decisions it is said that most are still to come, or missing."""


@dataclass(frozen=True)
class Limits:
    """From where on a metric is on watch and is failing, in its own unit; None for no limit."""

    watch: float | None
    failing: float | None


def limits_of(
    metric: str, reference_value: float | None, watch: float | None, failing: float | None, *, absolute: bool = False
) -> Limits:
    """The limits of `monitor.performance` in the metric's unit; none where they cannot be told.

    Ratios are taken of the reference's value: 1.25 of an RMSE of 40 is 50, 0.92 of an AUC of 0.8 is 0.736. A ratio says
    nothing without a reference, when its value is not above zero, and for a metric that is best near zero. The
    absolute limits of such a metric hold on both sides.
    """
    near_zero = METRICS[metric].better == "near zero"
    if absolute:
        return Limits(*(abs(limit) if limit is not None and near_zero else limit for limit in (watch, failing)))
    if near_zero or reference_value is None or not 0 < reference_value < math.inf:
        return Limits(None, None)
    return Limits(*(None if ratio is None else ratio * reference_value for ratio in (watch, failing)))


def performance_status(
    metric: str, measured: Measured, limits: Limits, *, decisions: int, labelled: int, of: str = "outcome"
) -> tuple[Status, str | None]:
    """The status of a period and, where there is something to say, the reason why it is that or holds back.

    A limit is crossed when the value is beyond it and the better end of its interval is too: what chance may have
    done is no alarm, and no recovery either. `decisions` and `labelled` are those of the period; `of` is what it was
    measured from, in words.
    """
    untold = _untold(measured, decisions, labelled, of)
    if untold:
        return "no data", untold
    if _beyond(metric, measured, limits.failing):
        return "failing", _unripe(decisions, labelled)
    if _beyond(metric, measured, limits.watch):
        return "watch", _unripe(decisions, labelled)
    at_limit = _worse(metric, measured.value, limits.watch) or _worse(metric, measured.value, limits.failing)
    if at_limit:
        return "no data", f"beyond the limit, but {_counted(measured.n, of)} are too few to rule out chance"
    return "stable", _unripe(decisions, labelled)


def _untold(measured: Measured, decisions: int, labelled: int, of: str) -> str | None:
    if decisions == 0:
        return "no decisions"
    if labelled == 0:
        return "no outcomes yet"
    if labelled < MIN_LABELLED:
        return f"only {_counted(labelled, of)}"
    if measured.rarest is not None and measured.rarest < MIN_OF_CLASS:
        return (
            f"only {_counted(measured.rarest, of)} of the rarer class"
            if measured.rarest
            else f"{of}s of one class only"
        )
    if math.isnan(measured.value):
        return f"it cannot be computed from these {of}s"
    return None


def _counted(n: int, what: str) -> str:
    return f"1 {what}" if n == 1 else f"{n:,} {what}s"


def _unripe(decisions: int, labelled: int) -> str | None:
    share = labelled / decisions
    return f"outcomes for {share:.0%} of the decisions so far" if share < MATURE_SHARE else None


def _beyond(metric: str, measured: Measured, limit: float | None) -> bool:
    """Whether the value is at the limit or worse, and the better end of its interval likewise."""
    ends = [end for end in (measured.low, measured.high) if not math.isnan(end)]
    if METRICS[metric].better == "near zero" and measured.low < 0 < measured.high:
        return False
    return all(_worse(metric, end, limit) for end in (measured.value, *ends))


def _worse(metric: str, value: float, limit: float | None) -> bool:
    if limit is None:
        return False
    better = METRICS[metric].better
    if better == "higher":
        return value <= limit
    return (abs(value) if better == "near zero" else value) >= limit
