"""What two versions are judged by on the decisions that both have scored: one metric and one rule for every page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from watchroom.domain.vocabulary import USUAL_METRIC

Verdict = Literal["better", "worse", "alike", "unknown"]


def main_metric(compared: Iterable[str], watched: str | None) -> str | None:
    """The metric that the model is watched by, where it is compared; else the usual one of its task; None for none.

    Of two classes without any score it is F1: where one of them is rare, accuracy is high whatever a version says.
    """
    names = set(compared)
    usual = (USUAL_METRIC["binary"], "f1", USUAL_METRIC["multiclass"], USUAL_METRIC["regression"])
    return next((one for one in (watched, *usual) if one is not None and one in names), None)


def verdict(low: float | None, high: float | None, better: str) -> Verdict:
    """How the newer version does: better or worse only when all of the 95 % interval of the difference says so."""
    if low is None or high is None:
        return "unknown"
    if low <= 0 <= high:
        return "alike"
    return "better" if (low > 0) == (better == "higher") else "worse"
