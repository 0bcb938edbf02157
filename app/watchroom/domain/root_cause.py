"""Which features most likely explain that a model does worse: a ranking by drift, weight in the model and money.

It is a screening, not a proof: it says where to look first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SCREENING = (
    "A screening, not a proof: it says where to look first. Features that move together share the blame, and a change "
    "of the world that no feature shows is not in it."
)

LEAST_WEIGHT = 0.01
"""A feature with less than a hundredth of the model's SHAP values cannot move its output by much, however it drifts."""


@dataclass(frozen=True)
class Suspect:
    """What is known of a feature in a window. `value` is its drift, `limit` the watch limit, `noise` what chance gives.

    `moved` is the share of its `n` decisions that lie where the reference would not have them; `shap_share` its share
    of the model's mean absolute SHAP values, None when they are not known.
    """

    feature: str
    value: float
    limit: float
    noise: float
    moved: float
    n: int
    shap_share: float | None = None


@dataclass(frozen=True)
class Ranked:
    """A feature with its factors, the greatest score first.

    `drift` is its drift as a multiple of the watch limit (NaN without a value); `money` is what is at stake in the
    decisions that moved, None when unknown. `score` is the product of the factors that are known for every feature;
    0 when the drift is no more than chance. `reading` says in words what there is to say; empty for nothing.
    """

    rank: int
    feature: str
    drift: float
    shap_share: float | None
    money: float | None
    moved: float
    score: float
    reading: str


@dataclass(frozen=True)
class Ranking:
    """The features in their order, and what the scores leave out, in sentences."""

    rows: tuple[Ranked, ...]
    notes: tuple[str, ...]


def rank(suspects: Iterable[Suspect], stake: float | None = None) -> Ranking:
    """Rank features by drift × SHAP share × money.

    `stake` is what a decision is worth when it goes wrong instead of right, in money; None when it is not known. A
    factor that is not known for every feature is left out for all, since products of different factors cannot be
    compared; `notes` say which. Features of the same score are in the order of their drift, then of their names.
    """
    given = tuple(suspects)
    weighed = bool(given) and all(one.shap_share is not None for one in given)
    rows = [_row(one, stake, weighed) for one in given]
    rows.sort(key=lambda row: (-row.score, -row.drift if not math.isnan(row.drift) else math.inf, row.feature))
    ranked = tuple(
        Ranked(place, row.feature, row.drift, row.shap_share, row.money, row.moved, row.score, row.reading)
        for place, row in enumerate(rows, start=1)
    )
    return Ranking(ranked, tuple(_notes(given, stake, weighed)))


def _row(one: Suspect, stake: float | None, weighed: bool) -> Ranked:
    drift = one.value / one.limit
    moved = 0.0 if math.isnan(one.moved) else one.moved
    money = None if stake is None else moved * one.n * abs(stake)
    factors = [drift if _told(one) else 0.0]
    if weighed and one.shap_share is not None:
        factors.append(one.shap_share)
    if money is not None:
        factors.append(money)
    return Ranked(0, one.feature, drift, one.shap_share, money, one.moved, math.prod(factors), _reading(one))


def _told(one: Suspect) -> bool:
    """Whether the drift is more than chance gives."""
    return one.value > 0 and one.value >= one.noise


def _reading(one: Suspect) -> str:
    if math.isnan(one.value):
        return "no value in this window"
    if one.shap_share is not None and one.shap_share < LEAST_WEIGHT:
        return "does not matter to the model"
    if not _told(one):
        return "no more than chance" if one.value > 0 else "has not moved"
    return "" if one.value >= one.limit else "below its limit"


def _notes(given: Sequence[Suspect], stake: float | None, weighed: bool) -> Iterable[str]:
    yield SCREENING
    if not weighed:
        lacking = [one.feature for one in given if one.shap_share is None]
        every = len(lacking) == len(given)
        who = (
            "of the features" if every else f"of {', '.join(lacking[:3])}" + (" and others" if len(lacking) > 3 else "")
        )
        yield f"The weight in the model {who} is not known, so it is left out of the ranking."
    if stake is None:
        yield "What a decision is worth is not known, so money is left out of the ranking."
