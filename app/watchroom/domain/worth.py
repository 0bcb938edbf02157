"""What decisions were worth in money, by the `value` of a model's file: one figure for each decision.

Binary models have a figure for each kind of outcome, regressions one for each unit of error. What the file leaves out
is unknown, and so is the worth of the decisions that it concerns: it is never taken for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OutcomeWorth:
    """Money for each kind of outcome of a binary model; None where the file leaves it out."""

    true_positive: float | None = None
    false_positive: float | None = None
    false_negative: float | None = None
    true_negative: float | None = None


@dataclass(frozen=True)
class Outcome:
    """A kind of outcome of a binary model.

    `field` is its name in a model's file, `predicted` and `outcome` the two answers, `count` the column of its counts,
    and `name` what people call it where the file has no words of its own.
    """

    field: str
    predicted: str
    outcome: str
    count: str
    name: str


OUTCOMES = (
    Outcome("true_positive", "1", "1", "tp", "rightly caught"),
    Outcome("false_positive", "1", "0", "fp", "false alarm"),
    Outcome("false_negative", "0", "1", "fn", "missed"),
    Outcome("true_negative", "0", "0", "tn", "rightly left alone"),
)
"""The four kinds, in the order of the file."""


@dataclass(frozen=True)
class ErrorWorth:
    """Money for each unit that a regression predicts too much, or too little; None where the file leaves it out."""

    over: float | None = None
    under: float | None = None


Terms = OutcomeWorth | ErrorWorth


def terms_of(value: Mapping[str, Any] | None) -> Terms | None:
    """The terms in the `value` of a model's file, as a mapping of its fields; None where it says nothing of decisions.

    `run_cost_per_month` and whatever else stands there is not the worth of a decision.
    """
    given = value or {}
    if given.get("per_unit_error"):
        return ErrorWorth(**{one.name: given["per_unit_error"].get(one.name) for one in fields(ErrorWorth)})
    terms = OutcomeWorth(**{one.name: given.get(one.name) for one in fields(OutcomeWorth)})
    return None if terms == OutcomeWorth() else terms


def left_out(terms: Terms) -> tuple[str, ...]:
    """The terms that the file does not give, by the names that they have there."""
    return tuple(one.name for one in fields(terms) if getattr(terms, one.name) is None)


def worth(terms: Terms, predicted: ArrayLike, outcome: ArrayLike) -> Floats:
    """The money of each decision, in the workspace's currency; NaN where it is not known.

    Of a binary model both are 1 or 0; of a regression both are numbers, and a prediction that was right is worth 0:
    what is counted is the error. NaN stands for a prediction or an outcome that is not there.
    """
    said, real = np.asarray(predicted, np.float64), np.asarray(outcome, np.float64)
    if isinstance(terms, ErrorWorth):
        return _of_errors(terms, said - real)
    found = np.full(np.broadcast(said, real).shape, np.nan)
    for kind in OUTCOMES:
        money = getattr(terms, kind.field)
        found[(said == int(kind.predicted)) & (real == int(kind.outcome))] = np.nan if money is None else money
    return found


def _of_errors(terms: ErrorWorth, error: Floats) -> Floats:
    over, under = (np.nan if money is None else money for money in (terms.over, terms.under))
    found = np.where(error > 0, error * over, -error * under)
    return np.where(error == 0, 0.0, found)
